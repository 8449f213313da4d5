"""Widths of the forecast distribution, set right on the backtest by horizon step."""

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.metrics import quantile_loss

_FACTORS = np.array([0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8])
_TRUST = 0.5  # past windows differ from the future about as much as they tell of it
_GAIN = 0.01  # smaller gains in loss are taken for chance
_ABUNDANT = 5_000  # points
_CAUTION = 100.0  # points whose evidence counts as much as the doubt


def calibrate(actual: Array, quantiles: Array, levels: Array) -> Array:
    """Factors [horizon, n_levels] that stretch quantiles around the median.

    Each side of the median has the factor with the least quantile loss on the
    backtest, held back towards 1; steps far ahead have factors of their own where
    points abound.
    """
    factors = np.ones((actual.shape[-1], len(levels)))
    middle = int(np.searchsorted(levels, 0.5))
    for steps in _parts(actual):
        some, truth = quantiles[:, :, steps], actual[:, :, steps]
        count = int((~np.isnan(truth)).sum())
        center = some[..., middle, None]
        for side in (slice(0, middle), slice(middle + 1, None)):
            away = some[..., side] - center
            loss = [
                np.nansum(
                    quantile_loss(truth[..., None], center + f * away, levels[side])
                )
                for f in _FACTORS
            ]
            best = int(np.argmin(loss))
            if loss[best] < (1 - _GAIN) * loss[int(np.argmin(np.abs(_FACTORS - 1)))]:
                trust = _TRUST * count / (count + _CAUTION)
                factors[steps[:, None], _columns(levels, side)] = (
                    _FACTORS[best] ** trust
                )
    return factors


def _parts(actual: Array) -> list[NDArray[np.int64]]:
    """Steps that share factors: near and far ones where points abound."""
    horizon = actual.shape[-1]
    abundant = int((~np.isnan(actual)).sum()) > _ABUNDANT and horizon > 1
    return np.array_split(np.arange(horizon), 2 if abundant else 1)


def _columns(levels: Array, side: slice) -> NDArray[np.int64]:
    return np.arange(len(levels))[side]


def stretch(quantiles: Array, levels: Array, factors: Array) -> Array:
    """Apply the factors of `calibrate` to quantiles [..., horizon, n_levels]."""
    middle = int(np.searchsorted(levels, 0.5))
    center = quantiles[..., middle, None]
    return np.asarray(center + factors * (quantiles - center))
