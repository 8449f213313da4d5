"""Mutations of ids and groups: another spelling, a lost zero, a blank."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from random import Random

from benchmarks.mutations.draft import GROUP, ITEM, Cell, Draft, Sheet
from benchmarks.mutations.kinds import IDS, kind, pick_sheet, some_rows

Respell = Callable[[str], str]
CYRILLIC = "\u0410\u0412\u0421\u0415\u041a\u0405\u0422\u0445\u0430\u0441\u0435\u043e"
ALIKE = str.maketrans("ABCEKSTxaceo", CYRILLIC)


def _respell(
    draft: Draft,
    sheet: Sheet,
    respell: Respell,
    rows: Iterable[int],
    *,
    column: str = ITEM,
) -> bool:
    """Write the ids of some rows another way; they mean the same."""
    changed = False
    for row in rows:
        before = sheet.rows[row].cells[sheet.at(column)].text
        after = respell(before)
        try:
            after.encode(draft.writing.encoding)
        except UnicodeEncodeError:
            return False
        changed |= after != before
        sheet.put(row, column, after)
    return changed


def _in_some_rows(draft: Draft, random: Random, respell: Respell) -> bool:
    sheet = draft.tts
    return _respell(draft, sheet, respell, some_rows(sheet, random))


def _in_one_table(draft: Draft, random: Random, respell: Respell) -> bool:
    """Write all ids of one of the tables another way, where there are several."""
    if len(draft.sheets) < 2:
        return False
    sheet = random.choice(list(draft.sheets.values()))
    return _respell(draft, sheet, respell, range(len(sheet.rows)))


def _everywhere(draft: Draft, respell: Respell) -> bool:
    done = [
        _respell(draft, sheet, respell, range(len(sheet.rows)))
        for sheet in draft.sheets.values()
    ]
    return any(done)


@kind(*IDS)
def case_changed_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, random.choice((str.lower, str.upper)))


@kind(*IDS)
def case_changed_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, str.swapcase)


@kind(*IDS, "spaces-trimmed")
def blanks_around_ids(draft: Draft, random: Random) -> bool:
    blank = random.choice((" ", "  ", "\t", "\u00a0"))
    return _in_some_rows(draft, random, lambda text: f"{text}{blank}")


@kind(*IDS)
def blanks_doubled_in_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: text.replace(" ", "  "))


@kind(*IDS)
def marks_changed_in_ids(draft: Draft, random: Random) -> bool:
    before, after = random.choice((("-", "_"), ("-", " "), (" ", "-"), ("_", "")))
    return _in_some_rows(draft, random, lambda text: text.replace(before, after))


@kind(*IDS)
def dashes_of_typesetters_in_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: text.replace("-", "\u2013"))


def _without_zeros(text: str) -> str:
    return text.lstrip("0") if text.isdecimal() else text


@kind(*IDS)
def zeros_lost_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, _without_zeros)


@kind(*IDS)
def zeros_lost_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, _without_zeros)


@kind(*IDS)
def ids_as_fractions_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, _as_fraction)


@kind(*IDS)
def ids_as_fractions_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, _as_fraction)


def _as_fraction(text: str) -> str:
    return f"{text}.0" if text.isdecimal() else text


def _as_exponent(text: str) -> str:
    if not text.isdecimal() or len(text) < 5:
        return text
    return f"{float(text):.5E}".replace("00000E", "00E")


@kind(*IDS)
def ids_with_exponents_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(draft, _as_exponent)


@kind(*IDS)
def ids_with_exponents_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, _as_exponent)


@kind(*IDS)
def ids_with_grouped_thousands(draft: Draft, random: Random) -> bool:
    def respell(text: str) -> str:
        return f"{int(text):,}" if text.isdecimal() and text[0] != "0" else text

    return _in_one_table(draft, random, respell)


@kind(*IDS)
def ids_merged_over_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    sheet.rows.sort(key=lambda row: row.cells[sheet.at(ITEM)].text)
    ids = [cell.text for cell in sheet.cells(ITEM)]
    same = [n for n in range(1, len(ids)) if ids[n] == ids[n - 1]]
    return _respell(draft, sheet, lambda text: "", same)


@kind(*IDS, "series-short", "spaces-trimmed")
def ids_left_out_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    return _respell(draft, sheet, lambda text: "", some_rows(sheet, random))


@kind(*IDS, "spaces-trimmed")
def invisible_marks_in_some_rows(draft: Draft, random: Random) -> bool:
    mark = random.choice(("\u200b", "\ufeff", "\u00ad", "\u200e"))
    return _in_some_rows(draft, random, lambda text: text + mark)


@kind(*IDS)
def accents_taken_apart_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: unicodedata.normalize("NFD", text))


@kind(*IDS)
def accents_taken_apart_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, lambda text: unicodedata.normalize("NFD", text))


@kind(*IDS)
def accents_dropped_in_some_rows(draft: Draft, random: Random) -> bool:
    def respell(text: str) -> str:
        apart = unicodedata.normalize("NFD", text)
        return "".join(one for one in apart if not unicodedata.combining(one))

    return _in_some_rows(draft, random, respell)


@kind(*IDS, "formula-unwrapped")
def ids_as_formulas_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(draft, lambda text: f'="{text}"')


@kind(*IDS, "formula-unwrapped")
def ids_as_formulas_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, lambda text: f'="{text}"')


@kind(*IDS)
def apostrophe_in_front_of_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: f"'{text}")


@kind(*IDS)
def point_behind_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: f"{text}.")


@kind(*IDS, "series-short", "series-ends-early", "series-gaps")
def id_mistyped_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: text[:-1] + "x")


@kind(*IDS)
def letters_that_look_alike(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: text.translate(ALIKE))


@kind(*IDS)
def text_behind_ids_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(draft, random, lambda text: f"{text} (new)")


@kind(*IDS)
def encoded_twice_in_one_table(draft: Draft, random: Random) -> bool:
    def respell(text: str) -> str:
        return text.encode("utf-8").decode("latin-1")

    return _in_one_table(draft, random, respell)


@kind(*IDS)
def group_respelt_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    if not sheet.has(GROUP):
        return False
    respell = random.choice((str.upper, str.lower, lambda text: f"{text}."))
    return _respell(draft, sheet, respell, some_rows(sheet, random), column=GROUP)


@kind(*IDS, "spaces-trimmed")
def group_left_out_in_some_rows(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    if not sheet.has(GROUP):
        return False
    return _respell(
        draft, sheet, lambda text: "", some_rows(sheet, random), column=GROUP
    )


@kind(*IDS, "text-garbled")
def encoded_twice_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(draft, lambda text: text.encode("utf-8").decode("latin-1"))


@kind(*IDS, "text-garbled", "rts-duplicate-rows")
def accents_lost_to_a_replacement(draft: Draft, random: Random) -> bool:
    mark = random.choice(("\ufffd", "?"))

    def respell(text: str) -> str:
        return "".join(one if one.isascii() else mark for one in text)

    if mark == "?":
        return _in_one_table(draft, random, respell)
    return _everywhere(draft, respell)


@kind(*IDS)
def entities_in_one_table(draft: Draft, random: Random) -> bool:
    table = {" ": "&nbsp;", "-": "&#45;", "\u00f6": "&ouml;", "\u00f4": "&ocirc;"}
    return _in_one_table(
        draft, random, lambda text: "".join(table.get(one, one) for one in text)
    )


@kind(*IDS)
def line_breaks_in_some_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: text.replace(" ", "\n", 1))


@kind(*IDS)
def quotes_of_typesetters_around_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda text: f"\u201c{text}\u201d")


@kind(*IDS)
def zeros_in_front_of_some_ids(draft: Draft, random: Random) -> bool:
    return _in_some_rows(
        draft, random, lambda text: f"0{text}" if text.isdecimal() else text
    )


@kind(*IDS)
def zeros_in_front_of_ids_in_one_table(draft: Draft, random: Random) -> bool:
    return _in_one_table(
        draft, random, lambda text: text.zfill(18) if text.isdecimal() else text
    )


@kind(*IDS, "duplicate-rows", "rts-duplicate-rows")
def ids_cut_short(draft: Draft, random: Random) -> bool:
    """Cut ids to a field's length, so that some may become one."""
    length = random.choice((2, 3, 4))
    ids = {str(cell.value) for cell in draft.tts.cells(ITEM)}
    if len({text[:length] for text in ids}) == len(ids):
        return False
    return _everywhere(draft, lambda text: text[:length])


@kind(*IDS, "series-short", "series-ends-early", "series-gaps")
def ids_turned_into_dates(draft: Draft, random: Random) -> bool:
    """Turn some ids into dates, as a spreadsheet does with MAR-12."""
    return _in_some_rows(
        draft,
        random,
        lambda text: f"{text.split('-')[1]}-Mar" if "-" in text else text,
    )


@kind("column-unclear", "duplicate-rows")
def another_name_of_the_item(draft: Draft, random: Random) -> bool:
    """Put the item's description beside its id."""
    sheet = draft.tts
    name = random.choice(("Description", "Name", "Item Name", "Bezeichnung", "Product"))
    has_code = sheet.header[sheet.at(ITEM)] in ("item_id", "Item ID", "sku")
    if name == "Product" and not has_code:
        return False  # either of them could be meant
    texts = [f"The {cell.text}" for cell in sheet.cells(ITEM)]
    cells = [Cell(text, text) for text in texts]
    sheet.add_column(name, cells, sheet.at(ITEM) + random.choice((0, 1)))
    return True


@kind(*IDS, "rts-rows-unmatched")
def groups_as_fractions_in_one_table(draft: Draft, random: Random) -> bool:
    """Write numbers of groups as a program does that had blanks among them."""
    if not draft.tts.has(GROUP) or "RTS" not in draft.sheets:
        return False
    sheet = random.choice([draft.tts, draft.sheets["RTS"]])
    texts = {cell.text for cell in sheet.cells(GROUP)}
    if not all(text.isdecimal() for text in texts):
        return False
    for row, cell in enumerate(sheet.cells(GROUP)):
        sheet.put(row, GROUP, f"{cell.text}.0")
    return True
