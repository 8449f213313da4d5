"""`python forecast.py` as a person runs it, against a moto server with a toy stage."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from chalicelib.keys import forecast_key, run_key
from chalicelib.runs import build_execution_input
from chalicelib.uploads import Upload
from forecast import choose_command, main
from tests.building.paths import ROOT
from tests.building.scripted_run import STAGE

CSV = "item_id,timestamp,target_value\nA,2026-01-01,1\n"
FORECAST = "item_id,timestamp,mean,p10,p90\nFlöte,2026-02-01,5.5,4,7\n"
CAUSE = json.dumps({"ErrorMessage": "no TTS.csv in the zip; add it", "JobName": "x"})
# The toy ends as the key says: it waits, fails or succeeds.
DEFINITION = {
    "StartAt": "PrepareRun",
    "States": {
        "PrepareRun": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.dataset", "StringEquals": "bad", "Next": "Preprocess"},
                {"Variable": "$.dataset", "StringEquals": "slow", "Next": "Training"},
            ],
            "Default": "Report",
        },
        "Preprocess": {"Type": "Fail", "Error": "Refused", "Cause": CAUSE},
        "Training": {"Type": "Wait", "Seconds": 300, "End": True},
        "Report": {"Type": "Pass", "End": True},
    },
}


class Trigger(threading.Thread):
    """Plays on_upload: starts an execution for each new version under raw/."""

    def __init__(self, s3, sfn):
        super().__init__(daemon=True)
        self._s3, self._sfn = s3, sfn
        self._seen = set()
        self._stopping = threading.Event()

    def run(self):
        while not self._stopping.wait(0.05):
            found = self._s3.list_object_versions(Bucket=STAGE.bucket, Prefix="raw/")
            for version in found.get("Versions", []):
                if version["VersionId"] not in self._seen:
                    self._seen.add(version["VersionId"])
                    self._start(version)

    def stop(self):
        self._stopping.set()
        self.join()

    def _start(self, version):
        upload = Upload(
            bucket=STAGE.bucket,
            key=version["Key"],
            version_id=version["VersionId"],
            etag=version["ETag"].strip('"'),
            size=version["Size"],
            event_time=version["LastModified"].isoformat(),
            sequencer="0",
        )
        asked = json.loads(build_execution_input(upload, STAGE.name))
        if asked["dataset"] != "ignored":
            self._put_results(asked["dataset"], asked["run_id"])
            self._sfn.start_execution(
                stateMachineArn=STAGE.state_machine_arn,
                name=asked["run_id"],
                input=build_execution_input(upload, STAGE.name),
            )

    def _put_results(self, dataset, run_id):
        ended = "FAILED" if dataset == "bad" else "SUCCEEDED"
        status = {"dataset": dataset, "status": ended, "reason": None, "warnings": []}
        files = {run_key(run_id, "status.json"): json.dumps(status)}
        if ended == "SUCCEEDED":
            for name, body in (("forecast.csv", FORECAST), ("report.html", "<p>")):
                files[forecast_key(dataset, run_id, name)] = body
        for key, body in files.items():
            self._s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.post(
        f"{url}/moto-api/config",
        json={"stepfunctions": {"execute_state_machine": True}},
        timeout=10,
    ).raise_for_status()
    s3 = boto3.client("s3", endpoint_url=url)
    sfn = boto3.client("stepfunctions", endpoint_url=url)
    s3.create_bucket(Bucket=STAGE.bucket)
    s3.put_bucket_versioning(
        Bucket=STAGE.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    sfn.create_state_machine(
        name=STAGE.state_machine_arn.rsplit(":", 1)[1],
        definition=json.dumps(DEFINITION),
        roleArn="arn:aws:iam::123456789012:role/states",
    )
    trigger = Trigger(s3, sfn)
    trigger.start()
    yield url
    trigger.stop()
    server.stop()


@pytest.fixture
def run_main(endpoint, tmp_path, monkeypatch, capsys):
    """Run the command in this process, in a folder of its own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.chdir(tmp_path)

    def run(*argv):
        code = main(argv)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write_csv(name):
    Path(name).write_text(CSV)
    return name


def find_run_id(text):
    (line,) = [line for line in text.splitlines() if "  run " in line]
    return line.rsplit(" ", 1)[1]


def start(endpoint, folder, *argv, **environ):
    return subprocess.Popen(
        [sys.executable, str(ROOT / "forecast.py"), *argv],
        cwd=folder,
        env={**os.environ, "AWS_ENDPOINT_URL": endpoint, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def test_piped_run_prints_lines_and_forecast(endpoint, tmp_path):
    write_csv(tmp_path / "sales.csv")

    process = start(endpoint, tmp_path, "sales.csv")
    text, _ = process.communicate(timeout=60)

    assert process.returncode == 0, text
    run_id = find_run_id(text)
    assert "Report: done" in text
    assert "Flöte" in text
    assert "\x1b" not in text
    forecast = tmp_path / "forecasts" / "sales" / run_id / "forecast.csv"
    assert forecast.read_text(encoding="utf-8") == FORECAST
    assert f"forecasts/sales/{run_id}/forecast.csv" in text


def test_report_opens_in_the_browser(endpoint, tmp_path):
    write_csv(tmp_path / "opened.csv")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/address"\n')
    browser.chmod(0o700)

    process = start(endpoint, tmp_path, "opened.csv", "--open", BROWSER=str(browser))
    text, _ = process.communicate(timeout=60)

    assert process.returncode == 0, text
    address = (tmp_path / "address").read_text().strip()
    assert address.startswith(f"file://{tmp_path}/forecasts/opened/")
    assert address.endswith("/report.html")


def test_old_encoding_loses_characters_only(endpoint, tmp_path):
    write_csv(tmp_path / "sales.csv")

    process = start(endpoint, tmp_path, "sales.csv", PYTHONIOENCODING="ascii")
    text, _ = process.communicate(timeout=60)

    assert process.returncode == 0, text
    assert "Fl?te" in text


def test_interrupt_leaves_the_run_and_says_how_to_resume(endpoint, tmp_path):
    write_csv(tmp_path / "slow.csv")

    process = start(endpoint, tmp_path, "slow.csv", "--output", "a dir")
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Training" in line:
            process.send_signal(signal.SIGINT)
            break
    rest, _ = process.communicate(timeout=60)

    run_id = find_run_id("".join(lines))
    resume = f"python forecast.py --run {run_id} --stage dev --output 'a dir'"
    assert process.returncode == 130
    assert resume in rest
    assert "Traceback" not in rest
    sfn = boto3.client("stepfunctions", endpoint_url=endpoint)
    arn = STAGE.execution_arn(run_id)
    assert sfn.describe_execution(executionArn=arn)["status"] == "RUNNING"


def test_failed_run_exits_with_its_reason(run_main):
    code, out, _ = run_main(write_csv("bad.csv"))

    assert code == 1
    assert "no TTS.csv in the zip; add it" in out
    assert "{" not in out


def test_ended_run_is_followed_and_fetched(run_main, tmp_path):
    _, out, _ = run_main(write_csv("again.csv"))
    run_id = find_run_id(out)

    followed = run_main("--run", run_id, "--output", "one")
    fetched = run_main("fetch", run_id, "--output", "two")

    assert (followed[0], fetched[0]) == (0, 0)
    assert "Flöte" in fetched[1]
    for output in ("one", "two"):
        assert (tmp_path / output / "again" / run_id / "forecast.csv").exists()


def test_list_shows_runs_and_lost_uploads(run_main, endpoint):
    _, out, _ = run_main(write_csv("listed.csv"))
    boto3.client("s3", endpoint_url=endpoint).put_object(
        Bucket=STAGE.bucket, Key="raw/ignored.zip", Body=b"x"
    )
    time.sleep(0.2)

    code, listed, _ = run_main("list")

    assert code == 0
    assert find_run_id(out) in listed
    assert "raw/ignored.zip" in listed


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["missing.zip"], "there is no 'missing.zip'"),
        (["--run", "nobody-260101000000-00000000"], "has no run"),
        (["fetch", "nobody-260101000000-00000000"], "has no run"),
        (["list", "--stage", "other"], "python deploy.py --stage other"),
        (["list", "--stage", "NO"], "stage 'NO' cannot be part"),
        (["list", "--profile", "nobody"], "list-profiles"),
    ],
)
def test_mistake_is_one_line_on_stderr(run_main, argv, complaint):
    code, _, err = run_main(*argv)

    assert code == 1
    assert complaint in err
    said = [line for line in err.splitlines() if ": note: " not in line]
    assert len(said) == 1


def test_upload_to_a_missing_stage_says_so(run_main):
    code, _, err = run_main(write_csv("sales.csv"), "--stage", "other")

    assert code == 1
    assert "stage 'other' is not deployed" in err


def test_local_stage_never_reaches_an_account(monkeypatch, capsys):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    assert main(["list", "--stage", "local"]) == 1
    assert "python -m localaws" in capsys.readouterr().err


def test_dead_endpoint_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    assert main(["list"]) == 1
    assert "AWS cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "run_id", "expected"),
    [
        (["data.zip"], None, ("upload", "data.zip")),
        ([], "r1", ("run", "r1")),
        (["list"], None, ("list", "")),
        (["./list"], None, ("upload", "./list")),
        (["fetch", "r1"], None, ("fetch", "r1")),
        (["fetch"], None, None),
        (["data.zip"], "r1", None),
        (["a.zip", "b.zip"], None, None),
        ([], None, None),
    ],
)
def test_command_line_means_one_thing(words, run_id, expected):
    assert choose_command(words, run_id) == expected


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        ([], "python forecast.py fetch RUN_ID"),
        (["data.zip", "--settings", "x.json"], "--settings goes with --explain alone"),
        (["list", "--limit", "0"], "'0' is no count"),
        (["list", "--limit", "-3"], "'-3' is no count"),
        (["list", "--limit", "many"], "'many' is no count"),
    ],
)
def test_unclear_command_line_exits_with_usage(capsys, argv, complaint):
    with pytest.raises(SystemExit) as caught:
        main(argv)

    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err
