"""Totals by each key column, and by each column of what is known of the items."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np

from glue.arrays import Array, as_texts
from glue.formulas import defuse
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History
from glue.reporting.items import ItemFigures
from glue.reporting.scoring import (
    Comparison,
    as_number,
    find_bias_by,
    score,
)
from glue.run_documents import RunSettings

# A column with more values than this is no way to add series up.
MOST_GROUPS = 200
_SHOWN = 50
_FIGURES = (
    "series",
    "volume",
    "forecast_total",
    "before_total",
    "change_percent",
    "error",
    "baseline_error",
    "improvement_percent",
    "bias_percent",
)


@dataclass(frozen=True)
class Grouping:
    """The series added up by the values of one column.

    Parameters
    ----------
    column
        Its name.
    values
        Its values, the largest volume first.
    figures
        One column a figure, one place a value, [n_values].
    places
        The place of each series' value among them, [n_series].
    """

    column: str
    values: tuple[str, ...]
    figures: Mapping[str, Array]
    places: Array

    def list_rows(self) -> Iterator[dict[str, Any]]:
        """Give each value with its figures; None for what is unknown."""
        for at, value in enumerate(self.values):
            row = {name: as_number(self.figures[name][at]) for name in _FIGURES}
            yield {"value": value, **row, "series": int(self.figures["series"][at])}


def build_groupings(
    history: History,
    items: ItemFigures,
    comparison: Comparison | None,
    settings: RunSettings,
    *,
    attributes: Mapping[str, Sequence[str]],
) -> list[Grouping]:
    """Add the series up by each column that puts several together.

    Parameters
    ----------
    attributes
        The value of each series, by column, in the history's order.
    """
    columns = {
        name: [key[place] for key in history.keys]
        for place, name in enumerate(settings.keys)
    }
    made = []
    for name, values in {**columns, **attributes}.items():
        texts, codes = np.unique(as_texts(values).astype(str), return_inverse=True)
        if 1 < len(texts) <= min(MOST_GROUPS, len(history.keys) - 1):
            figures = _add_up(
                codes.reshape(-1), len(texts), items, comparison, metric=settings.metric
            )
            order = np.argsort(-figures["volume"], kind="stable")
            made.append(
                Grouping(
                    name,
                    tuple(texts[order].tolist()),
                    {key: column[order] for key, column in figures.items()},
                    places=np.argsort(order)[codes.reshape(-1)],
                )
            )
    return made


def _add_up(
    codes: Array,
    count: int,
    items: ItemFigures,
    comparison: Comparison | None,
    *,
    metric: str,
) -> dict[str, Array]:
    def add(values: Array) -> Array:
        return np.bincount(codes, np.nan_to_num(values), minlength=count)

    totals = items.totals
    ahead, before = add(totals.forecast), add(totals.reference)
    unknown = np.full(count, np.nan)
    error, baseline, bias = unknown, unknown, unknown
    with np.errstate(divide="ignore", invalid="ignore"):
        if comparison is not None:
            owners = codes[comparison.forecast.points.series]
            error = score(comparison.forecast, owners, count)[metric]
            baseline = score(comparison.baseline, owners, count)[metric]
            bias = find_bias_by(comparison.forecast, owners, count)
        return {
            "series": np.bincount(codes, minlength=count),
            "volume": add(totals.volume),
            "forecast_total": ahead,
            "before_total": before,
            "change_percent": np.where(before > 0, 100 * (ahead / before - 1), np.nan),
            "error": error,
            "baseline_error": baseline,
            "improvement_percent": np.where(
                baseline > 0, 100 * (1 - error / baseline), np.nan
            ),
            "bias_percent": bias,
        }


def sum_groups(
    grouping: Grouping,
    history: History,
    grid: ForecastGrid,
    first: int,
    *,
    most: int,
) -> tuple[list[list[float | None]], list[list[float | None]]]:
    """Add up the largest groups by time step.

    Returns
    -------
    What each had from period ``first`` on, None where no series has a value; and what
    the means of its series add up to at each timestamp of the forecast.
    """
    owners = np.repeat(grouping.places, np.diff(history.offsets))
    some = (owners < most) & (history.periods >= first)
    steps = history.steps - first
    cells = owners[some] * steps + history.periods[some] - first
    totals = np.bincount(cells, history.values[some], minlength=most * steps)
    seen = np.bincount(cells, minlength=most * steps) > 0
    past = np.where(seen, totals, np.nan).reshape(most, steps)
    stamps, at = np.unique(grid.stamps.astype(str), return_inverse=True)
    mine = grouping.places[grid.series]
    cells = mine * len(stamps) + at.reshape(-1)
    kept = mine < most
    means = np.nan_to_num(grid.mean[kept])
    ahead = np.bincount(cells[kept], means, minlength=most * len(stamps)).astype(float)
    return (
        [[as_number(value) for value in row] for row in past.tolist()],
        ahead.reshape(most, len(stamps)).tolist(),
    )


def write_groups(groupings: Sequence[Grouping], file: TextIO) -> None:
    """Write groups.csv: a row for each value of each column."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["column", "value", *_FIGURES])
    for grouping in groupings:
        for row in grouping.list_rows():
            writer.writerow(map(defuse, [grouping.column, *row.values()]))


def describe_groups(groupings: Sequence[Grouping]) -> list[dict[str, Any]]:
    """Give the largest groups of each column for report.json."""
    return [
        {
            "column": grouping.column,
            "count": len(grouping.values),
            "groups": list(grouping.list_rows())[:_SHOWN],
        }
        for grouping in groupings
    ]
