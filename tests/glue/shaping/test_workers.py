import itertools

import pytest

from glue.shaping.workers import FolderShelf, OneByOne, make_folder
from tests.building.corpora import prepare_by
from tests.glue.corpus import related, series, settings

CASES = [*related.CASES, *series.CASES, *settings.CASES]


class EachTwice:
    """Does every step twice, as where a machine was lost that had done it."""

    def __init__(self, folder):
        self._shelf, self._count = FolderShelf(folder), itertools.count()

    def make_shelf(self, folder):
        return make_folder(folder)

    def renew(self, shelf):
        return self._shelf.divide(f"step-{next(self._count)}")

    def run(self, step, count):
        for number in range(count):
            step(number)
            yield step(number)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_step_done_twice_changes_nothing(case, tmp_path):
    twice = prepare_by(case, EachTwice(tmp_path))

    assert twice == prepare_by(case, OneByOne())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_three_parts_tell_what_one_tells(case):
    assert prepare_by(case, OneByOne()) == prepare_by(case, OneByOne(), parts=1)
