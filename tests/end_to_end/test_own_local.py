"""The local AWS of one's own, as `--local` and `forecast local` find and start it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.building.paths import ROOT

MONTHS = "shop;Monat;sold\n" + "".join(
    f"Köln;01.{month % 12 + 1:02}.{2020 + month // 12};{10 + month % 12},5\n"
    for month in range(60)
)
SECRETS = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_PROFILE": "work"}


class Own:
    """A user with a home of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.environ = os.environ | SECRETS | {"XDG_DATA_HOME": str(folder / "data")}
        self.environ["AWS_ENDPOINT_URL_S3"] = "http://192.0.2.1"

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, str(ROOT / "forecast.py"), *words],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words, code=0):
        process = self.start(*words)
        out, err = process.communicate(timeout=200)
        assert process.returncode == code, out + err
        return out, err

    def describe(self, action="status"):
        return json.loads(self.run("local", action, "--json")[0])


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    user = Own(tmp_path_factory.mktemp("own"))
    yield user
    user.run("local", "stop")


def test_data_are_forecast_in_one_command(own):
    (own.folder / "meine daten.csv").write_text(MONTHS)

    out, err = own.run("run", "meine daten.csv", "--local")

    report = re.search(r"^report +(\S.*)$", out, re.MULTILINE)[1]
    assert (own.folder / report).is_file()
    assert "starting a local AWS" in err
    assert "deploying the app" in err


def test_folder_of_parts_is_forecast_in_one_command(own):
    pytest.importorskip("pyarrow", reason="needs pyarrow")
    months = pd.date_range("2021-01-01", periods=48, freq="MS")
    folder = own.folder / "sales.parquet"
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    for number, item in enumerate("ab"):
        sold = [number + month.month for month in months]
        frame = pd.DataFrame({"item_id": item, "timestamp": months, "sold": sold})
        frame.to_parquet(folder / f"part-0000{number}-4f.c000.snappy.parquet")

    out, _ = own.run("run", "sales.parquet", "--local", "--json")

    ended = json.loads(out)
    assert ended["status"] == "SUCCEEDED"
    assert ended["dataset"].startswith("sales-parquet-")


def test_other_commands_find_the_same_one(own):
    out, err = own.run("list", "--local", "--json")

    (run,) = json.loads(out)["runs"]
    assert run["status"] == "SUCCEEDED"
    assert "starting" not in err
    assert "deploying" not in err


def test_hints_lead_to_the_same_one(own):
    out, _ = own.run("run", "meine daten.csv", "--local", "--no-wait", "--json")
    run_id = json.loads(out)["run_id"]

    said = own.run("fetch", run_id, "--local", code=9)[1]

    assert f"follow {run_id} --local" in said
    own.run("follow", run_id, "--local", "--quiet")


def test_files_are_for_their_owner_alone(own):
    folder = Path(own.describe()["folder"])
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes["env"] == modes["server.log"] == 0o600
    assert not any(mode & 0o077 for mode in modes.values())


def test_killed_server_comes_back_with_its_runs(own):
    before = own.describe()
    os.kill(before["pid"], signal.SIGKILL)
    while own.describe()["running"]:
        time.sleep(0.1)

    out, err = own.run("list", "--local", "--json")

    after = own.describe()
    assert len(json.loads(out)["runs"]) == 2
    assert after["pid"] != before["pid"]
    assert after["endpoint_url"] == before["endpoint_url"]
    assert "deploying" not in err


def test_two_commands_at_once_start_one_server(own):
    own.run("local", "stop")
    both = [own.start("local", "start", "--json") for _ in range(2)]
    found = [json.loads(one.communicate(timeout=100)[0]) for one in both]

    assert found[0]["running"]
    assert found[0] == found[1]


def test_stopped_server_is_said_to_be_stopped(own):
    assert own.describe("start")["running"]
    assert not own.describe("stop")["running"]
    assert not own.describe("stop")["running"]


@pytest.mark.parametrize(
    "words", [["--stage", "dev"], ["--profile", "work"], ["--region", "eu-west-1"]]
)
def test_another_place_beside_it_is_refused(own, words):
    said = own.run("list", "--local", *words, code=2)[1]

    assert "--local is one place" in said


def test_idle_server_ends_by_itself(tmp_path):
    exports = tmp_path / "env"
    command = [sys.executable, "-m", "localaws", "--idle-minutes", "0.01"]
    ended = subprocess.run(
        [*command, "--env-file", exports],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0
    assert "nobody has asked" in ended.stdout
    assert not exports.exists()
