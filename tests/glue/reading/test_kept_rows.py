import numpy as np
import pytest

from glue.arrays import as_texts
from glue.columns import Coded
from glue.findings.finding import Findings, Tallies
from glue.reading.csv_file import open_csv
from glue.reading.kept_rows import RowStore
from glue.reading.numbers import NumberEvidence
from glue.reading.plain_numbers import KeptNumbers
from glue.rows import Rows
from tests.building.uploads import HEADER, make_csv, months

VALUES = ["12.50", "3", "", "-0", "70000", "-1", "0.125", "5."]


@pytest.fixture
def store(tmp_path):
    with RowStore(tmp_path) as opened:
        yield opened


def write_table(tmp_path, values, size=10):
    """Write a table of one item with such values, again and again."""
    rows = [("A", stamp, values[n % len(values)]) for n, stamp in enumerate(months(40))]
    path = tmp_path / "TTS.csv"
    path.write_text(make_csv(HEADER, rows))
    return open_csv(path, "TTS.csv", Findings(), chunk_rows=size)


def pass_over(table):
    """Read all chunks, the numbers among their columns too, as a first pass does."""
    chunks = []
    for rows in table.chunks(Findings(), Tallies()):
        NumberEvidence().add(rows.given(HEADER[2]))
        chunks.append(rows)
    return chunks


def read_texts(chunks):
    return [[rows[name].tolist() for name in HEADER] for rows in chunks]


@pytest.mark.parametrize("values", [VALUES, ["1", "2"], ["x"], ['"1"', "2.0"]])
def test_second_pass_gives_the_rows_of_the_first(tmp_path, store, values):
    table = store.keep(write_table(tmp_path, values))

    first, second = pass_over(table), list(table.chunks(Findings(), Tallies()))

    assert read_texts(second) == read_texts(first)
    assert [rows.numbers.tolist() for rows in second] == [
        rows.numbers.tolist() for rows in first
    ]


@pytest.mark.parametrize("values", [VALUES, ["1", "200"], ["-0", "0"], ["1e5", "x"]])
def test_kept_numbers_are_those_of_the_texts(tmp_path, store, values):
    table = store.keep(write_table(tmp_path, values))
    pass_over(table)

    for rows in table.chunks(Findings(), Tallies()):
        column = rows.given(HEADER[2])
        texts = column.texts.tolist()

        assert isinstance(column, KeptNumbers) == ("x" not in values)
        if isinstance(column, KeptNumbers):
            expected = [float(text or "nan") for text in texts]
            assert list(map(repr, column.values.tolist())) == list(map(repr, expected))


def test_second_pass_does_not_read_the_table(tmp_path, store):
    table = store.keep(write_table(tmp_path, ["1", "2"]))
    pass_over(table)
    (tmp_path / "TTS.csv").unlink()

    rows = next(iter(table.chunks(Findings(), Tallies())))

    assert rows.given(HEADER[2]).values.tolist() == [1.0, 2.0] * 4 + [1.0]


def test_picked_numbers_find_their_own_texts(tmp_path, store):
    table = store.keep(write_table(tmp_path, VALUES))
    pass_over(table)

    rows = next(iter(table.chunks(Findings(), Tallies()))).take(np.array([1, 2, 7]))
    column = rows.take(slice(1, None)).given(HEADER[2])

    assert column.texts.tolist() == column.apart().texts.tolist() == ["", "5."]
    assert column.code().texts.tolist() == ["", "5."]


def test_pass_that_stopped_early_keeps_nothing(tmp_path, store):
    table = store.keep(write_table(tmp_path, ["1", "2"]))
    next(iter(table.chunks(Findings(), Tallies())))

    assert read_texts(pass_over(table)) == read_texts(
        write_table(tmp_path, ["1", "2"]).chunks(Findings(), Tallies())
    )


class Growing:
    """A table that says it has few bytes, and has many; counts how often it is read."""

    name, header, text_bytes = "TTS.csv", HEADER, 10

    def __init__(self):
        self.passes = 0

    def chunks(self, *_):
        self.passes += 1
        for number in range(3):
            texts = as_texts([f"{number}" * 500_000, "x"])
            yield Rows.undated(dict.fromkeys(HEADER, Coded.of(texts)), np.arange(2))


def test_rows_of_too_many_bytes_are_read_again(store):
    growing = Growing()
    table = store.keep(growing)

    assert [len(list(table.chunks(Findings(), Tallies()))) for _ in "ab"] == [3, 3]
    assert growing.passes == 2


def test_closed_store_has_its_tables_read_again(tmp_path, store):
    table = store.keep(write_table(tmp_path, ["1", "2"]))
    first = read_texts(pass_over(table))
    store.close()

    assert read_texts(table.chunks(Findings(), Tallies())) == first
