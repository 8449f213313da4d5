"""RTS.csv joined to the history, part by part; rows of the future are added."""

from __future__ import annotations

from dataclasses import dataclass

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
from glue.shaping.repeats import (
    ALIKE,
    SLIP,
    Slips,
    differs_above,
    mark_undated,
    tell_apart,
)
from glue.shaping.shape import Parted, Shape
from glue.understanding.related import RelatedTable


@dataclass
class SharedUse:
    """Which rows of a shared table are of a series of the history, and which used.

    Both masks are [n rows]; each part of the history adds to them.
    """

    is_known: Array
    is_used: Array

    @classmethod
    def of(cls, rows: Rows) -> SharedUse:
        """Begin without any."""
        return cls(np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool))

    def merge(self, other: SharedUse) -> None:
        """Add what other parts use."""
        self.is_known |= other.is_known
        self.is_used |= other.is_used


class CovariateJoiner:
    """Joins RTS.csv to the history, part by part.

    Every row of history stays, once. Covariates of moments after the history become
    rows with an empty target, up to the horizon.

    Parameters
    ----------
    shape
        What the forecast input is to be.
    related
        The table.
    tallies, slips
        Take what is found.
    shared
        The rows of a shared table, as ``load`` gave them before.
    """

    def __init__(
        self,
        shape: Shape,
        related: Parted,
        tallies: Tallies,
        slips: Slips,
        *,
        shared: Rows | None = None,
    ) -> None:
        self._shape, self._related = shape, related
        self._tallies, self._slips, self._shared = tallies, slips, shared

    def join(self, history: Rows, number: int) -> tuple[Rows, SharedUse | None]:
        """Join the covariates of one part to its history, sorted by series and time.

        Returns
        -------
        tuple
            The joined rows, and what of a shared table the part uses.
        """
        rows = self.load(number) if self._shared is None else self._shared
        use = SharedUse.of(rows)
        table, tallies = self._related.table, self._tallies
        pair = _Pair(self._shape, history, rows, table, use=use, tallies=tallies)
        joined = pair.add_future(pair.join_history()) if len(history) else history
        if self._shared is not None:
            return joined, use
        self.tell(rows, use)
        return joined, None

    def advise(self) -> None:
        """Say, after all parts, what to do about rows that repeat others."""
        usual = ALIKE if self._slips.are_alike else SLIP
        few = self._slips.advise_few()
        advice = self._slips.advise() or few or (usual if self._slips.are_few else None)
        if advice:
            self._tallies.advise("rts-duplicate-rows", advice)

    def load(self, number: int) -> Rows:
        """Read rows, and leave out those that repeat another's series and moment."""
        shape, table = self._shape, self._related.table
        rows = self._related.parts.load(number)
        rows = rows.with_seconds(shape.clock.cut(rows.seconds)).sort(table.keys)
        if not len(rows):
            return rows
        series = rows.series(table.keys)
        repeats = series.repeats(rows.seconds)
        undated = mark_undated(rows.seconds, repeats)
        self._note_undated(rows, undated)
        repeats &= ~undated
        note_rows(
            "rts-duplicate-rows",
            table,
            rows,
            repeats,
            tallies=self._tallies,
            more=lambda at: tell_apart(rows, table.columns, at),
        )
        alike = repeats.copy()
        for name in table.columns:
            alike &= ~differs_above(rows[name])
        self._slips.see(series, repeats, alike=alike)
        return rows.take(~repeats & ~undated)

    def _note_undated(self, rows: Rows, undated: Array) -> None:
        """Note the rows at a date that programs write where there is none."""
        file, column = self._related.table.name, self._related.table.plan.timestamp
        if undated.any() and column is not None:
            write = self._shape.clock.write
            examples = rows.first(
                undated, file, column, lambda at: write(int(rows.seconds[at]))
            )
            self._tallies.add(
                "timestamp-default",
                examples,
                count=int(undated.sum()),
                column=column,
                file=file,
            )

    def _find_off(self, rows: Rows) -> Array:
        """Mark the rows that begin no period, where all of the history does."""
        starts_of, moments = self._shape.frequency.starts_of, self._shape.survey.moments
        moments = self._shape.clock.cut(moments)
        if (starts_of(moments) != moments).any():
            return np.zeros(len(rows), dtype=bool)
        off: Array = starts_of(rows.seconds) != rows.seconds
        return off

    def tell(self, rows: Rows, use: SharedUse) -> None:
        """Note the rows that are of no use, and the blank values of those that are."""
        shape, table = self._shape, self._related.table
        past = shape.is_history(rows)
        beyond = shape.steps_ahead(rows.seconds) > shape.horizon
        ahead = use.is_known & ~past & ~beyond
        codes = rows.key(table.keys)
        masks = [
            ("rts-series-unknown", mark_firsts(codes, ~use.is_known)),
            ("rts-rows-unmatched", use.is_known & past & ~use.is_used),
            ("rts-beyond-horizon", use.is_known & ~past & beyond),
            ("rts-off-boundary", ahead & self._find_off(rows)),
        ]
        for name in table.columns:
            if rows[name].dtype != object:  # of texts, blank is one of their kinds
                blank = use.is_used & past & is_blank(rows[name])
                masks.append(("covariate-blank", blank))
        for code, mask in masks:
            note_rows(code, table, rows, mask, tallies=self._tallies)


class _Pair:
    """A part of the history beside the rows of RTS.csv that may belong to it."""

    def __init__(
        self,
        shape: Shape,
        history: Rows,
        rows: Rows,
        table: RelatedTable,
        *,
        use: SharedUse,
        tallies: Tallies,
    ) -> None:
        self.shape, self.table, self._tallies = shape, table, tallies
        self.history, self.rows, self._use = history, rows, use
        self._code, self._row_code = number_alike(history, self.rows, table.keys)
        self._is_known = np.isin(self._row_code, self._code)
        use.is_known |= self._is_known
        self._is_past = shape.is_history(self.rows)
        seconds = np.concatenate([history.seconds, self.rows.seconds])
        moments, at = np.unique(seconds, return_inverse=True)
        self._moments, at = len(moments), at.reshape(-1)
        self._at, self._row_at = at[: len(history)], at[len(history) :]

    def join_history(self) -> Rows:
        """Give each row of history the covariates of its series and moment."""
        wanted = self._code * self._moments + self._at
        lookup = look_up(wanted, self._row_code * self._moments + self._row_at)
        self._note_missing(self.shape.is_history(self.history) & ~lookup.hit)
        self._tallies.amounts["matched"] += int(lookup.hit.sum())
        self._tallies.amounts["known"] += int(self._is_known.sum())
        if len(self.rows) and len(self.history):
            self._keep_moments()
        self._use.is_used[lookup.used] = True
        return self.history.with_columns(
            {name: lookup.pick(self.rows[name]) for name in self.table.columns}
        )

    def _keep_moments(self) -> None:
        """Keep the first moments of both tables, to be shown when none matches."""
        for name, rows in (("theirs", self.rows), ("ours", self.history)):
            self._tallies.note_moment(name, int(rows.seconds.min()))

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
