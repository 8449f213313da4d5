"""What of the covariates will not be known when a forecast is made."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DENSE = 0.5  # share of given values from which on a gap in the future means unknown
_SURE = 3.0  # events expected, and none given: the list of events has ended


def find_hidden(known: Array, starts: NDArray[np.int64], n_steps: int) -> Mask:
    """Tell which covariates are unknown at which steps ahead.

    A column that is given at most steps of the past is unknown wherever the future
    lacks it. A sparse column is a list of events: it is unknown after its last entry,
    of whatever series, if events were to be expected there.

    Parameters
    ----------
    known
        [n_items, n_steps + horizon, n_known] as given, before any filling.
    starts
        [n_items] first column with a value of the target.

    Returns
    -------
    [n_items, horizon, n_known].
    """
    given = ~np.isnan(known)
    hidden = ~given[:, n_steps:]
    n_items, horizon, count = hidden.shape
    inside = np.arange(n_steps) >= starts[:, None]
    for column in range(count):
        often = given[:, :n_steps, column][inside]
        rate = float(often.mean()) if often.size else 1.0
        if rate >= _DENSE:
            continue
        ahead = np.flatnonzero(given[:, n_steps:, column].any(axis=0))
        until = int(ahead[-1]) + 1 if len(ahead) else 0
        hidden[:, :, column] = False
        ended = rate * n_items * (horizon - until) >= _SURE
        hidden[:, until:, column] = ended
    return hidden
