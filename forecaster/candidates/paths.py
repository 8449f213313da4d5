"""A few fixed exponential smoothers, with their states kept at every step.

What each would have forecast from any origin is a feature of the global models: it is
causal, and costs one pass over the history for all series at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Smoother:
    """Additive smoothing: level, damped slope and season, with fixed parameters."""

    alpha: float
    beta: float
    phi: float
    gamma: float


SLOW = Smoother(0.1, 0.0, 1.0, 0.1)
QUICK = Smoother(0.4, 0.0, 1.0, 0.15)
TREND = Smoother(0.5, 0.05, 0.9, 0.15)


class Paths:
    """States of some smoothers over gap-free series that start at given columns."""

    def __init__(
        self, filled: Array, starts: Index, season: int, smoothers: list[Smoother]
    ) -> None:
        self._smoothers = smoothers
        self._starts = starts
        self._season = season
        self._run(filled, _start(filled, starts, season))

    def _run(self, filled: Array, start: "_Start") -> None:
        table = [(s.alpha, s.alpha * s.beta, s.phi, s.gamma) for s in self._smoothers]
        alpha, beta, phi, gamma = np.array(table).T
        n_items, n_steps = filled.shape
        size = (n_steps, n_items, len(table))
        self._levels = np.empty(size, dtype=np.float32)
        self._slopes = np.empty(size, dtype=np.float32)
        self._states = np.empty(size, dtype=np.float32)
        level = np.repeat(start.level[:, None], len(table), axis=1)
        season = np.repeat(start.season.T[:, :, None], len(table), axis=2)
        slope = np.zeros_like(level)
        latest = int(self._starts.max())
        for step in range(n_steps):
            drift = slope * phi
            state = season[step % self._season]
            error = filled[:, step, None] - level - drift - state
            if step < latest:
                error *= (step >= self._starts)[:, None]
            level = level + drift + alpha * error
            slope = drift + beta * error
            if self._season > 1:
                state += gamma * error
            self._levels[step], self._slopes[step] = level, slope
            self._states[step] = state

    def forecasts(self, item: Index, at: Index, step: Index) -> list[Array]:
        """Forecast `step` steps ahead of column `at`, by each smoother."""
        back = -(-step // self._season) * self._season
        column = at + step - back
        seen = (column >= self._starts[item]) & (self._season > 1)
        column = np.maximum(column, 0)
        forecasts = []
        for number, smoother in enumerate(self._smoothers):
            ahead = self._levels[at, item, number].astype(float)
            if smoother.beta:
                damped = smoother.phi * (1 - smoother.phi**step) / (1 - smoother.phi)
                ahead = ahead + damped * self._slopes[at, item, number]
            state = self._states[column, item, number]
            forecasts.append(ahead + np.where(seen, state, 0.0))
        return forecasts


@dataclass(frozen=True)
class _Start:
    """States before the first step, from the first season of every series."""

    level: Array  # [n_items]
    season: Array  # [n_items, season], by column modulo season


def _start(filled: Array, starts: Index, season: int) -> _Start:
    n_items, n_steps = filled.shape
    columns = starts[:, None] + np.arange(season)
    inside = columns < n_steps
    values = np.take_along_axis(filled, np.minimum(columns, n_steps - 1), axis=1)
    level = (values * inside).sum(axis=1) / inside.sum(axis=1)
    shape = np.zeros((n_items, season))
    if season > 1:
        around = np.where(inside, values - level[:, None], 0.0)
        np.put_along_axis(shape, columns % season, around, axis=1)
    return _Start(level, shape)
