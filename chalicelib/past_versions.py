"""Versions that are no longer kept: removed with their models and artefacts."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.keys import autopilot_prefix, build_uri
from chalicelib.runs import read_run_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.registry import Version
    from chalicelib.retraining import Retraining
    from chalicelib.store import Store

# Versions that a run removes at most, and models that it looks into for each.
_MOST_AT_ONCE, _MOST_MODELS = 3, 200
# The champion, and the one that a rollback would bring back.
_APPROVED_KEPT = 2
_EARLIER = timedelta(days=1)


def list_outdated(
    versions: Sequence[Version], allowed: Retraining, *, used: set[int], now: datetime
) -> list[Version]:
    """List the versions to remove, the oldest first, and not too many at once.

    Parameters
    ----------
    versions
        All of a dataset, the newest first.
    used
        The numbers of versions that a run is at work with.
    """
    approved = [one.number for one in versions if one.is_approved]
    kept = {*used, *approved[:_APPROVED_KEPT]}
    oldest = now - timedelta(days=allowed.keep_days)
    outdated = [
        one
        for one in versions[allowed.keep_versions :]
        if one.number not in kept and one.created < oldest
    ]
    return outdated[::-1][:_MOST_AT_ONCE]


def remove(store: Store, sagemaker: SageMakerClient, version: Version) -> None:
    """Remove a version; itself last, so that what is left over is found again."""
    if version.run_id:
        folder = f"{autopilot_prefix(version.run_id)}/"
        for name in _list_models(sagemaker, version, build_uri(store.bucket, folder)):
            sagemaker.delete_model(ModelName=name)
        for key in store.list_keys(folder):
            store.delete(key)
    sagemaker.delete_model_package(ModelPackageName=version.arn)


def _list_models(
    sagemaker: SageMakerClient, version: Version, folder: str
) -> Iterator[str]:
    """List the models that were made from a version's artefacts, by any run."""
    run = read_run_id(version.run_id)
    pages = sagemaker.get_paginator("list_models").paginate(
        # Runs of one dataset have this in common, and with few others.
        NameContains=(run and run.slug) or version.run_id,
        CreationTimeAfter=version.created - _EARLIER,
    )
    listed = (model["ModelName"] for page in pages for model in page["Models"])
    for name in list(islice(listed, _MOST_MODELS)):
        described: Any = sagemaker.describe_model(ModelName=name)
        containers = [
            described.get("PrimaryContainer") or {},
            *described.get("Containers", []),
        ]
        if any(one.get("ModelDataUrl", "").startswith(folder) for one in containers):
            yield name
