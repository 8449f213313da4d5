"""Counts, chunk by chunk, what the forecast's input tells of its covariates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.reading.timestamps import parse_stamps
from glue.reporting.covariates import Covariate, Effect
from glue.reporting.histories import Histories
from glue.reporting.history import History, Key, number_keys
from glue.run_documents import RunSettings

_CHUNK_ROWS = 100_000
# A column of more values than this is not kept: nothing could be added up by it.
_MOST_VALUES = 1000
_FILLED = {"zero": "0", "mean": "its mean", "median": "its median"}
_FILLED |= {"min": "its least value", "max": "its greatest value"}


def name_fill(rules: Mapping[str, str]) -> str | None:
    """Name what fills the future, as Filling has it; None for nothing."""
    method = rules.get("futurefill")
    if method == "value":
        return str(rules.get("futurefill_value"))
    return _FILLED.get(str(method))


@dataclass
class _Column:
    """What was read of a column: future values, and whether it ever changes."""

    given: int = 0
    total: float = 0.0
    numbers: int = 0
    texts: int = 0
    changes: bool = False
    first: Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    texts_of: dict[int, str] = field(default_factory=dict)
    # Of the target where the covariate is 0, and where it is 1: by series.
    is_flag: bool = True
    counts: Array = field(default_factory=lambda: np.zeros((2, 0)))
    sums: Array = field(default_factory=lambda: np.zeros((2, 0)))

    def add_flags(self, flags: Array, targets: Array, series: Array) -> None:
        """Add up the target by a covariate's values, as long as these are 0 or 1."""
        count = int(series.max(initial=-1)) + 1
        if count > self.counts.shape[1]:
            more = ((0, 0), (0, count - self.counts.shape[1]))
            self.counts, self.sums = np.pad(self.counts, more), np.pad(self.sums, more)
        size = self.counts.shape[1]
        for value in (0, 1):
            some = (flags == value) & np.isfinite(targets)
            owners = series[some]
            self.counts[value] += np.bincount(owners, minlength=size)
            self.sums[value] += np.bincount(owners, targets[some], minlength=size)

    def find_effect(self) -> Effect | None:
        """Compare the target with and without it, within the series that have both."""
        (without, with_it), (rest, sums) = self.counts, self.sums
        both = (without > 0) & (with_it > 0)
        if not (self.is_flag and both.any()):
            return None
        steps = float(with_it[both].sum())
        expected = float((with_it[both] * rest[both] / without[both]).sum())
        return Effect(float(sums[both].sum()) / steps, expected / steps, int(steps))


class CovariateCount:
    """Counts, chunk by chunk, what the forecast's input tells of the future."""

    def __init__(self, history: Histories | History, settings: RunSettings) -> None:
        self._history, self._settings = history, settings
        # As the history numbers them; what else there is comes after it.
        self._known: dict[Key, int] = dict(history.numbers)
        self._columns: dict[str, _Column] = {}

    def take(self, path: Path) -> bool:
        """Count one file; say whether there is anything to count."""
        settings = self._settings
        header = pd.read_csv(path, nrows=0, encoding="utf-8").columns
        own = {*settings.row_keys, settings.target}
        names = [name for name in header if name not in own]
        if not names:
            return False
        for name in names:
            self._columns.setdefault(name, _Column())
        chunks = pd.read_csv(
            path,
            usecols=[*settings.row_keys, *names, settings.target],
            dtype=str,
            keep_default_na=False,
            chunksize=_CHUNK_ROWS,
            encoding="utf-8",
        )
        for chunk in chunks:
            self._take_chunk(chunk, names)
        return True

    def _take_chunk(self, chunk: pd.DataFrame, names: list[str]) -> None:
        settings, history = self._settings, self._history
        series = number_keys(chunk, settings.keys, self._known)
        stamps = parse_stamps(chunk[settings.timestamp])
        periods = history.frequency.periods(stamps, history.origin)
        ahead = periods - history.steps
        future = (ahead >= 0) & (ahead < settings.horizon)
        numbers = pd.to_numeric(chunk[settings.target], errors="coerce")
        targets = numbers.to_numpy(dtype=float)
        for name in names:
            texts = chunk[name].to_numpy(dtype=object)
            self._take_column(self._columns[name], texts, series, future)
            _take_flags(self._columns[name], texts, targets, series)

    def _take_column(
        self, column: _Column, texts: Array, series: Array, future: Array
    ) -> None:
        filled = texts != ""
        column.given += int((filled & future).sum())
        past = np.flatnonzero(filled & ~future)
        numbers = pd.to_numeric(pd.Series(texts[past]), errors="coerce").to_numpy()
        finite = np.isfinite(numbers)
        column.total += float(numbers[finite].sum())
        column.numbers += int(finite.sum())
        column.texts += int((~finite).sum())
        if column.changes:
            return
        some = np.flatnonzero(filled)
        hashes = pd.util.hash_array(texts[some], categorize=True) | np.uint64(1)
        grown = np.zeros(len(self._known), dtype=np.uint64)
        grown[: len(column.first)] = column.first
        owners, firsts = np.unique(series[some], return_index=True)
        fresh = grown[owners] == 0
        grown[owners[fresh]] = hashes[firsts[fresh]]
        column.first = grown
        if len(column.texts_of) <= _MOST_VALUES:
            found = zip(hashes[firsts[fresh]].tolist(), texts[some][firsts[fresh]])
            column.texts_of.update(found)
        column.changes = bool((grown[series[some]] != hashes).any())

    def list_attributes(self) -> Iterator[tuple[str, list[str]]]:
        """Give what never changes in a series, where it has few values."""
        count = len(self._history.keys)
        for name, column in self._columns.items():
            if column.changes or len(column.texts_of) > _MOST_VALUES:
                continue
            hashes = np.zeros(count, dtype=np.uint64)
            found = column.first[:count]
            hashes[: len(found)] = found
            yield name, [column.texts_of.get(one, "") for one in hashes.tolist()]

    def describe(self, filling: Mapping[str, Mapping[str, str]]) -> Iterator[Covariate]:
        """Give the covariates; what never changes in a series is an attribute."""
        wanted = len(self._history.keys) * self._settings.horizon
        for name, column in self._columns.items():
            if column.changes:
                is_number = column.numbers and not column.texts
                yield Covariate(
                    name=name,
                    given=min(column.given, wanted),
                    wanted=wanted,
                    filled=name_fill(filling.get(name) or {}),
                    usual=column.total / column.numbers if is_number else None,
                    effect=column.find_effect(),
                )


def _take_flags(column: _Column, texts: Array, targets: Array, series: Array) -> None:
    """Add up the target by the column's values, unless it is more than a flag."""
    if not column.is_flag:
        return
    filled = texts != ""
    flags = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=float)
    if not np.isin(flags[filled], (0.0, 1.0)).all():
        column.is_flag = False
        return
    column.add_flags(flags, targets, np.asarray(series, dtype=np.int64))
