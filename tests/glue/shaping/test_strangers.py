import pytest

from glue.shaping.spellings import tell_difference
from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows
from tests.glue.corpus.related import FULL, H

ROWS = make_rows()


@pytest.mark.parametrize(
    ("text", "like", "words"),
    [
        ("'A1", "A1", "with an apostrophe (') in front"),
        ("103.0", "103", "with '.0' at its end"),
        ("\u201cA1\u201d", "A1", "with quotes around it"),
        ("A1", "A1.", "is 'A1.' without '.' at its end"),
        ("ALT", "Alt", "in other upper and lower case"),
        ("Fl\u00f6te", "Flote", "accents"),
        ("\u0410-1", "A-1", "letter of another alphabet (U+0410)"),
        ("007", "07", "'0' in front"),
        ("A_1", "A-1", "other marks or blanks"),
        ("\u200bA-1", "A-1", "U+200B"),
    ],
)
def test_difference_of_ids_is_told(text, like, words):
    assert words in tell_difference(text, like)


def find_strangers(text):
    """Give an item's first row another id, and tell what is said of it."""
    table = make_csv(HEADER, [(text, *ROWS[0][1:]), *ROWS[1:]])
    made = Case("one stranger", as_zip(table, rts=FULL), (), settings=H).prepare()
    return " ".join(str(f) for f in made.findings if f.code == "ids-unmatched")


def test_apostrophe_before_an_id_is_named():
    told = find_strangers("'A")

    assert "\"'A\" is 'A' with an apostrophe (') in front" in told
    assert "row 2 column 'item_id'" in told


def test_number_as_id_is_told_as_swapped():
    assert "is a number, as 'target_value' has" in find_strangers("0.786")
