"""Numbered time steps and their moments, there and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from glue.frequency import Frequency
from glue.reading.timestamps import Reading, TimestampParser, format_timestamps

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


class UnreadableTimestampError(Exception):
    """A text is no timestamp of the kind that the pipeline writes."""


def parse_stamps(texts: Iterable[str] | Array) -> Array:
    """Read timestamps as seconds since 1970, [n]."""
    codes, uniques = pd.factorize(np.asarray(texts, dtype=object))
    seconds, good = TimestampParser(Reading("year-month-day")).parse(uniques)
    if not good.all():
        bad = uniques[~good][0]
        raise UnreadableTimestampError(
            f"a timestamp cannot be read (found {bad!r}); write it as YYYY-MM-DD"
        )
    return seconds[codes]


def moments_of(periods: Array, frequency: Frequency, origin: int) -> Array:
    """Give the first second of each numbered period, [n].

    Parameters
    ----------
    periods
        As ``Frequency.periods`` numbers them.
    origin
        A moment of the period 0.
    """
    start = frequency.starts_of(np.array([origin], dtype=np.int64))
    numbers = np.asarray(periods, dtype=np.int64)
    if not frequency.months:
        return start[0] + numbers * frequency.seconds
    month = start.astype("datetime64[s]").astype("datetime64[M]")[0]
    moments = (month + numbers * frequency.months).astype("datetime64[s]")
    return moments.astype(np.int64)


def name_periods(periods: Array, frequency: Frequency, origin: int) -> list[str]:
    """Write the first moment of each numbered period."""
    seconds = moments_of(periods, frequency, origin)
    texts: list[str] = format_timestamps(
        seconds, with_time=frequency.is_below_daily
    ).tolist()
    return texts
