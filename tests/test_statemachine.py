"""The definition's own rules, and that what it names exists."""

import ast
import json
import re
import subprocess
import sys

import pytest

from chalicelib import errors
from tests.building.paths import ROOT
from tests.building.retry_budgets import DAY, count_events, find_budget

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
# What a quota or a throttling answers with, and what it may take in all.
WAITING = {
    "AutopilotBusy",
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "SageMaker.ResourceLimitExceededException",
}
PASSING = {
    "ServiceBusy",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.ThrottlingException",
}
# The names that stand for throttling and for denials alike.
BASE = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Glue.AWSGlueException",
    "Glue.SdkClientException",
    "SageMaker.AmazonSageMakerException",
    "SageMaker.SdkClientException",
}
# A function that died or was too slow; a job that failed and costs cents.
DIED = {"Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout"}
FAILED = {"States.TaskFailed"}
# What a run can do without goes on where it fails; a caught failure of anything else
# would lead to a Fail state, and fail again at once when the run is redriven.
DISPENSABLE = ("CompareModels", "RegisterModel")
THROTTLED_SHARE = 0.05
RULES = [rule for task in TASKS.values() for rule in task["Retry"]]


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
    assert ("Catch" in task) == (name in DISPENSABLE)


@pytest.mark.parametrize("name", DISPENSABLE)
def test_what_a_run_can_do_without_ends_none(name):
    task = TASKS[name]

    (rule,) = task["Catch"]
    assert rule["ErrorEquals"] == ["States.ALL"]
    assert rule["Next"] == task["Next"]
    # What the states before have left is kept.
    assert rule["ResultPath"] not in {"$", task["ResultPath"]}


def is_waited_for(rule):
    return set(rule["ErrorEquals"]) <= WAITING | PASSING


def list_retried(name):
    return [e for rule in TASKS[name]["Retry"] for e in rule["ErrorEquals"]]


@pytest.mark.parametrize("name", TASKS)
def test_deterministic_failure_is_never_retried(name):
    retried = set(list_retried(name))

    assert "States.ALL" not in retried
    assert ("States.Timeout" in retried) == (name in LAMBDAS)
    again = {"BatchTransform", "Report", "Train"}
    assert ("States.TaskFailed" in retried) == (name in again)


@pytest.mark.parametrize("name", TASKS)
def test_each_error_has_one_retrier(name):
    retried = list_retried(name)

    assert len(retried) == len(set(retried))
    # It stands for every error but States.Timeout, so that nothing may come after it.
    assert "States.TaskFailed" not in retried[:-1]


@pytest.mark.parametrize("rule", RULES)
def test_waiting_and_throttling_have_separate_budgets(rule):
    kinds = [WAITING, PASSING, BASE, DIED, FAILED]

    assert sum(set(rule["ErrorEquals"]) <= kind for kind in kinds) == 1


@pytest.mark.parametrize("rule", [rule for rule in RULES if is_waited_for(rule)])
def test_quota_and_throttling_are_waited_for_a_day(rule):
    budget = find_budget(rule)

    assert budget.least >= DAY
    assert budget.mean <= 1.25 * DAY


@pytest.mark.parametrize("rule", [rule for rule in RULES if not is_waited_for(rule)])
def test_denial_is_told_within_the_hour(rule):
    assert find_budget(rule).mean <= 20 * 60


@pytest.mark.parametrize("name", TASKS)
def test_day_of_waiting_never_uses_the_throttlings_up(name):
    rules = TASKS[name]["Retry"]
    waiting = [find_budget(r) for r in rules if set(r["ErrorEquals"]) <= WAITING]
    base = [r["MaxAttempts"] for r in rules if set(r["ErrorEquals"]) <= BASE]

    calls = max((DAY / (b.mean / b.attempts) for b in waiting), default=0)
    throttled = calls * THROTTLED_SHARE
    spread = (throttled * (1 - THROTTLED_SHARE)) ** 0.5

    assert base
    assert min(base) >= throttled + 5 * spread


def test_failed_transform_costs_little_more():
    transform = STATES["BatchTransform"]

    (rule,) = (r for r in transform["Retry"] if r["ErrorEquals"] == [*FAILED])
    assert rule["MaxAttempts"] == 1
    assert transform["Parameters"]["ModelClientConfig"]["InvocationsMaxRetries"] == 1


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

    assert ours == {"AutopilotBusy", "ServiceBusy"}
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


def test_resources_are_of_the_stages_partition():
    resources = {task["Resource"].rpartition(":::")[0] for task in TASKS.values()}

    assert resources == {"arn:${Partition}:states"}


def test_longest_run_fits_into_the_history():
    # One wait (two events), one choice (two) and one check with a task's events.
    turn = 2 + 2 + ENTERED_AND_LEFT + PER_ATTEMPT
    once = len(STATES) * ENTERED_AND_LEFT + len(TASKS) * PER_ATTEMPT
    # Of a check too each budget is counted once: in a week of trouble with Lambda
    # every turn could use one up, and then the run ends, to be redriven.
    budgets = [find_budget(rule) for rule in RULES]

    events = count_events(
        budgets,
        seconds=MACHINE["TimeoutSeconds"],
        per_attempt=PER_ATTEMPT,
        per_second=turn / STATES["WaitForAutopilotJob"]["Seconds"],
    )

    assert once + events < MAX_EVENTS
