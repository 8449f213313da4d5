import string

import pytest

from glue.findings.codes import CODES
from glue.findings.finding import Example, FileRejected, Findings, Tallies


def list_facts(text):
    """Name the facts that a code's text asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def place(row, file="TTS.csv"):
    return Example(file, row)


def test_finding_has_what_stands_beside_its_code():
    findings = Findings()
    finding = findings.add("csv-empty", file="TTS.csv")

    assert list(findings) == [finding]
    assert finding.level == "error"
    assert finding.what == "TTS.csv is empty"
    assert finding.remedy == CODES["csv-empty"].remedy


def test_facts_with_braces_stay_as_they_are():
    finding = Findings().add("csv-empty", file="{name}.csv")

    assert finding.what == "{name}.csv is empty"


def test_missing_fact_is_an_error():
    with pytest.raises(KeyError, match="file"):
        Findings().add("csv-empty")


def test_worst_come_first_else_as_said():
    findings = Findings()
    for code in ("csv-byte-order-mark", "one-series", "csv-empty"):
        findings.add(code, file="TTS.csv")
    findings.add("nothing-left")

    assert [finding.code for finding in findings] == [
        "csv-empty",
        "nothing-left",
        "one-series",
        "csv-byte-order-mark",
    ]


def test_consequence_in_the_same_file_is_not_told():
    findings = Findings()
    facts = {"series": 2, "missing": 3, "target": "qty", "middle": "with zeros"}
    findings.add("series-gaps", file="TTS.csv", **facts)
    blank = {"column": "item", "read": 9}
    findings.add("key-blank", file="RTS.csv", **blank)

    assert [finding.code for finding in findings] == ["key-blank", "series-gaps"]

    findings.add("key-blank", file="TTS.csv", **blank)

    assert [finding.code for finding in findings] == ["key-blank", "key-blank"]


def test_rejection_is_said_and_raised():
    findings = Findings()

    with pytest.raises(FileRejected, match=r"^\[csv-empty\] TTS.csv is empty; "):
        raise findings.reject("csv-empty", file="TTS.csv")
    assert findings.has("csv-empty", "TTS.csv")
    assert not findings.has("csv-empty", "RTS.csv")
    assert findings.errors == 1


def test_what_adds_up_is_told_once_in_the_codes_order():
    findings, tallies = Findings(), Tallies()
    for row in (9, 3):
        facts = {"file": "TTS.csv", "target": "qty", "middle": "with zeros"}
        tallies.add("series-gaps", [place(row)], count=4, **facts)
        tallies.add("duplicate-rows", [place(row)], file="TTS.csv")
        tallies.amounts.update(series=5, missing=7)
    tallies.tell(findings)

    first, second = findings
    assert first.what.startswith("2 rows of TTS.csv with the series")
    assert second.what == (
        "gaps in 8 of 10 series: 14 steps missing, where 'qty' is filled with zeros"
    )
    assert second.examples == (place(3), place(9))


def test_tallies_tell_columns_apart():
    findings, tallies = Findings(), Tallies()
    for column in ("price", "size", "price"):
        tallies.add("future-blank", [place(2)], column=column, why="")
    tallies.tell(findings)

    assert [(finding.what, finding.count) for finding in findings] == [
        ("no 'price' in 2 rows of the future", 2),
        ("no 'size' in 1 row of the future", 1),
    ]


def test_what_did_not_happen_is_not_told():
    findings, tallies = Findings(), Tallies()
    tallies.add("series-dropped", count=0)
    tallies.tell(findings)

    assert list(findings) == []


@pytest.mark.parametrize("code", CODES)
def test_consequences_are_of_known_codes_and_of_a_file(code):
    assert set(CODES[code].follows) <= CODES.keys() - {code}


def test_words_of_a_problem_are_whole_only_where_there_are_many():
    whole = {code for code, kind in CODES.items() if kind.text == "{problem}"}

    assert whole == {"zip-unreadable", "column-missing", "timestamp-unreadable"}
    assert not {code for code in CODES if list_facts(CODES[code].text) == {""}}
