"""Bounds: no forecast lies absurdly far from what its series ever did."""

import math
import statistics

import numpy as np
import pandas as pd
import pytest

from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel
from forecaster.training.bounds import REACH, find_bounds, keep_possible, keep_whole

NAN = float("nan")
SERIES = {
    "constant": [5.0] * 12,
    "zero": [0.0] * 12,
    "one step": [NAN] * 11 + [3.0],
    "three steps": [NAN] * 9 + [1.0, 9.0, 4.0],
    "sparse": [0.0] * 11 + [40.0],
    "of either sign": [-4.0, 6.0] * 6,
    "huge": [1e12, 2e12] * 6,
    "gaps": [1.0, NAN, 3.0, NAN] * 3,
}


def make_panel(rows):
    target = np.array(rows, dtype=float)
    return Panel(
        keys=pd.DataFrame({"item_id": [f"i{k}" for k in range(len(target))]}),
        target=target,
        last=np.full(len(target), np.datetime64("2023-12-01", "s")),
        frequency=parse_frequency("M"),
        season=12,
        horizon=3,
        known=np.zeros((len(target), target.shape[1] + 3, 0)),
        static=np.zeros((len(target), 0)),
    )


def slow_bounds(rows):
    """Own range, the usual share of the size, half the typical size if short."""
    seen = [[y for y in row if not math.isnan(y)] for row in rows]
    sizes = [max(abs(min(s)), abs(max(s))) for s in seen]
    lengths = [
        len(r) - next(i for i, y in enumerate(r) if not math.isnan(y)) for r in rows
    ]
    shares = [
        (max(s) - min(s)) / size
        for s, size, n in zip(seen, sizes, lengths, strict=True)
        if n >= 8 and size > 0
    ]
    usual = statistics.median(shares) if shares else 1.0
    lowest, highest = [], []
    for s, size, n in zip(seen, sizes, lengths, strict=True):
        span = max(max(s) - min(s), usual * size)
        if n < 8:
            span = max(span, statistics.median(sizes) / 2)
        lowest.append(min(s) - REACH * span)
        highest.append(max(s) + REACH * span)
    return lowest, highest


@pytest.mark.parametrize(
    "names", [[name] for name in SERIES] + [list(SERIES)], ids=", ".join
)
def test_bounds_follow_their_definition(names):
    rows = [SERIES[name] for name in names]

    lowest, highest = find_bounds(make_panel(rows))

    slow_lowest, slow_highest = slow_bounds(rows)
    assert lowest == pytest.approx(slow_lowest)
    assert highest == pytest.approx(slow_highest)


def test_forecast_is_ordered_bounded_and_possible():
    panel = make_panel([SERIES["gaps"], SERIES["of either sign"]])
    wild = np.full((2, 3, 3), 1e9) * np.array([-1.0, 1.0, -1.0])

    quantiles = keep_possible(wild, panel)

    lowest, highest = find_bounds(panel)
    assert quantiles[0, 0].tolist() == [0.0, 0.0, highest[0]]
    assert quantiles[1, 0].tolist() == [lowest[1], lowest[1], highest[1]]


def test_series_without_a_value_has_no_bounds():
    panel = make_panel([[NAN] * 12])

    lowest, highest = find_bounds(panel)

    assert (lowest.item(), highest.item()) == (-np.inf, np.inf)


def test_quantiles_of_counts_are_counts():
    panel = make_panel([[0.0, 2.0, NAN], [0.5, 2.0, 3.0], [NAN] * 3])
    quantiles = np.full((3, 3, 2), [0.3, 1.7])

    counts, measured, empty = keep_whole(quantiles, panel)

    assert counts.tolist() == [[0.0, 2.0]] * 3
    assert measured.tolist() == empty.tolist() == [[0.3, 1.7]] * 3
