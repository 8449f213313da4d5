"""What to do now: the first lines that a planner reads, with the numbers."""

import pytest

from glue.reporting.advice import (
    BIASED,
    CHANGED,
    ENDED,
    IMPLAUSIBLE,
    SHORT,
    WIDE,
    WORSE,
    advise,
)
from tests.building.reports import RunBuilder, make_report
from tests.glue.reporting.test_assumed import Covered
from tests.glue.reporting.test_page import read_text


class Biased(RunBuilder):
    """A run whose means are far too high."""

    def predict(self, item, step):
        """Double what a usual run forecasts."""
        return {name: 2 * value for name, value in super().predict(item, step).items()}


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
    assert text.startswith("Plan with this forecast. It says ")
    assert f"{total:,.0f} units in all, 2024-01-01 to 2024-06-01" in text
    assert f"{first:,.0f} in the first month" in text


def test_worse_forecast_is_not_to_be_planned_with(tmp_path):
    builder = RunBuilder(skill=2.5, items=tuple(f"item {n}" for n in range(9)))

    text, reported = read_steps(builder, tmp_path)

    baseline = reported.document["baseline"]
    assert reported.document["verdict"]["outcome"] == "worse"
    assert text.startswith(f"Plan with {baseline['words']} (")
    assert f"({baseline['forecast_total']:,.0f} in all), not with this" in text


def test_quantile_for_stock_is_named_with_how_often_it_was_enough(tmp_path):
    text, reported = read_steps(RunBuilder(), tmp_path)

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
    text, reported = read_steps(Biased(), tmp_path)

    bias = reported.document["backtest"]["bias_percent"]
    total = sum(reported.document["total"]["forecast"]["mean"])
    assert f"if that goes on, {total / (1 + bias / 100):,.0f} will come" in text


def test_items_without_anything_odd_are_counted(tmp_path):
    text, reported = read_steps(RunBuilder(skill=0.1), tmp_path)

    assert reported.document["attention"]["unflagged"] == 3
    assert "No item stands out as odd." in text


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([WORSE, IMPLAUSIBLE], "Set it by hand: this forecast is hard to believe"),
        ([BIASED, ENDED], "Plan 0 if it is discontinued"),
        ([WORSE, BIASED], "Hold it against the last value (70)"),
        ([BIASED, WIDE], "Plan less, about 80 in all if the bias stays"),
        ([CHANGED, SHORT], "Look at what is new in its data"),
        ([WIDE, SHORT], "Decide by what too much and too little cost"),
        ([SHORT], "Hold it against a similar item"),
    ],
)
def test_advice_on_an_item_is_that_of_its_worst_reason(reasons, words):
    said = advise(reasons, forecast=100.0, bias=25.0, simple="the last value (70)")

    assert said.startswith(words)


def test_baseline_says_what_it_expects_of_each_item(tmp_path):
    builder = RunBuilder()

    reported = make_report(builder, tmp_path)

    assert reported.document["baseline"]["name"] == "SeasonalNaive"
    for row in reported.rows("items.csv"):
        season = [builder.value(row["item"], step) for step in range(36, 42)]
        assert float(row["baseline_total"]) == pytest.approx(sum(season))
