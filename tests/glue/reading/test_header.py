import pytest

from tests.building.uploads import Case, as_zip, make_tts
from tests.glue.corpus.related import related

TTS = make_tts()
ROWS = TTS.partition("\n")[2]
RTS = related().replace("item_id,timestamp", "sku,Day")


def tell(code, tts, rts=None):
    made = Case("a header", as_zip(tts, **({"rts": rts} if rts else {}))).prepare()
    found = made.finding(code)
    return f"{found.what}; {found.remedy}"


def test_header_that_is_gone_is_written_as_in_other_tables():
    assert "above the first row: sku,Day,target_value" in tell(
        "header-missing", ROWS, RTS
    )


def test_header_without_its_first_name_is_written_out():
    told = tell("header-blank", f"Day,target_value,\n{ROWS}", RTS)

    assert "write the first line as sku,Day,target_value" in told


def test_header_one_too_far_left_with_a_name_too_many_is_written_out():
    told = tell("timestamp-unreadable", f"Day,target_value,x\n{ROWS}", RTS)

    assert "'x' at the end is one too many: the names are sku,Day,target_value" in told


def test_names_of_two_columns_are_to_be_swapped():
    told = tell("timestamp-unreadable", f"item_id,target_value,timestamp\n{ROWS}")

    assert "swap the names 'timestamp' and 'target_value' in the header" in told


def test_delimiter_behind_the_header_is_no_column():
    tts = TTS.replace("target_value", "target_value,", 1)

    made = Case("a comma behind", as_zip(tts)).prepare()

    assert made.accepted


TWICE = [
    (
        "item_id,timestamp,ITEM_ID",
        "call column 3 what it holds, such as 'target_value'",
    ),
    ("sales,timestamp,sales", "call column 1 what it holds, such as 'item_id'"),
    ("sku,sku,sales", "call column 2 'date', as it holds dates"),
    ("sku,Date,date", "call column 3 what it holds, such as 'target_value'"),
    ("day,DAY,sales", "call column 1 what it holds, such as 'item_id'"),
]


@pytest.mark.parametrize(("header", "words"), TWICE)
def test_right_one_of_two_equal_names_is_renamed(header, words):
    told = tell("header-twice", f"{header}\n{ROWS}")

    assert words in told


def test_capitals_that_do_not_count_are_told():
    told = tell("header-twice", f"item_id,timestamp,ITEM_ID\n{ROWS}")

    assert "as capitals do not count" in told


@pytest.mark.parametrize(
    ("mark", "named"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_names_between_other_delimiters_are_written_out(mark, named):
    told = tell("csv-unreadable", f"sku{mark}Day{mark}target_value\n{ROWS}")

    assert f"separated by {named}, and its rows by commas" in told
    assert "so that the line reads sku,Day,target_value" in told
