"""The order of day and month in RTS.csv, where it is not that of the history."""

from datetime import date, timedelta

from tests.building.uploads import as_zip, make_csv, make_tts, prepare

DAYS = [date(2020, 6, 1) + timedelta(days=n) for n in range(60)]


def write_covariates(form):
    rows = [(i, f"{day:{form}}", n) for i in "AB" for n, day in enumerate(DAYS)]
    return make_csv(("item_id", "timestamp", "price"), rows)


def test_days_above_twelve_count_more_than_the_history():
    tts = make_tts(stamps=[f"{day:%m/%d/%Y}" for day in DAYS[:52]])
    made = prepare(as_zip(tts, rts=write_covariates("%d.%m.%Y")))

    assert made.accepted
    assert "A,2020-06-03,128,2\n" in made.train.replace(".0\n", "\n")
