"""What each covariate and the calendar are worth: the error without what they tell.

Each is shuffled in the backtest, and the ensemble forecasts again; by how much its
error grows is what the shuffled values were worth (Breiman 2001, permutation
importance, on points that the models have not seen).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.candidates.catalogue import State
from forecaster.data.panel import Panel
from forecaster.metrics import Scored, score
from forecaster.training.bounds import keep_near, keep_possible
from forecaster.training.calibration import stretch, widen_short
from forecaster.training.combination import Ensemble
from forecaster.training.ensemble import blend
from forecaster.training.fallback import mend
from forecaster.training.train import Outcome, Plan, Trained

COVARIATE, METADATA, CALENDAR = "covariate", "metadata", "calendar"
DATES = "calendar"
# Cells of history that all forecasts together may be made from: seconds, not minutes.
_CELLS = 1_500_000
_MOST_ATTRIBUTES = 40
_YEAR = 31_557_600  # seconds


@dataclass(frozen=True)
class Impact:
    """What one attribute is worth.

    Parameters
    ----------
    error_increase_percent
        By how much the error of the backtest grows without it; about 0 where it is of
        no use.
    """

    attribute: str
    kind: str
    error_increase_percent: float


@dataclass(frozen=True)
class _Attribute:
    """A name, its kind, and the column that it is in."""

    name: str
    kind: str
    column: int = 0


def explain(
    plan: Plan,
    outcome: Outcome,
    ensemble: Ensemble,
    *,
    metadata: tuple[str, ...],
    metric: str,
) -> list[Impact]:
    """Measure what each attribute is worth, the most useful first.

    Only a sample of the series is forecast again where there are many, so that it
    takes seconds; the same model gives the same figures.

    Parameters
    ----------
    metadata
        Names of the panel's static columns.

    Returns
    -------
    Nothing where there is no backtest, or no candidate with weight sees any attribute.
    """
    attributes = [*_list_attributes(plan.panel, metadata)][:_MOST_ATTRIBUTES]
    seeing = [
        one
        for one in outcome.trained
        if one.candidate.sees_covariates and ensemble.weights.get(one.candidate.name)
    ]
    if not (attributes and seeing and plan.backtest.cuts):
        return []
    sample = _Sample(plan, outcome, ensemble, _choose_rows(plan, len(attributes)))
    before = sample.measure(sample.forecast(None), metric)
    if not before > 0:
        return []
    impacts = [
        Impact(
            one.name,
            one.kind,
            100 * (sample.measure(sample.forecast(one), metric) / before - 1),
        )
        for one in attributes
    ]
    found = [one for one in impacts if np.isfinite(one.error_increase_percent)]
    return sorted(found, key=lambda one: -one.error_increase_percent)


def _list_attributes(panel: Panel, metadata: tuple[str, ...]) -> Iterator[_Attribute]:
    unknown = panel.unknown_names
    for column, name in enumerate(panel.known_names):
        if name not in unknown:
            yield _Attribute(name, COVARIATE, column)
    for column, name in enumerate(metadata):
        yield _Attribute(name, METADATA, column)
    if panel.frequency.months < 12:
        yield _Attribute(DATES, CALENDAR)


def _choose_rows(plan: Plan, attributes: int) -> NDArray[np.int64]:
    """Choose series evenly, as many as the work allows, at least one."""
    panel = plan.panel
    each = max(panel.n_steps, 1) * len(plan.backtest.cuts) * (attributes + 1)
    count = int(np.clip(_CELLS // each, 1, panel.n_items))
    scored = np.flatnonzero(np.isfinite(plan.backtest.actual).any(axis=(0, 2)))
    some = scored if len(scored) else np.arange(panel.n_items)
    places = np.linspace(0, len(some) - 1, min(count, len(some))).astype(np.int64)
    return some[np.unique(places)]


@dataclass(frozen=True)
class _Sample:
    """Some series, forecast in every window as they are or with something shuffled."""

    plan: Plan
    outcome: Outcome
    ensemble: Ensemble
    rows: NDArray[np.int64]

    def forecast(self, shuffled: _Attribute | None) -> Array:
        """Forecast all windows, [n_windows, n_rows, horizon, n_levels]."""
        rng = np.random.default_rng(self.plan.seed)
        windows = range(len(self.plan.backtest.cuts))
        return np.stack([self._forecast(k, shuffled, rng) for k in windows])

    def _forecast(
        self, window: int, shuffled: _Attribute | None, rng: np.random.Generator
    ) -> Array:
        plan, levels = self.plan, self.plan.levels
        past = plan.panel.cut(plan.backtest.cuts[window]).take(self.rows)
        told = past if shuffled is None else shuffle(past, shuffled, rng)
        weights = [
            self.ensemble.weights[one.candidate.name] for one in self.outcome.trained
        ]
        forecasts = [
            self._predict(one, window, told)
            if weight and one.candidate.sees_covariates
            else one.quantiles[window][self.rows].astype(float)
            for one, weight in zip(self.outcome.trained, weights, strict=True)
        ]
        blended = blend(forecasts, np.array(weights))
        widened = widen_short(blended, levels, past.counts)
        stretched = stretch(widened, levels, self.ensemble.factors)
        return keep_possible(stretched, past)

    def _predict(self, one: Trained, window: int, told: Panel) -> Array:
        state = find_state(one, window)
        with np.errstate(all="ignore"):  # what is not finite is mended
            made = one.candidate.predict(state, told, self.plan.levels)
            return keep_near(mend(made, told, self.plan.levels), told)

    def measure(self, quantiles: Array, metric: str) -> float:
        """Score forecasts of all windows by one metric."""
        backtest = self.plan.backtest
        scored = Scored(
            actual=backtest.actual[:, self.rows],
            forecast=quantiles,
            levels=self.plan.levels,
            asked=self.plan.asked,
            scale=backtest.scale[:, self.rows],
        )
        return float(score(scored, metrics=(metric,))[metric])


def find_state(one: Trained, window: int) -> State:
    """Find what a candidate had learned before a window."""
    return next((s for windows, s in one.states if window in windows), one.state)


def shuffle(past: Panel, attribute: _Attribute, rng: np.random.Generator) -> Panel:
    """Tell a panel something else: what is ahead, who an item is, or what day it is."""
    if attribute.kind == CALENDAR:
        return _shift_dates(past, rng)
    if attribute.kind == METADATA:
        static = past.static.copy()
        static[:, attribute.column] = rng.permutation(static[:, attribute.column])
        return replace(past, static=static)
    return _swap_ahead(past, attribute.column, rng)


def _shift_dates(past: Panel, rng: np.random.Generator) -> Panel:
    """Suppose that each series ended at another time of the year, week and day."""
    frequency = past.frequency
    year = 12 // frequency.months if frequency.months else _YEAR // frequency.seconds
    back = rng.integers(1, max(int(year), 2), past.n_items)
    return replace(past, last=frequency.shift(past.last, -back))


def _swap_ahead(past: Panel, column: int, rng: np.random.Generator) -> Panel:
    """Put values of other times of the same series where the future's stood."""
    known = past.known.copy()
    longest = past.n_steps
    starts = np.minimum(past.starts, max(longest - 1, 0))
    for row in range(past.n_items):
        places = rng.integers(starts[row], longest, past.horizon)
        known[row, longest:, column] = known[row, places, column]
    return replace(past, known=known)
