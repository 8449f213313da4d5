"""Uploads whose archive or member is not named, or packed, as expected."""

import gzip

from tests.building.uploads import (
    HEADER,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
    months,
)
from tests.glue.corpus.exports import ITEMS, WHOLE, Export, as_train

TABLE = as_train(WHOLE)
WORKBOOK = make_zip(
    {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": "<workbook/>",
        "xl/worksheets/sheet1.xml": "<worksheet/>",
    }
)
UMLAUTS = as_train([(f"{i} f\xfcr Kinder", t, v) for i, t, v in WHOLE])
DATA = UMLAUTS.encode()
BROKEN = DATA.replace(b"2020-05-01", b"2020-05\x96-01"[:8] + b"01", 1)
LINES = TABLE.splitlines(keepends=True)
# A quote that is opened in a note and closed three rows later.
NOTED = {9: '"see mail', 13: 'ok"'}
NOTES = "item_id,timestamp,target_value,note\n" + "".join(
    f"{line.rstrip()},{NOTED.get(n, '')}\n" for n, line in enumerate(LINES[1:])
)

# Two months more than the history has.
PRICES = [(i, t, 2.5 + n % 3) for i in "AB" for n, t in enumerate(months(26))]

CASES = [
    Export(
        "one table of another name",
        make_zip({"sales_export_2021.csv": TABLE}),
        ("tts-by-another-name",),
        train=TABLE,
        says={"tts-by-another-name": ("sales_export_2021.csv",)},
    ),
    Export(
        "one table of another name, with a note",
        make_zip({"export/sales.csv": TABLE, "export/readme.txt": "hello"}),
        ("file-ignored", "tts-by-another-name"),
        train=TABLE,
        says={"file-ignored": ("readme.txt",)},
    ),
    Export(
        "two tables of other names",
        make_zip({"train.csv": TABLE, "test.csv": TABLE}),
        ("file-ignored", "tts-missing"),
        says={"tts-missing": ("train.csv", "test.csv")},
    ),
    Export(
        "gzipped table",
        gzip.compress(TABLE.encode(), mtime=0),
        ("csv-gzip",),
        key="raw/data.csv.gz",
        train=TABLE,
    ),
    Export(
        "gzipped table in an archive",
        make_zip({"TTS.csv.gz": gzip.compress(TABLE.encode(), mtime=0)}),
        ("csv-gzip",),
        train=TABLE,
    ),
    Export(
        "workbook",
        WORKBOOK,
        ("csv-not-text",),
        key="raw/data.xlsx",
        says={"csv-not-text": ("save the sheet as CSV",)},
    ),
    Export(
        "workbook in an archive",
        make_zip({"TTS.xlsx": WORKBOOK}),
        ("file-ignored", "tts-missing"),
        says={"tts-missing": ("save", "CSV")},
    ),
    Export(
        "workbook named csv",
        as_zip(WORKBOOK),
        ("csv-not-text",),
        says={"csv-not-text": ("workbook", "save the sheet as CSV")},
    ),
    Export(
        "page of a sign-in",
        b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>\n",
        ("csv-not-text",),
        key="raw/data.csv",
        says={"csv-not-text": ("HTML",)},
    ),
    Export(
        "JSON named csv",
        b'[{"item_id": "A", "timestamp": "2020-01-01", "target_value": 1}]\n',
        ("csv-not-text",),
        key="raw/data.csv",
        says={"csv-not-text": ("JSON",)},
    ),
    Export(
        "bare table",
        TABLE,
        key="raw/data.csv",
        train=TABLE,
    ),
    Export(
        "one broken byte beside accents",
        as_zip(BROKEN),
        ("csv-broken-bytes",),
        says={"csv-broken-bytes": ("row 6",)},
    ),
    Export(
        "lines of two encodings",
        as_zip(DATA[:700] + DATA[700:].decode().encode("cp1252")),
        ("csv-broken-bytes",),
        says={"csv-broken-bytes": ("row",)},
    ),
    Export(
        "all of it in the encoding of Windows",
        as_zip(UMLAUTS.encode("cp1252")),
        ("csv-encoding",),
        train=UMLAUTS,
    ),
    Export(
        "quote closed some rows later",
        as_zip(NOTES),
        ("csv-quote-open",),
        says={"csv-quote-open": ("row 11",)},
    ),
    Export(
        "id column lost, of one item",
        as_zip(make_csv(HEADER[1:], [(t, v) for i, t, v in WHOLE if i == ITEMS[0]])),
        ("item-made", "one-series"),
        train=as_train([("data", t, v) for i, t, v in WHOLE if i == ITEMS[0]]),
        says={"item-made": ("data",)},
    ),
    Export(
        "id column lost, of two items",
        as_zip(make_csv(HEADER[1:], [(t, v) for _, t, v in WHOLE])),
        ("column-missing",),
        says={"column-missing": ("item id", "2020-01-01")},
    ),
    Export(
        "covariates under the name of the history",
        as_zip(
            make_csv(
                ("item_id", "timestamp", "price"), [(i, t, v / 8) for i, t, v in WHOLE]
            ),
            rts=make_csv(("item_id", "timestamp", "sales"), WHOLE),
        ),
        ("column-unclear",),
        says={"column-unclear": ("price", "sales")},
    ),
    Export(
        "settings with a key that is misspelt",
        as_zip(
            make_tts(), config={"TimeSeriesForecastingJobConfig": {"ForcastHorizon": 2}}
        ),
        ("setting-unknown",),
        says={"setting-unknown": ("ForecastHorizon",)},
    ),
    Export(
        "settings without the outer level",
        as_zip(make_tts(), config={"ForecastHorizon": 2}),
        ("setting-unknown",),
        says={"setting-unknown": ("put it inside", "TimeSeriesForecastingJobConfig")},
    ),
    Export(
        "covariates of the future without settings",
        as_zip(
            make_tts(),
            rts=make_csv(("item_id", "timestamp", "price"), PRICES),
        ),
        train=make_csv(
            (*HEADER, "price"),
            [
                (*row, PRICES[n // 24 * 26 + n % 24][2])
                for n, row in enumerate(make_rows())
            ],
        ),
    ),
]
