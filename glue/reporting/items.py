"""The figures of every series: volume, change, and accuracy beside seasonal naive."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np

from glue.reporting.grid import Outlook
from glue.reporting.history import History
from glue.reporting.run_settings import ReportSettings
from glue.reporting.scoring import Comparison, as_number, score_series

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

_SHOWN = 100


@dataclass(frozen=True)
class ItemFigures:
    """One column a figure, one place a series; NaN for what is unknown, [n_series]."""

    outlook: Outlook
    error: Array
    baseline: Array
    points: Array

    @property
    def improvement(self) -> Array:
        """By how many per cent the error is less than the baseline's."""
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = 100 * (1 - self.error / self.baseline)
        return np.where(self.baseline > 0, gain, np.nan)


def build_figures(
    outlook: Outlook, comparison: Comparison | None, metric: str
) -> ItemFigures:
    """Gather the figures of all series; without a backtest there is no accuracy."""
    count = len(outlook.volume)
    error, baseline = np.full(count, np.nan), np.full(count, np.nan)
    points = np.zeros(count, dtype=np.int64)
    if comparison is not None and len(comparison.forecast.points):
        series, sizes = np.unique(comparison.forecast.points.series, return_counts=True)
        error[series], baseline[series] = score_series(comparison, metric)
        points[series] = sizes
    return ItemFigures(outlook, error, baseline, points)


def write_items(
    figures: ItemFigures, history: History, settings: ReportSettings, file: TextIO
) -> None:
    """Write items.csv, one row a series in the order of forecast.csv."""
    writer = csv.writer(file, lineterminator="\n")
    names = _name_columns(settings.metric)
    writer.writerow([*settings.keys, *names, "backtest_points"])
    columns = [column.tolist() for column in _columns(figures)]
    for key, *values, points in zip(history.keys, *columns, figures.points.tolist()):
        writer.writerow([*key, *(as_number(value) for value in values), points])


def _name_columns(metric: str) -> list[str]:
    return [
        "volume",
        "forecast_total",
        "last_season_total",
        "change_percent",
        metric,
        f"{metric}_seasonal_naive",
        "improvement_percent",
    ]


def _columns(figures: ItemFigures) -> list[Array]:
    outlook = figures.outlook
    return [
        outlook.volume,
        outlook.forecast,
        outlook.reference,
        outlook.change,
        figures.error,
        figures.baseline,
        figures.improvement,
    ]


def list_items(figures: ItemFigures, history: History, metric: str) -> dict[str, Any]:
    """Give the largest series for JSON; items.csv has them all."""
    order = np.argsort(-figures.outlook.volume, kind="stable")[:_SHOWN].tolist()
    names = _name_columns(metric)
    columns = _columns(figures)
    return {
        "count": len(history.keys),
        "shown": len(order),
        "sorted_by": "volume",
        "items": [
            {
                "key": list(history.keys[at]),
                **{name: as_number(c[at]) for name, c in zip(names, columns)},
            }
            for at in order
        ],
    }
