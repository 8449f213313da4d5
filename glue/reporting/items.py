"""The figures of every series: volume, change, and accuracy beside the baseline."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np

from glue.arrays import Array
from glue.formulas import defuse
from glue.reporting.bias import ItemHabits, find_habits, no_habits
from glue.reporting.grid import SeriesTotals
from glue.reporting.history import Key
from glue.reporting.scoring import (
    Comparison,
    as_number,
    find_bias_by_series,
    score_series,
)
from glue.run_documents import RunSettings

_SHOWN = 100
# Series whose figures become Python's numbers at a time.
_BLOCK = 10_000


@dataclass(frozen=True)
class ItemFigures:
    """One column a figure, one place a series; NaN for what is unknown, [n_series].

    ``simple`` is the sum that the baseline forecasts over the same horizon, and
    ``simple_bias`` its bias on the backtest; ``habits`` what the windows of each series
    have in common.
    """

    totals: SeriesTotals
    simple: Array
    error: Array
    baseline: Array
    points: Array
    bias: Array
    simple_bias: Array
    habits: ItemHabits

    @property
    def improvement(self) -> Array:
        """By how many per cent the error is less than the baseline's."""
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = 100 * (1 - self.error / self.baseline)
        return np.where(self.baseline > 0, gain, np.nan)


def build_figures(
    totals: SeriesTotals,
    simple: Array,
    comparison: Comparison | None,
    *,
    metric: str,
    cutoffs: Array,
) -> ItemFigures:
    """Gather the figures of all series; without a backtest there is no accuracy.

    Parameters
    ----------
    cutoffs
        Of all windows of the backtest.
    """
    count = len(totals.volume)
    error, baseline = np.full(count, np.nan), np.full(count, np.nan)
    points, bias = np.zeros(count, dtype=np.int64), np.full(count, np.nan)
    simple_bias, habits = (
        np.full(count, np.nan),
        no_habits(count, len(cutoffs)),
    )
    if comparison is not None and len(comparison.forecast.points):
        series, sizes = np.unique(comparison.forecast.points.series, return_counts=True)
        error[series], baseline[series] = score_series(comparison, metric)
        points[series] = sizes
        bias[series] = find_bias_by_series(comparison.forecast)
        simple_bias[series] = find_bias_by_series(comparison.baseline)
        habits = find_habits(comparison, metric, count, cutoffs)
    return ItemFigures(
        totals,
        simple,
        error,
        baseline,
        points=points,
        bias=bias,
        simple_bias=simple_bias,
        habits=habits,
    )


def count_better(figures: ItemFigures) -> tuple[int, int]:
    """Count the series on which the forecast beats the baseline, and those scored."""
    ours, naive = figures.error, figures.baseline
    told = np.isfinite(ours) & np.isfinite(naive)
    return int((ours[told] < naive[told]).sum()), int(told.sum())


def write_items(
    figures: ItemFigures,
    keys: Sequence[Key],
    settings: RunSettings,
    advise: Callable[[int], tuple[str, str]],
    *,
    file: TextIO,
) -> None:
    """Write items.csv, one row a series in the order of forecast.csv.

    Parameters
    ----------
    advise
        Says why to look at a series, and what to do; empty for nothing.
    """
    writer = csv.writer(file, lineterminator="\n")
    columns = _columns(figures, settings.metric)
    names = map(defuse, settings.keys)
    writer.writerow([*names, *columns, "backtest_points", "look_at", "to_do"])
    for start in range(0, len(keys), _BLOCK):
        some = slice(start, start + _BLOCK)
        block = zip(*(column[some].tolist() for column in columns.values()))
        points = figures.points[some].tolist()
        for at, (values, count) in enumerate(zip(block, points), start):
            key, numbers = map(defuse, keys[at]), map(as_number, values)
            writer.writerow([*key, *numbers, count, *advise(at)])


def _columns(figures: ItemFigures, metric: str) -> dict[str, Array]:
    return {
        "volume": figures.totals.volume,
        "forecast_total": figures.totals.forecast,
        "baseline_total": figures.simple,
        "last_season_total": np.where(
            figures.totals.seasonal, figures.totals.reference, np.nan
        ),
        "change_percent": figures.totals.change,
        metric: figures.error,
        f"{metric}_baseline": figures.baseline,
        "improvement_percent": figures.improvement,
        "bias_percent": figures.bias,
    }


def list_items(
    figures: ItemFigures, keys: Sequence[Key], metric: str
) -> dict[str, Any]:
    """Give the largest series for JSON; items.csv has them all."""
    order = np.argsort(-figures.totals.volume, kind="stable")[:_SHOWN].tolist()
    columns = _columns(figures, metric)
    return {
        "count": len(keys),
        "shown": len(order),
        "sorted_by": "volume",
        "items": [
            {
                "key": list(keys[at]),
                **{name: as_number(column[at]) for name, column in columns.items()},
            }
            for at in order
        ],
    }
