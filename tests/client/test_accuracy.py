"""What a person reads first of a run: its verdict and its leaderboard."""

import io
import json

from rich.console import Console

from client.accuracy import present_accuracy
from client.results import Results


def make_entry(name, kind="candidate", wql=0.1, gain=None):
    return {
        "name": name,
        "kind": kind,
        "status": "Completed",
        "metrics": {"MASE": 1.0, "WQL": wql},
        "improvement_percent": gain,
    }


def make_report(**others):
    entries = [
        make_entry("Best", "winner", wql=0.08, gain=33.3),
        *(make_entry(f"C{n}", wql=0.1 + n / 100, gain=10.0 - n) for n in range(6)),
        make_entry("SeasonalNaive", "baseline", wql=0.5),
        make_entry("Worst", wql=0.9, gain=-80.0),
    ]
    verdict = {"sentence": "It is 33% better", "outcome": "better"}
    return {"metric": "WQL", "verdict": verdict, "leaderboard": entries, **others}


def present(folder, **documents):
    for name, content in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    files = tuple(folder / f"{name}.json" for name in documents)
    console = Console(file=io.StringIO(), width=120)
    for part in present_accuracy(Results(folder, files)):
        console.print(part)
    return console.file.getvalue().strip().splitlines()


def test_verdict_comes_first(tmp_path):
    lines = present(tmp_path, report=make_report())

    assert lines[0] == "It is 33% better"


def test_what_is_past_and_what_to_plan_with_follow_the_verdict(tmp_path):
    said = {"past": "All 4 weeks are past already", "plan": "Plan with the last value."}

    lines = present(tmp_path, report=make_report(next=said))

    assert lines[2] == "All 4 weeks are past already"
    assert lines[4] == "Plan with the last value."


def test_simple_forecast_is_told_from_a_candidate_of_its_name(tmp_path):
    entries = [make_entry("Drift"), make_entry("Drift", "simple")]

    lines = present(tmp_path, report=make_report(leaderboard=entries))

    names = [line.partition("  ")[0].strip() for line in lines if "Drift" in line]
    assert names == ["Drift", "Drift (simple)"]


def test_leaderboard_keeps_the_baseline(tmp_path):
    lines = present(tmp_path, report=make_report())

    rows = [line.split() for line in lines]
    assert lines[2] == "Candidates, smaller is better, 3 more in leaderboard.csv"
    assert rows[3] == ["candidate", "WQL", "MASE", "gain"]
    assert rows[5] == ["Best", "(chosen)", "0.0800", "1.00", "+33%"]
    assert rows[-1] == ["SeasonalNaive", "(baseline)", "0.5000", "1.00", "-"]
    assert len(rows) == 11


def test_leaderboard_without_comparison_has_no_gain(tmp_path):
    entries = [make_entry("Best", "winner"), make_entry("Other")]

    lines = present(tmp_path, report=make_report(leaderboard=entries))

    assert not any("gain" in line for line in lines)


def test_last_forecast_is_told_how_it_did(tmp_path):
    scored = [{"run_id": "sales-1", "sentence": "It missed by 13%"}]

    lines = present(tmp_path, report=make_report(earlier_forecasts={"scored": scored}))

    assert lines[-1] == "The last forecast (sales-1): It missed by 13%"


def test_run_without_a_report_shows_its_candidates(tmp_path):
    candidates = {
        "objective": {"name": "MASE"},
        "best_candidate": "A",
        "candidates": [
            {
                "name": "A",
                "status": "Completed",
                "objective": {"name": "MASE", "value": 1},
            }
        ],
    }

    lines = present(tmp_path, candidates=candidates)

    assert lines[-1].split()[:2] == ["A", "(chosen)"]


def test_run_that_left_nothing_says_nothing(tmp_path):
    assert present(tmp_path) == []
