import pytest

from glue.limits import INSTANCE_SERIES, MAX_INSTANCES, MAX_SERIES
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


def list_items(text):
    return list(dict.fromkeys(line.split(",")[0] for line in text.splitlines()[1:]))


def test_shards_hold_so_many_series_at_most():
    made = prepare(as_zip(make_tts(items=ITEMS)), transform_part_series=3)

    assert [list_items(text) for text in made.transform] == [
        ["A", "B", "C"],
        ["D", "E", "F"],
        ["G", "H"],
    ]


def test_each_instance_gets_a_shard():
    settings = {"TransformResources": {"InstanceCount": 4}}
    made = prepare(as_zip(make_tts(items=ITEMS)), settings=settings)

    assert [len(list_items(text)) for text in made.transform] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("series", "settings", "count"),
    [
        (100, {}, 1),
        (3, {}, 3),
        (3, {"TransformResources": {"InstanceType": "ml.m5.large"}}, 3),
        (3, {"TransformResources": {"InstanceCount": 1}}, 1),
    ],
)
def test_many_series_take_several_instances(series, settings, count):
    made = prepare(
        as_zip(make_tts(items=ITEMS)), settings=settings, instance_series=series
    )

    assert made.made.settings.values["TransformResources"]["InstanceCount"] == count
    told = [one.value for one in made.made.inferred if one.key.endswith("Count")]
    assert told == ([] if count == 1 else [count])


def test_most_series_take_the_most_instances():
    assert -(-MAX_SERIES // INSTANCE_SERIES) == MAX_INSTANCES


@pytest.mark.parametrize("limit", [700, 1_500, 10_000])
def test_each_shard_reaches_the_end_of_the_history(limit):
    # Only D goes to the end; the others stop half a year before.
    rows = [
        row for item in ITEMS for row in make_rows(item)[: 24 if item == "D" else 18]
    ]
    made = prepare(
        as_zip(make_csv(HEADER, rows)),
        transform_part_bytes=limit,
        transform_part_series=2,
    )

    own = [[i for i in list_items(text) if i != "D"] for text in made.transform]
    last = max(row[1] for row in rows)
    assert [i for each in own for i in each] == [i for i in ITEMS if i != "D"]
    for text in made.transform:
        assert list_items(text).count("D") == 1
        assert f"D,{last}" in text
        assert len(text) <= limit or len(list_items(text)) <= 2


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
