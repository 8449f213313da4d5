"""Mutations of rows, columns and the header."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from random import Random

from benchmarks.mutations.draft import (
    GROUP,
    ITEM,
    SENSELESS,
    TARGET,
    TIME,
    Cell,
    Draft,
    Row,
    Sheet,
    spell_number,
)
from benchmarks.mutations.kinds import (
    LINES,
    STRAYS,
    block_of_rows,
    kind,
    pick_sheet,
    some_rows,
)

TWICE = ("duplicate-rows", "rts-duplicate-rows")
HEADER = (
    *("header-missing", "header-repeated", "header-blank", "header-twice"),
    *("column-missing", "column-unclear"),
)
VALUES = (
    *("timestamp-unreadable", "timestamp-mixed", "target-not-number", "key-blank"),
    *("timestamp-blank", "column-missing"),
    *("covariate-not-number", "covariate-mixed", "keys-crossed", "columns-crossed"),
    "ids-unmatched",
)
WIDE = ("table-wide", "table-melted")
RELATED = ("rts-history-missing", "future-partial", "rts-series-unknown", "time-hole")
TOTALS = ("total-rows", "lines-skipped", *VALUES)


def _copy(row: Row) -> Row:
    return Row(list(row.cells), row.meant)


@kind(*TWICE)
def row_doubled(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    row = random.randrange(len(sheet.rows))
    sheet.rows.insert(random.randint(row, len(sheet.rows)), _copy(sheet.rows[row]))
    return True


@kind(*TWICE)
def row_doubled_with_another_value(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    row = random.randrange(len(sheet.rows))
    names = list(sheet.decimals)
    if not names:
        return False
    sheet.rows.insert(row + 1, _copy(sheet.rows[row]))
    sheet.put(row + 1, names[0], "1", SENSELESS)
    return True


@kind(*TWICE)
def block_doubled(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    block = [_copy(sheet.rows[row]) for row in block_of_rows(sheet, random)]
    sheet.rows.extend(block)
    return True


@kind(*TWICE, *LINES)
def table_twice_with_its_header(draft: Draft, random: Random) -> bool:
    draft.edit_text("TTS", lambda text: text + text)
    return True


def _remove(draft: Draft, sheet: Sheet, gone: range) -> bool:
    """Take rows out; not where the history would only begin later, or end earlier."""
    before = _find_ends(sheet)
    del sheet.rows[gone.start : gone.stop]
    after = _find_ends(sheet)
    if sheet is not draft.tts:
        return True
    later = any(after[key][0] > first for key, (first, _) in before.items())
    last = max(end for _, end in before.values())
    return not later and max(end for _, end in after.values()) == last


def _find_ends(sheet: Sheet) -> dict[tuple[str, ...], tuple[datetime, datetime]]:
    """Give the first and the last moment of each series; never, where it has none."""
    ends: dict[tuple[str, ...], tuple[datetime, datetime]] = {}
    keys = [name for name in (ITEM, GROUP) if sheet.has(name)]
    for row in sheet.rows:
        key = tuple(row.cells[sheet.at(name)].text for name in keys)
        moment = row.cells[sheet.at(TIME)].value
        first, last = ends.get(key, (moment, moment))
        ends[key] = min(first, moment), max(last, moment)
    return defaultdict(lambda: (datetime.max, datetime.min), ends)


@kind("series-gaps", "series-ends-early", *RELATED, loses=True)
def row_removed(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    at = random.randrange(len(sheet.rows))
    return _remove(draft, sheet, range(at, at + 1))


@kind("series-gaps", "series-ends-early", *RELATED, loses=True)
def block_removed(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    block = block_of_rows(sheet, random)
    return _remove(draft, sheet, range(block.start, block.start + len(block) // 4 + 1))


@kind()
def rows_swapped(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    one, other = random.sample(range(len(sheet.rows)), 2)
    rows = sheet.rows
    rows[one], rows[other] = rows[other], rows[one]
    return True


@kind()
def sorted_otherwise(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    random.choice((random.shuffle, list.reverse))(sheet.rows)
    return True


@kind("header-missing")
def header_removed(draft: Draft, random: Random) -> bool:
    pick_sheet(draft, random).with_header = False
    return True


def _header_as_row(sheet: Sheet) -> Row:
    return Row([Cell(name, None) for name in sheet.header], meant=False)


@kind(*HEADER, *LINES, *VALUES)
def header_doubled(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    sheet.rows.insert(0, _header_as_row(sheet))
    return True


@kind(*HEADER, *LINES, *VALUES)
def header_again_in_the_middle(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    for _ in range(random.randint(1, 3)):
        sheet.rows.insert(random.randint(5, len(sheet.rows)), _header_as_row(sheet))
    return True


TRANSLATED = {
    ITEM: ("Artikel", "Produit", "Art\u00edculo", "Codice", "Artnr", "Matnr."),
    TIME: ("Monat", "Jour", "Fecha", "Data", "Periode", "Buchungsdatum"),
    TARGET: ("Menge", "Ventes", "Cantidad", "Vendite", "Umsatz", "Absatz (Stk.)"),
}


@kind("column-missing", "column-unclear", "column-collision", "column-chosen")
def header_translated(draft: Draft, random: Random) -> bool:
    names = {role: random.choice(some) for role, some in TRANSLATED.items()}
    for sheet in draft.sheets.values():
        for role, name in names.items():
            if sheet.has(role):
                sheet.header[sheet.at(role)] = name
    return True


@kind("column-missing", "column-unclear", "column-spelling", "rts-has-target")
def header_renamed_in_one_table(draft: Draft, random: Random) -> bool:
    if "RTS" not in draft.sheets:
        return False
    sheet = draft.sheets["RTS"]
    role = random.choice((ITEM, TIME))
    sheet.header[sheet.at(role)] = random.choice(("Code", "Key", "Day", "When"))
    return True


@kind(*HEADER, *VALUES, *LINES)
def header_shifted_right(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    sheet.header = ["", *sheet.header[:-1]]
    return True


@kind(*HEADER, *VALUES, *LINES)
def header_shifted_left(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    sheet.header = [*sheet.header[1:], random.choice(("", "x"))]
    return True


@kind("header-twice")
def column_name_twice(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    one, other = random.sample(range(len(sheet.header)), 2)
    sheet.header[one] = random.choice((str, str.upper))(sheet.header[other])
    return True


@kind()
def columns_in_another_order(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    order = list(range(len(sheet.columns)))
    random.shuffle(order)
    sheet.header = [sheet.header[at] for at in order]
    sheet.columns = [sheet.columns[at] for at in order]
    for row in sheet.rows:
        row.cells = [row.cells[at] for at in order]
    return True


def _swap_cells(sheet: Sheet, random: Random, one: str, other: str) -> bool:
    """Swap the texts of two columns in some rows; what is meant stays."""
    first, second = sheet.at(one), sheet.at(other)
    for at in some_rows(sheet, random):
        cells = sheet.rows[at].cells
        a, b = cells[first], cells[second]
        cells[first], cells[second] = Cell(b.text, a.value), Cell(a.text, b.value)
    return True


@kind(*VALUES)
def date_and_target_swapped_in_some_rows(draft: Draft, random: Random) -> bool:
    return _swap_cells(draft.tts, random, TIME, TARGET)


@kind(*VALUES, *STRAYS)
def id_and_date_swapped_in_some_rows(draft: Draft, random: Random) -> bool:
    return _swap_cells(pick_sheet(draft, random), random, ITEM, TIME)


@kind(*VALUES, *STRAYS)
def id_and_target_swapped_in_some_rows(draft: Draft, random: Random) -> bool:
    return _swap_cells(draft.tts, random, ITEM, TARGET)


def _retype(row: Row, texts: list[str]) -> Row:
    """Give a row other texts; what it means stays."""
    cells = zip(texts, row.cells, strict=True)
    return Row([Cell(text, cell.value) for text, cell in cells], row.meant)


@kind(*VALUES, *LINES)
def cells_shifted_right_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    for at in some_rows(sheet, random):
        texts = [cell.text for cell in sheet.rows[at].cells]
        sheet.rows[at] = _retype(sheet.rows[at], ["", *texts[:-1]])
    return True


@kind(*VALUES, *LINES)
def cells_shifted_left_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    for at in some_rows(sheet, random):
        texts = [cell.text for cell in sheet.rows[at].cells]
        sheet.rows[at] = _retype(sheet.rows[at], [*texts[1:], ""])
    return True


@kind(*LINES)
def cell_inserted_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    for at in some_rows(sheet, random):
        extra = Cell(random.choice(("", "7", "x")), None)
        sheet.rows[at].cells.insert(random.randrange(len(sheet.columns)), extra)
        sheet.rows[at].meant = False
    return True


@kind(*LINES)
def cell_lost_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    for at in some_rows(sheet, random):
        del sheet.rows[at].cells[random.randrange(len(sheet.columns))]
        sheet.rows[at].meant = False
    return True


def _total_row(draft: Draft, word: str, moment: str, rows: list[Row]) -> Row:
    """Make a row that sums up some others."""
    sheet = draft.tts
    at = sheet.at(TARGET)
    total = sum(row.cells[at].value or 0 for row in rows if row.meant)
    cells = [Cell("", None) for _ in sheet.columns]
    cells[sheet.at(ITEM)] = Cell(word, None)
    cells[sheet.at(TIME)] = Cell(moment, None)
    cells[at] = Cell(
        spell_number(total, sheet.decimals[TARGET], draft.writing.mark), None
    )
    return Row(cells, meant=False)


TOTAL_WORDS = ("Total", "Grand Total", "Gesamt", "Summe", "TOTAL:", "Ergebnis", "")


@kind(*TOTALS)
def total_below(draft: Draft, random: Random) -> bool:
    word = random.choice(TOTAL_WORDS)
    draft.tts.rows.append(_total_row(draft, word, "", draft.tts.rows))
    return True


@kind(*TOTALS)
def total_in_the_date_column(draft: Draft, random: Random) -> bool:
    word = random.choice(TOTAL_WORDS[:-1])
    draft.tts.rows.append(_total_row(draft, "", word, draft.tts.rows))
    return True


@kind(*TOTALS, "series-short")
def total_with_the_last_date(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    moment = sheet.cells(TIME)[-1].text
    word = random.choice(TOTAL_WORDS[:-1])
    sheet.rows.append(_total_row(draft, word, moment, sheet.rows))
    return True


@kind(*TOTALS)
def subtotal_below_each_item(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    by_item: dict[str, list[Row]] = {}
    for row in sheet.rows:
        by_item.setdefault(row.cells[sheet.at(ITEM)].text, []).append(row)
    word = random.choice((" Total", " Result", ""))
    rows = []
    for item, some in by_item.items():
        rows += [*some, _total_row(draft, f"{item}{word}", "", some)]
    sheet.rows = rows
    return True


@kind("total-rows", "ids-alike")
def total_of_each_date(draft: Draft, random: Random) -> bool:
    """Put the sum of all series below, as a series of its own."""
    sheet = draft.tts
    word = random.choice(("Total", "Gesamt", "ALL"))
    by_date: dict[str, list[Row]] = {}
    for row in sheet.rows:
        by_date.setdefault(row.cells[sheet.at(TIME)].text, []).append(row)
    if len(sheet.rows) == len(by_date):
        return False
    totals = [_total_row(draft, word, date, some) for date, some in by_date.items()]
    for row in totals:
        if sheet.has(GROUP):
            row.cells[sheet.at(GROUP)] = Cell(word, None)
    sheet.rows += totals
    return True


def _with_lines(
    draft: Draft, random: Random, above: list[str], below: list[str]
) -> bool:
    """Write lines around the table; the delimiters of a spreadsheet behind some."""
    newline = draft.writing.newline
    role = "RTS" if pick_sheet(draft, random) is not draft.tts else "TTS"
    pad = draft.writing.delimiter * (len(draft.sheets[role].columns) - 1)
    pad = pad if random.random() < 0.5 else ""
    head = "".join(line + (pad if line else "") + newline for line in above)
    foot = "".join(line + (pad if line else "") + newline for line in below)
    draft.edit_text(role, lambda text: head + text + foot)
    return True


@kind(*LINES)
def title_above(draft: Draft, random: Random) -> bool:
    titles = (["Sales report 2023"], ["Export", "", ""], ["Verkauf nach Artikel", ""])
    return _with_lines(draft, random, random.choice(titles), [])


@kind(*LINES)
def parameters_above(draft: Draft, random: Random) -> bool:
    mark = draft.writing.delimiter
    lines = [f"Plant{mark}1000", f"From{mark}01.01.2020", f"To{mark}31.12.2023", ""]
    return _with_lines(draft, random, lines[random.randint(0, 2) :], [])


@kind(*LINES)
def sep_above(draft: Draft, random: Random) -> bool:
    line = f"sep={draft.writing.delimiter}"
    role = random.choice([r for r in draft.sheets if r != "metadata"])
    draft.edit_text(role, lambda text: line + draft.writing.newline + text)
    return True


@kind(*LINES)
def comments_above(draft: Draft, random: Random) -> bool:
    lines = ["# ------------", "# All data", "# 20200101-20231231", ""]
    return _with_lines(draft, random, lines[random.randint(0, 2) :], [])


@kind(*LINES, *VALUES)
def comment_in_the_middle(draft: Draft, random: Random) -> bool:
    line = random.choice(("# changed by the finance team", "--- page 2 ---"))
    at = random.randint(3, len(draft.tts.rows) - 1)

    def edit(text: str) -> str:
        lines = text.split(draft.writing.newline)
        return draft.writing.newline.join([*lines[:at], line, *lines[at:]])

    draft.edit_text("TTS", edit)
    return True


@kind(*LINES, *VALUES)
def footer_below(draft: Draft, random: Random) -> bool:
    footers = (
        ["", "Source: data warehouse, 2023-05-01"],
        ["__________", "(C) Statistical Office", "Generated 01.02.2023"],
        ["Applied filters: year is 2023"],
        ["1.234 rows"],
        ["-- end of report --"],
        [f"{len(draft.tts.rows)}"],
    )
    return _with_lines(draft, random, [], random.choice(footers))


@kind(*LINES, *VALUES)
def units_below_the_header(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    unit = random.choice(("[-]", "(pcs)", "unit"))
    cells = [Cell(unit if n else "", None) for n in range(len(sheet.columns))]
    sheet.rows.insert(0, Row(cells, meant=False))
    return True


@kind()
def blank_lines(draft: Draft, random: Random) -> bool:
    newline = draft.writing.newline
    blank = random.choice(
        ("", "  ", draft.writing.delimiter * len(draft.tts.columns[1:]))
    )

    def edit(text: str) -> str:
        lines = text.split(newline)
        at = random.randint(1, len(lines) - 1)
        return newline.join([*lines[:at], blank, blank, *lines[at:]])

    draft.edit_text("TTS", edit)
    return True


@kind("row-numbers-dropped", "column-unclear")
def row_numbers_in_front(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    name = random.choice(("", "Unnamed: 0", "#", "index", "id", "Nr.", "row", "No"))
    start = random.choice((0, 1))
    cells = [Cell(str(n), None) for n in range(start, start + len(sheet.rows))]
    for row in sheet.rows:
        row.meant = True
    sheet.add_column(name, cells, 0)
    sheet.columns[0] = "row number"
    return True


def _melt(draft: Draft) -> dict[tuple[str, ...], dict[datetime, str]]:
    sheet = draft.tts
    keys = [name for name in (ITEM, GROUP) if sheet.has(name)]
    table: dict[tuple[str, ...], dict[datetime, str]] = {}
    for row in sheet.rows:
        key = tuple(row.cells[sheet.at(name)].text for name in keys)
        moment = row.cells[sheet.at(TIME)].value
        table.setdefault(key, {})[moment] = row.cells[sheet.at(TARGET)].text
    return table


def _widen(draft: Draft, random: Random, names: list[str]) -> bool:
    """Write the history with a column for each moment; it means the same."""
    sheet = draft.tts
    if set(sheet.columns) - {ITEM, GROUP, TIME, TARGET}:
        return False
    table = _melt(draft)
    moments = sorted({moment for row in table.values() for moment in row})
    keys = [sheet.header[sheet.at(n)] for n in (ITEM, GROUP) if sheet.has(n)]
    if not names:
        names = [moment.strftime(draft.writing.dates) for moment in moments]
    lines = [[*keys, *names[: len(moments)]]]
    lines += [[*key, *(row[m] for m in moments)] for key, row in table.items()]
    mark, newline = draft.writing.delimiter, draft.writing.newline
    text = newline.join(mark.join(f'"{one}"' for one in line) for line in lines)
    draft.edit_text("TTS", lambda _: text + newline)
    return True


@kind(*WIDE)
def column_for_each_date(draft: Draft, random: Random) -> bool:
    return _widen(draft, random, [])


@kind(*WIDE)
def column_for_each_step(draft: Draft, random: Random) -> bool:
    word = random.choice(("d_", "week", "t", "Period "))
    return _widen(draft, random, [f"{word}{n}" for n in range(1, 200)])


@kind("item-made", "column-missing")
def item_column_removed(draft: Draft, random: Random) -> bool:
    if len({cell.text for cell in draft.tts.cells(ITEM)}) > 1 or draft.tts.has(GROUP):
        return False
    if len(draft.sheets) > 1:
        return False
    draft.tts.columns[draft.tts.at(ITEM)] = "gone"
    draft.tts.drop_column("gone")
    return True


@kind("duplicate-rows", "rts-duplicate-rows", "group-chosen")
def group_column_removed(draft: Draft, random: Random) -> bool:
    if not draft.tts.has(GROUP):
        return False
    for sheet in draft.sheets.values():
        if sheet.has(GROUP):
            sheet.drop_column(GROUP)
    return True


@kind("column-missing", "column-unclear")
def target_column_removed(draft: Draft, random: Random) -> bool:
    if len(draft.tts.decimals) > 1:
        return False  # what is left could be meant
    draft.tts.drop_column(TARGET)
    draft.tts.decimals.pop(TARGET)
    for row in draft.tts.rows:
        row.meant = False
    return True


@kind("column-missing", "column-unclear")
def date_column_removed(draft: Draft, random: Random) -> bool:
    draft.tts.drop_column(TIME)
    for row in draft.tts.rows:
        row.meant = False
    return True


@kind("column-empty")
def blank_column_added(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    name = random.choice(("Remarks", "Unnamed: 7", "x"))
    sheet.add_column(name, [Cell("", None) for _ in sheet.rows], len(sheet.columns))
    return True


@kind(*HEADER, *WIDE, *LINES, "item-made")
def column_for_each_item(draft: Draft, random: Random) -> bool:
    """Write a crosstab: a row for each moment, a column for each item."""
    sheet = draft.tts
    if set(sheet.columns) - {ITEM, TIME, TARGET}:
        return False
    table = _melt(draft)
    moments = sorted({moment for row in table.values() for moment in row})
    lines = [[sheet.header[sheet.at(TIME)], *(key[0] for key in table)]]
    for moment in moments:
        row = [own.get(moment, "") for own in table.values()]
        lines.append([moment.strftime(draft.writing.dates), *row])
    draft.edit_text("TTS", lambda _: _write_lines(draft, lines))
    return True


def _write_lines(draft: Draft, lines: list[list[str]]) -> str:
    mark, newline = draft.writing.delimiter, draft.writing.newline
    quoted = (mark.join(f'"{one}"' for one in line) for line in lines)
    return newline.join(quoted) + newline


@kind(*HEADER, *WIDE, *LINES, *VALUES)
def table_turned_by_a_quarter(draft: Draft, random: Random) -> bool:
    """Write the header down the first column, and each row beside it."""
    sheet = draft.tts
    rows = [[cell.text for cell in row.cells] for row in sheet.rows]
    lines = [list(line) for line in zip(sheet.header, *rows, strict=True)]
    draft.edit_text("TTS", lambda _: _write_lines(draft, lines))
    return True


@kind(*HEADER, *LINES, *VALUES, *TWICE)
def files_joined_with_columns_in_another_order(draft: Draft, random: Random) -> bool:
    """Join two halves, of which the second has its columns in another order."""
    sheet = draft.tts
    order = list(range(len(sheet.columns)))
    random.shuffle(order)
    if order == sorted(order):
        return False
    half = random.randint(len(sheet.rows) // 3, len(sheet.rows) - 3)
    with_header = random.random() < 0.5
    for row in sheet.rows[half:]:
        texts = [row.cells[at].text for at in order]
        row.cells = _retype(row, texts).cells
    if with_header:
        names = [Cell(sheet.header[at], None) for at in order]
        sheet.rows.insert(half, Row(names, meant=False))
    return True


@kind(*HEADER, *LINES, *VALUES)
def header_of_two_lines(draft: Draft, random: Random) -> bool:
    """Put a line of groups above the header, as pivot tables have it."""
    sheet = pick_sheet(draft, random)
    word = random.choice(("Sales", "2023", "Plan"))
    texts = ["" for _ in sheet.header[:-1]]
    mark, newline = draft.writing.delimiter, draft.writing.newline
    line = mark.join([*texts, word]) + newline
    role = "TTS" if sheet is draft.tts else "RTS"
    draft.edit_text(role, lambda text: line + text)
    return True


@kind("column-unclear", "future-blank")
def another_number_that_could_be_meant(draft: Draft, random: Random) -> bool:
    """Put a number beside the target that people forecast as well."""
    sheet = draft.tts
    names = ("Revenue", "Forecast", "Plan", "Sales PY", "Returns", "Amount", "Stock")
    name = random.choice(names)
    factor = random.choice((0.5, 3.0, 12.5))
    values = [round((cell.value or 0) * factor, 2) for cell in sheet.cells(TARGET)]
    mark = draft.writing.mark
    cells = [Cell(spell_number(value, 2, mark), value) for value in values]
    sheet.add_column(name, cells, random.randint(0, len(sheet.columns)))
    sheet.decimals[name] = 2
    return True


@kind(*HEADER, "target-not-number", "timestamp-unreadable")
def names_of_columns_in_the_wrong_order(draft: Draft, random: Random) -> bool:
    """Swap two names in the header, so that each names the other's column."""
    sheet = draft.tts
    one, other = random.sample(range(len(sheet.header)), 2)
    header = sheet.header
    header[one], header[other] = header[other], header[one]
    return {sheet.columns[one], sheet.columns[other]} <= {ITEM, TIME, TARGET}


@kind("target-copied", "rts-has-target", "column-collision", "column-unclear")
def target_twice(draft: Draft, random: Random) -> bool:
    """Put the target in twice, under another name; it would forecast itself."""
    sheet = draft.tts
    name = random.choice(("target_copy", "sales_2", "y_true", "Qty (base unit)"))
    cells = list(sheet.cells(TARGET))
    sheet.add_column(name, cells, len(sheet.columns))
    sheet.decimals[name] = sheet.decimals[TARGET]
    return True


@kind(*TWICE, *LINES, *VALUES, "series-gaps", "series-ends-early", loses=True)
def end_of_the_table_lost(draft: Draft, random: Random) -> bool:
    """Lose what is behind some row, as an export that was interrupted."""
    sheet = draft.tts
    at = random.randint(len(sheet.rows) // 2, len(sheet.rows) - 2)
    return _remove(draft, sheet, range(at, len(sheet.rows)))
