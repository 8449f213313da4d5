"""Good uploads, drawn by seed: nothing in them is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.mutations.draft import (
    GROUP,
    ITEM,
    TARGET,
    TIME,
    Cell,
    Draft,
    Row,
    Sheet,
    Writing,
    spell_number,
)

MOST_ROWS = 240
NAMES = {
    ITEM: ("item_id", "sku", "product", "Article", "Item ID", "Material", "series"),
    GROUP: ("store", "region", "Location", "channel"),
    TIME: ("timestamp", "date", "Datum", "ds", "Date", "Order Date", "time"),
    TARGET: ("target_value", "sales", "qty", "demand", "y", "Quantity", "Unit Sales"),
}


@dataclass(frozen=True)
class Rhythm:
    """A frequency: its horizon without settings, and the least steps it takes."""

    name: str
    horizon: int
    steps: int


RHYTHMS = (
    Rhythm("M", 12, 48),
    Rhythm("W", 8, 40),
    Rhythm("D", 14, 60),
    Rhythm("H", 24, 100),
    Rhythm("3M", 4, 20),
)
DATES = ("%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y")
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")
# The target's usual size, its places behind the mark, and whether it may be negative.
SCALES = ((30, 0), (1_200, 0), (90_000, 0), (3_000_000, 0), (20, 2), (1_500, 2), (1, 3))


def make_good(seed: int) -> Draft:
    """Draw a good upload; the same seed always gives the same."""
    random = Random(seed)
    rhythm = random.choice(RHYTHMS)
    steps = rhythm.steps + random.randint(0, rhythm.steps // 3)
    writing = _draw_writing(random, rhythm)
    draft = Draft({}, writing, rhythm.name, [])
    horizon = rhythm.horizon
    if random.random() < 0.6:
        horizon = random.randint(2, rhythm.horizon)
        draft.config = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": horizon}}
    moments = _draw_moments(random, rhythm, steps + horizon)
    history, draft.future = moments[:steps], moments[steps:]
    keys = _draw_keys(random, steps)
    names = {role: random.choice(some) for role, some in NAMES.items()}
    maker = _Maker(random, writing, names)
    draft.sheets["TTS"] = maker.make_history(keys, history)
    _add_related(draft, maker, keys=keys, moments=moments)
    if random.random() < 0.35:
        draft.sheets["metadata"] = maker.make_metadata(sorted({key[0] for key in keys}))
    if random.random() < 0.5:
        draft.tts.rows.sort(key=lambda row: row.cells[draft.tts.at(TIME)].value)
    draft.bare = list(draft.sheets) == ["TTS"] and not draft.config
    draft.bare = draft.bare and random.random() < 0.5
    draft.key = "raw/data.csv" if draft.bare else "raw/data.zip"
    return draft


def _draw_writing(random: Random, rhythm: Rhythm) -> Writing:
    delimiter = random.choice((",", ",", ";", "\t"))
    return Writing(
        delimiter=delimiter,
        newline=random.choice(("\n", "\n", "\r\n")),
        encoding=random.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252")),
        quote_all=random.random() < 0.15,
        mark="," if delimiter == ";" and random.random() < 0.7 else ".",
        dates=random.choice(TIMES if rhythm.name == "H" else DATES),
    )


def _draw_moments(random: Random, rhythm: Rhythm, count: int) -> list[datetime]:
    """Draw the periods' first moments; days above 12 occur in daily data and below."""
    year = random.randint(2014, 2022)
    if rhythm.name in ("M", "3M"):
        step = 3 if rhythm.name == "3M" else 1
        months = [step * (random.randint(0, 3) + n) for n in range(count)]
        first = months[0]
        months = [first + step * n for n in range(count)]
        return [datetime(year + m // 12, m % 12 + 1, 1) for m in months]
    if rhythm.name == "H":
        start = datetime(year, random.randint(1, 12), random.randint(13, 20))
        return [start + timedelta(hours=n) for n in range(count)]
    start = datetime(year, random.randint(1, 12), random.randint(1, 28))
    if rhythm.name == "W":
        start -= timedelta(days=start.weekday())
        return [start + timedelta(weeks=n) for n in range(count)]
    return [start + timedelta(days=n) for n in range(count)]


def _draw_keys(random: Random, steps: int) -> list[tuple[str, str | None]]:
    """Draw the series: items, and for some uploads groups of each."""
    ids = _draw_ids(random)
    groups: tuple[str | None, ...] = (None,)
    if random.random() < 0.3:
        groups = random.choice(
            (("North", "South"), ("Z\u00fcrich", "Bern"), ("1", "2"))
        )
    most = max(MOST_ROWS // steps // len(groups), 1 if len(groups) > 1 else 2)
    items = ids[: random.randint(1, min(most, len(ids)))]
    return [(item, group) for item in items for group in groups]


def _draw_ids(random: Random) -> list[str]:
    kinds = [
        [f"{n:03d}" for n in random.sample(range(1, 140), 12)],
        [str(100_000 + 1_000 * n) for n in range(12)],
        [str(4_006_381_333_931 + 10 * n) for n in range(12)],
        [f"{letter}-{random.randint(1, 99)}" for letter in "ABCDEFGHIJKL"],
        [
            "Fl\u00f6te",
            "Geige",
            "C\u00f4tes",
            "Trompete",
            "Gitarre",
            "Cello",
            "\u00c9clair",
        ],
        ["Alt Sax", "Tenor Sax", "Bass, 5 strings", "Drum kit", "Uku_lele", "Banjo"],
        [f"SKU{n:04d}" for n in random.sample(range(1, 9_999), 12)],
    ]
    ids = random.choice(kinds)
    random.shuffle(ids)
    return ids


class _Maker:
    """Makes the sheets of one upload, all written alike."""

    def __init__(self, random: Random, writing: Writing, names: dict[str, str]) -> None:
        self.random, self.writing, self.names = random, writing, names

    def make_history(
        self, keys: list[tuple[str, str | None]], moments: list[datetime]
    ) -> Sheet:
        """Make TTS.csv: every series has a value at every moment."""
        sheet = self._make_sheet([ITEM, GROUP, TIME, TARGET], keys, moments)
        scale, decimals = self.random.choice(SCALES)
        if self.writing.mark == ",":
            decimals = min(decimals, 2)  # 1,234 could be thousands
        sheet.decimals[TARGET] = decimals
        at, level = sheet.at(TARGET), dict.fromkeys(keys, 0.0)
        for key in level:
            level[key] = scale * self.random.uniform(0.5, 1.5)
        order = [key for key in keys for _ in moments]
        for key, row in zip(order, sheet.rows, strict=True):
            value = max(level[key] * self.random.uniform(0.5, 1.5), 0.001)
            row.cells[at] = self._number(value, decimals)
        return sheet

    def make_related(
        self, keys: list[tuple[str, str | None]], moments: list[datetime]
    ) -> Sheet:
        """Make RTS.csv: some covariates at every moment."""
        sheet = self._make_sheet([ITEM, GROUP, TIME], keys, moments)
        for name in self.random.sample(["price", "promo", "temp", "event"], 2):
            cells = [self._covariate(name) for _ in sheet.rows]
            sheet.add_column(name, cells, len(sheet.columns))
            if name != "event":
                sheet.decimals[name] = {"price": 2, "promo": 0, "temp": 1}[name]
        return sheet

    def make_metadata(self, items: list[str]) -> Sheet:
        """Make metadata.csv: a color and a weight for every item."""
        sheet = Sheet([self.names[ITEM], "color", "weight"], [ITEM, "color", "weight"])
        sheet.decimals["weight"] = 1
        for item in items:
            color = self.random.choice(("red", "blue", "green"))
            weight = self._number(self.random.uniform(1, 40), 1)
            sheet.rows.append(Row([_text(item), _text(color), weight]))
        return sheet

    def _make_sheet(
        self,
        columns: list[str],
        keys: list[tuple[str, str | None]],
        moments: list[datetime],
    ) -> Sheet:
        if keys[0][1] is None:
            columns = [name for name in columns if name != GROUP]
        sheet = Sheet([self.names[name] for name in columns], columns)
        for item, group in keys:
            values = {ITEM: _text(item), GROUP: _text(group or ""), TARGET: _text("")}
            for moment in moments:
                values[TIME] = Cell(moment.strftime(self.writing.dates), moment)
                sheet.rows.append(Row([values[name] for name in columns]))
        return sheet

    def _covariate(self, name: str) -> Cell:
        random = self.random
        if name == "price":
            return self._number(random.uniform(2, 90), 2)
        if name == "promo":
            return self._number(float(random.random() < 0.2), 0)
        if name == "temp":
            return self._number(random.uniform(-9, 30), 1)
        return _text(random.choice(("none", "none", "fair", "holiday")))

    def _number(self, value: float, decimals: int) -> Cell:
        value = round(value, decimals)
        text = spell_number(value, decimals, self.writing.mark)
        return Cell(text, float(value) + 0.0)


def _text(text: str) -> Cell:
    return Cell(text, text)


def _add_related(
    draft: Draft, maker: _Maker, *, keys: list[Any], moments: list[datetime]
) -> None:
    """Add covariates: in RTS.csv with a future or without, in TTS.csv, or none."""
    random, steps = maker.random, len(moments) - len(draft.future)
    chance = random.random()
    if chance < 0.4:
        draft.sheets["RTS"] = maker.make_related(keys, moments)
    elif chance < 0.5:
        draft.sheets["RTS"] = maker.make_related(keys, moments[:steps])
    elif chance < 0.65:
        cells = [maker._covariate("price") for _ in draft.tts.rows]
        draft.tts.add_column("price", cells, len(draft.tts.columns))
        draft.tts.decimals["price"] = 2
    if random.random() < 0.15:
        kinds = {key: random.choice(("food", "tools")) for key in keys}
        cells = [_text(kinds[key]) for key in keys for _ in range(steps)]
        draft.tts.add_column("category", cells, len(draft.tts.columns))
