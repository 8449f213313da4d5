"""Uploads that are just on the good side of a rule: one for each finding's code."""

import stat
from dataclasses import dataclass

from glue.reading.csv_file import MAX_LINE_BYTES
from glue.settings.layers import MAX_SETTINGS_BYTES
from tests.building.uploads import (
    HEADER,
    Case,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
    months,
)
from tests.glue.corpus import (
    archive,
    columns,
    readings,
    related,
    series,
    settings,
    text,
    values,
)

TTS = make_tts()
ROWS = make_rows()
H = related.H


@dataclass(frozen=True)
class NearMiss:
    """An upload that lacks a code, and the corpus' case that has it.

    The codes of ``case`` are what else is found in it; none of them is an error.
    """

    beside: str
    case: Case


def near(beside, name, content, *codes, **others):
    """Make a near miss of the corpus' case of that name."""
    return NearMiss(beside, Case(name, content, codes, **others))


def as_file(member):
    member.external_attr = (stat.S_IFREG | 0o777) << 16
    member.create_system = 3


def only(rows):
    """Pack a table of these rows."""
    return as_zip(make_csv(HEADER, rows))


def only_grouped(series):
    """Pack a table of these items and stores."""
    rows = [
        (*keys, t, v + 3 * number)
        for number, keys in enumerate(series)
        for i, t, v in ROWS
        if i == "A"
    ]
    header = ("item_id", "store", "timestamp", "target_value")
    return as_zip(make_csv(header, rows))


def with_values(change):
    """Pack a table whose targets are changed: item, timestamp, value."""
    return only([(item, stamp, change(item, stamp, v)) for item, stamp, v in ROWS])


def with_rts(rts, tts=TTS):
    return as_zip(tts, rts=rts)


def with_attributes(metadata, tts=TTS):
    return as_zip(tts, metadata=metadata)


def moved_week():
    """Move one of A's weeks from its Monday to the Wednesday."""
    return [
        (item, "2020-03-04" if (item, stamp) == ("A", "2020-03-02") else stamp, v)
        for item, stamp, v in series.WEEKLY
    ]


def names_of_threes():
    """Name a series for every three rows; the first of them has four."""
    return [(f"{r[0]}{max(n - 1, 0) // 3}", *r[1:]) for n, r in enumerate(ROWS)]


def last_row_first(lines):
    """Move the last row to the place below the header."""
    head, *rest = lines.splitlines(keepends=True)
    return "".join([head, rest[-1], *rest[:-1]])


def per_store(rts):
    """Give each row of an RTS.csv to both stores."""
    head, *rest = rts.splitlines()
    return "".join(
        [f"{head},store\n", *(f"{line},{store}\n" for store in "NS" for line in rest)]
    )


def demean_each(table):
    means = table.groupby("item_id", sort=False)["target_value"].transform("mean")
    return table.assign(target_value=table["target_value"] - means)


LAST = "2021-12-01"
SMALL, TIGHT = archive.SMALL, archive.TIGHT
ONE_ITEM = "".join(
    line for line in columns.GROUPED.splitlines(keepends=True) if line[0] != "B"
)
SEMICOLONS = make_tts(items=("A;1;x", "B;1;x")).replace("item_id", "item;id")
SEMICOLONS = SEMICOLONS.replace("target_value", "target;value")
ZONES = ("Z", "+00:00", "+0000", " UTC")
WITH_FILL = related.fill(futurefill="mean")
# The last month of history without its price.
PAST_BLANK = related.without_price("A", LAST)

NEAR_MISSES = {
    "csv-gzip": near(
        "table that is gzipped", "table that is not", TTS, key="raw/sales.csv"
    ),
    "tts-by-another-name": near(
        "only table, of another name",
        "table of its own name, in a folder",
        make_zip({"export/tts.csv": TTS}),
        train=TTS,
    ),
    "item-made": near(
        "one series without an item",
        "one series with its item",
        only(ROWS[:24]),
        "one-series",
    ),
    "formula-unwrapped": near(
        "ids as formulas of a sheet", "ids in quotes", as_zip(TTS.replace("A,", '"A",'))
    ),
    "ids-damaged": near(
        "ids that were rounded",
        "ids of letters and digits",
        as_zip(TTS.replace("A,", "4E12,")),
    ),
    "id-formula": near(
        "id that is a formula",
        "ids of numbers with a sign",
        as_zip(TTS.replace("A,", "-1,").replace("B,", "+2.5,")),
    ),
    "column-chosen": near(
        "two columns that could be the item",
        "a column that is called as the item is",
        as_zip(make_csv(("place", *HEADER), [("here", *row) for row in ROWS])),
    ),
    "group-chosen": near(
        "group by another name",
        "group called as groups are",
        as_zip(columns.GROUPED),
        train=columns.GROUPED,
    ),
    "horizon-shortened": near(
        "months too few for a year ahead",
        "months just enough for a year ahead",
        as_zip(make_tts(steps=48)),
        train=make_tts(steps=48),
    ),
    "series-twice": near(
        "item under two ids",
        "items alike but for one value",
        as_zip(series.TWICE.replace("Z,2020-05-01,", "Z,2020-05-01,1")),
    ),
    "units-vary": near(
        "currency that changes",
        "currency of each item",
        as_zip(columns.in_currencies(lambda n: "CHF" if n < 24 else "EUR")),
    ),
    "total-rows": near("total below the rows", "no total", as_zip(TTS), train=TTS),
    "zeros-at-end": near(
        "months to come of zeros",
        "last month of zeros",
        only([(i, t, v * (t < "2021-12" and t[:7] != "2020-05")) for i, t, v in ROWS]),
    ),
    "numbers-rounded": near(
        "numbers of a narrow column",
        "numbers with all of their digits",
        readings.values(lambda n, v: f"{1_234_567 + 999 * n:.6E}"),
        "csv-delimiter",
    ),
    "keys-crossed": near(
        "columns of keys swapped in some rows",
        "stores and items with the same short numbers",
        only_grouped([(i, g) for i in ("1", "2") for g in ("1", "2")]),
    ),
    "columns-crossed": near(
        "ids and numbers swapped from some row on",
        "items whose ids are numbers",
        only(readings.NUMBERED),
    ),
    "text-garbled": near(
        "ids read in a wrong encoding",
        "ids with accents",
        as_zip(make_tts(items=("\u00c3lvaro", "Bj\u00f6rn"))),
    ),
    "csv-encoding-guessed": near(
        "accents of an old system",
        "accents of a spreadsheet",
        as_zip(make_tts(items=("Fl\u00f6te", "L\u2019\u00e9t\u00e9")).encode("cp1252")),
        "csv-encoding",
    ),
    "timestamp-swapped": near(
        "months that a spreadsheet has swapped",
        "years that begin in January",
        as_zip(make_tts(stamps=[f"{1990 + n}-01-01" for n in range(24)])),
    ),
    "values-placeholder": near(
        "number for no value",
        "number among others like it",
        readings.values(lambda n, v: "-9999" if n in (5, 9) else v * -50),
        "csv-delimiter",
    ),
    "rts-no-history": near(
        "prices of the future only",
        "one price of the past",
        with_rts(related.related(stamps=related.ALL[23:], first=23)),
        "rts-history-missing",
    ),
    "rts-for-every-item": near(
        "calendar for every item", "prices of each item", with_rts(related.FULL)
    ),
    "covariate-no-history": near(
        "prices of the future only, beside temperatures",
        "one price of the past, beside the future's",
        with_rts(related.related(stamps=related.ALL[23:], first=23)),
        "rts-history-missing",
    ),
    "text-blank": near(
        "holidays that are mostly blank",
        "holidays with a word for none",
        with_rts(related.holidays(word="none")),
    ),
    "rts-nothing-matched": near(
        "covariates of month ends",
        "covariates of one month",
        with_rts("item_id,timestamp,price\nA,2020-01-01,5\n"),
        "future-none",
        "rts-history-missing",
    ),
    "file-too-large": near(
        "settings of a quarter of a mebibyte",
        "settings of nearly a quarter",
        as_zip(TTS, config="{" + " " * 262_000 + "}"),
        train=TTS,
    ),
    "grid-too-large": near(
        "hole of three centuries",
        "hole of a year",
        as_zip(make_tts(stamps=["2019-03-01", *months(24)])),
        "series-gaps",
    ),
    "column-reserved": near(
        "item called as a quantile",
        "covariate called as a quantile",
        as_zip(make_csv((*HEADER, "p50"), [(*row, row[0]) for row in ROWS])),
    ),
    "setting-capped": near(
        "a hundred instances",
        "a smaller instance",
        as_zip(
            TTS,
            config={
                "TransformResources": {
                    "InstanceType": "ml.m5.large",
                    "InstanceCount": 1,
                }
            },
        ),
        train=TTS,
    ),
    "csv-broken-bytes": near(
        "one byte beside accents",
        "accents in UTF-8",
        as_zip(readings.ACCENTS),
    ),
    "csv-quote-open": near(
        "quote closed in another row",
        "line break within a note",
        readings.noted({9: '"see\nok"'}),
        "future-none",
    ),
    "lines-skipped": near("title and note", "blank lines around", as_zip(f"{TTS}\n\n")),
    "header-repeated": near(
        "header in the middle", "header once", as_zip(TTS), train=TTS
    ),
    "header-missing": near(
        "rows without a header",
        "names that are years",
        as_zip(make_csv(("1", "2", "3"), ROWS)),
    ),
    "decimal-mixed": near(
        "commas and points in one column",
        "points that group thousands",
        readings.values(lambda n, v: f"{v},5" if n % 3 else f"1.{v},5"),
        "csv-delimiter",
        "number-marks",
    ),
    "decimal-assumed": near(
        "always three digits behind a point",
        "two digits once",
        readings.values(lambda n, v: f"1.{v}" if n else "1.25"),
        "csv-delimiter",
    ),
    "number-units": near("euros", "plain numbers", as_zip(TTS), train=TTS),
    "units-mixed": near(
        "pieces and kilograms",
        "kilograms",
        readings.values(lambda n, v: f"{v} kg"),
        "csv-delimiter",
        "number-units",
    ),
    "timestamp-utc": near(
        "offsets of a clock change",
        "one offset",
        readings.hourly(lambda n, t: f"{t}+01:00"),
        "timestamp-zone-dropped",
        train=readings.HOURLY,
    ),
    "timestamp-fraction-cut": near(
        "milliseconds",
        "fractions of nought",
        readings.hourly(lambda n, t: f"{t}.000"),
        "timestamp-normalised",
        train=readings.HOURLY,
    ),
    # the archive
    "zip-unreadable": near(
        "bytes before the archive", "bytes behind it", archive.GOOD + b"MZ"
    ),
    "zip-encrypted": near("encrypted", "flag of packing well", archive.with_flag(2)),
    "zip-unsafe-path": near(
        "path to a parent",
        "path of three dots",
        archive.with_member(".../x.csv"),
        "file-ignored",
    ),
    "zip-link": near(
        "symbolic link",
        "program",
        archive.with_member("x", b"/etc", as_file),
        "file-ignored",
    ),
    "zip-duplicate-name": near(
        "notes twice",
        "names that differ in case",
        archive.with_notes("notes.txt", "Notes.txt"),
        "file-ignored",
    ),
    "zip-nested": near(
        "only an archive inside",
        "folder named as an archive",
        make_zip({"data.zip/TTS.csv": TTS}),
    ),
    "zip-bomb": near(
        "smallest bomb",
        "a byte less than a bomb",
        archive.with_zeros(SMALL["limits"].ratio_from),
        "file-ignored",
        options=SMALL,
    ),
    "zip-too-many-members": near(
        "thousands of members", "a thousand members", archive.many(999)
    ),
    "upload-too-large": near(
        "one byte more than allowed",
        "as many bytes as allowed",
        archive.with_member("x", b"0" * 100),
        "file-ignored",
        options=TIGHT,
    ),
    "tts-missing": near(
        "another name", "another folder", make_zip({"sales/tts.CSV": TTS})
    ),
    "file-twice": near(
        "history twice",
        "history with a prefix",
        make_zip({"TTS.csv": TTS, "old-tts.csv": TTS}),
        "file-ignored",
    ),
    "file-ignored": near(
        "other files", "notes of a Mac", archive.with_member("._notes.txt")
    ),
    # the text of the tables
    "csv-empty": near("blank file", "table below blank lines", as_zip("\n \n" + TTS)),
    "csv-no-rows": near(
        "RTS without rows",
        "RTS of one row",
        with_rts("item_id,timestamp,price\nA,2020-01-01,2\n"),
        "future-none",
        "rts-history-missing",
        settings=H,
    ),
    "csv-not-text": near(
        "gzip within gzip", "bytes of one", as_zip(TTS.replace("A,", "A\1,"))
    ),
    "csv-line-too-long": near(
        "line of one too many",
        "line of just 1 MiB",
        as_zip(text.lengthen_to(MAX_LINE_BYTES)),
        train=TTS,
    ),
    "csv-too-many-columns": near(
        "wide table", "a thousand columns", as_zip(text.widen(1_000)), "column-empty"
    ),
    "csv-unreadable": near(
        "text too long for a value",
        "text that just fits",
        as_zip(text.with_note(text.LONGEST_FIELD)),
        settings=text.WITHOUT_NOTE,
        train=TTS,
    ),
    "csv-row-width": near(
        "one value too many",
        "one blank too many",
        as_zip(text.lengthen(",")),
        train=TTS,
    ),
    "csv-delimiter": near(
        "semicolons", "as many semicolons as commas", as_zip(SEMICOLONS)
    ),
    "csv-encoding": near(
        "Latin-1", "the same in UTF-8", as_zip(text.named("Gr\xf6\xdfe", "Z"))
    ),
    "csv-byte-order-mark": near(
        "byte order mark", "mark in an id", as_zip(text.named("\ufeffA", "B"))
    ),
    "spaces-trimmed": near(
        "spaces around values", "spaces inside", as_zip(text.named("A  1", "B  1"))
    ),
    "row-numbers-dropped": near(
        "row numbers of pandas",
        "numbers that skip one",
        as_zip("row" + text.NUMBERED.replace("\n5,A", "\n500,A")),
        "future-none",
    ),
    "header-blank": near(
        "nameless column",
        "nameless column of row numbers",
        as_zip(text.NUMBERED),
        "row-numbers-dropped",
    ),
    "header-twice": near(
        "column twice",
        "column and a number",
        as_zip(TTS.replace("item_id", "Timestamp2", 1)),
    ),
    "header-too-long": near(
        "long name",
        "longest name",
        as_zip(TTS.replace("item_id", "x" * 256, 1)),
    ),
    # the roles of columns
    "column-missing": near(
        "named column missing",
        "named column in another spelling",
        as_zip(TTS),
        "column-spelling",
        settings=columns.columns(target="target value"),
    ),
    "column-unclear": near(
        "two targets",
        "two numbers, one called demand",
        as_zip(columns.TWO_TARGETS.replace("north", "demand")),
    ),
    "column-two-roles": near(
        "one column for two roles",
        "two columns for two roles",
        as_zip(columns.GROUPED),
        settings=columns.columns(item="item_id", groups=["store"]),
    ),
    "column-empty": near(
        "empty column",
        "column of one value",
        as_zip(columns.noted(1)),
        "future-none",
        "text-blank",
    ),
    "column-spelling": near(
        "named in another spelling",
        "named as it is spelled",
        as_zip(TTS.replace("item_id", "Item ID")),
        settings=columns.columns(item="Item ID"),
    ),
    "table-wide": near(
        "two columns of dates",
        "one column of a date",
        as_zip(columns.table((*HEADER, "2020-01"), 5)),
    ),
    "table-melted": near(
        "column for each month",
        "one column for one month",
        as_zip(columns.table((*HEADER, "2020-01"), 5)),
    ),
    "timestamp-two-columns": near(
        "date and hour",
        "date, and the hour of the most sales",
        as_zip(columns.table((*HEADER, "hour"), 17)),
    ),
    "timestamp-interval": near(
        "interval in a cell",
        "moments that end with a number",
        as_zip(columns.table((*HEADER, "until"), "2020-01-01 - 2020-01-31")),
    ),
    "timestamp-number": near(
        "days of a sheet",
        "numbers of days beside a timestamp",
        as_zip(columns.table((*HEADER, "day"), 43831)),
    ),
    # values
    "key-blank": near("blank id", "id of a dash", as_zip(TTS.replace("A,", "-,"))),
    "timestamp-blank": near(
        "blank timestamp",
        "blank line between rows",
        as_zip(TTS.replace("A,2020-03-01", "\nA,2020-03-01", 1)),
    ),
    "timestamp-unreadable": near(
        "a year too early", "the earliest year", values.yearly(1678)
    ),
    "timestamp-ambiguous": near(
        "order that is unclear",
        "one day more",
        values.stamps([*values.UNCLEAR, "13/03/2020"]),
        "timestamp-normalised",
    ),
    "timestamp-mixed": near(
        "both orders in one column",
        "one day more in the same order",
        values.in_january("29/1/2020"),
        "timestamp-normalised",
    ),
    "timestamp-zones": near(
        "two offsets",
        "one offset in four spellings",
        values.stamps(f"{t} 00:00:00{ZONES[n % 4]}" for n, t in enumerate(months(24))),
        "timestamp-zone-dropped",
    ),
    "timestamp-zone-dropped": near(
        "midnights of a zone",
        "midnights of no zone",
        values.stamps(f"{t}T00:00:00" for t in months(24)),
        train=TTS,
    ),
    "timestamp-normalised": near(
        "minutes of midnights",
        "seconds of midnights",
        values.stamps(f"{t} 00:00:00" for t in months(24)),
        train=TTS,
    ),
    "timestamp-time-dropped": near(
        "daily at six o'clock",
        "daily at midnight",
        values.stamps(f"{t} 00:00:00" for t in values.DAYS),
    ),
    "timestamp-without-time": near(
        "dates at a frequency of hours",
        "times at a frequency of hours",
        values.stamps(f"{t} 01:00:00" for t in values.DAYS),
        "series-gaps",
        settings=values.HOURS_23,
    ),
    "target-not-number": near(
        "target out of range",
        "target of 308 zeros",
        values.set_target("2020-03-01", "1e308"),
    ),
    "covariate-not-number": near(
        "mixed covariate set to number",
        "words for no price",
        as_zip(columns.priced("n/a")),
        "future-none",
        "number-missing-word",
        settings={"Preparation": {"ColumnTypes": {"price": "number"}}},
    ),
    "decimal-ambiguous": near(
        "thousands or decimals",
        "two digits behind one comma",
        values.values(lambda v: f"{v},00" if v == 120 else f"{v},000"),
        "csv-delimiter",
        "number-marks",
    ),
    "number-marks": near(
        "decimal comma",
        "decimal point",
        values.values(lambda v: f"{v}.5"),
        "csv-delimiter",
        train=values.HALVES,
    ),
    "number-missing-word": near(
        "words for no value",
        "nothing for no value",
        values.set_target("2020-03-01", ""),
        "target-blank",
    ),
    "covariate-mixed": near(
        "covariate of half numbers",
        "covariate of fewer numbers",
        as_zip(columns.priced(numbers=14)),
        "future-none",
    ),
    # series
    "timestamp-default": near(
        "rows of no date",
        "years since 1970",
        only(make_rows(stamps=[f"{year}-01-01" for year in range(1970, 1994)])),
    ),
    "duplicate-rows": near(
        "a key twice",
        "two days of one month",
        series.rows_with(("A", "2020-02-02", 3)),
        "finer-than-frequency",
        settings=series.job(ForecastFrequency="M"),
    ),
    "duplicate-rows-aggregated": near(
        "a key twice, aggregated",
        "two days of one month, aggregated",
        series.rows_with(("A", "2020-02-02", 3)),
        "finer-than-frequency",
        settings=series.job(
            ForecastFrequency="M", **series.SUM["TimeSeriesForecastingJobConfig"]
        ),
    ),
    "finer-than-frequency": near(
        "one stray timestamp",
        "stray timestamp in a week of its own",
        only(moved_week()),
        "off-boundary",
        "steps-irregular",
    ),
    "coarser-than-frequency": near(
        "quarters as months",
        "quarters as two months",
        series.stamps(series.quarterly()),
        "series-gaps",
        settings=series.job(ForecastFrequency="2M"),
    ),
    "off-boundary": near(
        "weekly on Sundays",
        "weekly a day later",
        series.stamps(series.dates(7)),
    ),
    "frequency-unclear": near(
        "five-weekly", "four-weekly", series.stamps(series.dates(28, 30))
    ),
    "steps-irregular": near(
        "one stray timestamp",
        "one timestamp two weeks later",
        only([*series.WEEKLY, ("A", series.dates(7, 62)[-1], 5)]),
        "series-ends-early",
        "series-gaps",
    ),
    "too-few-steps": near(
        "three time steps", "four time steps", as_zip(make_tts(steps=4))
    ),
    "horizon-too-long": near(
        "horizon over a quarter",
        "horizon of just a quarter",
        as_zip(series.EIGHT),
        "horizon-long",
        settings=series.job(ForecastHorizon=2),
    ),
    "horizon-long": near(
        "nine steps for two",
        "ten steps for two",
        as_zip(make_tts(steps=10)),
        settings=series.job(ForecastHorizon=2),
    ),
    "ids-alike": near(
        "ids that look alike",
        "ids that sound alike",
        as_zip(make_tts(items=("Alt Sax", "Alto Sax"))),
    ),
    "time-hole": near(
        "hole of eleven", "hole of ten", series.two_years_apart(10), "series-gaps"
    ),
    "series-short": near(
        "short series", "series of four", series.rows_with(*series.FOUR)
    ),
    "series-dropped": near(
        "short series dropped",
        "series of four kept",
        series.rows_with(*series.FOUR),
        settings=series.DROP,
        train=make_csv(HEADER, [*ROWS, *series.FOUR]),
    ),
    "series-empty": near(
        "series without values",
        "series of one value",
        series.rows_with(*((i, t, v if t == LAST else "") for i, t, v in series.FOUR)),
        "series-short",
        "target-blank",
    ),
    "series-ends-early": near(
        "series that ends early",
        "series that goes on at the end",
        series.without(lambda row: row < ("B", "2021-06") or row >= ("B", LAST)),
        "series-gaps",
    ),
    "series-gaps": near(
        "gap",
        "gap before the first",
        series.without(lambda row: row[:2] != ("A", "2020-01-01")),
    ),
    "target-blank": near(
        "blank target",
        "blank target at the end",
        values.set_target(LAST, ""),
        "future-rows",
    ),
    "series-zero": near(
        "zeros only",
        "zeros but one",
        with_values(lambda i, t, v: v if i == "A" else int(t == LAST)),
    ),
    "series-constant": near(
        "constant series",
        "constant but once",
        with_values(lambda i, t, v: v if i == "A" else 4 + (t == LAST)),
    ),
    "one-series": near("one series", "one item in two stores", as_zip(ONE_ITEM)),
    "target-empty": near(
        "target of blanks, named",
        "target of blanks but one",
        with_values(lambda i, t, v: 7 if (i, t) == ("A", LAST) else ""),
        "series-empty",
        "series-short",
        "target-blank",
        settings=columns.columns(target="target_value"),
    ),
    "target-constant": near(
        "target that never changes",
        "target that changes once",
        with_values(lambda i, t, v: 5 + ((i, t) == ("A", LAST))),
        "series-constant",
    ),
    # related files
    "rts-has-target": near(
        "target in RTS",
        "target in RTS, by plural",
        with_rts(related.FULL.replace("price", "target_values")),
        settings=H,
    ),
    "rts-without-groups": near(
        "RTS for all stores",
        "RTS for each store",
        with_rts(per_store(related.FULL), related.GROUPED),
        settings=H,
    ),
    "rts-duplicate-rows": near(
        "covariate rows twice",
        "covariate row at another place",
        with_rts(last_row_first(related.FULL)),
        settings=H,
        train=related.joined(),
    ),
    "rts-series-unknown": near(
        "covariates of ids with zeros",
        "both with zeros",
        with_rts(related.related(("07", "08")), make_tts(items=("07", "08"))),
        settings=H,
    ),
    "rts-off-boundary": near(
        "future on another day of the month",
        "future on the first of each month",
        with_rts(related.FULL),
        settings=H,
    ),
    "rts-rows-unmatched": near(
        "covariates start early",
        "both start early",
        with_rts(related.related() + "A,2019-12-01,1\n", TTS + "A,2019-12-01,7\n"),
        settings=H,
    ),
    "rts-history-missing": near(
        "one row without covariates",
        "one row with a blank covariate",
        with_rts(related.without_price("A", "2020-02-01")),
        "covariate-blank",
        settings=H,
    ),
    "rts-beyond-horizon": near(
        "beyond the horizon",
        "up to the horizon",
        with_rts(related.related(stamps=months(28))),
        settings=H,
    ),
    "beyond-horizon": near(
        "merged table, future too long",
        "merged table, future as long",
        as_zip(related.MERGED),
        settings=H,
    ),
    "covariate-blank": near(
        "past value blank",
        "past value zero",
        with_rts(related.FULL.replace("A,2020-02-01,2.125", "A,2020-02-01,0")),
        settings=H,
    ),
    "future-rows": near(
        "blank rows at the end",
        "blank row beside a value",
        only([*ROWS, ("A", "2022-01-01", ""), ("B", "2022-01-01", 7)]),
        "series-ends-early",
        "target-blank",
    ),
    "future-none": near(
        "covariates without future",
        "covariates of one step ahead",
        with_rts(related.related(stamps=months(25))),
        settings=related.job(ForecastHorizon=1),
    ),
    "ids-unmatched": near(
        "an id in other case", "ids as in RTS.csv", with_rts(related.FULL), settings=H
    ),
    "target-copied": near(
        "target a second time",
        "target a second time, and no future",
        as_zip(related.TWICE),
        "future-none",
        settings=H,
    ),
    "future-partial": near(
        "future of some steps",
        "future of as many steps",
        with_rts(related.related(stamps=months(26))),
        settings=related.job(ForecastHorizon=2),
    ),
    "future-zeros": near(
        "future of zeros in the history",
        "zeros at the end, and all of the future behind them",
        with_rts(related.FULL, related.ENDING),
        "zeros-at-end",
        settings=H,
    ),
    "future-partial-filled": near(
        "future that is filled",
        "future that needs no filling",
        with_rts(related.FULL),
        settings=WITH_FILL,
    ),
    "future-blank": near(
        "future value blank",
        "last value of the past blank",
        with_rts(PAST_BLANK),
        "covariate-blank",
        settings=H,
    ),
    "future-blank-filled": near(
        "future value filled",
        "last value of the past blank, future filled",
        with_rts(PAST_BLANK),
        "covariate-blank",
        settings=WITH_FILL,
    ),
    "column-collision": near(
        "a column in both",
        "another column",
        with_rts(related.FULL, columns.table((*HEADER, "prices"), 1)),
        settings=H,
    ),
    "metadata-with-timestamp": near(
        "attributes that are timestamps",
        "attributes that are dates",
        with_attributes(related.dated("launched")),
    ),
    "metadata-duplicate": near(
        "attributes twice",
        "attributes twice, and the same",
        with_attributes(related.META + "A,red\n"),
        "metadata-repeated",
    ),
    "metadata-repeated": near(
        "attributes twice alike",
        "attributes of a small letter",
        with_attributes(related.META + "a,red\n"),
        "metadata-unknown",
    ),
    "metadata-missing": near(
        "attributes of one item missing",
        "attributes of one item blank",
        with_attributes("item_id,color\nA,red\nB,\n"),
    ),
    "metadata-unknown": near(
        "attributes of another item",
        "attributes of an item with four values",
        with_attributes(
            related.META + "C,red\n", make_csv(HEADER, [*ROWS, *series.FOUR])
        ),
    ),
    # settings
    "settings-unreadable": near(
        "config that is no JSON",
        "config just as long as allowed",
        as_zip(TTS, config="{}".ljust(MAX_SETTINGS_BYTES)),
    ),
    "settings-key-twice": near(
        "config with a key twice",
        "config with a comment",
        as_zip(TTS, config=settings.TWO_KEYS % "_Preparation"),
    ),
    "setting-invalid": near(
        "horizon of too many steps",
        "horizon of 500 steps",
        as_zip(
            make_tts(stamps=series.dates(1, 2_500)),
            config=settings.job(ForecastHorizon=500),
        ),
    ),
    "setting-unknown": near(
        "config of unknown keys",
        "comment of the same name",
        as_zip(TTS, config={"_horizon": 4}),
    ),
    "setting-column-unknown": near(
        "filling of no column, own",
        "filling of a column in other spelling",
        as_zip(TTS, config=settings.fill("Target Value", middlefill="mean")),
    ),
    "setting-column-dropped": near(
        "filling of no column, shared",
        "filling of no column, taken back",
        as_zip(TTS),
        settings=settings.job(Transformations={"Filling": {"price": None}}),
    ),
    "setting-column-text": near(
        "filling of codes",
        "filling of numbers",
        as_zip(settings.sized("1")),
        "future-none",
        settings=settings.fill("size", middlefill="mean"),
    ),
    # limits
    "too-many-series": near(
        "three series of two",
        "two series of two",
        as_zip(make_tts(items="AB")),
        options={"series": 2},
    ),
    "too-many-features": near(
        "fourteen numbers",
        "thirteen numbers and ten texts",
        as_zip(
            columns.table(
                (*HEADER, *(f"n{k}" for k in range(23))), *range(13), *"abcdefghij"
            )
        ),
    ),
    # the hook
    "hook-failed": near(
        "hook of a column that is not",
        "hook of a column that is",
        as_zip(TTS),
        options=settings.with_hook(settings.sort_by("target_value")),
        train=TTS,
    ),
    "hook-result": near(
        "hook with too many columns",
        "hook with thirteen columns",
        as_zip(TTS),
        options=settings.with_hook(settings.add_numbers(13)),
    ),
    "hook-depends-on-parts": near(
        "hook that looks at other series",
        "hook that looks at each series",
        as_zip(TTS),
        options=settings.with_hook(demean_each),
    ),
    "nothing-left": near(
        "nothing left",
        "one series left",
        only(names_of_threes()),
        "series-dropped",
        "series-ends-early",
        "series-short",
        settings=series.DROP,
    ),
}
# Codes without a near miss among uploads, and why.
WITHOUT_NEAR_MISS = {
    "internal-error": "it stands for what nobody foresaw, so there is no rule to miss",
    "parquet-no-reader": "it depends on what is installed; see test_parquet_file",
    "parquet-unreadable": "it depends on what is installed; see test_parquet_file",
    "parts-unusable": "it is about the bucket; its near miss is in test_preprocess",
    "input-folder-used": "it is about the bucket; its near miss is in test_preprocess",
}
