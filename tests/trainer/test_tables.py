import gzip

import pytest

from trainer.tables import read_tables, write_csv

COLUMNS = {
    "ItemIdentifierAttributeName": "item",
    "TimestampAttributeName": "day",
    "TargetAttributeName": "sold",
}


def test_ids_stay_text():
    body = b"item,day,sold\n007,2024-01-01,1\nNA,2024-01-01,2\nnull,2024-01-01,3\n"

    table = read_tables([body], COLUMNS)

    assert list(table["item"]) == ["007", "NA", "null"]
    assert list(table["sold"]) == [1, 2, 3]


def test_blank_target_is_missing():
    table = read_tables([b"item,day,sold\na,2024-01-01,\na,2024-01-02,2\n"], COLUMNS)

    assert table["sold"].isna().tolist() == [True, False]


def test_files_become_one_table():
    bodies = [b"item,day,sold\na,2024-01-01,1\n", b"item,day,sold\nb,2024-01-01,2\n"]

    assert list(read_tables(bodies, COLUMNS)["item"]) == ["a", "b"]


def test_compressed_file_is_read():
    body = gzip.compress(b"item,day,sold\na,2024-01-01,1\n")

    assert list(read_tables([body], COLUMNS)["item"]) == ["a"]


@pytest.mark.parametrize("body", [b"", b"\n"])
def test_empty_file_is_an_error(body):
    with pytest.raises(ValueError, match="No columns"):
        read_tables([body], COLUMNS)


def test_table_is_written_with_its_header():
    table = read_tables([b"item,day,sold\na,2024-01-01,1\n"], COLUMNS)

    assert write_csv(table) == b"item,day,sold\na,2024-01-01,1\n"
