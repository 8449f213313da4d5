from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.routine import Due, find_overdue
from chalicelib.runs import MAX_RUN_ID_LENGTH, build_due_input, is_run_id, name_due
from chalicelib.uploads import Upload

NOW = datetime(2026, 11, 26, 18, tzinfo=UTC)
UPLOAD = Upload(
    "bucket", "raw/sales.zip", "v1", "e", 7, "2026-11-26T01:00:00+00:00", ""
)


def list_moments(*days_ago):
    return [NOW - timedelta(days=days) for days in days_ago]


@pytest.mark.parametrize(
    ("days_ago", "overdue"),
    [
        ((32, 25, 18, 11), True),
        ((31, 24, 17, 10), False),
        ((25, 18, 11), False),
        ((60, 25, 18, 11), False),
        ((33, 32, 31, 11), False),
        ((4.1, 3.6, 3.1, 2.6, 2.1), True),
        ((0.5, 0.4, 0.3, 0.2), False),
    ],
)
def test_upload_is_overdue_against_its_own_pace(days_ago, overdue):
    found = find_overdue("sales", list_moments(*days_ago), NOW)

    assert (found is not None) == overdue


def test_what_is_overdue_is_one_sentence():
    found = find_overdue("sales", list_moments(32, 25, 18, 11), NOW)

    assert found.words == (
        "uploads of sales usually come every 7 days, and the last came on 2026-11-15 "
        "18:00 UTC"
    )


def make_due(asked="reforecast", moment=NOW, **upload):
    changed = Upload(**{**vars(UPLOAD), **upload})
    return Due("sales", changed, asked, moment)


def test_run_of_the_clock_is_named_by_its_moment_alone():
    names = {name_due(make_due(version_id=version), "dev") for version in ("v1", "v2")}

    assert len(names) == 1
    (name,) = names
    assert is_run_id(name, "dev")
    assert len(name) <= MAX_RUN_ID_LENGTH
    assert "-261126180000-" in name


def test_other_moments_and_other_wishes_have_other_names():
    later = NOW + timedelta(hours=1)
    dues = [make_due(), make_due(asked="retrain"), make_due(moment=later)]

    assert len({name_due(due, "dev") for due in dues}) == 3


def test_run_of_the_clock_says_what_it_was_asked():
    text = build_due_input(make_due(), "dev")

    assert '"asked":"reforecast"' in text
    assert text == build_due_input(make_due(), "dev")
