"""The definition's own rules, and that what it names exists."""

import ast
import json
import re
import subprocess
import sys

import pytest

from chalicelib import errors
from tests.building.paths import ROOT

FILE = ROOT / "statemachine.asl.json"
MACHINE = json.loads(FILE.read_text())
STATES = MACHINE["States"]
TASKS = {name: s for name, s in STATES.items() if s["Type"] == "Task"}
LAMBDAS = {n: s for n, s in TASKS.items() if s["Resource"].endswith("lambda:invoke")}
GLUE_JOBS = {n: s for n, s in TASKS.items() if "glue:startJobRun" in s["Resource"]}
# Events that a task leaves in the history when it is entered and left, and at every
# attempt: scheduled, started, and succeeded or failed. `.sync` adds "submitted".
ENTERED_AND_LEFT = 2
PER_ATTEMPT = 4
MAX_EVENTS = 25_000


def test_raw_file_passes_statelint():
    linted = subprocess.run(
        [sys.executable, "-m", "statelint", FILE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_bounded_and_guarded(name):
    task = TASKS[name]

    assert task["TimeoutSeconds"] > 0
    assert task["Retry"]
    assert "Catch" not in task


@pytest.mark.parametrize("name", TASKS)
def test_deterministic_failure_is_never_retried(name):
    retried = {e for rule in TASKS[name]["Retry"] for e in rule["ErrorEquals"]}

    assert not retried & {"States.ALL", "States.TaskFailed", "States.Timeout"}


@pytest.mark.parametrize("name", LAMBDAS)
def test_state_handler_and_placeholder_share_a_name(name):
    handler = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    tree = ast.parse((ROOT / "app.py").read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert handler in functions
    assert LAMBDAS[name]["Parameters"]["FunctionName"] == f"${{{name}FunctionArn}}"


@pytest.mark.parametrize("name", GLUE_JOBS)
def test_state_and_job_share_a_name(name):
    assert GLUE_JOBS[name]["Parameters"]["JobName"] == f"${{{name}JobName}}"


def test_errors_named_in_the_definition_exist():
    rules = [rule for task in TASKS.values() for rule in task["Retry"]]
    ours = {e for rule in rules for e in rule["ErrorEquals"] if "." not in e}

    assert ours == {"AutopilotBusy"}
    assert ours <= set(vars(errors))


def test_wait_is_five_minutes():
    assert STATES["WaitForAutopilotJob"]["Seconds"] == 300


def test_every_choice_has_a_default():
    choices = [s for s in STATES.values() if s["Type"] == "Choice"]

    assert choices
    assert all("Default" in choice for choice in choices)


def test_no_account_region_or_name_is_written_out():
    text = FILE.read_text()

    assert not re.search(r"\d{12}|automl-ts", text)
    assert not re.search(r"[a-z]{2}-[a-z]+-\d\b", text)


def test_longest_run_fits_into_the_history():
    loop_seconds = STATES["WaitForAutopilotJob"]["Seconds"]
    turns = MACHINE["TimeoutSeconds"] // loop_seconds
    # One wait (two events), one choice (two) and one check with a task's events.
    per_turn = 2 + 2 + ENTERED_AND_LEFT + PER_ATTEMPT
    retries = sum(
        rule["MaxAttempts"]
        for name, task in TASKS.items()
        if name != "CheckAutopilotJob"
        for rule in task["Retry"]
    )
    once = len(STATES) * ENTERED_AND_LEFT + len(TASKS) * PER_ATTEMPT

    assert turns * per_turn + retries * PER_ATTEMPT + once < MAX_EVENTS


def test_queue_for_autopilot_is_two_days():
    (busy,) = (
        rule
        for rule in TASKS["CreateAutopilotJob"]["Retry"]
        if "AutopilotBusy" in rule["ErrorEquals"]
    )

    assert busy["IntervalSeconds"] * busy["MaxAttempts"] == 48 * 3600
