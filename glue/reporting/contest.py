"""Two engines trained for one run: which of them forecasts, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.bucket import Bucket, RunKeys
from glue.engines import AUTOPILOT, EMBEDDED
from glue.reporting.assumed import KNOWS_FORECAST, read_assumed
from glue.reporting.backtest import NotComparableError, load_backtest
from glue.reporting.champion import read_maker
from glue.reporting.costs import Price, price_engines
from glue.reporting.evidence import Evidence, weigh_gain
from glue.reporting.explanation import read_explanation
from glue.reporting.history import History, read_history
from glue.reporting.scoring import Comparison, Points, compare, find_gain, score
from glue.reporting.words import MINUS, spell_count, spell_metric, spell_percent
from glue.run_documents import Run

_LOCAL = "Autopilot's local stand-in"


@dataclass(frozen=True)
class Contest:
    """Which engine forecasts, and how the two compare.

    Parameters
    ----------
    autopilot, embedded
        The error of each by the run's metric, on the same points; None where they
        cannot be compared.
    gain_percent
        By how much Autopilot's is less; with the ends of its 95% interval.
    reason
        Why they cannot be compared; empty where they can.
    """

    chosen: str
    sentence: str
    metric: str
    autopilot: float | None = None
    embedded: float | None = None
    points: int = 0
    gain_percent: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    reason: str = ""

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return asdict(self)


def hold_contest(run: Run, bucket: Bucket, *, local: bool = False) -> Contest:
    """Compare the two engines of a run by their backtests, and choose the better.

    The dearer has to show that it is the better: where that cannot be compared, it is
    the embedded engine's forecast.

    Parameters
    ----------
    local
        Whether it is the local engine that trained in Autopilot's place.
    """
    prices = price_engines(run.resolved.get("TransformResources") or {})
    try:
        return _compare(run, bucket, prices, local=local)
    except NotComparableError as error:
        sentence = (
            "Both engines trained, and which is the better cannot be told "
            f"({error}): the forecast is the embedded engine's, at "
            f"{prices[EMBEDDED].words} a run against {prices[AUTOPILOT].words}"
        )
        return Contest(EMBEDDED, sentence, run.settings.metric, reason=str(error))


def _compare(
    run: Run, bucket: Bucket, prices: Mapping[str, Price], *, local: bool
) -> Contest:
    history = read_history(bucket.download(run.keys.train), run.settings)
    # What forecasts may be an earlier model, which the new one was no better than.
    maker = RunKeys(read_maker(run.run_id, bucket).run_id)
    documents = {
        AUTOPILOT: bucket.read_json(maker.candidates),
        EMBEDDED: bucket.read_json(run.keys.embedded_candidates),
    }
    _check_knowledge(run, bucket, history, documents[AUTOPILOT])
    points = {
        engine: load_backtest(document, bucket, history, run.settings).points
        for engine, document in documents.items()
    }
    comparison = _join(points, history, run)
    metric = run.settings.metric
    errors = _score_both(comparison, metric)
    evidence = weigh_gain(comparison, metric)
    gain = find_gain(errors[AUTOPILOT], errors[EMBEDDED])
    chosen = AUTOPILOT if errors[AUTOPILOT] < errors[EMBEDDED] else EMBEDDED
    return Contest(
        chosen=chosen,
        sentence=_spell(
            metric,
            errors,
            gain,
            evidence,
            prices=prices,
            name=_LOCAL if local else "Autopilot",
        ),
        metric=metric,
        autopilot=errors[AUTOPILOT],
        embedded=errors[EMBEDDED],
        points=evidence.points,
        gain_percent=gain,
        gain_low=evidence.low,
        gain_high=evidence.high,
    )


def _check_knowledge(
    run: Run, bucket: Bucket, history: History, candidates: Mapping[str, Any]
) -> None:
    """Refuse a backtest that knew more than the forecast does.

    Raises
    ------
    NotComparableError
        When Autopilot's windows knew covariates whose future nobody has told.
    """
    explanation = read_explanation(candidates, bucket)
    knows = candidates.get("backtest_knows") or explanation.backtest_knows
    if knows == KNOWS_FORECAST:
        return
    unknown = read_assumed(run, bucket, history, knows).unknown
    if unknown:
        names = ", ".join(one.name for one in unknown[:3])
        raise NotComparableError(
            f"Autopilot's backtest may have known what the forecast does not: {names}"
        )


def _join(points: Mapping[str, Points], history: History, run: Run) -> Comparison:
    """Put the two beside each other on the points that both have.

    Raises
    ------
    NotComparableError
        When there are none.
    """
    windows = np.unique(np.concatenate([one.cutoff for one in points.values()]))
    numbers = {engine: _number(one, windows) for engine, one in points.items()}
    _, ours, theirs = np.intersect1d(
        numbers[AUTOPILOT], numbers[EMBEDDED], return_indices=True
    )
    if not len(ours):
        raise NotComparableError("their backtests have no window in common")
    judged = compare(points[AUTOPILOT].take(ours), history, run.settings)
    other = compare(points[EMBEDDED].take(theirs), history, run.settings)
    if len(judged.forecast.points) != len(other.forecast.points):
        raise NotComparableError("their backtests have other actual values")
    if not len(judged.forecast.points):
        raise NotComparableError("no series has a history before its backtest")
    return Comparison(
        judged.forecast, {EMBEDDED: other.forecast}, EMBEDDED, judged.left_out
    )


def _number(points: Points, windows: Array) -> Array:
    """Give each point a number that says its series, its window and its step, [n]."""
    steps = 1 << 10  # no horizon is longer than 500
    window = np.searchsorted(windows, points.cutoff)
    return (points.series * len(windows) + window) * steps + points.step


def _score_both(comparison: Comparison, metric: str) -> dict[str, float]:
    """Give the error of each engine.

    Raises
    ------
    NotComparableError
        When one is not defined.
    """
    scored = {AUTOPILOT: comparison.forecast, EMBEDDED: comparison.baseline}
    errors = {engine: float(score(one)[metric][0]) for engine, one in scored.items()}
    if not np.isfinite([*errors.values()]).all():
        raise NotComparableError("the backtests have no volume to compare errors with")
    return errors


def _spell(
    metric: str,
    errors: Mapping[str, float],
    gain: float | None,
    evidence: Evidence,
    *,
    prices: Mapping[str, Price],
    name: str,
) -> str:
    figures = (
        f"{metric} {spell_metric(errors[AUTOPILOT])} against "
        f"{spell_metric(errors[EMBEDDED])} on {spell_count(evidence.points, 'point')}"
    )
    paid = f"{prices[AUTOPILOT].words} a run against {prices[EMBEDDED].words}"
    if not gain:
        return (
            f"Both engines trained, and {name} is no better than the embedded engine "
            f"({figures}), at {paid}: the forecast is the embedded engine's"
        )
    side, winner = ("better", name) if gain > 0 else ("worse", "the embedded engine")
    return (
        f"Both engines trained: {name} is {spell_percent(abs(gain))} {side} than the "
        f"embedded engine ({_spell_sureness(evidence)}{figures}), at {paid}; the "
        f"forecast is that of {winner}"
    )


def _spell_sureness(evidence: Evidence) -> str:
    if evidence.low is None or evidence.high is None:
        return "too few points to be sure; "
    low, high = (
        f"{end:.0f}".replace("-", MINUS) for end in (evidence.low, evidence.high)
    )
    chance = "which may be chance: " if evidence.low <= 0 <= evidence.high else ""
    return f"{chance}{low} to {high}% with 95% confidence; "
