"""The hours that come twice when clocks are set back."""

from __future__ import annotations

import numpy as np

from glue.arrays import Array
from glue.frequency import DAY, HOUR

# Of each month with a change to winter time, the first day it can be on, and the last:
# Europe's October, America's November, Australia's April.
_DAYS = {10: (25, 31), 11: (1, 7), 4: (1, 7)}
_SUNDAY = 3  # 1970 began on a Thursday


def is_set_back(seconds: Array) -> Array:
    """Mark the moments of nights on which clocks may be set back, [n]."""
    days = seconds // DAY
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months).astype(np.int64) + 1
    month = months.astype(np.int64) % 12 + 1
    hour = seconds % DAY // HOUR
    marked = (days % 7 == _SUNDAY) & (hour >= 1) & (hour <= 3)
    near = np.zeros(len(seconds), dtype=bool)
    for number, (first, last) in _DAYS.items():
        near |= (month == number) & (day >= first) & (day <= last)
    return marked & near
