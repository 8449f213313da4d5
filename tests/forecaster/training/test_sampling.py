"""Series that stand for all: a sample of what has a history, or everything."""

import numpy as np
import pandas as pd

from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import Panel
from forecaster.training.sampling import choose_series


def make_panel(n_items, horizon, *, empty=()):
    target = np.arange(n_items * 6, dtype=float).reshape(n_items, 6)
    target[list(empty)] = np.nan
    return Panel(
        keys=pd.DataFrame({"item_id": [f"i{k:03d}" for k in range(n_items)]}),
        target=target,
        last=np.full(n_items, np.datetime64("2023-12-01", "s")),
        frequency=parse_frequency("M"),
        season=12,
        horizon=horizon,
        known=np.zeros((n_items, 6 + horizon, 0)),
        static=np.zeros((n_items, 0)),
    )


def test_small_panels_are_kept_whole():
    panel = make_panel(300, 400, empty=[3])

    assert choose_series(panel) is panel


def test_large_panels_give_series_from_end_to_end():
    chosen = choose_series(make_panel(900, 400))

    places = np.flatnonzero(np.isin(np.arange(900) * 6.0, chosen.target[:, 0]))
    assert len(places) == 300
    assert (places[0], places[-1]) == (0, 899)
    assert set(np.diff(places)) <= {2, 3, 4}


def test_series_without_history_stand_for_none():
    chosen = choose_series(make_panel(900, 400, empty=range(0, 900, 2)))

    assert not np.isnan(chosen.target).any()


def test_long_horizons_leave_a_hundred_series():
    assert choose_series(make_panel(101, 50_000)).n_items == 100
