"""Autopilot's alignment: rows onto period starts, series onto one common end.

Rules as in AWS's data format guide for time-series forecasting.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from forecaster.autopilot.fill import fill_covariate, fill_target
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel, build_panel
from forecaster.data.problem import Problem
from forecaster.data.schema import Schema, encode
from forecaster.data.table import tidy

# What pandas calls AWS's aggregations.
AGGREGATIONS = {
    "sum": "sum",
    "avg": "mean",
    "first": "first",
    "min": "min",
    "max": "max",
}


@dataclass(frozen=True)
class Rules:
    """How a table is brought onto the forecast's time steps: a layout."""

    aggregation: str = "sum"
    filling: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def of(self, column: str) -> dict[str, str]:
        """Filling rules of one column, by AWS's names."""
        return dict(dict(self.filling).get(column, ()))

    def align(self, table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
        """Bring rows onto period starts; rows of one period become one.

        The target is aggregated; covariates are not, their first value in a period
        stands.
        """
        table = tidy(table, problem)
        frequency = parse_frequency(problem.frequency)
        stamps = table[problem.timestamp].to_numpy().astype("M8[s]")
        table[problem.timestamp] = frequency.floor(stamps)
        keys = [*problem.item, problem.timestamp]
        if not table.duplicated(keys).any():
            return table
        how = dict.fromkeys(table.columns.difference(keys, sort=False), "first")
        groups = table.groupby(keys, sort=False, observed=True)
        merged = groups.agg(how)
        merged[problem.target] = self._aggregate(groups[problem.target])
        return merged.reset_index()

    def _aggregate(self, target: Any) -> Any:
        if self.aggregation == "sum":
            return target.sum(min_count=1)
        return target.agg(AGGREGATIONS[self.aggregation])

    def lay_out(self, aligned: pd.DataFrame, problem: Problem, schema: Schema) -> Panel:
        """Make the panel that Autopilot would forecast from.

        Every series runs to the last time stamp of all items (the target end date),
        missing values are filled by rule, and the forecast starts after that date.
        """
        panel = build_panel(
            encode(aligned, schema),
            problem,
            parse_frequency(problem.frequency),
            schema=schema,
            common_end=True,
        )
        covariates = panel.known.copy()
        for column, name in enumerate(panel.known_names):
            covariates[:, :, column] = fill_covariate(
                covariates[:, :, column], panel.starts, panel.n_steps, self.of(name)
            )
        filled = fill_target(panel.target, self.of(problem.target))
        return replace(panel.supposing(covariates), target=filled)

    def to_json(self) -> dict[str, Any]:
        """Give the rules as plain JSON types."""
        return asdict(self)


def rules_from_json(values: Mapping[str, Any]) -> Rules:
    """Read back what `Rules.to_json` gave."""
    filling = tuple(
        (name, tuple((key, value) for key, value in rules))
        for name, rules in values["filling"]
    )
    return Rules(values["aggregation"], filling)
