"""The candidates of a run without a report."""

from client.leaderboard import list_candidates

OBJECTIVE = "AverageWeightedQuantileLoss"


def make_candidate(name, value):
    return {
        "name": name,
        "status": "Completed" if value is not None else "Failed",
        "objective": {"name": OBJECTIVE, "value": value},
        "metrics": [{"name": "MASE", "value": 1.1, "set": "Test"}],
    }


def make_candidates(*candidates, best=None):
    return {"best_candidate": best, "candidates": list(candidates)}


def test_best_is_first_and_unscored_is_last():
    found = make_candidates(
        make_candidate("slow", None),
        make_candidate("b", 0.2),
        make_candidate("a", 0.3),
        make_candidate("c", 0.1),
        best="b",
    )

    board = list_candidates(found)

    assert [e.name for e in board.entries] == ["b", "c", "a", "slow"]
    assert [e.is_best for e in board.entries] == [True, False, False, False]


def test_only_column_is_the_objective():
    board = list_candidates(make_candidates(make_candidate("a", 0.3)))

    assert board.columns == ("WQL",)
    assert board.entries[0].metrics == {"WQL": 0.3}


def test_no_candidates_make_an_empty_board():
    board = list_candidates({"candidates": []})

    assert (board.columns, board.entries) == ((), ())
