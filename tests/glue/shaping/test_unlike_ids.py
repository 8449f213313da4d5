import pytest

from glue.findings.finding import Example
from glue.shaping.unlike_ids import explain_unlike

PAIRS = [
    # ours, theirs, why, what to do
    ("A-1", "A-1 (new)", "' (new)' at its end", "take ' (new)' away in RTS.csv"),
    ("A-1", "other A-1", "'other ' in front", "if not, leave RTS.csv out"),
    ("104.0", "104", "'104.0' in TTS.csv", "write '104' instead of '104.0' in TTS.csv"),
    ("SKU1", "sku1", "upper and lower case", "write 'SKU1' instead of 'sku1'"),
    ("D-5", "D&#45;5", "&#45; is '-'", "write 'D-5' instead of 'D&#45;5' in RTS.csv"),
    ("107000", "107,000", "between its thousands", "write '107000'"),
    ("7", "007", "without the zeros", "export TTS.csv again with its ids as text"),
    ("53", "0000000053", "with zeros in front", "write '53' instead"),
    ("Fl\u00f6te", "Fl\u00c3\u00b6te", "wrong encoding", "export RTS.csv again"),
    ("\u201cA1\u201d", "A1", "quotes around it", "write 'A1' instead"),
]


@pytest.mark.parametrize(("ours", "theirs", "why", "remedy"), PAIRS)
def test_difference_of_two_tables_is_told(ours, theirs, why, remedy):
    unknown = [Example("RTS.csv", 2, "id", f"{theirs} at 2020-01-01")]

    told = explain_unlike(unknown, [ours, "Z-9"], file="TTS.csv", source="RTS.csv")

    assert told is not None
    assert why in told[0]
    assert remedy in told[1]


def test_group_behind_an_id_is_no_part_of_it():
    unknown = [Example("RTS.csv", 2, "id", "Bass, 5 (new), North at 2020-01-01")]
    names = {"file": "TTS.csv", "source": "RTS.csv"}

    why, _ = explain_unlike(unknown, ["Bass, 5"], groups=1, **names)

    assert "'Bass, 5 (new)' in RTS.csv is 'Bass, 5' with ' (new)' at its end" in why


@pytest.mark.parametrize("theirs", ["B-2", "A-12", "A-1"])
def test_ids_that_are_not_alike_are_not_explained(theirs):
    unknown = [Example("RTS.csv", 2, "id", f"{theirs} at 2020-01-01")]

    told = explain_unlike(unknown, ["A-1"], file="TTS.csv", source="RTS.csv")

    assert told is None
