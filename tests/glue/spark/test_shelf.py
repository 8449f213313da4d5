from pathlib import Path

import pytest

from glue.spark.shelf import BucketShelf
from tests.building.uploads import FakeS3


@pytest.fixture
def s3():
    return FakeS3({})


@pytest.fixture
def shelf(s3):
    return BucketShelf(lambda: s3, "bucket", "parts/run/")


def write(shelf, name, text):
    with shelf.keep(name) as path:
        path.write_text(text)
    return path


def test_file_lies_in_the_bucket_only(shelf, s3):
    kept = write(shelf.divide("history"), "part", "rows")

    with shelf.divide("history").fetch("part") as path:
        assert path.read_text() == "rows"
    assert list(s3.objects) == ["parts/run/history/part"]
    assert not Path(kept).exists()
    assert not path.exists()


def fail_in_the_middle(shelf):
    with shelf.keep("part") as path:
        path.write_text("half")
        raise ZeroDivisionError


def test_file_that_was_not_finished_is_not_kept(shelf, s3):
    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle(shelf)

    assert s3.objects == {}
