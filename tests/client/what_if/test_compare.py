"""Base and scenario, item by item and step by step."""

import pandas as pd
import pytest

from client.what_if.ask import Base
from client.what_if.compare import compare_forecasts
from client.what_if.page import Answer, build_what_if_page, list_doubts, word_total
from client.what_if.scenario import build_scenario
from tests.client.what_if.test_change import SETTINGS


def make_forecast(**means):
    return pd.DataFrame(
        [
            {"item": item, "day": f"2026-01-0{step}", "mean": mean}
            for item, values in means.items()
            for step, mean in enumerate(values, start=2)
        ]
    )


BASE = make_forecast(tea=[10.0, 10.0], cocoa=[5.0, 5.0])


def compare(touched=("tea",), **means):
    keys = {(item,) for item in touched}
    return compare_forecasts(BASE, make_forecast(**means), SETTINGS, keys)


def make_answer(comparison, *, impacts=(), text="price=-10%"):
    report = {"explanation": {"impacts": list(impacts)}, "title": ""}
    scenario = build_scenario([text])
    names = tuple(change.name for change in scenario.changes)
    return Answer(scenario, comparison, Base("run1", "shop", {}, report), names)


def test_items_stand_by_their_difference():
    found = compare(tea=[11.0, 12.0], cocoa=[5.0, 5.0])

    assert [row.key for row in found.items] == [("tea",), ("cocoa",)]
    assert found.items[0].difference == 3
    assert found.items[0].percent == pytest.approx(15)
    assert [row.touched for row in found.items] == [True, False]


def test_steps_are_sums_of_all_items():
    found = compare(tea=[11.0, 12.0], cocoa=[5.0, 5.0])

    assert found.stamps == ("2026-01-02", "2026-01-03")
    assert (found.base, found.scenario) == ((15.0, 15.0), (16.0, 17.0))


def test_total_is_said_with_its_sign():
    assert word_total(compare(tea=[11.0, 12.0], cocoa=[5.0, 5.0])) == (
        "33 in all instead of 30: +3 (+10%)"
    )


def test_model_that_does_not_use_it_is_told():
    answer = make_answer(compare(tea=[10.0, 10.0], cocoa=[5.0, 5.0]))

    assert list_doubts(answer)[0].startswith("Nothing changes: the model does not use")


@pytest.mark.parametrize(
    ("impacts", "said"),
    [
        ([], "is unknown"),
        ([{"attribute": "calendar", "impact": 30.0}], "does not name price"),
        ([{"attribute": "price", "impact": 0.1}], "hardly uses price"),
        ([{"attribute": "price", "impact": 12.0}], "would be 12% larger"),
    ],
)
def test_use_of_the_covariate_is_told(impacts, said):
    answer = make_answer(compare(tea=[11.0, 12.0], cocoa=[5.0, 5.0]), impacts=impacts)

    assert said in list_doubts(answer)[0]


def test_noise_of_other_items_is_told():
    answer = make_answer(compare(tea=[11.0, 12.0], cocoa=[5.1, 5.0]))

    assert any("differ by up to 1.0%" in doubt for doubt in list_doubts(answer))


def test_page_runs_nothing_and_quotes_what_was_asked():
    answer = make_answer(
        compare(tea=[11.0, 12.0], cocoa=[5.0, 5.0]), text="<b>=<script>"
    )

    page = build_what_if_page(answer)

    assert "<script" not in page
    assert "What if &lt;b&gt; is &lt;script&gt;?" in page
    assert "<svg" in page
