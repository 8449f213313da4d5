"""Train anew, or forecast with the champion: the choice, and its reason in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.engines import AUTOPILOT, BOTH, EMBEDDED, KEY
from chalicelib.registry import PENDING
from chalicelib.schemas import describe_schema, hash_schema, list_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chalicelib.registry import Version

TRAIN, CHAMPION = "train", "champion"
# The roads on which Autopilot trains a model that is registered.
TRAINED = (TRAIN, BOTH)
RETRAIN, REFORECAST = "retrain", "reforecast"
AUTOMATIC, MANUAL = "automatic", "manual"
_DAY = 86_400
# Fewer points of a forecast show little.
_LEAST_POINTS = 20


@dataclass(frozen=True)
class Retraining:
    """The settings of that name.

    Parameters
    ----------
    max_age_days
        How old a champion may be; 0 trains on each upload.
    when_worse_than
        How many times its backtest's error the champion's last forecast may have.
    max_new_series
        The share of series, in per cent, that the champion may not know.
    approval
        Whether a trained model forecasts at once, or when a person has approved it.
    keep_versions, keep_days
        Of the versions beyond this number, those older than this are removed.
    """

    max_age_days: float = 0
    when_worse_than: float = 1.2
    max_new_series: float = 10
    approval: str = AUTOMATIC
    keep_versions: int = 10
    keep_days: int = 90


_NAMES = {
    "MaxAgeDays": "max_age_days",
    "WhenWorseThan": "when_worse_than",
    "MaxNewSeriesPercent": "max_new_series",
    "Approval": "approval",
    "KeepVersions": "keep_versions",
    "KeepDays": "keep_days",
}


def read_retraining(settings: Mapping[str, Any]) -> Retraining:
    """Read the section from ``settings.json``; what it does not say has its default."""
    section = settings.get("Retraining") or {}
    return Retraining(
        **{ours: section[name] for name, ours in _NAMES.items() if name in section}
    )


@dataclass(frozen=True)
class Situation:
    """What the choice depends on.

    Parameters
    ----------
    asked
        ``retrain`` or ``reforecast`` where the schedule started the run, else None.
    champion, obstacle
        None where no version is approved; then, why the registry could not be read.
    challenger
        The newest version, where it is newer than the champion and not approved.
    trained_on
        The ``settings.json`` of the champion's own run; None where it is gone.
    score
        The run's ``score.json``; empty where there is none.
    """

    settings: Mapping[str, Any]
    now: datetime
    asked: str | None = None
    champion: Version | None = None
    obstacle: str = ""
    challenger: Version | None = None
    trained_on: Mapping[str, Any] | None = None
    score: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A road of the state machine, and the one sentence that says why."""

    road: str
    reason: str


def choose(situation: Situation) -> Choice:
    """Choose whether to train, and by which engine, or to forecast with the champion.

    The embedded engine's models are no versions: they are trained in minutes, and have
    no container that SageMaker could run.
    """
    engine = situation.settings.get(KEY, AUTOPILOT)
    if engine == EMBEDDED:
        return Choice(EMBEDDED, "trained by the embedded engine, as the settings ask")
    choice = _choose_model(situation)
    if engine == BOTH and choice.road == TRAIN:
        return replace(choice, road=BOTH)
    return choice


def _choose_model(situation: Situation) -> Choice:
    """Choose between a training by Autopilot and the champion."""
    allowed, champion = read_retraining(situation.settings), situation.champion
    obstacle = _find_obstacle(situation, allowed)
    if obstacle or champion is None:
        return Choice(TRAIN, f"trained, as {obstacle}")
    if situation.asked == REFORECAST:
        return Choice(
            CHAMPION,
            f"forecast by version {champion.number}, as the schedule asks for no "
            "training",
        )
    return _weigh(situation, champion, allowed)


def _find_obstacle(situation: Situation, allowed: Retraining) -> str:
    """Say why no champion is even looked at; empty where one is."""
    if situation.asked == RETRAIN:
        return "the schedule asks for it"
    if not allowed.max_age_days and situation.asked != REFORECAST:
        return "each upload is where Retraining.MaxAgeDays is 0"
    if situation.obstacle:
        return f"the registry could not be read ({situation.obstacle})"
    if situation.champion is None:
        return "the dataset has no approved model yet"
    changed = find_schema_change(situation, situation.champion)
    number = situation.champion.number
    return f"version {number} was made for other data: {changed}" if changed else ""


def _weigh(situation: Situation, champion: Version, allowed: Retraining) -> Choice:
    """Choose by the champion's age, by what is new to it, and by what came true."""
    faults = list(_list_faults(situation, champion, allowed))
    unsettled = [
        fault
        for fault in faults
        if not _is_settled(fault, situation, situation.challenger)
    ]
    if unsettled:
        return Choice(TRAIN, f"trained, as {unsettled[0].words}")
    if faults and situation.challenger is not None:
        return Choice(
            CHAMPION,
            f"forecast by version {champion.number}, as "
            f"{_spell_challenger(situation, situation.challenger)}, though "
            f"{faults[0].words}",
        )
    return Choice(CHAMPION, _praise(situation, champion, allowed))


@dataclass(frozen=True)
class _Fault:
    """What speaks for a training; ``of_age`` where it is only the champion's age."""

    words: str
    of_age: bool = False


def _list_faults(
    situation: Situation, champion: Version, allowed: Retraining
) -> Iterator[_Fault]:
    name = f"version {champion.number}"
    age = measure_age(situation, champion)
    if age > allowed.max_age_days:
        words = f"{name} is {age:.0f} days old and may be {allowed.max_age_days:g}"
        yield _Fault(words, of_age=True)
    new, series = count_new(situation.score)
    if series and 100 * new > allowed.max_new_series * series:
        yield _Fault(
            f"{name} does not know {new:,} of {series:,} series and may not know "
            f"{allowed.max_new_series:g} in a hundred"
        )
    ratio, words = judge_accuracy(situation.score, champion)
    if ratio is not None and ratio > allowed.when_worse_than:
        yield _Fault(
            f"the last forecast of {name} {words}, and may be "
            f"{allowed.when_worse_than:g} times"
        )


def _is_settled(
    fault: _Fault, situation: Situation, challenger: Version | None
) -> bool:
    """Tell whether another training would only repeat what the last one showed.

    One that waits for approval is what a training would give. Beside one that was
    rejected a champion need not be young, but it has to be right.
    """
    if challenger is None or not _is_alike(situation, challenger):
        return False
    allowed = read_retraining(situation.settings)
    if measure_age(situation, challenger) > allowed.max_age_days:
        return False
    return fault.of_age or challenger.approval == PENDING


def _is_alike(situation: Situation, version: Version) -> bool:
    known = hash_schema(describe_schema(situation.settings))
    return version.facts.get("schema_hash") == known


def _spell_challenger(situation: Situation, challenger: Version) -> str:
    age = f"{measure_age(situation, challenger):.0f} days old"
    if challenger.approval == PENDING:
        return f"version {challenger.number}, {age}, waits for approval"
    return f"version {challenger.number}, {age}, is rejected"


def _praise(situation: Situation, champion: Version, allowed: Retraining) -> str:
    """Say why the champion may forecast, and what is new to it."""
    new, _ = count_new(situation.score)
    _, words = judge_accuracy(situation.score, champion)
    unknown = (
        f"; {_count(new, 'series', 'series')} new to it "
        f"{'is' if new == 1 else 'are'} forecast from what history there is"
        if new
        else ""
    )
    return (
        f"forecast by version {champion.number}, which is "
        f"{measure_age(situation, champion):.0f} days old (may be "
        f"{allowed.max_age_days:g}) and whose last forecast {words}{unknown}"
    )


def fits(situation: Situation) -> bool:
    """Tell whether there is a champion that was made for data as these are."""
    champion = situation.champion
    return champion is not None and not find_schema_change(situation, champion)


def find_schema_change(situation: Situation, champion: Version) -> str:
    """Say what changed since the champion was trained; empty where nothing did."""
    now = describe_schema(situation.settings)
    if situation.trained_on is None:
        same = champion.facts.get("schema_hash") == hash_schema(now)
        return "" if same else "its settings are gone, and their hash is another"
    differences = list_differences(describe_schema(situation.trained_on), now)
    return ", and ".join(differences)


def find_failure(situation: Situation, champion: Version) -> str | None:
    """Say how wrong a champion's last forecast was that is too wrong; else None.

    It is asked whatever made the run train: a model that failed is not held on to.
    """
    ratio, _ = judge_accuracy(situation.score, champion)
    if ratio is None or ratio <= read_retraining(situation.settings).when_worse_than:
        return None
    metric = champion.facts.get("metric", "")
    if math.isinf(ratio):
        return f"a {metric} above 0, after none in its backtest"
    return f"{ratio:.2f} times the {metric} of its backtest"


def measure_age(situation: Situation, champion: Version) -> float:
    """Measure a champion's age in days, never less than 0.

    It is the time since its training, or the time that the data have gone on since
    the end of those that it was trained on, whichever is longer.
    """
    ages = [(situation.now - champion.created).total_seconds()]
    then = read_moment(champion.facts.get("data_end"))
    now = read_moment(situation.score.get("data_end"))
    if then is not None and now is not None:
        ages.append((now - then).total_seconds())
    return max(0.0, *ages) / _DAY


def read_moment(text: str | None) -> datetime | None:
    """Read a timestamp as the data has it; None where it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def count_new(score: Mapping[str, Any]) -> tuple[int, int]:
    """Count the series that the champion does not know, and all of them."""
    return int(score.get("new_series") or 0), int(score.get("series") or 0)


def judge_accuracy(
    score: Mapping[str, Any], champion: Version
) -> tuple[float | None, str]:
    """Compare the champion's last forecast with its backtest, and say it in words.

    Returns
    -------
    How many times the backtest's error it has, None where that is not known; and the
    end of a sentence.
    """
    if score.get("champion_run_id") not in (None, champion.run_id):
        return None, "cannot be judged yet (another version's was scored)"
    backtest = champion.read_number("backtest")
    metric = champion.facts.get("metric", "")
    scored = gather_newest(score.get("scored") or [])
    if not scored:
        reason = score.get("reason") or "no score was made"
        return None, f"cannot be judged yet ({reason})"
    error = pool_errors(scored, metric)
    if error is None or backtest is None:
        return None, f"cannot be judged, as its {metric or 'error'} is not known"
    if backtest <= 0:
        ratio = 1.0 if error <= 0 else float("inf")
        return ratio, f"has a {metric} of {error:.4g}, after none in its backtest"
    ratio = error / backtest
    return ratio, (
        f"has a {metric} of {error:.4g} on what came true, {ratio:.2f} times that of "
        f"its backtest{_spell_pool(scored)}"
    )


def gather_newest(scored: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Take the newest forecast, and with few points those before it too."""
    taken: list[Mapping[str, Any]] = []
    for one in scored:
        if sum(other["points"] for other in taken) >= _LEAST_POINTS:
            break
        taken.append(one)
    return taken


def pool_errors(scored: Sequence[Mapping[str, Any]], metric: str) -> float | None:
    """Give the error over all points of some forecasts; None where none is known."""
    known = [
        (int(one["points"]), float(error))
        for one in scored
        if (error := (one.get("metrics") or {}).get(metric)) is not None
    ]
    points = sum(count for count, _ in known)
    if not points:
        return None
    if metric == "RMSE":
        return math.sqrt(sum(count * error**2 for count, error in known) / points)
    return sum(count * error for count, error in known) / points


def _spell_pool(scored: Sequence[Mapping[str, Any]]) -> str:
    if len(scored) == 1:
        return ""
    return f" (with the {len(scored) - 1} before, as it has few points yet)"


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
