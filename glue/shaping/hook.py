"""Calls the user's hook on parts of the data, and checks what it returns."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts, factorize
from glue.columns import Columns
from glue.findings.finding import Findings, list_some, shorten
from glue.reading.timestamps import format_moment
from glue.rows import Rows, concatenate
from glue.shaping.input_files import InputLayout, describe_merged
from glue.understanding.column_settings import describe_too_many

Hook = Callable[[pd.DataFrame], pd.DataFrame]
_TRIAL_SERIES = 200
_LONGEST_ERROR = 481


@dataclass(frozen=True)
class HookCaller:
    """A hook with what its input and its output have to be.

    ``last`` is the last moment of history: the target of later rows stays empty.
    ``filled`` names the columns that the settings fill, so that they must stay.
    """

    hook: Hook
    layout: InputLayout
    last: int
    repeats: bool = False
    filled: frozenset[str] = frozenset()

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that no hook may leave out."""
        return (*self.layout.keys, self.layout.timestamp, self.layout.target)

    def call(self, rows: Rows, findings: Findings) -> Rows:
        """Give the hook's rows, sorted: keys, target, then its other columns.

        Raises
        ------
        FileRejected
            When the hook fails, or returns what cannot be forecast.
        """
        try:
            if returns_its_table(self.hook):
                return self._leave(rows)
            return self._read(self._run(self._as_table(rows), findings), rows)
        except _BadResult as problem:
            raise findings.reject("hook-result", problem=problem) from problem

    def try_parting(self, rows: Rows, findings: Findings) -> None:
        """Refuse a hook whose result depends on which series come together."""
        if returns_its_table(self.hook):
            return
        series = rows.series(self.layout.keys)
        count = min(len(series), _TRIAL_SERIES)
        if count < 2:
            return
        together, first, second = (
            self.call(rows.take(mask), findings)
            for mask in (
                series.numbers < count,
                series.numbers < count // 2,
                (series.numbers >= count // 2) & (series.numbers < count),
            )
        )
        problem = _find_difference(together, first, second, self.layout.keys)
        if problem is not None:
            raise findings.reject("hook-depends-on-parts", problem=problem)

    def _as_table(self, rows: Rows) -> pd.DataFrame:
        columns: dict[str, Any] = {}
        for name in self.layout.columns:
            if name == self.layout.timestamp:
                moments = rows.seconds.astype("datetime64[s]")
                columns[name] = pd.Series(moments.astype("datetime64[ns]"))
            else:
                columns[name] = pd.Series(rows[name], dtype=rows[name].dtype)
        return pd.DataFrame(columns)

    def _run(self, table: pd.DataFrame, findings: Findings) -> pd.DataFrame:
        try:
            result: Any = self.hook(table)
        except Exception as error:  # whatever a user's code may raise
            words = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
            words += _spell_place(error, self.hook)
            raise findings.reject("hook-failed", error=words) from error
        if not isinstance(result, pd.DataFrame):
            raise _BadResult(f"returned {type(result).__name__}, no DataFrame")
        missing = [name for name in self.needed if name not in result.columns]
        if missing:
            raise _BadResult(f"left out the columns {list_some(missing)}")
        if not result.columns.is_unique:
            raise _BadResult("returned two columns of one name")
        return result

    def _read(self, table: pd.DataFrame, given: Rows) -> Rows:
        layout = self.layout
        columns = {name: _read_keys(table[name], name) for name in layout.keys}
        seconds = _read_seconds(table[layout.timestamp])
        target = _read_numbers(table[layout.target], layout.target)
        columns[layout.target] = np.where(seconds > self.last, np.nan, target)
        for name in table.columns:
            if name not in self.needed:
                columns[str(name)] = _read_feature(table[name])
        rows = Rows(columns, np.arange(len(table)), seconds)
        self._check_features(rows)
        self._check_rows(rows, given)
        return rows.sort(layout.keys)

    def _leave(self, rows: Rows) -> Rows:
        """Give the rows as a hook does that returns the very table it got."""
        layout = self.layout
        columns = {name: rows.given(name) for name in layout.keys}
        target = rows[layout.target].astype(float)
        columns[layout.target] = np.where(rows.seconds > self.last, np.nan, target)
        for name in layout.others:
            column = rows.given(name)
            is_number = isinstance(column, np.ndarray) and column.dtype != object
            columns[name] = column.astype(float) if is_number else column
        left = Rows(Columns(columns), np.arange(len(rows)), rows.seconds)
        self._check_features(left)
        self._check_rows(left, rows)
        return left.sort(layout.keys)

    def _check_features(self, rows: Rows) -> None:
        gone = sorted(self.filled - rows.columns.keys())
        if gone:
            names = list_some(gone)
            raise _BadResult(f"left out columns that Filling names: {names}")
        others = list_others(rows, self.layout)
        texts = sum(rows[name].dtype == object for name in others)
        too_many = describe_too_many(len(others) - texts, texts)
        if too_many is not None:
            names = list_some(map(repr, others))
            raise _BadResult(f"returned {too_many}: {names}")

    def _check_rows(self, rows: Rows, given: Rows) -> None:
        if np.isinf(rows[self.layout.target]).any():
            at = int(np.argmax(np.isinf(rows[self.layout.target])))
            place = self._name(rows, at)
            raise _BadResult(
                f"returned infinite values of the target, first of {place}"
            )
        if self.repeats or self._are_apart(rows):
            return
        moments = factorize([rows.key(self.layout.keys), rows.seconds])
        firsts = np.unique(moments, return_index=True)[1]
        if len(firsts) < len(moments):
            again = np.setdiff1d(np.arange(len(moments)), firsts)
            raise _BadResult(self._describe_again(rows, int(again[0]), given))

    def _describe_again(self, rows: Rows, at: int, given: Rows) -> str:
        """Say of which series there are two rows of one moment."""
        series = given.series(self.layout.keys)
        key = [rows[name][at] for name in self.layout.keys]
        of_none = all(
            key != [given[name][start] for name in self.layout.keys]
            for start in series.starts.tolist()
        )
        if of_none and len(series) > 1:
            return describe_merged(key)
        return f"returned the same series and timestamp twice: {self._name(rows, at)}"

    def _are_apart(self, rows: Rows) -> bool:
        """Say whether rows stand in order, each at a moment of its own."""
        steps = np.diff(rows.key(self.layout.keys, sort=True))
        later = (steps > 0) | ((steps == 0) & (np.diff(rows.seconds) > 0))
        return bool(later.all())

    def _name(self, rows: Rows, at: int) -> str:
        moment = format_moment(int(rows.seconds[at]))
        return f"{rows.name(self.layout.keys, at)} at {moment}"


def _give_back(table: pd.DataFrame) -> pd.DataFrame:
    return table


# Arguments of another kind, and functions that do not run when they are called.
_OTHER_KINDS = (
    *(inspect.CO_VARARGS, inspect.CO_VARKEYWORDS, inspect.CO_GENERATOR),
    *(inspect.CO_COROUTINE, inspect.CO_ASYNC_GENERATOR),
)


def returns_its_table(hook: Hook) -> bool:
    """Say whether a hook is one as it is delivered: it returns what it gets.

    Its compiled instructions say so, whatever its name and its words are.
    """
    code = getattr(hook, "__code__", None)
    if type(hook) is not FunctionType or code is None:
        return False
    alike = code.co_code == _give_back.__code__.co_code
    usual = not any(code.co_flags & kind for kind in _OTHER_KINDS)
    return alike and usual and code.co_argcount == 1 and not code.co_kwonlyargcount


def _spell_place(error: Exception, hook: Any) -> str:
    """Say in which line of the hook's own file an error came up; empty if unknown."""
    code = getattr(hook, "__code__", None)
    file = getattr(code, "co_filename", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == file]
    if not own:
        return ""
    return f" ({own[-1].filename.rpartition('/')[2]}, line {own[-1].lineno})"


class _BadResult(Exception):
    """What a hook did wrong, as the end of a sentence."""


def list_others(rows: Rows, layout: InputLayout) -> tuple[str, ...]:
    """Name the columns beside the keys and the target, in their order."""
    taken = (*layout.keys, layout.target)
    return tuple(name for name in rows.columns if name not in taken)


def _read_keys(values: pd.Series[Any], name: str) -> Array:
    if values.isna().any():
        raise _BadResult(f"returned rows without a {shorten(name)!r}")
    return _read_texts(values)


def _read_texts(values: pd.Series[Any]) -> Array:
    missing = values.isna().to_numpy(dtype=bool)
    pairs = zip(values.tolist(), missing)
    return as_texts("" if gone else str(value) for value, gone in pairs)


def _read_seconds(values: pd.Series[Any]) -> Array:
    try:
        moments = values.astype("datetime64[ns]")
    except (ValueError, TypeError) as error:
        raise _BadResult(f"returned bad timestamps ({error})") from error
    if moments.isna().any():
        raise _BadResult("returned rows without a timestamp")
    return moments.to_numpy().astype("datetime64[s]").astype(np.int64)


def _read_numbers(values: pd.Series[Any], name: str) -> Array:
    try:
        return values.to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError) as error:
        column = shorten(name)
        problem = f"returned {column!r} with values that are not numbers ({error})"
        raise _BadResult(problem) from error


def _read_feature(values: pd.Series[Any]) -> Array:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return _read_numbers(values, str(values.name))
    return _read_texts(values)


def _find_difference(
    together: Rows, first: Rows, second: Rows, keys: tuple[str, ...]
) -> str | None:
    """Compare a result with the two halves that it should be made of.

    None when it is the same; otherwise what differs, as the end of a sentence.
    """
    names = together.columns.keys()
    if not names == first.columns.keys() == second.columns.keys():
        return "it returns other columns for half of the series than for all of them"
    both = concatenate([first, second])
    if len(both) != len(together):
        counts = f"{len(together)} rows for all of them, and {len(both)} for two halves"
        return f"it returns {counts}"
    if not _same_values(both.seconds, together.seconds):
        return "it returns other timestamps for half of the series than for all"
    for name in names:
        if not _same_values(both[name], together[name]):
            at = _find_first(both[name], together[name])
            return (
                f"{name!r} of {together.name(keys, at)} at "
                f"{format_moment(int(together.seconds[at]))} is {together[name][at]} "
                f"among all series, and {both[name][at]} among half of them"
            )
    return None


def _find_first(both: Array, together: Array) -> int:
    """Find the first place where two arrays of one length and type differ."""
    if both.dtype != together.dtype:
        return 0
    if both.dtype == object:
        return int(np.argmax(both != together))
    return int(np.argmax(~np.isclose(both, together, rtol=1e-9, equal_nan=True)))


def _same_values(both: Array, together: Array) -> bool:
    if both.dtype != together.dtype or len(both) != len(together):
        return False
    if together.dtype == object:
        return bool((both == together).all())
    return np.allclose(both, together, rtol=1e-9, equal_nan=True)
