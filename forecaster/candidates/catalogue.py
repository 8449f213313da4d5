"""The candidates: their names, what they stand in for, and how each is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecaster.arrays import Array
from forecaster.candidates.intermittent import tsb
from forecaster.candidates.linear import fit_linear, predict_linear
from forecaster.candidates.naive import (
    drift,
    last_value,
    seasonal_mean,
    seasonal_naive,
)
from forecaster.candidates.npts import npts, seasonal_npts
from forecaster.candidates.regression import regress
from forecaster.candidates.smoothing import smooth
from forecaster.candidates.theta import theta
from forecaster.candidates.trees import fit_trees, predict_trees
from forecaster.data.panel import Panel
from forecaster.time_limit import Clock

BASELINE = "SeasonalNaive"
ENSEMBLE = "WeightedEnsemble"
_INTERMITTENT = 0.1  # share of zeros from which demand counts as intermittent

# What fitting gives, as plain text by name; empty for candidates that estimate their
# few parameters anew from whatever history they are given.
State = Mapping[str, str]


def _always(panel: Panel) -> bool:
    return True


@dataclass(frozen=True)
class Candidate:
    """One way to forecast, and the Autopilot algorithm that it stands in for."""

    name: str
    algorithm: str
    predict: Callable[[State, Panel, Array], Array]
    fit: Callable[[Panel, Array, int, Clock], State] | None = None
    prior: float = 0.0
    prior_with_covariates: float | None = None  # where they differ
    prior_of_counts: float | None = None  # of intermittent demand, where it differs
    sees_covariates: bool = False
    naive: bool = False  # what every other candidate must beat
    # Prior on a random walk, which is where a candidate that has one is the best naive.
    walk_prior: float | None = None
    fits: Callable[[Panel], bool] = _always  # whether it is worth running
    # Cost model: CPU seconds of an ordinary core, at rest and per million values.
    fixed: float = 0.05
    per_million: float = 3.0
    # Works outside the interpreter, so that threads of it run side by side.
    compiled: bool = False

    def expecting(self, *, covariates: bool, counts: bool) -> "Candidate":
        """Expect what it does with known covariates, and with intermittent demand."""
        prior = self.prior
        if counts and self.prior_of_counts is not None:
            prior = self.prior_of_counts
        if covariates and self.prior_with_covariates is not None:
            prior = self.prior_with_covariates
        return replace(self, prior=prior)

    def cost(self, values: int) -> float:
        """Estimate the CPU seconds of backtests and fit on so many values."""
        return self.fixed + self.per_million * values / 1e6


def _local(forecast: Callable[[Panel, Array], Array]) -> Callable[..., Array]:
    def predict(state: State, panel: Panel, levels: Array) -> Array:
        return forecast(panel, levels)

    return predict


def _week_ago(state: State, panel: Panel, levels: Array) -> Array:
    return seasonal_naive(panel, levels, season=panel.frequency.long_season)


def _has_long_season(panel: Panel) -> bool:
    long_season = panel.frequency.long_season
    return bool(long_season) and panel.n_steps > 2 * long_season


def _has_seasons(panel: Panel) -> bool:
    return 1 < panel.season <= panel.n_steps // 2


def _is_intermittent(panel: Panel) -> bool:
    count = int((~np.isnan(panel.target)).sum())
    return int((panel.target == 0).sum()) / max(count, 1) > _INTERMITTENT


def _all_candidates() -> list[Candidate]:
    return [
        Candidate(BASELINE, "npts", _local(seasonal_naive), naive=True),
        Candidate("LastValue", "npts", _local(last_value), naive=True, walk_prior=4.0),
        Candidate("Drift", "npts", _local(drift), naive=True, walk_prior=0.0),
        Candidate(
            "SeasonalMean", "npts", _local(seasonal_mean), naive=True, fits=_has_seasons
        ),
        Candidate(
            "LongSeasonalNaive", "npts", _week_ago, naive=True, fits=_has_long_season
        ),
        Candidate("ETS", "ets", _local(smooth), prior=1.0, per_million=30.0),
        # Theta is an ARIMA(0,1,1) with drift (Hyndman and Billah 2003).
        Candidate("Theta", "arima", _local(theta), prior=1.0),
        Candidate(
            "Regression",
            "prophet",
            _local(regress),
            prior=0.5,
            prior_with_covariates=1.0,
            sees_covariates=True,
            per_million=20.0,
        ),
        Candidate("NPTS", "npts", _local(npts)),
        Candidate(
            "SeasonalNPTS",
            "npts",
            _local(seasonal_npts),
            prior_of_counts=2.0,
            fits=_has_seasons,
        ),
        Candidate("TSB", "npts", _local(tsb), fits=_is_intermittent),
        Candidate(
            "Linear",
            "deepar",
            predict_linear,
            fit_linear,
            prior=0.5,
            sees_covariates=True,
            fixed=1.0,
        ),
        Candidate(
            "LightGBM",
            "cnn-qr",
            predict_trees,
            fit_trees,
            prior=4.0,
            prior_with_covariates=8.0,
            sees_covariates=True,
            fixed=6.0,
            compiled=True,
        ),
    ]


def choose_candidates(panel: Panel, algorithms: tuple[str, ...]) -> list[Candidate]:
    """Choose by size and shape of the data what is worth running.

    The baseline always runs; a request for algorithms leaves only what stands in
    for them.
    """
    told, counts = panel.knows_covariates, _is_intermittent(panel)
    return [
        candidate.expecting(covariates=told, counts=counts)
        for candidate in _all_candidates()
        if candidate.name == BASELINE
        or (
            candidate.fits(panel)
            and (not algorithms or candidate.algorithm in algorithms)
        )
    ]


def affordable(
    candidates: list[Candidate], values: int, seconds: float
) -> list[Candidate]:
    """Keep what a budget allows, by the cost model and not by a clock.

    The baseline always stays; then those that are expected to help most come first.
    0 seconds set no limit.
    """
    if not seconds:
        return candidates
    left = seconds
    kept = set()
    for candidate in sorted(candidates, key=lambda c: (c.name != BASELINE, -c.prior)):
        cost = candidate.cost(values)
        if candidate.name == BASELINE or cost <= left:
            kept.add(candidate.name)
            left -= cost
    return [candidate for candidate in candidates if candidate.name in kept]


def candidates_by_name() -> dict[str, Candidate]:
    """Every candidate there is, for a model that is brought back from its archive."""
    return {candidate.name: candidate for candidate in _all_candidates()}
