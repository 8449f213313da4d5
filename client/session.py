"""One use of the client: upload, watch, and collect what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.endings import has_ended, is_complete
from chalicelib.keys import build_uri
from chalicelib.runs import read_execution_input
from chalicelib.waiting import is_waiting
from client.documents import find_run_document
from client.errors import NoRunError, WrongStateError
from client.follow import Display, Follower, NoSuchRunError, follow_run
from client.formats import format_size
from client.pace import Pace
from client.parts_place import PartsPlace
from client.patience import Patience
from client.program import spell_command, spell_place
from client.reasons import find_reason
from client.results import Results, download_results, read_file
from client.trigger import check_trigger
from client.trigger_log import read_trigger_log
from client.uploads import (
    START_PATIENCE_SECONDS,
    Sender,
    SentUpload,
    check_deployed,
    wait_for_run,
)

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage
    from client.packing import Package

# status.json is written on an event that follows the end of the run.
_STATUS_PATIENCE_SECONDS = 20.0
UNKNOWN_DATASET = "unknown"
_DATASET = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Clients:
    """The AWS services that the client talks to, and how patient their calls are.

    ``once`` is S3 without a repetition of its own, for what must not be done twice.
    """

    s3: S3Client
    once: S3Client
    sfn: SFNClient
    sagemaker: SageMakerClient
    logs: CloudWatchLogsClient
    patience: Patience


@dataclass(frozen=True)
class Outcome:
    """How a run ended; ``reason`` is empty when it succeeded.

    ``step`` is the state that it ended in, and ``remedy`` what helps, ``redrive`` or
    ``upload``; both are empty where that is unknown.
    """

    run_id: str
    dataset: str
    status: str
    reason: str
    results: Results
    step: str = ""
    remedy: str = ""

    @property
    def succeeded(self) -> bool:
        """Tell whether there is a forecast."""
        return self.status == "SUCCEEDED"


class Session:
    """The client's work against one stage."""

    def __init__(
        self,
        clients: Clients,
        stage: Stage,
        *,
        output: Path,
        display: Display,
        start_patience: float = START_PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clients = clients
        self._stage = stage
        self._output = output
        self._display = display
        self._start_patience = start_patience
        self._sleep = sleep

    def check_stage(self, package: Package) -> None:
        """See that an upload of this package would start a run.

        Raises
        ------
        NoRunError
            When the bucket would tell nobody of it.
        WrongStateError
            When the bucket holds other parts of a table of this name.
        ClientError
            When the stage is not deployed.
        """
        with self._display.waiting(f"Look at stage {self._stage.name}"):
            check_deployed(self._clients.sfn, self._stage)
            check_trigger(self._clients.s3, self._stage, package.key)
            if package.parts:
                self._place(package).find_ours(package.parts)

    def upload(self, package: Package) -> SentUpload:
        """Upload a package, once."""
        doing = self._describe_upload(package)
        with self._display.uploading(doing, package.size) as progress:
            return Sender(
                self._clients.s3,
                self._clients.once,
                bucket=self._stage.bucket,
                patience=self._clients.patience,
                progress=progress,
                sleep=self._sleep,
            ).send(package)

    def _describe_upload(self, package: Package) -> str:
        size = format_size(package.size)
        if not package.parts:
            return f"Upload {size} to {build_uri(self._stage.bucket, package.key)}"
        noun = "part" if len(package.parts) == 1 else "parts"
        folder = build_uri(self._stage.bucket, self._place(package).key())
        return f"Upload {len(package.parts):,} {noun}, {size}, to {folder}"

    def _place(self, package: Package) -> PartsPlace:
        return PartsPlace(self._clients.s3, self._stage.bucket, package.name)

    def find_run(self, upload: SentUpload) -> str:
        """Wait for the upload's run, and return its run_id."""
        self._clients.patience.extend()
        try:
            with self._display.waiting("Wait for its run to start"):
                return wait_for_run(
                    self._clients.sfn,
                    self._stage,
                    upload,
                    patience=self._start_patience,
                    sleep=self._sleep,
                )
        except NoRunError as error:
            said = read_trigger_log(self._clients.logs, self._stage, upload)
            raise NoRunError("\n  ".join([str(error), *said])) from error

    def watch(self, run_id: str) -> Outcome:
        """Follow a run to its end, and collect its results."""
        follower = self._follow(run_id)
        execution = follower.describe()
        # From here on somebody waits for what is paid for already.
        self._clients.patience.extend()
        with self._display.watching():
            follow_run(
                follower,
                self._display,
                patience=self._clients.patience,
                sleep=self._sleep,
            )
        execution = self._clients.patience.persist(follower.describe)
        return self._collect(run_id, execution)

    def fetch(self, run_id: str) -> Outcome:
        """Collect the results of a run that has ended.

        Raises
        ------
        WrongStateError
            When the run is still going, or when there is none.
        """
        execution = self._find_execution(run_id)
        if execution and not has_ended(execution["status"]):
            again = spell_command("follow", run_id, *spell_place(self._stage.name))
            raise WrongStateError(
                f"run {run_id!r} is still going; follow it with `{again}`"
            )
        return self._collect(run_id, execution)

    def _find_execution(self, run_id: str) -> Mapping[str, Any]:
        """Ask for a run's execution; empty for one that is known by its files alone.

        Step Functions forgets an execution after 90 days.
        """
        try:
            return self._follow(run_id).describe()
        except NoSuchRunError:
            if self._find_ending(run_id) is None:
                raise
            return {}

    def _follow(self, run_id: str) -> Follower:
        return Follower(self._clients.sfn, self._clients.sagemaker, self._stage, run_id)

    def _collect(self, run_id: str, execution: Mapping[str, Any]) -> Outcome:
        status = self._wait_for_status(run_id, execution)
        ended = str((status or execution)["status"])
        dataset = self._dataset_of(run_id, status, execution)
        with self._display.waiting("Download what the run left"):
            results = download_results(
                self._clients.s3,
                self._stage.bucket,
                self._output / dataset / run_id,
                dataset=dataset,
                run_id=run_id,
                patience=self._clients.patience,
            )
        if ended == "SUCCEEDED":
            return Outcome(run_id, dataset, ended, "", results)
        report = read_file(results, "data-report.json")
        return Outcome(
            run_id,
            dataset,
            ended,
            find_reason(status, ended, execution=execution, data_report=report),
            results,
            step=str((status or {}).get("step") or ""),
            remedy=str((status or {}).get("remedy") or ""),
        )

    def _wait_for_status(
        self, run_id: str, execution: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Wait for the ``status.json`` of this very ending; None when it is late.

        A run that was redriven has one of its earlier ending until the new one is
        written.
        """
        pace, waited = Pace(shortest=0.2, longest=2.0), 0.0
        while True:
            status = self._find_ending(run_id)
            agrees = status is not None and _agrees(status, execution)
            if status is not None and agrees and is_complete(status):
                return status
            if waited >= _STATUS_PATIENCE_SECONDS:
                return status if agrees else None
            interval = pace.next_interval()
            self._sleep(interval)
            waited += interval

    def _find_ending(self, run_id: str) -> dict[str, Any] | None:
        """Find how a run ended; what it waits for meanwhile is in the same place."""
        status = self._find(run_id, "status.json")
        return None if is_waiting(status) else status

    def _dataset_of(
        self,
        run_id: str,
        status: Mapping[str, Any] | None,
        execution: Mapping[str, Any],
    ) -> str:
        asked = read_execution_input(execution.get("input"))
        known = (status or {}).get("dataset") or asked.get("dataset")
        if not known:
            known = (self._find(run_id, "run.json") or {}).get("dataset")
        # It names a folder on this machine.
        named = _DATASET.fullmatch(str(known))
        return UNKNOWN_DATASET if named is None else named[0]

    def _find(self, run_id: str, name: str) -> dict[str, Any] | None:
        return self._clients.patience.persist(
            lambda: find_run_document(
                self._clients.s3, self._stage.bucket, run_id, name
            )
        )


def _agrees(status: Mapping[str, Any], execution: Mapping[str, Any]) -> bool:
    """Tell whether a ``status.json`` is of the ending that the execution had."""
    if not execution:
        return True
    redrives = (status.get("redrive_count"), execution.get("redriveCount"))
    if None not in redrives and redrives[0] != redrives[1]:
        return False
    return bool(status.get("status") == execution["status"])
