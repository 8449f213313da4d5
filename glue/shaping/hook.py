"""Calls the user's hook on parts of the data, and checks what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import (
    FileRejected,
    Finding,
    list_some,
    make_finding,
    shorten,
)
from glue.shaping.input_files import InputLayout
from glue.shaping.parts import SECONDS
from glue.understanding.column_settings import count_too_many
from glue.understanding.roles import factorize

Array = Any  # numpy's generic arrays are not worth their types at version 1.22
Hook = Callable[[pd.DataFrame], pd.DataFrame]
_TRIAL_SERIES = 200


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

    def call(self, columns: Mapping[str, Array]) -> tuple[dict[str, Array], list[str]]:
        """Give the hook's rows, sorted, and its columns beside the keys.

        Raises
        ------
        FileRejected
            When the hook fails, or returns what cannot be forecast.
        """
        table = self._as_table(columns)
        return self._as_columns(self._run(table))

    def try_parting(self, columns: Mapping[str, Array]) -> None:
        """Refuse a hook whose result depends on which series come together."""
        series = factorize([columns[name] for name in self.layout.keys], sort=True)
        some = series < _TRIAL_SERIES
        if series[-1] < 1:
            return
        middle = min(int(series[-1]) + 1, _TRIAL_SERIES) // 2
        masks = (some, some & (series < middle), some & (series >= middle))
        together, first, second = (
            self.call({name: values[mask] for name, values in columns.items()})[0]
            for mask in masks
        )
        if not _same_rows(together, first, second):
            what = "transform() gives a series other rows when other series are there"
            raise FileRejected(make_finding("hook-depends-on-parts", what))

    def _as_table(self, columns: Mapping[str, Array]) -> pd.DataFrame:
        layout = self.layout
        series: dict[str, Any] = {}
        for name in layout.columns:
            if name == layout.timestamp:
                moments = columns[SECONDS].astype("datetime64[s]")
                series[name] = pd.Series(moments.astype("datetime64[ns]"))
            else:
                series[name] = pd.Series(columns[name], dtype=columns[name].dtype)
        return pd.DataFrame(series)

    def _run(self, table: pd.DataFrame) -> pd.DataFrame:
        try:
            result: Any = self.hook(table)
        except Exception as error:  # whatever a user's code may raise
            what = f"transform() raised {type(error).__name__}: {error}"
            raise FileRejected(make_finding("hook-failed", what[:500])) from error
        if not isinstance(result, pd.DataFrame):
            raise _refuse(f"transform() returned {type(result).__name__}, no DataFrame")
        missing = [name for name in self._needed() if name not in result.columns]
        if missing:
            raise _refuse(f"transform() left out the columns {list_some(missing)}")
        if not result.columns.is_unique:
            raise _refuse("transform() returned two columns of one name")
        return result

    def _needed(self) -> tuple[str, ...]:
        return (*self.layout.keys, self.layout.timestamp, self.layout.target)

    def _as_columns(self, table: pd.DataFrame) -> tuple[dict[str, Array], list[str]]:
        layout = self.layout
        columns: dict[str, Array] = {}
        for name in layout.keys:
            columns[name] = _as_keys(table[name], name)
        columns[SECONDS] = _as_seconds(table[layout.timestamp])
        target = _as_numbers(table[layout.target], layout.target)
        future = columns[SECONDS] > self.last
        columns[layout.target] = np.where(future, np.nan, target)
        others = [str(name) for name in table.columns if name not in self._needed()]
        for name in others:
            columns[name] = _as_feature(table[name])
        self._check_others(columns, others)
        self._check_rows(columns)
        series = factorize([columns[name] for name in layout.keys], sort=True)
        order = np.lexsort((columns[SECONDS], series))
        return {name: values[order] for name, values in columns.items()}, others

    def _check_others(self, columns: Mapping[str, Array], others: list[str]) -> None:
        gone = sorted(self.filled - {*others, self.layout.target})
        if gone:
            names = list_some(gone)
            raise _refuse(f"transform() left out columns that Filling names: {names}")
        texts = sum(columns[name].dtype == object for name in others)
        problem = count_too_many(len(others) - texts, texts)
        if problem is not None:
            raise _refuse(f"transform() returned {problem}")

    def _check_rows(self, columns: Mapping[str, Array]) -> None:
        target = columns[self.layout.target]
        if np.isinf(target).any():
            raise _refuse("transform() returned infinite values of the target")
        keys = factorize([*(columns[n] for n in self.layout.keys), columns[SECONDS]])
        if not self.repeats and len(np.unique(keys)) < len(keys):
            raise _refuse("transform() returned the same series and timestamp twice")


def _refuse(what: str) -> FileRejected:
    finding: Finding = make_finding("hook-result", what)
    return FileRejected(finding)


def _as_keys(values: pd.Series[Any], name: str) -> Array:
    if values.isna().any():
        raise _refuse(f"transform() returned rows without a {shorten(name)!r}")
    return _as_texts(values)


def _as_texts(values: pd.Series[Any]) -> Array:
    texts = np.empty(len(values), dtype=object)
    missing = values.isna().to_numpy(dtype=bool)
    texts[:] = [
        "" if gone else str(value) for value, gone in zip(values.tolist(), missing)
    ]
    return texts


def _as_seconds(values: pd.Series[Any]) -> Array:
    try:
        moments = values.astype("datetime64[ns]")
    except (ValueError, TypeError) as error:
        raise _refuse(f"transform() returned bad timestamps ({error})") from error
    if moments.isna().any():
        raise _refuse("transform() returned rows without a timestamp")
    return moments.to_numpy().astype("datetime64[s]").astype(np.int64)


def _as_numbers(values: pd.Series[Any], name: str) -> Array:
    try:
        return values.to_numpy(dtype=float, na_value=np.nan)
    except (ValueError, TypeError) as error:
        what = f"transform() returned {shorten(name)!r} with values that are no numbers"
        raise _refuse(f"{what} ({error})") from error


def _as_feature(values: pd.Series[Any]) -> Array:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return _as_numbers(values, str(values.name))
    return _as_texts(values)


def _same_rows(
    together: Mapping[str, Array],
    first: Mapping[str, Array],
    second: Mapping[str, Array],
) -> bool:
    """Compare a result with the two halves that it should be made of."""
    if not together.keys() == first.keys() == second.keys():
        return False
    for name, values in together.items():
        both = np.concatenate([first[name], second[name]])
        if both.dtype != values.dtype or len(both) != len(values):
            return False
        if values.dtype == object:
            if not bool((both == values).all()):
                return False
        elif not np.allclose(both, values, rtol=1e-9, equal_nan=True):
            return False
    return True
