"""Backtest results in whatever form they come, and what cannot be compared."""

import pytest

from tests.building.reports import RunBuilder, make_report, write_csv

BUILDER = RunBuilder()
KEY = "autopilot-output/backtests/backtest.csv"


def report_backtest(folder, rows, **options):
    text = rows if isinstance(rows, str) else write_csv(rows)
    return make_report(BUILDER, folder, others={KEY: text}, **options)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return make_report(BUILDER, tmp_path_factory.mktemp("usual")).document["backtest"]


def without(rows, *names):
    return [
        {name: value for name, value in row.items() if name not in names}
        for row in rows
    ]


def test_windows_are_those_that_autopilot_used(usual):
    stamps = BUILDER.stamps()

    assert usual["comparable"]
    assert [w["last_known"] for w in usual["windows"]] == [stamps[35], stamps[41]]
    assert usual["points"] == 2 * 6 * 3


@pytest.mark.parametrize(
    "change",
    [
        lambda row: {**row, "cutoff": f"window of {row['cutoff']}"},
        lambda row: {
            **row,
            "cutoff": BUILDER.stamps()[36 + 6 * (row["cutoff"] > "2023")],
        },
        lambda row: {name.upper(): value for name, value in row.items()},
        lambda row: {**row, "extra": "x"},
    ],
    ids=["other words", "first forecast moment", "upper case", "another column"],
)
def test_other_forms_give_the_same_figures(tmp_path, usual, change):
    rows = [change(row) for row in BUILDER.backtests()]

    assert report_backtest(tmp_path, rows).document["backtest"] == usual


def test_windows_without_names_are_told_by_their_length(tmp_path, usual):
    rows = without(BUILDER.backtests(), "cutoff")

    assert report_backtest(tmp_path, rows).document["backtest"] == usual


def test_files_without_cutoffs_are_windows(tmp_path):
    stamps = BUILDER.stamps()
    rows = without(BUILDER.backtests(), "cutoff")
    # The windows overlap by half, so that only the files tell them apart.
    moved = [
        {**row, "month": stamps[stamps.index(row["month"]) + 3]} for row in rows[:18]
    ]
    files = {KEY: write_csv(moved), KEY.replace(".csv", "-2.csv"): write_csv(rows[18:])}

    backtest = make_report(BUILDER, tmp_path, others=files).document["backtest"]

    assert [w["last_known"] for w in backtest["windows"]] == [stamps[38], stamps[41]]
    assert backtest["points"] == 2 * 6 * 3


def test_target_may_carry_its_own_name(tmp_path, usual):
    rows = [
        {("units" if name == "actual" else name): value for name, value in row.items()}
        for row in BUILDER.backtests()
    ]

    assert report_backtest(tmp_path, rows).document["backtest"] == usual


def test_results_in_several_files_are_joined(tmp_path, usual):
    rows = BUILDER.backtests()
    second = {KEY.replace("backtest.csv", "more.csv"): write_csv(rows[18:])}

    reported = make_report(
        BUILDER, tmp_path, others={KEY: write_csv(rows[:18]), **second}
    )

    assert reported.document["backtest"] == usual


def test_file_that_is_no_backtest_is_passed_over(tmp_path, usual):
    other = {KEY.replace("backtest.csv", "notes.csv"): "a,b\n1,2\n"}

    reported = make_report(BUILDER, tmp_path, others=other)

    assert reported.document["backtest"] == usual


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (without(BUILDER.backtests(), "actual"), "no table with items"),
        (without(BUILDER.backtests(), "p90"), "no table with items"),
        (without(BUILDER.backtests(), "item"), "no table with items"),
        ([{**r, "actual": ""} for r in BUILDER.backtests()], "no actual value"),
        ([{**r, "item": "other"} for r in BUILDER.backtests()], "not in the history"),
        ([{**r, "month": "soon"} for r in BUILDER.backtests()], "cannot be read"),
        ([{**r, "p50": "x"} for r in BUILDER.backtests()], "not numbers"),
        (BUILDER.backtests() + BUILDER.backtests()[:1], "a point twice"),
        ([{"a": 1, "b": 2}], "found: a, b"),
        ("", "no table with items"),
        ("\x00\x01garbage", "no table with items"),
    ],
)
def test_other_results_are_not_comparable(tmp_path, rows, reason):
    reported = report_backtest(tmp_path, rows)

    backtest, verdict = reported.document["backtest"], reported.document["verdict"]
    assert not backtest["comparable"]
    assert reason in backtest["reason"]
    assert backtest["improvement_percent"] is None
    assert "not comparable" in verdict["sentence"]
    assert "%" not in verdict["sentence"]
    assert backtest["baseline_alone"]["metrics"]["WQL"] > 0
    assert "on the last horizon" in verdict["sentence"]
    assert reported.warnings == []
    board = reported.rows("leaderboard.csv")
    assert {row["improvement_percent"] for row in board} == {""}
    assert (board[-1]["kind"], board[-1]["rank"]) == ("baseline", "")
    assert float(board[-1]["WQL"]) == backtest["baseline_alone"]["metrics"]["WQL"]


def test_incomparable_figures_of_others_get_no_percentage(tmp_path):
    reported = make_report(BUILDER, tmp_path)

    gains = {
        row["name"]: row["improvement_percent"]
        for row in reported.rows("leaderboard.csv")
    }
    assert float(gains["Ensemble"]) > 0
    assert gains["Prophet"] == gains["ARIMA"] == ""


def test_comparable_figures_of_others_get_a_percentage(tmp_path, usual):
    class Agreeing(RunBuilder):
        def candidates(self):
            found = super().candidates()
            for place, candidate in enumerate(found["candidates"]):
                wql = usual["winner"]["WQL"] * (1 + place)
                candidate["objective"]["value"] = wql
            return found

    reported = make_report(Agreeing(), tmp_path)

    rows = {row["name"]: row for row in reported.rows("leaderboard.csv")}
    wanted = 100 * (1 - 2 * usual["winner"]["WQL"] / usual["baseline"]["WQL"])
    assert float(rows["Prophet"]["improvement_percent"]) == pytest.approx(wanted)
    assert rows["Prophet"]["scored_by"] == "autopilot"
    assert rows["Ensemble"]["scored_by"] == "report"


def test_leaderboard_is_ranked_by_the_metric_asked_for(tmp_path):
    class ByMase(RunBuilder):
        def settings(self):
            return {**super().settings(), "AutoMLJobObjective": {"MetricName": "MASE"}}

    reported = make_report(ByMase(), tmp_path)

    rows = reported.rows("leaderboard.csv")
    values = [float(row["MASE"]) for row in rows]
    assert values == sorted(values)
    assert reported.document["verdict"]["sentence"].count("MASE") == 1
