"""How a table becomes series side by side: as the caller gives it, or by rules."""

from typing import Any, Protocol

import pandas as pd

from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel, build_panel
from forecaster.data.problem import Problem
from forecaster.data.schema import Schema, encode
from forecaster.data.table import tidy


class Layout(Protocol):
    """A way to bring a table onto time steps."""

    def align(self, table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
        """Check a table and bring its rows onto the time steps."""

    def lay_out(self, aligned: pd.DataFrame, problem: Problem, schema: Schema) -> Panel:
        """Lay an aligned table out as series side by side."""

    def to_json(self) -> dict[str, Any] | None:
        """Give the rules as plain JSON types; None where there are none."""


class AsGiven:
    """Keeps the caller's time stamps: each series ends where it ends."""

    def align(self, table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
        """Check a table."""
        return tidy(table, problem)

    def lay_out(self, aligned: pd.DataFrame, problem: Problem, schema: Schema) -> Panel:
        """Lay the table out without filling anything."""
        return build_panel(
            encode(aligned, schema),
            problem,
            parse_frequency(problem.frequency),
            schema=schema,
        )

    def to_json(self) -> None:
        """Say that there are no rules."""
