"""Upload a package, and find the one run that this upload starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws_errors import error_code, is_denied, is_passing
from chalicelib.keys import NO_VERSION, build_uri
from chalicelib.runs import read_execution_input
from client.errors import CommandError, NoRunError
from client.etags import has_content
from client.multipart import PART_BYTES, PartedUpload
from client.pace import Pace
from client.parts_place import PartsPlace
from client.parts_source import check_unchanged
from client.patience import Outage
from client.program import spell_command, spell_deploy, spell_place

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.stages import Stage
    from client.packing import Package
    from client.parts_place import Stored
    from client.parts_source import PartFile
    from client.patience import Patience

# S3 mostly delivers an event within seconds, sometimes in a minute or longer.
START_PATIENCE_SECONDS = 180.0
# S3's clock and that of Step Functions need not agree to the second.
_CLOCK_SKEW = timedelta(seconds=30)
# The mark that an upload of ours carries, by which it is known again.
_MARK = "forecast-upload"
_LATEST_VERSIONS = 5
_NO_CONTENT, _PARQUET = "application/octet-stream", "application/vnd.apache.parquet"
_LOOKING = {"HeadObject", "ListObjectVersions"}


@dataclass(frozen=True)
class SentUpload:
    """The version that an upload of ours made; ``at`` is the time by S3's clock."""

    key: str
    version_id: str
    etag: str
    at: datetime


@dataclass(frozen=True)
class _File:
    """A file on its way to its key."""

    path: Path
    key: str
    content_type: str


class Sender:
    """Sends a package under ``raw/``, exactly once.

    A PUT whose answer is lost may have been done, and a second one would be a second
    run, and paid for. So ``once`` must be a client that repeats nothing by itself:
    after a lost answer the upload is looked for, by a mark that it carries.
    """

    def __init__(
        self,
        s3: S3Client,
        once: S3Client,
        *,
        bucket: str,
        patience: Patience,
        progress: Callable[[int], None] = lambda _done: None,
        part_bytes: int = PART_BYTES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._s3 = s3
        self._once = once
        self._bucket = bucket
        self._patience = patience
        self._progress = progress
        self._part_bytes = part_bytes
        self._sleep = sleep

    def send(self, package: Package) -> SentUpload:
        """Send it; of a table in parts, the mark once all of them are there.

        Raises
        ------
        SourceError
            When it changed while it was uploaded.
        WrongStateError
            When a table's folder in the bucket holds other parts.
        """
        if package.parts:
            self._send_parts(package)
            return self._put_once(package.key, BytesIO, _NO_CONTENT)
        file = _File(package.path, package.key, "application/zip")
        if package.size > self._part_bytes:
            return self._send_cut(file, self._progress)
        sent = self._put_once(file.key, lambda: file.path.open("rb"), file.content_type)
        self._progress(package.size)
        return sent

    def _send_parts(self, package: Package) -> None:
        """Send what is not there yet of a table, and see that nobody interfered."""
        place = PartsPlace(self._s3, self._bucket, package.name)
        there = place.find_ours(package.parts)
        sent, done = dict[str, str](), 0
        for part in package.parts:
            try:
                sent[part.name] = self._bring(part, place, there, done)
            except FileNotFoundError:
                check_unchanged(package.parts)  # it says so
                raise
            done += part.size
            self._progress(done)
        check_unchanged(package.parts)
        place.check_sent(package.parts, sent)

    def _bring(
        self, part: PartFile, place: PartsPlace, there: Mapping[str, Stored], done: int
    ) -> str:
        """Send a part unless it is there, after so many bytes; give its ETag."""
        stored = there.get(part.name)
        if stored is not None and self._is_there(stored, part):
            return stored.etag
        file = _File(part.path, place.key(part.name), _PARQUET)
        return self._send_part(file, lambda arrived: self._progress(done + arrived))

    def _is_there(self, stored: Stored, part: PartFile) -> bool:
        return stored.size == part.size and has_content(
            stored.etag, part.path, self._part_bytes
        )

    def _send_part(self, file: _File, progress: Callable[[int], None]) -> str:
        """Send a part, twice if need be, as none starts a run; give its ETag."""
        if file.path.stat().st_size > self._part_bytes:
            return self._send_cut(file, progress).etag

        def put() -> str:
            with file.path.open("rb") as body:
                return self._s3.put_object(
                    Bucket=self._bucket,
                    Key=file.key,
                    Body=body,
                    ContentType=file.content_type,
                )["ETag"]

        return self._patience.persist(put).strip('"')

    def _put_once(
        self, key: str, read: Callable[[], IO[bytes]], content_type: str
    ) -> SentUpload:
        mark = token_hex(16)

        def put() -> Mapping[str, Any]:
            with read() as body:
                return self._once.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    Metadata={_MARK: mark},
                )

        def is_ours(version: Mapping[str, Any]) -> bool:
            found = self._s3.head_object(
                Bucket=self._bucket, Key=key, VersionId=version["VersionId"]
            )
            return found["Metadata"].get(_MARK) == mark

        return self._insist(put, key, is_ours)

    def _send_cut(self, file: _File, progress: Callable[[int], None]) -> SentUpload:
        before = self._find_versions(file.key)
        upload = PartedUpload(
            self._s3,
            self._once,
            self._bucket,
            key=file.key,
            content_type=file.content_type,
            part_bytes=self._part_bytes,
        )
        count, finish = upload.send(file.path, progress)

        def is_ours(version: Mapping[str, Any]) -> bool:
            is_new = version["VersionId"] not in before
            return is_new and version["ETag"].strip('"').endswith(f"-{count}")

        return self._insist(finish, file.key, is_ours)

    def _insist(
        self,
        act: Callable[[], Mapping[str, Any]],
        key: str,
        is_ours: Callable[[Mapping[str, Any]], bool],
    ) -> SentUpload:
        """Act until it is done, and look whether it was before it is done again."""
        is_lost, outage = False, Outage(self._patience)
        while True:
            try:
                return _read_answer(act(), key)
            except (BotoCoreError, ClientError) as error:
                # The parts are gone once they were made one object.
                was_done = is_lost and error_code(error) == "NoSuchUpload"
                if not (is_passing(error) or was_done):
                    raise
                is_lost = True
                with self._telling_denied(key):
                    for version in self._list_versions(key):
                        if is_ours(version):
                            return _read_version(version)
                delay = outage.next_delay()
                if was_done or delay is None:
                    raise
                self._sleep(delay)

    def _find_versions(self, key: str) -> set[str]:
        """Find the ids of a key's latest versions; none where one may not look."""
        try:
            return {version["VersionId"] for version in self._list_versions(key)}
        except ClientError as error:
            if is_denied(error):
                return set()  # and after a lost answer one may not look either
            raise

    def _list_versions(self, key: str) -> list[Mapping[str, Any]]:
        """List the latest versions of a key, newest first."""
        listed = self._s3.list_object_versions(
            Bucket=self._bucket, Prefix=key, MaxKeys=_LATEST_VERSIONS
        )
        return [v for v in listed.get("Versions", []) if v["Key"] == key]

    @contextmanager
    def _telling_denied(self, key: str) -> Iterator[None]:
        """Say what a missing permission to look means for an upload."""
        try:
            yield
        except ClientError as error:
            if not (is_denied(error) and error.operation_name in _LOOKING):
                raise
            uri = build_uri(self._bucket, key)
            raise CommandError(
                f"the answer to the upload of {uri} was lost, and these credentials "
                f"may not look whether it arrived (AWS denied {error.operation_name}); "
                f"see `{spell_command('list')}` before you upload it again"
            ) from error


def _read_version(version: Mapping[str, Any]) -> SentUpload:
    return SentUpload(
        key=version["Key"],
        version_id=version["VersionId"],
        etag=version["ETag"].strip('"'),
        at=version["LastModified"],
    )


def _read_answer(answer: Mapping[str, Any], key: str) -> SentUpload:
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    date = headers.get("date")
    return SentUpload(
        key=key,
        version_id=answer.get("VersionId", NO_VERSION),
        etag=answer["ETag"].strip('"'),
        at=parsedate_to_datetime(date) if date else datetime.now().astimezone(),
    )


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
    pace, waited = Pace(shortest=0.1, longest=5.0), 0.0
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
        f"{upload.version_id}) within {waited:.0f} s; look at "
        f"`{spell_command('doctor', *spell_place(stage.name))}`, and at what the "
        f"trigger says, `chalice logs -n on_upload --stage {stage.name}`; run "
        f"`{spell_deploy(stage.name)}` to mend the trigger"
    )
