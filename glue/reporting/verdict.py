"""How good the forecast is, in one sentence that a person reads first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from glue.reporting.history import History
from glue.reporting.leaderboard import find_winner, read_metrics
from glue.reporting.scoring import find_gain
from glue.reporting.words import spell_metric, spell_percent
from glue.run_documents import RunSettings

BETTER, EVEN, WORSE, UNKNOWN = "better", "even", "worse", "unknown"
# Less than this many per cent apart is no difference worth a word.
_EVEN_PERCENT = 1.0
_WHO = "Autopilot's best candidate"


@dataclass(frozen=True)
class Verdict:
    """The sentence, and the figures that stand in it."""

    sentence: str
    outcome: str
    metric: str
    candidate: float | None = None
    baseline: float | None = None
    improvement_percent: float | None = None
    better_on: int | None = None
    compared: int | None = None

    def as_data(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Evidence:
    """What a verdict is made from; ``tries`` are things that may help."""

    metric: str
    candidate: float | None
    baseline: float | None
    better_on: int
    compared: int
    noun: str
    tries: tuple[str, ...] = ()


def judge_backtest(
    backtest: Mapping[str, Any],
    candidates: Mapping[str, Any] | None,
    history: History,
    settings: RunSettings,
) -> Verdict:
    """Judge a run by the description of its backtest."""
    metric = settings.metric
    if not backtest["comparable"]:
        winner = find_winner(candidates)
        alone = backtest["baseline_alone"]["metrics"] or {}
        return judge_alone(
            metric,
            candidate=read_metrics(winner).get(metric) if winner else None,
            baseline=alone.get(metric),
            # What was found instead is for those who look into it.
            reason=backtest["reason"].partition(" (found:")[0],
        )
    tries = list_tries(
        steps=history.steps,
        horizon=settings.horizon,
        season=settings.season,
        series=len(history.keys),
    )
    return judge(
        Evidence(
            metric=metric,
            candidate=backtest["winner"][metric],
            baseline=backtest["baseline"][metric],
            better_on=backtest["better_on"],
            compared=backtest["compared"],
            noun=settings.noun,
            tries=tuple(tries),
        )
    )


def judge(evidence: Evidence) -> Verdict:
    """Judge the best candidate by the baseline on the same points."""
    gain = find_gain(evidence.candidate, evidence.baseline)
    if evidence.candidate is None or gain is None:
        return judge_alone(
            evidence.metric,
            candidate=evidence.candidate,
            baseline=evidence.baseline,
            reason="the backtest has no volume to compare errors with",
        )
    outcome = EVEN if abs(gain) < _EVEN_PERCENT else BETTER if gain > 0 else WORSE
    relation = {
        BETTER: f"is {spell_percent(gain)} better than",
        EVEN: "is about as good as",
        WORSE: f"is {spell_percent(-gain)} worse than",
    }[outcome]
    sentence = f"{_WHO} {relation} seasonal naive ({_spell(evidence)})"
    if outcome != BETTER and evidence.tries:
        sentence += f"; try to {_join(evidence.tries)}"
    return Verdict(
        sentence=sentence,
        outcome=outcome,
        metric=evidence.metric,
        candidate=evidence.candidate,
        baseline=evidence.baseline,
        improvement_percent=gain,
        better_on=evidence.better_on,
        compared=evidence.compared,
    )


def _spell(evidence: Evidence) -> str:
    noun = evidence.noun if evidence.noun.endswith("s") else f"{evidence.noun}s"
    noun = evidence.noun if evidence.compared == 1 else noun
    return (
        f"{evidence.metric} {spell_metric(evidence.candidate)} against "
        f"{spell_metric(evidence.baseline)}; better on {evidence.better_on:,} of "
        f"{evidence.compared:,} {noun}"
    )


def judge_alone(
    metric: str, *, candidate: float | None, baseline: float | None, reason: str
) -> Verdict:
    """Say that nothing can be said of candidate and baseline together, and why."""
    own = f"{metric} {spell_metric(candidate)} by Autopilot's own account"
    naive = f"seasonal naive has {metric} {spell_metric(baseline)} on the last horizon"
    known = [text for text, value in ((own, candidate), (naive, baseline)) if value]
    figures = f" ({'; '.join(known)})" if known else ""
    sentence = f"{_WHO} is not comparable with seasonal naive: {reason}{figures}"
    return Verdict(sentence, UNKNOWN, metric, candidate, baseline)


def list_tries(*, steps: int, horizon: int, season: int, series: int) -> list[str]:
    """List what may make a forecast better, the most promising first."""
    tries = []
    if season > 1 and steps < 3 * season:
        tries.append(f"upload at least three seasons of history ({3 * season} steps)")
    elif steps < 10 * horizon:
        tries.append("upload a longer history or shorten the horizon")
    tries.append("add what is known of the future (prices, promotions, holidays)")
    if series == 1:
        tries.append("upload related series together")
    return tries[:2]


def _join(tries: tuple[str, ...]) -> str:
    return ", or to ".join(tries)
