"""One use of the client: upload, watch, and collect what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.endings import find_reason, has_ended, is_complete
from chalicelib.keys import build_uri, upload_key
from chalicelib.runs import read_execution_input
from chalicelib.waiting import is_waiting
from client.documents import find_run_document
from client.errors import CommandError
from client.follow import Display, Follower, follow_run
from client.formats import format_size
from client.pace import Pace
from client.packing import pack_source
from client.results import Results, download_results, read_file
from client.trigger_log import read_trigger_log
from client.uploads import (
    START_PATIENCE_SECONDS,
    NoRunError,
    SentUpload,
    check_deployed,
    put_upload,
    wait_for_run,
)

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage

# status.json is written on an event that follows the end of the run.
_STATUS_PATIENCE_SECONDS = 20.0
UNKNOWN_DATASET = "unknown"
_DATASET = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Clients:
    """The AWS services that the client talks to."""

    s3: S3Client
    sfn: SFNClient
    sagemaker: SageMakerClient
    logs: CloudWatchLogsClient


@dataclass(frozen=True)
class Outcome:
    """How a run ended; ``reason`` is empty when it succeeded."""

    run_id: str
    dataset: str
    status: str
    reason: str
    results: Results

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

    def upload(self, source: Path) -> SentUpload:
        """Upload a zip, a folder or a CSV, to a stage that is there."""
        check_deployed(self._clients.sfn, self._stage)
        with pack_source(source) as package:
            where = build_uri(self._stage.bucket, upload_key(package.name))
            doing = f"Upload {source} ({format_size(package.size)}) to {where}"
            with self._display.waiting(doing):
                return put_upload(self._clients.s3, self._stage.bucket, package)

    def find_run(self, upload: SentUpload) -> str:
        """Wait for the upload's run, and return its run_id."""
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
        follower = Follower(
            self._clients.sfn, self._clients.sagemaker, self._stage, run_id
        )
        with self._display.watching():
            follow_run(follower, self._display, sleep=self._sleep)
        return self._collect(run_id, follower.describe())

    def fetch(self, run_id: str) -> Outcome:
        """Collect the results of a run that has ended.

        Raises
        ------
        CommandError
            When the run is still going, or when there is none.
        """
        if self._find_ending(run_id):
            return self._collect(run_id, {})
        execution = Follower(
            self._clients.sfn, self._clients.sagemaker, self._stage, run_id
        ).describe()
        if not has_ended(execution["status"]):
            raise CommandError(
                f"run {run_id!r} is still going; follow it with "
                f"`python forecast.py --run {run_id} --stage {self._stage.name}`"
            )
        return self._collect(run_id, execution)

    def _collect(self, run_id: str, execution: Mapping[str, Any]) -> Outcome:
        status = self._wait_for_status(run_id)
        ended = str((status or execution)["status"])
        dataset = self._dataset_of(run_id, status, execution)
        with self._display.waiting("Download what the run left"):
            results = download_results(
                self._clients.s3,
                self._stage.bucket,
                self._output / dataset / run_id,
                dataset=dataset,
                run_id=run_id,
            )
        reason = ""
        if ended != "SUCCEEDED":
            report = read_file(results, "data-report.json")
            reason = find_reason(status, ended, execution=execution, data_report=report)
        return Outcome(run_id, dataset, ended, reason, results)

    def _wait_for_status(self, run_id: str) -> dict[str, Any] | None:
        pace, waited = Pace(shortest=0.2, longest=2.0), 0.0
        while True:
            status = self._find_ending(run_id)
            is_whole = status is not None and is_complete(status)
            if is_whole or waited >= _STATUS_PATIENCE_SECONDS:
                return status
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
        return find_run_document(self._clients.s3, self._stage.bucket, run_id, name)
