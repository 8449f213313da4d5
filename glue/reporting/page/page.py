"""report.html: one file that opens offline, of bounded size however many series."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from glue.arrays import Array
from glue.reporting.advice import REASONS
from glue.reporting.figures import Figures
from glue.reporting.page.excerpt import Excerpt, excerpt
from glue.reporting.page.group_section import draw_groups
from glue.reporting.page.listing import (
    SHOWN_ROWS,
    Axis,
    Listing,
    build_index,
    build_list,
    build_single,
    draw_multiples,
    read_fan,
)
from glue.reporting.page.naming import (
    name_before,
    name_noun,
    name_page,
    name_rejected,
    name_step,
    name_target,
    spell_steps,
)
from glue.reporting.page.sections import (
    Drawn,
    build_legend,
    build_numbers,
    build_sections,
)
from glue.reporting.page.svg import Fan
from glue.run_documents import RunSettings

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


TEMPLATE, STYLE, SCRIPT = "page.html", "page.css", "page.js"

# Mail takes files of about 10 MB; what would not fit is left out, and that is said.
MAX_PAGE_BYTES = 6_000_000
MOST_LISTED = 100_000
_PER_CHUNK = 200
# What the list of all may take of the page.
_LISTED_SHARE = 0.9
# Series are drawn with their recent past: seasons, horizons, or steps.
_SEASONS, _HORIZONS, _LEAST_STEPS, _MOST_STEPS = 4, 8, 120, 1000
# Digits of the forecast and the history in charts, and of earlier forecasts there.
_DIGITS, _PAST_DIGITS = 6, 3


@dataclass(frozen=True)
class PageContent:
    """What the page shows: the report's document, and each series."""

    document: Mapping[str, Any]
    figures: Figures

    @property
    def settings(self) -> RunSettings:
        """What the run was asked for."""
        return self.figures.panel.settings


def build_page(
    content: PageContent,
    assets: Traversable,
    max_bytes: int = MAX_PAGE_BYTES,
) -> str:
    """Put the page together.

    Parameters
    ----------
    content
        What it shows.
    assets
        The folder of the page's template, style and script.
    max_bytes
        The size that the page stays below; the series of least volume are left out.
    """
    parts = {
        name: (assets / name).read_text("utf-8") for name in (TEMPLATE, STYLE, SCRIPT)
    }
    style, script = parts[STYLE], _guard(parts[SCRIPT])
    order = np.argsort(-content.figures.items.totals.volume, kind="stable")
    listed, index, packed = _list(content, order, max_bytes)
    series = SeriesWriter(content, excerpt(content.figures, listed))
    slots = {
        "TITLE": html.escape(name_page(content.document)),
        "STYLE": style,
        "STYLE_HASH": hash_text(style),
        "SCRIPT": script,
        "SCRIPT_HASH": hash_text(script),
        "INDEX": packed,
        **_build_sections(content, index, listed, series),
    }
    facts = _describe_facts(content, series)
    fixed = sum(len(text.encode()) for text in slots.values())
    fixed += len(parts[TEMPLATE]) + len(_as_json(facts).encode()) + 2_000
    chunks, charted = _fill_chunks(series, listed[: series.most], max_bytes - fixed)
    facts["shown"] = {
        "charted": charted,
        "listed": len(listed),
        "series": len(order),
        "per_chunk": _PER_CHUNK,
        "history_steps": series.steps,
    }
    slots["FACTS"] = _as_json(facts)
    slots["CHUNKS"] = "\n".join(_tag(at, text) for at, text in enumerate(chunks))
    return _fill_slots(parts[TEMPLATE], slots)


def _list(
    content: PageContent, order: Array, max_bytes: int
) -> tuple[Array, dict[str, Any], str]:
    """List the series of most volume, and half as many as long as that is too much."""
    listed = order[:MOST_LISTED]
    while True:
        index = build_index(content.figures, listed)
        packed = _pack(index)
        if len(packed) <= _LISTED_SHARE * max_bytes or len(listed) <= SHOWN_ROWS:
            return listed, index, packed
        listed = listed[: len(listed) // 2]


def _build_sections(
    content: PageContent, index: dict[str, Any], listed: Array, series: SeriesWriter
) -> dict[str, str]:
    document, figures = content.document, content.figures
    axis = Axis(series.stamps, _levels(content.settings), figures.ghost.lag)
    largest = listed[:SHOWN_ROWS]
    described = [*series.describe(largest)]
    multiples = (
        draw_multiples(figures, largest, described, axis) if len(listed) > 1 else ()
    )
    listing = Listing(
        index,
        content.settings.metric,
        name_noun(document, 1),
        bool(document["backtest"]["winner"]),
    )
    data = document["data"]
    span = min(max(data["season"], data["horizon"]), data["steps"])
    notes = [
        f"Forecast is the sum of the means over "
        f"{spell_steps(document, data['horizon'])}; volume is that of the last "
        f"{spell_steps(document, span)}; change compares the forecast with "
        f"{name_before(document)}; {listing.metric}, gain and bias are the backtest's.",
    ]
    rejected = name_rejected(document)
    if rejected:
        notes.append(rejected)
    if series.steps < data["steps"]:
        notes.append(
            f"Charts show the last {series.steps:,} of "
            f"{spell_steps(document, data['steps'])}."
        )
    if len(listed) > SHOWN_ROWS:
        notes.append("items.csv has every one.")
    legend = build_legend(document, item=True)
    items = (
        build_list(listing, notes, legend)
        if data["series"] != 1
        else build_single(
            listing,
            read_fan(described[0], axis, whole=True),
            legend,
            build_numbers(document),
        )
    )
    drawn = Drawn(
        items,
        _total_fan(content, series),
        multiples=[*multiples],
        groups=draw_groups(figures, series.stamps, series.first),
    )
    return {n: str(text) for n, text in build_sections(document, drawn).items()}


def _total_fan(content: PageContent, series: SeriesWriter) -> Fan:
    """Draw all series together, from where nearly all have begun."""
    total = content.document["total"]
    history, forecast = total["history"], total["forecast"]
    first = max(content.figures.complete_from - series.first, 0)
    past = history["values"][-series.steps :][first:] if series.steps else []
    return Fan(
        stamps=series.stamps[first:],
        values=past,
        start=len(past),
        mean=forecast["mean"],
        quantiles=[*zip(_levels(content.settings), forecast["quantiles"].values())],
        ghost=total["before"]["values"],
    )


def _levels(settings: RunSettings) -> tuple[int, ...]:
    return tuple(int(name[1:]) for name in settings.quantiles)


def _describe_facts(content: PageContent, series: SeriesWriter) -> dict[str, Any]:
    """Give the script what the list and the charts need."""
    document, settings = content.document, content.settings
    data = document["data"]
    total = _total_fan(content, series)
    return {
        "name": name_page(document),
        "dataset": document["dataset"],
        "target": name_target(document),
        "timestamp": data["timestamp"],
        "keys": data["keys"],
        "noun": name_noun(document, 1),
        "nouns": name_noun(document),
        "metric": settings.metric,
        "baseline": document["baseline"]["words"],
        "backtest": bool(document["backtest"]["winner"]),
        "calibration": {
            one["quantile"]: one["held"] for one in document["backtest"]["calibration"]
        },
        "quantiles": list(settings.quantiles),
        "horizon": settings.horizon,
        "step": name_step(document),
        "season": settings.season,
        "before": document["total"]["before"]["words"],
        "lag": content.figures.ghost.lag,
        "single": data["series"] == 1,
        "reasons": list(REASONS),
        "counts": document["attention"]["counts"],
        "stamps": series.stamps,
        "total": {
            "t": total.stamps[len(total.values) :],
            "p": [len(series.stamps) - len(total.stamps)],
            "g": [_round(value, _DIGITS) for value in total.ghost],
            "v": [_round(value, _DIGITS) for value in total.values],
            "m": [_round(value, _DIGITS) for value in total.mean],
            "q": [
                [_round(value, _DIGITS) for value in column]
                for _, column in total.quantiles
            ],
        },
    }


def _fill_slots(template: str, slots: Mapping[str, str]) -> str:
    """Fill ``{{NAME}}`` slots; what fills one is not looked into for others."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [slots[name], rest]
    return "".join(filled)


def hash_text(text: str) -> str:
    """Hash a script or a style as the page's policy names it."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _guard(script: str) -> str:
    """Keep a script's own text from ending its element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _as_json(value: Any) -> str:
    """Write JSON that no HTML parser takes for markup, whatever an item is called."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return escaped.encode("utf-8", "replace").decode("utf-8")


def _pack(value: Any) -> str:
    """Compress a value; its block is unpacked when it is looked at."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode("utf-8", "replace"), mtime=0)
    return base64.b64encode(packed).decode("ascii")


def _tag(number: int, text: str) -> str:
    return f'<script type="text/plain" id="chunk-{number}">{text}</script>'


def _fill_chunks(
    series: SeriesWriter, listed: Array, room: int
) -> tuple[list[str], int]:
    """Pack series by volume as long as there is room; say how many there are."""
    chunks: list[str] = []
    shown = 0
    for start in range(0, len(listed), _PER_CHUNK):
        some = listed[start : start + _PER_CHUNK]
        text = _pack([*series.describe(some)])
        room -= len(_tag(len(chunks), text)) + 1
        if room < 0:
            break
        chunks.append(text)
        shown += len(some)
    return chunks, shown


@dataclass
class SeriesWriter:
    """Gives each series' recent past, its forecast, and the backtest over its past."""

    content: PageContent
    excerpt: Excerpt
    steps: int = 0
    stamps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings, figures = self.content.settings, self.content.figures
        histories = figures.panel.histories
        wanted = max(
            _SEASONS * settings.season, _HORIZONS * settings.horizon, _LEAST_STEPS
        )
        self.steps = min(histories.steps, wanted, _MOST_STEPS)
        self.first = histories.steps - self.steps
        past = histories.name_periods(np.arange(self.first, histories.steps))
        self._ahead = figures.together.stamps
        self.stamps = [*past, *self._ahead]
        self._sort_backtest()

    @property
    def most(self) -> int:
        """How many series there are to describe, at most."""
        return len(self.excerpt.numbers)

    def _sort_backtest(self) -> None:
        self._points = None
        if self.excerpt.told is None:
            return
        points = self.excerpt.told.points
        order = np.lexsort((points.step, points.cutoff, points.series))
        points = points.take(order)
        self._baseline = self.excerpt.told.baseline[order]
        count = len(self.excerpt.numbers)
        self._points = points
        self._offsets = np.searchsorted(points.series, np.arange(count + 1))

    def describe(self, series: Array) -> Iterator[dict[str, Any]]:
        """Describe some series by their numbers among all."""
        figures, horizon = self.content.figures, self.content.settings.horizon
        history, grid = self.excerpt.history, self.excerpt.grid
        series = np.searchsorted(self.excerpt.numbers, series)
        # What is charted anyway, the script finds by itself.
        is_far = figures.ghost.lag > self.steps
        before = figures.ghost.look_up(history, series if is_far else [], horizon)
        for at, number in enumerate(series.tolist()):
            some = slice(*history.offsets[number : number + 2].tolist())
            recent = history.periods[some] >= self.first
            periods = history.periods[some][recent] - self.first
            rows = slice(
                int(np.searchsorted(grid.series, number)),
                int(np.searchsorted(grid.series, number, side="right")),
            )
            stamps = grid.stamps[rows].tolist()
            yield {
                # The places of values; only the first when they have no gap.
                "p": _places(periods),
                "v": _list_rounded(history.values[some][recent]),
                "m": _list_rounded(grid.mean[rows]),
                "q": [_list_rounded(column) for column in grid.quantiles[rows].T],
                **({} if stamps == self._ahead else {"t": stamps}),
                **({"g": _list_rounded(before[at], _PAST_DIGITS)} if is_far else {}),
                **self._describe_backtest(number),
            }

    def _describe_backtest(self, number: int) -> dict[str, Any]:
        """Give the windows' first places; from there forecast, baseline and range."""
        if self._points is None:
            return {}
        some = slice(*self._offsets[number : number + 2].tolist())
        points, baseline = self._points.take(some), self._baseline[some]
        fresh = np.flatnonzero(np.diff(points.cutoff, prepend=-1))
        windows = []
        for at, end in zip(fresh, [*fresh[1:], len(points)]):
            part = points.take(slice(at, end))
            place = int(part.cutoff[0] + part.step[0] - self.first)
            if place < 0 or (np.diff(part.step) != 1).any():
                continue
            columns = [part.mean, baseline[at:end]]
            if part.quantiles.shape[1] > 1:
                columns += [part.quantiles[:, 0], part.quantiles[:, -1]]
            windows.append([place, *(_list_rounded(c, _PAST_DIGITS) for c in columns)])
        return {"b": windows} if windows else {}


def _places(periods: Array) -> list[int]:
    if len(periods) and periods[-1] - periods[0] == len(periods) - 1:
        return [int(periods[0])]
    places: list[int] = periods.tolist()
    return places


def _list_rounded(values: Array, digits: int = _DIGITS) -> list[float | None]:
    return [_round(value, digits) for value in values.tolist()]


def _round(value: float | None, digits: int) -> float | None:
    """Give a number as JSON has it; a whole one without its fraction."""
    if value is None or not np.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded
