"""The ensemble: candidates by weight, their states, and widths set right."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.candidates.catalogue import ENSEMBLE, State, candidates_by_name
from forecaster.data.panel import Panel
from forecaster.time_limit import usable_cores
from forecaster.training.bounds import (
    find_bounds,
    keep_possible,
    keep_whole,
    keep_within,
)
from forecaster.training.calibration import calibrate, stretch, widen_short
from forecaster.training.ensemble import blend, choose_weights
from forecaster.training.fallback import forecast_new_items, mend, settle_constant
from forecaster.training.train import Outcome, Plan, Report, score_quantiles

# Cells of history that are forecast from at once; a step that is forecast counts as
# many, as every candidate gives all its quantiles.
_CELLS = 2_000_000
_STEPS_OF_FORECAST = 40


@dataclass(frozen=True)
class Ensemble:
    """What makes the forecast.

    Parameters
    ----------
    factors
        [horizon, n_levels] that stretch the quantiles.
    states
        Of the candidates with weight that have any.
    unknown
        Covariates whose future it knows nothing of, given or not.
    metrics
        Of its backtest.
    """

    weights: Mapping[str, float]
    factors: Array
    states: Mapping[str, State]
    unknown: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)

    def forecast(self, panel: Panel, levels: Array, *, cells: int = _CELLS) -> Array:
        """Forecast from the end of every series; nothing is fitted anew.

        Parameters
        ----------
        cells
            Of history that are forecast from at once; the result does not depend on it.

        Returns
        -------
        [n_items, horizon, n_levels], not yet whole numbers where the history is.
        """
        panel = panel.hiding(self.unknown)
        bounds = find_bounds(panel)
        blended = np.empty((panel.n_items, panel.horizon, len(levels)))
        for rows in _parts(panel, cells):
            some = panel if len(rows) == panel.n_items else panel.take(rows)
            low, high = (bound[rows] for bound in bounds)
            blended[rows] = self._blend(some, levels, low, high)
        widened = widen_short(blended, levels, panel.counts)
        stretched = stretch(widened, levels, self.factors)
        settled = settle_constant(keep_possible(stretched, panel), panel)
        return forecast_new_items(settled, panel, levels)

    def _blend(self, panel: Panel, levels: Array, low: Array, high: Array) -> Array:
        """Let every candidate with weight forecast, and average what they say."""
        names = [name for name, weight in self.weights.items() if weight > 0]
        known = candidates_by_name()

        def predict(name: str) -> Array:
            with np.errstate(all="ignore"):  # what is not finite is mended
                forecast = known[name].predict(self.states.get(name, {}), panel, levels)
                return keep_within(mend(forecast, panel, levels), low, high)

        with ThreadPoolExecutor(usable_cores()) as pool:
            forecasts = list(pool.map(predict, names))
        return blend(forecasts, np.array([self.weights[name] for name in names]))

    def to_json(self) -> dict[str, Any]:
        """Give everything but the states as plain JSON types."""
        return {
            "weights": list(self.weights.items()),
            "factors": self.factors.tolist(),
            "unknown": list(self.unknown),
            "metrics": dict(self.metrics),
        }


def _parts(panel: Panel, cells: int) -> Iterator[NDArray[np.int64]]:
    """Part the series into neighbours that are forecast at once."""
    each = max(panel.n_steps, _STEPS_OF_FORECAST * panel.horizon, 1)
    size = max(cells // each, 1)
    for start in range(0, panel.n_items, size):
        yield np.arange(start, min(start + size, panel.n_items))


def ensemble_from_json(
    values: Mapping[str, Any], states: Mapping[str, State]
) -> Ensemble:
    """Read back what `Ensemble.to_json` gave."""
    return Ensemble(
        weights=dict(values["weights"]),
        factors=np.array(values["factors"]),
        states=states,
        unknown=tuple(values["unknown"]),
        metrics=dict(values["metrics"]),
    )


@dataclass(frozen=True)
class Combined:
    """An ensemble, and what it would have forecast in the backtest."""

    ensemble: Ensemble
    smooth: Array  # [n_windows, n_items, horizon, n_levels], as the mean needs them
    quantiles: Array  # the same, whole numbers where the history is
    report: Report


def combine(plan: Plan, outcome: Outcome, metric: str) -> Combined:
    """Weigh the candidates by their backtests, and set the widths right."""
    trained = outcome.trained
    forecasts = [one.quantiles for one in trained]
    weights = choose_weights(plan, trained, metric)
    widened = _in_each_window(
        plan,
        blend(forecasts, weights),
        lambda quantiles, past: widen_short(quantiles, plan.levels, past.counts),
    )
    factors = calibrate(plan.backtest.actual, widened, plan.levels)
    smooth = _in_each_window(
        plan, stretch(widened, plan.levels, factors), keep_possible
    )
    quantiles = _in_each_window(plan, smooth, keep_whole)
    report = Report(
        name=ENSEMBLE,
        algorithm="ensemble",
        metrics=score_quantiles(plan, quantiles),
        seconds=sum(one.report.seconds for one in trained),
        status="Completed",
    )
    by_name = {
        one.candidate.name: float(weight)
        for one, weight in zip(trained, weights, strict=True)
    }
    states = {
        one.candidate.name: one.state
        for one in trained
        if one.state and by_name[one.candidate.name] > 0
    }
    unknown = plan.panel.unknown_names
    ensemble = Ensemble(by_name, factors, states, unknown, report.metrics)
    return Combined(ensemble, smooth, quantiles, report)


def _in_each_window(
    plan: Plan, quantiles: Array, keep: Callable[[Array, Panel], Array]
) -> Array:
    kept = quantiles.copy()
    for k, cut in enumerate(plan.backtest.cuts):
        kept[k] = keep(quantiles[k], plan.panel.cut(cut))
    return kept
