import re

import botocore.session
import numpy as np
import pandas as pd
import pytest

from glue.frequency import (
    Frequency,
    StepEvidence,
    find_frequency,
    longest_horizon,
    parse_frequency,
)
from glue.limits import MOST_UNITS

START = pd.Timestamp("2019-12-30")  # a Monday


def as_seconds(stamps):
    return np.asarray(stamps.values.astype("datetime64[s]").astype(np.int64))


def find(stamps, series=None):
    seconds = as_seconds(pd.DatetimeIndex(stamps))
    evidence = StepEvidence()
    evidence.add(seconds, np.zeros(len(seconds)) if series is None else series)
    return evidence, find_frequency(evidence).frequency


@pytest.mark.parametrize(
    ("text", "alias"), [("D", "D"), ("M", "M"), ("Y", "Y"), ("W", "W-SUN"), ("H", "h")]
)
def test_periods_are_those_of_pandas(text, alias):
    stamps = pd.date_range("1999-12-27 05:00", periods=500, freq="37h")
    expected = stamps.to_period(alias if pd.__version__ > "2.2" else alias.upper())
    numbers = parse_frequency(text).periods(as_seconds(stamps), as_seconds(stamps)[0])

    assert numbers.tolist() == [
        period.ordinal - expected[0].ordinal for period in expected
    ]


@pytest.mark.parametrize("text", ["2W", "3D", "6H", "30min", "3M"])
def test_long_periods_are_counted_from_the_origin(text):
    frequency = parse_frequency(text)
    stamps = as_seconds(pd.date_range("2020-01-06", periods=400, freq="11h"))
    single = parse_frequency(f"1{frequency.unit}")

    assert frequency.periods(stamps, stamps[0]).tolist() == [
        number // frequency.count for number in single.periods(stamps, stamps[0])
    ]


STEPS = [
    ("1min", pd.Timedelta(minutes=1)),
    ("15min", pd.Timedelta(minutes=15)),
    ("H", pd.Timedelta(hours=1)),
    ("6H", pd.Timedelta(hours=6)),
    ("D", pd.Timedelta(days=1)),
    ("5D", pd.Timedelta(days=5)),
    ("W", pd.Timedelta(days=7)),
    ("4W", pd.Timedelta(days=28)),
    ("M", pd.DateOffset(months=1)),
    ("3M", pd.DateOffset(months=3)),
    ("Y", pd.DateOffset(years=1)),
]


@pytest.mark.parametrize(("text", "step"), STEPS)
def test_regular_steps_are_found(text, step):
    _, frequency = find([START + step * n for n in range(40)])

    assert str(frequency) == text


@pytest.mark.parametrize(("text", "step"), STEPS)
def test_gaps_change_no_frequency(text, step):
    _, frequency = find([START + step * n for n in range(60) if n % 7])

    assert str(frequency) == text


@pytest.mark.parametrize(
    "step",
    [
        pd.Timedelta(seconds=30),
        pd.Timedelta(days=10),
        pd.Timedelta(hours=25),
        pd.Timedelta(weeks=5),
        pd.DateOffset(years=2),
    ],
)
def test_steps_outside_the_grammar_are_none(step):
    _, frequency = find([START + step * n for n in range(40)])

    assert frequency is None


def test_steps_between_series_count_for_nothing():
    stamps = [START + pd.Timedelta(days=n) for n in range(10)]
    later = [START + pd.Timedelta(days=100, hours=7 + 24 * n) for n in range(10)]
    _, frequency = find([*stamps, *later], np.repeat([0, 1], 10))

    assert str(frequency) == "D"


def test_endless_variety_of_steps_is_irregular():
    seconds = np.cumsum(np.arange(1, 110_000, dtype=np.int64))
    evidence = StepEvidence()
    evidence.add(seconds, np.zeros(len(seconds)))

    assert evidence.irregular
    assert find_frequency(evidence).frequency is None


@pytest.mark.parametrize(
    ("steps", "expected"), [(3, 0), (4, 1), (35, 8), (2_000, 500), (10_000, 500)]
)
def test_horizon_is_at_most_a_quarter(steps, expected):
    assert longest_horizon(steps) == expected


@pytest.mark.parametrize("text", ["7D", "24H", "60min", "12M", "2Y", "", "Q"])
def test_frequency_outside_the_grammar_is_refused(text):
    with pytest.raises(ValueError, match="no forecast frequency"):
        parse_frequency(text)


def test_every_spelling_has_the_models_form():
    model = botocore.session.get_session().get_service_model("sagemaker")
    if "ForecastFrequency" not in model.shape_names:
        pytest.skip("this botocore is older than Autopilot's time series API")
    pattern = model.shape_for("ForecastFrequency").metadata["pattern"]
    spelled = [
        str(Frequency(count, unit))
        for unit, most in MOST_UNITS.items()
        for count in range(1, most + 1)
    ]

    assert [text for text in spelled if not re.fullmatch(pattern, text)] == []
    assert [str(parse_frequency(text)) for text in spelled] == spelled
