"""The script for the first runs in an account, tried on the local AWS."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from benchmarks.first_account_run import QUESTIONS, main, make_awkward
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.paths import ROOT
from tests.building.uploads import prepare


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    with deploy_stage() as stage:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.first_account_run"),
                *("--stage", STAGE, "--output", str(folder)),
            ],
            cwd=ROOT,
            env={**os.environ, **stage.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "answers.md").read_text().count("###") == 2 * (len(QUESTIONS) + 2)
    return json.loads((folder / "answers.json").read_text())


@pytest.mark.parametrize("trial", ["plain", "awkward"])
def test_every_question_is_answered(answers, trial):
    found = answers[trial]

    assert found["exit_code"] == 0
    for question in QUESTIONS:
        assert found[question], question
        assert "no answer" not in json.dumps(found[question])


def test_answers_are_what_the_services_hold(answers):
    ids = answers["awkward"]["6 how are ids spelt"]
    job = answers["awkward"]["2 how does the job end, and with which best candidate"]
    transform = answers["plain"]["7 how long does the transform take"]

    assert ids == {"as asked": 48, "only asked": [], "only found": []}
    assert job["best_candidate"].endswith("-trial-me-1")
    assert transform["series"] == 48
    assert transform["jobs"][0]["status"] == "Completed"


def test_awkward_upload_is_one_that_is_accepted():
    made = prepare(make_awkward())

    with zipfile.ZipFile(io.BytesIO(make_awkward())) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("TTS.csv").decode())))
    assert not [found for found in made.findings if found.level == "error"]
    assert {"001", "NA", "12.0"} <= {row["item_id"] for row in rows}


def test_money_is_spent_only_when_asked(capsys):
    with pytest.raises(SystemExit):
        main(["--stage", "dev"])

    assert "10 to 30 dollars" in capsys.readouterr().err
