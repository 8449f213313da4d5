"""What fell between two services: uploads without a run, and ends nobody was told of.

S3 and EventBridge deliver an event at least once in nearly all cases, and a function
that was broken gives up after three attempts. Whatever is found here is sent once
more to the function that missed it, which tells what it has done already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from chalicelib.keys import BARE_UPLOAD_KEY, RUNS_FOLDER, run_key
from chalicelib.runs import name_run, read_run_id
from chalicelib.uploads import Upload, read_listed, starts_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.literals import ExecutionStatusType

    from chalicelib.store import Store

# What is younger may be on its way yet.
GRACE = timedelta(hours=1)
# What is older was seen by many sweeps: an event that is lost for longer was not.
_UPLOADS_SINCE = timedelta(days=7)
_ENDS_SINCE = timedelta(days=3)
_ENDED: tuple[ExecutionStatusType, ...] = (
    *("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"),
)
TAKES_OVER = "takes_over"


@dataclass(frozen=True)
class Span:
    """The time that a sweep looks at, for uploads and for ends."""

    now: datetime
    grace: timedelta

    @property
    def until(self) -> datetime:
        """What is younger is not looked at."""
        return self.now - self.grace

    def has_upload(self, moment: datetime) -> bool:
        """Tell whether an upload of then is looked at."""
        return self.now - _UPLOADS_SINCE <= moment <= self.until

    def has_end(self, moment: datetime) -> bool:
        """Tell whether an end of then is looked at."""
        return self.is_recent(moment) and moment <= self.until

    def is_recent(self, moment: datetime) -> bool:
        """Tell whether a run that began then may have an end that is looked at."""
        return moment >= self.now - _ENDS_SINCE


def find_lost_uploads(store: Store, span: Span, stage: str) -> Iterator[dict[str, Any]]:
    """Find uploads that have no run, as the events of S3 that should have come."""
    known = {key.split("/")[1] for key in store.list_folders(RUNS_FOLDER)}
    for listed in store.list_versions(BARE_UPLOAD_KEY):
        if span.has_upload(listed["LastModified"]) and starts_run(listed["Key"]):
            upload = read_listed(store.bucket, listed)
            if not _has_run(store, upload, known, stage):
                yield build_event(upload)


def _has_run(store: Store, upload: Upload, known: set[str], stage: str) -> bool:
    """Tell whether an upload has a run, under its name or one that it had before."""
    name = name_run(upload, stage)
    if name in known:
        return True
    others = (other for other in known if _find_slug(other) == _find_slug(name))
    return any(_ran(store, other) == upload.version_id for other in others)


def _find_slug(run_id: str) -> str | None:
    found = read_run_id(run_id)
    return None if found is None else found.slug


def _ran(store: Store, run_id: str) -> str | None:
    run = store.find_json(run_key(run_id, "run.json")) or {}
    version: str | None = run.get("upload", {}).get("version_id")
    return version


def build_event(upload: Upload) -> dict[str, Any]:
    """Build the event that S3 sends for an upload."""
    stored = {
        "key": quote_plus(upload.key, safe="/"),
        "size": upload.size,
        "eTag": upload.etag,
        "versionId": upload.version_id,
        "sequencer": upload.sequencer,
    }
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": upload.event_time,
        "s3": {"bucket": {"name": upload.bucket}, "object": stored},
    }
    return {"Records": [record]}


def find_untold_ends(
    stepfunctions: SFNClient, state_machine_arn: str, store: Store, span: Span
) -> Iterator[dict[str, Any]]:
    """Find ends without a whole status or a notice, as the events that told of them."""
    for listed in _list_ends(stepfunctions, state_machine_arn, span):
        status = store.find_json(run_key(listed["name"], "status.json"))
        if not is_told(status, listed):
            arn = listed["executionArn"]
            execution = stepfunctions.describe_execution(executionArn=arn)
            yield build_ending_event(execution, status)


def _list_ends(
    stepfunctions: SFNClient, state_machine_arn: str, span: Span
) -> Iterator[Mapping[str, Any]]:
    for status in _ENDED:
        pages = stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=state_machine_arn, statusFilter=status
        )
        for listed in (found for page in pages for found in page["executions"]):
            # A run may take as long as its machine lets it; the newest come first.
            if not span.is_recent(listed["startDate"] + timedelta(days=7)):
                break
            if span.has_end(listed["stopDate"]):
                yield listed


def is_told(status: Any, execution: Mapping[str, Any]) -> bool:
    """Tell whether a ``status.json`` is whole, and of this end, and people know it."""
    return (
        isinstance(status, dict)
        and status.get("status") == execution["status"]
        and (status.get("redrive_count") or 0) >= (execution.get("redriveCount") or 0)
        and bool(status.get("complete"))
        and bool((status.get("notice") or {}).get("sent_at"))
    )


def build_ending_event(execution: Mapping[str, Any], status: Any) -> dict[str, Any]:
    """Build the event that Step Functions sends of an end.

    Whoever had begun to tell of it has given up, and this takes over from there.
    """
    told = status.get("notice") if isinstance(status, dict) else None
    arn = execution["executionArn"]
    names = (
        *("executionArn", "stateMachineArn", "name", "status", "input", "error"),
        *("cause", "output", "redriveCount", "redriveStatus"),
    )
    detail = {name: execution.get(name) for name in names}
    moments = {name: _to_millis(execution[name]) for name in ("startDate", "stopDate")}
    return {
        "version": "0",
        "id": "sweep",
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": arn.split(":")[4],
        "time": execution["stopDate"].isoformat(),
        "region": arn.split(":")[3],
        "resources": [arn],
        "detail": {**detail, **moments},
        TAKES_OVER: (told or {}).get("request_id"),
    }


def _to_millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
