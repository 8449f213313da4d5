from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.moments import MomentsError, find_due, read_moments
from glue.settings.rules import SCHEDULE
from tests.building.paths import ROOT

NOW = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)  # a Thursday
WEEK = timedelta(days=7)
LONG = timedelta(days=4000)


def find(text, *, anchor=NOW - LONG, now=NOW, within=LONG):
    found = find_due(read_moments(text), anchor, now, within=within)
    return None if found is None else f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("cron(0 6 ? * MON *)", "2026-11-23 06:00"),
        ("cron(0 6 ? * 2 *)", "2026-11-23 06:00"),
        ("cron(30 18 * * ? *)", "2026-11-26 18:30"),
        ("cron(31 18 * * ? *)", "2026-11-25 18:31"),
        ("cron(0/15 * * * ? *)", "2026-11-26 18:30"),
        ("cron(0 8 1 * ? *)", "2026-11-01 08:00"),
        ("cron(0 8 ? * MON-FRI *)", "2026-11-26 08:00"),
        ("cron(0 8 1,15 JAN,JUL ? *)", "2026-07-15 08:00"),
        ("cron(0 0 29 2 ? *)", "2024-02-29 00:00"),
        ("cron(0 0 1 1 ? 2020-2022)", "2022-01-01 00:00"),
        ("cron(0 0 1 1 ? 2030)", None),
    ],
)
def test_last_moment_of_the_calendar_is_found(text, last):
    assert find(text) == last


@pytest.mark.parametrize(
    ("days", "last"), [(27, None), (28, 0), (29, 1), (55, 27), (56, 0), (57, 1)]
)
def test_pauses_are_counted_from_what_came_last(days, last):
    anchor = NOW - timedelta(days=days)

    found = find_due(read_moments("every 28 days"), anchor, NOW, within=LONG)

    assert found == (None if last is None else NOW - timedelta(days=last))


@pytest.mark.parametrize(
    "text", ["cron(0 6 ? * MON *)", "every 2 weeks", "every 36 hours"]
)
def test_moment_is_found_alike_until_the_next(text):
    moments, anchor = read_moments(text), NOW - timedelta(days=40)
    hours = [NOW + timedelta(hours=hour) for hour in range(24 * 30)]

    found = [find_due(moments, anchor, hour, within=LONG) for hour in hours]

    assert sorted(set(found)) == list(dict.fromkeys(found))
    assert len(set(found)) < 40
    assert all(one <= hour for one, hour in zip(found, hours, strict=True))


def test_old_moment_is_not_caught_up_with():
    assert find("cron(0 6 1 * ? *)", within=WEEK) is None
    assert find("every 28 days", anchor=NOW - timedelta(days=36), within=WEEK) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "daily", "every day", "every 0 days", "rate(1 day)", "cron()"),
        *("cron(0 6 ? * MON)", "cron(60 6 ? * MON *)", "cron(0 24 * * ? *)"),
        *("cron(0 6 ? * MOO *)", "cron(0 6 L * ? *)", "cron(0 6 ? * 6#3 *)"),
        *("cron(0 6 32 * ? *)", "cron(5-1 6 * * ? *)", "cron(0/0 6 * * ? *)"),
    ],
)
def test_what_is_no_schedule_is_refused(text):
    with pytest.raises(MomentsError, match=r"correct it|use 1 or more"):
        read_moments(text)


def test_example_of_the_docs_can_be_read():
    text = (ROOT / "docs" / "retraining.md").read_text()

    assert '"every 28 days"' in text
    assert '"cron(0 6 ? * MON *)"' in text
    assert set(SCHEDULE.members) == {"Retrain", "Reforecast"}
