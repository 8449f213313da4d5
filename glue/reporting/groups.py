"""Totals by each key column, and by each column of what is known of the items."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts
from glue.formulas import defuse
from glue.reporting.items import ItemFigures
from glue.reporting.panel import Panel, Shard
from glue.reporting.scoring import (
    Bias,
    Comparison,
    Errors,
    as_number,
    sum_bias_by,
    sum_errors,
)

# A column with more values than this is no way to add series up.
MOST_GROUPS = 200
_SHOWN = 50
# Groups of a column that are drawn.
MOST_DRAWN = 6
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


@dataclass(frozen=True)
class Column:
    """A column that puts several series together.

    Parameters
    ----------
    values
        Its values, in order.
    codes
        The place of each series' value among them, [n_series].
    """

    name: str
    values: Array
    codes: Array


@dataclass(frozen=True)
class GroupErrors:
    """The errors of each group on the backtest, and those of the baseline."""

    forecast: Errors
    baseline: Errors
    bias: Bias


def number_groups(
    panel: Panel, attributes: Mapping[str, Sequence[str]]
) -> list[Column]:
    """Find the columns that put several series together, and number their values.

    Parameters
    ----------
    attributes
        The value of each series, by column, in the history's order.
    """
    settings, keys = panel.settings, panel.histories.keys
    columns = {
        name: [key[place] for key in keys] for place, name in enumerate(settings.keys)
    }
    found = []
    for name, values in {**columns, **attributes}.items():
        codes, uniques = pd.factorize(as_texts(values))
        if 1 < len(uniques) <= min(MOST_GROUPS, len(keys) - 1):
            texts, places = np.unique(uniques.astype(str), return_inverse=True)
            found.append(Column(name, texts, places.reshape(-1)[codes]))
    return found


def sum_group_errors(
    comparison: Comparison, column: Column, codes: Array
) -> GroupErrors:
    """Sum up the errors of each group; ``codes`` are those of the series here."""
    owners = codes[comparison.forecast.points.series]
    count = len(column.values)
    return GroupErrors(
        sum_errors(comparison.forecast, owners, count),
        sum_errors(comparison.baseline, owners, count),
        sum_bias_by(comparison.forecast, owners, count),
    )


def build_groupings(
    columns: Sequence[Column],
    items: ItemFigures,
    errors: Sequence[GroupErrors],
    metric: str,
) -> list[Grouping]:
    """Add the series up by each column; without a backtest there is no accuracy."""
    made = []
    for place, column in enumerate(columns):
        figures = {
            **_add_up(column.codes, len(column.values), items),
            **_score(errors[place] if errors else None, len(column.values), metric),
        }
        order = np.argsort(-figures["volume"], kind="stable")
        made.append(
            Grouping(
                column.name,
                tuple(column.values[order].tolist()),
                {key: values[order] for key, values in figures.items()},
                places=np.argsort(order)[column.codes],
            )
        )
    return made


def _add_up(codes: Array, count: int, items: ItemFigures) -> dict[str, Array]:
    """Add up the series of each group."""

    def add(values: Array) -> Array:
        return np.bincount(codes, np.nan_to_num(values), minlength=count)

    totals = items.totals
    ahead, before = add(totals.forecast), add(totals.reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(before > 0, 100 * (ahead / before - 1), np.nan)
    return {
        "series": np.bincount(codes, minlength=count),
        "volume": add(totals.volume),
        "forecast_total": ahead,
        "before_total": before,
        "change_percent": change,
    }


def _score(errors: GroupErrors | None, count: int, metric: str) -> dict[str, Array]:
    unknown = np.full(count, np.nan)
    error, baseline, bias = unknown, unknown, unknown
    if errors is not None:
        error = errors.forecast.metrics()[metric]
        baseline = errors.baseline.metrics()[metric]
        bias = errors.bias.percent
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(baseline > 0, 100 * (1 - error / baseline), np.nan)
    return {
        "error": error,
        "baseline_error": baseline,
        "improvement_percent": gain,
        "bias_percent": bias,
    }


def sum_groups(
    groupings: Sequence[Grouping], panel: Panel, stamps: Sequence[str], first: int
) -> list[GroupSums]:
    """Add up the largest groups of each column by time step.

    Parameters
    ----------
    stamps
        Of the forecast.
    first
        The period to begin with.
    """
    sums = [
        GroupSums(
            min(MOST_DRAWN, len(one.values)), panel.histories.steps - first, stamps
        )
        for one in groupings
    ]
    for shard in panel if groupings else ():
        at = np.searchsorted(stamps, shard.grid.stamps.astype(str))
        for one, found in zip(groupings, sums):
            found.add(shard, one.places[shard.series], first, at)
    return sums


class GroupSums:
    """What the largest groups had at each time step, and will have."""

    def __init__(self, groups: int, steps: int, stamps: Sequence[str]) -> None:
        self._totals = np.zeros(groups * steps)
        self._counts = np.zeros(groups * steps, dtype=np.int64)
        self._ahead = np.zeros(groups * len(stamps))
        self._groups, self._steps, self._stamps = groups, steps, len(stamps)

    def add(self, shard: Shard, places: Array, first: int, at: Array) -> None:
        """Add the series of a shard.

        Parameters
        ----------
        places
            The group of each series, [n_series].
        first
            The period to begin with.
        at
            The place of each timestamp of the shard's forecast among all, [n].
        """
        history, grid, steps = shard.history, shard.grid, self._steps
        owners = np.repeat(places, np.diff(history.offsets))
        some = (owners < self._groups) & (history.periods >= first)
        cells = owners[some] * steps + history.periods[some] - first
        size = len(self._totals)
        self._totals += np.bincount(cells, history.values[some], minlength=size)
        self._counts += np.bincount(cells, minlength=size)
        mine = places[grid.series]
        kept = mine < self._groups
        cells = (mine * self._stamps + at)[kept]
        means = np.nan_to_num(grid.mean[kept])
        self._ahead += np.bincount(cells, means, minlength=len(self._ahead))

    @property
    def past(self) -> list[list[float | None]]:
        """What each had; None where no series has a value."""
        values = np.where(self._counts > 0, self._totals, np.nan)
        rows = values.reshape(self._groups, self._steps).tolist()
        return [[as_number(value) for value in row] for row in rows]

    @property
    def ahead(self) -> list[list[float]]:
        """What the means of its series add up to at each timestamp of the forecast."""
        rows: list[list[float]] = self._ahead.reshape(self._groups, -1).tolist()
        return rows


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
