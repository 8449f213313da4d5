"""Uploads whose series, frequency or horizon need a word, each with a near miss."""

from datetime import date, datetime, timedelta

from tests.building.uploads import (
    HEADER,
    Case,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    months,
)

TTS = make_tts()
ROWS = make_rows()
TWICE = TTS + "".join(f"Z,{t},{v}\n" for i, t, v in ROWS if i == "A")


def job(**values):
    return {"TimeSeriesForecastingJobConfig": values}


def dates(step, count=60, start=date(2020, 1, 6)):
    """Name dates so many days apart; the start is a Monday."""
    return [(start + timedelta(days=step * n)).isoformat() for n in range(count)]


def minutes(step, count=400):
    start = datetime(2020, 1, 1)
    return [f"{start + timedelta(minutes=step * n)}" for n in range(count)]


def stamps(texts):
    return as_zip(make_tts(stamps=texts))


def yearly(count=24):
    return [f"{1990 + n}-01-01" for n in range(count)]


def quarterly():
    return months(72)[::3]


def workdays():
    return [day for day in dates(1, 120) if date.fromisoformat(day).weekday() < 5]


def month_ends():
    firsts = [date.fromisoformat(day) for day in months(25)[1:]]
    return [(day - timedelta(days=1)).isoformat() for day in firsts]


def last_workdays():
    return [
        (day - timedelta(days=max(day.weekday() - 4, 0))).isoformat()
        for day in map(date.fromisoformat, month_ends())
    ]


def rows_with(*rows):
    return as_zip(make_csv(HEADER, [*ROWS, *rows]))


def without(keep):
    return as_zip(make_csv(HEADER, [row for row in ROWS if keep(row)]))


def changed(change):
    return as_zip(make_csv(HEADER, [change(row) for row in ROWS]))


def two_years_apart(missing):
    """Write months with so many missing in the middle."""
    return stamps([*months(60)[:24], *months(60)[24 + missing :]])


SUM = job(Transformations={"Aggregation": {"target_value": "sum"}})
SHORT = [("C", stamp, 7 + n) for n, stamp in enumerate(months(24)[-3:])]
FOUR = [("C", stamp, 7 + n) for n, stamp in enumerate(months(24)[-4:])]
DROP = {"Preparation": {"DropShortSeries": True}}
WEEKLY = make_rows(stamps=dates(7))
EIGHT = make_tts(steps=8)

CASES = [
    Case(
        "rows of no date",
        as_zip(make_csv(HEADER, [("A", "1970-01-01", n) for n in (3, 4)] + ROWS)),
        ("timestamp-default",),
    ),
    Case("a row twice", rows_with(ROWS[3]), ("duplicate-rows",)),
    Case("a key twice", rows_with(("A", "2020-02-01", 3)), ("duplicate-rows",)),
    Case(
        "a key twice, aggregated",
        rows_with(("A", "2020-02-01", 3)),
        ("duplicate-rows-aggregated",),
        settings=SUM,
    ),
    Case("unsorted rows", as_zip(make_csv(HEADER, ROWS[::-1])), train=TTS),
    Case(
        "short series",
        rows_with(*SHORT),
        ("series-short",),
        train=make_csv(HEADER, [*ROWS, *SHORT]),
    ),
    Case(
        "short series dropped",
        rows_with(*SHORT),
        ("series-dropped", "series-short"),
        settings=DROP,
        train=TTS,
    ),
    Case(
        "nothing left",
        as_zip(
            make_csv(HEADER, [(f"{r[0]}{n // 3}", *r[1:]) for n, r in enumerate(ROWS)])
        ),
        ("nothing-left", "series-dropped", "series-ends-early", "series-short"),
        settings=DROP,
    ),
    Case("four values", rows_with(*FOUR), train=make_csv(HEADER, [*ROWS, *FOUR])),
    Case(
        "series without values",
        rows_with(*((i, t, "") for i, t, _ in FOUR)),
        ("series-empty", "target-blank"),
    ),
    Case(
        "series that ends early",
        without(lambda row: row < ("B", "2021-06")),
        ("series-ends-early",),
    ),
    Case("series that starts late", without(lambda row: row > ("A", "2020-06"))),
    Case("gap", without(lambda row: row[:2] != ("A", "2020-06-01")), ("series-gaps",)),
    Case(
        "zeros only",
        changed(lambda row: (*row[:2], row[2] * (row[0] == "A"))),
        ("series-zero",),
    ),
    Case(
        "constant series",
        changed(lambda row: (*row[:2], row[2] if row[0] == "A" else 4)),
        ("series-constant",),
    ),
    Case("some zeros", changed(lambda row: (*row[:2], row[2] * (row[1] > "2020-06")))),
    Case(
        "ids that look alike",
        as_zip(make_tts(items=("Alt Sax", "alt-sax"))),
        ("ids-alike",),
        train=make_tts(items=("Alt Sax", "alt-sax")),
    ),
    Case(
        "ids of marks only",
        as_zip(make_tts(items=("+", "-"))),
        train=make_tts(items=("+", "-")),
    ),
    Case(
        "a wrong year",
        rows_with(("A", "2052-01-01", 7)),
        ("series-ends-early", "series-gaps", "time-hole"),
    ),
    Case(
        "a year without rows",
        stamps([*months(24), *months(24, 2023)]),
        ("series-gaps", "time-hole"),
    ),
    Case("hole of eleven", two_years_apart(11), ("series-gaps", "time-hole")),
    Case(
        "half a year without rows",
        stamps([*months(24), *months(24, 2022)[6:]]),
        ("horizon-shortened", "series-gaps"),
    ),
    Case(
        "one series",
        as_zip(make_tts(items=("A",))),
        ("one-series",),
        train=make_tts(items=("A",)),
    ),
    Case(
        "blank rows at the end",
        as_zip(
            make_csv(
                HEADER, [*ROWS, *((i, t, "") for i in "AB" for t in months(27)[24:])]
            )
        ),
        ("future-rows",),
        train=TTS,
    ),
    Case("daily", stamps(dates(1)), train=make_tts(stamps=dates(1))),
    Case("two-daily", stamps(dates(2)), train=make_tts(stamps=dates(2))),
    Case("weekly on Mondays", stamps(dates(7))),
    Case(
        "weekly on Sundays", stamps(dates(7, start=date(2020, 1, 5))), ("off-boundary",)
    ),
    Case("two-weekly", stamps(dates(14))),
    Case("four-weekly", stamps(dates(28, 30))),
    Case("five-weekly", stamps(dates(35, 30)), ("frequency-unclear",)),
    Case("ten-daily", stamps(dates(10, 30)), ("frequency-unclear",)),
    Case(
        "ten-daily as weeks",
        stamps(dates(10, 30)),
        ("series-gaps", "off-boundary"),
        settings=job(ForecastFrequency="1W", ForecastHorizon=2),
    ),
    Case("quarterly", stamps(quarterly())),
    Case(
        "quarters as months",
        stamps(quarterly()),
        ("coarser-than-frequency",),
        settings=job(ForecastFrequency="M"),
    ),
    Case("yearly", stamps(yearly())),
    Case("every second year", stamps(yearly(48)[::2]), ("frequency-unclear",)),
    Case("ends of months", stamps(month_ends()), ("off-boundary",)),
    Case("last workdays of months", stamps(last_workdays()), ("off-boundary",)),
    Case("workdays", stamps(workdays()), ("series-gaps",)),
    Case("half hours", stamps(minutes(30))),
    Case("quarters of hours", stamps(minutes(15))),
    Case(
        "half minutes",
        as_zip(
            make_tts(
                stamps=[
                    f"{datetime(2020, 1, 1) + timedelta(seconds=30 * n)}"
                    for n in range(60)
                ]
            )
        ),
        ("frequency-unclear",),
    ),
    Case(
        "at random",
        stamps(
            [
                f"{datetime(2020, 1, 1) + timedelta(seconds=n * n * 977)}"
                for n in range(60)
            ]
        ),
        ("frequency-unclear",),
    ),
    Case(
        "one stray timestamp",
        as_zip(make_csv(HEADER, [*WEEKLY, ("A", "2020-03-04", 5)])),
        ("finer-than-frequency", "off-boundary", "steps-irregular"),
    ),
    Case(
        "days as weeks",
        stamps(dates(1, 140)),
        ("finer-than-frequency",),
        settings=job(ForecastFrequency="W", ForecastHorizon=4),
    ),
    Case(
        "months as days",
        as_zip(TTS),
        ("coarser-than-frequency",),
        settings=job(ForecastFrequency="D"),
    ),
    Case(
        "months as months", as_zip(TTS), settings=job(ForecastFrequency="1M"), train=TTS
    ),
    Case(
        "hours as days",
        stamps(minutes(60, 600)),
        ("finer-than-frequency",),
        settings=job(ForecastFrequency="D", ForecastHorizon=3),
    ),
    Case(
        "three time steps", as_zip(make_tts(steps=3)), ("series-short", "too-few-steps")
    ),
    Case("four time steps", as_zip(make_tts(steps=4))),
    Case(
        "three series of two",
        as_zip(make_tts(items="ABC")),
        ("too-many-series",),
        options={"series": 2},
    ),
    Case(
        "horizon over a quarter",
        as_zip(EIGHT),
        ("horizon-too-long",),
        settings=job(ForecastHorizon=3),
    ),
    Case(
        "horizon of a quarter",
        as_zip(EIGHT),
        ("horizon-long",),
        settings=job(ForecastHorizon=2),
        train=EIGHT,
    ),
    Case(
        "nine steps for two",
        as_zip(make_tts(steps=9)),
        ("horizon-long",),
        settings=job(ForecastHorizon=2),
    ),
    Case(
        "months too few for a year ahead",
        as_zip(make_tts(steps=45)),
        ("horizon-shortened",),
        train=make_tts(steps=45),
    ),
    Case(
        "comfortable horizon",
        as_zip(EIGHT),
        settings=job(ForecastHorizon=1),
        train=EIGHT,
    ),
    Case(
        "item under two ids",
        as_zip(TWICE),
        ("series-twice",),
        train=TWICE,
    ),
    Case(
        "ids of the same digits",
        as_zip(make_tts(items=("1-11", "11-1", "1.11"))),
        train=make_tts(items=("1-11", "1.11", "11-1")),
    ),
]
