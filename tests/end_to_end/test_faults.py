"""A few of the faults of benchmarks/faults.py, each in its step of a whole run."""

import pytest

from benchmarks.broken_stage import break_stage
from benchmarks.fault_scenarios import draw_pairs, list_scenarios
from benchmarks.faults import Trial

CHOSEN = [
    "on_upload: event 5 times",
    "on_upload: event lost, then swept",
    "CreateAutopilotJob: no answer, executed",
    "CheckAutopilotJob: killed",
    "Preprocess: disk full",
    "Training: cut at its limit",
    "Training: ends Failed",
    "BatchTransform: ends Failed once",
    "Report: killed once",
    "on_execution_end: end lost, then swept",
    "stopped by hand: in WaitForAutopilotJob",
    "RegisterModel: killed when registered",
    "RegisterModel: waits for approval, ListModelPackages denied",
    "ChooseModel: DescribeModelPackage denied",
]
SCENARIOS = {scenario.title: scenario for scenario in list_scenarios()}


@pytest.fixture(scope="module")
def stage():
    with break_stage() as stage:
        yield stage


@pytest.mark.parametrize("title", CHOSEN)
def test_fault_comes_to_what_it_should(stage, title):
    trial = Trial(stage, SCENARIOS[title], CHOSEN.index(title), client=False)

    assert trial.run().wrong == []


def test_pairs_are_of_two_steps_and_the_same_again():
    pairs = draw_pairs(50, seed=1)

    steps = [
        [title.partition(": ")[0] for title in pair.name.split(" + ")] for pair in pairs
    ]
    assert all(one != other for one, other in steps)
    assert pairs == draw_pairs(50, seed=1)
    assert pairs != draw_pairs(50, seed=2)


def test_every_step_is_broken_in_some_way():
    steps = {scenario.step for scenario in SCENARIOS.values()}

    assert len(SCENARIOS) == len(list_scenarios()) >= 200
    assert {"on_upload", "Preprocess", "Training", "Report"} <= steps
    assert {"ChooseModel", "Train", "CompareModels", "RegisterModel"} <= steps
