"""Say what the pipeline would make of a source, with the code that Glue runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from chalicelib.datasets import name_dataset
from chalicelib.keys import upload_key
from chalicelib.runs import read_bucket_settings
from chalicelib.store import Store
from client.packing import Package, pack_source
from glue.bucket import DEFAULT_SETTINGS
from glue.check.explain import explain_upload
from glue.settings.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage


def explain_source(source: Path, settings: Path | None = None) -> dict[str, Any]:
    """Explain a zip, folder or table on this machine; nothing is uploaded.

    Parameters
    ----------
    settings
        A file that becomes the upload's ``config.json``.
    """
    with pack_source(source, settings) as package:
        return explain_package(package, None)


def explain_package(package: Package, layer: Layer | None) -> dict[str, Any]:
    """Explain what is ready to be uploaded, by the bucket's settings if any."""
    return explain_upload(
        package.path,
        name=upload_key(package.name),
        bucket_settings=None if layer is None else layer.text,
        source=DEFAULT_SETTINGS if layer is None else layer.source,
    )


def is_accepted(report: Mapping[str, Any]) -> bool:
    """Tell whether a run would forecast it."""
    return bool(report["outcome"] == "accepted")


def find_bucket_layer(
    s3: S3Client, stage: Stage, package: Package, say: Callable[[str], None]
) -> Layer | None:
    """Read the bucket's settings for an upload, just as its run will."""
    dataset = name_dataset(package.key)
    try:
        found = read_bucket_settings(Store(s3, stage.bucket), dataset)
    except ClientError as error:
        if not is_denied(error):
            raise
        say(
            "these credentials may not read the settings in the bucket, and they are "
            "left out of this check"
        )
        return None
    if found["source"] is None or found["text"] is None:
        return None
    return Layer(found["source"], found["text"])
