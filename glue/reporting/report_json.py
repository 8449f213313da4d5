"""report.json: every figure of a run's report, under a schema that is documented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from glue.bucket import SCHEMAS
from glue.reporting.attention import describe_attention
from glue.reporting.figures import Figures
from glue.reporting.groups import describe_groups
from glue.reporting.items import list_items
from glue.reporting.page.next_steps import describe_next
from glue.reporting.together import total_before, total_forecast, total_history
from glue.run_documents import Run, RunSettings

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
    "LastValue": "the last value, with quantiles of a random walk",
    "SeasonalMean": (
        "the mean of all values at the same place in the season, with normal quantiles "
        "as wide as the deviations from it"
    ),
    "Mean": "the same of a history without a season: the mean of all its values",
    "Drift": (
        "on along the straight line from the first value to the last, with quantiles "
        "of a random walk with drift"
    ),
    "baseline": "the simple forecast of least error, by the run's metric",
    "improvement_percent": "100 x (1 - error / error of the baseline)",
    "improvement_low": (
        "the lower end of the gain's 95% interval, by drawing series and windows "
        "again 1,000 times; wider by Student's t where these are few"
    ),
    "bias_percent": (
        "100 x (sum of the means - sum of the actuals) / sum of the absolute actuals"
    ),
    "covered": "share of the actuals that are not above the quantile",
}


def build_document(
    run: Run,
    figures: Figures,
    *,
    now: datetime,
    earlier: Mapping[str, Any],
    took: Mapping[str, Any] | None,
    model: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build report.json, but for its warnings, which grow until it is written.

    Parameters
    ----------
    now
        When the report is made.
    earlier
        Whether earlier forecasts came true.
    took
        The time and the money that the run took; None when that is unknown.
    model
        Whose model made the forecast, and why it was that one.
    """
    settings, histories = run.settings, figures.panel.histories
    document = {
        "schema": SCHEMAS["report.json"],
        "run_id": run.run_id,
        "dataset": run.dataset,
        "upload": run.upload,
        "upload_name": run.upload_name,
        "title": run.title,
        "unit": run.unit,
        "made_at": now.isoformat(timespec="seconds"),
        "metric": settings.metric,
        "engine": {
            "name": figures.engine.name,
            "local": figures.engine.local,
            "embedded": figures.engine.embedded,
        },
        "contest": None if figures.contest is None else figures.contest.as_data(),
        "verdict": figures.verdict.as_data(),
        "implausible": figures.plausibility.as_data(histories.keys),
        "assumed_future": figures.assumed.as_data(),
        "explanation": figures.explanation.as_data(),
        "attention": describe_attention(
            figures.attention,
            figures.items,
            histories.keys,
            figures.plausibility,
            changes=figures.changes,
            baseline=figures.simple,
        ),
        "data": _describe_data(figures, settings),
        "baseline": _describe_baseline(figures, settings),
        "backtest": figures.backtest,
        "leaderboard": [entry.as_data() for entry in figures.leaderboard],
        "items": list_items(figures.items, histories.keys, settings.metric),
        "total": {
            "history": total_history(figures.together, histories),
            "forecast": total_forecast(figures.together, settings, figures.range_share),
            "last_season_total": float(figures.items.totals.reference.sum()),
            "complete_from": _name_start(figures),
            "before": total_before(figures.together, figures.ghost, settings),
        },
        "groups": describe_groups(figures.groupings),
        "changes": figures.changes.as_data(histories.keys),
        "earlier_forecasts": earlier,
        "took": took,
        "model": model or None,
        "findings": run.findings,
        "inferred": run.inferred,
        "settings": run.resolved,
        "definitions": DEFINITIONS,
    }
    return {**document, "next": describe_next(document)}


def _describe_data(figures: Figures, settings: RunSettings) -> dict[str, Any]:
    """Describe what was forecast from what."""
    history = figures.panel.histories
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
        "forecast_rows": figures.together.rows,
    }


def _name_start(figures: Figures) -> str | None:
    """Name the period that the total is complete from; None for the first."""
    if not figures.complete_from:
        return None
    return figures.panel.histories.name_periods(np.array([figures.complete_from]))[0]


def _describe_baseline(figures: Figures, settings: RunSettings) -> dict[str, Any]:
    """Name the baseline, and say what seasonal naive repeats: a season, or a value."""
    history, backtest = figures.panel.histories, figures.backtest
    seasonal = settings.season > 1 and history.steps > settings.season + 1
    return {
        "name": backtest["baseline_name"],
        "words": backtest["baseline_words"],
        "season": settings.season,
        "repeats": "season" if seasonal else "last value",
        "forecast_total": float(figures.items.simple.sum()),
        "forecast": figures.together.simple.tolist(),
        "is_advised": figures.simple.is_advised,
    }
