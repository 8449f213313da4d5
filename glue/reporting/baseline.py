"""The seasonal naive forecast: the last season again, as wide as it used to err.

It starts from a history whose gaps are filled as Autopilot fills them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.reporting.history import History
from glue.run_documents import RunSettings

NAME = "SeasonalNaive"
# Cells of a matrix that are worked on at once: 8 MB of numbers.
_BLOCK_CELLS = 1_000_000
# How many values before a gap its mean, median, least or greatest is taken of.
_RECENT = 64
_SUMMARIES: dict[str, Callable[[Array], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}


@dataclass(frozen=True)
class Naive:
    """The baseline's forecast of some series from one cutoff.

    Parameters
    ----------
    center
        [n_series, horizon].
    quantiles
        [n_series, horizon, n_quantiles].
    scale
        Mean absolute seasonal change of the history, for MASE; NaN for none, [n_series]
    known
        Whether a series has any history before the cutoff, [n_series].
    """

    center: Array
    quantiles: Array
    scale: Array
    known: Array


def fill_in_blocks(
    history: History, series: Array, end: int, settings: RunSettings
) -> Iterator[Array]:
    """Give what was known before period ``end``, filled, some series at a time.

    There is one block at least, if of no series.
    """
    size = max(_BLOCK_CELLS // max(end, 1), 1)
    numbers = np.asarray(series, dtype=np.int64)
    for at in range(0, max(len(numbers), 1), size):
        matrix = history.matrix(numbers[at : at + size], end)
        yield fill_gaps(matrix, settings.filling)


def forecast_naive(
    history: History, series: Array, end: int, settings: RunSettings
) -> Naive:
    """Forecast the horizon from period ``end`` on, from what was known before it."""
    blocks = [
        repeat_season(filled, settings)
        for filled in fill_in_blocks(history, series, end, settings)
    ]
    return Naive(
        center=np.concatenate([block.center for block in blocks]),
        quantiles=np.concatenate([block.quantiles for block in blocks]),
        scale=np.concatenate([block.scale for block in blocks]),
        known=np.concatenate([block.known for block in blocks]),
    )


def repeat_season(
    filled: Array, settings: RunSettings, lag: int | None = None
) -> Naive:
    """Forecast from filled histories, [n_series, n_steps].

    A series needs more than a season and one step to have a season; a shorter one
    repeats its last value. With a ``lag``, all repeat the values of so many steps.
    """
    known = ~np.isnan(filled).all(axis=1) if filled.shape[1] else _none(filled)
    if lag is not None:
        return _repeat(filled, lag, settings, known)
    seasonal = find_seasonal(filled, settings.season)
    naive = _repeat(filled, 1, settings, known)
    if not seasonal.any():
        return naive
    by_season = _repeat(filled[seasonal], settings.season, settings, known[seasonal])
    for name in ("center", "quantiles", "scale"):
        getattr(naive, name)[seasonal] = getattr(by_season, name)
    return naive


def find_seasonal(filled: Array, season: int) -> Array:
    """Tell which histories are long enough to have a season, [n_series]."""
    if season == 1 or not filled.shape[1]:
        return _none(filled)
    known = ~np.isnan(filled).all(axis=1)
    starts = np.where(known, (~np.isnan(filled)).argmax(axis=1), filled.shape[1])
    seasonal: Array = filled.shape[1] - starts > season + 1
    return seasonal


def _none(filled: Array) -> Array:
    return np.zeros(len(filled), dtype=bool)


def _repeat(filled: Array, lag: int, settings: RunSettings, known: Array) -> Naive:
    steps = np.arange(settings.horizon)
    center = np.zeros((len(filled), settings.horizon))
    if filled.shape[1]:
        places = filled.shape[1] - min(lag, filled.shape[1]) + steps % lag
        center = filled[:, places]
        last = _last_value(filled)
        center = np.where(np.isnan(center), last[:, None], center)
    changes = filled[:, lag:] - filled[:, :-lag]
    pairs = (~np.isnan(changes)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.nansum(changes**2, axis=1) / pairs)
        scale = np.nansum(np.abs(changes), axis=1) / pairs
    # The errors of the seasons ahead add up as those of a random walk.
    width = np.nan_to_num(spread)[:, None] * np.sqrt(steps // lag + 1)
    scores = np.array([NormalDist().inv_cdf(level) for level in settings.levels])
    quantiles = center[:, :, None] + width[:, :, None] * scores
    never_negative = np.fmin.reduce(filled, axis=1, initial=np.inf) >= 0
    quantiles = np.where(
        never_negative[:, None, None], np.maximum(quantiles, 0.0), quantiles
    )
    return Naive(center, quantiles, scale, known)


def _last_value(filled: Array) -> Array:
    seen = ~np.isnan(filled)
    places = filled.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    last = filled[np.arange(len(filled)), places]
    return np.nan_to_num(last)


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
