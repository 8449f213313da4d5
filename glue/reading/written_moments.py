"""Moments written in the way that another one is, as a person would correct them."""

from __future__ import annotations

from datetime import datetime, timedelta

from glue.reading.timestamps import Reading, match_form, parse_timestamp

_EPOCH = datetime(1970, 1, 1)
_WIDTH_OF_YEAR = {2: "%y", 4: "%Y"}


def write_like(seconds: int, like: str, reading: Reading) -> str | None:
    """Write a moment as another one is written; None where that cannot be.

    Parameters
    ----------
    seconds
        The moment, in seconds since 1970.
    like
        A text that is written as the moment should be.
    reading
        How that text is read.
    """
    match = match_form(like)
    if match is None:
        return None
    moment = _EPOCH + timedelta(seconds=int(seconds))
    pieces, end = [], 0
    spans = sorted((match.span(name), name) for name in match.groupdict())
    for (start, stop), name in spans:
        if start < end or start == stop:
            continue
        piece = _write_part(name, match[name], moment, reading)
        pieces += [like[end:start], match[name] if piece is None else piece]
        end = stop
    text = "".join([*pieces, like[end:]])
    return text if parse_timestamp(text, reading) == seconds else None


def _write_part(name: str, like: str, moment: datetime, reading: Reading) -> str | None:
    """Write one part of a moment as wide as it is in another one."""
    if name == "year":
        return moment.strftime(_WIDTH_OF_YEAR[len(like)])
    if name == "name":
        return moment.strftime("%b" if len(like) == len("Jan") else "%B")
    first, second = moment.day, moment.month
    if reading.order == "month-first":
        first, second = second, first
    numbers = {
        **{"month": moment.month, "day": moment.day, "hour": moment.hour},
        **{"minute": moment.minute, "second": moment.second, "a": first, "b": second},
    }
    return str(numbers[name]).zfill(len(like)) if name in numbers else None
