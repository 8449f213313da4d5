"""What a run took: the time of its stages, and about what it costs on AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from glue.bucket import Bucket, Stored
from glue.engines import AUTOPILOT, EMBEDDED
from glue.reporting.timeline import build_timeline
from glue.run_documents import Run

# US dollars by list price of us-east-1; https://aws.amazon.com/sagemaker/pricing and
# https://aws.amazon.com/glue/pricing.
_INSTANCE_HOUR = {
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.m5.12xlarge": 2.765,
    "ml.c5.4xlarge": 0.816,
}
_DPU_HOUR = 0.44
_SMALLEST_DPU = 0.0625
# What Autopilot trains on is not published; a training takes from half an hour to two
# hours in AWS's own examples, and users tell of bills of this order.
TRAINING_COST = (3.0, 20.0)
# The job of the embedded engine: two workers of a DPU each, billed by the second and
# for a minute at least; where nothing was measured yet, for ten at most.
_ENGINE_DPU, _ENGINE_SECONDS = 2, (60.0, 600.0)
_TRANSFORM_SECONDS = 300.0
_BASES = {
    EMBEDDED: (
        "Rough, by list prices of us-east-1, by the time between the files of a run."
    ),
    AUTOPILOT: (
        "Rough, by list prices of us-east-1. Autopilot's instances are not published: "
        "training is a range that users report, not a measurement."
    ),
}
_BASIS_WITHOUT_TRAINING = (
    "Rough, by list prices of us-east-1. The run trained no model, which would have "
    f"cost ${TRAINING_COST[0]:.0f} to ${TRAINING_COST[1]:.0f} more, as users report."
)


@dataclass(frozen=True)
class Price:
    """What something costs, in US dollars, from least to most."""

    least: float
    most: float

    @property
    def words(self) -> str:
        """The price as a sentence has it."""
        least, most = (f"${value:.2f}" for value in (self.least, self.most))
        return f"about {least}" if least == most else f"about {least} to {most}"


def describe_cost(
    run: Run, bucket: Bucket, *, now: datetime, local: bool, trained: bool = True
) -> dict[str, Any]:
    """Say how long each stage took, by when its file was written, and what it cost.

    ``trained`` tells whether the run trained a model.
    """
    keys = run.keys
    documents = bucket.list_objects(keys.documents)
    outputs = bucket.list_objects(keys.raw_folder(run.dataset))
    stages = build_timeline(
        {
            "uploaded": _parse_moment((run.upload or {}).get("event_time")),
            "prepare": _find_written(documents, keys.run),
            "preprocess": _find_written(documents, keys.settings),
            "train": _find_written(
                documents, keys.candidates if trained else keys.settings
            ),
            "transform": _find_written(outputs, ".out"),
            "report": now,
        },
        local=local,
        engine=run.engine,
    )
    if not trained:
        stages = [stage for stage in stages if stage["stage"] != "train"]
    resources = run.resolved.get("TransformResources") or {}
    cost = estimate_cost(
        stages, resources, local=local, engine=run.engine, trained=trained
    )
    return {"stages": stages, "cost": cost}


def _parse_moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _find_written(stored: Iterable[Stored], ending: str) -> datetime | None:
    moments = [s.modified for s in stored if s.key.endswith(ending) and s.modified]
    return max(moments, default=None)


def estimate_cost(
    stages: list[dict[str, Any]],
    resources: Mapping[str, Any],
    *,
    local: bool,
    engine: str = AUTOPILOT,
    trained: bool = True,
) -> dict[str, Any]:
    """Estimate what the run costs on AWS, in US dollars, from least to most.

    Parameters
    ----------
    stages
        What ``build_timeline`` gave.
    resources
        The run's TransformResources.
    local
        Whether the run was made by the local AWS, and cost nothing.
    engine
        Who trains, as in the settings.
    trained
        Whether it trained a model.
    """
    seconds = {stage["stage"]: stage["seconds"] or 0.0 for stage in stages}
    jobs = max(seconds["preprocess"], 60.0) + max(seconds["report"], 60.0)
    parts = [_part("Glue jobs", _DPU_HOUR * _SMALLEST_DPU * jobs / 3600)]
    if engine != AUTOPILOT:
        # Autopilot's stages come after it where both train.
        measured = seconds["train"] + seconds["transform"] if engine == EMBEDDED else 0
        price = _price_engine(measured)
        parts.append(_part("Embedded engine", price.least, price.most))
    if engine != EMBEDDED:
        if trained:
            parts.append(_part("Autopilot training", *TRAINING_COST))
        transform = _price_transform(resources, seconds["transform"])
        if transform is not None:
            parts.append(_part("Batch transform", transform))
    return {
        "currency": "USD",
        "least": sum(part["least"] for part in parts),
        "most": sum(part["most"] for part in parts),
        "parts": parts,
        "local": local,
        "basis": _find_basis(engine, trained=trained),
    }


def _find_basis(engine: str, *, trained: bool) -> str:
    if not trained:
        return _BASIS_WITHOUT_TRAINING
    return _BASES[EMBEDDED if engine == EMBEDDED else AUTOPILOT]


def price_engines(resources: Mapping[str, Any]) -> dict[str, Price]:
    """Say what training and forecasting cost by each engine, before they are measured.

    Parameters
    ----------
    resources
        The run's TransformResources.
    """
    transform = _price_transform(resources, 0) or 0.0
    least, most = TRAINING_COST
    return {
        AUTOPILOT: Price(least + transform, most + transform),
        EMBEDDED: _price_engine(0),
    }


def _price_engine(seconds: float) -> Price:
    """Price the engine's job, by how long it took at most; 0 where that is unknown."""
    least, most = _ENGINE_SECONDS
    second = _DPU_HOUR * _ENGINE_DPU / 3600
    return Price(second * least, second * (max(seconds, least) if seconds else most))


def _price_transform(resources: Mapping[str, Any], seconds: float) -> float | None:
    """Price a batch transform; None for instances without a known price."""
    price = _INSTANCE_HOUR.get(str(resources.get("InstanceType")))
    if price is None:
        return None
    count = int(resources.get("InstanceCount") or 1)
    return price * count * max(seconds, _TRANSFORM_SECONDS) / 3600


def _part(what: str, least: float, most: float | None = None) -> dict[str, Any]:
    return {"what": what, "least": least, "most": least if most is None else most}
