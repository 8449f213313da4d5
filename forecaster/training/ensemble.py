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
_DOUBT = 0.25  # of its prior is left to what is worse than the best naive
_SHARES = (0.0, 0.25, 0.5, 0.75)  # of the weight, that the best naive may be given
_TINY = 1e-12
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


def find_worse(
    losses: Array, by_window: Array, naive: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which candidates are worse than the best naive one.

    Worse is what has the larger loss in all and in two of three windows; a single
    window is no evidence. A candidate without a loss is worse.

    Parameters
    ----------
    losses
        [n_candidates] on all windows, NaN where there is none.
    by_window
        [n_candidates, n_windows].
    naive
        [n_candidates].
    """
    failed = ~np.isfinite(losses)
    if not (naive & ~failed).any() or by_window.shape[1] < 2:
        return np.asarray(failed)
    best = find_best(losses, naive)
    often = (by_window > by_window[best]).mean(axis=1) >= _OFTEN
    return np.asarray(failed | (~naive & (losses > losses[best]) & often))


def find_best(losses: Array, among: NDArray[np.bool_]) -> int:
    """Find the candidate with the smallest loss among some."""
    return int(np.nanargmin(np.where(among, losses, np.inf)))


def lean_on(
    best: Array, weights: Array, loss: Callable[[Array], float], most: float
) -> Array:
    """Give one candidate as much more weight as brings the loss down to its own.

    Parameters
    ----------
    best
        [n_candidates] all weight on that candidate.
    loss
        Of weights.
    most
        The loss that is aimed at: that of the candidate alone.
    """
    for share in _SHARES:
        leaning = (1 - share) * weights + share * best
        if loss(leaning) <= most:
            return leaning
    return best


def choose_weights(plan: Plan, trained: Sequence[Trained], metric: str) -> Array:
    """Weights by greedy selection on all windows and on each alone, shrunk to a prior.

    The prior is what does well on series of all kinds, tilted by the backtest; one
    short window alone would be overfitted. The naive candidates share a part of it,
    and what is worse than the best of them has little. The ensemble leans on that one
    as far as it must not to be worse in the backtest.
    """
    stride = -(-plan.panel.n_items // _SERIES)
    backtest = plan.backtest.every(stride)
    forecasts = [one.quantiles[:, ::stride] for one in trained]
    loss = _loss_on(plan, backtest, metric)
    losses = np.array([loss(forecast) for forecast in forecasts])
    naive = np.array([one.candidate.naive for one in trained])
    if not np.isfinite(losses).any():
        return _normal(_priors(trained, None))
    windows = range(len(backtest.cuts))
    parts = [_loss_on(plan, backtest.window(k), metric) for k in windows]
    by_window = np.array(
        [[parts[k](one[k : k + 1]) for k in windows] for one in forecasts]
    )
    best = find_best(losses, naive | ~naive.any())
    prior = _priors(trained, trained[best])
    prior = np.where(find_worse(losses, by_window, naive), _DOUBT * prior, prior)
    near = np.flatnonzero(losses <= _NEAR * np.nanmin(losses))
    some = [forecasts[number] for number in near]
    picks = [greedy_weights(some, loss)]
    if len(parts) > 1:
        picks += [
            greedy_weights([one[k : k + 1] for one in some], parts[k]) for k in windows
        ]
    greedy = np.zeros(len(prior))
    greedy[near] = np.mean(picks, axis=0)
    weights = shrink(greedy, tilt(_normal(prior), compare_losses(by_window)), _TRUST)
    alone = (np.arange(len(weights)) == best).astype(float)

    def loss_of(weights: Array) -> float:
        return loss(blend(forecasts, weights))

    return lean_on(alone, weights, loss_of, losses[best])


def compare_losses(by_window: Array) -> Array:
    """Losses against the best of each window, their geometric mean over windows.

    A window in which there is little to lose, such as the months without an outbreak,
    counts as much as any other; one that no candidate has a loss in counts nothing.

    Parameters
    ----------
    by_window
        [n_candidates, n_windows].

    Returns
    -------
    [n_candidates], 1 for what is best in every window; infinite without a loss in one.
    """
    scored = np.isfinite(by_window).any(axis=0)
    losses = np.where(np.isfinite(by_window), by_window, np.inf)[:, scored]
    best = np.maximum(losses.min(axis=0), _TINY)
    return np.asarray(np.exp(np.log(np.maximum(losses, _TINY) / best).mean(axis=1)))


def _priors(trained: Sequence[Trained], best: Trained | None) -> Array:
    """Prior of every candidate, given the best naive one; a walk's where it is one."""
    naive = np.array([one.candidate.naive for one in trained])
    prior = np.array([one.candidate.prior for one in trained])
    prior = np.where(naive, _NAIVE / max(naive.sum(), 1), prior)
    if best is None or best.candidate.walk_prior is None:
        return np.asarray(prior)
    walk = [one.candidate.walk_prior or 0.0 for one in trained]
    return np.asarray(np.maximum(prior, walk))


def _normal(weights: Array) -> Array:
    if not weights.any():
        weights = np.ones(len(weights))
    return np.asarray(weights / weights.sum())


def _loss_on(plan: Plan, backtest: Backtest, metric: str) -> Callable[[Array], float]:
    def loss(quantiles: Array) -> float:
        scored = backtest.scored(quantiles, plan.levels, plan.asked)
        return float(score(scored, metrics=(metric,))[metric])

    return loss
