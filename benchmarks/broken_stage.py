"""A stage on a local AWS, for benchmarks that break it and look at what comes of it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from moto.sns.models import sns_backends

from chalicelib.stages import Stage
from demo.workspace import copy_project
from localaws.faults.plan import Plan
from localaws.front.door import REGION
from localaws.host.isolation import isolate
from localaws.machine import ACCOUNT
from localaws.server import serve

STAGE = Stage("local", ACCOUNT, REGION)
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
MONTHS = 30
HORIZON = 3
Found = TypeVar("Found")
_PATIENT = Config(
    retries={"mode": "standard", "max_attempts": 8}, max_pool_connections=50
)


class Late(Exception):
    """What was waited for has not come."""


@dataclass(frozen=True)
class BrokenStage:
    """A deployed stage, what goes wrong on it, and how it is seen from outside."""

    project: Path
    environ: dict[str, str]
    faults: Plan

    @cached_property
    def s3(self) -> Any:
        """S3, as the owner of the account."""
        return boto3.client("s3", config=_PATIENT)

    @cached_property
    def stepfunctions(self) -> Any:
        """Step Functions, as the owner of the account."""
        return boto3.client("stepfunctions", config=_PATIENT)

    @cached_property
    def sagemaker(self) -> Any:
        """SageMaker, as the owner of the account."""
        return boto3.client("sagemaker", config=_PATIENT)

    @cached_property
    def functions(self) -> Any:
        """Lambda, as the owner of the account."""
        return boto3.client("lambda", config=_PATIENT)

    def run_script(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of the project's scripts, as a person does."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.project,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def put(self, name: str, body: bytes) -> str:
        """Upload a file; return its version."""
        key = f"raw/{name}"
        put = self.s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)
        return str(put["VersionId"])

    def list_runs(self) -> list[dict[str, Any]]:
        """List the executions, each once."""
        pages = self.stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=STAGE.state_machine_arn
        )
        return [found for page in pages for found in page["executions"]]

    def find_newest_run(self) -> dict[str, Any]:
        """Give the execution that started last, by its name empty where none has."""
        found = self.stepfunctions.list_executions(
            stateMachineArn=STAGE.state_machine_arn, maxResults=1
        )["executions"]
        return found[0] if found else {"name": "", "status": ""}

    def describe(self, arn: str) -> dict[str, Any]:
        """Describe an execution."""
        found: dict[str, Any] = self.stepfunctions.describe_execution(executionArn=arn)
        return found

    def list_states(self, arn: str) -> list[str]:
        """Name the states that an execution has entered."""
        pages = self.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=arn, PaginationConfig={"PageSize": 1000}
        )
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        ]

    def read_json(self, key: str) -> Any | None:
        """Read a document of the bucket; None where there is none."""
        body = self.read(key)
        return None if body is None else json.loads(body)

    def read(self, key: str) -> bytes | None:
        """Read an object of the bucket; None where there is none."""
        try:
            got = self.s3.get_object(Bucket=STAGE.bucket, Key=key)
        except self.s3.exceptions.NoSuchKey:
            return None
        body: bytes = got["Body"].read()
        return body

    def read_forecast(self, run: dict[str, Any]) -> str | None:
        """Read a run's forecast; None where there is none."""
        folder = f"output-forecasted-data/{run['dataset']}/{run['run_id']}"
        body = self.read(f"{folder}/forecast.csv")
        return None if body is None else body.decode()

    def list_jobs(self) -> dict[str, str]:
        """Give the status of every AutoML job, by its name."""
        pages = self.sagemaker.get_paginator("list_auto_ml_jobs").paginate()
        return {
            job["AutoMLJobName"]: job["AutoMLJobStatus"]
            for page in pages
            for job in page["AutoMLJobSummaries"]
        }

    def list_notices(self, run_id: str) -> list[str]:
        """List the subjects of what people were told of a run."""
        topics = sns_backends[ACCOUNT][REGION].topics
        sent = topics[STAGE.arn("sns", STAGE.topic)].sent_notifications
        return [str(subject) for _, text, subject, *_ in sent if run_id in text]

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke one of the stage's functions, and wait for it."""
        return self.functions.invoke(
            FunctionName=STAGE.resource(function), Payload=json.dumps(event)
        )


@contextmanager
def break_stage(**options: Any) -> Iterator[BrokenStage]:
    """Serve a local AWS, with the topic heard, and deploy a stage to it."""
    with serve(**options) as server, copy_project() as project:
        stage = BrokenStage(
            project, {**isolate(os.environ), **server.environ}, server.faults
        )
        deployed = stage.run_script("deploy.py", "--stage", STAGE.name)
        if deployed.returncode:
            raise SystemExit(deployed.stdout + deployed.stderr)
        yield stage


def build_upload(items: dict[str, float], *, months: int = MONTHS) -> bytes:
    """Build a zip of some monthly series, each about its own level.

    The names and levels are what a forecast is recognised by.
    """
    lines = ["item_id,timestamp,demand\n"]
    for item, level in items.items():
        for month in range(months):
            when = f"{2022 + month // 12}-{month % 12 + 1:02d}-01"
            lines.append(f"{item},{when},{level * (1 + 0.01 * (month % 7)):.2f}\n")
    settings = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": HORIZON}}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("TTS.csv", "".join(lines))
        archive.writestr("config.json", json.dumps(settings))
    return buffer.getvalue()


def is_forecast_of(text: str | None, items: dict[str, float]) -> bool:
    """Tell whether a forecast is that of these series, and whole."""
    if text is None:
        return False
    header, *rows = [line.split(",") for line in text.splitlines()]
    mean = header.index("mean")
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(float(row[mean]))
    return found.keys() == items.keys() and all(
        len(values) == HORIZON
        and all(0.5 < value / items[item] < 1.5 for value in values)
        for item, values in found.items()
    )


def anonymise(reason: str, run_id: str) -> str:
    """Leave out of a reason what is another one for each run, in one line."""
    text = " ".join(reason.split()).replace(run_id, "<run_id>").replace("|", "\\|")
    text = re.sub(r"jr_[0-9a-f]+|<run_id>-[0-9a-f]+", "<job>", text)
    text = re.sub(r"((/var|/usr)?/tmp)(/[^\s',\]]+)?", "<folder>", text)
    return re.sub(r"[0-9a-f]{64}", "<sha256>", text)


def wait_for(
    find: Callable[[], Found | None], *, seconds: float, pause: float = 0.2
) -> Found:
    """Ask until there is an answer.

    Raises
    ------
    Late
        When there is none in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Late
        time.sleep(pause)
