import pytest

from trainer.s3_files import Location


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("s3://b/k/l.csv", Location("b", "k/l.csv")),
        ("s3://b/prefix/", Location("b", "prefix/")),
        ("s3://b", Location("b", "")),
    ],
)
def test_uri_is_read(uri, location):
    assert Location.parse(uri) == location


@pytest.mark.parametrize("prefix", ["s3://b/a", "s3://b/a/"])
def test_below_adds_one_slash(prefix):
    assert Location.parse(prefix).below("c").uri == "s3://b/a/c"


def test_below_a_bucket_begins_the_key():
    assert Location.parse("s3://b").below("c").uri == "s3://b/c"
