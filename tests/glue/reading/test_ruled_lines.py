import csv
import io
import random

import pytest

from glue.findings.finding import Findings, Tallies
from glue.reading.csv_file import open_csv
from tests.building.uploads import HEADER, as_zip, make_csv, make_tts, months, prepare
from tests.glue.corpus.text import CASES as TEXT_CASES
from tests.glue.corpus.values import CASES as VALUE_CASES

# What a value may be, beside those that are usual.
ODD = (
    *("", "NA", "-", "x", "-999", "1e999", " 3", "007", "+5", ".5", "5.", "-0", "-0.0"),
    *("1.234", "1,5", "12345678901234567890", "1E5", '"', "\t", "\u00a0", "\u00e9"),
    *("item_id", "ITEM_ID", "Total", "\x0b", "====", "\u017ftem_id"),
)


def write_upload(seed):
    """Write a table of usual rows with some odd values and lines among them."""
    pick = random.Random(seed)
    share, file = pick.choice([0, 0.002, 0.05]), io.StringIO()
    newline = pick.choice(["\n", "\n", "\r\n"])
    writer = csv.writer(
        file,
        delimiter=pick.choice(",,,;\t"),
        lineterminator=newline,
        quoting=pick.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    name = pick.choice(["item-{}", "{}", "\u00c4 {}", "A very long name of an item {}"])
    writer.writerow([*HEADER, "price", "color"])
    for item in range(pick.choice([1, 3, 8])):
        for step, stamp in enumerate(months(pick.choice([6, 30, 60]))):
            price = pick.choice(["1.5", "2.25", "10.0", "3", ""])
            value = pick.choice([f"{step + item}.25", f"{step * 37 % 11 + 100}"])
            row = [name.format(item), stamp, value, price, f"c{item % 2}"]
            if pick.random() < share:
                row[pick.randrange(5)] = pick.choice(ODD)
            if pick.random() < share / 9:
                row = pick.choice([row[:-1], [*row, ""], [row[0]], [], [*HEADER]])
            writer.writerow(row)
    text = file.getvalue() + pick.choice(["", "", newline, "a note"])
    encoding = pick.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    return text.encode(encoding, "replace")


def describe(made):
    return (
        [found.as_data() for found in made.findings],
        made.made.inferred,
        made.job,
        made.table,
        made.train,
        made.transform,
    )


@pytest.mark.parametrize("seed", range(60))
def test_simple_lines_are_read_as_records_are(seed):
    upload = as_zip(write_upload(seed))
    size = random.Random(seed).choice([7, 50, 10_000])

    fast, slow = (
        prepare(upload, chunk_rows=size, by_record=by_record)
        for by_record in (False, True)
    )

    assert describe(fast) == describe(slow)


@pytest.mark.parametrize(
    "case", [*TEXT_CASES, *VALUE_CASES], ids=lambda case: case.name
)
def test_uploads_of_people_are_read_as_records_are(case):
    options = {**case.options, "by_record": True}

    slow = prepare(case.content, case.key, case.settings, **options)

    assert describe(case.prepare()) == describe(slow)


def list_kinds(tmp_path, text):
    """List how each chunk of a table is kept."""
    path = tmp_path / "TTS.csv"
    path.write_text(text)
    table = open_csv(path, "TTS.csv", Findings(), chunk_rows=10)
    chunks = table.chunks(Findings(), Tallies())
    return [type(chunk.given(HEADER[0])).__name__ for chunk in chunks]


def test_usual_table_is_cut_at_once(tmp_path):
    assert set(list_kinds(tmp_path, make_tts())) == {"Fields"}


@pytest.mark.parametrize("odd", [" 15", '1"5', '"1,5"', "15,"])
def test_chunk_behind_an_odd_one_is_cut_at_once(tmp_path, odd):
    rows = [("A", stamp, n) for n, stamp in enumerate(months(40))]
    rows[15] = ("A", months(40)[15], odd)

    kinds = list_kinds(tmp_path, make_csv(HEADER, rows))

    assert kinds == ["Fields", "ndarray", "Fields", "Fields", "Fields"]


def test_quotes_around_values_are_cut_at_once(tmp_path):
    rows = [('"A"', f'"{stamp}"', f'"{n}"') for n, stamp in enumerate(months(30))]

    kinds = list_kinds(tmp_path, make_csv(HEADER, rows))

    assert set(kinds) == {"Fields"}


def test_lines_of_many_bytes_are_cut_at_once(tmp_path):
    long = "x" * 500
    rows = [(long, stamp, n) for n, stamp in enumerate(months(300))] * 60

    path = tmp_path / "TTS.csv"
    path.write_text(make_csv(HEADER, rows))
    table = open_csv(path, "TTS.csv", Findings(), chunk_rows=len(rows))
    chunks = list(table.chunks(Findings(), Tallies()))

    assert {type(chunk.given(HEADER[0])).__name__ for chunk in chunks} == {"Fields"}
    assert sum(map(len, chunks)) == len(rows)
