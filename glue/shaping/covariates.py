"""RTS.csv joined to the history, part by part; rows of the future are added."""

from __future__ import annotations

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Tallies
from glue.rows import Rows, concatenate
from glue.shaping.joins import (
    describe_rows,
    is_blank,
    look_up,
    make_blanks,
    mark_firsts,
    note_rows,
    number_alike,
)
from glue.shaping.shape import Parted, Shape
from glue.understanding.related import RelatedTable


def join_covariates(
    shape: Shape, history: Rows, related: Parted, tallies: Tallies, *, number: int
) -> Rows:
    """Join one part of RTS.csv to one part of the history.

    Every row of history stays, once. Covariates of moments after the history
    become rows with an empty target, up to the horizon.

    Parameters
    ----------
    shape
        Columns and facts of the whole history.
    history
        The history's rows, sorted by series and time.
    related
        The table of covariates.
    tallies
        Takes what did not match.
    number
        The part's number.
    """
    table = related.table
    rows = related.parts.load(number)
    rows = rows.with_seconds(shape.clock.cut(rows.seconds)).sort(table.keys)
    repeats = rows.series(table.keys).repeats(rows.seconds)
    note_rows("rts-duplicate-rows", table, rows, repeats, tallies=tallies)
    pair = _Pair(shape, history, rows.take(~repeats), table, tallies=tallies)
    pair.note_unknown()
    return pair.add_future(pair.join_history()) if len(history) else history


class _Pair:
    """A part of the history beside the part of RTS.csv that belongs to it."""

    def __init__(
        self,
        shape: Shape,
        history: Rows,
        rows: Rows,
        table: RelatedTable,
        *,
        tallies: Tallies,
    ) -> None:
        self.shape, self.table, self._tallies = shape, table, tallies
        self.history, self.rows = history, rows
        self._code, self._row_code = number_alike(history, rows, table.keys)
        self._is_known = np.isin(self._row_code, self._code)
        self._is_past = shape.is_history(rows)
        seconds = np.concatenate([history.seconds, rows.seconds])
        moments, at = np.unique(seconds, return_inverse=True)
        self._moments, at = len(moments), at.reshape(-1)
        self._at, self._row_at = at[: len(history)], at[len(history) :]

    def _note(self, code: str, mask: Array) -> None:
        note_rows(code, self.table, self.rows, mask, tallies=self._tallies)

    def note_unknown(self) -> None:
        """Note the series of RTS.csv that the history has not, each once."""
        self._note("rts-series-unknown", mark_firsts(self._row_code, ~self._is_known))

    def join_history(self) -> Rows:
        """Give each row of history the covariates of its series and moment."""
        wanted = self._code * self._moments + self._at
        lookup = look_up(wanted, self._row_code * self._moments + self._row_at)
        self._note_missing(self.shape.is_history(self.history) & ~lookup.hit)
        self._tallies.amounts["matched"] += int(lookup.hit.sum())
        self._tallies.amounts["known"] += int(self._is_known.sum())
        if len(self.rows) and len(self.history):
            self._keep_moments()
        is_used = np.zeros(len(self.rows), dtype=bool)
        is_used[lookup.used] = True
        for name in self.table.columns:
            blank = is_used & self._is_past & is_blank(self.rows[name])
            self._note("covariate-blank", blank)
        self._note("rts-rows-unmatched", self._is_known & self._is_past & ~is_used)
        return self.history.with_columns(
            {name: lookup.pick(self.rows[name]) for name in self.table.columns}
        )

    def _keep_moments(self) -> None:
        """Keep the first moments of both tables, to be shown when none matches."""
        for name, rows in (("theirs", self.rows), ("ours", self.history)):
            first = int(rows.seconds.min())
            known = self._tallies.amounts.get(name, first)
            self._tallies.amounts[name] = min(known, first)

    def _note_missing(self, mask: Array) -> None:
        """Note the rows of history without covariates."""
        if mask.any():
            keys, file = self.shape.keys, self.shape.file
            describe = describe_rows(self.history, keys)
            examples = self.history.first(mask, file, keys[0], describe)
            self._tallies.add(
                "rts-history-missing",
                examples,
                count=int(mask.sum()),
                file=self.table.name,
            )

    def add_future(self, joined: Rows) -> Rows:
        """Add the covariates that are known of the future, as rows of their own."""
        keys, horizon = self.shape.keys, self.shape.horizon
        future = self._is_known & ~self._is_past
        beyond = future & (self.shape.steps_ahead(self.rows.seconds) > horizon)
        self._note("rts-beyond-horizon", beyond)
        series = joined.series(keys)
        heads, picks = self._match_series(
            series.starts, np.flatnonzero(future & ~beyond)
        )
        fresh = ~np.isin(
            series.numbers[heads] * self._moments + self._row_at[picks],
            series.numbers * self._moments + self._at,
        )
        if not fresh.any():
            return joined
        added = self._make_future(joined, heads[fresh], picks[fresh])
        return concatenate([joined, added]).sort(keys)

    def _match_series(self, starts: Array, source: Array) -> tuple[Array, Array]:
        """Pair each series' first row with the future rows that are for it."""
        codes = self._row_code[source]
        order = np.argsort(codes, kind="stable")
        low = np.searchsorted(codes[order], self._code[starts], side="left")
        high = np.searchsorted(codes[order], self._code[starts], side="right")
        counts = high - low
        offsets = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
        picks = source[order[np.repeat(low, counts) + offsets]]
        return np.repeat(starts, counts), picks

    def _make_future(self, joined: Rows, heads: Array, picks: Array) -> Rows:
        """Make rows with covariates, what never changes, and no target.

        Their numbers are negative, to tell them from the history's own.
        """
        kept = {*self.shape.keys, *self.shape.static}
        columns: dict[str, Array] = {}
        for name, values in joined.columns.items():
            if name in self.table.columns:
                columns[name] = self.rows[name][picks]
            elif name in kept:
                columns[name] = values[heads]
            else:
                columns[name] = make_blanks(values, len(heads))
        return Rows(columns, -self.rows.numbers[picks], self.rows.seconds[picks])
