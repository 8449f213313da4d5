"""The benchmarks' one command: its parts, its table, and where that is written."""

import pytest

from benchmarks.run_all import (
    BEGIN,
    END,
    README,
    build_table,
    format_figure,
    format_row,
    list_parts,
    main,
    merge_rows,
    read_rows,
    replace_table,
)
from benchmarks.startup import Row, measure_imports


def make_line(part, what, figure=1.0):
    return format_row(part, Row(what, "s", (figure,)), "2026-01-01")


def test_row_has_the_median_and_the_ends():
    row = Row("demo", "s", (3.0, 1.0, 20.0))

    assert format_row("demo", row, "2026-01-01") == (
        "| demo | demo | 3.00 | 1.00 | 20.0 | s | 3 | 2026-01-01 |"
    )


@pytest.mark.parametrize(
    ("figure", "shown"),
    [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.0123, "0.012"), (0, "0")],
)
def test_figure_has_about_three_digits(figure, shown):
    assert format_figure(figure) == shown


def test_rows_of_other_parts_are_kept():
    before = [make_line("start", "old"), make_line("demo", "old")]

    merged = merge_rows(before, {"demo": [make_line("demo", "new")]})

    assert merged == [make_line("start", "old"), make_line("demo", "new")]


def test_table_is_written_between_its_marks():
    rows = [make_line("start", "local AWS ready")]
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    written = replace_table(page, build_table(rows, "A machine."))

    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "old" not in written
    assert read_rows(written) == rows


def test_page_has_the_marks_once():
    page = README.read_text()

    assert (page.count(BEGIN), page.count(END)) == (1, 1)


def test_page_names_parts_that_exist():
    named = {line.split("|")[1].strip() for line in read_rows(README.read_text())}

    assert named
    assert named <= set(list_parts(quick=True))


def test_parts_are_listed(capsys):
    main(["--list"])

    assert capsys.readouterr().out.split() == list(list_parts(quick=True))


def test_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["strat"])

    assert "no part 'strat'" in capsys.readouterr().err


def test_import_is_measured_in_turn():
    alone, whole, ratio = measure_imports(1)

    assert ratio.median == pytest.approx(whole.median / alone.median)
    assert alone.median > 0
