"""Weights of the candidates: greedy selection on backtests, shrunk to a prior.

Caruana et al., Ensemble Selection from Libraries of Models (2004).
"""

from collections.abc import Callable, Sequence

import numpy as np

from forecaster.arrays import Array
from forecaster.backtest import Backtest
from forecaster.metrics import score
from forecaster.training import Plan

_ROUNDS = 20
_TRUST = 0.5  # in the backtest, against the prior


def greedy_weights(
    forecasts: Sequence[Array], loss: Callable[[Array], float], rounds: int = _ROUNDS
) -> Array:
    """Add, again and again, the candidate that helps the average most.

    Parameters
    ----------
    forecasts
        One array of quantiles per candidate, all of one shape.
    loss
        Of such an array; smaller is better.

    Returns
    -------
    [n_candidates] weights that sum to 1, those of the best round.
    """
    counts = np.zeros(len(forecasts))
    best_loss, best = np.inf, counts
    total = np.zeros_like(forecasts[0])
    for size in range(1, rounds + 1):
        losses = [loss((total + forecast) / size) for forecast in forecasts]
        chosen = int(np.argmin(losses))
        counts[chosen] += 1
        total = total + forecasts[chosen]
        if losses[chosen] < best_loss:
            best_loss, best = losses[chosen], counts / size
    return np.asarray(best) if best.any() else np.full(len(counts), 1 / len(counts))


def blend(forecasts: Sequence[Array], weights: Array) -> Array:
    """Average quantiles by weight, in the order given."""
    total = np.zeros_like(forecasts[0])
    for forecast, weight in zip(forecasts, weights, strict=True):
        if weight:
            total = total + weight * forecast
    return total


def shrink(weights: Array, prior: Array, trust: float) -> Array:
    """Move weights towards a prior; trust 1 keeps them, 0 takes the prior."""
    mixed = trust * weights + (1 - trust) * prior
    return np.asarray(mixed / mixed.sum())


def choose_weights(
    plan: Plan, forecasts: Sequence[Array], prior: Array, metric: str
) -> Array:
    """Weights by greedy selection on all windows and on each alone, shrunk to a prior.

    Parameters
    ----------
    forecasts
        [n_windows, n_items, horizon, n_levels] of each candidate.
    prior
        [n_candidates]; 0 for those that only the backtest can bring in.
    """
    if not prior.any():
        prior = np.ones(len(forecasts))
    prior = prior / prior.sum()
    windows = len(plan.backtest.cuts)
    if not windows or np.isnan(plan.backtest.actual).all():
        return np.asarray(prior)
    picks = [_greedy(plan, plan.backtest, forecasts, metric)]
    if windows > 1:
        for k in range(windows):
            some = [forecast[k : k + 1] for forecast in forecasts]
            picks.append(_greedy(plan, plan.backtest.window(k), some, metric))
    picks = [pick for pick in picks if np.isfinite(pick).all()]
    return shrink(np.mean(picks, axis=0), prior, _TRUST)


def _greedy(
    plan: Plan, backtest: Backtest, forecasts: Sequence[Array], metric: str
) -> Array:
    def loss(quantiles: Array) -> float:
        scored = backtest.scored(quantiles, plan.levels, plan.asked)
        value = float(score(scored)[metric])
        return value if np.isfinite(value) else 0.0

    return greedy_weights(forecasts, loss)
