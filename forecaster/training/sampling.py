"""Of a panel too large to backtest, the series that stand for all."""

import numpy as np

from forecaster.data.panel import Panel

_POINTS = 120_000  # of forecast a window: more tell nothing more of the candidates
_FEWEST = 100  # series


def choose_series(panel: Panel) -> Panel:
    """Keep as many series as a backtest is worth, evenly over their keys.

    What has no history is left out where anything is; a smaller panel is kept whole.
    """
    most = max(_POINTS // max(panel.horizon, 1), _FEWEST)
    if panel.n_items <= most:
        return panel
    some = np.flatnonzero(panel.lengths > 0)
    places = np.linspace(0, len(some) - 1, min(most, len(some))).astype(np.int64)
    return panel.take(some[places])
