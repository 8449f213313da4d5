"""A stage deployed to a local AWS from a copy of the project, for tests."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3

from chalicelib.stages import Stage
from demo.workspace import copy_project
from localaws.faults.plan import Plan
from localaws.host.isolation import isolate
from localaws.iam.gate import Gate
from localaws.server import serve
from tests.conftest import ACCOUNT, REGION

STAGE = "local"
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
PATIENCE = 120.0


@dataclass(frozen=True)
class LocalStage:
    """The deployed stage, and clients that see it as a user does."""

    project: Path
    environ: dict[str, str]
    endpoint_url: str
    gate: Gate
    quotas: dict[str, int]
    faults: Plan

    @property
    def bucket(self) -> str:
        return Stage(STAGE, ACCOUNT, REGION).bucket

    @property
    def state_machine_arn(self) -> str:
        return Stage(STAGE, ACCOUNT, REGION).state_machine_arn

    def client(self, service):
        return boto3.client(service, endpoint_url=self.endpoint_url)

    @cached_property
    def s3(self):
        return self.client("s3")

    @cached_property
    def stepfunctions(self):
        return self.client("stepfunctions")

    def run_script(self, *command, exit_code=0):
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=self.project,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert ended.returncode == exit_code, ended.stdout + ended.stderr
        return ended

    def put(self, key, body):
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["VersionId"]

    def upload(self, key, body):
        """Upload, and wait for the end of the run that it starts."""
        return self.wait_for_run(self.put(key, body))

    def wait_for_run(self, version_id):
        arn = wait_for(lambda: self._find_execution(version_id))
        return wait_for(lambda: self._find_ended(arn))

    def list_executions(self):
        found = self.stepfunctions.list_executions(
            stateMachineArn=self.state_machine_arn
        )
        return found["executions"]

    def read_json(self, key):
        return json.loads(self.read(key))

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def wait_for_json(self, key):
        """Read what an asynchronous Lambda is about to write, once it is whole."""

        def find():
            listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=key)
            found = self.read_json(key) if listed["KeyCount"] else None
            return found if found and found.get("complete", True) else None

        return wait_for(find)

    def list_states(self, execution):
        """Name the states that an execution entered, in order."""
        pages = self.stepfunctions.get_paginator("get_execution_history")
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages.paginate(executionArn=execution["executionArn"])
            for event in page["events"]
            if event["type"].endswith("StateEntered")
        ]

    def list_autopilot_jobs(self):
        found = self.client("sagemaker").list_auto_ml_jobs()
        return [job["AutoMLJobName"] for job in found["AutoMLJobSummaries"]]

    def _find_execution(self, version_id):
        for execution in self.list_executions():
            arn = execution["executionArn"]
            described = self.stepfunctions.describe_execution(executionArn=arn)
            if json.loads(described["input"]).get("version_id") == version_id:
                return arn
        return None

    def _find_ended(self, arn):
        described = self.stepfunctions.describe_execution(executionArn=arn)
        return described if described["status"] in ENDED else None


@contextmanager
def deploy_stage(**options) -> Iterator[LocalStage]:
    """Serve a local AWS and deploy a copy of the project to it."""
    with serve(**options) as server, copy_project() as project:
        environ = {**isolate(os.environ), **server.environ}
        stage = LocalStage(
            project,
            environ,
            server.endpoint_url,
            server.gate,
            server.quotas,
            server.faults,
        )
        stage.run_script("deploy.py", "--stage", STAGE)
        yield stage


def wait_for(find):
    """Ask until there is an answer; fail the test when there is none."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing came within {PATIENCE} s")
