"""Two engines trained for one run: the better one forecasts, and its price is told."""

import json
from dataclasses import dataclass

import pytest

from glue.engines import AUTOPILOT, BOTH, EMBEDDED
from tests.building.reports import RUN_ID, RunBuilder, make_report, write_csv

RESULTS = f"output-forecasted-data/data/{RUN_ID}/"
EMBEDDED_KEY = "autopilot-output/embedded/backtest.csv"


@dataclass
class TwoEngines(RunBuilder):
    """A run that both engines trained; ``embedded`` is the skill of the second."""

    embedded: float = 0.7

    def settings(self):
        return {**super().settings(), "Engine": BOTH}

    def candidates(self):
        return {**super().candidates(), "backtest_knows": "forecast"}

    @property
    def other(self):
        return RunBuilder(skill=self.embedded, quantiles=self.quantiles)

    def objects(self):
        document = self.other.candidates()
        for candidate in document["candidates"]:
            candidate["backtest_results_uri"] = f"s3://bucket/{EMBEDDED_KEY}"
        told = {**document, "engine": EMBEDDED, "backtest_knows": "forecast"}
        return {
            **super().objects(),
            f"runs/{RUN_ID}/candidates-embedded.json": json.dumps(told),
            EMBEDDED_KEY: write_csv(self.other.backtests()),
            f"{RESULTS}raw-embedded/part-00000.csv.out": write_csv(
                self.other.forecast()
            ),
        }


def report(builder, folder, **others):
    return make_report(builder, folder, others=others)


def read_first_mean(reported):
    return float(reported.rows("forecast.csv")[0]["mean"])


@pytest.mark.parametrize(
    ("skill", "embedded", "chosen", "side"),
    [(0.5, 0.7, AUTOPILOT, "better"), (0.7, 0.5, EMBEDDED, "worse")],
)
def test_better_engine_forecasts(tmp_path, skill, embedded, chosen, side):
    builder = TwoEngines(skill=skill, embedded=embedded)

    reported = report(builder, tmp_path)

    contest = reported.document["contest"]
    assert contest["chosen"] == chosen
    assert f"% {side} than the embedded engine" in contest["sentence"]
    best = builder if chosen == AUTOPILOT else builder.other
    assert read_first_mean(reported) == pytest.approx(best.forecast()[0]["mean"])
    assert reported.document["engine"]["embedded"] == (chosen == EMBEDDED)


def test_report_says_what_the_difference_costs(tmp_path):
    reported = report(TwoEngines(), tmp_path)

    (note, *_) = reported.document["verdict"]["notes"]
    assert note == reported.document["contest"]["sentence"]
    assert "$3.08 to $20.08 a run against about $0.01 to $0.15" in note
    assert "on 36 points" in note
    assert note in reported.text("report.html").replace("&#x27;", "'")


def test_figures_are_those_of_the_report(tmp_path):
    reported = report(TwoEngines(), tmp_path)

    document = reported.document
    winner = document["backtest"]["winner"]["WQL"]
    assert document["contest"]["autopilot"] == pytest.approx(winner)
    gain = 100 * (1 - winner / document["contest"]["embedded"])
    assert document["contest"]["gain_percent"] == pytest.approx(gain)


def test_dearer_engine_has_to_be_better(tmp_path):
    reported = report(TwoEngines(skill=0.5, embedded=0.5), tmp_path)

    assert reported.document["contest"]["chosen"] == EMBEDDED
    assert (
        "no better than the embedded engine"
        in (reported.document["contest"]["sentence"])
    )


def test_only_common_points_are_compared(tmp_path):
    builder = TwoEngines(skill=0.5, embedded=0.7)
    rows = builder.other.backtests()

    reported = report(builder, tmp_path, **{EMBEDDED_KEY: write_csv(rows[18:])})

    assert reported.document["contest"]["points"] == 18


def test_windows_apart_cannot_be_compared(tmp_path):
    builder = TwoEngines(skill=0.5, embedded=0.7)
    rows = builder.backtests()
    key = "autopilot-output/backtests/backtest.csv"

    reported = report(
        builder,
        tmp_path,
        **{
            key: write_csv(rows[:18]),
            EMBEDDED_KEY: write_csv(builder.other.backtests()[18:]),
        },
    )

    contest = reported.document["contest"]
    assert (contest["chosen"], contest["points"]) == (EMBEDDED, 0)
    assert "no window in common" in contest["reason"]
    assert "cannot be told" in contest["sentence"]


def test_backtest_that_knew_more_wins_nothing(tmp_path):
    @dataclass
    class WithPrice(TwoEngines):
        def candidates(self):
            return RunBuilder.candidates(self)

        def objects(self):
            found = super().objects()
            priced = [{**row, "price": row["units"]} for row in self.history()]
            ahead = [
                {"item": row["item"], "month": row["month"], "units": "", "price": ""}
                for row in self.forecast()
            ]
            rows = write_csv([*priced, *ahead])
            return {**found, f"input/{RUN_ID}/transform/part-00000.csv": rows}

    reported = report(WithPrice(skill=0.1, embedded=0.7), tmp_path)

    contest = reported.document["contest"]
    assert contest["chosen"] == EMBEDDED
    assert "may have known what the forecast does not: price" in contest["reason"]


def test_comparison_that_fails_keeps_what_cost_most(tmp_path):
    broken = {f"runs/{RUN_ID}/candidates-embedded.json": "{"}

    reported = report(TwoEngines(), tmp_path, **broken)

    assert reported.document["contest"] is None
    assert not reported.document["engine"]["embedded"]
    (warning,) = reported.document["warnings"]
    assert "the comparison of the engines" in warning["what"]


def test_run_that_nobody_trained_has_no_contest(tmp_path):
    reported = make_report(TwoEngines(), tmp_path, without=("candidates-embedded",))

    assert reported.document["contest"] is None
    assert reported.document["warnings"] == []
    parts = {part["what"] for part in reported.document["took"]["cost"]["parts"]}
    assert "Embedded engine" not in parts


def test_embedded_engine_alone_is_named(tmp_path):
    class Alone(RunBuilder):
        def settings(self):
            return {**super().settings(), "Engine": EMBEDDED}

        def candidates(self):
            return {**super().candidates(), "engine": EMBEDDED}

    reported = report(Alone(), tmp_path)

    document = reported.document
    assert document["verdict"]["sentence"].startswith("The embedded engine's best")
    assert document["contest"] is None
    assert {line["scored_by"] for line in document["leaderboard"]} == {
        "embedded",
        "report",
    }
    words = [stage["words"] for stage in document["took"]["stages"]]
    assert "Train with the embedded engine" in words
    parts = {part["what"] for part in document["took"]["cost"]["parts"]}
    assert parts == {"Glue jobs", "Embedded engine"}
    assert "Autopilot" not in document["took"]["cost"]["basis"]
    assert "Forecast by the embedded engine" in reported.text("report.html")
