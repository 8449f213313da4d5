"""A real job's answers go through parser, display, leaderboard and report."""

import io
import json

import pytest
from rich.console import Console

from chalicelib.autopilot import (
    build_candidates,
    find_best_candidate,
    is_unfinished,
    label_candidate,
)
from client.follow import Snapshot
from client.leaderboard import list_candidates, present_leaderboard
from client.live import render_run
from client.phases import WORDS, Phase
from client.training import find_training
from tests.building.local_resources import find_answer_misfits
from tests.building.reports import make_report, write_csv
from tests.building.stored_run import (
    CONTAINER,
    CREATED,
    JOB,
    STAGES,
    TRIAL,
    StoredRun,
    describe_job,
    make_candidate,
)

BUILDER = StoredRun(items=("MT_001", "MT_370"), steps=12 * 40, horizon=84)
EXPORT = f"{TRIAL.removeprefix('s3://bucket/')}/backtest-export/model-ensemble"
USUAL = "autopilot-output/backtests/backtest.csv"
SHOWN = {
    "PreTraining": "preparing",
    "TrainingModels": "training models",
    "EnsemblingModels": "combining the models",
}


class Answers:
    """A SageMaker that answers as the real one did."""

    def __init__(self, secondary):
        self._secondary = secondary

    def describe_auto_ml_job_v2(self, **_):
        return describe_job(self._secondary)

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        done = self._secondary == "Completed"
        return [{"Candidates": [make_candidate()] if done else []}]


# What the real answer has, or lacks, past botocore's model of it.
KNOWN_MISFITS = ("'AVERAGE_WEIGHTED_QUANTILE_LOSS'", "ArtifactLocations.explainability")


def test_fixture_fits_the_model_as_far_as_the_answer_did():
    candidates = {"Candidates": [make_candidate()]}

    misfits = [
        *find_answer_misfits("sagemaker", "DescribeAutoMLJobV2", describe_job()),
        *find_answer_misfits("sagemaker", "ListCandidatesForAutoMLJob", candidates),
    ]
    assert len(misfits) == 2 * len(KNOWN_MISFITS)
    assert all(any(known in m for known in KNOWN_MISFITS) for m in misfits)


@pytest.mark.parametrize("secondary", [name for name, _ in STAGES])
def test_each_stage_is_said_as_a_person_would(secondary):
    training = find_training(Answers(secondary), JOB)

    assert is_unfinished(describe_job(secondary))
    assert training.words == SHOWN[secondary]


def test_live_display_names_metric_and_ensemble():
    training = find_training(Answers("Completed"), JOB)
    phase = Phase(WORDS["train"], CREATED, state="WaitForAutopilotJob")
    snapshot = Snapshot(JOB, "RUNNING", CREATED, phases=(phase,), training=training)

    out = io.StringIO()
    Console(file=out, width=100).print(render_run(snapshot, now=CREATED, spinner=""))

    assert "WQL, smaller is better" in out.getvalue()
    assert "0.1262  ensemble" in out.getvalue()


def test_model_is_made_of_the_container_as_it_is():
    best = find_best_candidate(describe_job(), [make_candidate()])

    assert best["InferenceContainers"] == [CONTAINER]


def build_kept():
    return json.loads(json.dumps(build_candidates(describe_job(), [make_candidate()])))


def test_leaderboard_of_the_client_names_the_ensemble():
    board = list_candidates(build_kept())

    (entry,) = board.entries
    assert (entry.name, entry.is_best) == ("ensemble", True)
    assert board.columns == ("WQL",)
    out = io.StringIO()
    for part in present_leaderboard(board, "leaderboard.csv"):
        Console(file=out, width=100).print(part)
    assert "ensemble (chosen)" in out.getvalue()


def report_on(folder, **exports):
    """Report on the stored run, with what lies below its backtest export."""
    return make_report(
        BUILDER,
        folder,
        others={
            f"runs/{BUILDER.run_id}/candidates.json": json.dumps(build_kept()),
            **{f"{EXPORT}/{name}": text for name, text in exports.items()},
        },
        without=(USUAL,),
    )


FORECASTED = "backtest-1/forecasted-values/part-0.csv"
SCORES = "backtest-1/accuracy-metrics-values/part-0.csv"
OTHER = "backtest-10/forecasted-values/part-0.csv"


@pytest.mark.parametrize("names", ["of the data", "of Amazon Forecast"])
def test_report_compares_on_the_exports_layout(tmp_path, names):
    rows = BUILDER.backtests()
    if names == "of Amazon Forecast":
        short = {"mt_id": "item_id", "ts": "timestamp"}
        rows = [{short.get(k, k): v for k, v in row.items()} for row in rows]
    exports = {
        FORECASTED: write_csv(rows),
        SCORES: "backtest_window,WAPE\nSummary,0.16\n",
        OTHER: write_csv(BUILDER.backtests()[:7]),
    }

    reported = report_on(tmp_path, **exports)

    board = reported.document["leaderboard"]
    assert reported.warnings == []
    assert reported.document["backtest"]["comparable"]
    assert [e["name"] for e in board if e["kind"] == "winner"] == ["ensemble"]
    assert len(reported.rows("forecast.csv")) == 2 * 84
    assert reported.has("report.html")


@pytest.mark.parametrize(
    ("exports", "reason"),
    [
        ({}, "no table with items"),
        ({"backtest-1/part-0.parquet": "PAR1"}, "no CSV files (found: .parquet)"),
        ({FORECASTED: "a,b\n1,2\n"}, "no table with items"),
        ({FORECASTED: "item_id,timestamp,target_value,p10,p50,p90\n"}, "no row"),
    ],
)
def test_other_exports_leave_a_report_with_the_reason(tmp_path, exports, reason):
    reported = report_on(tmp_path, **exports)

    backtest = reported.document["backtest"]
    assert reason in backtest["reason"]
    assert "not comparable" in reported.document["verdict"]["sentence"]
    (winner,) = (e for e in reported.document["leaderboard"] if e["kind"] == "winner")
    assert winner["metrics"]["WQL"] == pytest.approx(0.12616, abs=1e-5)
    assert reported.has("report.html")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        (f"{JOB}-trial-me-1", "ensemble"),
        (f"{JOB}-trial-ETS-1", "ETS"),
        (f"{JOB}-trial-cnn-qr-12", "cnn-qr"),
        ("somebody-else", "somebody-else"),
        (JOB, JOB),
    ],
)
def test_label_is_what_candidates_do_not_share(name, label):
    assert label_candidate(name, JOB) == label
