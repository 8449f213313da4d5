"""Why rows lack a date or an id, and what the rows around them show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.reading.numbers import parse_column
from glue.reading.timestamps import Reading, TimestampParser
from glue.reading.written_moments import write_like
from glue.rows import Rows

# A total may be rounded by so much.
_ROUNDED = 0.005
_LEAST_SUMMED = 2
_NEARLY_ALL = 0.9
# Steps of months differ by so much.
_SHORTEST = 0.85
# So many blank rows on end are a block of them.
_BLOCK = 6
# So many rows are looked at for totals, and named.
_MOST_TOTALS, _MOST_NAMED = 200, 5


@dataclass(frozen=True)
class BlankCells:
    """Rows of a table as text, and the column in which some of them are blank.

    ``mark`` is the target's decimal mark; ``is_whole`` says that there are no other
    rows.
    """

    rows: Rows
    name: str
    keys: tuple[str, ...]
    timestamp: str
    reading: Reading
    target: str | None
    mark: str
    is_whole: bool

    @property
    def blank(self) -> Array:
        """Which rows are blank there, [n]."""
        return self.rows.blank(self.name)

    def advise(self) -> str | None:
        """Say what to do about just these rows; None where they do not show it."""
        if not self.is_whole or not self.blank.any() or self.blank.all():
            return None
        advice = self._advise_totals()
        if advice is None and self.name == self.timestamp:
            advice = self._advise_dates() or self._advise_block()
        return advice

    def _advise_block(self) -> str | None:
        """Name the rows that are blank, where they are a block."""
        at = np.flatnonzero(self.blank)
        if len(at) < _BLOCK or (np.diff(at) != 1).any():
            return None
        low, high = (int(self.rows.numbers[at[n]]) for n in (0, -1))
        return (
            f"write the dates into rows {low} to {high}, or export the table again "
            "with them; otherwise remove these rows"
        )

    def _advise_totals(self) -> str | None:
        """Say that the rows sum up those above them, or those of their date."""
        at = np.flatnonzero(self.blank)
        if self.target is None or len(at) > _MOST_TOTALS:
            return None
        values, bad = parse_column(self.rows.given(self.target), self.mark, plain=False)
        values = np.where(bad, np.nan, values)
        if not all(self._is_total(int(one), values) for one in at):
            return self._advise_last(at)
        which = "which is a total of other rows"
        if len(at) > 1:
            which = "which are totals of other rows"
        return f"remove {name_rows(self.rows.numbers[at])}, {which}"

    def _advise_last(self, at: Array) -> str | None:
        """Say that the last row, without an id and a date, is none."""
        names = (*self.keys, self.timestamp)
        last = len(self.rows) - 1
        if at.tolist() != [last] or not all(
            self.rows.blank(name)[last] for name in names
        ):
            return None
        return (
            f"remove {name_rows(self.rows.numbers[at])}, which has neither an id nor "
            "a date, as totals and notes"
        )

    def _is_total(self, at: int, values: Array) -> bool:
        """Say whether a row has the sum of those above, up to the last such row."""
        above = np.flatnonzero(self.blank[:at])
        since = int(above[-1]) + 1 if len(above) else 0
        sums = [_pick(values, self.blank, slice(start, at)) for start in {0, since}]
        dates = self.rows[self.timestamp]
        if dates[at]:
            same = (dates == dates[at]) & ~self.blank & self._is_of_group(at)
            sums.append(values[same & ~np.isnan(values)])
        return any(
            len(some) >= _LEAST_SUMMED
            and abs(some.sum() - values[at]) <= _ROUNDED * abs(some.sum())
            for some in sums
        )

    def _is_of_group(self, at: int) -> Array:
        """Mark the rows with the other ids of a row, as far as it has any, [n]."""
        mask = np.ones(len(self.rows), dtype=bool)
        for key in self.keys:
            if key != self.name and str(self.rows[key][at]).strip():
                mask &= self.rows[key] == self.rows[key][at]
        return mask

    def _advise_dates(self) -> str | None:
        """Say which date each row lacks: that of the row above, or one in between."""
        codes, texts = self.rows.factorize(self.timestamp)
        moments, good = TimestampParser(self.reading).parse(texts)
        known = good[codes]
        seconds = moments[codes]
        if not known.any() or (~known & ~self.blank).any():
            return None
        return self._advise_above(seconds, known) or self._advise_between(
            seconds, known
        )

    def _advise_above(self, seconds: Array, known: Array) -> str | None:
        """Say that a date is written once for several rows, where that is so."""
        at = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
        if at[0] < 0:
            return None
        pairs = np.stack([self.rows.key(list(self.keys)), seconds[at]])
        if len(np.unique(pairs, axis=1).T) < len(at) and not _is_even(known):
            return None
        first = int(np.flatnonzero(~known)[0])
        text = str(self.rows[self.timestamp][at[first]])
        return (
            f"write the date of the row above into each, such as {text} in row "
            f"{self.rows.numbers[first]}, as dates seem to be written once for several "
            "rows"
        )

    def _advise_between(self, seconds: Array, known: Array) -> str | None:
        """Say which date the first row lacks, as those of its series beside it show."""
        moments = np.unique(seconds[known])
        series = self.rows.key(list(self.keys))
        first = int(np.flatnonzero(~known)[0])
        own = np.flatnonzero(series == series[first])
        place = int(np.flatnonzero(own == first)[0])
        before = [n for n in range(place) if known[own[n]]]
        after = [n for n in range(place + 1, len(own)) if known[own[n]]]
        if not before or not after:
            return None
        low, high = own[before[-1]], own[after[0]]
        start, end = np.searchsorted(moments, [seconds[low], seconds[high]])
        steps, at = after[0] - before[-1], place - before[-1]
        moment = _find_between(int(seconds[low]), int(seconds[high]), steps, at)
        if end - start == steps:
            moment = int(moments[start + at])
        elif end - start != 1 or not _is_usual(moments, moment):
            moment = None
        like = str(self.rows[self.timestamp][low])
        text = None if moment is None else write_like(moment, like, self.reading)
        if text is None:
            return None
        others = ", and the others likewise" if (~known).sum() > 1 else ""
        return (
            f"write {text} into row {self.rows.numbers[first]}, as it stands between "
            f"{like} and {self.rows[self.timestamp][high]} of its series{others}; or "
            f"remove {'these rows' if others else 'the row'}"
        )


def _find_between(low: int, high: int, steps: int, at: int) -> int | None:
    """Give the moment so many of some even steps after another, in months or not."""
    start, end = (pd.Timestamp(seconds, unit="s") for seconds in (low, high))
    months = 12 * (end.year - start.year) + end.month - start.month
    if months and (start.day, start.time()) == (end.day, end.time()):
        if months % steps:
            return None
        moment = start + pd.DateOffset(months=months // steps * at)
        return int((moment - pd.Timestamp(0)).total_seconds())
    return None if (high - low) % steps else low + (high - low) // steps * at


def _is_usual(moments: Array, moment: int | None) -> bool:
    """Say whether a step to a moment is about as long as most of the others."""
    if moment is None or len(moments) < _LEAST_SUMMED + 1:
        return False
    step = moment - moments[moments < moment].max()
    usual = float(np.median(np.diff(moments)))
    return bool(_SHORTEST * usual <= step <= usual / _SHORTEST)


def _is_even(known: Array) -> bool:
    """Say whether blocks of a filled row and blank ones below it are of one length."""
    lengths = np.diff(np.flatnonzero(known))
    counts = np.unique(lengths, return_counts=True)
    usual = int(counts[1].argmax()) if len(lengths) else 0
    return bool(
        len(lengths) > 1
        and counts[0][usual] > 1
        and counts[1][usual] >= _NEARLY_ALL * len(lengths)
    )


def _pick(values: Array, blank: Array, where: slice) -> Array:
    """Give the values of the rows that are not blank, [m]."""
    some = values[where][~blank[where]]
    return some[~np.isnan(some)]


def name_rows(numbers: Sequence[int] | Array) -> str:
    """Name some rows by their numbers, the first few of many."""
    rows = [int(number) for number in numbers]
    if len(rows) == 1:
        return f"row {rows[0]}"
    if len(rows) > _MOST_NAMED:
        shown = ", ".join(map(str, rows[:_MOST_NAMED]))
        return f"rows {shown} and {len(rows) - _MOST_NAMED} more"
    return f"rows {', '.join(map(str, rows[:-1]))} and {rows[-1]}"
