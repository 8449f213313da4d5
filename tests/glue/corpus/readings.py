"""Uploads that are read in a way of their own, and said to be; and near misses."""

import gzip
from datetime import datetime, timedelta

from tests.building.uploads import (
    HEADER,
    Case,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
)

TTS = make_tts()
ROWS = make_rows()
LINES = TTS.splitlines(keepends=True)
HOURS = [datetime(2020, 3, 1) + timedelta(hours=n) for n in range(100)]


def values(write, delimiter=";", rows=ROWS):
    """Write the target's numbers in another form."""
    return as_zip(
        make_csv(HEADER, [(i, t, write(n, v)) for n, (i, t, v) in enumerate(rows)], ";")
        if delimiter == ";"
        else make_csv(HEADER, [(i, t, write(n, v)) for n, (i, t, v) in enumerate(rows)])
    )


def hourly(write):
    """Write a table of hours in another form."""
    return as_zip(make_tts(stamps=[write(n, t) for n, t in enumerate(HOURS)]))


def frequency(text):
    """Set the frequency."""
    return {"TimeSeriesForecastingJobConfig": {"ForecastFrequency": text}}


def only(rows):
    """Pack a table of these rows."""
    return as_zip(make_csv(HEADER, rows))


NUMBERED = [({"A": 9401, "B": 9402}[i], t, v + n) for n, (i, t, v) in enumerate(ROWS)]
HOURLY = make_tts(stamps=[f"{t}" for t in HOURS])
ACCENTS = TTS.replace("A,", "Caf\xe9,").encode()
NOTED = {9: '"see', 13: 'ok"'}


def noted(notes):
    """Write a column of notes."""
    head, *rows = (line.rstrip() for line in LINES)
    lines = [f"{row},{notes.get(n, 'none')}\n" for n, row in enumerate(rows)]
    return as_zip(f"{head},note\n" + "".join(lines))


def months_swapped(text):
    """Write the first day of a month as the day of that number of January."""
    return f"{text[:4]}-01-{text[5:7]}"


def grouped(write):
    """Write a table of two groups, which are spelled anew in some rows."""
    rows = [(i, g, t, v + len(i + g)) for i, t, v in ROWS for g in ("North", "Bern")]
    rows = [(i, write(n, g), t, v) for n, (i, g, t, v) in enumerate(rows)]
    return as_zip(make_csv(("item_id", "store", "timestamp", "target_value"), rows))


MONDAY, DAY = datetime(2020, 5, 4), timedelta(days=1)


def swap(moment):
    """Swap day and month where that gives a date, as a spreadsheet does."""
    if moment.day > 12:
        return moment.date()
    return moment.replace(month=moment.day, day=moment.month).date()


def late(number):
    """Write a day, some with its last second."""
    day = (MONDAY + number * DAY).date()
    return f"{day} 23:59:59" if number in (7, 8) else f"{day}"


def crossed():
    """Write a table of two groups, of which the last rows have their keys swapped."""
    rows = [
        ("Cello", g, t, v + len(g))
        for i, t, v in ROWS
        if i == "A"
        for g in ("North", "Bern")
    ]
    rows = rows[:30] + [(g, i, t, v) for i, g, t, v in rows[30:]]
    return as_zip(make_csv(("item_id", "store", "timestamp", "target_value"), rows))


def numbered():
    """Write a table of one item and two groups, with the numbers of its rows."""
    rows = [(i, g, t, v + len(g)) for g in ("North", "Bern") for i, t, v in ROWS]
    rows = [row for row in rows if row[0] == "A"]
    rows = [(n, *row) for n, row in enumerate(rows)]
    header = ("index", "item_id", "store", "timestamp", "target_value")
    return as_zip(make_csv(header, rows))


CASES = [
    Case(
        "numbers of a narrow column",
        values(lambda n, v: f"{1_234_567 + 9_999 * n:.2E}"),
        ("csv-delimiter", "numbers-rounded"),
    ),
    Case(
        "numbers of a narrow column, with commas",
        values(lambda n, v: f"{1_234_567 + 9_999 * n:.2E}".replace(".", ",")),
        ("csv-delimiter", "number-marks", "numbers-rounded"),
    ),
    Case(
        "ids read in a wrong encoding",
        as_zip(make_tts(items=("Fl\u00c3\u00b6te", "Trompete"))),
        ("text-garbled",),
    ),
    Case(
        "ids with replaced letters",
        as_zip(make_tts(items=("Fl\ufffdte", "Trompete"))),
        ("text-garbled",),
    ),
    Case(
        "months that a spreadsheet has swapped",
        as_zip(
            make_csv(HEADER, [(i, months_swapped(t), v) for i, t, v in ROWS]),
        ),
        ("timestamp-swapped",),
    ),
    Case(
        "days with the year of two digits first",
        as_zip(make_tts(stamps=[f"21/10/{n:02d}" for n in range(1, 31)])),
        ("timestamp-ambiguous",),
    ),
    Case(
        "months with the year of two digits first",
        as_zip(
            make_csv(HEADER, [(i, t[2:].replace("-", "."), v) for i, t, v in ROWS]),
        ),
        ("timestamp-ambiguous",),
    ),
    Case(
        "weeks of which a spreadsheet has swapped some",
        as_zip(make_tts(stamps=[f"{swap(MONDAY + 7 * n * DAY)}" for n in range(30)])),
        ("timestamp-swapped",),
    ),
    Case(
        "days with the last second in some rows",
        as_zip(make_tts(stamps=[late(n) for n in range(60)])),
        ("steps-irregular", "timestamp-time-dropped"),
    ),
    Case(
        "days without a year",
        as_zip(make_tts(stamps=[f"{MONDAY + n * DAY:%b %d}" for n in range(40)])),
        ("timestamp-ambiguous",),
    ),
    Case(
        "accents of an old system",
        as_zip(make_tts(items=("Fl\u00f6te", "Caf\u00e9")).encode("cp850")),
        ("csv-encoding", "csv-encoding-guessed"),
    ),
    Case(
        "one number below zero among decimal commas",
        values(lambda n, v: "-9999" if n == 5 else f"{v},5"),
        ("csv-delimiter", "number-marks", "target-blank", "values-placeholder"),
    ),
    Case(
        "row numbers beside one series of two groups",
        numbered(),
        ("row-numbers-dropped",),
    ),
    Case(
        "columns of keys swapped in some rows",
        crossed(),
        ("keys-crossed", "series-ends-early"),
    ),
    Case(
        "ids and numbers swapped from some row on",
        only(
            [(i, t, v) if n < 40 else (v, t, i) for n, (i, t, v) in enumerate(NUMBERED)]
        ),
        ("columns-crossed", "series-ends-early", "series-short"),
    ),
    Case(
        "one number below zero for no value",
        values(lambda n, v: "-999" if n == 5 else v * 5_000),
        ("csv-delimiter", "target-blank", "values-placeholder"),
    ),
    Case(
        "points of thousands beside large numbers",
        values(lambda n, v: "1.045" if n == 5 else 3_000 + v),
        ("csv-delimiter", "decimal-ambiguous"),
    ),
    Case(
        "numbers as formulas",
        values(lambda n, v: f'"=""{v}"""'),
        ("csv-delimiter", "formula-unwrapped"),
        train=TTS,
    ),
    Case(
        "letter for the last digit",
        values(lambda n, v: "1S" if n == 5 else v),
        ("csv-delimiter", "target-not-number"),
    ),
    Case(
        "letter for the first digit",
        values(lambda n, v: "l2" if n == 5 else v),
        ("csv-delimiter", "target-not-number"),
    ),
    Case(
        "one million in short",
        values(lambda n, v: "1M" if n == 5 else v),
        ("csv-delimiter", "target-not-number"),
    ),
    Case(
        "groups spelled in two ways",
        grouped(lambda n, g: f"{g}." if n % 8 < 2 else g),
        ("ids-alike", "series-ends-early", "series-gaps"),
    ),
    Case(
        "ids with letters that look alike",
        as_zip(make_tts(items=("Cello", "\u0421ello"))),
        ("ids-alike",),
    ),
    Case(
        "ids with letters that cannot be seen",
        as_zip(make_tts(items=("Cello", "Cello\u200b"))),
        ("ids-alike",),
    ),
    Case(
        "ids with an apostrophe in front",
        as_zip(make_tts(items=("Cello", "'Cello"))),
        ("ids-alike",),
    ),
    Case(
        "one byte beside accents",
        as_zip(ACCENTS.replace(b"2020-03", b"2020\x96-03", 1)),
        ("csv-broken-bytes",),
    ),
    Case("quote closed in another row", noted(NOTED), ("csv-quote-open",)),
    Case(
        "title and note",
        as_zip(f"Report\n\n{TTS}\nSource: the till\n"),
        ("lines-skipped",),
        train=TTS,
    ),
    Case(
        "header in the middle",
        as_zip("".join([*LINES[:20], LINES[0], *LINES[20:]])),
        ("header-repeated",),
        train=TTS,
    ),
    Case("rows without a header", as_zip("".join(LINES[1:])), ("header-missing",)),
    Case(
        "points before three digits beside none",
        values(lambda n, v: f"1.{v}" if n % 3 else v),
        ("csv-delimiter", "decimal-ambiguous"),
    ),
    Case(
        "commas and points in one column",
        values(lambda n, v: f"{v},5" if n % 3 else f"{v}.5"),
        ("csv-delimiter", "decimal-mixed"),
    ),
    Case(
        "always three digits behind a point",
        values(lambda n, v: f"1.{v}"),
        ("csv-delimiter", "decimal-assumed"),
        train=make_csv(HEADER, [(i, t, float(f"1.{v}")) for i, t, v in ROWS]),
    ),
    Case(
        "euros",
        values(lambda n, v: f"{v} \u20ac"),
        ("csv-delimiter", "number-units"),
        train=TTS,
    ),
    Case(
        "pieces and kilograms",
        values(lambda n, v: f"{v} {'kg' if n % 2 else 'Stk.'}"),
        ("csv-delimiter", "units-mixed"),
    ),
    Case(
        "offsets of a clock change",
        hourly(lambda n, t: f"{t + timedelta(hours=1 + (n > 50))}+0{1 + (n > 50)}:00"),
        ("timestamp-utc",),
        train=HOURLY,
    ),
    Case(
        "milliseconds",
        hourly(lambda n, t: f"{t}.{n:03d}"),
        ("timestamp-fraction-cut", "timestamp-normalised"),
        train=HOURLY,
    ),
    Case(
        "settings of a quarter of a mebibyte",
        as_zip(TTS, config="{" + " " * 262_144 + "}"),
        ("file-too-large",),
    ),
    Case(
        "hole of three centuries",
        as_zip(make_tts(stamps=["1700-01-01 00:00:00", *[f"{t}" for t in HOURS]])),
        ("grid-too-large", "series-gaps"),
        settings=frequency("H"),
    ),
    Case(
        "item called as a quantile",
        as_zip(TTS.replace("item_id", "p50", 1)),
        ("column-reserved",),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"ItemIdentifierAttributeName": "p50"}
            }
        },
    ),
    Case(
        "file of feature types",
        as_zip(
            TTS,
            config={
                "TimeSeriesForecastingJobConfig": {
                    "FeatureSpecificationS3Uri": "s3://other/features.json"
                }
            },
        ),
        ("setting-unknown",),
    ),
    Case(
        "a hundred instances",
        as_zip(
            TTS,
            config={
                "TransformResources": {
                    "InstanceType": "ml.p3.16xlarge",
                    "InstanceCount": 100,
                }
            },
        ),
        ("setting-capped",),
        train=TTS,
    ),
    Case(
        "ids as formulas of a sheet",
        as_zip(TTS.replace("A,", '"=""A""",')),
        ("formula-unwrapped",),
        train=TTS,
    ),
    Case(
        "ids that were rounded",
        as_zip(TTS.replace("A,", "4.01E+12,").replace("B,", "4.02E+12,")),
        ("ids-damaged",),
    ),
    Case(
        "id that is a formula",
        as_zip(TTS.replace("A,", "=1+1,")),
        ("id-formula",),
        train=TTS.replace("A,", "=1+1,"),
    ),
    Case(
        "total below the rows",
        as_zip(f"{TTS}Grand total,,5000\n"),
        ("total-rows",),
        train=TTS,
    ),
    Case(
        "months to come of zeros",
        as_zip(make_csv(HEADER, [(i, t, v * (t < "2021-10")) for i, t, v in ROWS])),
        ("zeros-at-end",),
    ),
    Case(
        "number for no value",
        values(lambda n, v: "-9999" if n in (5, 9) else v),
        ("csv-delimiter", "target-blank", "values-placeholder"),
    ),
    Case(
        "covariates of month ends",
        as_zip(
            TTS,
            rts=make_csv(
                ("item_id", "timestamp", "price"),
                [
                    (i, f"{t[:8]}28", n % 5)
                    for n, (i, t, _) in enumerate(ROWS)
                    if t < "2021-10"
                ],
            ),
        ),
        ("rts-nothing-matched",),
    ),
    Case(
        "table that is gzipped",
        gzip.compress(TTS.encode(), mtime=0),
        ("csv-gzip",),
        key="raw/sales.csv.gz",
        train=TTS,
    ),
    Case(
        "only table, of another name",
        make_zip({"sales.csv": TTS}),
        ("tts-by-another-name",),
        train=TTS,
    ),
    Case(
        "one series without an item",
        as_zip(make_csv(HEADER[1:], [row[1:] for row in ROWS[:24]])),
        ("item-made", "one-series"),
        train=make_csv(HEADER, [("data", *row[1:]) for row in ROWS[:24]]),
    ),
]
