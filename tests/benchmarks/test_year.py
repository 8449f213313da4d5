"""A year in small: six weeks, in which all that happens to the year happens."""

import pytest

from benchmarks.broken_stage import break_stage
from benchmarks.year import (
    EACH_WEEK,
    EXAMPLE,
    HORIZON,
    RETRAINING,
    Events,
    World,
    Year,
    build_stretches,
    live,
    live_without,
    name_week,
)
from tests.building.paths import ROOT

WORLD = World(Events(shift=1, new_item=3, rename=5), items=12)
WEEKS = 6


def test_example_is_the_readmes():
    example = '{"Retraining": {"MaxAgeDays": 91, "WhenWorseThan": 1.5}}'

    assert example in (ROOT / "README.md").read_text()
    assert RETRAINING == {"MaxAgeDays": 91, "WhenWorseThan": 1.5}


def test_perfect_forecast_has_no_error():
    year, week = Year(), 0
    after = [name_week(week + step) for step in range(1, HORIZON + 1)]
    rows = [
        {"item_id": item, "timestamp": when, "p10": sold, "p50": sold, "p90": sold}
        for item, when, _, sold in WORLD.list_rows(week + HORIZON)
        if when in after
    ]

    year.add_forecast(rows, WORLD, week)

    assert year.error == 0


def test_stretches_are_told_from_training_to_training():
    example, each_week = Year(trainings=[0, 2]), Year()
    for year, losses in ((example, (1, 3, 2)), (each_week, (1, 1, 2))):
        for week, loss in enumerate(losses):
            year.losses[week], year.volumes[week] = loss, 10.0

    table = build_stretches({EXAMPLE: example, EACH_WEEK: each_week})

    assert table.splitlines()[2:] == [
        "| 0 to 1 | 0.2000 | 0.1000 | 2.000 |",
        "| 2 | 0.2000 | 0.2000 | 1.000 |",
    ]


def test_engine_alone_is_trained_always_or_where_it_must():
    small = World(Events(shift=1, new_item=1, rename=2), items=2)

    trained = [
        live_without(small, 3, each_week=each_week).trained
        for each_week in (True, False)
    ]

    assert trained == [3, 2]


@pytest.fixture(scope="module")
def year():
    with break_stage() as stage:
        return live(stage, WORLD, WEEKS)


def test_each_choice_has_its_reason(year):
    first, shift, *_, rename = year.choices

    assert "no approved model yet" in first
    assert "times that of its backtest, and may be 1.5 times" in shift
    assert "the covariate 'price' is gone, and the covariate 'unit_price'" in rename


def test_champion_forecasts_in_between(year):
    assert 3 <= year.trained < WEEKS
    assert sum("forecast by version" in choice for choice in year.choices) == (
        WEEKS - year.trained
    )
    assert year.least < 3 * year.trained + 1
    assert 0 < year.error < 0.5
