"""Objects that a job has no room for are read some at a time."""

import pytest
from botocore.exceptions import ReadTimeoutError

from glue.bucket import Bucket
from tests.building.uploads import FakeS3

TEXT = "0123456789" * 10


class Flaky(FakeS3):
    """A bucket whose connection breaks so many times."""

    def __init__(self, objects, breaks):
        super().__init__(objects)
        self.breaks, self.asked = breaks, []

    def get_object(self, **request):
        self.asked.append(request["Range"])
        if self.breaks:
            self.breaks -= 1
            raise ReadTimeoutError(endpoint_url="s3")
        return super().get_object(**request)


def test_object_is_read_in_ranges(tmp_path):
    s3 = Flaky({"key": TEXT}, breaks=0)

    with Bucket(s3, "bucket", tmp_path).open("key", 40) as file:
        assert b"".join(iter(lambda: file.read(7), b"")) == TEXT.encode()

    assert s3.asked == ["bytes=0-39", "bytes=40-79", "bytes=80-99"]


def test_broken_connection_is_tried_again(tmp_path):
    s3 = Flaky({"key": TEXT}, breaks=2)

    with Bucket(s3, "bucket", tmp_path).open("key", 64) as file:
        assert file.read() == TEXT.encode()


def test_connection_that_stays_broken_is_an_error(tmp_path):
    s3 = Flaky({"key": TEXT}, breaks=99)

    file = Bucket(s3, "bucket", tmp_path).open("key", 64)
    with file, pytest.raises(ReadTimeoutError):
        file.read()

    assert len(s3.asked) == 5


def test_empty_object_is_no_text(tmp_path):
    with Bucket(FakeS3({"key": ""}), "bucket", tmp_path).open("key") as file:
        assert file.read() == b""
