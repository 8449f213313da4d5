"""Uploads whose timestamps and numbers are written oddly, each with a near miss."""

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
MONTHS = months(24)
DAYS = [(date(2020, 1, 1) + timedelta(days=n)).isoformat() for n in range(60)]
HOURS = [f"{datetime(2020, 1, 1) + timedelta(hours=n)}" for n in range(150)]
FIXED = ("timestamp-normalised",)


def stamps(texts):
    """Write a table with these timestamps."""
    return as_zip(make_tts(stamps=list(texts)))


def monthly(form):
    """Write the months in another form."""
    return stamps(date.fromisoformat(text).strftime(form) for text in MONTHS)


def daily(form):
    return stamps(date.fromisoformat(text).strftime(form) for text in DAYS)


def change(text, by, count=1):
    return as_zip(TTS.replace(text, by, count))


def values(write, delimiter=";"):
    """Write the target's numbers in another form, with a semicolon between."""
    rows = [(item, stamp, write(value)) for item, stamp, value in ROWS]
    return as_zip(make_csv(HEADER, rows, delimiter))


def yearly(first):
    """Write a table of years."""
    return stamps(f"{first + n}-01-01" for n in range(24))


def in_january(*others):
    """Write days of one January, the day first, and others behind them."""
    return stamps([*(f"{n}/1/2020" for n in range(1, 29)), *others])


def set_target(when, text):
    """Write another text as the target of one month."""
    return as_zip(
        make_csv(HEADER, [(i, t, text if t == when else v) for i, t, v in ROWS])
    )


def swap(text):
    return text.replace(",", "x").replace(".", ",").replace("x", ".")


THOUSANDS = make_csv(HEADER, [(i, t, v * 1000.5) for i, t, v in ROWS])
BY_THOUSAND = make_csv(HEADER, [(i, t, v * 1000) for i, t, v in ROWS])
HALVES = make_csv(HEADER, [(i, t, v + 0.5) for i, t, v in ROWS])
DAILY = make_tts(stamps=DAYS)
MARK = {"Preparation": {"DecimalMark": "."}}
HOURS_23 = {"TimeSeriesForecastingJobConfig": {"ForecastFrequency": "23H"}}
ORDER = {"Preparation": {"DateOrder": "month-first"}}
# Days up to the twelfth, in one month of one year: both orders are possible.
UNCLEAR = [f"{day:02d}/03/2020" for day in range(1, 13)]
CLEAR = [f"2020-{day:02d}-03" for day in range(1, 13)]

CASES = [
    Case("slashes", monthly("%Y/%m/%d"), FIXED, train=TTS),
    Case("eight digits", monthly("%Y%m%d"), FIXED, train=TTS),
    Case("year and month", monthly("%Y-%m"), FIXED, train=TTS),
    Case("month and year", monthly("%m/%Y"), FIXED, train=TTS),
    Case("names of months", monthly("%d %b %Y"), FIXED, train=TTS),
    Case("names of months first", monthly('"%B %d, %Y"'), FIXED, train=TTS),
    Case("short names of months", monthly("%b-%y"), FIXED, train=TTS),
    Case(
        "days that need no zero",
        stamps(f"{t[:4]}-{int(t[5:7])}-1" for t in MONTHS),
        FIXED,
        train=TTS,
    ),
    Case("midnights", stamps(f"{t} 00:00:00" for t in MONTHS), train=TTS),
    Case(
        "minutes of midnights", stamps(f"{t} 00:00" for t in MONTHS), FIXED, train=TTS
    ),
    Case(
        "midnights of a zone",
        stamps(f"{t}T00:00:00Z" for t in MONTHS),
        ("timestamp-zone-dropped",),
        train=TTS,
    ),
    Case(
        "one offset",
        stamps(f"{t} 00:00:00+02:00" for t in MONTHS),
        ("timestamp-zone-dropped",),
        train=TTS,
    ),
    Case(
        "two offsets",
        stamps(f"{t} 00:00:00+0{n % 2 + 1}:00" for n, t in enumerate(MONTHS)),
        ("timestamp-zones",),
    ),
    Case("day-first by content", daily("%d/%m/%Y"), FIXED, train=DAILY),
    Case("month-first by content", daily("%m/%d/%Y"), FIXED, train=DAILY),
    Case("day-first by the calendar", monthly("%d.%m.%Y"), FIXED, train=TTS),
    Case("month-first by the calendar", monthly("%m-%d-%Y"), FIXED, train=TTS),
    Case("two digits of a year", daily("%d.%m.%y"), FIXED, train=DAILY),
    Case("order that is unclear", stamps(UNCLEAR), ("timestamp-ambiguous",)),
    Case(
        "unclear order that is set",
        stamps(UNCLEAR),
        ("off-boundary", *FIXED),
        settings=ORDER,
        train=make_tts(stamps=CLEAR),
    ),
    Case(
        "both orders in one column",
        in_january("1/29/2020"),
        ("timestamp-mixed",),
    ),
    Case(
        "two forms in one column",
        change("2020-03-01", "01.03.2020", 2),
        ("timestamp-mixed",),
    ),
    Case(
        "one word among timestamps",
        change("2020-03-01", "March"),
        ("timestamp-unreadable",),
    ),
    Case(
        "no timestamps at all",
        as_zip("item_id,timestamp,target_value\nA,soon,1\nA,later,2\n"),
        ("timestamp-unreadable",),
    ),
    Case(
        "a day that is not",
        change("2020-03-01", "2020-02-30"),
        ("timestamp-unreadable",),
    ),
    Case(
        "a leap day",
        stamps(
            ["2020-02-29", *[f"{y}-02-28" for y in range(2021, 2024)], "2024-02-29"]
            + [f"{y}-02-28" for y in range(2025, 2028)]
        ),
        ("off-boundary",),
    ),
    Case(
        "years out of range",
        change("2020-03-01", "1066-03-01"),
        ("timestamp-unreadable",),
    ),
    Case("a year too early", yearly(1677), ("timestamp-unreadable",)),
    Case("blank timestamp", change("2020-03-01", ""), ("timestamp-blank",)),
    Case("blank id", change("A,2020-03-01", ",2020-03-01"), ("key-blank",)),
    Case(
        "id of one letter",
        change("A,2020-03-01", "C,2020-03-01"),
        ("series-ends-early", "series-gaps", "series-short"),
    ),
    Case("hours", stamps(HOURS), train=make_tts(stamps=HOURS)),
    Case(
        "hours with AM and PM",
        stamps(f"{datetime.fromisoformat(t):%m/%d/%Y %I:%M %p}" for t in HOURS),
        ("timestamp-normalised",),
    ),
    Case(
        "hours of US form",
        stamps(
            f"{datetime.fromisoformat(t) + timedelta(days=20):%m/%d/%Y %I:%M %p}"
            for t in HOURS
        ),
        FIXED,
        train=make_tts(
            stamps=[f"{datetime.fromisoformat(t) + timedelta(days=20)}" for t in HOURS]
        ),
    ),
    Case(
        "dates at an hourly frequency",
        stamps(DAYS),
        ("coarser-than-frequency", "timestamp-without-time"),
        settings={"TimeSeriesForecastingJobConfig": {"ForecastFrequency": "H"}},
    ),
    Case(
        "dates at a frequency of hours",
        stamps(DAYS),
        ("series-gaps", "timestamp-without-time"),
        settings=HOURS_23,
    ),
    Case(
        "daily at six o'clock",
        stamps(f"{t} 06:00:00" for t in DAYS),
        ("timestamp-time-dropped",),
        train=DAILY,
    ),
    Case(
        "midnights of Berlin in UTC",
        stamps(f"{t} 2{3 - (n > 30)}:00:00" for n, t in enumerate(DAYS)),
        ("steps-irregular", "timestamp-day-early"),
        train=DAILY,
    ),
    Case(
        "word in the target",
        change("A,2020-03-01,", "A,2020-03-01,x"),
        ("target-not-number",),
    ),
    Case("infinite target", set_target("2020-03-01", "inf"), ("target-not-number",)),
    Case(
        "target out of range", set_target("2020-03-01", "1e999"), ("target-not-number",)
    ),
    Case(
        "words for no value",
        set_target("2020-03-01", "NA"),
        ("number-missing-word", "target-blank"),
    ),
    Case(
        "blank target",
        set_target("2020-03-01", ""),
        ("target-blank",),
        train=make_csv(
            HEADER, [(i, t, "" if t == "2020-03-01" else v) for i, t, v in ROWS]
        ),
    ),
    Case(
        "no target value at all",
        as_zip(make_csv(HEADER, [(i, t, "") for i, t, _ in ROWS])),
        ("column-missing",),
    ),
    Case(
        "target of blanks, named",
        as_zip(make_csv(HEADER, [(i, t, "") for i, t, _ in ROWS])),
        ("target-empty",),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"TargetAttributeName": "target_value"}
            }
        },
    ),
    Case(
        "decimal comma",
        values(lambda v: f"{v},5"),
        ("csv-delimiter", "number-marks"),
        train=HALVES,
    ),
    Case(
        "thousands with commas",
        values(lambda v: f"{v * 1000.5:,.1f}"),
        ("csv-delimiter", "number-marks"),
        train=THOUSANDS,
    ),
    Case(
        "thousands with points",
        values(lambda v: swap(f"{v * 1000.5:,.1f}")),
        ("csv-delimiter", "number-marks"),
        train=THOUSANDS,
    ),
    Case(
        "thousands or decimals",
        values(lambda v: f"{v},000"),
        ("csv-delimiter", "decimal-ambiguous"),
    ),
    Case(
        "thousands, as set",
        values(lambda v: f"{v},000"),
        ("csv-delimiter", "number-marks"),
        settings=MARK,
    ),
    Case(
        "target that never changes",
        as_zip(make_csv(HEADER, [(i, t, 5) for i, t, _ in ROWS])),
        ("series-constant", "target-constant"),
    ),
    Case(
        "numbers with exponents",
        as_zip(make_csv(HEADER, [(i, t, f"{v}e2") for i, t, v in ROWS])),
    ),
    Case(
        "negative numbers",
        as_zip(make_csv(HEADER, [(i, t, -v) for i, t, v in ROWS])),
        train=make_csv(HEADER, [(i, t, -v) for i, t, v in ROWS]),
    ),
]
