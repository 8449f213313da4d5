import pytest

from glue.findings.codes import CODES


@pytest.mark.parametrize("name", CODES)
def test_words_of_a_code_can_be_read_aloud(name):
    code = CODES[name]

    assert code.level in ("error", "warning", "fixed")
    assert code.meaning[0].isalpha()
    assert code.meaning.endswith(".")
    assert code.remedy[0].islower()
    assert not code.remedy.endswith(".")
