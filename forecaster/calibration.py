"""Widths of the forecast distribution, set right on the backtest by horizon step."""

import numpy as np

from forecaster.arrays import Array
from forecaster.metrics import quantile_loss

_FACTORS = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1])
_CAUTION = 400.0  # points whose evidence counts as much as the doubt


def calibrate(actual: Array, quantiles: Array, levels: Array) -> Array:
    """Factors [horizon, n_levels] that stretch quantiles around the median.

    Each side of the median and each third of the horizon has the factor with the least
    quantile loss on the backtest, held back towards 1 where points are few.
    """
    horizon = actual.shape[-1]
    factors = np.ones((horizon, len(levels)))
    middle = int(np.searchsorted(levels, 0.5))
    for steps in np.array_split(np.arange(horizon), min(3, horizon)):
        some, truth = quantiles[:, :, steps], actual[:, :, steps]
        count = int((~np.isnan(truth)).sum())
        trust = count / (count + _CAUTION)
        for side in (slice(0, middle), slice(middle + 1, None)):
            if not len(levels[side]) or not count:
                continue
            center = some[..., middle, None]
            away = some[..., side] - center
            losses = [
                np.nansum(
                    quantile_loss(truth[..., None], center + f * away, levels[side])
                )
                for f in _FACTORS
            ]
            best = float(_FACTORS[int(np.argmin(losses))])
            factors[steps[:, None], np.arange(len(levels))[side]] = best**trust
    return factors


def stretch(quantiles: Array, levels: Array, factors: Array) -> Array:
    """Apply the factors of `calibrate` to quantiles [..., horizon, n_levels]."""
    middle = int(np.searchsorted(levels, 0.5))
    center = quantiles[..., middle, None]
    return np.asarray(center + factors * (quantiles - center))
