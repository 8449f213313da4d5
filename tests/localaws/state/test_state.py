"""A server that is killed, and what the next one on its folder knows."""

import json
import os
import signal
import subprocess
import sys
import time

import boto3
import pytest

from localaws.host.isolation import isolate
from localaws.state.parts import Parts, StateInUse
from tests.building import local_resources as local
from tests.building.paths import ROOT

PATIENCE = 60.0
WAIT = {"Pause": {"Type": "Wait", "Seconds": 86400 * 300, "Next": "Done"}}
MACHINE = {**WAIT, "Done": {"Type": "Succeed"}}
NOTE_LATER = """
import boto3, time
def handler(event, context):
    time.sleep(event["seconds"])
    boto3.client("s3").put_object(Bucket=event["bucket"], Key="noted", Body=b"x")
"""


class Server:
    """A local AWS of its own process, which tests kill."""

    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        exports = self.folder / "exports"
        exports.unlink(missing_ok=True)
        command = [sys.executable, "-m", "localaws", "--state", self.folder / "state"]
        self.popen = subprocess.Popen(
            [*command, "--env-file", exports],
            cwd=ROOT,
            env=isolate(os.environ),
            stdout=subprocess.PIPE,
        )
        assert self.popen.stdout.readline()
        pairs = [
            line.removeprefix("export ").split("=", 1)
            for line in exports.read_text().splitlines()
        ]
        self.environ = dict(pairs)
        # The one thing that is another's each time.
        assert self.environ.pop("LOCALAWS_PID") == str(self.popen.pid)
        self.monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        for name, value in pairs:
            self.monkeypatch.setenv(name, value)

    def kill(self):
        self.popen.kill()
        self.popen.wait()
        self.popen.stdout.close()

    def restart(self):
        self.kill()
        self.start()


@pytest.fixture
def server(tmp_path, monkeypatch):
    Server.monkeypatch = monkeypatch
    started = Server(tmp_path)
    yield started
    started.popen.send_signal(signal.SIGTERM)
    started.popen.wait()
    started.popen.stdout.close()


def make_client(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def test_what_was_answered_outlives_the_server(server):
    bucket = local.make_bucket()
    s3 = make_client("s3")
    s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    versions = [
        s3.put_object(Bucket=bucket, Key="a/b", Body=body)["VersionId"]
        for body in (b"first", b"second" * 100_000)
    ]
    function = local.make_function("def handler(event, context):\n    return event\n")
    machine = local.make_machine({"Done": {"Type": "Succeed"}})
    local.run_machine(machine)
    exported = server.environ

    server.restart()

    s3 = make_client("s3")
    bodies = [
        s3.get_object(Bucket=bucket, Key="a/b", VersionId=version)["Body"].read()
        for version in versions
    ]
    assert server.environ == exported
    assert bodies == [b"first", b"second" * 100_000]
    assert local.invoke(function, {"a": 1}) == ({"a": 1}, None)
    (run,) = list_runs(machine)
    assert run["status"] == "SUCCEEDED"


def list_runs(machine):
    client = make_client("stepfunctions")
    return client.list_executions(stateMachineArn=machine)["executions"]


def test_run_under_way_has_failed_and_is_redriven(server):
    machine = local.make_machine(MACHINE)
    execution = local.start(machine, {"a": 1})
    local.wait_for(lambda: len(local.list_events(execution)) > 1)
    time.sleep(1.5)

    server.restart()

    ended = local.wait_for(lambda: find_ended(execution))
    assert (ended["status"], ended["error"]) == ("FAILED", "LocalAWS.Stopped")
    make_client("stepfunctions").redrive_execution(executionArn=execution)
    assert local.describe(execution)["status"] == "RUNNING"
    kinds = local.list_event_types(execution)
    assert kinds[kinds.index("ExecutionFailed") + 1] == "ExecutionRedriven"


def find_ended(execution):
    found = local.describe(execution)
    return found if found["status"] != "RUNNING" else None


def test_event_that_no_function_has_handled_comes_again(server):
    bucket, function = local.make_bucket(), local.make_function(NOTE_LATER, Timeout=60)
    event = {"bucket": bucket, "seconds": 5}
    make_client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event)
    )

    server.restart()

    assert local.wait_for(lambda: list_keys(bucket), patience=PATIENCE) == ["noted"]


def list_keys(bucket):
    listed = make_client("s3").list_objects_v2(Bucket=bucket)
    return [found["Key"] for found in listed.get("Contents", [])]


def test_folder_is_one_server_s(tmp_path):
    parts = Parts(tmp_path)

    with pytest.raises(StateInUse, match="another local AWS"):
        Parts(tmp_path)

    parts.close()
    Parts(tmp_path).close()


def test_parts_are_written_together(tmp_path):
    parts = Parts(tmp_path)
    parts.write({"a": b"1", "b": b"2"})
    parts.write({"a": b"3"})
    parts.drop(["b"])
    parts.close()

    again = Parts(tmp_path)

    assert (again.read("a"), again.read("b")) == (b"3", None)
    assert again.list_names("") == ["a"]
    again.close()
