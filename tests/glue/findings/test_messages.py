"""What the messages say: the first value that does not fit, and what becomes of it."""

import gzip
import json

import pytest

from tests.building.uploads import (
    HEADER,
    Case,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
)
from tests.glue.corpus.related import ALL, related

TTS = make_tts()
ROWS = make_rows()
SLASHED = [f"{n}/1/2020" for n in range(1, 20)] + ["1/20/2020", "1/21/2020"]
HOURS = [f"2020-01-0{day} {hour:02d}:00:00" for day in (1, 2) for hour in range(24)]
LATE = [f"2020-01-{6 + 7 * n // 7:02d} 00:00:0{n % 9 + 1}" for n in range(24)]
HEADER_LINE = ",".join(HEADER) + "\n"
TWO_NUMBERS = [(i, t, v / 8, v / 4) for i, t, v in ROWS]


def table(change):
    """Write a table of changed rows; None leaves a row out."""
    rows = [change(*row) for row in ROWS]
    return as_zip(make_csv(HEADER, [row for row in rows if row is not None]))


def table_text(change):
    """Write a table of changed rows as text."""
    return make_csv(HEADER, [change(*row) for row in ROWS])


def set_value(when, text):
    """Write another text as the value of one month."""
    return table(lambda i, t, v: (i, t, text if t == when else v))


def set_job(**values):
    return {"TimeSeriesForecastingJobConfig": values}


MEAN = set_job(Transformations={"Filling": {"target_value": {"middlefill": "mean"}}})
SAYS = [
    (
        "series-gaps",
        table(lambda i, t, v: None if (i, t) == ("A", "2020-05-01") else (i, t, v)),
        ("1 step missing", "with zeros", "after 2020-04-01"),
    ),
    (
        "series-gaps",
        table(lambda i, t, v: None if (i, t) == ("A", "2020-05-01") else (i, t, v)),
        ("by middlefill mean",),
        MEAN,
    ),
    (
        "series-ends-early",
        table(lambda i, t, v: None if i == "B" and t > "2021-10-01" else (i, t, v)),
        ("before 2021-12-01", "with zeros", "ends 2 steps early, at 2021-10-01"),
    ),
    (
        "target-blank",
        table(lambda i, t, v: (i, t, "" if (i, t) == ("A", "2020-05-01") else v)),
        ("with zeros", "A at 2020-05-01"),
    ),
    (
        "off-boundary",
        table(lambda i, t, v: (i, t.replace("-01", "-15")[:8] + "15", v)),
        ("moves them there", "-01"),
    ),
    (
        "finer-than-frequency",
        as_zip(TTS),
        ("their sum", "A at 2020-02-01"),
        set_job(ForecastFrequency="3M"),
    ),
    (
        "finer-than-frequency",
        as_zip(TTS),
        ("(max)",),
        set_job(
            ForecastFrequency="3M",
            Transformations={"Aggregation": {"target_value": "max"}},
        ),
    ),
    (
        "duplicate-rows",
        as_zip(TTS + "A,2020-02-01,3\n"),
        ("A at 2020-02-01, with target_value 3 after 124",),
    ),
    (
        "target-not-number",
        table(lambda i, t, v: (i, t, f"{v}k" if t < "2021" else v)),
        ("'target_value'", "24 values", "'120k'", "row 2", "120000 where"),
    ),
    (
        "column-missing",
        as_zip(TTS.replace(",", "^")),
        ("separated by '^'", "the first line reads item_id,timestamp,target_value"),
    ),
    (
        "timestamp-mixed",
        as_zip(make_tts(stamps=SLASHED)),
        ("'13/1/2020'", "'1/20/2020'"),
    ),
    (
        "csv-row-width",
        as_zip(TTS + "A,2030-01-01\n"),
        ("2 fields: A | 2030-01-01", "value of 'target_value' seems to be missing"),
    ),
    (
        "values-placeholder",
        set_value("2020-05-01", -999),
        ("stand for no value", "'-999'"),
    ),
    (
        "units-mixed",
        set_value("2020-05-01", "12%"),
        ("in 2 of 48 values only", "'12%'"),
    ),
    (
        "rts-nothing-matched",
        as_zip(TTS, rts=related(("X", "Y"))),
        ("none of its series", "X at 2020-01-01", "'A', 'B'"),
    ),
    (
        "duplicate-rows",
        as_zip(TTS + TTS),
        (
            "as in row 2",
            "stands there twice, alike in all columns: remove rows 50 to 98",
        ),
    ),
    (
        "header-blank",
        as_zip(TTS.replace("item_id,timestamp,target_value", ",item_id,timestamp")),
        ("one column too far right", "first line as item_id,timestamp,target_value"),
    ),
    (
        "timestamp-unreadable",
        as_zip(TTS.replace("item_id,timestamp", "timestamp,item_id")),
        ("'2020-01-01' stand under 'item_id'", "swap the names"),
    ),
    (
        "csv-row-width",
        as_zip(TTS + "A;2030-01-01;1\n"),
        ("a semicolon is between their values", "a comma, in these rows too"),
    ),
    (
        "csv-row-width",
        as_zip(TTS + "A,2030-0"),
        ("the file ends within its last row", "2 fields: A | 2030-0"),
    ),
    (
        "csv-row-width",
        as_zip(TTS.replace("\n", ",25,\n").replace("value,25,", "value,remark")),
        ("one number with a decimal comma", "'120,25'", "quotes"),
    ),
    (
        "csv-broken-bytes",
        as_zip(TTS.replace("A,2020-03", "A\0,2020-03")),
        ("1 line of TTS.csv", "row 4 column 'item_id' value 'A\\x00'", "anew: A"),
    ),
    (
        "csv-quote-open",
        as_zip(TTS.replace("A,2020-03", '"A,2020-03')),
        ("delete the quote before 'A', so that row 4 reads A,2020-03-01,",),
    ),
    (
        "csv-broken-bytes",
        as_zip(TTS.replace("A,", "Zürich,").encode().replace(b"\xc3", b"\xe4", 1)),
        ("row 2 column 'item_id'", "write 'Zürich' there, as other rows have it"),
    ),
    (
        "csv-not-text",
        as_zip('{"error": "not authorised", "status": 401}'),
        ("the answer of a server", "not authorised", "download the table again"),
    ),
    (
        "zip-nested",
        make_zip({"data.zip": as_zip(TTS)}),
        ("packed twice", "unpack it once"),
    ),
    (
        "zip-unreadable",
        gzip.compress(as_zip(TTS), mtime=0),
        ("packed twice", "upload the zip archive that comes out"),
    ),
    (
        "future-partial",
        as_zip(TTS, rts=related(stamps=ALL[:26])),
        ("2 of 4 steps", "rows up to 2022-04-01", '"ForecastHorizon": 2'),
        set_job(ForecastHorizon=4),
    ),
    (
        "future-partial",
        as_zip(TTS, rts=related("A")),
        ("add the rows of 'B' to RTS.csv, from 2022-01-01 to 2022-04-01",),
        set_job(ForecastHorizon=4),
    ),
    (
        "future-partial",
        as_zip(TTS, rts=related(stamps=ALL[::2])),
        ("steps between its rows are missing",),
        set_job(ForecastHorizon=4),
    ),
    (
        "column-collision",
        as_zip(
            make_csv((*HEADER, "price"), [(*row, row[2] * 2) for row in ROWS]),
            rts=related(),
        ),
        ("row 2 has '", "rename one of the two, such as to 'price_2' in TTS.csv"),
        set_job(ForecastHorizon=4),
    ),
    (
        "metadata-duplicate",
        as_zip(TTS, metadata="item_id,color\nA,red\nB,blue\nA,black\n"),
        ("with color black after red in row 2",),
    ),
    (
        "column-unclear",
        as_zip(
            make_csv(("item_id", "timestamp", "price", "temp"), TWO_NUMBERS), rts=TTS
        ),
        ("rename RTS.csv to TTS.csv, and TTS.csv to RTS.csv",),
    ),
    (
        "csv-unreadable",
        as_zip("".join(f'"{line}"\n' for line in TTS.splitlines())),
        ("quotes stand around whole lines", f"the first reads {','.join(HEADER)}"),
    ),
    (
        "csv-unreadable",
        as_zip(TTS + f"A,{'x' * 140_000},1\n"),
        ("131,072 characters", "row 50 column 'timestamp'", "shorten"),
    ),
    (
        "ids-unmatched",
        as_zip(
            table_text(
                lambda i, t, v: ("a" if (i, t) == ("A", "2020-05-01") else i, t, v)
            ),
            rts=related(),
        ),
        ("'a' is 'A' in other upper and lower case", "write 'A' there"),
    ),
    (
        "key-blank",
        table(lambda i, t, v: (i if t == "2020-01-01" else "", t, v)),
        ("46 of 48 rows", "fill it down", "'A' into row 3"),
    ),
    (
        "decimal-mixed",
        table(lambda i, t, v: (i, t, f'"{v},5"' if t < "2021" else f"{v}.5")),
        ("24 of 48 values have a comma", ".5 for '", ",5', and the others likewise"),
    ),
    (
        "units-mixed",
        table(lambda i, t, v: (i, t, f"{v} kg" if t < "2021" else f"{v} Stk.")),
        ("kg'", "Stk.'", "items of their own"),
    ),
    (
        "coarser-than-frequency",
        as_zip(TTS),
        ('write "ForecastFrequency": "M"',),
        set_job(ForecastFrequency="D"),
    ),
    (
        "setting-invalid",
        as_zip(TTS),
        ('write "M", as the history has just that step',),
        set_job(ForecastFrequency="daily"),
    ),
    (
        "duplicate-rows",
        as_zip(make_csv(HEADER, [*ROWS, *ROWS[4:9]])),
        ("rows 50 to 54 repeat rows 6 to 10", "remove rows 50 to 54"),
        None,
    ),
    (
        "duplicate-rows",
        table(lambda i, t, v: (i, "2020-02-01" if t == "2020-09-01" else t, v)),
        ("between 2020-08-01 and 2020-10-01: write 2020-09-01 there",),
        None,
    ),
    (
        "rts-duplicate-rows",
        as_zip(TTS, rts=related() + "A,2020-03-01,2.25\n"),
        ("a copy of row 4, alike in all columns: remove it",),
        set_job(ForecastHorizon=4),
    ),
    (
        "rts-duplicate-rows",
        as_zip(TTS, rts=related() + "A,2020-03-01,77\n"),
        ("after 2.25 in row 4", "whichever is wrong"),
        set_job(ForecastHorizon=4),
    ),
    (
        "duplicate-rows",
        as_zip(TTS + HEADER_LINE + TTS.partition("\n")[2].replace(",1", ",2")),
        ("below a second header", "with other values: remove rows 50 to 98"),
        None,
    ),
    (
        "frequency-unclear",
        as_zip(make_tts(stamps=LATE)),
        ("late by up to 9 seconds", "leave the time off", "2020-01-06 for 2020-01-06"),
        None,
    ),
    (
        "timestamp-ambiguous",
        as_zip(make_tts(stamps=["Jan 01", "Feb 01", "Mar 01", "Apr 01"] * 6)),
        ("whose year is missing", "write the year too"),
        None,
    ),
    (
        "units-mixed",
        table(lambda i, t, v: (i, t, f"{v} %" if t < "2020-03" else v)),
        ("a percent sign in 4 of 48 values", "and the others likewise, as the other"),
        None,
    ),
    (
        "rts-nothing-matched",
        as_zip(TTS, rts=related().replace(",202", ",203")),
        ("write 2020 for 2030, and the other years likewise",),
        None,
    ),
    (
        "ids-unmatched",
        as_zip(TTS.replace("A,", "C?tes,"), rts=related().replace("A,", "Côtes,")),
        ("'C?tes' is 'Côtes' in RTS.csv", "became ? in TTS.csv", "CSV in UTF-8"),
        set_job(ForecastHorizon=4),
    ),
    (
        "header-twice",
        as_zip(TTS.replace("timestamp", "target_value")),
        ("column 2 '2020-01-01'", "call column 2 'date'"),
        None,
    ),
    (
        "header-missing",
        as_zip(TTS.partition("\n")[2]),
        ("above the first row: item_id,timestamp,target_value",),
        None,
    ),
    (
        "grid-too-large",
        as_zip(make_tts(stamps=["1700-01-01 00:00:00", *HOURS])),
        ("correct the year of 1700-01-01 00:00:00", "from 2020-01-01 00:00:00 to "),
        None,
    ),
    (
        "horizon-too-long",
        as_zip(TTS),
        ("set ForecastHorizon to 6 or less", "of 32 time steps"),
        set_job(ForecastHorizon=8),
    ),
]


@pytest.mark.parametrize(
    ("code", "content", "words", "settings"),
    [(*one, None) if len(one) == 3 else one for one in SAYS],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_message_says_what_and_where(code, content, words, settings):
    made = Case("", content, settings=settings).prepare()

    told = str(made.finding(code))

    assert [word for word in words if word not in told] == []


WITH_FUTURE = {"TTS.csv": TTS, "RTS.csv": related(stamps=ALL)}
BROKEN = {
    "settings-unreadable": '{"TimeSeriesForecastingJobConfig": ',
    "setting-invalid": json.dumps(set_job(ForecastHorizon="four")),
    "setting-unknown": json.dumps(set_job(ForcastHorizon=8)),
}


@pytest.mark.parametrize("code", BROKEN)
def test_nothing_follows_from_a_lost_horizon(code):
    files = {**WITH_FUTURE, "config.json": BROKEN[code]}

    made = Case("", make_zip(files)).prepare()

    assert made.codes == [code]


def test_bad_key_drops_itself_and_not_the_file():
    settings = set_job(ForecastHorizon=2, ForecastQuantiles=["p0"])
    files = {"TTS.csv": TTS, "config.json": json.dumps(settings)}

    made = Case("", make_zip(files)).prepare()

    assert made.codes == ["setting-invalid"]
    assert made.made.settings.job["ForecastHorizon"] == 2
