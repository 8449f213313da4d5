"""Weights of the candidates: greedy selection on backtests, shrunk to a prior.

Caruana et al., Ensemble Selection from Libraries of Models (2004).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.metrics import score
from forecaster.training.backtest import Backtest
from forecaster.training.train import Plan, Trained

_ROUNDS = 8  # few: later rounds fit the windows, not the future
_SERIES = 1_000  # more tell little more about weights
_NEAR = 1.6  # times the best loss, beyond which greedy selection does not look
_TRUST = 0.4  # in greedy selection, against the tilted prior
_NAIVE = 1.0  # prior of the naive candidates together
_OFTEN = 0.66  # of the windows
_TILT = 5.0  # a loss larger by 20 % costs a prior weight a factor of e


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
        chosen = int(np.argmin(np.nan_to_num(losses, nan=np.inf)))
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


def tilt(prior: Array, losses: Array, strength: float = _TILT) -> Array:
    """Move a prior towards the candidates with small backtest losses.

    A loss that is not finite leaves its candidate out.
    """
    losses = np.where(np.isfinite(losses), losses, np.inf)
    best = losses[prior > 0].min()
    if not 0 < best < np.inf:
        return prior
    tilted = prior * np.exp(-strength * (losses / best - 1))
    return np.asarray(tilted / tilted.sum())


def pass_naive(
    losses: Array, by_window: Array, naive: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which candidates may have weight: those not worse than the best naive.

    Worse is what has the larger loss in all and in two of three windows; a single
    window is no evidence. Naive candidates pass.

    Parameters
    ----------
    losses
        [n_candidates] on all windows; a candidate whose loss is NaN fails.
    by_window
        [n_candidates, n_windows].
    naive
        [n_candidates].
    """
    passed = np.isfinite(losses)
    if not (naive & passed).any() or by_window.shape[1] < 2:
        return np.asarray(passed)
    best = int(np.nanargmin(np.where(naive, losses, np.nan)))
    often = (by_window > by_window[best]).mean(axis=1) >= _OFTEN
    return np.asarray(passed & (naive | ~((losses > losses[best]) & often)))


def choose_weights(plan: Plan, trained: Sequence[Trained], metric: str) -> Array:
    """Weights by greedy selection on all windows and on each alone, shrunk to a prior.

    The prior is what does well on series of all kinds, tilted by the backtest; one
    short window alone would be overfitted. The naive candidates share a part of it,
    and what is worse than the best of them has no weight: on a random walk little is
    left beside the last value.
    """
    stride = -(-plan.panel.n_items // _SERIES)
    backtest = plan.backtest.every(stride)
    forecasts = [one.quantiles[:, ::stride] for one in trained]
    loss = _loss_on(plan, backtest, metric)
    losses = np.array([loss(forecast) for forecast in forecasts])
    naive = np.array([one.candidate.naive for one in trained])
    prior = np.array([one.candidate.prior for one in trained])
    prior = np.where(naive, _NAIVE / max(naive.sum(), 1), prior)
    if not np.isfinite(losses).any():
        return _normal(prior)
    best = trained[int(np.nanargmin(np.where(naive, losses, np.inf)))].candidate
    if best.walk_prior is not None:
        walk = [one.candidate.walk_prior or 0.0 for one in trained]
        prior = np.maximum(prior, walk)
    windows = range(len(backtest.cuts))
    parts = [_loss_on(plan, backtest.window(k), metric) for k in windows]
    by_window = np.array(
        [[parts[k](one[k : k + 1]) for k in windows] for one in forecasts]
    )
    passed = pass_naive(losses, by_window, naive)
    near = np.flatnonzero(passed & (losses <= _NEAR * np.nanmin(losses)))
    forecasts = [forecasts[number] for number in near]
    picks = [greedy_weights(forecasts, loss)]
    if len(parts) > 1:
        for k in windows:
            some = [forecast[k : k + 1] for forecast in forecasts]
            picks.append(greedy_weights(some, parts[k]))
    greedy = np.zeros(len(prior))
    greedy[near] = np.mean(picks, axis=0)
    return shrink(greedy, tilt(_normal(prior * passed), losses), _TRUST)


def _normal(weights: Array) -> Array:
    if not weights.any():
        weights = np.ones(len(weights))
    return np.asarray(weights / weights.sum())


def _loss_on(plan: Plan, backtest: Backtest, metric: str) -> Callable[[Array], float]:
    def loss(quantiles: Array) -> float:
        scored = backtest.scored(quantiles, plan.levels, plan.asked)
        return float(score(scored, metrics=(metric,))[metric])

    return loss
