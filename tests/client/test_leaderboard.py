"""The leaderboard of candidates.json."""

from client.leaderboard import build_leaderboard

OBJECTIVE = "AverageWeightedQuantileLoss"


def make_candidate(name, value, **metrics):
    return {
        "name": name,
        "status": "Completed" if value is not None else "Failed",
        "objective": {"name": OBJECTIVE, "value": value},
        "metrics": [
            {"name": key, "value": number, "set": "Test"}
            for key, number in metrics.items()
        ],
    }


def make_candidates(*candidates, best, objective=OBJECTIVE):
    return {
        "objective": {"name": objective},
        "best_candidate": best,
        "candidates": list(candidates),
    }


def test_best_is_first_and_unscored_is_last():
    found = make_candidates(
        make_candidate("slow", None),
        make_candidate("b", 0.2),
        make_candidate("a", 0.3),
        make_candidate("c", 0.1),
        best="b",
    )

    board = build_leaderboard(found)

    assert [p.name for p in board.places] == ["b", "c", "a", "slow"]
    assert [p.is_best for p in board.places] == [True, False, False, False]


def test_objective_is_the_first_column():
    found = make_candidates(
        make_candidate("a", 0.3, MASE=1.1, WAPE=0.2), best="a", objective="WAPE"
    )

    board = build_leaderboard(found)

    assert board.columns == ("WAPE", OBJECTIVE, "MASE")


def test_unknown_objective_takes_the_candidates_word():
    found = make_candidates(make_candidate("a", 0.3), best=None, objective=None)

    assert build_leaderboard(found).columns == (OBJECTIVE,)


def test_no_candidates_make_an_empty_board():
    board = build_leaderboard({"candidates": []})

    assert (board.columns, board.places) == ((), ())
