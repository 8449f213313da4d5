from datetime import date, timedelta

import pytest

from tests.building.uploads import Case, as_zip, make_tts, months


def find(code, stamps):
    made = Case("steps", as_zip(make_tts(stamps=stamps))).prepare()
    return made.finding(code)


def test_week_of_another_day_is_shown_as_uneven():
    weeks = [date(2020, 1, 6) + timedelta(weeks=n) for n in range(60)]
    weeks[30] += timedelta(days=1)

    found = find("steps-irregular", weeks)

    assert "the first from 2020-07-27 to 2020-08-04" in found.what


@pytest.mark.parametrize(("count", "horizon"), [(37, 7), (47, 9)])
def test_horizon_that_lacks_a_few_months_is_told(count, horizon):
    found = find("horizon-shortened", months(count))

    assert f"only {horizon} are forecast, as the usual 12 need 48" in found.what
