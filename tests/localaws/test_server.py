import gc
import inspect
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localaws import serve
from localaws.machine import Machine
from tests.building.local_resources import (
    client,
    let_in,
    make_bucket,
    make_function,
    make_job,
    make_machine,
    start,
    task,
    wait_for,
)
from tests.building.paths import ROOT

LONELY = """
import os, sys, time
print(os.getpid(), flush=True)
time.sleep(600)
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def find_children(pid):
    """List the processes that a process has started, as ps knows them."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return {child for child, parent in pairs if parent == pid}


def start_everything():
    """Leave a function, a Glue job and an execution running."""
    slow = "import time\ndef handler(event, context):\n    time.sleep(600)\n"
    function = make_function(slow, Timeout=600)
    client("lambda").invoke(FunctionName=function, InvocationType="Event")
    job = make_job(LONELY)
    start(make_machine({"Run": task("glue:startJobRun.sync", {"JobName": job})}))


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before, threads = dict(os.environ), set(threading.enumerate())
    with serve() as local:
        start_everything()
        children = wait_for(
            lambda: found if len(found := find_children(os.getpid())) >= 2 else None
        )
        host, port = local.endpoint_url.removeprefix("http://").split(":")

    assert not [pid for pid in children if is_alive(pid) and is_ours(pid)]
    assert list(tmp_path.iterdir()) == []
    assert dict(os.environ) == before
    assert {t for t in threading.enumerate() if t.is_alive()} <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=1)


def list_attributes():
    """List what moto's and our own modules and classes hold, by identity."""
    return {
        (module.__name__, owner.__name__, name): id(value)
        for module in list(sys.modules.values())
        if module.__name__.partition(".")[0] in {"localaws", "moto"}
        for owner in (module, *filter(inspect.isclass, list(vars(module).values())))
        for name, value in list(vars(owner).items())
        # Modules are imported as they are needed, moto counts and lists what it has
        # made and loads the URLs of S3 anew, and Python keeps notes on a class.
        if not isinstance(value, ModuleType | int)
        and name not in {"instances_tracked", "url_bases", "url_paths"}
        and not name.startswith("__")
    }


def test_modules_and_classes_are_as_before():
    before = list_attributes()
    with serve():
        start_everything()
    after = list_attributes()

    known = {module for module, _, _ in before}
    assert {key: at for key, at in after.items() if key[0] in known} == before


def test_machine_is_held_by_nothing_afterwards():
    with serve():
        start_everything()
    gc.collect()

    assert not [held for held in gc.get_objects() if isinstance(held, Machine)]


def is_ours(pid):
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and b"localaws" in command.read_bytes()


def test_stop_takes_little_time():
    with serve():
        start_everything()
        time.sleep(1)
        began = time.monotonic()

    assert time.monotonic() - began < 10


def test_start_takes_little_time():
    began = time.monotonic()
    with serve():
        took = time.monotonic() - began

    assert took < 3


def test_servers_do_not_share_anything():
    with serve() as first:
        bucket = make_bucket()
        there = boto3.client("s3").list_buckets()["Buckets"]
    with serve() as second:
        here = boto3.client("s3").list_buckets()["Buckets"]

    assert [b["Name"] for b in there] == [bucket]
    assert here == []
    assert first.endpoint_url.startswith("http://127.0.0.1:")
    assert second.environ["AWS_ENDPOINT_URL"] == second.endpoint_url


def test_second_server_at_once_is_refused():
    with serve(), pytest.raises(RuntimeError, match="already"), serve():
        pass


def test_clients_of_this_process_reach_the_server_only(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://192.0.2.1")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")

    with serve() as local:
        s3 = boto3.client("s3")
        used = s3._request_signer._credentials

    assert s3.meta.endpoint_url == local.endpoint_url
    assert used.access_key == local.environ["AWS_ACCESS_KEY_ID"]
    assert used.token is None
    assert os.environ["AWS_PROFILE"] == "company"


def test_environ_is_made_of_aws_variables():
    with serve(region="eu-central-1") as local:
        assert all(name.startswith("AWS_") for name in local.environ)
        assert local.environ["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_other_regions_work():
    with serve(region="eu-central-1"):
        region = {"LocationConstraint": "eu-central-1"}
        bucket = make_bucket(CreateBucketConfiguration=region)
        function = make_function(
            "import os, boto3\ndef handler(event, context):\n"
            "    print(boto3.client('s3').meta.region_name, os.environ['AWS_REGION'])\n"
        )
        let_in(function, "s3")
        client("s3").put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [
                    {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
                ]
            },
        )

        client("s3").put_object(Bucket=bucket, Key="a", Body=b"")

        group = f"/aws/lambda/{function.rpartition(':')[2]}"
        logs = boto3.client("logs", region_name="eu-central-1")

        def read():
            try:
                events = logs.filter_log_events(logGroupName=group)["events"]
            except logs.exceptions.ResourceNotFoundException:
                return None
            return [event["message"] for event in events]

        assert "eu-central-1 eu-central-1" in wait_for(read)
        assert ":eu-central-1:" in function


def serve_by_command(*arguments, temporary=None):
    process = subprocess.Popen(
        [sys.executable, "-m", "localaws", *arguments],
        cwd=ROOT,
        env=os.environ | ({"TMPDIR": str(temporary)} if temporary else {}),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    lines = [process.stdout.readline()]
    while lines[-1] and not lines[-1].startswith("#"):
        lines.append(process.stdout.readline())
    assert lines[-1], "the command ended before it served"
    return process, lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_prints_exports_and_ends_cleanly(number):
    process, lines = serve_by_command()

    process.send_signal(number)

    assert process.wait(10) == 0
    assert re.fullmatch(r"export AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+\n", lines[0])
    assert any(re.fullmatch(r"export AWS_ACCESS_KEY_ID=LKIA\w{16}\n", x) for x in lines)
    assert "export AWS_DEFAULT_REGION=us-east-1\n" in lines
    process.stdout.close()


def test_command_listens_where_it_is_told():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    process, lines = serve_by_command("--port", str(port), "--region", "eu-west-1")
    process.terminate()
    process.wait(10)

    assert lines[0] == f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port}\n"
    assert "export AWS_DEFAULT_REGION=eu-west-1\n" in lines
    process.stdout.close()


def test_command_lets_go_wrong_what_a_plan_says(monkeypatch, tmp_path):
    plan = tmp_path / "plan.json"
    fault = {"kind": "throttled", "service": "s3", "operation": "PutObject"}
    plan.write_text(json.dumps({"faults": [fault]}))
    process, lines = serve_by_command("--faults", str(plan))
    for line in lines[:-1]:
        monkeypatch.setenv(*line.strip().removeprefix("export ").split("=", 1))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))

    s3.create_bucket(Bucket="bucket")
    with pytest.raises(ClientError, match="SlowDown"):
        s3.put_object(Bucket="bucket", Key="a", Body=b"x")

    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def test_killed_server_takes_its_subprocesses_along(monkeypatch, tmp_path):
    process, lines = serve_by_command(temporary=tmp_path)
    for line in lines[:-1]:
        monkeypatch.setenv(*line.strip().removeprefix("export ").split("=", 1))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    glue, job = client("glue"), make_job(LONELY)
    glue.start_job_run(JobName=job)
    children = wait_for(lambda: find_children(process.pid))
    wait_for(lambda: any(is_alive(pid) for pid in children))

    process.kill()
    process.wait(10)

    wait_for(lambda: not any(is_alive(pid) for pid in children))
    process.stdout.close()
