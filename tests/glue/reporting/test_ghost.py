"""The same period before: a year where the history has it, else whole seasons."""

import numpy as np
import pandas as pd
import pytest

from glue.frequency import parse_frequency
from glue.reporting.ghost import choose_ghost
from glue.reporting.grid import find_complete
from glue.reporting.history import read_history
from glue.run_documents import RunSettings
from tests.building.reports import RunBuilder, make_report

CODES = {"M": "MS", "W": "W-MON", "D": "D", "H": "60min", "Y": "YS", "30min": "30min"}


def make_settings(frequency, horizon):
    parsed = parse_frequency(frequency)
    return RunSettings(
        keys=("item",),
        timestamp="day",
        target="units",
        asked_quantiles=("p50",),
        frequency=parsed,
        horizon=horizon,
        season=parsed.season,
    )


def write_history(folder, settings, starts, steps):
    """Write series that count their steps, each from its own start to the end."""
    code = CODES[str(settings.frequency)]
    stamps = pd.date_range("2020-01-06", periods=steps, freq=code)
    rows = [
        {"item": item, "day": str(stamps[at]), "units": at}
        for item, start in starts.items()
        for at in range(start, steps)
    ]
    path = folder / "train.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_history(path, settings)


@pytest.mark.parametrize(
    ("frequency", "steps", "horizon", "lag", "words"),
    [
        ("M", 40, 6, 12, "a year before"),
        ("M", 40, 18, 24, "24 months before"),
        ("M", 11, 6, 6, "6 months before"),
        ("W", 60, 4, 52, "52 weeks before"),
        ("W", 40, 4, 4, "4 weeks before"),
        ("D", 400, 14, 364, "52 weeks before"),
        ("D", 100, 14, 14, "2 weeks before"),
        ("D", 100, 10, 14, "2 weeks before"),
        ("H", 400, 48, 168, "1 week before"),
        ("H", 100, 24, 24, "1 day before"),
        ("30min", 700, 48, 336, "1 week before"),
        ("Y", 12, 2, 2, "24 months before"),
        ("M", 5, 6, 0, ""),
    ],
)
def test_ghost_is_the_latest_period_alike(
    tmp_path, frequency, steps, horizon, lag, words
):
    settings = make_settings(frequency, horizon)
    history = write_history(tmp_path, settings, {"a": 0}, steps)

    ghost = choose_ghost(history.steps, settings)

    assert (ghost.lag, ghost.words) == (lag, words)


def test_ghost_is_what_each_series_had_then(tmp_path):
    settings = make_settings("M", 3)
    history = write_history(tmp_path, settings, {"a": 0, "b": 30, "c": 35}, 36)

    ghost = choose_ghost(history.steps, settings)

    had = ghost.look_up(history, np.array([0, 1, 2]), 3)
    assert had[0].tolist() == [24, 25, 26]
    assert np.isnan(had[1:]).all()


@pytest.mark.parametrize(
    ("starts", "volume", "first"),
    [
        ({"a": 0, "b": 0}, [1, 1], 0),
        ({"a": 0, "b": 20}, [1, 99], 20),
        ({"a": 0, "b": 20}, [99, 1], 0),
        ({"a": 0, "b": 35}, [1, 99], 24),
        ({"a": 5}, [0], 0),
    ],
)
def test_total_begins_where_most_of_the_volume_has(starts, volume, first):
    begins = np.array([*starts.values()])

    assert find_complete(begins, np.array(volume), 36, least=12) == first


def test_report_compares_with_a_year_ago(tmp_path):
    builder = RunBuilder()

    reported = make_report(builder, tmp_path)

    steps = range(builder.steps - 12, builder.steps - 12 + builder.horizon)
    had = [sum(builder.value(item, at) for item in builder.items) for at in steps]
    total = reported.document["total"]
    assert total["before"]["words"] == "a year before"
    assert total["before"]["values"] == pytest.approx(had)
    assert total["last_season_total"] == pytest.approx(sum(had))
    assert "a year before" in reported.text("report.html")
