from contextlib import closing

import pytest

from localaws.state import parts as module
from localaws.state.parts import Parts


@pytest.fixture
def parts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PIECE", 4)
    with closing(Parts(tmp_path)) as parts:
        yield parts


@pytest.mark.parametrize(
    "body", [b"", b"one", b"four", b"fiver", b"twelve bytes", b"." * 13]
)
def test_part_of_any_length_is_read_again(parts, body):
    parts.write({"a": b"written before that", "b": b"another part"})

    parts.write({"a": body})

    assert parts.read("a") == body
    assert parts.read("b") == b"another part"


def test_long_part_is_named_once(parts):
    parts.write({"a": b"twelve bytes"})

    assert parts.list_names("") == ["a"]


def test_dropped_part_leaves_nothing(parts):
    parts.write({"a": b"twelve bytes"})

    parts.drop(["a"])
    parts.write({"a": b"one"})

    assert parts.read("a") == b"one"


def test_part_that_was_never_written_is_none(parts):
    assert parts.read("a") is None
