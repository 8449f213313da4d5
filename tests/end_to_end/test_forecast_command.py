"""`python forecast.py` as a person runs it, against a moto server with a toy stage."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
from pathlib import Path

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from chalicelib.datasets import name_dataset
from chalicelib.keys import forecast_key, run_key
from chalicelib.runs import build_execution_input
from chalicelib.uploads import Upload, starts_run
from forecast import main
from tests.building.paths import ROOT
from tests.building.scripted_run import STAGE

CSV = "item_id,timestamp,target_value\n" + "".join(
    f"A,{2022 + month // 12}-{month % 12 + 1:02}-01,{month % 7}\n"
    for month in range(48)
)
FORECAST = "item_id,timestamp,mean,p10,p90\nFlöte,2026-02-01,5.5,4,7\n"
CAUSE = json.dumps({"ErrorMessage": "no TTS.csv in the zip; add it", "JobName": "x"})
NOTIFICATION = {
    "LambdaFunctionArn": STAGE.function_arn("on_upload"),
    "Events": ["s3:ObjectCreated:*"],
}
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
                    if starts_run(version["Key"]):
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
    s3.put_bucket_notification_configuration(
        Bucket=STAGE.bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [NOTIFICATION]},
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
        code = main(list(argv))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write_csv(name):
    Path(name).write_text(CSV)
    return name


def find_run_id(text):
    lines = [line for line in text.splitlines() if "  run " in line]
    return lines[0].rsplit(" ", 1)[1]


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


def write_parts(name):
    folder = Path(name)
    folder.mkdir()
    for number in (0, 1):
        (folder / f"{number:012}.parquet").write_bytes(b"PAR1")
    return name


def test_folder_of_parts_starts_one_run(run_main, endpoint):
    code, out, err = run_main("run", write_parts("My parts"), "--no-check", "--json")

    key = "raw/My parts/_SUCCESS"
    dataset = name_dataset(key)
    assert code == 0, err
    assert json.loads(out)["dataset"] == dataset
    assert "Upload 2 parts, 8 bytes, to s3://" in err
    sfn = boto3.client("stepfunctions", endpoint_url=endpoint)
    executions = sfn.list_executions(stateMachineArn=STAGE.state_machine_arn)
    names = [e["name"] for e in executions["executions"]]
    assert sum(name.startswith("my-par-") for name in names) == 1


def test_folder_with_parts_of_another_is_refused(run_main, endpoint):
    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.put_object(Bucket=STAGE.bucket, Key="raw/mixed/part-9.parquet", Body=b"x")

    code, _, err = run_main("run", write_parts("mixed"), "--no-check")

    assert code == 9
    assert "Upload 2 parts" not in err
    assert "`aws s3 rm s3://" in err


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


@pytest.fixture
def heeded_interrupts():
    """Let programs heed Ctrl-C that are started from a test run in the background.

    A shell has what it starts with ``&`` ignore it, which is passed on to children.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded_interrupts")
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
    resume = f"python forecast.py follow {run_id} --stage dev --output 'a dir'"
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
    _, _, err = run_main(write_csv("again.csv"))
    run_id = find_run_id(err)

    followed = run_main("--run", run_id, "--output", "one")
    fetched = run_main("fetch", run_id, "--output", "two")

    assert (followed[0], fetched[0]) == (0, 0)
    assert "Flöte" in fetched[1]
    for output in ("one", "two"):
        assert (tmp_path / output / "again" / run_id / "forecast.csv").exists()


def test_list_shows_runs_and_lost_uploads(run_main, endpoint):
    _, _, err = run_main(write_csv("listed.csv"))
    boto3.client("s3", endpoint_url=endpoint).put_object(
        Bucket=STAGE.bucket, Key="raw/ignored.zip", Body=b"x"
    )
    time.sleep(0.2)

    code, listed, _ = run_main("list")

    assert code == 0
    assert find_run_id(err) in listed
    assert "raw/ignored.zip" in listed


@pytest.mark.parametrize(
    ("argv", "code", "complaint"),
    [
        (["missing.zip"], 2, "there is no 'missing.zip'"),
        (["run", "list"], 2, "there is no 'list'"),
        (["--run", "nobody-260101000000-00000000-dev"], 9, "has no run"),
        (["fetch", "nobody"], 9, "has no run"),
        (["cancel", "nobody"], 9, "has no run"),
        (["list", "--stage", "other"], 4, "python deploy.py --stage other"),
        (["list", "--stage", "NO"], 2, "stage 'NO' cannot be part"),
        (["list", "--profile", "nobody"], 4, "list-profiles"),
        (["run", "bad.csv", "--output", "/proc/x"], 2, "give another --output"),
    ],
)
def test_mistake_is_one_line_on_stderr(run_main, argv, code, complaint):
    ended, out, err = run_main(*argv)

    assert ended == code
    assert complaint in err
    assert out == ""
    said = [line for line in err.splitlines() if not line.startswith("note: ")]
    assert len(said) == 1


def test_upload_to_a_missing_stage_says_so(run_main):
    code, _, err = run_main(write_csv("sales.csv"), "--stage", "other")

    assert code == 4
    assert "stage 'other' is not deployed" in err


def test_bad_data_is_refused_before_the_upload(run_main, endpoint):
    Path("poor.csv").write_text("item_id,timestamp\nA,2026-01-01\n")

    code, out, err = run_main("poor.csv")

    s3 = boto3.client("s3", endpoint_url=endpoint)
    assert code == 3
    assert "The upload would be refused" in out
    assert "Nothing was uploaded" in err
    assert s3.list_objects_v2(Bucket=STAGE.bucket, Prefix="raw/poor")["KeyCount"] == 0


def test_unchecked_data_is_uploaded_all_the_same(run_main):
    Path("rough.csv").write_text("item_id,timestamp\nA,2026-01-01\n")

    code, _, _ = run_main("rough.csv", "--no-check")

    assert code == 0


def test_missing_trigger_is_noticed_before_the_upload(run_main, endpoint):
    s3 = boto3.client("s3", endpoint_url=endpoint)
    put = s3.put_bucket_notification_configuration
    put(Bucket=STAGE.bucket, NotificationConfiguration={})
    began = time.monotonic()

    code, _, err = run_main(write_csv("sales.csv"))
    put(
        Bucket=STAGE.bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [NOTIFICATION]},
    )

    assert code == 6
    assert "nothing was uploaded; run `python deploy.py --stage dev`" in err
    assert time.monotonic() - began < 10


def test_settings_are_packed_into_the_upload(run_main, endpoint):
    Path("mine.json").write_text('{"Preparation": {"Seasonality": 6}}')

    code, _, _ = run_main(write_csv("set.csv"), "--settings", "mine.json")

    body = boto3.client("s3", endpoint_url=endpoint).get_object(
        Bucket=STAGE.bucket, Key="raw/set.zip"
    )["Body"]
    with zipfile.ZipFile(io.BytesIO(body.read())) as archive:
        assert archive.read("config.json") == Path("mine.json").read_bytes()
    assert code == 0


def test_program_gets_json_and_nothing_else(run_main):
    code, out, _ = run_main(write_csv("data.csv"), "--json")
    listed = json.loads(run_main("list", "--json")[1])

    ended = json.loads(out)
    assert code == 0
    assert ended["status"] == "SUCCEEDED"
    assert Path(ended["files"]["forecast.csv"]).read_text() == FORECAST
    assert ended["run_id"] in {run["run_id"] for run in listed["runs"]}


def test_failed_run_is_json_too(run_main):
    code, out, _ = run_main(write_csv("bad.csv"), "--json")

    assert code == 1
    assert json.loads(out)["reason"] == "no TTS.csv in the zip; add it"


def test_run_is_not_waited_for_if_so_wanted(run_main):
    code, out, _ = run_main(write_csv("slow.csv"), "--no-wait", "--quiet")
    run_id = out.strip()

    stopped = run_main("cancel", run_id[: run_id.rindex("-")], "--reason", "wrong file")

    assert code == 0
    assert stopped[:2] == (0, f"stopped the run ({run_id}): wrong file\n")


def test_quiet_run_says_its_result_alone(run_main):
    code, out, err = run_main(write_csv("hush.csv"), "--quiet")

    assert code == 0
    assert "forecast.csv" in out
    assert err == ""


def test_run_that_goes_on_is_neither_fetched_nor_resumed(run_main):
    _, out, _ = run_main(write_csv("slow.csv"), "--no-wait", "-q")
    run_id = out.strip()

    fetched, resumed = run_main("fetch", run_id), run_main("resume", run_id)
    run_main("cancel", run_id)

    assert (fetched[0], resumed[0]) == (9, 9)
    assert "is still going" in fetched[2]
    assert "goes on; follow it" in resumed[2]
    assert "has ended (found ABORTED)" in run_main("cancel", run_id)[2]


def test_local_stage_never_reaches_an_account(monkeypatch, capsys):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    assert main(["list", "--stage", "local"]) == 4
    assert "requests would leave this machine" in capsys.readouterr().err


def test_dead_endpoint_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    assert main(["list"]) == 5
    assert "AWS cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["lst"], "did you mean 'list'?"),
        (["status"], "did you mean 'follow'?"),
        (["fetch"], "missing argument 'RUN'"),
        (["a.zip", "b.zip"], "got unexpected extra argument"),
        (["list", "--limit", "0"], "invalid value for '--limit'"),
        (["list", "--limt", "3"], "--limit"),
        (["--explain"], "missing argument 'SOURCE'"),
    ],
)
def test_unclear_command_line_exits_with_usage(capsys, argv, complaint):
    assert main(argv) == 2

    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--help"], ["help"], ["help", "run"]])
def test_help_is_no_mistake(capsys, argv):
    assert main(argv) == 0
    assert "Usage: " in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(capsys, shell):
    assert main(["completion", shell]) == 0
    assert "_FORECAST_COMPLETE" in capsys.readouterr().out


def test_version_is_the_projects(capsys):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"forecast {project['version']}\n"


def test_reader_who_leaves_is_no_error(endpoint, tmp_path):
    command = [sys.executable, str(ROOT / "forecast.py"), "--help"]

    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (0, b"")
