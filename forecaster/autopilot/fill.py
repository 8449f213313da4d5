"""Autopilot's filling of missing values: inside a series, after it, in the future.

Rules as in AWS's data format guide for time-series forecasting.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.errors import SettingsError

_RECENT = 64  # entries before a gap that mean, median, min and max look at

# Applied to the target where the config says nothing: the documented default.
_TARGET_DEFAULT = {"middlefill": "zero", "backfill": "zero"}


def fill_target(target: Array, rules: Mapping[str, str]) -> Array:
    """Fill gaps inside (middle) and after (back) each series; never before it."""
    rules = {**_TARGET_DEFAULT, **rules}
    filled = target.copy()
    seen = ~np.isnan(target)
    some = np.flatnonzero(seen.any(axis=1))
    first = seen.argmax(axis=1)
    final = target.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    for row in some:
        middle = slice(first[row], final[row] + 1)
        _fill(filled[row], seen[row], middle, _logic(rules, "middlefill"))
        back = slice(final[row] + 1, target.shape[1])
        _fill(filled[row], seen[row], back, _logic(rules, "backfill"))
    return filled


def fill_covariate(
    values: Array, starts: NDArray[np.int64], end: int, rules: Mapping[str, str]
) -> Array:
    """Fill a covariate as its rules say; without a rule nothing is filled.

    Column `end` is the first of the future.
    """
    filled = values.copy()
    if not rules:
        return filled
    seen = ~np.isnan(values)
    for row, start in enumerate(starts):
        past = np.flatnonzero(seen[row, :end])
        final = int(past[-1]) + 1 if len(past) else min(int(start), end)
        spans = {
            "middlefill": slice(min(int(start), final), final),
            "backfill": slice(final, end),
            "futurefill": slice(end, values.shape[1]),
        }
        for name, span in spans.items():
            _fill(filled[row], seen[row], span, _logic(rules, name))
    return filled


@dataclass(frozen=True)
class _Logic:
    """What stands in a gap: its name and, for `value`, the number."""

    name: str
    value: float


def _logic(rules: Mapping[str, str], name: str) -> _Logic:
    logic = str(rules.get(name, "nan"))
    try:
        value = float(rules.get(f"{name}_value", "nan"))
    except ValueError as e:
        raise SettingsError(
            f"{name}_value is no number (found {rules[f'{name}_value']!r}); give one"
        ) from e
    if logic not in _LOGICS:
        raise SettingsError(
            f"no such {name} (found {logic!r}); give one of {', '.join(_LOGICS)}"
        )
    if logic == "value" and np.isnan(value):
        raise SettingsError(f"{name} is 'value' without {name}_value; add it")
    return _Logic(logic, value)


_LOGICS = {
    "nan": None,
    "none": None,
    "zero": None,
    "value": None,
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}


def _fill(
    row: Array,
    seen: NDArray[np.bool_],
    span: slice,
    logic: _Logic,
) -> None:
    """Fill the gaps of one row within a span, in place."""
    holes = span.start + np.flatnonzero(~seen[span])
    if not len(holes) or logic.name in ("nan", "none"):
        return
    if logic.name in ("zero", "value"):
        row[holes] = 0.0 if logic.name == "zero" else logic.value
        return
    summarise = _LOGICS[logic.name]
    for gap in np.split(holes, np.flatnonzero(np.diff(holes) > 1) + 1):
        before = row[: gap[0]][~np.isnan(row[: gap[0]])][-_RECENT:]
        if len(before) and summarise is not None:
            row[gap] = summarise(before)
