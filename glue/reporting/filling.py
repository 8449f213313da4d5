"""Gaps of the target filled as Autopilot fills them before it trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

# How many values before a gap its mean, median, least or greatest is taken of.
_RECENT = 64
_SUMMARIES: dict[str, Callable[[Array], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}


def fill_gaps(history: Array, rules: Mapping[str, str]) -> Array:
    """Fill what is missing within each series and after it; never before it.

    Parameters
    ----------
    history
        [n_series, n_steps], NaN for no value.
    rules
        ``middlefill`` and ``backfill``, and their ``_value``, as in the settings.
    """
    filled = history.copy()
    missing = np.isnan(history)
    seen = ~missing
    begun = np.logical_or.accumulate(seen, axis=1)
    more = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    _fill(filled, missing & begun & more, rules, "middlefill")
    _fill(filled, missing & begun & ~more, rules, "backfill")
    return filled


def _fill(filled: Array, gaps: Array, rules: Mapping[str, str], rule: str) -> None:
    method = rules.get(rule, "nan")
    if method == "zero":
        filled[gaps] = 0.0
    elif method == "value":
        filled[gaps] = float(rules[f"{rule}_value"])
    elif method in _SUMMARIES:
        for row in np.flatnonzero(gaps.any(axis=1)):
            _summarise(filled[row], np.flatnonzero(gaps[row]), method)


def _summarise(row: Array, places: Array, method: str) -> None:
    for gap in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        before = row[: gap[0]]
        recent = before[~np.isnan(before)][-_RECENT:]
        if len(recent):
            row[gap] = _SUMMARIES[method](recent)
