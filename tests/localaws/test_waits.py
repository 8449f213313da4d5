import json

import pytest

from localaws.waits import SPEEDUP, pause_before_retry
from tests.building.paths import ROOT
from tests.building.retry_budgets import DAY, find_budget, list_waits

STATES = json.loads((ROOT / "statemachine.asl.json").read_text())["States"]
QUEUES = [
    rule
    for state in STATES.values()
    for rule in state.get("Retry", [])
    if find_budget(rule).mean >= DAY
]
# A thousand trainings of this machine, four at once.
LONGEST_QUEUE = 1800


def test_first_pauses_pass_at_the_machine_s_speed():
    assert pause_before_retry(300, 300.0, attempt=0) == 1.0
    assert pause_before_retry(300, 300.0, attempt=20) == 2.0


@pytest.mark.parametrize("attempt", [0, 100])
def test_pause_is_never_longer_than_on_aws(attempt):
    assert pause_before_retry(300, 1.0, attempt=attempt) == 300


@pytest.mark.parametrize("rule", QUEUES)
def test_queue_outlasts_the_jobs_of_this_machine(rule):
    share = 0.5 if "JitterStrategy" in rule else 1.0
    waits = enumerate(list_waits(rule))

    pauses = [pause_before_retry(w * share, SPEEDUP, attempt=n) for n, w in waits]

    assert sum(pauses) >= LONGEST_QUEUE
