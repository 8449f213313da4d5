"""All that is computed of a forecast: its series, its backtest, its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.arrays import join_parts
from glue.reporting.advice import Baseline
from glue.reporting.alternative import forecast_alternative
from glue.reporting.assumed import AssumedFuture
from glue.reporting.attention import Attention, Signs, find_attention, read_signs
from glue.reporting.backtest import BacktestOutcome
from glue.reporting.baseline import NAME
from glue.reporting.bias import (
    find_steady_steps,
    find_total_error,
    is_steady,
    list_window_bias,
)
from glue.reporting.calibration import describe_calibration
from glue.reporting.changes import Changes
from glue.reporting.contest import Contest
from glue.reporting.evidence import Evidence, weigh_gain
from glue.reporting.explanation import Explanation
from glue.reporting.ghost import Ghost, choose_ghost
from glue.reporting.grid import find_complete, total_series
from glue.reporting.groups import Grouping, build_groupings
from glue.reporting.histories import Histories
from glue.reporting.history import History
from glue.reporting.items import ItemFigures, build_figures
from glue.reporting.leaderboard import Entry, build_leaderboard
from glue.reporting.panel import Panel
from glue.reporting.plausibility import Plausibility
from glue.reporting.repairs import Mended
from glue.reporting.scoring import (
    Comparison,
    Points,
    as_number,
    as_numbers,
    compare,
    count_better,
    find_bias,
    find_bias_by,
    find_gain,
    score,
    score_whole,
)
from glue.reporting.simple import WORDS
from glue.reporting.together import Adder, Together
from glue.reporting.total_range import measure_share
from glue.reporting.verdict import Engine, Verdict, judge_backtest, qualify
from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Figures:
    """The figures of a report.

    ``backtest`` is how the winner did, and the baseline there, as report.json has it;
    ``complete_from`` the period that most of the volume has begun at; ``range_share``
    how wide the range of the total is, in parts of the series' ranges added up.
    """

    panel: Panel
    together: Together
    items: ItemFigures
    backtest: Mapping[str, Any]
    leaderboard: Sequence[Entry]
    verdict: Verdict
    plausibility: Plausibility
    assumed: AssumedFuture
    engine: Engine
    attention: Attention
    outcome: BacktestOutcome
    changes: Changes
    groupings: Sequence[Grouping]
    explanation: Explanation
    ghost: Ghost
    complete_from: int
    range_share: float | None
    contest: Contest | None = None

    @property
    def simple(self) -> Baseline:
        """The best simple forecast, and whether it is the one to plan with."""
        is_advised = self.verdict.outcome in {"even", "worse"}
        return Baseline(self.backtest["baseline_words"], is_advised)


@dataclass(frozen=True)
class Known:
    """What is known of a run beside its forecast and its history.

    Parameters
    ----------
    candidates
        The run's candidates.json; None when it is missing.
    outcome
        The winner's backtest beside the simple forecasts.
    plausibility
        What of the forecast is hard to believe.
    assumed
        What the forecast takes for granted of its covariates.
    explanation
        What each of them is worth, as the engine says.
    engine
        Who trained the candidates.
    changes
        What the last run forecast of the same time.
    mended
        The forecast as it is delivered, and for how much of it the model made none.
    contest
        How the two engines compare, where both were asked.
    """

    candidates: Mapping[str, Any] | None
    outcome: BacktestOutcome
    plausibility: Plausibility = field(default_factory=Plausibility)
    assumed: AssumedFuture = field(default_factory=AssumedFuture)
    explanation: Explanation = field(default_factory=Explanation)
    engine: Engine = field(default_factory=Engine)
    changes: Changes = field(default_factory=Changes)
    mended: Mended | None = None
    contest: Contest | None = None


def compute_figures(panel: Panel, known: Known) -> Figures:
    """Compute all figures of a finished forecast."""
    settings, histories = panel.settings, panel.histories
    comparison = known.outcome.comparison
    evidence = None if comparison is None else weigh_gain(comparison, settings.metric)
    backtest = describe_backtest(known.outcome, panel, evidence)
    ghost = choose_ghost(histories.steps, settings)
    verdict = judge_backtest(
        backtest,
        known.candidates,
        histories,
        settings,
        evidence=evidence,
        engine=known.engine,
    )
    measured = measure(panel, known.outcome, backtest["baseline_name"], ghost.lag)
    items, signs = measured.items, measured.signs
    return Figures(
        panel=panel,
        together=measured.together,
        items=items,
        backtest=backtest,
        leaderboard=build_leaderboard(
            known.candidates,
            settings.metric,
            winner=backtest["winner"],
            simple=backtest["simple"],
            name=backtest["baseline_name"],
            alone=(backtest["baseline_alone"] or {}).get("metrics"),
        ),
        verdict=qualify(
            verdict,
            known.assumed,
            known.plausibility,
            settings.noun,
            mended=known.mended,
            contest=known.contest,
        ),
        plausibility=known.plausibility,
        assumed=known.assumed,
        engine=known.engine,
        attention=find_attention(
            signs,
            items,
            steps=histories.steps,
            settings=settings,
            plausible=known.plausibility,
            changes=known.changes,
        ),
        outcome=known.outcome,
        changes=known.changes,
        explanation=known.explanation,
        ghost=ghost,
        range_share=measure_share(comparison),
        contest=known.contest,
        complete_from=find_complete(
            np.where(signs.ends < 0, -1, signs.starts),
            items.totals.volume,
            histories.steps,
            max(4 * settings.horizon, 2 * settings.season),
        ),
        groupings=build_groupings(
            panel, items, comparison, attributes=known.assumed.attributes
        ),
    )


@dataclass(frozen=True)
class Measured:
    """What is measured of each series, and of all together."""

    items: ItemFigures
    signs: Signs
    together: Together


def measure(panel: Panel, outcome: BacktestOutcome, name: str, lag: int) -> Measured:
    """Measure all series, a shard at a time.

    Parameters
    ----------
    name
        Which of the simple forecasts the baseline is.
    lag
        How many steps before the horizon the same period lies.
    """
    settings, items, signs = panel.settings, [], []
    adder = Adder(panel.histories.steps)
    cutoffs = None if outcome.parted is None else np.array(outcome.windows)
    for shard in panel:
        history, grid = shard.history, shard.grid
        simple = forecast_alternative(history, settings, name)
        items.append(
            build_figures(
                total_series(grid, history, settings, lag),
                simple.totals,
                outcome.compare(shard, settings),
                metric=settings.metric,
                cutoffs=cutoffs,
            )
        )
        signs.append(read_signs(grid, history))
        adder.add(shard, simple.center)
    return Measured(join_parts(items), join_parts(signs), adder.finish())


def describe_backtest(
    outcome: BacktestOutcome, panel: Panel, evidence: Evidence | None
) -> dict[str, Any]:
    """Describe how the winner did on its windows, and the simple forecasts there."""
    settings, histories = panel.settings, panel.histories
    comparison = outcome.comparison
    if comparison is None or evidence is None:
        alone = score_alone(panel.sample.history, settings)
        return {
            "comparable": False,
            "reason": outcome.reason,
            "windows": [],
            "points": 0,
            "points_left_out": 0,
            "winner": None,
            "baseline": None,
            "baseline_name": alone["name"],
            "baseline_words": alone["words"],
            "simple": {},
            "baseline_alone": alone,
            "improvement_percent": None,
            "improvement_low": None,
            "improvement_high": None,
            "better_on": None,
            "compared": None,
            "not_judged": len(histories.keys),
            "by_step": [],
            "calibration": [],
            "bias_percent": None,
            "bias_is_steady": False,
            "baseline_backtest": None,
            "total_error": None,
        }
    winner = score_whole(comparison.forecast)
    baseline = score_whole(comparison.baseline)
    better, compared = count_better(comparison, settings.metric)
    window_bias = list_window_bias(comparison.forecast)
    return {
        "comparable": True,
        "reason": None,
        "windows": _describe_windows(outcome.windows, histories, window_bias.tolist()),
        "points": len(comparison.forecast.points),
        "points_left_out": comparison.left_out,
        "winner": winner,
        "baseline": baseline,
        "baseline_name": comparison.name,
        "baseline_words": comparison.words,
        "simple": {
            name: score_whole(scored) for name, scored in comparison.simple.items()
        },
        "baseline_alone": None,
        "improvement_percent": find_gain(
            winner[settings.metric], baseline[settings.metric]
        ),
        "improvement_low": evidence.low,
        "improvement_high": evidence.high,
        "better_on": better,
        "compared": compared,
        "not_judged": len(histories.keys) - compared,
        "by_step": _describe_steps(comparison, settings.horizon),
        "calibration": describe_calibration(
            comparison.forecast,
            settings.quantiles,
            groups=evidence.series * evidence.windows,
        ),
        "bias_percent": find_bias(comparison.forecast),
        "bias_is_steady": is_steady(window_bias),
        "baseline_backtest": _describe_baseline(comparison, settings, evidence),
        "total_error": {
            "winner": find_total_error(comparison.forecast),
            "baseline": find_total_error(comparison.baseline),
        },
    }


def _describe_baseline(
    comparison: Comparison, settings: RunSettings, evidence: Evidence
) -> dict[str, Any]:
    """Describe how far the simple forecast was off, for those who plan with it."""
    scored = comparison.baseline
    return {
        "bias_percent": find_bias(scored),
        "windows": [as_number(one) for one in list_window_bias(scored)],
        "calibration": describe_calibration(
            scored, settings.quantiles, groups=evidence.series * evidence.windows
        ),
    }


def score_alone(history: History, settings: RunSettings) -> dict[str, Any]:
    """Score the best simple forecast on the last horizon of the history."""
    cutoff = history.steps - settings.horizon - 1
    if cutoff < 0:
        return {"points": 0, "metrics": None, "name": NAME, "words": WORDS[NAME]}
    count, horizon = len(history.keys), settings.horizon
    series = np.repeat(np.arange(count), horizon)
    step = np.tile(np.arange(1, horizon + 1), count)
    unknown = np.full((len(series), len(settings.quantiles)), np.nan)
    points = Points(
        series=series,
        cutoff=np.full(len(series), cutoff),
        step=step,
        actual=history.look_up(series, cutoff + step),
        mean=unknown[:, 0],
        quantiles=unknown,
    )
    comparison = compare(points, history, settings)
    return {
        "points": len(comparison.baseline.points),
        "metrics": score_whole(comparison.baseline),
        "name": comparison.name,
        "words": comparison.words,
    }


def _describe_windows(
    windows: Sequence[int], histories: Histories, biases: Sequence[float]
) -> list[dict[str, Any]]:
    names = histories.name_periods(np.array(windows, dtype=np.int64))
    # A window without a single actual has no bias.
    known = biases if len(biases) == len(names) else [np.nan] * len(names)
    return [
        {"last_known": name, "bias_percent": as_number(bias)}
        for name, bias in zip(names, known)
    ]


def _describe_steps(comparison: Comparison, horizon: int) -> list[dict[str, Any]]:
    steps = comparison.forecast.points.step - 1
    ours = score(comparison.forecast, steps, horizon)
    naive = score(comparison.baseline, steps, horizon)
    counts = np.bincount(steps, minlength=horizon).tolist()
    bias = find_bias_by(comparison.forecast, steps, horizon)
    steady = find_steady_steps(comparison.forecast, horizon)
    return [
        {
            "step": at + 1,
            "points": counts[at],
            "winner": as_numbers(ours, at),
            "baseline": as_numbers(naive, at),
            "bias_percent": as_number(bias[at]),
            "bias_is_steady": bool(steady[at]),
        }
        for at in range(horizon)
    ]
