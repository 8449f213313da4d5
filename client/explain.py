"""Say what the pipeline would make of a source, with the code that Glue runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from chalicelib.datasets import name_dataset
from chalicelib.keys import upload_key
from chalicelib.runs import ONE_MACHINE, read_bucket_settings
from chalicelib.store import Store
from chalicelib.upload_size import SHRINKS, measure
from cli.endpoints import LOCAL_STAGE
from client.errors import SourceError
from client.formats import format_size
from client.packing import Package, pack_source
from client.program import spell_command
from glue.bucket import DEFAULT_SETTINGS
from glue.check.explain import explain_upload
from glue.settings.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

_NO_READER = "parquet-no-reader"


class NotCheckedError(SourceError):
    """The data cannot be checked on this machine, which says nothing of its run."""


class NoReaderError(NotCheckedError):
    """There is no library here that reads Parquet."""


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
    """Explain what is ready to be uploaded, by the bucket's settings if any.

    Raises
    ------
    NotCheckedError
        When this machine is not enough for it, or has no library to read it with.
    """
    _check_size(package)
    report = explain_upload(
        package.path,
        name=upload_key(package.name),
        bucket_settings=None if layer is None else layer.text,
        source=DEFAULT_SETTINGS if layer is None else layer.source,
    )
    errors = {one["code"] for one in report["findings"] if one["level"] == "error"}
    if errors == {_NO_READER}:
        raise NoReaderError(
            "the data cannot be checked here, as there is no pyarrow to read Parquet "
            f"with; install it with `{sys.executable} -m pip install pyarrow`"
        )
    return report


def explain_if_possible(
    package: Package, layer: Layer | None, stage: Stage, say: Callable[[str], None]
) -> dict[str, Any] | None:
    """Explain it before its run does; None where only the run can.

    Raises
    ------
    NoReaderError
        When there is no library to read it with here, and so none for a local run.
    """
    try:
        return explain_package(package, layer)
    except NoReaderError as error:
        if stage.name == LOCAL_STAGE:
            raise NoReaderError(
                f"{error}, and end the local AWS with `{spell_command('local', 'stop')}"
                "`, so that the next one has it too"
            ) from error
        say(f"{error}; its run checks it before anything is trained")
    except NotCheckedError as error:
        say(f"{error}; its run checks it before anything is trained")
    return None


def _check_size(package: Package) -> None:
    """Leave to the run what is prepared on several machines there."""
    unpacked = _find_unpacked_size(package)
    if unpacked > ONE_MACHINE:
        raise NotCheckedError(
            f"the data are too much to be checked here (found about "
            f"{format_size(unpacked)} unpacked; needs at most "
            f"{format_size(ONE_MACHINE)})"
        )


def _find_unpacked_size(package: Package) -> int:
    """Find what ``prepare_run`` finds of it."""
    if package.parts:
        return SHRINKS * package.size
    with package.path.open("rb") as file:

        def read(start: int, length: int) -> bytes:
            file.seek(start)
            return file.read(length)

        return measure(read, package.size)


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
