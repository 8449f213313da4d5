"""A dataset is found by its name, the beginning of one, or what was uploaded."""

import pytest

from chalicelib.datasets import name_dataset
from client.dataset_names import choose_dataset
from client.errors import SourceError, WrongStateError

ODD = name_dataset("raw/my sales.zip")
PARTS = name_dataset("raw/My parts.parquet/_SUCCESS")
KNOWN = ["sales", "sales-eu", "energy", ODD, PARTS]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("sales", "sales"),
        ("sales.zip", "sales"),
        ("folder/energy.csv", "energy"),
        ("ener", "energy"),
        ("SALES-E", "sales-eu"),
        ("my sales.csv", ODD),
        ("folder/My parts.parquet/", PARTS),
    ],
)
def test_dataset_is_meant(text, meant):
    assert choose_dataset(KNOWN, text, "dev") == meant


def test_beginning_of_several_is_refused():
    with pytest.raises(SourceError, match="2 datasets"):
        choose_dataset(["shop-a", "shop-b"], "shop", "dev")


@pytest.mark.parametrize(
    ("known", "said"), [(KNOWN, "found energy"), ([], "no dataset with a forecast")]
)
def test_unknown_dataset_is_told_with_those_there_are(known, said):
    with pytest.raises(WrongStateError, match=said):
        choose_dataset(known, "enregy", "dev")
