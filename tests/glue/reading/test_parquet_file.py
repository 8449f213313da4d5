import importlib.util
import io
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from glue.preparation import prepare_upload
from tests.building.uploads import (
    HEADER,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
    prepare,
)

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None
NEEDS_PYARROW = pytest.mark.skipif(not HAS_PYARROW, reason="needs pyarrow")
ROWS = make_rows()
RTS_HEADER = ("item_id", "timestamp", "price", "note")
RTS = [(item, stamp, value / 8, "x") for item, stamp, value in ROWS]
ATTRIBUTES = [("A", "red"), ("B", "")]


def make_parquet(header, rows, **columns):
    """Write rows as a Parquet file; ``columns`` replace whole columns."""
    buffer = io.BytesIO()
    table = pd.DataFrame(rows, columns=list(header)).assign(**columns)
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def add_column(values):
    """Pack a history with a column of values, which are repeated."""
    values = [values[n % len(values)] for n in range(len(ROWS))]
    return make_parquet(HEADER, ROWS, extra=values)


def read_column(made):
    """Give the column that was added, as the training file has it."""
    return [line.split(",")[3] for line in made.train.splitlines()[1:]]


@pytest.mark.skipif(HAS_PYARROW, reason="needs an environment without pyarrow")
@pytest.mark.parametrize("key", ["raw/sales.parquet", "raw/sales.csv"])
def test_parquet_without_pyarrow_is_a_finding(key):
    made = prepare(b"PAR1\x15\x04PAR1", key)

    assert made.codes == ["parquet-no-reader"]
    assert "export the table as CSV" in made.finding("parquet-no-reader").remedy


@pytest.mark.skipif(HAS_PYARROW, reason="needs an environment without pyarrow")
def test_parquet_in_a_zip_without_pyarrow_is_a_finding():
    made = prepare({"TTS.csv": make_tts(), "RTS.parquet": b"PAR1\x15\x04PAR1"})

    assert made.codes == ["parquet-no-reader"]
    assert made.findings[0].what.startswith("RTS.parquet is a Parquet file")


def test_csv_and_parquet_of_one_table_are_one_too_many():
    made = prepare({"TTS.csv": make_tts(), "TTS.parquet": b"PAR1"})

    assert made.codes == ["file-twice"]


def test_lonely_parquet_of_another_name_is_the_history():
    made = prepare({"sales.parquet": b"PAR1"})

    assert "sales.parquet" in made.finding("tts-by-another-name").what


@NEEDS_PYARROW
def test_bare_parquet_gives_what_csv_gives():
    made = prepare(make_parquet(HEADER, ROWS), "raw/sales.parquet")

    assert made.train == prepare(make_tts(), "raw/sales.csv").train


def prepare_parts(folder, *parts):
    """Prepare a folder of parts of one table."""
    for name in ("shop", "work"):
        (folder / name).mkdir()
    for number, part in enumerate(parts):
        (folder / "shop" / f"{number:05d}-part.parquet").write_bytes(part)
    return prepare_upload(folder / "shop", "raw/shop", folder / "work")


@NEEDS_PYARROW
def test_parts_of_a_table_give_what_it_gives(tmp_path):
    swapped = [row[::-1] for row in ROWS[30:]]
    made = prepare_parts(
        tmp_path,
        make_parquet(HEADER, ROWS[:10]),
        make_parquet(HEADER, []),
        make_parquet(HEADER, ROWS[10:30]),
        make_parquet(HEADER[::-1], swapped),
    )

    assert made.files.train.read_text() == make_tts()
    assert list(made.findings) == []
    assert made.upload.listing[0]["name"] == "shop"


@NEEDS_PYARROW
def test_rows_are_numbered_through_all_parts(tmp_path):
    odd = [("A", "soon", 1)]
    made = prepare_parts(
        tmp_path, make_parquet(HEADER, ROWS), make_parquet(HEADER, odd)
    )

    (found,) = [one for one in made.findings if one.code == "timestamp-unreadable"]
    assert found.examples[0].row == len(ROWS) + 1


@NEEDS_PYARROW
def test_part_with_other_columns_is_refused(tmp_path):
    other = make_parquet((*HEADER[:2], "units"), ROWS)
    made = prepare_parts(tmp_path, make_parquet(HEADER, ROWS), other)

    (found,) = made.findings
    assert found.code == "parquet-unreadable"
    assert "its part '00001-part.parquet' has the columns" in found.what


@NEEDS_PYARROW
@pytest.mark.parametrize("chunk_rows", [7, 10_000])
def test_tables_in_a_zip_give_what_csv_gives(chunk_rows):
    tables = {
        "TTS": (HEADER, ROWS),
        "RTS": (RTS_HEADER, RTS),
        "metadata": (("item_id", "colour"), ATTRIBUTES),
    }
    packed = {f"{name}.parquet": make_parquet(*table) for name, table in tables.items()}
    texts = {f"{name}.csv": make_csv(*table) for name, table in tables.items()}
    made = prepare(make_zip(packed), chunk_rows=chunk_rows)

    assert made.accepted
    assert made.train == prepare(texts).train
    assert made.codes == prepare(texts).codes


@NEEDS_PYARROW
@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 2, 3], ["1", "2", "3"]),
        ([1.5, 2.25], ["1.5", "2.25"]),
        ([1.0, None], ["1", ""]),
        ([True, False], ["1", "0"]),
        (["x", None], ["x", "(blank)"]),
        ([Decimal("1.50"), Decimal("2.25")], ["1.5", "2.25"]),
        ([date(2020, 1, 2), None], ["2020-01-02", "(blank)"]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        ([2**53 - 1, 1], ["9007199254740991", "1"]),
    ],
)
def test_values_are_written_as_csv_has_them(values, texts):
    made = prepare(add_column(values), "raw/sales.parquet")

    assert read_column(made) == [texts[n % len(texts)] for n in range(len(ROWS))]


@NEEDS_PYARROW
@pytest.mark.parametrize(
    "read", [date.fromisoformat, datetime.fromisoformat, pd.Timestamp]
)
def test_moments_of_any_type_are_read(read):
    stamps = [read(stamp) for _, stamp, _ in ROWS]
    made = prepare(make_parquet(HEADER, ROWS, timestamp=stamps), "raw/a.parquet")

    assert made.train == make_tts()


@NEEDS_PYARROW
def test_column_without_any_value_is_left_out():
    made = prepare(add_column([None]), "raw/sales.parquet")

    assert made.codes == ["column-empty"]
    assert made.train == make_tts()


@NEEDS_PYARROW
def test_row_labels_of_pandas_are_left_out():
    buffer = io.BytesIO()
    table = pd.DataFrame(ROWS, columns=list(HEADER))
    table.sort_values("target_value").to_parquet(buffer)
    made = prepare(buffer.getvalue(), "raw/sales.parquet")

    assert made.codes == ["row-numbers-dropped"]
    assert made.train == make_tts()


@NEEDS_PYARROW
@pytest.mark.parametrize(
    "content",
    [
        b"PAR1\x15\x04PAR1",
        b"PAR1" + b"x" * 4_000,
        lambda: make_parquet(HEADER, ROWS)[:-300],
        lambda: make_parquet(HEADER, ROWS)[:40] + b"x" * 40,
        lambda: add_column([[1, 2]]),
        lambda: add_column([b"bytes"]),
    ],
)
def test_file_that_holds_no_plain_table_is_refused(content):
    content = content() if callable(content) else content
    made = prepare(content, "raw/sales.parquet")

    assert made.codes == ["parquet-unreadable"]


@NEEDS_PYARROW
def test_first_row_has_the_number_one():
    rows = [("A", "soon", 1), *ROWS]
    made = prepare(make_parquet(HEADER, rows), "raw/sales.parquet")

    assert made.finding("timestamp-unreadable").examples[0].row == 1
