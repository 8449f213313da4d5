import json

import pytest

from localaws.waits import SPEEDUP, Queues, pause_before_retry
from tests.building.paths import ROOT
from tests.building.retry_budgets import DAY, find_budget, list_waits

STATES = json.loads((ROOT / "statemachine.asl.json").read_text())["States"]
QUEUES = [
    rule
    for state in STATES.values()
    for rule in state.get("Retry", [])
    if find_budget(rule).mean >= DAY
]
# A thousand runs of a busy machine, twelve seconds each.
LONGEST_QUEUE = 12_000


def test_first_pauses_pass_at_the_machine_s_speed():
    assert pause_before_retry(300, 300.0, attempts=0, others=0) == 1.0
    assert pause_before_retry(300, 300.0, attempts=20, others=0) == 4.0
    assert pause_before_retry(300, 300.0, attempts=0, others=200) == 51.0


@pytest.mark.parametrize("attempts", [0, 100])
def test_pause_is_never_longer_than_on_aws(attempts):
    assert pause_before_retry(300, 1.0, attempts=attempts, others=0) == 300
    assert pause_before_retry(5, 300.0, attempts=attempts, others=200) == 5


# The server's own, and that of a local AWS of one's own.
@pytest.mark.parametrize("speedup", [SPEEDUP, 600])
@pytest.mark.parametrize("rule", QUEUES)
def test_queue_outlasts_the_jobs_of_this_machine(rule, speedup):
    share = 0.5 if "JitterStrategy" in rule else 1.0
    waits = enumerate(list_waits(rule))

    pauses = [
        pause_before_retry(w * share, speedup, attempts=n, others=0) for n, w in waits
    ]

    assert sum(pauses) >= LONGEST_QUEUE


def test_all_of_a_queue_wait_at_one_pace():
    queues = Queues()

    with (
        queues.wait_in("Train", attempt=7) as first,
        queues.wait_in("Train", attempt=0) as second,
        queues.wait_in("Report", attempt=2) as elsewhere,
    ):
        pass
    with queues.wait_in("Train", attempt=1) as later:
        pass

    assert (first, second, elsewhere) == ((7, 0), (7, 1), (2, 0))
    assert later == (1, 0)
