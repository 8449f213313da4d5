"""Charts: round ticks, honest gaps, bands of quantiles that belong together."""

import re

import numpy as np
import pytest

from glue.reporting.page.svg import (
    Fan,
    choose_range,
    choose_ticks,
    draw_fan,
    draw_lines,
    list_single,
    pair_quantiles,
    pick_stamps,
)
from tests.building.uploads import months


def make_fan(values, mean=(5.0, 6.0), quantiles=()):
    stamps = months(len(values) + len(mean))
    return Fan(stamps, values, len(values), list(mean), list(quantiles))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (0, 4_300_000, [0, 1e6, 2e6, 3e6, 4e6]),
        (-3, 3, [-2, 0, 2]),
        (0, 0.05, [0, 0.01, 0.02, 0.03, 0.04, 0.05]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert choose_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize("values", [[], [None], [0.0], [7.0], [-7.0], [1e300, -1e300]])
def test_every_range_has_room(values):
    low, high = choose_range(values)

    assert high > low


def test_exploding_quantile_does_not_flatten_the_rest():
    _, high = choose_range([10.0, 20.0], [1e9])

    assert high < 60


@pytest.mark.parametrize(
    ("stamps", "labels"),
    [
        (months(48), ["2021", "2022", "2023"]),
        ([f"2024-05-{d:02d}" for d in range(1, 29)], ["2 May"]),
        (
            [f"2024-05-{1 + n // 24:02d} {n % 24:02d}:00:00" for n in range(96)],
            ["2 May"],
        ),
        (["2024-01-01"], []),
    ],
)
def test_labels_stand_where_something_begins(stamps, labels):
    found = [words for _, words in pick_stamps(stamps, 30)]

    assert found[: len(labels)] == labels


def test_line_stops_at_gaps_and_lonely_values_are_dots():
    picture = draw_fan(make_fan([1.0, 2.0, None, 3.0, None, 4.0, 5.0]), "x")

    (path,) = re.findall(r'<path d="([^"]+)" class="past"', picture)
    assert path.count("M") == 3
    assert picture.count('class="dot past"') == 1


def test_only_quantiles_that_add_up_to_one_make_a_band():
    quantiles = [(level, [float(level)] * 2) for level in (10, 50, 60, 90)]

    assert pair_quantiles(quantiles) == [([10.0] * 2, [90.0] * 2)]
    assert list_single(quantiles) == [[60.0] * 2]


def test_single_step_is_seen():
    picture = draw_fan(make_fan([1.0, 2.0], mean=(3.0,)), "x")

    assert picture.count('class="dot mean"') == 1


@pytest.mark.parametrize("count", [1, 3, 12, 52, 60])
@pytest.mark.parametrize("label", ["7", "25-01-06", "a very long label of a step"])
def test_labels_of_an_axis_have_room(count, label):
    picture = draw_lines([("mean", [1.0] * count)], [label] * count, "error")

    places = [
        float(x) for x in re.findall(rf'<text x="([\d.]+)"[^>]*>{label}<', picture)
    ]
    width = 9 * len(label)
    assert places
    assert (np.diff(places) >= width).all()
    assert all(x + width / 2 <= 520 for x in places[1:])


def test_labels_of_charts_are_escaped():
    picture = draw_lines([("mean", [1.0, None])], ["<b>", "2"], '"><script>')

    assert "<script>" not in picture
    assert "<b>" not in picture
