"""What to do now: the first lines that a planner reads, with the numbers."""

from dataclasses import replace
from datetime import datetime

import pytest

from glue.reporting.advice import (
    BIASED,
    CHANGED,
    ENDED,
    IMPLAUSIBLE,
    JUMPED,
    SHORT,
    WIDE,
    WORSE,
    Baseline,
    Judged,
    advise,
)
from tests.building.reports import RunBuilder, make_report
from tests.glue.reporting.test_assumed import Covered
from tests.glue.reporting.test_page import read_text


class Biased(RunBuilder):
    """A run whose means are too high, and whose quantiles are right."""

    def predict(self, item, step):
        """Add to the means that a usual run forecasts."""
        found = super().predict(item, step)
        return {**found, "mean": 1.15 * found["mean"]}


def read_steps(builder, folder):
    """Give the text between the verdict and the key figures, and the report."""
    reported = make_report(builder, folder)
    text = " ".join(read_text(reported.text("report.html")).split())
    return text.partition("What to do now ")[2].partition("Look at these")[0], reported


def test_forecast_with_a_tick_is_to_be_planned_with(tmp_path):
    builder = RunBuilder(skill=0.1, items=tuple(f"item {n}" for n in range(9)))

    text, reported = read_steps(builder, tmp_path)

    total = sum(reported.document["total"]["forecast"]["mean"])
    first = reported.document["total"]["forecast"]["mean"][0]
    assert reported.document["verdict"]["outcome"] == "better"
    assert "Plan with this forecast. It says " in text
    assert f"{total:,.0f} units in all, 2024-01-01 to 2024-06-01" in text
    assert f"{first:,.0f} in the first month" in text


def test_worse_forecast_is_not_to_be_planned_with(tmp_path):
    builder = RunBuilder(skill=2.5, items=tuple(f"item {n}" for n in range(9)))

    text, reported = read_steps(builder, tmp_path)

    baseline = reported.document["baseline"]
    simple = [float(row["mean"]) for row in reported.rows("baseline.csv")]
    first = reported.rows("baseline.csv")[0]["month"]
    at_first = [r["mean"] for r in reported.rows("baseline.csv") if r["month"] == first]
    assert reported.document["verdict"]["outcome"] == "worse"
    assert f"Plan with {baseline['words']} (baseline.csv)" in text
    assert f"It says {sum(simple):,.0f} units in all" in text
    assert f"; {sum(map(float, at_first)):,.0f} in the first month" in text
    assert "have p90 (a column of baseline.csv)" in text
    assert reported.document["next"]["file"] == "baseline.csv"


def test_simple_forecast_is_given_with_its_own_bias(tmp_path):
    text, reported = read_steps(RunBuilder(skill=2.5), tmp_path)

    bias = reported.document["backtest"]["baseline_backtest"]["bias_percent"]
    side = "high" if bias > 0 else "low"
    assert f"On the backtest it was {abs(bias):.1f}% too {side} in all" in text


@pytest.mark.parametrize(("skill", "count"), [(0.1, 0), (2.5, 2)])
def test_figures_of_a_rejected_forecast_are_told(tmp_path, skill, count):
    _, reported = read_steps(RunBuilder(skill=skill), tmp_path)

    page = read_text(reported.text("report.html"))
    assert page.count("This is forecast.csv, the forecast that was judged") == count


def test_items_that_the_rejected_forecast_is_better_on_are_named(tmp_path):
    class Mixed(RunBuilder):
        """A run that is good on one item, and bad on the others."""

        def backtests(self):
            """Spoil all but the harp."""
            rows = super().backtests()
            for row in rows:
                if row["item"] != "harp":
                    row["mean"] *= 3
                    row.update({n: 3 * row[n] for n in ("p10", "p50", "p90")})
            return rows

    text, reported = read_steps(Mixed(skill=0.1), tmp_path)

    assert reported.document["verdict"]["outcome"] == "even"
    (better,) = reported.document["attention"]["better"]["first"]
    assert "For 1 item, forecast.csv may do better" in text
    assert better["key"] == ["harp"]


def test_quantile_for_stock_is_named_with_how_often_it_was_enough(tmp_path):
    text, reported = read_steps(RunBuilder(skill=0.1), tmp_path)

    (p90,) = (
        one
        for one in reported.document["backtest"]["calibration"]
        if one["quantile"] == "p90"
    )
    assert "For a service level of 90%, have p90" in text
    assert f"it was enough {100 * p90['covered']:.0f}% of the time" in text


def test_low_quantiles_are_no_advice_for_stock(tmp_path):
    text, _ = read_steps(RunBuilder(quantiles=("p10", "p50")), tmp_path)

    assert "service level" not in text


def test_plans_that_the_forecast_lacks_are_asked_for(tmp_path):
    text, _ = read_steps(Covered(skill=0.2), tmp_path)

    assert "upload them too" in text


def test_biased_total_is_given_without_the_bias_too(tmp_path):
    text, reported = read_steps(Biased(skill=0.1), tmp_path)

    bias = reported.document["backtest"]["bias_percent"]
    total = sum(reported.document["total"]["forecast"]["mean"])
    assert f"{total / (1 + bias / 100):,.0f}, if that goes on" in text


@pytest.mark.parametrize(("windows", "biased"), [((1.5, 1.5), 3), ((1.9, 0.9), 0)])
def test_bias_that_all_items_share_is_told_of_each(tmp_path, windows, biased):
    class Shared(RunBuilder):
        """A run whose means are off alike on all items."""

        def backtests(self):
            """Multiply the means of each window."""
            rows = super().backtests()
            first, last = sorted({row["cutoff"] for row in rows})
            factors = {first: windows[0], last: windows[1]}
            return [
                {**row, "mean": factors[row["cutoff"]] * row["mean"]} for row in rows
            ]

    _, reported = read_steps(Shared(skill=0.1), tmp_path)

    assert reported.document["attention"]["counts"]["biased"] == biased


def test_items_without_anything_odd_are_counted(tmp_path):
    text, reported = read_steps(RunBuilder(skill=0.1), tmp_path)

    assert reported.document["attention"]["unflagged"] == 3
    assert "No item stands out as odd." in text


HIGH = Judged(
    forecast=100.0, bias=25.0, windows=(20.0, 30.0), simple=70.0, simple_bias=-3.0
)
LOW = Judged(
    forecast=100.0, bias=-25.0, windows=(-20.0, -30.0), simple=70.0, simple_bias=-3.0
)
LAST = Baseline("the last value")


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([WORSE, IMPLAUSIBLE], "Set it by hand: this forecast is hard to believe"),
        ([BIASED, ENDED], "Plan 0 if it is discontinued"),
        ([WORSE, BIASED], "Use the last value instead: 70"),
        ([BIASED, WIDE], "Plan less than this: 76.9 to 83.3, by how far it was too"),
        ([CHANGED, SHORT], "Look at what is new in its data"),
        ([WORSE, JUMPED], "Find out whether its last value is right"),
        ([WIDE, SHORT], "Decide by what too much and too little cost"),
        ([SHORT], "Hold it against a similar item"),
    ],
)
def test_advice_on_an_item_is_that_of_its_worst_reason(reasons, words):
    said = advise(reasons, HIGH, LAST)

    assert said.startswith(words)


def test_too_low_forecast_is_not_mended_by_a_lower_one():
    said = advise([WORSE], LOW, LAST)

    assert said == (
        "Plan more than this: 125 to 143, by how far it was too low in every window of "
        "the backtest, and the last value says no more"
    )


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ((2.0, 128.0), "too high in every window of the backtest, but by 2.0% to 128%"),
        ((-5.0, 128.0), "on the backtest it was 25% too high in all"),
    ],
)
def test_windows_that_disagree_give_no_amount(windows, words):
    said = advise([BIASED], replace(HIGH, windows=windows), LAST)

    assert said.startswith("Look at it: ")
    assert said.endswith(words)


@pytest.mark.parametrize("reason", [WORSE, BIASED])
def test_item_is_planned_with_what_is_advised_for_all(reason):
    said = advise([reason], HIGH, Baseline("the last value", is_advised=True))

    assert said == (
        "Plan with the last value: 70; on the backtest that was 3.0% too low here"
    )


def test_baseline_says_what_it_expects_of_each_item(tmp_path):
    builder = RunBuilder()

    reported = make_report(builder, tmp_path)

    assert reported.document["baseline"]["name"] == "SeasonalNaive"
    for row in reported.rows("items.csv"):
        season = [builder.value(row["item"], step) for step in range(36, 42)]
        assert float(row["baseline_total"]) == pytest.approx(sum(season))


def test_baseline_is_delivered_like_the_forecast(tmp_path):
    builder = RunBuilder()

    reported = make_report(builder, tmp_path)

    rows, ours = reported.rows("baseline.csv"), reported.rows("forecast.csv")
    assert [*rows[0]] == [*ours[0]]
    assert [(r["item"], r["month"]) for r in rows] == [
        (r["item"], r["month"]) for r in ours
    ]
    first = builder.value(rows[0]["item"], builder.steps - 12)
    assert float(rows[0]["mean"]) == pytest.approx(first)
    assert all(float(r["p10"]) <= float(r["p50"]) <= float(r["p90"]) for r in rows)


def test_passing_bias_gives_no_other_total(tmp_path):
    class Fading(RunBuilder):
        """A run that was far too high in its first window alone."""

        def backtests(self):
            """Double the means of the first window."""
            rows = super().backtests()
            for row in rows:
                if row["cutoff"] == rows[0]["cutoff"]:
                    row["mean"] *= 1.6
            return rows

    text, reported = read_steps(Fading(), tmp_path)

    assert not reported.document["backtest"]["bias_is_steady"]
    assert "if that goes on" not in text
    notes = " ".join(reported.document["verdict"]["notes"])
    assert "but not steadily" in notes


def test_periods_that_are_past_are_counted(tmp_path):
    text, _ = read_steps(RunBuilder(), tmp_path)

    assert text.startswith("All 6 months are past already.")
    assert "The data end at 2023-12-01, and the report was made on 2026-01-01" in text


def test_periods_that_are_left_to_plan_are_named(tmp_path):
    now = datetime.fromisoformat("2024-05-20T00:00:00+00:00")

    text, reported = read_steps(RunBuilder(skill=0.1, now=now), tmp_path)

    left = sum(reported.document["total"]["forecast"]["mean"][4:])
    assert text.startswith("4 of these 6 months are past already.")
    assert f"Left to plan: 2024-05-01 to 2024-06-01, {left:,.0f} in all" in text
    assert reported.document["next"]["past_steps"] == 4


def test_each_item_has_its_reasons_in_the_file(tmp_path):
    class Ended(RunBuilder):
        """A run one series of which ended long ago."""

        def history(self):
            """Leave out the last year of the harp."""
            return [
                row
                for row in super().history()
                if row["item"] != "harp" or row["month"] < "2023-01-01"
            ]

    rows = {r["item"]: r for r in make_report(Ended(), tmp_path).rows("items.csv")}

    assert "ended" in rows["harp"]["look_at"]
    assert rows["harp"]["to_do"].startswith("Plan 0 if it is discontinued")
    assert rows["drum"]["look_at"] == rows["drum"]["to_do"] == ""
