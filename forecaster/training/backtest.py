"""Rolling-origin backtests: how each candidate would have done before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.data.panel import Panel
from forecaster.metrics import Scored, in_sample_scale

_WINDOWS = 3
_MOST_WINDOWS = 8
_POINTS = 1_500  # that tell enough of weights and widths
_SHARE = 0.35  # of the history, that more windows than three may take
_LEAST_HISTORY = 4  # steps before a cutoff for a series to count in its window


@dataclass(frozen=True)
class Backtest:
    """The windows of a panel: where they are cut and what came after.

    Parameters
    ----------
    cuts
        Steps before the end at which each window's history stops, oldest first.
    actual
        [n_windows, n_items, horizon]; NaN where a series is too short for a window.
    scale
        [n_windows, n_items] for MASE, from the history before each cutoff.
    """

    cuts: tuple[int, ...]
    actual: Array
    scale: Array

    def scored(
        self, quantiles: Array, levels: Array, asked: NDArray[np.int64]
    ) -> Scored:
        """Put forecasts [n_windows, n_items, horizon, n_levels] beside the actuals."""
        return Scored(
            actual=self.actual,
            forecast=quantiles,
            levels=levels,
            asked=asked,
            scale=self.scale,
        )

    def every(self, stride: int) -> "Backtest":
        """Keep every so many series."""
        return Backtest(self.cuts, self.actual[:, ::stride], self.scale[:, ::stride])

    def window(self, number: int) -> "Backtest":
        """Keep one window."""
        some = slice(number, number + 1)
        return Backtest(self.cuts[some], self.actual[some], self.scale[some])


def plan_backtest(panel: Panel) -> Backtest:
    """Choose as many windows as the typical series has room for; at least one.

    Three are enough where series abound; the fewer the points of a window, the more
    windows there are, as long as they leave most of the history to learn from.
    """
    lengths = panel.lengths[panel.lengths > 0]
    typical = float(np.median(lengths)) if len(lengths) else 0.0
    horizon = panel.horizon
    season = panel.season if typical > 3 * panel.season else 1
    needed = max(2 * season, _LEAST_HISTORY, min(2 * horizon, 40))
    more = min(
        _POINTS // max(len(lengths) * horizon, 1), int(_SHARE * typical) // horizon
    )
    wanted = np.clip(more, _WINDOWS, _MOST_WINDOWS)
    windows = int(np.clip((typical - needed) // horizon, 1, wanted))
    cuts = tuple(
        horizon * k for k in range(windows, 0, -1) if horizon * k < panel.n_steps
    )
    actual = [_actual(panel, cut) for cut in cuts]
    scale = [in_sample_scale(panel.cut(cut).target, panel.season) for cut in cuts]
    empty = np.zeros((0, panel.n_items, horizon))
    return Backtest(
        cuts,
        np.stack(actual) if cuts else empty,
        np.stack(scale) if cuts else empty[:, :, 0],
    )


def _actual(panel: Panel, cut: int) -> Array:
    stop = panel.n_steps - cut + panel.horizon
    actual = panel.target[:, panel.n_steps - cut : stop].copy()
    actual[panel.lengths - cut < _LEAST_HISTORY] = np.nan
    return actual
