import pytest

from glue.findings.codes import UPLOAD_CODES
from tests.glue.corpus.near_misses import NEAR_MISSES, WITHOUT_NEAR_MISS
from tests.glue.corpus.test_corpus import CASES

BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("code", NEAR_MISSES)
def test_near_miss_is_accepted_without_code(code):
    case = NEAR_MISSES[code].case

    made = case.prepare()

    assert made.accepted
    assert code not in made.codes
    assert tuple(made.codes) == tuple(sorted(case.codes))
    if case.train is not None:
        assert made.train == case.train


@pytest.mark.parametrize("code", NEAR_MISSES)
def test_near_miss_stands_beside_real_case(code):
    assert code in BY_NAME[NEAR_MISSES[code].beside].codes


def test_every_code_has_a_near_miss():
    assert NEAR_MISSES.keys() | WITHOUT_NEAR_MISS.keys() == UPLOAD_CODES.keys()
    assert not NEAR_MISSES.keys() & WITHOUT_NEAR_MISS.keys()
