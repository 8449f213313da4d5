"""From a caller's table to a panel: the same way for fitting and for forecasting."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from forecaster.autopilot.align import rules_from_json
from forecaster.autopilot.config import read_config
from forecaster.data.calendar import add_holidays
from forecaster.data.layout import AsGiven, Layout
from forecaster.data.panel import Panel
from forecaster.data.problem import Problem, problem_from_json
from forecaster.data.schema import Schema, learn_schema, schema_from_json


@dataclass(frozen=True)
class Setup:
    """A problem, the features of its table, and how that is laid out."""

    problem: Problem
    schema: Schema = field(default_factory=Schema)
    layout: Layout = field(default_factory=AsGiven)

    def align(self, table: pd.DataFrame) -> pd.DataFrame:
        """Check a table and bring its rows onto the time steps."""
        return self.layout.align(table, self.problem)

    def learn(self, aligned: pd.DataFrame) -> "Setup":
        """Find out which columns are covariates and which metadata."""
        return replace(self, schema=learn_schema(aligned, self.problem))

    def panel(self, aligned: pd.DataFrame) -> Panel:
        """Lay an aligned table out as series side by side."""
        panel = self.layout.lay_out(aligned, self.problem, self.schema)
        return add_holidays(panel.blinded(), self.problem.country)

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain JSON types."""
        return {
            "problem": self.problem.to_json(),
            "features": self.schema.to_json(),
            "rules": self.layout.to_json(),
        }


def read_setup(config: Mapping[str, Any] | Problem) -> Setup:
    """Take AWS's config or the engine's own problem."""
    if isinstance(config, Problem):
        return Setup(config)
    problem, rules = read_config(config)
    return Setup(problem, layout=rules)


def setup_from_json(values: dict[str, Any]) -> Setup:
    """Read back what `Setup.to_json` gave."""
    rules = values["rules"]
    return Setup(
        problem_from_json(values["problem"]),
        schema_from_json(values["features"]),
        rules_from_json(rules) if rules else AsGiven(),
    )
