"""How good the forecast is, in one sentence that a person reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from glue.reporting.assumed import AssumedFuture
from glue.reporting.contest import Contest
from glue.reporting.evidence import Evidence
from glue.reporting.histories import Histories
from glue.reporting.leaderboard import find_winner, read_metrics
from glue.reporting.plausibility import Plausibility, describe_series
from glue.reporting.repairs import Mended
from glue.reporting.scoring import find_gain
from glue.reporting.words import (
    MINUS,
    spell_change,
    spell_count,
    spell_metric,
    spell_percent,
)
from glue.run_documents import RunSettings

BETTER, EVEN, WORSE, UNKNOWN = "better", "even", "worse", "unknown"
# Better by the run's metric, and something else says that it may not be.
DOUBTFUL = "doubtful"
# Less than this many per cent apart is no difference worth a word.
_EVEN_PERCENT = 1.0
# With more per cent of simple forecasts than this, nothing is said of the model's.
_MOSTLY_NAIVE = 50.0
# Above this share of worse series a gain says so.
_WORSE_SHARE = 1 / 3
# A backtest of fewer series than this is no sample of them.
_SAMPLED_FROM = 100
# From this bias on a gain says so, and from the second on it is no clear gain.
_BIAS_TOLD, _BIAS_BARRED = 5.0, 20.0
# From this steady bias on, sums that are worse than the baseline's contradict a gain,
# where so many series are summed.
_BIAS_TOTAL, _FEWEST_SUMMED = 10.0, 2


@dataclass(frozen=True)
class Engine:
    """Who trained the candidates; ``embedded`` where the settings ask for that."""

    local: bool = False
    embedded: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is the one of ``forecaster/``, wherever that ran."""
        return self.local or self.embedded

    @property
    def name(self) -> str:
        """Its name, at the beginning of a sentence or within."""
        if self.embedded:
            return "the embedded engine"
        return "the local engine" if self.local else "Autopilot"

    @property
    def best(self) -> str:
        """Its best candidate, within a sentence."""
        return f"{self.name}'s best candidate"


@dataclass(frozen=True)
class Verdict:
    """The sentence, and the figures that stand in it.

    Parameters
    ----------
    improvement_low, improvement_high
        Where the gain lies with 95% confidence; None when that cannot be told.
    notes
        Further sentences, each of which a reader must know to use the first.
    """

    sentence: str
    outcome: str
    metric: str
    candidate: float | None = None
    baseline: float | None = None
    improvement_percent: float | None = None
    better_on: int | None = None
    compared: int | None = None
    improvement_low: float | None = None
    improvement_high: float | None = None
    not_judged: int = 0
    notes: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return {**asdict(self), "notes": list(self.notes)}


@dataclass(frozen=True)
class Case:
    """What a verdict is made from.

    Parameters
    ----------
    words, simple
        What the baseline is called, and of how many simple forecasts it is the best.
    mase, baseline_mase
        Of the candidate and the baseline, where another metric decides.
    is_scale_fair
        Whether the horizon is within one season, so that MASE's unit is what the naive
        forecast misses at the same distance.
    bias
        By how many per cent of the volume the means were too high in all.
    window_bias, is_steady
        The same of each window, and whether it goes on through all of them.
    total_error, baseline_total_error
        How far the sums over all series were off, as a share of the volume.
    unseen_season
        The season in steps, where the history is shorter than that; else 0.
    evidence
        What the gain rests on.
    tries
        Things that may help.
    """

    metric: str
    candidate: float | None
    baseline: float | None
    better_on: int
    compared: int
    noun: str
    evidence: Evidence
    words: str = "seasonal naive"
    simple: int = 4
    engine: Engine = field(default_factory=Engine)
    not_judged: int = 0
    mase: float | None = None
    baseline_mase: float | None = None
    is_scale_fair: bool = True
    bias: float | None = None
    window_bias: tuple[float, ...] = ()
    is_steady: bool = False
    total_error: float | None = None
    baseline_total_error: float | None = None
    unseen_season: int = 0
    tries: tuple[str, ...] = ()

    @property
    def noun_plural(self) -> str:
        """What the series are called."""
        return _plural(self)

    @property
    def gain(self) -> float | None:
        """By how many per cent the error is less than the baseline's."""
        return find_gain(self.candidate, self.baseline)


def judge(case: Case) -> Verdict:
    """Judge the best candidate by the best simple forecast on the same points."""
    gain = case.gain
    if case.candidate is None or gain is None:
        return judge_alone(
            case.metric,
            candidate=case.candidate,
            baseline=case.baseline,
            reason="the backtest has no volume to compare errors with",
            engine=case.engine,
        )
    outcome = _weigh(gain, case.evidence)
    doubts = list_doubts(case) if outcome == BETTER else []
    if doubts:
        outcome = DOUBTFUL
    sentence = _spell(case, gain, outcome)
    if doubts:
        sentence += f", but {' and '.join(doubts)}"
    if outcome in (EVEN, WORSE, UNKNOWN) and case.tries:
        sentence += f"; try to {_join(case.tries)}"
    return Verdict(
        sentence=_capitalise(sentence),
        outcome=outcome,
        metric=case.metric,
        candidate=case.candidate,
        baseline=case.baseline,
        improvement_percent=gain,
        better_on=case.better_on,
        compared=case.compared,
        improvement_low=case.evidence.low,
        improvement_high=case.evidence.high,
        not_judged=case.not_judged,
        notes=tuple(_list_notes(case)),
    )


def _weigh(gain: float, evidence: Evidence) -> str:
    """Say what a gain means beside its own uncertainty."""
    if evidence.low is None or evidence.high is None:
        return UNKNOWN
    if evidence.low > 0 and gain >= _EVEN_PERCENT:
        return BETTER
    if evidence.high < 0 and gain <= -_EVEN_PERCENT:
        return WORSE
    return EVEN


def list_doubts(case: Case) -> list[str]:
    """List what contradicts a gain by the run's own metric."""
    doubts = []
    if case.mase is not None:
        if case.baseline_mase is not None and case.mase > case.baseline_mase:
            doubts.append(
                f"worse by MASE, which counts all alike ({spell_metric(case.mase)} "
                f"against {spell_metric(case.baseline_mase)})"
            )
        elif case.mase > 1 and case.is_scale_fair:
            doubts.append(
                f"its MASE of {spell_metric(case.mase)} is above 1: it misses by more "
                "than the usual change from season to season"
            )
    if abs(case.bias or 0) >= _BIAS_BARRED:
        doubts.append(f"its means were {_spell_bias(case)} in all")
    elif _misleads_in_all(case):
        doubts.append(
            f"in all it was {_spell_bias(case)}: sums over all {case.noun_plural} were "
            f"off by {spell_percent(100 * (case.total_error or 0))}, those of "
            f"{case.words} by {spell_percent(100 * (case.baseline_total_error or 0))}"
        )
    worse = case.compared - case.better_on
    if case.compared and worse > case.compared / 2:
        doubts.append(f"worse on {worse:,} of {case.compared:,} {_plural(case)}")
    return doubts


def _misleads_in_all(case: Case) -> bool:
    """Tell whether the total is better planned with the baseline, and why."""
    ours, theirs = case.total_error, case.baseline_total_error
    if ours is None or theirs is None or case.compared < _FEWEST_SUMMED:
        return False
    is_off = case.is_steady and abs(case.bias or 0) >= _BIAS_TOTAL
    return is_off and ours > theirs


def _spell_bias(case: Case) -> str:
    bias = case.bias or 0
    return f"{spell_percent(abs(bias))} too {'high' if bias > 0 else 'low'}"


def _list_notes(case: Case) -> list[str]:
    notes = []
    if abs(case.bias or 0) >= _BIAS_TOLD:
        notes.append(_tell_bias(case))
    if case.unseen_season:
        notes.append(
            f"The history is shorter than a season of {case.unseen_season} steps: what "
            "comes back every season cannot be seen in it, nor forecast"
        )
    worse = case.compared - case.better_on
    share = worse / case.compared if case.compared else 0
    gain = case.gain or 0
    if gain > 0 and case.evidence.is_enough and _WORSE_SHARE <= share <= 1 / 2:
        notes.append(
            f"Better by volume, and worse on {worse:,} of {case.compared:,} "
            f"{_plural(case)}"
        )
    if case.not_judged:
        notes.append(_tell_not_judged(case))
    if case.evidence.windows == 1 and case.evidence.is_enough:
        notes.append(
            "One window was held back, so that a season that was easy or hard for all "
            "cannot be told from skill"
        )
    return notes


def _tell_not_judged(case: Case) -> str:
    said = spell_count(case.not_judged, case.noun)
    if not case.engine.is_ours or case.compared < _SAMPLED_FROM:
        return (
            f"{said} could not be judged: the backtest has no value to compare with, "
            "or there is no history before it"
        )
    return (
        f"{said} were not judged: of very many, {case.engine.name} backtests a sample, "
        "evenly over their ids; else the backtest has no value to compare with, or "
        "there is no history before it"
    )


def _tell_bias(case: Case) -> str:
    said = f"On the backtest its means were {_spell_bias(case)} in all"
    if case.is_steady:
        side = "less" if (case.bias or 0) > 0 else "more"
        return f"{said}, and so in every window: expect {side} than the total says"
    each = ", ".join(spell_change(one) for one in case.window_bias)
    if len(case.window_bias) < 2:
        return said
    return f"{said}, but not steadily: {each} in its windows, one after the other"


def _spell(case: Case, gain: float, outcome: str) -> str:
    evidence, who = case.evidence, case.engine.best
    if outcome == UNKNOWN:
        return (
            f"whether {who} is better than {case.words} cannot be told: "
            f"{spell_count(evidence.points, 'point')} of "
            f"{spell_count(evidence.series, case.noun)} in "
            f"{spell_count(evidence.windows, 'window')} are too few ({_figures(case)})"
        )
    interval = f"{_range(evidence)} with 95% confidence"
    if outcome == EVEN:
        return (
            f"{who} is about as good as {_name_baseline(case)}: that it was "
            f"{spell_percent(abs(gain))} {_side(gain)} may be chance "
            f"({interval}; {_figures(case)})"
        )
    return (
        f"{who} is {spell_percent(abs(gain))} {_side(gain)} than "
        f"{_name_baseline(case)} ({interval}; {_figures(case)})"
    )


def _side(gain: float) -> str:
    return "worse" if gain < 0 else "better"


def _name_baseline(case: Case) -> str:
    if case.simple < 2:
        return case.words
    return f"{case.words}, the best of {case.simple} simple forecasts"


def _range(evidence: Evidence) -> str:
    low, high = evidence.low or 0.0, evidence.high or 0.0
    return f"{low:.0f} to {high:.0f}%".replace("-", MINUS)


def _figures(case: Case) -> str:
    unjudged = f", {case.not_judged:,} not judged" if case.not_judged else ""
    return (
        f"{case.metric} {spell_metric(case.candidate)} against "
        f"{spell_metric(case.baseline)}; better on {case.better_on:,} of "
        f"{case.compared:,} {_plural(case)}{unjudged}"
    )


def _plural(case: Case) -> str:
    return spell_count(case.compared, case.noun).partition(" ")[2]


def judge_alone(
    metric: str,
    *,
    candidate: float | None,
    baseline: float | None,
    reason: str,
    engine: Engine,
    words: str = "seasonal naive",
) -> Verdict:
    """Say that nothing can be said of candidate and baseline together, and why."""
    own = f"{metric} {spell_metric(candidate)} by {engine.name}'s own account"
    naive = f"{words} has {metric} {spell_metric(baseline)} on the last horizon"
    known = [text for text, value in ((own, candidate), (naive, baseline)) if value]
    figures = f" ({'; '.join(known)})" if known else ""
    sentence = f"{engine.best} is not comparable with {words}: {reason}{figures}"
    return Verdict(_capitalise(sentence), UNKNOWN, metric, candidate, baseline)


def qualify(
    verdict: Verdict,
    assumed: AssumedFuture,
    plausible: Plausibility,
    noun: str,
    *,
    mended: Mended | None = None,
    contest: Contest | None = None,
) -> Verdict:
    """Take back what the delivered forecast does not bear out, and say why first."""
    verdict = _withhold(verdict, assumed)
    if contest is not None:
        verdict = replace(verdict, notes=(contest.sentence, *verdict.notes))
    if mended is not None and mended.is_naive:
        verdict = _tell_naive(verdict, mended, noun)
    words = describe_implausible(plausible, noun)
    if words is None:
        return verdict
    outcome = DOUBTFUL if verdict.outcome == BETTER else verdict.outcome
    return replace(
        verdict, outcome=outcome, sentence=f"{words}. {_capitalise(verdict.sentence)}"
    )


def _tell_naive(verdict: Verdict, mended: Mended, noun: str) -> Verdict:
    """Say first for how many series the model made no whole forecast."""
    share = 100 * mended.completed / mended.asked
    outcome = DOUBTFUL if verdict.outcome == BETTER else verdict.outcome
    if share > _MOSTLY_NAIVE:
        outcome = UNKNOWN
    sentence = (
        f"For {mended.completed:,} of {spell_count(mended.asked, noun)} "
        f"({spell_percent(share)}) the model made no whole forecast, and a simple one "
        f"stands in; of the others: {verdict.sentence}"
    )
    return replace(verdict, outcome=outcome, sentence=sentence)


def _withhold(verdict: Verdict, assumed: AssumedFuture) -> Verdict:
    said = (assumed.sentence, assumed.left_out, assumed.caveat)
    notes = [text for text in said if text]
    verdict = replace(verdict, notes=(*notes, *verdict.notes))
    if assumed.left_out and not assumed.is_withheld:
        verdict = _tell_left_out(verdict, assumed)
    if not assumed.is_withheld or verdict.improvement_percent is None:
        return verdict
    names = ", ".join(one.words for one in assumed.unknown[:3])
    more = len(assumed.unknown) - 3
    names += f" and {more} more" if more > 0 else ""
    knew = "knew" if assumed.backtest_knows == "future" else "may have known"
    sentence = (
        f"How good this forecast is, is not known: it assumes {names}, and the "
        f"backtest {knew} what really happened. With known covariates: "
        f"{verdict.sentence}"
    )
    return replace(verdict, outcome=UNKNOWN, sentence=sentence)


def _tell_left_out(verdict: Verdict, assumed: AssumedFuture) -> Verdict:
    """Say first that this is a forecast of a time without what is not planned yet."""
    outcome = DOUBTFUL if verdict.outcome == BETTER else verdict.outcome
    names = " or ".join(assumed.without)
    sentence = f"This is a forecast without any {names}. {verdict.sentence}"
    return replace(verdict, outcome=outcome, sentence=sentence)


def describe_implausible(found: Plausibility, noun: str) -> str | None:
    """Say how much of the forecast is implausible; None for nothing."""
    parts = [text for text in (describe_series(found, noun), found.total) if text]
    return _capitalise("; ".join(parts)) if parts else None


def judge_backtest(
    backtest: Mapping[str, Any],
    candidates: Mapping[str, Any] | None,
    histories: Histories,
    settings: RunSettings,
    *,
    evidence: Evidence | None,
    engine: Engine,
) -> Verdict:
    """Judge a run by the description of its backtest."""
    metric, words = settings.metric, backtest["baseline_words"]
    if not backtest["comparable"] or evidence is None:
        winner = find_winner(candidates)
        alone = backtest["baseline_alone"]["metrics"] or {}
        return judge_alone(
            metric,
            candidate=read_metrics(winner).get(metric) if winner else None,
            baseline=alone.get(metric),
            # What was found instead is for those who look into it.
            reason=backtest["reason"].partition(" (found:")[0],
            engine=engine,
            words=words,
        )
    tries = list_tries(
        steps=histories.steps,
        horizon=settings.horizon,
        season=settings.season,
        series=len(histories.keys),
    )
    decides = metric == "MASE"
    return judge(
        Case(
            metric=metric,
            candidate=backtest["winner"][metric],
            baseline=backtest["baseline"][metric],
            better_on=backtest["better_on"],
            compared=backtest["compared"],
            noun=settings.noun,
            evidence=evidence,
            words=words,
            simple=len(backtest["simple"]),
            engine=engine,
            not_judged=backtest["not_judged"],
            mase=backtest["winner"]["MASE"],
            baseline_mase=None if decides else backtest["baseline"]["MASE"],
            bias=backtest["bias_percent"],
            window_bias=tuple(
                one["bias_percent"]
                for one in backtest["windows"]
                if one["bias_percent"] is not None
            ),
            is_steady=backtest["bias_is_steady"],
            total_error=backtest["total_error"]["winner"],
            baseline_total_error=backtest["total_error"]["baseline"],
            unseen_season=settings.season if histories.steps < settings.season else 0,
            is_scale_fair=settings.horizon <= settings.season,
            tries=tuple(tries),
        )
    )


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


def _join(tries: Sequence[str]) -> str:
    return ", or to ".join(tries)


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
