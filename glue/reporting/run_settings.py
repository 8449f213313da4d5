"""What a report needs to know of a run: columns, time steps, quantiles, objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.frequency import Frequency, parse_frequency

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

# What AutoMLJobObjective.MetricName and the leaderboards call each, in short.
SHORT_METRICS = {
    "AverageWeightedQuantileLoss": "WQL",
    "WAPE": "WAPE",
    "MASE": "MASE",
    "MAPE": "MAPE",
    "RMSE": "RMSE",
}
METRICS = tuple(SHORT_METRICS.values())
# What Autopilot does with a gap of the target where the settings say nothing.
DEFAULT_FILLING = {"middlefill": "zero", "backfill": "zero"}


@dataclass(frozen=True)
class ReportSettings:
    """The settings of a run, as far as its report depends on them.

    ``quantiles`` are names such as ``p10``, in rising order.
    """

    keys: tuple[str, ...]
    timestamp: str
    target: str
    quantiles: tuple[str, ...]
    frequency: Frequency
    horizon: int
    season: int
    metric: str = "WQL"
    aggregation: str = "sum"
    filling: Mapping[str, str] = field(default_factory=dict)

    @property
    def levels(self) -> Array:
        """The quantiles' levels, [n_quantiles]: 0.1 for ``p10``."""
        return np.array([int(name[1:]) / 100 for name in self.quantiles])

    @property
    def with_time(self) -> bool:
        """Whether timestamps have a time of day."""
        return self.frequency.is_below_daily

    @property
    def median(self) -> int | None:
        """Where ``p50`` stands among the quantiles; None when it was not asked for."""
        return self.quantiles.index("p50") if "p50" in self.quantiles else None

    @property
    def noun(self) -> str:
        """What a series is to the user: an item, unless items are grouped."""
        return "item" if len(self.keys) == 1 else "series"


def read_report_settings(
    settings: Mapping[str, Any], data_report: Mapping[str, Any] | None = None
) -> ReportSettings:
    """Take from a run's settings.json, and its data report, what a report needs."""
    job = settings["TimeSeriesForecastingJobConfig"]
    columns = job["TimeSeriesConfig"]
    target = columns["TargetAttributeName"]
    transformations = job.get("Transformations") or {}
    frequency = parse_frequency(job["ForecastFrequency"])
    objective = (settings.get("AutoMLJobObjective") or {}).get("MetricName")
    season = ((data_report or {}).get("table") or {}).get("seasonality")
    filling = (transformations.get("Filling") or {}).get(target) or {}
    return ReportSettings(
        keys=(
            columns["ItemIdentifierAttributeName"],
            *(columns.get("GroupingAttributeNames") or ()),
        ),
        timestamp=columns["TimestampAttributeName"],
        target=target,
        quantiles=sort_quantiles(job["ForecastQuantiles"]),
        frequency=frequency,
        horizon=int(job["ForecastHorizon"]),
        season=int(season or frequency.season),
        metric=SHORT_METRICS.get(str(objective), "WQL"),
        aggregation=(transformations.get("Aggregation") or {}).get(target, "sum"),
        filling={**DEFAULT_FILLING, **filling},
    )


def sort_quantiles(names: Any) -> tuple[str, ...]:
    """Sort names of quantiles by their level."""
    return tuple(sorted(set(names), key=lambda name: int(name[1:])))
