from pathlib import Path

import pytest

from glue.findings.codes import CODES
from glue.findings.table import END, START, render_table, replace_table

README = Path(__file__).parents[3] / "README.md"


def test_readme_documents_every_code():
    text = README.read_text()

    assert replace_table(text) == text


def test_table_has_a_row_per_code():
    lines = render_table().splitlines()

    assert len(lines) == 2 + len(CODES)
    assert all(f"| `{name}` |" in render_table() for name in CODES)


def test_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="no markers"):
        replace_table("no table here")


def test_replacing_keeps_the_rest():
    page = f"before\n{START}\nold\n{END}\nafter\n"

    assert replace_table(page) == f"before\n{START}\n{render_table()}{END}\nafter\n"


@pytest.mark.parametrize("name", CODES)
def test_words_of_a_code_can_be_read_aloud(name):
    code = CODES[name]

    assert code.level in ("error", "warning", "fixed")
    assert code.meaning[0].isalpha() or code.meaning[0] == "g"
    assert code.meaning.endswith(".")
    assert code.remedy[0].islower()
    assert not code.remedy.endswith(".")
