"""The runs of a stage, and the uploads that started none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.endings import has_ended, read_verdict
from chalicelib.keys import BARE_UPLOAD_KEY, find_parts_folder, forecast_key
from chalicelib.runs import read_execution_input
from chalicelib.uploads import is_part, starts_run
from client.documents import find_document, find_run_document
from client.phases import PhaseReader, explain_retry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

    from chalicelib.stages import Stage

_READERS = 8


@dataclass(frozen=True)
class ListedRun:
    """A run; ``has_status`` is False while its ``status.json`` is missing.

    ``waits`` says what a run waits for that goes on; empty where it does not.
    ``model`` says why a run trained or did not; empty where it does not tell.
    ``warnings`` are those of its jobs, such as a training that was cut.
    """

    run_id: str
    dataset: str
    state: str
    started: datetime
    verdict: str = ""
    has_status: bool = True
    upload: tuple[str, str] = ("", "")
    waits: str = ""
    model: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Tell whether the run is over."""
        return has_ended(self.state)


@dataclass(frozen=True)
class LostUpload:
    """A version of an object under ``raw`` that no run belongs to."""

    key: str
    version_id: str
    uploaded: datetime

    @property
    def starts_run(self) -> bool:
        """Tell whether it is one that should have started a run."""
        return starts_run(self.key)


@dataclass(frozen=True)
class Listing:
    """The newest runs, and the uploads of their time that have none."""

    runs: tuple[ListedRun, ...]
    lost: tuple[LostUpload, ...]
    more: bool


class Lister:
    """Reads what the bucket and Step Functions know about runs."""

    def __init__(
        self,
        s3: S3Client,
        sfn: SFNClient,
        stage: Stage,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._s3 = s3
        self._sfn = sfn
        self._stage = stage

    def list_runs(self, limit: int) -> Listing:
        """List the newest ``limit`` runs, newest first."""
        executions = list(islice(self._executions(), limit + 1))
        more = len(executions) > limit
        with ThreadPoolExecutor(_READERS) as readers:
            runs = tuple(readers.map(self._read_run, executions[:limit]))
        since = min((r.started for r in runs), default=None) if more else None
        return Listing(runs=runs, lost=self._find_lost(runs, since), more=more)

    def _executions(self) -> Iterator[ExecutionListItemTypeDef]:
        pages = self._sfn.get_paginator("list_executions").paginate(
            stateMachineArn=self._stage.state_machine_arn,
            PaginationConfig={"PageSize": 100},
        )
        for page in pages:
            yield from page["executions"]

    def _read_run(self, execution: ExecutionListItemTypeDef) -> ListedRun:
        run_id = execution["name"]
        status = self._find(run_id, "status.json")
        asked = self._read_input(execution)
        dataset = str((status or {}).get("dataset") or asked.get("dataset") or "")
        succeeded = execution["status"] == "SUCCEEDED"
        return ListedRun(
            run_id=run_id,
            dataset=dataset,
            state=execution["status"],
            started=execution["startDate"],
            verdict=self._verdict(status, dataset, run_id)
            if succeeded
            else _gist(status),
            has_status=status is not None,
            upload=(str(asked.get("key", "")), str(asked.get("version_id", ""))),
            waits=self._find_wait(execution),
            model=str(((status or {}).get("model") or {}).get("reason") or ""),
            warnings=tuple(map(str, (status or {}).get("warnings") or ())),
        )

    def _find_wait(self, execution: ExecutionListItemTypeDef) -> str:
        if has_ended(execution["status"]):
            return ""
        phases = PhaseReader(self._sfn, execution["executionArn"]).update()
        return explain_retry(phases[-1], self._clock()) if phases else ""

    def _read_input(self, execution: ExecutionListItemTypeDef) -> Mapping[str, Any]:
        run = self._find(execution["name"], "run.json")
        if run and run.get("upload"):
            return {**run["upload"], "dataset": run.get("dataset")}
        described = self._sfn.describe_execution(executionArn=execution["executionArn"])
        return read_execution_input(described.get("input"))

    def _verdict(
        self, status: Mapping[str, Any] | None, dataset: str, run_id: str
    ) -> str:
        if verdict := (status or {}).get("verdict"):
            return str(verdict)
        key = forecast_key(dataset, run_id, "report.json")
        report = find_document(self._s3, self._stage.bucket, key)
        return read_verdict(report) or ""

    def _find(self, run_id: str, name: str) -> dict[str, Any] | None:
        return find_run_document(self._s3, self._stage.bucket, run_id, name)

    def _find_lost(
        self, runs: Iterable[ListedRun], since: datetime | None
    ) -> tuple[LostUpload, ...]:
        known = {run.upload for run in runs}
        lost = [
            upload
            for upload in leave_out_parts(list(self._uploads()))
            if (upload.key, upload.version_id) not in known
            and (since is None or upload.uploaded >= since)
        ]
        return tuple(sorted(lost, key=lambda u: u.uploaded, reverse=True))

    def _uploads(self) -> Iterator[LostUpload]:
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._stage.bucket, Prefix=BARE_UPLOAD_KEY
        )
        for page in pages:
            for version in page.get("Versions", []):
                if not version["Key"].endswith("/"):
                    yield LostUpload(
                        key=version["Key"],
                        version_id=version["VersionId"],
                        uploaded=version["LastModified"],
                    )


def leave_out_parts(uploads: Sequence[LostUpload]) -> Iterator[LostUpload]:
    """Leave out the parts of tables: beside a mark all, elsewhere all but the first."""
    folders = [find_parts_folder(upload.key) for upload in uploads]
    known = {folder for folder in folders if folder}
    for upload in uploads:
        if not is_part(upload.key):
            yield upload
        elif not upload.key.startswith(tuple(known)):
            known.add(f"{upload.key.rpartition('/')[0]}/")
            yield upload


def _gist(status: Mapping[str, Any] | None) -> str:
    reason = str((status or {}).get("reason") or "")
    lines = [line for line in reason.splitlines() if line.strip()]
    # A refusal is a heading and then its errors.
    return next((line for line in lines if not line.endswith(":")), "")
