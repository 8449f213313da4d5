"""What the forecast takes for granted of each covariate's future."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket
from glue.findings.finding import list_some
from glue.reading.timestamps import parse_stamps
from glue.reporting.history import History, Key, number_keys
from glue.reporting.words import spell_change, spell_count, spell_metric
from glue.run_documents import Run, RunSettings

# What candidates.json may say that the backtest knew of the covariates: no more than
# the forecast does, or what really happened.
KNOWS_FORECAST, KNOWS_FUTURE, KNOWS_UNKNOWN = "forecast", "future", "unknown"
# A covariate that is given for so much of the horizon counts as known.
_KNOWN_SHARE = 0.95
_CHUNK_ROWS = 100_000
_NAMED = 5
# From so many per cent on, an effect is worth a sentence.
_TELLING = 5.0
# A column of more values than this is not kept: nothing could be added up by it.
_MOST_VALUES = 1000
_FILLED = {"zero": "0", "mean": "its mean", "median": "its median"}
_FILLED |= {"min": "its least value", "max": "its greatest value"}


@dataclass(frozen=True)
class Effect:
    """What the target was while a covariate was 1, and what the same series had else.

    Parameters
    ----------
    with_mean, without_mean
        Means of the target. The second is that of the same series at other times, each
        counted as often as it was with it, so that no mix of series is compared.
    steps
        Values of the history with it.
    """

    with_mean: float
    without_mean: float
    steps: int

    @property
    def percent(self) -> float | None:
        """By how many per cent the target was higher with it."""
        if self.without_mean <= 0:
            return None
        return 100 * (self.with_mean / self.without_mean - 1)

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "with_mean": self.with_mean,
            "without_mean": self.without_mean,
            "percent": self.percent,
            "steps": self.steps,
        }


@dataclass(frozen=True)
class Covariate:
    """One covariate: how much of its future is given, and what stands in for the rest.

    Parameters
    ----------
    given, wanted
        Values of the future that the upload gave, of series x horizon.
    filled
        What stands in for the others, in words; None for nothing.
    usual
        Its mean in the history; None for a text.
    effect
        Of one that is 0 or 1: what the target was with and without it; None for any
        other, or where no series has both.
    """

    name: str
    given: int
    wanted: int
    filled: str | None = None
    usual: float | None = None
    effect: Effect | None = None

    @property
    def is_known(self) -> bool:
        """Whether the upload tells its future."""
        return self.given >= _KNOWN_SHARE * self.wanted

    @property
    def words(self) -> str:
        """What the forecast assumes, for a list in a sentence."""
        if self.given >= self.wanted:
            return f"{self.name} as given"
        rest = "unknown" if self.filled is None else self.filled
        if not self.given:
            link = "" if self.filled is None else "= "
            return f"{self.name} {link}{rest}"
        share = max(100 * self.given / self.wanted, 0.1)
        return f"{self.name} as given for {share:.3g}% of the steps, else {rest}"

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "name": self.name,
            "given": self.given,
            "wanted": self.wanted,
            "filled_with": self.filled,
            "history_mean": self.usual,
            "effect": None if self.effect is None else self.effect.as_data(),
            "words": self.words,
        }


@dataclass(frozen=True)
class AssumedFuture:
    """All covariates, what the backtest knew of them, and what never changes.

    ``attributes`` are the columns that are the same at all times: the value of each
    series, in the history's order.
    """

    covariates: tuple[Covariate, ...] = ()
    backtest_knows: str = KNOWS_UNKNOWN
    horizon: int = 0
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[Covariate, ...]:
        """The covariates whose future the upload does not tell."""
        return tuple(one for one in self.covariates if not one.is_known)

    @property
    def is_withheld(self) -> bool:
        """Whether the backtest says nothing sure of the forecast that was made."""
        return bool(self.unknown) and self.backtest_knows != KNOWS_FORECAST

    @property
    def sentence(self) -> str | None:
        """What the forecast assumes; None where there are no covariates."""
        if not self.covariates:
            return None
        ordered = [*self.unknown, *(one for one in self.covariates if one.is_known)]
        words = list_some([one.words for one in ordered], _NAMED)
        if not self.unknown:
            return f"The forecast knows the future of its covariates: {words}"
        steps = spell_count(self.horizon, "step")
        usual = [
            f"{one.name} {spell_metric(one.usual)}"
            for one in self.unknown[:_NAMED]
            if one.usual is not None
        ]
        before = f"; their means so far: {', '.join(usual)}" if usual else ""
        return f"The forecast assumes {words}, over its {steps}{before}"

    @property
    def left_out(self) -> str | None:
        """What the history had and the forecast has not; None for nothing."""
        words = [
            f"{one.name}, {spell_change(one.effect.percent)}"
            for one in self.unknown
            if one.filled == "0"
            and one.effect is not None
            and abs(one.effect.percent or 0) >= _TELLING
        ]
        if not words:
            return None
        return (
            f"What the history had and the forecast lacks: {list_some(words, _NAMED)} "
            "in the steps that had it; add what is planned"
        )

    @property
    def caveat(self) -> str | None:
        """What that means for the accuracy; None where it means nothing."""
        if not self.unknown:
            return None
        if self.backtest_knows == KNOWS_FORECAST:
            return "The backtest assumed the same: its accuracy is this forecast's"
        knew = "knew" if self.backtest_knows == KNOWS_FUTURE else "may have known"
        return (
            f"The backtest {knew} their real values: its accuracy is that of a "
            "forecast whose covariates are known, not of this one"
        )

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "covariates": [one.as_data() for one in self.covariates],
            "backtest_knows": self.backtest_knows,
            "withheld": self.is_withheld,
            "sentence": self.sentence,
            "left_out": self.left_out,
            "caveat": self.caveat,
        }


def read_assumed(
    run: Run, bucket: Bucket, history: History, knows: str | None
) -> AssumedFuture:
    """Read what the transform's input tells of the covariates' future.

    Parameters
    ----------
    knows
        What the backtest knew of it, where the engine says.
    """
    stored = bucket.list_objects(run.keys.transform_folder)
    count = _Count(history, run.settings)
    for number, one in enumerate(stored):
        path = bucket.download(one.key, f"input-{number:05d}.csv")
        if not count.take(path):
            break
        path.unlink()
    is_told = knows in (KNOWS_FORECAST, KNOWS_FUTURE)
    return AssumedFuture(
        covariates=tuple(count.describe(_read_filling(run))),
        backtest_knows=str(knows) if is_told else KNOWS_UNKNOWN,
        horizon=run.settings.horizon,
        attributes=dict(count.list_attributes()),
    )


def _read_filling(run: Run) -> Mapping[str, Mapping[str, str]]:
    job = run.resolved.get("TimeSeriesForecastingJobConfig") or {}
    return (job.get("Transformations") or {}).get("Filling") or {}


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


class _Count:
    """Counts, chunk by chunk, what the forecast's input tells of the future."""

    def __init__(self, history: History, settings: RunSettings) -> None:
        self._history, self._settings = history, settings
        self._known: dict[Key, int] = {}
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
        numbers = [self._known.get(key, -1) for key in self._history.keys]
        for name, column in self._columns.items():
            if column.changes or len(column.texts_of) > _MOST_VALUES:
                continue
            hashes = dict(enumerate(column.first.tolist()))
            yield name, [column.texts_of.get(hashes.get(at, 0), "") for at in numbers]

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
