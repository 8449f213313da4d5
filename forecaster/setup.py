"""From a caller's table to a panel: the same way for fitting and for forecasting."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from forecaster.autopilot import config as autopilot
from forecaster.data.calendar import add_holidays
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel, build_panel
from forecaster.data.problem import Problem, problem_from_json
from forecaster.data.schema import Schema, encode, learn_schema, schema_from_json
from forecaster.data.table import tidy


@dataclass(frozen=True)
class Setup:
    """A problem, the features of its table, and Autopilot's rules where they hold.

    Without rules the caller's time stamps are kept: each series ends where it ends.
    """

    problem: Problem
    schema: Schema = field(default_factory=Schema)
    rules: autopilot.Rules | None = None

    def align(self, table: pd.DataFrame) -> pd.DataFrame:
        """Check a table and bring its rows onto the time steps."""
        if self.rules is None:
            return tidy(table, self.problem)
        frequency = parse_frequency(self.problem.frequency)
        return autopilot.align(table, self.problem, self.rules, frequency)

    def learn(self, aligned: pd.DataFrame) -> "Setup":
        """Find out which columns are covariates and which metadata."""
        return replace(self, schema=learn_schema(aligned, self.problem))

    def panel(self, aligned: pd.DataFrame) -> Panel:
        """Lay an aligned table out as series side by side."""
        return add_holidays(self._panel(aligned), self.problem.country)

    def _panel(self, aligned: pd.DataFrame) -> Panel:
        if self.rules is not None:
            return autopilot.lay_out(aligned, self.problem, self.rules, self.schema)
        return build_panel(
            encode(aligned, self.schema),
            self.problem,
            parse_frequency(self.problem.frequency),
            schema=self.schema,
        )

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain JSON types."""
        return {
            "problem": self.problem.to_json(),
            "features": self.schema.to_json(),
            "rules": asdict(self.rules) if self.rules else None,
        }


def setup_from_json(values: dict[str, Any]) -> Setup:
    """Read back what `Setup.to_json` gave."""
    rules = values["rules"]
    return Setup(
        problem_from_json(values["problem"]),
        schema_from_json(values["features"]),
        autopilot.rules_from_json(rules) if rules else None,
    )
