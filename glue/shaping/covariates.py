"""Joins covariates and attributes to the history, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.findings.finding import Finding, Tally
from glue.frequency import DAY, Frequency
from glue.reading.profile import examples_at
from glue.shaping.parts import ROW, SECONDS, sort_rows
from glue.shaping.series_checks import name_row, name_series
from glue.understanding.related import RelatedTable
from glue.understanding.roles import factorize

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


@dataclass(frozen=True)
class JoinContext:
    """What every part needs to know for its join.

    ``last`` is the last moment of history; ``static`` names the columns of the
    history that never change within a series.
    """

    file: str
    keys: tuple[str, ...]
    target: str
    frequency: Frequency
    last: int
    horizon: int
    truncate: bool = False
    static: frozenset[str] = frozenset()


@dataclass
class JoinTallies:
    """What did not match, over all parts."""

    duplicate: Tally = field(default_factory=Tally)
    unknown_series: Tally = field(default_factory=Tally)
    unmatched: Tally = field(default_factory=Tally)
    beyond: Tally = field(default_factory=Tally)
    history_missing: Tally = field(default_factory=Tally)
    future_partial: Tally = field(default_factory=Tally)
    future_blank: dict[str, Tally] = field(default_factory=dict)
    history_blank: Tally = field(default_factory=Tally)
    metadata_duplicate: Tally = field(default_factory=Tally)
    metadata_repeated: Tally = field(default_factory=Tally)
    metadata_missing: Tally = field(default_factory=Tally)
    metadata_unknown: Tally = field(default_factory=Tally)
    future_rows: int = 0
    series: int = 0


def join_related(
    context: JoinContext,
    columns: Mapping[str, Array],
    related: RelatedTable,
    tallies: JoinTallies,
    *,
    number: int,
) -> dict[str, Array]:
    """Join one part of RTS.csv to one part of the history.

    Every row of history stays, once. Covariates of moments after the history
    become rows with an empty target, up to the horizon.

    Parameters
    ----------
    context
        Columns and facts of the whole history.
    columns
        The history's rows, sorted by series and time; no rows at all when empty.
    related
        The table of covariates.
    tallies
        Takes what did not match.
    number
        The part's number.
    """
    assert related.parts is not None
    rows = related.parts.load(number)
    if not rows:
        rows = _no_rows(related)
    if context.truncate:
        rows[SECONDS] = rows[SECONDS] // DAY * DAY
    rows = _without_repeats(context, sort_rows(rows, related.keys), related, tallies)
    if not columns:
        _note_unknown(rows, related, np.ones(len(rows[ROW]), dtype=bool), tallies)
        return {}
    pair = _Pair(context, dict(columns), rows, related)
    joined = pair.join_history(tallies)
    return pair.add_future(joined, tallies)


def _no_rows(related: RelatedTable) -> dict[str, Array]:
    texts = [*related.keys, *related.texts]
    rows: dict[str, Array] = {name: np.empty(0, dtype=object) for name in texts}
    rows.update({name: np.empty(0) for name in related.numbers})
    rows.update({name: np.empty(0, dtype=np.int64) for name in (ROW, SECONDS)})
    return rows


def _without_repeats(
    context: JoinContext,
    rows: dict[str, Array],
    related: RelatedTable,
    tallies: JoinTallies,
) -> dict[str, Array]:
    """Note rows that repeat a key and a moment; keep the first of each."""
    series = factorize([rows[name] for name in related.keys], sort=True)
    same = (np.diff(series) == 0) & (np.diff(rows[SECONDS]) == 0)
    repeats = np.concatenate([[False], same])[: len(series)]
    if not repeats.any():
        return rows
    _note_rows(tallies.duplicate, rows, related, repeats)
    return {name: values[~repeats] for name, values in rows.items()}


def _note_rows(
    tally: Tally, rows: Mapping[str, Array], related: RelatedTable, mask: Array
) -> None:
    at = np.flatnonzero(mask)
    if len(at):
        first = at[np.argsort(rows[ROW][at], kind="stable")[:5]]
        name = name_row if related.plan and related.plan.timestamp else name_series
        names = [name(related.keys, rows, one) for one in first.tolist()]
        places = examples_at(
            related.table.name, related.keys[0], rows[ROW][first], names
        )
        tally.add(places, count=len(at))


def _note_unknown(
    rows: Mapping[str, Array], related: RelatedTable, mask: Array, tallies: JoinTallies
) -> None:
    """Note the series of RTS.csv that the history has not, each once."""
    at = np.flatnonzero(mask)
    if len(at):
        series = factorize([rows[name][at] for name in related.keys])
        firsts = np.zeros(len(rows[ROW]), dtype=bool)
        firsts[at[np.unique(series, return_index=True)[1]]] = True
        _note_rows(tallies.unknown_series, rows, related, firsts)


class _Pair:
    """A part of the history beside the part of RTS.csv that belongs to it."""

    def __init__(
        self,
        context: JoinContext,
        columns: dict[str, Array],
        rows: dict[str, Array],
        related: RelatedTable,
    ) -> None:
        self.context, self.related = context, related
        self.columns, self.rows = columns, rows
        length = len(columns[SECONDS])
        both = [np.concatenate([columns[n], rows[n]]) for n in related.keys]
        codes = factorize(both)
        self.code, self.row_code = codes[:length], codes[length:]
        moments, at = np.unique(
            np.concatenate([columns[SECONDS], rows[SECONDS]]), return_inverse=True
        )
        self._moments = len(moments)
        self._at, self._row_at = at.reshape(-1)[:length], at.reshape(-1)[length:]
        self.series = factorize([columns[name] for name in context.keys], sort=True)

    def join_history(self, tallies: JoinTallies) -> dict[str, Array]:
        """Give each row of history the covariates of its series and moment."""
        wanted = self.code * self._moments + self._at
        given = self.row_code * self._moments + self._row_at
        order = np.argsort(given, kind="stable")
        spots = np.searchsorted(given[order], wanted)
        spots = np.minimum(spots, max(len(given) - 1, 0))
        found = given[order][spots] == wanted if len(given) else wanted < 0
        source = order[spots] if len(given) else np.zeros(len(wanted), dtype=np.int64)
        joined = dict(self.columns)
        for name in self.related.columns:
            joined[name] = _pick(self.rows[name], source, found)
        self._note_history(found, source[found], tallies)
        return joined

    def _note_history(self, found: Array, used: Array, tallies: JoinTallies) -> None:
        history = self.columns[SECONDS] <= self.context.last
        self._note_columns(tallies.history_missing, history & ~found)
        is_used = np.zeros(len(self.row_code), dtype=bool)
        is_used[used] = True
        is_used &= self.rows[SECONDS] <= self.context.last
        for name in self.related.columns:
            blank = is_used & _is_blank(self.rows[name])
            _note_rows(tallies.history_blank, self.rows, self.related, blank)
        known = np.isin(self.row_code, self.code)
        _note_unknown(self.rows, self.related, ~known, tallies)
        unused = known & (self.rows[SECONDS] <= self.context.last)
        _note_rows(tallies.unmatched, self.rows, self.related, unused & ~is_used)

    def _note_columns(self, tally: Tally, mask: Array) -> None:
        at = np.flatnonzero(mask)
        if len(at):
            first = at[np.argsort(self.columns[ROW][at], kind="stable")[:5]]
            keys = self.context.keys
            names = [name_row(keys, self.columns, one) for one in first.tolist()]
            places = examples_at(
                self.context.file, keys[0], self.columns[ROW][first], names
            )
            tally.add(places, count=len(at))

    def add_future(
        self, joined: dict[str, Array], tallies: JoinTallies
    ) -> dict[str, Array]:
        """Add the covariates that are known of the future, as rows of their own."""
        context = self.context
        ahead = context.frequency.periods(self.rows[SECONDS], context.last)
        future = (self.rows[SECONDS] > context.last) & np.isin(self.row_code, self.code)
        beyond = future & (ahead > context.horizon)
        _note_rows(tallies.beyond, self.rows, self.related, beyond)
        source = np.flatnonzero(future & ~beyond)
        heads, picks = self._match_series(source)
        fresh = ~np.isin(
            self.series[heads] * self._moments + self._row_at[picks],
            self.series * self._moments + self._at,
        )
        added = self._future_rows(joined, heads[fresh], picks[fresh])
        both = {
            name: np.concatenate([values, added[name]])
            for name, values in joined.items()
        }
        return sort_rows(both, context.keys) if len(added[ROW]) else joined

    def _match_series(self, source: Array) -> tuple[Array, Array]:
        """Pair each series' first row with the future rows that are for it."""
        heads = np.flatnonzero(np.diff(self.series, prepend=-1))
        codes = self.row_code[source]
        order = np.argsort(codes, kind="stable")
        low = np.searchsorted(codes[order], self.code[heads], side="left")
        high = np.searchsorted(codes[order], self.code[heads], side="right")
        counts = high - low
        offsets = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
        picks = source[order[np.repeat(low, counts) + offsets]]
        return np.repeat(heads, counts), picks

    def _future_rows(
        self, joined: Mapping[str, Array], heads: Array, picks: Array
    ) -> dict[str, Array]:
        """Make rows with covariates, what never changes, and no target.

        Their numbers are negative, to tell them from the history's own.
        """
        kept = {*self.context.keys, *self.context.static}
        added: dict[str, Array] = {}
        for name, values in joined.items():
            if name == ROW:
                added[name] = -self.rows[name][picks]
            elif name == SECONDS or name in self.related.columns:
                added[name] = self.rows[name][picks]
            elif name in kept:
                added[name] = values[heads]
            else:
                added[name] = _blanks(values, len(heads))
        return added


def _pick(values: Array, source: Array, found: Array) -> Array:
    """Take values where there are any; the rest is blank."""
    picked = _blanks(values, len(source))
    picked[found] = values[source[found]]
    return picked


def _blanks(like: Array, count: int) -> Array:
    if like.dtype == object:
        blanks = np.empty(count, dtype=object)
        blanks[:] = ""
        return blanks
    return np.full(count, np.nan)


def _is_blank(values: Array) -> Array:
    blank: Array = values == "" if values.dtype == object else np.isnan(values)
    return blank


def check_future(
    context: JoinContext,
    columns: Mapping[str, Array],
    covariates: Sequence[str],
    tallies: JoinTallies,
    *,
    file: str,
) -> None:
    """Note the series whose covariates do not reach to the end of the horizon.

    Parameters
    ----------
    context
        Columns and facts of the whole history.
    columns
        Joined rows, sorted by series and time.
    covariates
        The columns that change with time.
    tallies
        Takes the series, and the blank values in rows of the future.
    file
        The file that should hold the future rows.
    """
    series = factorize([columns[name] for name in context.keys], sort=True)
    starts = np.flatnonzero(np.diff(series, prepend=-1))
    ahead = context.frequency.periods(columns[SECONDS], context.last)
    future = columns[SECONDS] > context.last
    tallies.series += len(starts)
    tallies.future_rows += int(future.sum())
    fresh = np.diff(series * (context.horizon + 2) + np.maximum(ahead, 0), prepend=-1)
    counted = future & (fresh != 0) & (ahead >= 1) & (ahead <= context.horizon)
    steps = np.add.reduceat(counted.astype(np.int64), starts)
    own = np.where(columns[ROW] > 0, columns[ROW], np.iinfo(np.int64).max)
    rows = np.minimum.reduceat(own, starts)
    at = np.flatnonzero(steps < context.horizon)
    first = at[np.argsort(rows[at], kind="stable")[:5]]
    names = [
        f"{name_series(context.keys, columns, int(starts[one]))}: "
        f"{steps[one]} of {context.horizon} step(s)"
        for one in first.tolist()
    ]
    places = examples_at(context.file, context.keys[0], rows[first], names)
    tallies.future_partial.add(places, count=len(at))
    for name in covariates:
        blank = np.flatnonzero(future & _is_blank(columns[name]))
        tally = tallies.future_blank.setdefault(name, Tally())
        for which, sign in ((context.file, 1), (file, -1)):
            mine = blank[columns[ROW][blank] * sign > 0]
            numbers = columns[ROW][mine] * sign
            order = np.argsort(numbers, kind="stable")[:5]
            texts = [name_row(context.keys, columns, one) for one in mine[order]]
            places = examples_at(which, name, numbers[order], texts)
            tally.add(places, count=len(mine))


def join_metadata(
    context: JoinContext,
    columns: dict[str, Array],
    related: RelatedTable,
    tallies: JoinTallies,
    *,
    number: int,
) -> dict[str, Array]:
    """Give each row the attributes of its item.

    Parameters
    ----------
    context
        Columns and facts of the whole history.
    columns
        Rows of the history and the future; no rows at all when empty.
    related
        The table of attributes.
    tallies
        Takes what did not match.
    number
        The part's number.
    """
    assert related.parts is not None
    rows = related.parts.load(number) or _no_rows(related)
    rows = _check_attributes(sort_rows(rows, related.keys), related, tallies)
    if not columns:
        everything = np.ones(len(rows[ROW]), dtype=bool)
        _note_rows(tallies.metadata_unknown, rows, related, everything)
        return {}
    codes = factorize([np.concatenate([columns[n], rows[n]]) for n in related.keys])
    code, row_code = codes[: len(columns[ROW])], codes[len(columns[ROW]) :]
    distinct, firsts = np.unique(row_code, return_index=True)
    spots = np.minimum(np.searchsorted(distinct, code), max(len(distinct) - 1, 0))
    found = distinct[spots] == code if len(distinct) else code < 0
    source = firsts[spots] if len(distinct) else np.zeros(len(code), dtype=np.int64)
    joined = dict(columns)
    for name in related.columns:
        joined[name] = _pick(rows[name], source, found)
    unknown = ~np.isin(row_code, code)
    _note_rows(tallies.metadata_unknown, rows, related, unknown)
    heads = np.flatnonzero(~found)
    if len(heads):
        heads = heads[np.unique(code[heads], return_index=True)[1]]
        heads = heads[np.argsort(columns[ROW][heads], kind="stable")]
        names = [name_series(related.keys, columns, one) for one in heads[:5].tolist()]
        numbers = columns[ROW][heads[:5]]
        places = examples_at(context.file, context.keys[0], numbers, names)
        tallies.metadata_missing.add(places, count=len(heads))
    return joined


def _check_attributes(
    rows: dict[str, Array], related: RelatedTable, tallies: JoinTallies
) -> dict[str, Array]:
    """Note the items that are described twice, alike or differently; keep one."""
    series = factorize([rows[name] for name in related.keys], sort=True)
    whole = factorize([series, *(_as_texts(rows[n]) for n in related.columns)])
    again = np.concatenate([[False], np.diff(series) == 0])[: len(series)]
    if not again.any():
        return rows
    differs = np.concatenate([[False], np.diff(whole) != 0])
    _note_rows(tallies.metadata_duplicate, rows, related, again & differs)
    _note_rows(tallies.metadata_repeated, rows, related, again & ~differs)
    return {name: values[~again] for name, values in rows.items()}


def _as_texts(values: Array) -> Array:
    return values if values.dtype == object else values.astype(str).astype(object)


def describe_join(tallies: JoinTallies, file: str, metadata: str) -> list[Finding]:
    """Put into words what did not match."""
    worded = [
        (
            tallies.duplicate,
            "rts-duplicate-rows",
            f"row(s) of {file} repeat the key and the timestamp of another",
        ),
        (
            tallies.unknown_series,
            "rts-series-unknown",
            f"series of {file} are not in the history and were left out",
        ),
        (
            tallies.unmatched,
            "rts-rows-unmatched",
            f"row(s) of {file} have no row of history and were left out",
        ),
        (
            tallies.beyond,
            "rts-beyond-horizon",
            f"row(s) of {file} lie beyond the horizon and were left out",
        ),
        (
            tallies.history_missing,
            "rts-history-missing",
            f"row(s) of history have no covariates in {file}",
        ),
        (
            tallies.history_blank,
            "covariate-blank",
            f"covariate value(s) of {file} are blank in the history",
        ),
        (
            tallies.metadata_duplicate,
            "metadata-duplicate",
            f"row(s) of {metadata} describe an item again, and differently",
        ),
        (
            tallies.metadata_repeated,
            "metadata-repeated",
            f"row(s) of {metadata} repeat another and were left out",
        ),
        (
            tallies.metadata_missing,
            "metadata-missing",
            f"item(s) of the history are not in {metadata}",
        ),
        (
            tallies.metadata_unknown,
            "metadata-unknown",
            f"item(s) of {metadata} are not in the history and were left out",
        ),
    ]
    return [
        tally.as_finding(code, f"{tally.count} {words}")
        for tally, code, words in worded
        if tally.count
    ]
