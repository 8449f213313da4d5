import numpy as np
import pytest

from glue.arrays import as_texts
from glue.reading.numbers import is_number
from glue.reading.odd_values import explain_by_home, explain_moment, explain_number
from glue.reading.timestamps import is_date

MOMENTS = {
    "'2020-01-05": ("apostrophe", "replace"),
    "########": ("too narrow", "widen"),
    "NULL": ("no date", "fill in"),
    "1900-01-00": ("where there is no date", "fill in"),
    "43297.25": ("spreadsheet counts days", "2020-01-31"),
    "738000": ("MATLAB", "YYYY-MM-DD"),
    "Sunday, 05 Jan 2020": ("weekday", "as in 05 Jan 2020"),
    "5th January 2020": ("letters", "as in 5 January 2020"),
    "2020-01-05 10:00 EST": ("'EST'", "without 'EST'"),
    "2020-01-05 +0100": ("'+0100'", "take '+0100' away"),
    "2020-01-05 03:00 EST": ("'EST'", "in one time zone, without 'EST'"),
    "KW 01/2020": ("week", "2024-W01"),
    "202013": ("week 13 of 2020", "2020-W13"),
    "H1 2010": ("half year", "2010-07-01"),
    "05.01.": ("year is missing", "as in 2020-01-05 if '05.01.' is of 2020"),
    "18 Jun": ("year is missing", "2020-06-18"),
    "01-14": ("year is missing", "2020-01-14"),
    "03/02": ("year is missing", "2020-01-31"),
    "2021-02-30": ("no such day", "2020-01-31"),
    "31.12.2020": ("another form", "2020-01-31"),
    "1066-10-14": ("outside", "write 2020-10-14, if it is of 2020"),
    "0001-01-01": ("where there is no date", "fill in the date"),
    "2020-01-05Z": ("a time zone, 'Z'", "as in 2020-01-05"),
    "Timestamp('2020-01-05')": ("program", "as in 2020-01-05"),
    "b'2020-01-05'": ("program", "take b' and ' away, as in 2020-01-05"),
    "Banjo": ("is a text", "such as 2020-01-31"),
    "2019-04-\u00b24": ("stands in it", "2020-01-31"),
    "2Q2018": ("quarter", "2018-Q2"),
    "15.82": ("is a number", "swapped or shifted"),
    "1204.5": ("is a number", "swapped or shifted"),
    "day": ("column's own name", "remove that line"),
    "\u201c2020-01-05\u201d": ("curly quotes", "reads 2020-01-05"),
}
NUMBERS = {
    "1e999": ("larger than any number", "blank"),
    "-inf": ("infinity", "blank"),
    "2020-01-05": ("is a date", "swapped or shifted"),
    "<1": ("not known exactly", "blank"),
    "9 6265": ("a blank stands", "96265"),
    "52_164": ("underscores", "52164"),
    "1,2,3": ("a list or a note", "such as 12"),
    "57O24": ("a letter (O)", "write 57024 for '57O24'"),
    "16S9": ("a letter (S)", "write 1659"),
    "13.98 CR": ("credit", "-13.98"),
    "59K": ("thousand", "59000 where"),
    "13 b": ("seems to be a note", "write 13 for '13 b'"),
    "0.012k": ("thousand", "write 12 for"),
    "2.5 Mio.": ("million", "write 2500000 where"),
    "400 k": ("may stand for thousand", "400000 where"),
    "131)": ("mark of a footnote", "'131)' becomes 13"),
    "14 b)": ("mark of a footnote", "becomes 14"),
    "16.Jan": ("has made a date of a number", "such as 16.1"),
    "2200 e/": ("'e/' stands behind", "as in 2200"),
    "1425\u00b2": ("behind", "as in 1425"),
    "54 - 54": ("one number stands twice", "once: 54"),
    "54 - 57": ("two numbers", "keep the one"),
    "0x1A": ("sixteen", "write 26"),
    "[12.0]": ("brackets", "as in 12.0"),
    "x128": ("'x' stands before", "as in 128"),
    "s/d": ("is a text", "such as 12"),
    "qty": ("column's own name", "remove that line"),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_odd_moment_is_explained_by_itself(text):
    odd = explain_moment(text, like="2020-01-31", column="day")

    why, remedy = MOMENTS[text]
    assert why in odd.why
    assert remedy in odd.remedy


@pytest.mark.parametrize("text", NUMBERS)
def test_odd_number_is_explained_by_itself(text):
    odd = explain_number(text, like="12", column="qty")

    why, remedy = NUMBERS[text]
    assert why in odd.why
    assert remedy in odd.remedy


def explain_home(columns, bad, fits):
    columns = {name: as_texts(texts) for name, texts in columns.items()}
    return explain_by_home(columns, "day", np.array(bad), fits=fits)


def test_swapped_cells_are_found_in_their_row():
    days = ["2020-01-01", "12", "2020-01-03"]
    columns = {"day": days, "qty": ["4", "2020-01-02", "6"]}

    assert (
        "'day' and 'qty' are swapped in this row"
        in explain_home(columns, [False, True, False], is_date).why
    )


def test_cells_too_far_right_are_moved_back():
    columns = {
        "item": ["A", "", "A"],
        "day": ["2020-01-01", "A", "2020-01-03"],
        "qty": ["1910.69", "2020-01-02", "1920.1"],
    }

    odd = explain_home(columns, [False, True, False], is_date)

    assert "this row stand one column too far right" in odd.why
    assert "2020-01-02 stands under 'day'" in odd.remedy
    assert "whether the value of 'qty' was lost" in odd.remedy


def test_cells_too_far_left_have_lost_the_first():
    columns = {
        "item": ["A", "North", "A", "A"],
        "place": ["North", "2020-01-02", "North", "South"],
        "day": ["2020-01-01", "5", "2020-01-03", "2020-01-01"],
        "qty": ["4", "", "6", "7"],
    }

    odd = explain_home(columns, [False, True, False, False], is_date)

    assert "one column too far left" in odd.why
    assert "write the 'item' that is lost" in odd.remedy


def test_cells_of_another_column_are_found():
    columns = {"day": ["2020-01-01", "A", "2020-01-03"], "item": ["A", "1", "A"]}

    odd = explain_home(columns, [False, True, False], is_date)

    assert "'A' stands under 'item' in other rows" in odd.why


def test_names_of_other_columns_are_a_second_header():
    columns = {"day": ["1", "item", "3"], "item": ["A", "day", "A"]}

    odd = explain_home(columns, [False, True, False], is_number)

    assert "'item' is the name of another column" in odd.why


def test_plain_values_need_no_home():
    columns = {"day": ["1", "x", "3"], "item": ["A", "B", "A"]}

    assert explain_home(columns, [False, True, False], is_number) is None
