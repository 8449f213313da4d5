"""Why rows repeat the series and the moment of others, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Example, Findings, Tallies
from glue.frequency import DAY, HOUR
from glue.rows import Rows, Series
from glue.shaping.clock_change import is_set_back
from glue.shaping.horizon import Clock
from glue.shaping.shape import Shape
from glue.shaping.spellings import is_damaged

_CODE = "duplicate-rows"
_CLOCKS = (
    "this hour comes twice as clocks are set back; write moments with their offset, "
    "such as +02:00 and +01:00, or as UTC, or say how to combine both in "
    "Transformations.Aggregation for the target"
)
_OR_COMBINE = (
    "or say how to combine them in Transformations.Aggregation for the target, such as "
    '"sum"'
)
ALIKE = (
    "these rows are alike in all columns, as where rows were copied: remove the repeats"
)
_DIFFERENT = (
    "keep the right one of each, or correct a date that is mistyped; if they are of "
    "several places, add the column that tells these apart, and name it in "
    f"GroupingAttributeNames of TimeSeriesConfig; {_OR_COMBINE}"
)
SLIP = "keep the right one of each, or correct a date that is mistyped"
_HALF_DAYS = "write hours from 0 to 23, or AM or PM behind them"
_NO_YEAR = "write the year too, and the dates as YYYY-MM-DD"
_SHARED = "several items"
# Ids that were cut are of one length, and short.
_LONGEST_CUT = 4
_TIMES_LOST = "if times of day were lost"
# So many rows of a date are as many as it has hours, or nearly.
_HALF_DAY = 12
# So few repeats, or so small a share of all rows, are slips in single rows.
_FEW, _SOME = 5, 0.1
_MOST_REPEATS = 1_000_000
# What programs write where there is no date, in days since 1970.
_NO_DATES = (-25_567, -25_569, 0)
_NEARLY_ALL = 0.9
# Where so large a share repeats others, it is no slip in some rows.
_MANY = 0.2
# Where nearly every row repeats another, each moment has many, as a day has hours.
_MOST = 0.9
_MOST_COLUMNS = 3


class Slips:
    """Looks, part by part, where the rows that repeat others stand in the file.

    What it advises does not depend on how the rows were parted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._count, self._rows = clock, 0, 0
        self._said: list[tuple[int, str]] = []
        self._numbers: list[Array] = []
        self._are_alike = True

    def pass_by(self, rows: int) -> None:
        """Take in how many rows a part has that repeats none."""
        self._rows += rows

    def see(self, series: Series, repeats: Array, *, alike: Array) -> None:
        """Take in the rows of a part, sorted by series and moment.

        ``repeats`` are those with the moment of the row before, and ``alike`` those of
        them that have its values too, [n].
        """
        places = np.flatnonzero(repeats)
        self._rows += len(repeats)
        self._count += len(places)
        self._are_alike &= bool((alike == repeats).all())
        numbers = series.rows.numbers
        if self._count <= _FEW:
            found = (
                (at, _find_place(self._clock, series, at)) for at in places.tolist()
            )
            self._said += [(int(numbers[at]), text) for at, text in found if text]
        if self._count <= _MOST_REPEATS:
            self._numbers.append(np.array([numbers[places], numbers[places - 1]]))

    def merge(self, other: Slips) -> None:
        """Take in where the rows of other parts stand."""
        self._rows += other._rows
        self._count += other._count
        self._are_alike &= other._are_alike
        if self._count <= _FEW:
            self._said += other._said
        if self._count <= _MOST_REPEATS:
            self._numbers += other._numbers

    @property
    def are_few(self) -> bool:
        """Whether there are some, and no more than slips in single rows."""
        return 0 < self._count < _SOME * self._rows

    @property
    def are_alike(self) -> bool:
        """Whether all repeats have the values of the rows that they repeat."""
        return self._are_alike and self._count > 0

    def advise(self) -> str | None:
        """Say what to do, where the places of all rows tell."""
        if 0 < self._count <= _FEW and len(self._said) == self._count:
            return "; ".join(text for _, text in sorted(self._said))
        if not 0 < self._count <= _MOST_REPEATS:
            return None
        rows, twins = np.concatenate(self._numbers, axis=1)
        if self._are_alike:
            return _name_block(rows, twins) or _name_copies(rows, twins)
        return None

    def advise_few(self) -> str | None:
        """Say which of two rows to remove, where they are few and differ."""
        if not 0 < self._count <= _FEW or self._are_alike:
            return None
        return _name_differing(*np.concatenate(self._numbers, axis=1))

    def advise_below(self, header: int) -> str | None:
        """Say what to do where all rows below a second header repeat others."""
        if not 0 < self._count <= _MOST_REPEATS:
            return None
        rows, twins = np.concatenate(self._numbers, axis=1)
        if int(rows.min()) != header + 1 or len(rows) != int(rows.max()) - header:
            return None
        block = f"remove rows {header} to {rows.max()}"
        if self._are_alike:
            return f"the table stands there twice, alike in all columns: {block}"
        return (
            f"rows {rows.min()} to {rows.max()}, below a second header, repeat rows "
            f"{twins.min()} to {twins.max()} with other values: {block} if the upper "
            "ones are right"
        )


def _name_block(rows: Array, twins: Array) -> str | None:
    """Name a block of rows that repeats another one, where it is one."""
    rows, twins = np.sort(rows), np.sort(twins)
    if len(rows) == 1 or (np.diff(rows) != 1).any() or (np.diff(twins) != 1).any():
        return None
    return (
        f"rows {rows[0]} to {rows[-1]} repeat rows {twins[0]} to {twins[-1]}, alike in "
        f"all columns: remove rows {rows[0]} to {rows[-1]}"
    )


def _name_copies(rows: Array, twins: Array) -> str | None:
    """Name the rows that are copies of others, where they are few."""
    pairs = sorted(zip(rows.tolist(), twins.tolist()))
    if len(pairs) > _FEW:
        return None
    if len(pairs) == 1:
        row, twin = pairs[0]
        return f"row {row} is a copy of row {twin}, alike in all columns: remove it"
    return (
        f"remove rows {_list_rows(row for row, _ in pairs)}, which are copies of rows "
        f"{_list_rows(twin for _, twin in pairs)}, alike in all columns"
    )


def _name_differing(rows: Array, twins: Array) -> str:
    """Say that of each two rows the wrong one is to go, where they are few."""
    row, twin = min(zip(rows.tolist(), twins.tolist()))
    others = ", and likewise of the others" if len(rows) > 1 else ""
    return (
        f"remove row {twin} or row {row}, whichever is wrong{others}; or correct the "
        "date, if it is mistyped in one of them"
    )


def _list_rows(numbers: Iterable[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}"


def note_repeats(shape: Shape, series: Series, tallies: Tallies, slips: Slips) -> None:
    """Count what the repeats of a part have in common."""
    rows, amounts = series.rows, tallies.amounts
    repeats = series.repeats(rows.seconds)
    repeats &= ~mark_undated(rows.seconds, repeats)
    # Of all parts, as the same rows may be parted in another way.
    amounts["repeats_among"] += len(repeats)
    if not repeats.any():
        slips.pass_by(len(repeats))
        return
    seconds = rows.seconds[repeats]
    amounts["repeats"] += len(seconds)
    amounts["repeats_of_clocks"] += int(is_set_back(seconds).sum())
    same = repeats.copy()
    for name in (shape.target, *shape.history.roles.others):
        differs = repeats & differs_above(rows[name])
        same &= ~differs
        if rows[name].dtype == object:
            amounts[f"repeats:{name}"] += int(differs.sum())
    amounts["repeats_alike"] += int(same.sum())
    slips.see(series, repeats, alike=same)


def _find_place(clock: Clock, series: Series, at: int) -> str | None:
    """Say where one of two rows of a moment stands in the file, as between others."""
    rows, periods = series.rows, clock.frequency.periods
    own = np.flatnonzero(series.numbers == series.numbers[at])
    order = own[np.argsort(rows.numbers[own], kind="stable")]
    steps = periods(rows.seconds[order], int(rows.seconds[order[0]]))
    for one in (at, at - 1):
        place = int(np.flatnonzero(order == one)[0])
        if not 0 < place < len(order) - 1:
            continue
        before, after = int(steps[place - 1]), int(steps[place + 1])
        wanted = before + 1
        if after - before == 2 and steps[place] != wanted and wanted not in steps:
            start = rows.seconds[order[place - 1]][None]
            into = start - clock.frequency.starts_of(start)
            moment = clock.frequency.moments(np.array([1]), int(start[0])) + into
            low, high = (
                clock.write(int(rows.seconds[order[place + n]])) for n in (-1, 1)
            )
            return (
                f"row {rows.numbers[one]} stands between {low} and {high}: write "
                f"{clock.write(int(moment[0]))} there, as its date seems to be mistyped"
            )
    return None


def mark_undated(seconds: Array, repeats: Array) -> Array:
    """Mark the rows at a date that stands for none, as several of a series do, [n]."""
    days = seconds // DAY
    undated = np.intersect1d(days[repeats], _NO_DATES)
    return np.isin(days, undated)


def differs_above(values: Array) -> Array:
    """Mark the values that are other than those above them, [n]."""
    changed = values[1:] != values[:-1]
    if values.dtype != object:
        changed &= ~(np.isnan(values[1:]) & np.isnan(values[:-1]))
    return np.concatenate([[False], changed.astype(bool)])[: len(values)]


def explain_repeats(
    shape: Shape, tallies: Tallies, findings: Findings, *, slips: Slips
) -> None:
    """Say, after all parts, what to do about just these repeats."""
    amounts = tallies.amounts
    counts = {name: n for name, n in amounts.items() if name.startswith("repeats")}
    for name in counts:
        del amounts[name]
    if counts.get("repeats"):
        usual = f"{SLIP}; {_OR_COMBINE}" if counts["repeats"] <= _FEW else _DIFFERENT
        advice = next(
            _list_advice(shape, counts, findings, tallies.examples(_CODE)), usual
        )
        header = _find_header(shape.file, findings)
        if "header" not in advice:
            few = slips.advise_few() if advice == usual else None
            advice = slips.advise() or few or advice
        elif header is not None and header.row is not None:
            advice = slips.advise_below(header.row) or advice
        tallies.advise(_CODE, advice)
        hours_lost = advice == _HALF_DAYS or advice.startswith(_TIMES_LOST)
        if advice.startswith(_SHARED):
            findings.hold_back(
                ("metadata-duplicate", "rts-duplicate-rows", "column-collision")
            )
            findings.hold_back(("ids-unmatched", "rts-nothing-matched"))
        if advice == _HALF_DAYS:
            _tell_half_days(shape, tallies, findings)
        if advice == _NO_YEAR:
            _tell_no_year(shape, tallies, findings)
            findings.hold_back(["column-collision", "horizon-too-long"])
        if hours_lost:
            findings.hold_back(
                ("column-collision", "horizon-too-long", "rts-duplicate-rows")
            )


def _tell_half_days(shape: Shape, tallies: Tallies, findings: Findings) -> None:
    """Say that hours may be of both halves of the day, instead of their repeats."""
    _tell_ambiguous(
        shape,
        tallies,
        findings,
        shown=[_write_moment(one) for one in tallies.examples(_CODE)],
        remedy=_HALF_DAYS,
        orders="before noon or after it: its hours go from 1 to 12 only, and each "
        "stands twice in a day",
    )


def _tell_no_year(shape: Shape, tallies: Tallies, findings: Findings) -> None:
    """Say that dates such as Jan 01 lack the year, instead of their repeats."""
    _tell_ambiguous(
        shape,
        tallies,
        findings,
        shown=[_write_day(_write_moment(one)) for one in tallies.examples(_CODE)],
        remedy=_NO_YEAR,
        orders="months of the year 2001, or the first days of months whose year is "
        "missing, as each stands there several times",
    )


def _tell_ambiguous(
    shape: Shape,
    tallies: Tallies,
    findings: Findings,
    *,
    shown: list[str],
    remedy: str,
    orders: str,
) -> None:
    """Say that moments mean several things, instead of their repeats."""
    column = shape.history.roles.timestamp
    findings.add(
        "timestamp-ambiguous",
        examples=[
            Example(shape.file, one.row, column, text)
            for one, text in zip(tallies.examples(_CODE), shown)
        ],
        remedy=remedy,
        file=shape.file,
        column=column,
        orders=orders,
    )
    tallies.forget(_CODE, "")


def _write_day(moment: str) -> str:
    """Write a month as it stands in the file, such as Jan 01."""
    return datetime.strptime(moment[:10], "%Y-%m-%d").strftime("%b 01")


def _write_moment(example: Example) -> str:
    """Take the moment out of what names a row."""
    return str(example.value).partition(", with ")[0].rpartition(" at ")[2]


def _list_advice(
    shape: Shape,
    counts: dict[str, int],
    findings: Findings,
    repeats: Sequence[Example],
) -> Iterator[str]:
    """Give what fits, the likeliest first."""
    total = counts["repeats"]
    ids = [str(one.value).partition(" at ")[0] for one in repeats]
    header = _find_header(shape.file, findings)
    if header is not None:
        yield (
            f"the header stands again in row {header.row}, as where a table is there "
            "twice or several were joined: keep one of each row"
        )
    if ids and all(map(is_damaged, ids)):
        text = ids[0]
        yield (
            f"{_SHARED} share an id such as {text!r}, as a spreadsheet has rounded "
            f"long numbers: export {shape.file} again with its ids as text"
        )
    reading = shape.history.reading
    years = shape.survey.moments.astype("datetime64[s]").astype("datetime64[Y]")
    if reading.form == "month-name year" and (years == np.datetime64("2001")).all():
        yield _NO_YEAR
    if counts["repeats_of_clocks"] == total:
        yield _CLOCKS
    hours = np.unique(shape.survey.moments % DAY // HOUR).tolist()
    if hours == list(range(1, 13)):
        yield _HALF_DAYS
    rows = counts["repeats_among"] / max(counts["repeats_among"] - total, 1)
    if rows >= _HALF_DAY and not shape.survey.has_times:
        yield (
            f"{_TIMES_LOST}, as an item has about {rows:.0f} rows of a date, export "
            "them with the dates; if a column is missing that tells places apart, add "
            "it, and name it in GroupingAttributeNames of TimeSeriesConfig"
        )
    if counts["repeats_alike"] == total:
        yield ALIKE
    named = _list_named(counts)
    if counts["repeats"] >= _MANY * counts["repeats_among"] and not named:
        item, lost = shape.keys[0], ""
        if counts["repeats"] >= _MOST * counts["repeats_among"]:
            lost = "if times of day were lost, export them too; "
        cut = _find_cut(shape)
        if cut:
            yield (
                f"{_SHARED} or places share an id such as {ids[0]!r}: all ids have "
                f"{cut} signs, so if they were cut short, export them whole in all "
                "files; otherwise add the column that tells places apart, and name it "
                "in GroupingAttributeNames of TimeSeriesConfig"
            )
        yield (
            f"{'' if shape.survey.has_times else lost}several items or places seem to "
            f"share an id in {item!r}: if ids were cut short or put together, export "
            "them whole; if a column is missing that tells places apart, add it, and "
            f"name it in GroupingAttributeNames of TimeSeriesConfig; {_OR_COMBINE}"
        )
    for name in named:
        yield (
            f"if {name!r} tells series of one item apart, name it in "
            "GroupingAttributeNames of TimeSeriesConfig; otherwise keep one of "
            f"each; {_OR_COMBINE}"
        )


def _find_cut(shape: Shape) -> int | None:
    """Give the length of the ids, where all are short and of one length."""
    lengths = {len(item) for item in shape.history.items}
    longest = max(lengths, default=0)
    return longest if len(lengths) == 1 and longest <= _LONGEST_CUT else None


def _list_named(counts: dict[str, int]) -> list[str]:
    """List the columns of texts in which nearly all repeats differ, the best first."""
    named = {n[len("repeats:") :]: k for n, k in counts.items() if ":" in n}
    best = sorted(named.items(), key=lambda one: -one[1])
    return [name for name, count in best if count >= _NEARLY_ALL * counts["repeats"]]


def _find_header(file: str, findings: Findings) -> Example | None:
    places = (
        one
        for found in findings
        if found.code == "header-repeated"
        for one in found.examples
    )
    return next((one for one in places if one.file == file), None)


def tell_apart(rows: Rows, names: Iterable[str], at: int) -> str:
    """Say which row a row repeats, and in which columns it differs from that."""
    row = int(rows.numbers[at - 1])
    differing = [
        f"{name} {_show(rows[name][at])} after {_show(rows[name][at - 1])}"
        for name in names
        if name in rows.columns and _show(rows[name][at]) != _show(rows[name][at - 1])
    ]
    if not differing:
        return f", as in row {row}"
    return f", with {', '.join(differing[:_MOST_COLUMNS])} in row {row}"


def _show(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else repr(str(value)[:40])
