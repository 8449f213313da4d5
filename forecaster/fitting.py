"""`fit`: from a table and its settings to a model."""

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from forecaster import artefact
from forecaster.arrays import Array, mean_of_quantiles
from forecaster.autopilot.config import check_objective
from forecaster.candidates.catalogue import (
    BASELINE,
    ENSEMBLE,
    Candidate,
    affordable,
    choose_candidates,
)
from forecaster.data.calendar import HOLIDAYS
from forecaster.data.panel import Panel
from forecaster.data.problem import Problem, quantile_name
from forecaster.data.telling import describe_covariates
from forecaster.errors import TableError
from forecaster.metrics import METRICS, score
from forecaster.model import Model
from forecaster.setup import Setup, read_setup
from forecaster.time_limit import Clock, usable_cores
from forecaster.training.backtest import plan_backtest
from forecaster.training.combination import Combined, Ensemble, combine
from forecaster.training.explanation import explain
from forecaster.training.fallback import list_fallbacks
from forecaster.training.sampling import choose_series
from forecaster.training.train import (
    OUT_OF_TIME,
    Outcome,
    Plan,
    Report,
    train_candidates,
)


def fit(
    table: pd.DataFrame,
    config: Mapping[str, Any] | Problem,
    *,
    objective: str = "AverageWeightedQuantileLoss",
    seed: int = 0,
    workers: int | None = None,
    on_candidate: Callable[[Report], None] | None = None,
) -> Model:
    """Fit candidates on a long table and weight them by their backtests.

    Parameters
    ----------
    table
        One row per series and time step; rows without a target are future rows that
        carry known covariates.
    config
        AWS's TimeSeriesForecastingJobConfig, with Autopilot's semantics (series are
        aligned and filled to one common end), or a `Problem`, which keeps the caller's
        time stamps.
    objective
        What AWS calls AutoMLJobObjective.MetricName.
    workers
        Candidates run at once; None takes every core. The result does not depend on it.
    on_candidate
        Called with each candidate as it finishes.

    Raises
    ------
    ForecasterError
        When the table or the config cannot work.
    """
    metric = check_objective(objective)
    setup = read_setup(config)
    aligned = setup.align(table)
    setup = setup.learn(aligned)
    panel = setup.panel(aligned)
    if not (panel.lengths > 0).any():
        raise TableError(
            f"no value in {setup.problem.target!r} (found {len(table)} rows); "
            "give at least one"
        )
    plan = _plan(choose_series(panel), setup.problem, seed, workers)
    watch = on_candidate or (lambda report: None)
    outcome = _train(plan, setup.problem, watch)
    with np.errstate(all="ignore"):  # what is not finite is mended
        combined = combine(plan, outcome, metric)
        told = _suppose_told(plan, setup.problem, outcome, metric)
        model = _assemble(setup, panel, plan, outcome, combined, told, metric)
    explainer = partial(
        explain,
        plan,
        outcome,
        combined.ensemble,
        metadata=tuple(feature.name for feature in setup.schema.static),
        metric=metric,
    )
    return replace(model, explainer=explainer)


def _train(plan: Plan, problem: Problem, watch: Callable[[Report], None]) -> Outcome:
    candidates = choose_candidates(plan.panel, problem.algorithms)
    values = int((~np.isnan(plan.panel.target)).sum())
    chosen = affordable(candidates, values, problem.max_seconds)
    skipped = [_skipped(one, values) for one in candidates if one not in chosen]
    return train_candidates(plan, chosen, watch).without(skipped)


def _suppose_told(
    plan: Plan, problem: Problem, outcome: Outcome, metric: str
) -> Ensemble | None:
    """Fit for forecasts that will be told the covariates, where the table tells none.

    Only the candidates that see covariates are trained again.
    """
    unknown = plan.panel.unknown_names
    if not unknown or not np.isnan(_covariates_ahead(plan.panel)).all():
        return None
    told = replace(plan, panel=plan.panel.all_told())
    names = {one.candidate.name for one in outcome.trained}
    chosen = [
        one
        for one in choose_candidates(told.panel, problem.algorithms)
        if one.name in names
    ]
    again = train_candidates(
        told, [one for one in chosen if one.sees_covariates], lambda report: None
    )
    by_name = {one.candidate.name: one for one in (*outcome.trained, *again.trained)}
    trained = [replace(by_name[one.name], candidate=one) for one in chosen]
    return combine(told, Outcome(trained, []), metric).ensemble


def _covariates_ahead(panel: Panel) -> Array:
    """What the table gives of the future; holidays are not of the table."""
    own = [name != HOLIDAYS for name in panel.known_names]
    return panel.known[:, panel.n_steps :][:, :, own]


def _skipped(candidate: Candidate, values: int) -> Report:
    needs = candidate.cost(values)
    return Report(
        name=candidate.name,
        algorithm=candidate.algorithm,
        metrics={},
        seconds=0.0,
        status="Stopped",
        reason=f"would overrun the time limit (needs about {needs:.0f} s)",
    )


def _plan(panel: Panel, problem: Problem, seed: int, workers: int | None) -> Plan:
    return Plan(
        panel=panel,
        backtest=plan_backtest(panel),
        levels=problem.levels,
        asked=problem.asked,
        seed=seed,
        workers=workers or usable_cores(),
        clock=Clock().within(problem.max_seconds),
        max_candidate_seconds=problem.max_candidate_seconds,
    )


def _assemble(  # noqa: PLR0917 - all that a model is put together from
    setup: Setup,
    panel: Panel,
    plan: Plan,
    outcome: Outcome,
    combined: Combined,
    told: Ensemble | None,
    metric: str,
) -> Model:
    by_candidate = {one.candidate.name: one.quantiles for one in outcome.trained}
    final = combined.quantiles
    reports = [combined.report, *(one.report for one in outcome.trained)]
    reports += outcome.dropped
    return Model(
        setup=setup,
        ensemble=combined.ensemble,
        told=told,
        leaderboard=_leaderboard(reports, combined.ensemble.weights, metric),
        backtests=_backtests(setup.problem, plan, combined),
        fallbacks=pd.DataFrame(list_fallbacks(panel)),
        manifest=_manifest(panel, plan, metric, outcome.dropped),
        scorer=partial(_scores, plan, {**by_candidate, ENSEMBLE: final}),
    )


def _scores(plan: Plan, quantiles: Mapping[str, Array]) -> pd.DataFrame:
    """Metrics of every candidate by window, by step ahead and by series."""
    over = {"window": (1, 2), "step": (0, 1), "series": (0, 2)}
    frames = []
    for name, forecast in quantiles.items():
        scored = plan.backtest.scored(forecast, plan.levels, plan.asked)
        for by, axis in over.items():
            frame = pd.DataFrame(score(scored, axis))
            frame.insert(0, "number", np.arange(len(frame)))
            frame.insert(0, "by", by)
            frame.insert(0, "name", name)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _leaderboard(
    reports: list[Report], weights: Mapping[str, float], metric: str
) -> pd.DataFrame:
    rows = [
        {
            "name": report.name,
            "algorithm": report.algorithm,
            "status": report.status,
            "weight": weights.get(report.name, float("nan")),
            **{name: report.metrics.get(name, float("nan")) for name in METRICS},
            "seconds": report.seconds,
            "reason": report.reason,
        }
        for report in reports
    ]
    frame = pd.DataFrame(rows)
    return frame.sort_values(metric, kind="stable").reset_index(drop=True)


def _backtests(problem: Problem, plan: Plan, combined: Combined) -> pd.DataFrame:
    """Forecasts and actuals of every window; points without an actual are left out."""
    names = [quantile_name(level) for level in sorted(set(problem.quantiles))]
    mean = mean_of_quantiles(combined.smooth, plan.levels)
    frames = []
    for k, cut in enumerate(plan.backtest.cuts):
        past = plan.panel.cut(cut)
        frame = past.keys.loc[past.keys.index.repeat(problem.horizon)]
        frame = frame.reset_index(drop=True)
        frame["cutoff"] = np.repeat(past.last, problem.horizon)
        steps = np.arange(1, problem.horizon + 1)
        frame[problem.timestamp] = past.stamps(steps).ravel()
        frame["actual"] = plan.backtest.actual[k].ravel()
        frame["mean"] = mean[k].ravel()
        values = combined.quantiles[k][..., problem.asked]
        frame[names] = values.reshape(-1, len(names))
        frames.append(frame.dropna(subset=["actual"]))
    if not frames:
        return pd.DataFrame()
    return pd.concat(frames, ignore_index=True)


def _manifest(
    panel: Panel, plan: Plan, metric: str, dropped: list[Report]
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for array in (panel.target, panel.known, panel.static):
        digest.update(np.ascontiguousarray(array).tobytes())
    return {
        "format": artefact.FORMAT,
        "data_sha256": digest.hexdigest(),
        "series": panel.n_items,
        "backtested_series": plan.panel.n_items,
        "cuts": list(plan.backtest.cuts),
        "objective": metric,
        "seed": plan.seed,
        "baseline": BASELINE,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "lightgbm": version("lightgbm"),
        },
        "covariates": describe_covariates(plan.panel),
        "clock_fired": any(report.reason == OUT_OF_TIME for report in dropped),
        "dropped": [asdict(report) for report in dropped],
    }
