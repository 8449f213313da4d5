"""A trained model becomes a version, and the champion unless there is a reason not to.

Whatever fails here costs the run its version, and not its forecast: it goes on with
the containers that it was trained into, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib import model_file, past_versions, registry
from chalicelib.attempts import Attempts
from chalicelib.aws_errors import is_passing
from chalicelib.keys import run_key
from chalicelib.retraining import MANUAL, Retraining, read_retraining
from chalicelib.schemas import describe_schema, hash_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.autopilot import RunPlace
    from chalicelib.registry import Version
    from chalicelib.store import Store

# What AutoMLJobObjective.MetricName calls each metric, and what the report does.
_SHORT_METRICS = {"AverageWeightedQuantileLoss": "WQL"}
AUTOPILOT = "autopilot"


class HalfRegistered(Exception):
    """A version is in the registry, and a run could not go on with it."""


@dataclass(frozen=True)
class Approval:
    """Whether a new version may forecast, and the sentence that says why."""

    status: str
    reason: str


def decide_approval(
    allowed: Retraining,
    champion: Mapping[str, Any] | None,
    comparison: Mapping[str, Any] | None,
    *,
    is_gone: bool = False,
) -> Approval:
    """Decide what becomes of a newly trained model.

    Parameters
    ----------
    champion
        As ``model.json`` describes it; None where there is none.
    comparison
        The run's ``comparison.json``; None where the two were not compared.
    is_gone
        Whether the champion was deleted or rejected while the run trained.
    """
    if allowed.approval == MANUAL:
        words = (comparison or {}).get("sentence")
        told = f"; {words}" if words else ""
        return Approval(registry.PENDING, f"it waits for a person's approval{told}")
    if champion is None:
        return Approval(registry.APPROVED, "it is the first that may forecast")
    name = f"version {champion['version']}"
    if is_gone:
        return Approval(registry.APPROVED, f"{name} may forecast no more")
    if comparison is None:
        why = "the comparison failed" if champion["fits"] else "it has other data"
        return Approval(registry.APPROVED, f"it was not compared with {name}, as {why}")
    return _weigh(allowed, champion, comparison)


def _weigh(
    allowed: Retraining, champion: Mapping[str, Any], comparison: Mapping[str, Any]
) -> Approval:
    """Decide by a comparison; a champion that failed is not held on to for little."""
    name, sentence = f"version {champion['version']}", str(comparison["sentence"])
    if not comparison.get("is_worse"):
        return Approval(registry.APPROVED, sentence)
    failure = champion.get("failure")
    if not failure:
        return Approval(registry.REJECTED, sentence)
    if _is_too_wrong(comparison, allowed):
        return Approval(
            registry.REJECTED,
            f"{sentence}, which is too much even beside {name} that failed, with "
            f"{failure}",
        )
    return Approval(
        registry.APPROVED,
        f"{name} failed, with {failure}, though {sentence}",
    )


def _is_too_wrong(comparison: Mapping[str, Any], allowed: Retraining) -> bool:
    """Tell whether a challenger errs more than even a champion that failed.

    It may err as many times more as the champion might have erred more than in its
    backtest, for what both are compared on is mostly older than the failure.
    """
    ours, theirs = comparison.get("challenger"), comparison.get("champion")
    if ours is None or theirs is None:
        return False
    return bool(ours > max(allowed.when_worse_than, 1.0) * theirs)


def build_facts(
    place: RunPlace,
    settings: Mapping[str, Any],
    candidates: Mapping[str, Any],
    score: Mapping[str, Any],
) -> dict[str, Any]:
    """Gather what the registry is to know of a run's model."""
    job = settings["TimeSeriesForecastingJobConfig"]
    named = (settings.get("AutoMLJobObjective") or {}).get("MetricName") or ""
    best = find_best(candidates)
    errors = {one["name"]: one["value"] for one in best.get("metrics") or []}
    return {
        "run_id": place.run_id,
        "dataset": place.dataset,
        "engine": candidates.get("engine") or AUTOPILOT,
        "candidate": best.get("label") or best.get("name"),
        "data_end": score.get("data_end"),
        "series": score.get("series"),
        "frequency": job["ForecastFrequency"],
        "horizon": job["ForecastHorizon"],
        "quantiles": " ".join(job["ForecastQuantiles"]),
        "metric": _SHORT_METRICS.get(named, named),
        "backtest": errors.get(named, (best.get("objective") or {}).get("value")),
        "training_seconds": measure_training(candidates),
        "schema_hash": hash_schema(describe_schema(settings)),
    }


def find_best(candidates: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the candidate that became the model; empty where it is not listed."""
    name = candidates.get("best_candidate")
    listed: Sequence[Mapping[str, Any]] = candidates.get("candidates") or []
    return next((one for one in listed if one.get("name") == name), {})


def measure_training(candidates: Mapping[str, Any]) -> float | None:
    """Measure the seconds from the first candidate's begin to the last one's end."""
    listed = candidates.get("candidates") or []
    begins = [one["created_at"] for one in listed if one.get("created_at")]
    ends = [one["ended_at"] for one in listed if one.get("ended_at")]
    if not begins or not ends:
        return None
    first, last = map(datetime.fromisoformat, (min(begins), max(ends)))
    return max((last - first).total_seconds(), 0.0)


@dataclass(frozen=True)
class Registration:
    """The registering of one run's model; ``group`` is that of its dataset."""

    store: Store
    sagemaker: SageMakerClient
    place: RunPlace
    group: str

    def register(
        self, containers: Sequence[Mapping[str, Any]], *, now: datetime
    ) -> list[Mapping[str, Any]]:
        """Register what was trained, and give the containers that are to forecast.

        Parameters
        ----------
        containers
            What the training left.
        """
        document = self._read("model.json")
        settings = self._read("settings.json")
        if not document or not settings:
            raise RuntimeError("the run has no model.json or settings.json")
        champion = document.get("champion")
        rival = self._find_rival(champion)
        allowed = read_retraining(settings)
        approval = decide_approval(
            allowed,
            champion,
            self._find("comparison.json"),
            is_gone=champion is not None and rival is None,
        )
        arn = self._register(containers, settings, approval)
        # What fails of these costs nobody a forecast, nor the choice who makes it.
        lesser = Attempts()
        with _going_on_with(arn):
            version = self._describe(arn, approval, lesser)
            forecaster = version
            if champion and rival and champion["fits"] and not version.is_approved:
                forecaster = rival
            self._write(document, version, forecaster, lesser)
        with lesser.alone("older versions were not removed"):
            self._remove_old(allowed, {version.number, forecaster.number}, now=now)
        if lesser.words:
            self._write(document, version, forecaster, lesser)
        return list(forecaster.containers)

    def _register(
        self,
        containers: Sequence[Mapping[str, Any]],
        settings: Mapping[str, Any],
        approval: Approval,
    ) -> str:
        facts = build_facts(
            self.place,
            settings,
            self._read("candidates.json"),
            self._read("score.json"),
        )
        return registry.register_version(
            self.sagemaker,
            self.group,
            containers,
            stage=self.place.stage,
            approval=approval.status,
            facts=facts,
        )

    def _describe(self, arn: str, approval: Approval, lesser: Attempts) -> Version:
        """Describe a new version, and tell the registry why it may forecast or not."""
        found = registry.describe_version(self.sagemaker, arn)
        if found.approval != approval.status:
            # Somebody has decided since the run tried first.
            return replace(found, reason=found.reason or approval.reason)
        if found.reason != approval.reason:
            with lesser.alone(f"the reason of version {found.number} was not added"):
                registry.set_approval(
                    self.sagemaker, arn, approval.status, reason=approval.reason
                )
        return replace(found, reason=approval.reason)

    def _find_rival(self, champion: Mapping[str, Any] | None) -> Version | None:
        """Find the champion of the run's beginning; None once it may not forecast."""
        if champion is None:
            return None
        found = registry.find_version(self.sagemaker, champion["arn"])
        return found if found is not None and found.is_approved else None

    def _write(
        self,
        document: Mapping[str, Any],
        version: Version,
        forecaster: Version,
        lesser: Attempts,
    ) -> None:
        champion = forecaster if forecaster.number != version.number else None
        self.store.write_json(
            self._key("model.json"),
            {
                **document,
                "reason": f"{document['choice']}; {spell_outcome(version, champion)}",
                "forecast_by": model_file.describe_forecaster(forecaster, self.place),
                "registered": {
                    **model_file.describe_version(version),
                    "approval": version.approval,
                    "reason": version.reason,
                },
                "warning": "; ".join(lesser.words) or None,
            },
        )

    def note_failure(self, error: Exception) -> None:
        """Write down that the model was not registered, as far as that goes."""
        words = f"the model was not registered ({type(error).__name__}: {error})"
        if isinstance(error, HalfRegistered):
            words = f"the run's own model forecasts, whoever is the champion: {error}"
        document = self._read("model.json")
        if document and not document.get("registered"):
            self.store.write_json(
                self._key("model.json"), {**document, "warning": words}
            )

    def _remove_old(
        self, allowed: Retraining, used: set[int], *, now: datetime
    ) -> None:
        versions = registry.list_versions(self.sagemaker, self.group)
        for old in past_versions.list_outdated(versions, allowed, used=used, now=now):
            past_versions.remove(self.store, self.sagemaker, old)

    def _key(self, name: str) -> str:
        return run_key(self.place.run_id, name)

    def _find(self, name: str) -> Mapping[str, Any] | None:
        found = self.store.find_json(self._key(name))
        return found if isinstance(found, dict) else None

    def _read(self, name: str) -> Mapping[str, Any]:
        return self._find(name) or {}


@contextmanager
def _going_on_with(arn: str) -> Iterator[None]:
    """Say of what fails for good that a version is there all the same.

    Raises
    ------
    HalfRegistered
        In place of a refusal of AWS.
    """
    try:
        yield
    except ClientError as error:
        if is_passing(error):
            raise
        name = f"version {arn.rpartition('/')[2]}"
        raise HalfRegistered(f"{name} was registered, and then {error}") from error


def spell_outcome(version: Version, champion: Version | None) -> str:
    """Say what became of a new version, and who forecasts where it does not."""
    name = f"version {version.number}"
    instead = "" if champion is None else f", and version {champion.number} forecasts"
    if version.approval == registry.APPROVED:
        return f"{name} is the champion now: {version.reason}"
    if version.approval == registry.PENDING:
        return f"{name} waits for approval{instead}: {version.reason}"
    return f"{name} is rejected{instead}: {version.reason}"
