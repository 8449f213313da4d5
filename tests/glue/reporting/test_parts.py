"""The report's small parts: time steps, gaps, durations, costs."""

from datetime import datetime

import numpy as np
import pytest

from glue.frequency import parse_frequency
from glue.reading.timestamps import UnreadableTimestampError, parse_stamps
from glue.reporting.baseline import fill_gaps
from glue.reporting.costs import estimate_cost
from glue.reporting.history import read_history
from glue.reporting.timeline import build_timeline
from glue.run_documents import read_settings
from tests.building.reports import RunBuilder

NAN = float("nan")


@pytest.mark.parametrize(
    ("frequency", "first", "later"),
    [
        ("M", "2020-01-01", "2020-04-01"),
        ("2M", "2020-01-01", "2020-07-01"),
        ("Y", "2020-01-01", "2023-01-01"),
        ("W", "2020-01-06", "2020-01-27"),
        ("2W", "2020-01-06", "2020-02-17"),
        ("D", "2020-02-27", "2020-03-01"),
        ("H", "2020-01-01 22:00:00", "2020-01-02 01:00:00"),
        ("15min", "2020-01-01 23:30:00", "2020-01-02 00:15:00"),
    ],
)
def test_periods_are_named_by_their_start(frequency, first, later):
    step = parse_frequency(frequency)
    origin = int(parse_stamps([first])[0])

    names = step.name_periods(np.array([0, 3]), origin)

    assert names == [first, later]
    assert step.periods(parse_stamps(names), origin).tolist() == [0, 3]


def test_week_is_named_by_its_monday():
    origin = int(parse_stamps(["2020-01-08"])[0])

    assert parse_frequency("W").name_periods([0], origin) == ["2020-01-06"]


def test_text_that_is_no_timestamp_is_an_error():
    with pytest.raises(UnreadableTimestampError, match="soon"):
        parse_stamps(["2020-01-01", "soon"])


@pytest.mark.parametrize(
    ("rules", "filled"),
    [
        ({"middlefill": "zero", "backfill": "zero"}, [NAN, 4, 0, 0, 8, 0]),
        ({"middlefill": "value", "middlefill_value": "7"}, [NAN, 4, 7, 7, 8, NAN]),
        ({"middlefill": "mean", "backfill": "max"}, [NAN, 4, 4, 4, 8, 8]),
        ({"middlefill": "min", "backfill": "median"}, [NAN, 4, 4, 4, 8, 4]),
        ({"middlefill": "nan", "backfill": "none"}, [NAN, 4, NAN, NAN, 8, NAN]),
    ],
)
def test_gaps_are_filled_as_autopilot_fills_them(rules, filled):
    history = np.array([[NAN, 4, NAN, NAN, 8, NAN], [NAN] * 6])

    found = fill_gaps(history, rules)

    np.testing.assert_array_equal(found[0], filled)
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [("sum", 12), ("avg", 4), ("first", 5), ("min", 1), ("max", 6)],
)
def test_rows_of_one_month_become_one_value(tmp_path, aggregation, value):

    path = tmp_path / "train.csv"
    rows = "a,2020-01-03,5\na,2020-01-02,1\na,2020-01-09,6\na,2020-02-01,9\n"
    path.write_text("item,month,units\n" + rows)
    settings = RunBuilder().settings()
    job = settings["TimeSeriesForecastingJobConfig"]
    job["Transformations"] = {"Aggregation": {"units": aggregation}}

    history = read_history(path, read_settings(settings))

    assert history.values.tolist() == [value, 9]
    assert history.rows == 4


def at(second):
    return datetime.fromisoformat(f"2026-01-01T00:00:{second:02d}+00:00")


def test_stages_take_the_time_between_their_ends():
    marks = {"uploaded": at(1), "prepare": at(3), "preprocess": at(10), "train": None}

    stages = build_timeline({**marks, "transform": at(40), "report": at(42)})

    assert [stage["seconds"] for stage in stages] == [2, 7, None, None, 2]


def test_cost_is_the_sum_of_its_parts():
    stages = build_timeline({})

    cost = estimate_cost(
        stages, {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 2}, local=False
    )

    transform = next(p for p in cost["parts"] if p["what"] == "Batch transform")
    assert transform["least"] == pytest.approx(2 * 0.922 * 300 / 3600)
    for end in ("least", "most"):
        assert cost[end] == pytest.approx(sum(part[end] for part in cost["parts"]))


def test_instance_without_a_known_price_is_left_out():
    cost = estimate_cost([*build_timeline({})], {"InstanceType": "ml.x"}, local=True)

    parts = [part["what"] for part in cost["parts"]]
    assert parts == ["Glue jobs", "Autopilot training"]
    assert cost["local"]
