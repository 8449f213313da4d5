"""Whether a stage's jobs run the very code that checks an upload here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from client.program import spell_deploy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

_HOOK = "glue/transform.py"
_JOB = "preprocess"
_WHEELS = "--extra-py-files"


def compare_code(s3: S3Client, glue: Any, stage: Stage, project: Path) -> str | None:
    """Say how the stage's code differs from that in ``project``; None if it does not.

    Nothing that comes from a bucket is run here.
    """
    try:
        deployed = _read_deployed(s3, glue, stage)
    except ClientError as error:
        if is_denied(error):
            return None
        raise
    if deployed is None:
        return None
    here = {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in (project / "glue").rglob("*.py")
    }
    mend = f"`{spell_deploy(stage.name)}` makes them the same"
    if deployed.get(_HOOK) != here.get(_HOOK):
        return (
            f"the stage runs another {_HOOK} than the one here, which this check used; "
            f"{mend}"
        )
    if {name: text for name, text in deployed.items() if name in here} != here:
        return f"the stage runs another version of glue/ than this check; {mend}"
    return None


def _read_deployed(s3: S3Client, glue: Any, stage: Stage) -> dict[str, bytes] | None:
    """Read the Python files of the wheel that the job takes; None where it has none."""
    job = glue.get_job(JobName=stage.resource(_JOB))["Job"]
    uri = job.get("DefaultArguments", {}).get(_WHEELS, "")
    prefix = f"s3://{stage.bucket}/"
    if not uri.startswith(prefix) or "," in uri:
        return None
    body = s3.get_object(Bucket=stage.bucket, Key=uri[len(prefix) :])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as wheel:
        return {
            name: wheel.read(name) for name in wheel.namelist() if name.endswith(".py")
        }
