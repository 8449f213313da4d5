"""How much a covariate tells of the target at the same moment."""

from typing import Any

import numpy as np

from forecaster.arrays import Array
from forecaster.data.panel import Panel

TELLS = 0.75  # share of the target's changes from which on a column tells the target
_FEWEST = 12  # changes; fewer agree by chance


def describe_covariates(panel: Panel) -> list[dict[str, Any]]:
    """Say of each covariate how much of its future is known, and what it tells.

    Returns
    -------
    One record a covariate: its name; `known_ahead`, the share of the horizon at which
    it will be known; `tells`, the share of the target's changes that its own explain
    at the same moment; and `tells_target`, whether it is a record of the target (as
    revenue is of units) that no forecast can have: it tells most, and has no future.
    """
    unknown = panel.unknown_names
    hidden = (
        panel.hidden if panel.hidden.size else np.zeros((1, 1, len(panel.known_names)))
    )
    ahead = 1 - hidden.mean(axis=(0, 1))
    told = zip(
        panel.known_names, ahead.tolist(), share_told(panel).tolist(), strict=True
    )
    return [
        {
            "name": name,
            "known_ahead": round(known, 4),
            "tells": round(tells, 4),
            "tells_target": name in unknown and tells >= TELLS,
        }
        for name, known, tells in told
    ]


def share_told(panel: Panel) -> Array:
    """Share of the target's changes that each covariate's own changes explain.

    The squared correlation from one step to the next, in values or in logarithms, over
    all series, each with a slope of its own; 0 where there are too few changes.

    Returns
    -------
    [n_known].
    """
    target = panel.target
    shares = np.zeros(len(panel.known_names))
    for column in range(len(shares)):
        if panel.known_categorical[column]:
            continue
        values = panel.known[:, : panel.n_steps, column]
        shares[column] = max(
            _explained(target, values), _explained_in_logs(target, values)
        )
    return shares


def _explained_in_logs(target: Array, values: Array) -> float:
    return _explained(_logs(target), _logs(values))


def _logs(values: Array) -> Array:
    return np.log(np.where(values > 0, values, np.nan))


def _explained(target: Array, values: Array) -> float:
    """Share of the changes that is explained, on average over the series."""
    moved, by = np.diff(target, axis=1), np.diff(values, axis=1)
    both = np.isfinite(moved) & np.isfinite(by)
    enough = both.sum(axis=1) >= _FEWEST
    if not enough.any():
        return 0.0
    moved = np.where(both, moved, 0.0)[enough]
    by = np.where(both, by, 0.0)[enough]
    power = (moved**2).sum(axis=1)
    reach = (by**2).sum(axis=1)
    agree = (moved * by).sum(axis=1) ** 2
    use = (power > 0) & (reach > 0)
    if not use.any():
        return 0.0
    return float((agree[use] / (power[use] * reach[use])).mean())
