"""A run is found by what a person types of its name."""

import pytest

from client.errors import SourceError, WrongStateError
from client.run_names import find_run_id
from tests.building.scripted_run import STAGE, FakeStates, make_execution

NEW = "sales-260301120000-0a1b2c3d-dev"
OLD = "sales-260201120000-0a1b2c3d-dev"
OTHER = "power-260201120000-0a1b2c3d-dev"


def find(text, names=(NEW, OLD, OTHER)):
    states = FakeStates([make_execution(name=name) for name in names])
    return find_run_id(states, STAGE, text), states


@pytest.mark.parametrize(
    ("text", "expected"),
    [("latest", NEW), ("p", OTHER), ("sales-2602", OLD), (OLD, OLD)],
)
def test_run_is_found(text, expected):
    assert find(text)[0] == expected


def test_whole_name_is_not_looked_up():
    run_id, states = find("gone-250301120000-0a1b2c3d-dev")

    assert run_id == "gone-250301120000-0a1b2c3d-dev"
    assert states.calls == []


def test_beginning_of_several_names_them():
    with pytest.raises(SourceError, match=f"2 runs .found {NEW}, {OLD}."):
        find("sales")


def test_unknown_run_names_one_alike():
    with pytest.raises(WrongStateError, match="did you mean 'latest'"):
        find("lastest")


def test_stage_without_runs_has_no_latest():
    with pytest.raises(WrongStateError, match="has no runs yet"):
        find("latest", names=())
