import pytest

from glue.shaping.hook import returns_its_table
from glue.transform import transform
from tests.building.uploads import as_zip, make_tts, prepare


def copy(table):
    return table.copy()


def give_later(table):
    yield table


def give_all(*tables):
    return tables


def keep_second(first, second=None):
    return second


class Hook:
    def __call__(self, table):
        return table


def test_hook_as_delivered_returns_its_table():
    assert returns_its_table(transform)
    assert returns_its_table(lambda anything: anything)


@pytest.mark.parametrize("hook", [copy, give_later, give_all, keep_second, Hook()])
def test_any_other_hook_is_called(hook):
    assert not returns_its_table(hook)


@pytest.mark.parametrize("parts", [1, 3])
def test_hook_that_is_called_gives_the_same_input(parts):
    upload = as_zip(make_tts(items=tuple("ABCDE")))

    left, called = (
        prepare(upload, parts=parts, hook=hook) for hook in (transform, copy)
    )

    assert (left.train, left.transform) == (called.train, called.transform)
