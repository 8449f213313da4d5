"""A run that waits for a quota of the account: since when, for what, who is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.causes import find_message
from chalicelib.endings import Ending, build_status
from chalicelib.keys import run_key
from chalicelib.runs import read_execution_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.store import Store, StoredText
    from chalicelib.sweep import Span

# What Step Functions calls the refusal of one more of something.
QUOTA_ERRORS = {
    "AutopilotBusy",
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "SageMaker.ResourceLimitExceededException",
}
RUNNING = "RUNNING"
_FAILURES = (
    "taskFailedEventDetails",
    "taskSubmitFailedEventDetails",
    "taskStartFailedEventDetails",
    "lambdaFunctionFailedEventDetails",
)
# After one of these, what was refused before was granted.
_GRANTED = {"TaskSubmitted", "TaskSucceeded", "LambdaFunctionSucceeded"}
_PAGE = 1000


@dataclass(frozen=True)
class Wait:
    """What a state of a run was refused last, and since when it has tried."""

    state: str
    since: datetime
    error: str
    said: str

    @property
    def words(self) -> str:
        """Say it in one sentence."""
        return (
            f"waits in {self.state} for a quota of the account since "
            f"{self.since:%Y-%m-%d %H:%M} UTC: {self.said or self.error}"
        )


def find_wait(stepfunctions: SFNClient, execution_arn: str) -> Wait | None:
    """Find what a running execution waits for; None when it is at work."""
    refusal: Mapping[str, Any] | None = None
    for event in _list_newest_first(stepfunctions, execution_arn):
        if refusal is None:
            if event["type"] in _GRANTED:
                return None
            refusal = find_refusal(event)
            if refusal is not None and refusal.get("error") not in QUOTA_ERRORS:
                return None
        entered = event.get("stateEnteredEventDetails")
        if entered is not None:
            if refusal is None:
                return None
            return Wait(
                state=entered["name"],
                since=event["timestamp"],
                error=str(refusal["error"]),
                said=find_message(str(refusal.get("cause") or "")),
            )
    return None


def _list_newest_first(
    stepfunctions: SFNClient, execution_arn: str
) -> Iterator[Mapping[str, Any]]:
    pages = stepfunctions.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn,
        reverseOrder=True,
        PaginationConfig={"PageSize": _PAGE},
    )
    for page in pages:
        yield from page["events"]


def find_refusal(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Find the error and cause of an event that a state may try again after."""
    found = (event.get(key) for key in _FAILURES)
    return next((details for details in found if details is not None), None)


def list_running(
    stepfunctions: SFNClient, state_machine_arn: str
) -> Iterator[Mapping[str, Any]]:
    """List the executions that run."""
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=state_machine_arn, statusFilter="RUNNING"
    )
    for page in pages:
        yield from page["executions"]


def tell_of_waits(
    store: Store,
    stepfunctions: SFNClient,
    state_machine_arn: str,
    *,
    span: Span,
    publish: Callable[[Mapping[str, Any]], object],
) -> int:
    """Write down what each running run waits for, and tell people of long waits once.

    Parameters
    ----------
    span
        When it is, and how long a wait must be to be told.
    publish
        Sends a message on a ``status.json``.

    Returns
    -------
    How many runs wait.
    """
    waiting = 0
    for listed in list_running(stepfunctions, state_machine_arn):
        arn = listed["executionArn"]
        wait = find_wait(stepfunctions, arn)
        waiting += wait is not None
        before = store.find_text(run_key(listed["name"], "status.json"))
        if not _is_told(before, wait, span):
            execution = stepfunctions.describe_execution(executionArn=arn)
            _update(store, execution, wait, before, span=span, publish=publish)
    return waiting


def _is_told(before: StoredText | None, wait: Wait | None, span: Span) -> bool:
    """Tell whether a ``status.json`` says what a run waits for, and people know it."""
    status = _read(before)
    if wait is None:
        return not is_waiting(status) or status.get("step") is None
    sent = (status.get("notice") or {}).get("sent_at")
    said = is_waiting(status) and status.get("step") == wait.state
    return said and (sent is not None or not _is_due(wait, span))


def _is_due(wait: Wait, span: Span) -> bool:
    return wait.since <= span.until


def _update(
    store: Store,
    execution: Mapping[str, Any],
    wait: Wait | None,
    stored: StoredText | None,
    *,
    span: Span,
    publish: Callable[[Mapping[str, Any]], object],
) -> None:
    """Write the status of a running run; an ending that came meanwhile stays."""
    key = run_key(execution["name"], "status.json")
    before = _read(stored)
    status = build_waiting_status(execution, wait, bucket=store.bucket)
    now = span.now.isoformat()
    told = is_waiting(before) and before.get("step") == status["step"]
    sent = before["notice"]["sent_at"] if told else None
    notice = {"request_id": None, "claimed_at": now, "sent_at": sent}
    status = {**status, "notice": notice}
    etag = store.replace_json(key, status, etag=None if stored is None else stored.etag)
    if etag is None or wait is None or sent is not None or not _is_due(wait, span):
        return
    publish(status)
    notice = {**notice, "sent_at": now}
    store.replace_json(key, {**status, "notice": notice}, etag=etag)


def _read(stored: StoredText | None) -> dict[str, Any]:
    found = json.loads(stored.text) if stored is not None else None
    return found if isinstance(found, dict) else {}


def build_waiting_status(
    execution: Mapping[str, Any], wait: Wait | None, *, bucket: str
) -> dict[str, Any]:
    """Build the ``status.json`` of a run that goes on; it is never complete."""
    asked = read_execution_input(execution.get("input"))
    ending = Ending(
        run_id=execution["name"],
        dataset=asked.get("dataset"),
        upload_key=asked.get("key"),
        status=RUNNING,
        error=None if wait is None else wait.error,
        cause=None if wait is None else wait.words,
        started_at=execution["startDate"].isoformat(),
        ended_at=None,
        execution_arn=execution["executionArn"],
        redrive_count=execution.get("redriveCount") or 0,
    )
    status = build_status(ending, bucket=bucket)
    step = None if wait is None else wait.state
    reason = None if wait is None else wait.words
    return {**status, "step": step, "reason": reason, "remedy": None}


def is_waiting(status: Mapping[str, Any] | None) -> bool:
    """Tell whether a ``status.json`` is one of a run that goes on."""
    return (status or {}).get("status") == RUNNING
