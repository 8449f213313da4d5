"""Stop a run, or let one go on where it failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, is_denied
from chalicelib.endings import UPLOAD, has_ended
from client.documents import find_run_document
from client.errors import WrongStateError
from client.follow import Follower
from client.program import spell_command, spell_place

if TYPE_CHECKING:
    from chalicelib.stages import Stage
    from client.session import Clients

CANCELLED = "Cancelled"
_GONE = {"ResourceNotFound", "ValidationException"}


@dataclass(frozen=True)
class Control:
    """The switches of one stage's runs."""

    clients: Clients
    stage: Stage

    def cancel(self, run_id: str, reason: str) -> list[str]:
        """Stop a run, its training and its transform; say what was stopped.

        Raises
        ------
        WrongStateError
            When it has ended.
        """
        status = self._describe(run_id)["status"]
        if has_ended(status):
            raise WrongStateError(
                f"run {run_id!r} has ended (found {status}); there is nothing to stop"
            )
        self.clients.sfn.stop_execution(
            executionArn=self.stage.execution_arn(run_id),
            error=CANCELLED,
            cause=reason,
        )
        return ["the run", *self._stop_jobs(run_id)]

    def _stop_jobs(self, run_id: str) -> Iterator[str]:
        """Stop the jobs that are paid by the hour, without waiting for the stage to."""
        sagemaker = self.clients.sagemaker
        if self._try(lambda: sagemaker.stop_auto_ml_job(AutoMLJobName=run_id)):
            yield "its training"
        for name in self._list_transforms(run_id):
            if self._try(
                lambda name=name: sagemaker.stop_transform_job(TransformJobName=name)
            ):
                yield "its transform"

    def _list_transforms(self, run_id: str) -> list[str]:
        try:
            found = self.clients.sagemaker.list_transform_jobs(
                NameContains=run_id, StatusEquals="InProgress"
            )
        except ClientError as error:
            if is_denied(error):
                return []
            raise
        return [job["TransformJobName"] for job in found["TransformJobSummaries"]]

    def _try(self, stop: Any) -> bool:
        try:
            stop()
        except ClientError as error:
            if is_denied(error) or error_code(error) in _GONE:
                return False
            raise
        return True

    def resume(self, run_id: str) -> None:
        """Let a run that failed go on in the state that it failed in.

        Raises
        ------
        WrongStateError
            When it goes on, has succeeded, or only a new upload helps.
        """
        execution = self._describe(run_id)
        self._check_resumable(run_id, execution)
        self.clients.sfn.redrive_execution(
            executionArn=self.stage.execution_arn(run_id), clientToken=str(uuid4())
        )

    def _check_resumable(self, run_id: str, execution: Any) -> None:
        status, stage = execution["status"], self.stage.name
        if not has_ended(status):
            again = spell_command("follow", run_id, *spell_place(stage))
            raise WrongStateError(f"run {run_id!r} goes on; follow it with `{again}`")
        if status == "SUCCEEDED":
            again = spell_command("fetch", run_id, *spell_place(stage))
            raise WrongStateError(f"run {run_id!r} has succeeded; see `{again}`")
        ended = find_run_document(
            self.clients.s3, self.stage.bucket, run_id, "status.json"
        )
        why = _find_obstacle(ended or {}, execution)
        if why:
            again = spell_command("run", "SOURCE", *spell_place(stage))
            raise WrongStateError(
                f"run {run_id!r} cannot go on ({why}); only a new upload helps, "
                f"`{again}`"
            )

    def _describe(self, run_id: str) -> Any:
        return Follower(
            self.clients.sfn, self.clients.sagemaker, self.stage, run_id
        ).describe()


def _find_obstacle(status: Any, execution: Any) -> str:
    """Say why a run cannot go on; empty where it can."""
    if execution.get("redriveStatus") == "NOT_REDRIVABLE":
        return str(execution.get("redriveStatusReason") or "Step Functions says so")
    if status.get("remedy") == UPLOAD:
        reason = str(status.get("reason") or "").splitlines()
        return " ".join(reason[:2]) or "its data or its training are of no use any more"
    return ""
