"""All that is computed of a forecast: its series, its backtest, its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glue.arrays import Array, add_parts, join_parts
from glue.reporting.added import (
    Added,
    Ratios,
    add_up,
    join_ratios,
    list_ratios,
)
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
from glue.reporting.evidence import Evidence, Gains, sum_gains, weigh
from glue.reporting.explanation import Explanation
from glue.reporting.ghost import Ghost, choose_ghost
from glue.reporting.grid import find_complete, total_series
from glue.reporting.groups import (
    Column,
    GroupErrors,
    Grouping,
    build_groupings,
    number_groups,
    sum_group_errors,
)
from glue.reporting.histories import Histories
from glue.reporting.history import History
from glue.reporting.items import ItemFigures, build_figures, count_better
from glue.reporting.judged import Judged
from glue.reporting.leaderboard import Entry, build_leaderboard
from glue.reporting.panel import Panel
from glue.reporting.plausibility import Plausibility
from glue.reporting.repairs import Mended
from glue.reporting.scoring import (
    Comparison,
    Points,
    as_number,
    as_numbers,
    find_gain,
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
    judged = known.outcome.judged
    alone = {} if judged is not None else score_alone(histories, settings)
    name = alone["name"] if judged is None else judged.choice.name
    ghost = choose_ghost(histories.steps, settings)
    columns = number_groups(panel, known.assumed.attributes)
    measured = measure(panel, known.outcome, columns, name=name, lag=ghost.lag)
    items, signs, judgement = measured.items, measured.signs, measured.judgement
    evidence = None if judgement is None else weigh(judgement.gains, settings.metric)
    backtest = describe_backtest(
        known.outcome, measured, panel, evidence=evidence, alone=alone
    )
    verdict = judge_backtest(
        backtest,
        known.candidates,
        histories,
        settings,
        evidence=evidence,
        engine=known.engine,
    )
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
        range_share=None
        if judgement is None
        else measure_share(
            judgement.forecast, settings.levels, int((items.points > 0).sum())
        ),
        contest=known.contest,
        complete_from=find_complete(
            np.where(signs.ends < 0, -1, signs.starts),
            items.totals.volume,
            histories.steps,
            max(4 * settings.horizon, 2 * settings.season),
        ),
        groupings=build_groupings(
            columns, items, judgement.groups if judgement else (), settings.metric
        ),
    )


@dataclass(frozen=True)
class Judgement:
    """The backtest of all series, added up.

    ``groups`` are the errors of the groups of each column.
    """

    forecast: Added
    baseline: Added
    ratios: Ratios
    baseline_ratios: Ratios
    gains: Gains
    groups: Sequence[GroupErrors]


@dataclass(frozen=True)
class Measured:
    """What is measured of each series, and of all together."""

    items: ItemFigures
    signs: Signs
    together: Together
    judgement: Judgement | None


def measure(
    panel: Panel,
    outcome: BacktestOutcome,
    columns: Sequence[Column],
    *,
    name: str,
    lag: int,
) -> Measured:
    """Measure all series, a shard at a time.

    Parameters
    ----------
    columns
        What the series are added up by.
    name
        Which of the simple forecasts the baseline is.
    lag
        How many steps before the horizon the same period lies.
    """
    settings, items, signs, judgements = panel.settings, [], [], []
    adder, cutoffs = Adder(panel.histories.steps), np.array(outcome.windows)
    for shard in panel:
        history, grid = shard.history, shard.grid
        simple = forecast_alternative(history, settings, name)
        comparison = None
        if outcome.judged is not None:
            comparison = outcome.judged.compare(shard.number, history)
            codes = [column.codes[shard.series] for column in columns]
            judgements.append(
                _judge(comparison, cutoffs, settings, [*zip(columns, codes)])
            )
        items.append(
            build_figures(
                total_series(grid, history, settings, lag),
                simple.totals,
                comparison,
                metric=settings.metric,
                cutoffs=cutoffs,
            )
        )
        signs.append(read_signs(grid, history))
        adder.add(shard, simple.center)
    return Measured(
        join_parts(items),
        join_parts(signs),
        adder.finish(),
        _join_judgements(judgements) if judgements else None,
    )


def _judge(
    comparison: Comparison,
    cutoffs: Array,
    settings: RunSettings,
    columns: Sequence[tuple[Column, Array]],
) -> Judgement:
    forecast, baseline = comparison.forecast, comparison.baseline
    return Judgement(
        forecast=add_up(forecast, cutoffs, settings.horizon),
        baseline=add_up(baseline, cutoffs, settings.horizon),
        ratios=list_ratios(forecast),
        baseline_ratios=list_ratios(baseline),
        gains=sum_gains(comparison, settings.metric, cutoffs),
        groups=[sum_group_errors(comparison, *one) for one in columns],
    )


def _join_judgements(parts: Sequence[Judgement]) -> Judgement:
    return Judgement(
        forecast=add_parts([part.forecast for part in parts]),
        baseline=add_parts([part.baseline for part in parts]),
        ratios=join_ratios([part.ratios for part in parts]),
        baseline_ratios=join_ratios([part.baseline_ratios for part in parts]),
        gains=join_parts([part.gains for part in parts]),
        groups=[*map(add_parts, zip(*(part.groups for part in parts)))],
    )


def describe_backtest(
    outcome: BacktestOutcome,
    measured: Measured,
    panel: Panel,
    *,
    evidence: Evidence | None,
    alone: Mapping[str, Any],
) -> dict[str, Any]:
    """Describe how the winner did on its windows, and the simple forecasts there.

    Parameters
    ----------
    alone
        The best simple forecast on the last horizon, where there is no backtest.
    """
    settings, histories = panel.settings, panel.histories
    judgement = measured.judgement
    if outcome.judged is None or judgement is None or evidence is None:
        return _describe_alone(outcome, alone, len(histories.keys))
    choice, forecast = outcome.judged.choice, judgement.forecast
    winner, baseline = forecast.errors.whole(), judgement.baseline.errors.whole()
    better, compared = count_better(measured.items)
    window_bias = list_window_bias(forecast)
    return {
        "comparable": True,
        "reason": None,
        "windows": _describe_windows(outcome.windows, histories, window_bias.tolist()),
        "points": choice.points,
        "points_left_out": choice.left_out,
        "winner": winner,
        "baseline": baseline,
        "baseline_name": choice.name,
        "baseline_words": choice.words,
        "simple": {name: errors.whole() for name, errors in choice.simple.items()},
        "baseline_alone": None,
        "improvement_percent": find_gain(
            winner[settings.metric], baseline[settings.metric]
        ),
        "improvement_low": evidence.low,
        "improvement_high": evidence.high,
        "better_on": better,
        "compared": compared,
        "not_judged": len(histories.keys) - compared,
        "by_step": _describe_steps(judgement),
        "calibration": describe_calibration(
            forecast.held,
            judgement.ratios,
            settings,
            groups=evidence.series * evidence.windows,
        ),
        "bias_percent": forecast.bias.whole(),
        "bias_is_steady": is_steady(window_bias),
        "baseline_backtest": _describe_baseline(judgement, settings, evidence),
        "total_error": {
            "winner": find_total_error(forecast),
            "baseline": find_total_error(judgement.baseline),
        },
    }


def _describe_alone(
    outcome: BacktestOutcome, alone: Mapping[str, Any], series: int
) -> dict[str, Any]:
    """Describe what is left to say without a backtest."""
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
        "not_judged": series,
        "by_step": [],
        "calibration": [],
        "bias_percent": None,
        "bias_is_steady": False,
        "baseline_backtest": None,
        "total_error": None,
    }


def _describe_baseline(
    judgement: Judgement, settings: RunSettings, evidence: Evidence
) -> dict[str, Any]:
    """Describe how far the simple forecast was off, for those who plan with it."""
    added = judgement.baseline
    return {
        "bias_percent": added.bias.whole(),
        "windows": [as_number(one) for one in list_window_bias(added)],
        "calibration": describe_calibration(
            added.held,
            judgement.baseline_ratios,
            settings,
            groups=evidence.series * evidence.windows,
        ),
    }


def score_alone(histories: Histories, settings: RunSettings) -> dict[str, Any]:
    """Score the best simple forecast on the last horizon of the history."""
    cutoff = histories.steps - settings.horizon - 1
    if cutoff < 0:
        return {"points": 0, "metrics": None, "name": NAME, "words": WORDS[NAME]}

    def read(shard: int) -> Points:
        return _list_last(histories.read(shard), cutoff, settings)

    choice = Judged(read, histories, settings).choice
    return {
        "points": choice.points,
        "metrics": choice.simple[choice.name].whole(),
        "name": choice.name,
        "words": choice.words,
    }


def _list_last(history: History, cutoff: int, settings: RunSettings) -> Points:
    """List the points of the last horizon, which nobody has forecast."""
    count, horizon = len(history.keys), settings.horizon
    series = np.repeat(np.arange(count), horizon)
    step = np.tile(np.arange(1, horizon + 1), count)
    unknown = np.full((len(series), len(settings.quantiles)), np.nan)
    return Points(
        series=series,
        cutoff=np.full(len(series), cutoff),
        step=step,
        actual=history.look_up(series, cutoff + step),
        mean=unknown[:, 0],
        quantiles=unknown,
    )


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


def _describe_steps(judgement: Judgement) -> list[dict[str, Any]]:
    forecast = judgement.forecast
    ours, naive = (one.step_errors.metrics() for one in (forecast, judgement.baseline))
    bias, steady = forecast.step_bias.percent, find_steady_steps(forecast)
    return [
        {
            "step": at + 1,
            "points": points,
            "winner": as_numbers(ours, at),
            "baseline": as_numbers(naive, at),
            "bias_percent": as_number(bias[at]),
            "bias_is_steady": bool(steady[at]),
        }
        for at, points in enumerate(forecast.step_points.tolist())
    ]
