"""Uploads whose moments or columns are brought into another shape; and near misses.

The near misses look alike and must be left as they stand.
"""

from datetime import date, datetime, timedelta

from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows, months

ROWS = make_rows()
MONTHS = months(24)
TTS = make_csv(HEADER, ROWS)
NAMES = ("January", "February", "March", "April", "May", "June")
DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(40)]
HOURS = [datetime(2020, 3, 1) + timedelta(hours=n) for n in range(96)]
DAILY = make_rows(stamps=DAYS)
HOURLY = make_rows(stamps=HOURS)
SHEET = date(1899, 12, 30)
LONG = ("item_id", "timestamp", "target_value")


def wide(labels, rows=ROWS, header=("item_id",)):
    """Write a line for each item, with a column for each label."""
    items = sorted({row[0] for row in rows})
    lines = [(i, *[v for j, _, v in rows if j == i]) for i in items]
    return make_csv((*header, *labels), lines)


def train(rows, header=LONG):
    """Write the forecast input that rows are."""
    return make_csv(header, rows)


def in_parts(header, rows):
    """Pack a table whose moments stand in several columns."""
    return as_zip(make_csv(header, rows))


CASES = [
    # a column for each moment or series
    Case(
        "column for each month",
        as_zip(wide([t[:7] for t in MONTHS])),
        ("table-melted", "timestamp-normalised"),
        train=TTS,
    ),
    Case(
        "column for each day, the total behind them",
        as_zip(
            make_csv(
                ("item_id", *DAYS, "Total"),
                [(i, *[v for j, _, v in DAILY if j == i], 9_999) for i in ("A", "B")],
            )
        ),
        ("table-melted", "total-rows"),
        train=train(DAILY),
    ),
    Case(
        "columns that count days",
        as_zip(wide([f"d_{n}" for n in range(1, 41)], DAILY)),
        ("table-melted",),
        train=train(
            [(i, t - date(2020, 1, 1) + date(2000, 1, 1), v) for i, t, v in DAILY]
        ),
    ),
    Case(
        "columns that count weeks from zero",
        as_zip(wide([f"W{n}" for n in range(40)], DAILY)),
        ("table-melted",),
        train=train(
            [
                (i, date(2000, 1, 3) + timedelta(weeks=(t - DAYS[0]).days), v)
                for i, t, v in DAILY
            ]
        ),
    ),
    Case(
        "columns that count days, one of them missing",
        as_zip(wide([f"d_{n}" for n in range(1, 42) if n != 7], DAILY)),
        ("table-wide",),
    ),
    Case(
        "two rows of each item, a column for each month",
        as_zip(wide([t[:7] for t in MONTHS]).replace("\nB", "\nA")),
        ("table-wide",),
    ),
    Case(
        "column for each of three series",
        as_zip(
            make_csv(
                ("date", "Graz", "Linz", "Wels"),
                [(t, n * 7 % 50, n * 3 % 40, n * 5 % 60) for n, t in enumerate(DAYS)],
            )
        ),
        ("table-melted",),
        train=train(
            [
                (i, t, n * k % most)
                for i, k, most in (("Graz", 7, 50), ("Linz", 3, 40), ("Wels", 5, 60))
                for n, t in enumerate(DAYS)
            ],
            ("item_id", "date", "target_value"),
        ),
    ),
    Case(
        "two measures, no series",
        as_zip(
            make_csv(
                ("date", "net sales", "gross sales"),
                [(t, n * 7 % 50, n * 3 % 60) for n, t in enumerate(DAYS)],
            )
        ),
        ("column-unclear",),
    ),
    Case(
        "two columns of numbers of other sizes",
        as_zip(
            make_csv(
                ("date", "north", "south"),
                [(t, n * 7 % 50, n * 3_000 % 61_000) for n, t in enumerate(DAYS)],
            )
        ),
        ("column-unclear",),
    ),
    Case(
        "numbered features beside a timestamp",
        as_zip(
            make_csv(
                (*HEADER, *[f"d{n}" for n in range(1, 10)]),
                [(*row, *[row[2] * n % 7 for n in range(1, 10)]) for row in ROWS],
            )
        ),
        ("future-none",),
    ),
    Case(
        "months by name beside four years",
        as_zip(
            make_csv(
                ("item_id", "Month", 2019, 2020, 2021, 2022),
                [(i, m, 5, 6, 7, 8 + n) for i in "AB" for n, m in enumerate(NAMES)],
            )
        ),
        ("table-wide",),
    ),
    Case(
        "weather of the day, no item",
        as_zip(
            make_csv(
                ("date", "sales", "weather"),
                [
                    (t, n * 7 % 50, "sun" if n % 3 else "rain")
                    for n, t in enumerate(DAYS)
                ],
            )
        ),
        ("future-none", "item-made", "one-series"),
        train=make_csv(
            ("item_id", "date", "sales", "weather"),
            [
                ("data", t, n * 7 % 50, "sun" if n % 3 else "rain")
                for n, t in enumerate(DAYS)
            ],
        ),
    ),
    Case(
        "least and most temperature of a day",
        as_zip(
            make_csv(
                ("date", "tmin", "tmax"),
                [(t, n * 7 % 50, n * 3 % 60) for n, t in enumerate(DAYS)],
            )
        ),
        ("column-unclear",),
    ),
    Case(
        "years beside each other",
        as_zip("item_id,month,2020,2021\nA,1,5,6\nA,2,7,8\nB,1,3,4\nB,2,9,8\n"),
        ("table-wide",),
    ),
    # moments in two columns
    Case(
        "year and month in columns of their own",
        in_parts(
            ("item_id", "year", "month", "sales"),
            [(i, t[:4], int(t[5:7]), v) for i, t, v in ROWS],
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=train(ROWS, ("item_id", "year", "sales")),
    ),
    Case(
        "year, month and day",
        in_parts(
            ("item_id", "year", "month", "day", "sales"),
            [(i, t.year, t.month, t.day, v) for i, t, v in DAILY],
        ),
        ("timestamp-two-columns",),
        train=train(DAILY, ("item_id", "year", "sales")),
    ),
    Case(
        "year and week",
        in_parts(
            ("item_id", "Year", "Week", "sales"),
            [(i, 2020, n % 24 + 1, v) for n, (i, _, v) in enumerate(ROWS)],
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=train(
            [
                (i, date(2019, 12, 30) + timedelta(weeks=n % 24), v)
                for n, (i, _, v) in enumerate(ROWS)
            ],
            ("item_id", "Year", "sales"),
        ),
    ),
    Case(
        "date and hour",
        in_parts(
            ("item_id", "date", "hour", "kwh"),
            [(i, t.date(), t.hour, v) for i, t, v in HOURLY],
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=train(HOURLY, ("item_id", "date", "kwh")),
    ),
    Case(
        "hours from 1 to 24",
        in_parts(
            ("item_id", "date", "hour", "kwh"),
            [(i, t.date(), t.hour + 1, v) for i, t, v in HOURLY],
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=train(HOURLY, ("item_id", "date", "kwh")),
    ),
    Case(
        "hours from 0 to 24",
        in_parts(
            ("item_id", "date", "hour", "kwh"),
            [
                (i, t.date(), t.hour or 24 * (n // 24 % 2), v)
                for n, (i, t, v) in enumerate(HOURLY)
            ],
        ),
        ("column-unclear",),
    ),
    Case(
        "hour of the most sales, beside a date",
        in_parts(
            ("item_id", "date", "peak_hour", "sales"),
            [(i, t, n * 7 % 24, v) for n, (i, t, v) in enumerate(DAILY)],
        ),
        ("future-none",),
        train=make_csv(
            ("item_id", "date", "sales", "peak_hour"),
            [(i, t, v, n * 7 % 24) for n, (i, t, v) in enumerate(DAILY)],
        ),
    ),
    Case(
        "year and month beside a date",
        in_parts(
            ("item_id", "date", "year", "month", "sales"),
            [(i, t, t[:4], int(t[5:7]), v) for i, t, v in ROWS],
        ),
        ("future-none",),
        train=make_csv(
            ("item_id", "date", "sales", "year", "month"),
            [(i, t, v, t[:4], int(t[5:7])) for i, t, v in ROWS],
        ),
    ),
    Case(
        "year alone, and a month that stays",
        in_parts(
            ("item_id", "year", "month", "sales"),
            [(i, 1990 + n % 24, 12, v) for n, (i, _, v) in enumerate(ROWS)],
        ),
        ("timestamp-normalised",),
        train=make_csv(
            ("item_id", "year", "sales", "month"),
            [(i, f"{1990 + n % 24}-01-01", v, 12) for n, (i, _, v) in enumerate(ROWS)],
        ),
    ),
    # intervals
    Case(
        "interval in a cell",
        as_zip(
            make_csv(
                HEADER,
                [(i, f"{t:%Y-%m-%d %H:%M} - {t:%H}:59", v) for i, t, v in HOURLY],
            )
        ),
        ("timestamp-interval", "timestamp-normalised"),
        train=train(HOURLY),
    ),
    Case(
        "start and end",
        as_zip(
            make_csv(
                ("item_id", "start", "end", "load"),
                [(i, t, t + timedelta(hours=1), v) for i, t, v in HOURLY],
            )
        ),
        ("timestamp-interval",),
        train=train(HOURLY, ("item_id", "start", "load")),
    ),
    Case(
        "start and end of no certain length",
        as_zip(
            make_csv(
                ("item_id", "start", "end", "load"),
                [
                    (i, t, t + timedelta(hours=n * 7 % 90), v)
                    for n, (i, t, v) in enumerate(HOURLY)
                ],
            )
        ),
        ("column-unclear",),
    ),
    # moments in numbers
    Case(
        "days of a sheet",
        as_zip(
            make_csv(
                ("item_id", "date", "sales"),
                [(i, (t - SHEET).days, v) for i, t, v in DAILY],
            )
        ),
        ("timestamp-number",),
        train=train(DAILY, ("item_id", "date", "sales")),
    ),
    Case(
        "hours of a sheet",
        as_zip(
            make_csv(
                ("item_id", "datetime", "load"),
                [
                    (i, repr((t - datetime(1899, 12, 30)) / timedelta(days=1)), v)
                    for i, t, v in HOURLY
                ],
            )
        ),
        ("timestamp-number",),
        train=train(HOURLY, ("item_id", "datetime", "load")),
    ),
    Case(
        "seconds since 1970",
        as_zip(
            make_csv(
                HEADER,
                [
                    (i, int((t - datetime(1970, 1, 1)).total_seconds()), v)
                    for i, t, v in HOURLY
                ],
            )
        ),
        ("timestamp-number",),
        train=train(HOURLY),
    ),
    Case(
        "numbers of days under another name",
        as_zip(
            make_csv(
                ("item_id", "batch", "sales"),
                [(i, (t - SHEET).days, v) for i, t, v in DAILY],
            )
        ),
        ("column-missing",),
    ),
    Case(
        "numbers of days beside dates",
        as_zip(
            make_csv(
                ("item_id", "timestamp", "target_value", "order date"),
                [(i, t, v, (t - SHEET).days) for i, t, v in DAILY],
            )
        ),
        ("future-none",),
        train=make_csv(
            ("item_id", "timestamp", "target_value", "order date"),
            [(i, t, v, (t - SHEET).days) for i, t, v in DAILY],
        ),
    ),
    Case(
        "digits of a date and an hour",
        as_zip(make_csv(HEADER, [(i, f"{t:%Y%m%d%H}", v) for i, t, v in HOURLY])),
        ("timestamp-normalised",),
        train=train(HOURLY),
    ),
    Case(
        "digits of months under another name",
        as_zip(
            make_csv(
                ("item_id", "Order Month", "sales"),
                [(i, t[:7].replace("-", ""), v) for i, t, v in ROWS],
            )
        ),
        ("timestamp-normalised",),
        train=train(ROWS, ("item_id", "Order Month", "sales")),
    ),
]
