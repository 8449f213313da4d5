"""report.json: every figure of a run's report, under a schema that is documented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from glue.bucket import SCHEMAS
from glue.documents import Run, RunSettings
from glue.reporting.backtest import BacktestOutcome
from glue.reporting.baseline import NAME
from glue.reporting.history import History
from glue.reporting.scoring import (
    Comparison,
    Points,
    as_numbers,
    compare,
    count_better,
    find_bias,
    find_coverage,
    find_gain,
    score,
    score_whole,
)

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

DEFINITIONS = {
    "WQL": (
        "mean over the quantiles of the sum of 2 x pinball loss over all points, "
        "divided by the sum of the absolute actuals"
    ),
    "WAPE": "sum of |actual - p50| over the sum of |actual|",
    "MASE": (
        "mean of |actual - p50| over the series' mean absolute seasonal change before "
        "the cutoff; points where that is zero or unknown do not count"
    ),
    "MAPE": "mean of |actual - p50| / |actual|; actuals of 0 do not count",
    "RMSE": "root of the mean of (actual - mean) squared",
    "p50": "the mean stands in for p50 where that was not asked for",
    "SeasonalNaive": (
        "the value one season earlier, with normal quantiles as wide as the root mean "
        "square seasonal change before the cutoff, times the root of the seasons "
        "ahead; a series of no more than a season and one step repeats its last value; "
        "gaps are filled as Autopilot fills them; not below zero if the series never is"
    ),
    "improvement_percent": "100 x (1 - error / error of SeasonalNaive)",
    "bias_percent": (
        "100 x (sum of the means - sum of the actuals) / sum of the absolute actuals"
    ),
    "covered": "share of the actuals that are not above the quantile",
}


def describe_run(run: Run, now: datetime) -> dict[str, Any]:
    """Say whose report it is, and when it was made."""
    return {
        "schema": SCHEMAS["report.json"],
        "run_id": run.run_id,
        "dataset": run.dataset,
        "upload": run.upload,
        "made_at": now.isoformat(timespec="seconds"),
        "metric": run.settings.metric,
    }


def describe_backtest(
    found: BacktestOutcome, history: History, settings: RunSettings
) -> dict[str, Any]:
    """Describe how the winner did on Autopilot's windows, and the baseline there."""
    if found.comparison is None:
        alone = score_naive_alone(history, settings)
        return {
            "comparable": False,
            "reason": found.reason,
            "windows": [],
            "points": 0,
            "points_left_out": 0,
            "winner": None,
            "baseline": None,
            "baseline_alone": alone,
            "improvement_percent": None,
            "better_on": None,
            "compared": None,
            "by_step": [],
            "calibration": [],
            "bias_percent": None,
        }
    comparison = found.comparison
    winner = score_whole(comparison.forecast)
    baseline = score_whole(comparison.baseline)
    better, compared = count_better(comparison, settings.metric)
    return {
        "comparable": True,
        "reason": None,
        "windows": _describe_windows(found.windows, history),
        "points": len(comparison.forecast.points),
        "points_left_out": comparison.left_out,
        "winner": winner,
        "baseline": baseline,
        "baseline_alone": None,
        "improvement_percent": find_gain(
            winner[settings.metric], baseline[settings.metric]
        ),
        "better_on": better,
        "compared": compared,
        "by_step": _describe_steps(comparison, settings.horizon),
        "calibration": find_coverage(comparison.forecast, settings.quantiles),
        "bias_percent": find_bias(comparison.forecast),
    }


def score_naive_alone(history: History, settings: RunSettings) -> dict[str, Any]:
    """Score the baseline on the last horizon of the history."""
    cutoff = history.steps - settings.horizon - 1
    if cutoff < 0:
        return {"points": 0, "metrics": None}
    count, horizon = len(history.keys), settings.horizon
    series = np.repeat(np.arange(count), horizon)
    step = np.tile(np.arange(1, horizon + 1), count)
    unknown = np.full((len(series), len(settings.quantiles)), np.nan)
    points = Points(
        series=series,
        cutoff=np.full(len(series), cutoff),
        step=step,
        actual=history.look_up(series, cutoff + step),
        mean=unknown[:, 0],
        quantiles=unknown,
    )
    baseline = compare(points, history, settings).baseline
    return {"points": len(baseline.points), "metrics": score_whole(baseline)}


def describe_data(history: History, settings: RunSettings, rows: int) -> dict[str, Any]:
    """Describe what was forecast from what."""
    ends = np.array([0, max(history.steps - 1, 0)])
    first, last = history.name_periods(ends)
    return {
        "series": len(history.keys),
        "rows": history.rows,
        "first": first,
        "last": last,
        "steps": history.steps,
        "frequency": str(settings.frequency),
        "season": settings.season,
        "horizon": settings.horizon,
        "quantiles": list(settings.quantiles),
        "keys": list(settings.keys),
        "timestamp": settings.timestamp,
        "target": settings.target,
        "forecast_rows": rows,
    }


def describe_baseline(history: History, settings: RunSettings) -> dict[str, Any]:
    """Name the baseline, and say what it repeats: a season, or the last value."""
    seasonal = settings.season > 1 and history.steps > settings.season + 1
    return {
        "name": NAME,
        "season": settings.season,
        "repeats": "season" if seasonal else "last value",
    }


def _describe_windows(windows: Sequence[int], history: History) -> list[dict[str, Any]]:
    cutoffs = np.array(windows, dtype=np.int64)
    return [{"last_known": name} for name in history.name_periods(cutoffs)]


def _describe_steps(comparison: Comparison, horizon: int) -> list[dict[str, Any]]:
    steps = comparison.forecast.points.step - 1
    ours = score(comparison.forecast, steps, horizon)
    naive = score(comparison.baseline, steps, horizon)
    counts = np.bincount(steps, minlength=horizon).tolist()
    return [
        {
            "step": at + 1,
            "points": counts[at],
            "winner": as_numbers(ours, at),
            "baseline": as_numbers(naive, at),
        }
        for at in range(horizon)
    ]
