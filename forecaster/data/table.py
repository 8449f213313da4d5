"""Long tables as callers give them: checked, keys as text, time stamps as dates."""

import pandas as pd

from forecaster.data.problem import Problem
from forecaster.errors import TableError


def check_columns(table: pd.DataFrame, problem: Problem) -> None:
    """Refuse a table without the columns that the problem names.

    Raises
    ------
    TableError
        Naming every missing column.
    """
    wanted = [*problem.item, problem.timestamp, problem.target, *(problem.known or ())]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns))
        raise TableError(
            f"no column {', '.join(map(repr, missing))} (found: {found}); "
            "add it, or name the right column in the settings"
        )


def tidy(table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Make keys text, time stamps dates without a zone, and the target a number.

    Raises
    ------
    TableError
        When a column is missing or a time stamp cannot be read.
    """
    check_columns(table, problem)
    table = table.copy(deep=False)
    for name in problem.item:
        table[name] = table[name].astype(str)
    stamps = pd.to_datetime(table[problem.timestamp], errors="coerce")
    if stamps.isna().any():
        bad = table.loc[stamps.isna(), problem.timestamp].iloc[0]
        raise TableError(
            f"unreadable time stamp (found {bad!r} in {problem.timestamp!r}); "
            "write dates as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
        )
    if stamps.dt.tz is not None:
        stamps = stamps.dt.tz_localize(None)
    table[problem.timestamp] = stamps.to_numpy().astype("M8[s]")
    table[problem.target] = pd.to_numeric(table[problem.target], errors="coerce")
    return table
