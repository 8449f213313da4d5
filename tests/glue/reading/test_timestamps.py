from datetime import datetime, timedelta

import numpy as np
import pytest

from glue.reading.timestamps import (
    Reading,
    TimestampEvidence,
    find_order,
    format_timestamps,
    parse_timestamp,
)

MOMENT = datetime(2021, 11, 7, 15, 4, 5)


def read(text, form, order=None):
    seconds = parse_timestamp(text, Reading(form, order))
    return (
        None if seconds is None else datetime(1970, 1, 1) + timedelta(seconds=seconds)
    )


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2021-11-07", "year-month-day", datetime(2021, 11, 7)),
        ("2021.11.7", "year-month-day", datetime(2021, 11, 7)),
        ("2021-11-07T15:04:05.000Z", "year-month-day", MOMENT),
        ("2021-11-07 15:04:05+02:00", "year-month-day", MOMENT),
        ("2021-11-07 15:04", "year-month-day", MOMENT.replace(second=0)),
        ("2021-11-07 15:04:05.5", "year-month-day", datetime(2021, 11, 7, 15, 4, 5)),
        ("2021-11-07 24:00:00", "year-month-day", datetime(2021, 11, 8)),
        ("2021-11/07", "year-month-day", None),
        ("2021-02-29", "year-month-day", None),
        ("1677-12-31", "year-month-day", None),
        ("20211107", "yyyymmdd", datetime(2021, 11, 7)),
        ("2021-11", "year-month", datetime(2021, 11, 1)),
        ("11/2021", "month/year", datetime(2021, 11, 1)),
        ("2021", "year", datetime(2021, 1, 1)),
        ("2020-W53", "year-week", datetime(2020, 12, 28)),
        ("2021-W53", "year-week", None),
        ("2021Q4", "year-quarter", datetime(2021, 10, 1)),
        ("7 Nov 2021", "day month-name year", datetime(2021, 11, 7)),
        ("7-Nov-21", "day month-name year", datetime(2021, 11, 7)),
        ("7 Foo 2021", "day month-name year", None),
        ("November 7, 2021", "month-name day year", datetime(2021, 11, 7)),
        ("Sept 2021", "month-name year", datetime(2021, 9, 1)),
    ],
)
def test_each_form_is_read(text, form, expected):
    evidence = TimestampEvidence()
    evidence.add([text])

    assert read(text, form) == expected
    assert expected is None or evidence.forms[form] == 1


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day-first", datetime(2021, 7, 11, 12)),
        ("month-first", datetime(2021, 11, 7, 12)),
    ],
)
def test_order_tells_day_from_month(order, expected):
    assert read("11/07/2021 12:00 PM", "day and month", order) == expected
    assert read("11/07/21 12:00:00", "day and month", order) == expected


def gather(texts):
    evidence = TimestampEvidence()
    evidence.add(texts)
    return evidence


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["13/01/2021", "01/02/2021"], "day-first"),
        (["01/13/2021", "01/02/2021"], "month-first"),
        (["01/02/2021", "02/03/2021"], None),
        (["13/01/2021", "01/13/2021"], None),
        ([f"01/{m:02d}/202{y}" for y in range(3) for m in range(1, 13)], "day-first"),
        ([f"{m:02d}/01/202{y}" for y in range(3) for m in range(1, 13)], "month-first"),
        ([f"01/{m:02d}/2020" for m in range(1, 13)], None),
    ],
)
def test_order_is_told_from_the_whole_column(texts, expected):
    assert find_order(gather(texts)) == expected


@pytest.mark.parametrize("with_time", [True, False])
def test_moments_are_written_one_way(with_time):
    seconds = np.array([0, 86_400, -86_400, 1_636_297_445])
    pattern = "%Y-%m-%d %H:%M:%S" if with_time else "%Y-%m-%d"
    expected = [
        (datetime(1970, 1, 1) + timedelta(seconds=n)).strftime(pattern)
        for n in seconds.tolist()
    ]

    assert format_timestamps(seconds, with_time=with_time).tolist() == expected
