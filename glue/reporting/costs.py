"""What a run took: the time of its stages, and about what it costs on AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from glue.bucket import Bucket, Stored
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
_BASIS = (
    "Rough, by list prices of us-east-1. Autopilot's instances are not published: "
    "training is a range that users report, not a measurement."
)
_BASIS_WITHOUT_TRAINING = (
    "Rough, by list prices of us-east-1. The run trained no model, which would have "
    f"cost ${TRAINING_COST[0]:.0f} to ${TRAINING_COST[1]:.0f} more, as users report."
)


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
    )
    if not trained:
        stages = [stage for stage in stages if stage["stage"] != "train"]
    resources = run.resolved.get("TransformResources") or {}
    cost = estimate_cost(stages, resources, local=local, trained=trained)
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
    trained
        Whether it trained a model.
    """
    seconds = {stage["stage"]: stage["seconds"] or 0.0 for stage in stages}
    jobs = max(seconds["preprocess"], 60.0) + max(seconds["report"], 60.0)
    price = _INSTANCE_HOUR.get(str(resources.get("InstanceType")))
    hours = max(seconds["transform"], 300.0) / 3600
    parts = [_part("Glue jobs", _DPU_HOUR * _SMALLEST_DPU * jobs / 3600)]
    if trained:
        parts.append(_part("Autopilot training", *TRAINING_COST))
    if price is not None:
        count = int(resources.get("InstanceCount") or 1)
        parts.append(_part("Batch transform", price * count * hours))
    return {
        "currency": "USD",
        "least": sum(part["least"] for part in parts),
        "most": sum(part["most"] for part in parts),
        "parts": parts,
        "local": local,
        "basis": _BASIS if trained else _BASIS_WITHOUT_TRAINING,
    }


def _part(what: str, least: float, most: float | None = None) -> dict[str, Any]:
    return {"what": what, "least": least, "most": least if most is None else most}
