"""Intermittent demand: how often, and how much when there is any.

Teunter, Syntetos and Babai (2011): both the chance of demand and its size are smoothed,
the chance at every step, so that what dies out is forecast less and less.
"""

import numpy as np

from forecaster.arrays import Array
from forecaster.candidates.npts import weighted_quantiles
from forecaster.data.panel import Panel

_CHANCE = 0.1
_HALF_LIFE = 24.0
_HISTORY = 400


def tsb(panel: Panel, levels: Array) -> Array:
    """Quantiles of a mixture of no demand and past sizes, the same for every step."""
    recent = panel.target[:, -_HISTORY:]
    demand = np.where(np.isnan(recent), np.nan, (recent != 0).astype(float))
    chance = _smooth_chance(demand)
    sizes = np.where(recent != 0, recent, np.nan)
    decay = 0.5 ** (np.arange(recent.shape[1])[::-1] / _HALF_LIFE)
    quantiles = np.zeros((panel.n_items, len(levels)))
    grid = np.arange(0.02, 0.99, 0.02)
    of_sizes = weighted_quantiles(sizes, decay, grid)
    for row in range(panel.n_items):
        if chance[row] <= 0 or np.isnan(of_sizes[row]).any():
            continue
        quantiles[row] = _mixture(chance[row], of_sizes[row], grid, levels)
    quantiles[panel.lengths == 0] = np.nan
    return np.repeat(quantiles[:, None, :], panel.horizon, axis=1)


def _smooth_chance(demand: Array) -> Array:
    """Exponentially smoothed chance of demand at each row's end."""
    chance = np.full(len(demand), np.nan)
    for column in demand.T:
        first = np.isnan(chance)
        moved = chance + _CHANCE * (column - chance)
        chance = np.where(np.isnan(column), chance, np.where(first, column, moved))
    return np.asarray(np.nan_to_num(chance))


def _mixture(chance: float, sizes: Array, grid: Array, levels: Array) -> Array:
    """Quantiles of: 0 with chance 1 - p, else a size; sizes may be negative."""
    below = float(np.interp(0.0, sizes, grid, left=0.0, right=1.0)) * chance
    out = np.zeros(len(levels))
    for number, level in enumerate(levels):
        if level < below:
            out[number] = np.interp(level / chance, grid, sizes)
        elif level > below + 1 - chance:
            out[number] = np.interp((level - 1 + chance) / chance, grid, sizes)
    return out
