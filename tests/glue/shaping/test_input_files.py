import pytest

from tests.building.uploads import (
    HEADER,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    prepare,
)

ITEMS = tuple("ABCDEFGH")


@pytest.mark.parametrize("limit", [1, 600, 1_200, 10_000])
def test_shards_hold_whole_series(limit):
    made = prepare(as_zip(make_tts(items=ITEMS)), transform_part_bytes=limit)

    header = ",".join(HEADER)
    seen = []
    for text in made.transform:
        first, *lines = text.splitlines()
        items = list(dict.fromkeys(line.split(",")[0] for line in lines))
        assert first == header
        assert len(text) <= limit or len(items) == 1
        assert len(lines) == 24 * len(items)
        seen += items
    assert seen == list(ITEMS)


def test_small_data_is_one_shard():
    made = prepare(as_zip(make_tts(items=ITEMS)))

    assert made.transform == [made.train]


def test_rows_are_sorted_by_series_and_time():
    rows = make_rows(items=ITEMS)
    made = prepare(as_zip(make_csv(HEADER, rows[::-1])), parts=3)

    assert made.train == make_csv(HEADER, rows)


def test_numbers_keep_all_their_digits():
    values = [0.1, 1 / 3, 1e-300, 1.7976931348623157e308, 123456789012345678, -2.5]
    rows = [
        ("A", stamp, values[n % 6]) for n, (_, stamp, _) in enumerate(make_rows("A"))
    ]
    made = prepare(as_zip(make_csv(HEADER, rows)))

    written = [float(line.split(",")[2]) for line in made.train.splitlines()[1:]]
    assert written == [float(value) for _, _, value in rows]
