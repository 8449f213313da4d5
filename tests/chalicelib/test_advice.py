"""A service's own words are followed by where to look."""

import json

import pytest

from chalicelib.advice import FUNCTIONS, find_advice
from tests.building.paths import ROOT

RUN_ID = "sales-261123012419-0123abcd-my-dev"
DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: "
    "s3:PutObject"
)


def test_function_that_died_has_a_log():
    advice = find_advice(RUN_ID, "Runtime.ExitError", "it died", step="PrepareRun")

    assert (
        advice == "; its log is /aws/lambda/automl-ts-mlops-pipeline-my-dev-prepare_run"
    )


@pytest.mark.parametrize(
    "reason",
    [DENIED, "An error occurred (AccessDenied) when calling", "AccessDeniedException"],
)
def test_denial_says_how_to_see_the_permissions(reason):
    advice = find_advice(RUN_ID, "ClientError", reason, step="PrepareRun")

    assert "`python deploy.py --stage my-dev --plan`" in advice


@pytest.mark.parametrize(
    "reason",
    ["OSError: [Errno 28] No space left on device", "No usable temporary directory"],
)
def test_full_disk_is_named(reason):
    advice = find_advice(RUN_ID, "States.TaskFailed", reason, step="Report")

    assert "disk of the machine that ran it is full" in advice


@pytest.mark.parametrize(
    ("run_id", "error", "reason"),
    [
        (RUN_ID, "States.TaskFailed", "no capacity"),
        ("by-hand", "ClientError", DENIED),
        # Nothing failed: a person may stop a run for that.
        (RUN_ID, None, f"the run was stopped by hand ({DENIED})"),
    ],
)
def test_other_reasons_stay_as_they_are(run_id, error, reason):
    assert find_advice(run_id, error, reason, step="Report") == ""


def test_states_of_functions_are_all_known():
    states = json.loads((ROOT / "statemachine.asl.json").read_text())["States"]
    ours = {n for n, s in states.items() if s.get("Resource", "").endswith("invoke")}

    assert FUNCTIONS.keys() == ours
