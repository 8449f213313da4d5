"""All that is computed of a forecast: its series, its backtest, its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from glue.reporting.backtest import BacktestOutcome
from glue.reporting.grid import ForecastGrid, build_grid, total_series
from glue.reporting.history import History
from glue.reporting.items import ItemFigures, build_figures
from glue.reporting.leaderboard import Entry, build_leaderboard
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
from glue.reporting.verdict import Verdict, judge_backtest
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Figures:
    """The figures of a report.

    ``backtest`` is how the winner did, and the baseline there, as report.json has it.
    """

    history: History
    grid: ForecastGrid
    items: ItemFigures
    backtest: Mapping[str, Any]
    leaderboard: Sequence[Entry]
    verdict: Verdict


def compute_figures(
    forecast: pd.DataFrame,
    history: History,
    settings: RunSettings,
    *,
    candidates: Mapping[str, Any] | None,
    outcome: BacktestOutcome,
) -> Figures:
    """Compute all figures.

    Parameters
    ----------
    forecast
        The table of forecast.csv.
    candidates
        The run's candidates.json; None when it is missing.
    outcome
        The winner's backtest beside the baseline.
    """
    backtest = describe_backtest(outcome, history, settings)
    grid = build_grid(forecast, history, settings)
    totals = total_series(grid, history, settings)
    return Figures(
        history=history,
        grid=grid,
        items=build_figures(totals, outcome.comparison, settings.metric),
        backtest=backtest,
        leaderboard=build_leaderboard(
            candidates,
            settings.metric,
            winner=backtest["winner"],
            baseline=backtest["baseline"],
            alone=(backtest["baseline_alone"] or {}).get("metrics"),
        ),
        verdict=judge_backtest(backtest, candidates, history, settings),
    )


def describe_backtest(
    outcome: BacktestOutcome, history: History, settings: RunSettings
) -> dict[str, Any]:
    """Describe how the winner did on Autopilot's windows, and the baseline there."""
    if outcome.comparison is None:
        alone = score_naive_alone(history, settings)
        return {
            "comparable": False,
            "reason": outcome.reason,
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
    comparison = outcome.comparison
    winner = score_whole(comparison.forecast)
    baseline = score_whole(comparison.baseline)
    better, compared = count_better(comparison, settings.metric)
    return {
        "comparable": True,
        "reason": None,
        "windows": _describe_windows(outcome.windows, history),
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
