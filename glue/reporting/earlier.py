"""Did the last forecast come true? Earlier forecasts beside what then happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array, join_parts
from glue.bucket import Bucket, RunKeys, dataset_folder
from glue.log import log_error
from glue.reading.timestamps import UnreadableTimestampError
from glue.reporting.history import History, Key, number_keys
from glue.reporting.scoring import (
    Comparison,
    Points,
    as_number,
    compare,
    find_bias,
    find_coverage,
    find_gain,
    score,
    score_whole,
)
from glue.reporting.words import spell_count, spell_percent
from glue.run_documents import Run, RunSettings, read_settings

# Earlier runs that are scored at most, and those that are looked at for it.
_MOST_SCORED, _MOST_LOOKED_AT = 3, 20
_WORST = 10
_CHUNK_ROWS = 200_000
# What report.json says where not even the looking was possible.
NOT_READ: Mapping[str, Any] = {
    "scored": [],
    "reason": "earlier forecasts could not be read",
}
_RUN = re.compile(r"(?:.*-)?(\d{12})-[0-9a-f]{8}(?:-[a-z0-9-]+)?")


class NoOverlapError(Exception):
    """Why an earlier forecast cannot be scored with this upload."""


def find_earlier(run: Run, bucket: Bucket, history: History) -> Mapping[str, Any]:
    """Score the newest forecasts of the dataset that this upload has actuals for."""
    stored = bucket.list_objects(dataset_folder(run.dataset))
    earlier_runs = list_earlier_runs([one.key for one in stored], run.run_id)
    looked_at = earlier_runs[:_MOST_LOOKED_AT]
    scored, reasons = score_runs(looked_at, run, bucket, history, most=_MOST_SCORED)
    return {"scored": scored, "reason": None if scored else explain_none(reasons)}


def score_runs(
    run_ids: Iterable[str], run: Run, bucket: Bucket, history: History, *, most: int
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Score so many earlier runs at most; the others have a reason each by run."""
    scored: list[dict[str, Any]] = []
    reasons: dict[str, str] = {}
    for run_id in run_ids:
        try:
            scored.append(score_run(run_id, run, bucket, history))
        except NoOverlapError as error:
            reasons[run_id] = str(error)
        except Exception as error:
            log_error(error)
            reasons[run_id] = f"it could not be read ({error})"
        if len(scored) == most:
            break
    return scored, reasons


def score_run(
    run_id: str, run: Run, bucket: Bucket, history: History
) -> dict[str, Any]:
    """Score the forecast of an earlier run on the history of this one.

    Raises
    ------
    NoOverlapError
        When it forecast nothing that this history has.
    """
    keys = RunKeys(run_id)
    then = read_settings(bucket.read_json(keys.settings))
    key = f"{keys.results(run.dataset)}forecast.csv"
    path = bucket.download(key, "earlier.csv")
    try:
        return score_earlier(path, run_id, history, now=run.settings, then=then)
    finally:
        path.unlink()


def list_earlier_runs(keys: Iterable[str], run_id: str) -> list[str]:
    """List the runs before this one that left a forecast, newest first.

    Parameters
    ----------
    keys
        The keys of the dataset's results.
    """
    found = {
        key.split("/")[-2]
        for key in keys
        if key.endswith("/forecast.csv") and key.count("/") == 3
    }
    mine = find_moment(run_id)
    earlier = [(find_moment(run), run) for run in found if run != run_id]
    return [run for moment, run in sorted(earlier, reverse=True) if "" < moment <= mine]


def find_moment(run_id: str) -> str:
    """Find when a run's upload came; empty for what is no run's name."""
    match = _RUN.fullmatch(run_id)
    return match[1] if match else ""


def score_earlier(
    path: Path,
    run_id: str,
    history: History,
    *,
    now: RunSettings,
    then: RunSettings,
) -> dict[str, Any]:
    """Score the forecast.csv of an earlier run on the history of this one.

    Raises
    ------
    NoOverlapError
        When none of the days forecast has an actual value yet, or the two runs do not
        forecast the same thing.
    """
    check_same(now, then)
    settings = replace(
        now,
        timestamp=then.timestamp,
        horizon=then.horizon,
        asked_quantiles=then.asked_quantiles,
    )
    earlier = read_earlier(path, history, settings)
    comparison = compare(earlier.points, history, settings)
    scored = comparison.forecast
    if not len(scored.points):
        raise NoOverlapError(
            f"it forecast {earlier.first} to {earlier.last}, and this upload has no "
            "actual value for any of these days yet"
        )
    periods = scored.points.cutoff + scored.points.step
    first, last = history.name_periods(np.array([periods.min(), periods.max()]))
    coverage = find_coverage(scored, settings.quantiles)
    metrics, baseline = score_whole(scored), score_whole(comparison.baseline)
    return {
        "run_id": run_id,
        "forecast_first": earlier.first,
        "forecast_last": earlier.last,
        "scored_first": first,
        "scored_last": last,
        "points": len(scored.points),
        "series": len(np.unique(scored.points.series)),
        "metrics": metrics,
        "baseline": baseline,
        "calibration": coverage,
        "bias_percent": find_bias(scored),
        "worst": _list_worst(comparison, history),
        "sentence": _spell(metrics, baseline, coverage, comparison.words),
    }


def check_same(now: RunSettings, then: RunSettings) -> None:
    """Refuse to compare runs that forecast different things.

    Raises
    ------
    NoOverlapError
        Which says what differs.
    """
    for name, what in (
        ("keys", "other key columns"),
        ("target", "another target"),
        ("frequency", "another frequency"),
    ):
        if getattr(now, name) != getattr(then, name):
            found = getattr(then, name)
            words = ", ".join(found) if isinstance(found, tuple) else str(found)
            raise NoOverlapError(f"it had {what} ({words})")


@dataclass(frozen=True)
class Earlier:
    """An earlier forecast as points, and the first and last day that it forecast."""

    points: Points
    first: str
    last: str


def read_earlier(path: Path, history: History, settings: RunSettings) -> Earlier:
    """Read an earlier forecast.csv as points of this history, some rows at a time.

    Raises
    ------
    NoOverlapError
        When it lacks a column, or has timestamps that cannot be read.
    """
    wanted = [*settings.row_keys, "mean", *settings.quantiles]
    with pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        encoding="utf-8",
        chunksize=_CHUNK_ROWS,
    ) as chunks:
        read = [_read_chunk(chunk, wanted, history, settings) for chunk in chunks]
    rows = join_parts([rows for rows, _ in read])
    stamps = [stamp for _, ends in read for stamp in ends]
    cutoff = _find_cutoffs(rows.series, rows.periods, len(history.keys))
    points = Points(
        series=rows.series,
        cutoff=cutoff,
        step=rows.periods - cutoff,
        actual=history.look_up(rows.series, rows.periods),
        mean=rows.numbers[:, 0],
        quantiles=rows.numbers[:, 1:],
    )
    sound = np.isfinite(rows.numbers).all(axis=1) & (points.step <= settings.horizon)
    return Earlier(
        points.take(np.flatnonzero(sound)),
        str(min(stamps, default="nan")),
        str(max(stamps, default="nan")),
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of an earlier forecast whose series this history has, [n]."""

    series: Array
    periods: Array
    numbers: Array


def _read_chunk(
    table: pd.DataFrame, wanted: list[str], history: History, settings: RunSettings
) -> tuple[_Rows, list[str]]:
    """Read some rows, and the first and last timestamp of all of them."""
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise NoOverlapError(f"its forecast.csv lacks {', '.join(missing)}")
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    numbers = [history.numbers.get(key, -1) for key in found]
    series = np.array(numbers, dtype=np.int64)[codes]
    stamps = table[settings.timestamp]
    try:
        periods = history.number_periods(stamps)
    except UnreadableTimestampError as error:
        raise NoOverlapError(f"its forecast.csv: {error}") from error
    ours = np.flatnonzero(series >= 0)
    values = table[wanted[len(settings.row_keys) :]].iloc[ours]
    columns = values.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    ends = [stamps.min(), stamps.max()] if len(stamps) else []
    return _Rows(series[ours], periods[ours], columns), ends


def _find_cutoffs(series: Array, periods: Array, count: int) -> Array:
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, series, periods)
    return first[series] - 1


def _list_worst(comparison: Comparison, history: History) -> list[dict[str, Any]]:
    """List the series whose errors add most to the whole error."""
    points = comparison.forecast.points
    series, groups = np.unique(points.series, return_inverse=True)
    groups = groups.reshape(-1)
    metrics = score(comparison.forecast, groups, len(series))
    error = np.bincount(groups, np.abs(points.actual - comparison.forecast.middle))
    actual = np.bincount(groups, points.actual)
    forecast = np.bincount(groups, comparison.forecast.middle)
    return [
        {
            "key": list(history.keys[series[at]]),
            "actual": float(actual[at]),
            "forecast": float(forecast[at]),
            "error": float(error[at]),
            "WAPE": as_number(metrics["WAPE"][at]),
        }
        for at in np.argsort(-error, kind="stable")[:_WORST].tolist()
    ]


def _spell(
    metrics: dict[str, Any],
    baseline: dict[str, Any],
    coverage: Sequence[dict[str, Any]],
    words_of_baseline: str,
) -> str:
    wape = metrics["WAPE"]
    if wape is None:
        return "All that happened since is zero, so that no relative error can be told"
    words = f"It was off by {spell_percent(100 * wape)} of the volume"
    gain = find_gain(wape, baseline["WAPE"])
    if gain is not None:
        side = "less" if gain >= 0 else "more"
        words += f", {spell_percent(abs(gain))} {side} than {words_of_baseline}"
    if len(coverage) > 1:
        low, high = coverage[0], coverage[-1]
        words += (
            f"; {100 * (high['covered'] - low['covered']):.0f}% of actuals fell "
            f"between {low['quantile']} and {high['quantile']} "
            f"(target {100 * (high['level'] - low['level']):.0f}%)"
        )
    return words


def explain_none(reasons: Mapping[str, str]) -> str:
    """Say why no earlier forecast is scored, by the reasons of the newest first."""
    if not reasons:
        return "this is the dataset's first forecast: there is none to compare with"
    run_id, reason = next(iter(reasons.items()))
    more = len(reasons) - 1
    rest = f"; neither do {spell_count(more, 'run')} before it" if more else ""
    return f"no overlap with the last forecast (run {run_id}): {reason}{rest}"
