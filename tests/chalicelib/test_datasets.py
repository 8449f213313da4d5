import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.datasets import name_dataset
from tests.building.upload_keys import KEYS


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("raw/data.zip", "data"),
        ("raw/sales-2026.zip", "sales-2026"),
        ("raw/" + "a" * 40 + ".zip", "a" * 40),
    ],
)
def test_plain_key_is_the_dataset(key, dataset):
    assert name_dataset(key) == dataset


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("raw/Sales.zip", "sales"),
        ("raw/sales.csv", "sales"),
        ("raw/sales.parquet", "sales"),
        ("raw/team/sales.zip", "team-sales"),
        ("raw/sales/_SUCCESS", "sales"),
        ("raw", "data"),
        ("raw/.zip", "data"),
        ("raw/sales-0123456789ab.zip", "sales-0123456789ab"),
        ("raw/日本.zip", "data"),
        ("raw/" + "a" * 41 + ".zip", "a" * 27),
    ],
)
def test_changed_key_gets_a_hash(key, start):
    assert re.fullmatch(f"{start}-[0-9a-f]{{12}}", name_dataset(key))


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True))
def test_two_keys_never_share_a_dataset(keys):
    first, second = map(name_dataset, keys)

    assert first != second
    assert max(len(first), len(second)) <= 40


@given(KEYS)
def test_dataset_of_a_key_is_no_other_keys(key):
    seen = {key: name_dataset(key)}
    for _ in range(3):
        key = f"raw/{seen[key]}.zip"
        seen[key] = name_dataset(key)

    assert len(set(seen.values())) == len(seen)
