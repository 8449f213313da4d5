"""Autopilot's backtest results, read as far as their unpublished format allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket, split_uri
from glue.findings.finding import list_some
from glue.reading.timestamps import UnreadableTimestampError
from glue.reporting.history import History, Key
from glue.reporting.leaderboard import find_winner
from glue.reporting.scoring import Comparison, Points, compare
from glue.run_documents import RunSettings

_ACTUAL = ("actual", "actuals", "actual_value", "target_value", "y_true", "true")
# Amazon Forecast's export, which Autopilot's looks like, has the names with no line:
# https://docs.aws.amazon.com/forecast/latest/dg/howitworks-backtest-export.html
_CUTOFF = (
    "cutoff",
    "backtestwindow_start_time",
    "backtest_window_start",
    "forecast_start_time",
)
# What its export calls the first key and the timestamp, whatever the data do.
_ITEM, _TIMESTAMP = ("item_id",), ("timestamp", "date")
_READABLE = (".csv", ".csv.out")


class NotComparableError(Exception):
    """Why the baseline cannot be scored on the windows that Autopilot used."""


@dataclass(frozen=True)
class Backtest:
    """Autopilot's forecasts of the past, and the windows that they were made for."""

    points: Points
    windows: tuple[int, ...]


@dataclass(frozen=True)
class BacktestOutcome:
    """The winner's backtest beside the simple forecasts; or why there is none."""

    comparison: Comparison | None
    windows: tuple[int, ...] = ()
    reason: str | None = None


def compare_backtest(
    candidates: Mapping[str, Any] | None,
    bucket: Bucket,
    history: History,
    settings: RunSettings,
) -> BacktestOutcome:
    """Put simple forecasts beside the winner's backtest, where that can be read."""
    try:
        backtest = load_backtest(candidates, bucket, history, settings)
        comparison = compare(backtest.points, history, settings)
        if not len(comparison.forecast.points):
            raise NotComparableError("no series has a history before its backtest")
    except NotComparableError as error:
        return BacktestOutcome(None, reason=str(error))
    return BacktestOutcome(comparison, backtest.windows)


def load_backtest(
    candidates: Mapping[str, Any] | None,
    bucket: Bucket,
    history: History,
    settings: RunSettings,
) -> Backtest:
    """Bring the winner's backtest results here, and read them.

    Raises
    ------
    NotComparableError
        When there are none, or they cannot be read.
    """
    return read_backtest(download_backtest(candidates, bucket), history, settings)


def download_backtest(
    candidates: Mapping[str, Any] | None, bucket: Bucket
) -> list[Path]:
    """Bring the winner's backtest results here.

    Raises
    ------
    NotComparableError
        When there are none, or none that can be read.
    """
    uri = (find_winner(candidates) or {}).get("backtest_results_uri")
    if not uri:
        raise NotComparableError("the training left no backtest results")
    name, prefix = split_uri(uri)
    if name != bucket.name:
        raise NotComparableError("the backtest results are elsewhere")
    keys = list_below(prefix, [one.key for one in bucket.list_objects(prefix)])
    readable = [key for key in keys if _is_readable(key)]
    if keys and not readable:
        endings = {PurePosixPath(key).suffix or "no ending" for key in keys}
        raise NotComparableError(
            "the backtest results are no CSV files (found: "
            f"{list_some(sorted(endings))})"
        )
    return [
        bucket.download(key, f"backtest-{number:05d}.csv")
        for number, key in enumerate(readable)
    ]


def list_below(prefix: str, keys: Iterable[str]) -> list[str]:
    """List the objects that a prefix names: itself, or what lies in that folder.

    Autopilot gives it without a slash, and ``backtest-1`` begins ``backtest-10`` too.
    """
    folder = f"{prefix.rstrip('/')}/"
    return [key for key in keys if key == prefix or key.startswith(folder)]


def _is_readable(key: str) -> bool:
    return key.lower().endswith(_READABLE)


def read_backtest(
    paths: Sequence[Path], history: History, settings: RunSettings
) -> Backtest:
    """Read backtest results by column name.

    Raises
    ------
    NotComparableError
        When they do not hold items, timestamps, actuals and quantiles, or not of the
        series and time steps that the run was trained on.
    """
    headers: list[str] = []
    tables = [table for path in paths for table in _read(path, settings, headers)]
    if not tables:
        found = list_some(dict.fromkeys(headers)) or f"{len(paths)} files, no columns"
        raise NotComparableError(
            "the backtest results hold no table with items, timestamps, "
            f"actuals and quantiles (found: {found})"
        )
    points = _make_points(pd.concat(tables, ignore_index=True), history, settings)
    points = points.take(np.flatnonzero(np.isfinite(points.actual)))
    if not len(points):
        raise NotComparableError("the backtest results hold no actual value")
    windows = tuple(int(cutoff) for cutoff in np.unique(points.cutoff))
    return Backtest(points, windows)


def _read(
    path: Path, settings: RunSettings, headers: list[str]
) -> Iterable[pd.DataFrame]:
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, UnicodeDecodeError):
        return  # not a table: there may be others
    names = {str(name).strip().lower(): name for name in raw.columns}
    headers += map(str, raw.columns)
    actual = _find(names, (*_ACTUAL, settings.target.lower()))
    wanted = [*settings.row_keys, *settings.quantiles]
    aliases = {settings.keys[0]: _ITEM, settings.timestamp: _TIMESTAMP}
    found = [_find(names, (name.lower(), *aliases.get(name, ()))) for name in wanted]
    if actual is None or any(name is None for name in found):
        return
    table = raw[found].set_axis(wanted, axis=1)
    numbers = {"actual": raw[actual], "mean": raw.get(names.get("mean"))}
    for name, texts in numbers.items():
        table[name] = np.nan if texts is None else pd.to_numeric(texts, errors="coerce")
    for name in settings.quantiles:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    cutoff = _find(names, _CUTOFF)
    # Where windows have no names, a file may be one.
    table["window"] = path.name if cutoff is None else raw[cutoff]
    yield table


def _find(names: dict[str, Any], wanted: Iterable[str]) -> Any:
    return next((names[name] for name in wanted if name in names), None)


def _make_points(
    table: pd.DataFrame, history: History, settings: RunSettings
) -> Points:
    series = find_series(table, history, settings.keys)
    try:
        periods = history.number_periods(table[settings.timestamp])
    except UnreadableTimestampError as error:
        raise NotComparableError(f"the backtest results: {error}") from error
    if not len(table):
        raise NotComparableError("the backtest results hold no row")
    cutoff = find_cutoffs(table, periods, history, settings)
    quantiles = table[list(settings.quantiles)].to_numpy(dtype=float)
    mean = table["mean"].to_numpy(dtype=float)
    middle = settings.median
    stand_in = quantiles.mean(axis=1) if middle is None else quantiles[:, middle]
    points = Points(
        series=series,
        cutoff=cutoff,
        step=periods - cutoff,
        actual=table["actual"].to_numpy(dtype=float),
        mean=np.where(np.isnan(mean), stand_in, mean),
        quantiles=quantiles,
    )
    if _has_repeats(points):
        raise NotComparableError("the backtest results hold a point twice")
    if (points.step > settings.horizon).any() or np.isnan(quantiles).any():
        raise NotComparableError(
            "the backtest results have windows longer than the horizon, or "
            "values that are not numbers"
        )
    return points


def _has_repeats(points: Points) -> bool:
    cutoffs, steps = points.cutoff - points.cutoff.min(), points.step
    keys = points.series * (cutoffs.max() + 1) + cutoffs
    keys = keys * (steps.max() + 1) + steps
    return len(np.unique(keys)) < len(points)


def find_series(table: pd.DataFrame, history: History, names: Sequence[str]) -> Array:
    """Number the series of each row as the history does, [n].

    Raises
    ------
    NotComparableError
        When a row's series is not in the history.
    """
    columns = [table[name].to_numpy(dtype=object) for name in names]
    keys: list[Key] = list(zip(*columns))
    unknown = {key for key in keys if key not in history.numbers}
    if unknown:
        example = ", ".join(map(str, sorted(unknown)[0]))
        raise NotComparableError(
            f"{len(unknown)} series of the forecast are not in the history "
            f"(such as {example!r})"
        )
    return np.array([history.numbers[key] for key in keys], dtype=np.int64)


def find_cutoffs(
    table: pd.DataFrame, periods: Array, history: History, settings: RunSettings
) -> Array:
    """Find the last period known to each forecast, [n].

    A named cutoff is the last known moment, or the first that was forecast: which of
    the two, the timestamps tell. Without such names, each file is a window; files that
    are longer than a horizon hold windows of one, up to the last period.
    """
    names, horizon = table["window"].to_numpy(dtype=object), settings.horizon
    codes, uniques = pd.factorize(names)
    first = np.full(len(uniques), np.iinfo(np.int64).max)
    np.minimum.at(first, codes, periods)
    try:
        named = history.number_periods(uniques)
    except UnreadableTimestampError:
        cutoffs = (first - 1)[codes]
        if (periods - cutoffs <= horizon).all():
            return cutoffs
        last = periods.max()
        return last - horizon * ((last - periods) // horizon + 1)
    return np.where(named < first, named, first - 1)[codes]
