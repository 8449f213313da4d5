"""Upload a package, and find the one run that this upload starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from chalicelib.keys import NO_VERSION, build_uri, upload_key
from chalicelib.runs import read_execution_input
from client.errors import CommandError
from client.pace import Pace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectOutputTypeDef
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage
    from client.packing import Package

# S3 mostly delivers an event within seconds, sometimes in a minute or longer.
START_PATIENCE_SECONDS = 180.0
# S3's clock and that of Step Functions need not agree to the second.
_CLOCK_SKEW = timedelta(seconds=30)


class NoRunError(CommandError):
    """The upload is made, and nothing has started for it."""


@dataclass(frozen=True)
class SentUpload:
    """The version that an upload of ours made; ``at`` is the time by S3's clock."""

    key: str
    version_id: str
    etag: str
    at: datetime


def check_deployed(sfn: SFNClient, stage: Stage) -> None:
    """See that the stage is there before anything is sent to its bucket.

    The listing is what the upload's run is found by too, so that this takes no
    permission of its own.

    Raises
    ------
    ClientError
        When there is no such state machine.
    """
    sfn.list_executions(stateMachineArn=stage.state_machine_arn, maxResults=1)


def put_upload(s3: S3Client, bucket: str, package: Package) -> SentUpload:
    """Upload a package under ``raw/``."""
    key = upload_key(package.name)
    with package.path.open("rb") as body:
        answer = s3.put_object(
            Bucket=bucket, Key=key, Body=body, ContentType="application/zip"
        )
    return SentUpload(
        key=key,
        version_id=answer.get("VersionId", NO_VERSION),
        etag=answer["ETag"].strip('"'),
        at=_time_of(answer),
    )


def _time_of(answer: PutObjectOutputTypeDef) -> datetime:
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(date) if date else datetime.now().astimezone()


def wait_for_run(
    sfn: SFNClient,
    stage: Stage,
    upload: SentUpload,
    *,
    patience: float = START_PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Wait until the upload's run has started, and return its run_id.

    Raises
    ------
    NoRunError
        When none has started after ``patience`` seconds.
    """
    pace, waited = Pace(shortest=0.2, longest=5.0), 0.0
    strangers: set[str] = set()
    while True:
        if run_id := _find_run(sfn, stage, upload, strangers):
            return run_id
        if waited >= patience:
            raise NoRunError(_no_run_started(stage, upload, waited))
        interval = pace.next_interval()
        sleep(interval)
        waited += interval


def _find_run(
    sfn: SFNClient, stage: Stage, upload: SentUpload, strangers: set[str]
) -> str | None:
    for arn in _recent_executions(sfn, stage, upload.at - _CLOCK_SKEW):
        if arn in strangers:
            continue
        execution = sfn.describe_execution(executionArn=arn)
        if is_run_of(upload, read_execution_input(execution.get("input"))):
            return execution["name"]
        strangers.add(arn)
    return None


def _recent_executions(sfn: SFNClient, stage: Stage, since: datetime) -> Iterator[str]:
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=stage.state_machine_arn, PaginationConfig={"PageSize": 50}
    )
    for page in pages:
        for execution in page["executions"]:
            # The newest come first.
            if execution["startDate"] < since:
                return
            yield execution["executionArn"]


def is_run_of(upload: SentUpload, execution_input: Mapping[str, Any]) -> bool:
    """Tell whether an execution's input names this very upload.

    Without versions, equal bytes under one key are told apart by the time alone.
    """
    if execution_input.get("key") != upload.key:
        return False
    if upload.version_id != NO_VERSION:
        return execution_input.get("version_id") == upload.version_id
    return str(execution_input.get("etag", "")).strip('"') == upload.etag


def _no_run_started(stage: Stage, upload: SentUpload, waited: float) -> str:
    return (
        f"no run has started for {build_uri(stage.bucket, upload.key)} (version "
        f"{upload.version_id}) within {waited:.0f} s; look at what the trigger says, "
        f"`chalice logs -n on_upload --stage {stage.name}`, then at "
        f"`python forecast.py list --stage {stage.name}`; when neither knows the "
        f"upload, run `python deploy.py --stage {stage.name}` to mend the trigger"
    )
