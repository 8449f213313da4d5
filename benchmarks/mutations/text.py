"""Mutations of the text and its bytes: delimiters, quotes, encodings, line ends."""

from __future__ import annotations

import re
from random import Random

from benchmarks.mutations.draft import ITEM, TARGET, TIME, Cell, Draft, Row, TextEdit
from benchmarks.mutations.kinds import (
    IDS,
    LINES,
    MOMENTS,
    NUMBERS,
    STRAYS,
    kind,
    pick_sheet,
)

BYTES = ("csv-broken-bytes", "csv-not-text", "csv-encoding-guessed", "text-garbled")
QUOTES = (
    *("csv-quote-open", "csv-unreadable", "csv-row-width", "lines-skipped"),
    "column-missing",
)


def _role(draft: Draft, random: Random) -> str:
    return "TTS" if pick_sheet(draft, random) is draft.tts else "RTS"


def _edit_lines(draft: Draft, random: Random, edit: TextEdit) -> bool:
    """Edit some lines of a table's text, the header never."""

    def apply(text: str) -> str:
        lines = text.split(draft.writing.newline)
        count = random.choice((1, max(len(lines) // 20, 2), len(lines) // 3))
        rows = random.sample(range(1, len(lines) - 1), min(count, len(lines) - 2))
        for at in rows:
            lines[at] = edit(lines[at])
        return draft.writing.newline.join(lines)

    draft.edit_text("TTS", apply)
    return True


@kind("csv-delimiter", "csv-row-width")
def another_delimiter(draft: Draft, random: Random) -> bool:
    others = [one for one in ",;\t|" if one != draft.writing.delimiter]
    draft.writing.delimiter = random.choice(others)
    return True


@kind("csv-delimiter", "header-missing", "column-missing")
def blanks_for_delimiters(draft: Draft, random: Random) -> bool:
    mark = draft.writing.delimiter
    blank = random.choice(("  ", "    ", " : ", "^", "~"))
    draft.edit_text("TTS", lambda text: text.replace(mark, blank))
    return True


@kind(*LINES, *QUOTES)
def another_delimiter_in_some_rows(draft: Draft, random: Random) -> bool:
    mark = draft.writing.delimiter
    other = random.choice([one for one in ",;\t" if one != mark])
    return _edit_lines(draft, random, lambda line: line.replace(mark, other))


@kind(*LINES, *NUMBERS)
def decimal_commas_without_quotes(draft: Draft, random: Random) -> bool:
    """Write decimal commas into a table of commas, and quote none of them."""
    sheet = draft.tts
    if not sheet.decimals[TARGET] or draft.writing.delimiter != ",":
        return False
    if draft.writing.quote_all or random.random() < 0.5:
        draft.writing.quote_all = False
        blank = Cell("", None)
        sheet.add_column("remark", [blank for _ in sheet.rows], len(sheet.columns))
    draft.edit_text("TTS", lambda text: re.sub(r"(?<=\d)\.(?=\d)", ",", text))
    return True


@kind(*QUOTES)
def quote_opened_before_an_id(draft: Draft, random: Random) -> bool:
    if draft.writing.quote_all:
        return False
    role = _role(draft, random)

    def edit(text: str) -> str:
        lines = text.split(draft.writing.newline)
        at = random.randint(1, len(lines) - 2)
        lines[at] = '"' + lines[at].lstrip('"')
        return draft.writing.newline.join(lines)

    draft.edit_text(role, edit)
    return True


@kind(*QUOTES, *NUMBERS)
def quote_opened_before_the_last_cell(draft: Draft, random: Random) -> bool:
    if draft.writing.quote_all:
        return False
    mark = draft.writing.delimiter
    role = _role(draft, random)

    def edit(text: str) -> str:
        lines = text.split(draft.writing.newline)
        at = random.randint(1, len(lines) - 2)
        head, _, tail = lines[at].rpartition(mark)
        lines[at] = f'{head}{mark}"{tail}'
        return draft.writing.newline.join(lines)

    draft.edit_text(role, edit)
    return True


@kind(*QUOTES, *NUMBERS, *IDS, "timestamp-unreadable")
def quote_lost_behind_an_id(draft: Draft, random: Random) -> bool:
    if not draft.writing.quote_all:
        return False

    def edit(text: str) -> str:
        lines = text.split(draft.writing.newline)
        at = random.randint(1, len(lines) - 2)
        lines[at] = lines[at].replace('"', "", random.choice((1, 3)))
        return draft.writing.newline.join(lines)

    draft.edit_text("TTS", edit)
    return True


@kind(*QUOTES)
def quotes_around_lines(draft: Draft, random: Random) -> bool:
    newline = draft.writing.newline

    def edit(text: str) -> str:
        quoted = (line.replace('"', '""') for line in text.split(newline)[:-1])
        return "".join(f'"{line}"{newline}' for line in quoted)

    draft.edit_text("TTS", edit)
    return True


@kind(*QUOTES, "spaces-trimmed")
def blanks_before_quotes(draft: Draft, random: Random) -> bool:
    draft.writing.quote_all = True
    mark = draft.writing.delimiter
    draft.edit_text("TTS", lambda text: text.replace(f'{mark}"', f'{mark} "'))
    return True


@kind(*QUOTES)
def inches_in_ids(draft: Draft, random: Random) -> bool:
    """Write an id with a quote in it, as measures have, and quote nothing."""
    if draft.writing.quote_all or len(draft.sheets) > 1:
        return False
    sheet = draft.tts
    for row, cell in enumerate(sheet.cells(ITEM)):
        if draft.writing.delimiter in cell.text:
            return False
        sheet.put(row, ITEM, f'{cell.text} 5"', f'{cell.text} 5"')
    draft.edit_text("TTS", lambda text: re.sub(r'"([^"\n]*?) 5"""', r'\1 5"', text))
    return True


@kind("csv-encoding", "csv-byte-order-mark")
def another_encoding(draft: Draft, random: Random) -> bool:
    options = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8")
    draft.writing.encoding = random.choice(options)
    return True


@kind("csv-encoding", *BYTES)
def an_old_encoding(draft: Draft, random: Random) -> bool:
    if not _has_accents(draft):
        return False
    draft.writing.encoding = random.choice(("cp850", "mac_roman", "cp437", "utf-32"))
    return True


@kind("csv-encoding", *BYTES, "rts-series-unknown", "metadata-unknown")
def encodings_of_tables_differ(draft: Draft, random: Random) -> bool:
    if not _has_accents(draft) or len(draft.sheets) < 2:
        return False
    role = random.choice([role for role in draft.sheets if role != "TTS"])
    before, after = draft.writing.encoding, random.choice(("utf-16", "utf-8", "cp1252"))
    draft.edit_bytes(role, lambda data: data.decode(before).encode(after))
    return True


@kind(*BYTES)
def encodings_within_a_table_differ(draft: Draft, random: Random) -> bool:
    """Append rows of another encoding, as a copied log has them."""
    if not _has_accents(draft) or draft.writing.encoding == "cp1252":
        return False
    newline = draft.writing.newline.encode()

    def edit(data: bytes) -> bytes:
        lines = data.split(newline)
        at = random.randint(len(lines) // 3, len(lines) - 2)
        tail = newline.join(lines[at:]).decode("utf-8").encode("cp1252", "replace")
        return newline.join([*lines[:at], tail])

    draft.edit_bytes("TTS", edit)
    return True


def _has_accents(draft: Draft) -> bool:
    return not draft.write_text("TTS").isascii()


@kind(*BYTES)
def one_byte_broken(draft: Draft, random: Random) -> bool:
    if not _has_accents(draft) or not draft.writing.encoding.startswith("utf-8"):
        return False

    def edit(data: bytes) -> bytes:
        at = random.randint(len(data) // 4, len(data) - 3)
        while data[at] > 127 or not chr(data[at]).isalnum():
            at -= 1
        return (
            data[:at]
            + bytes([random.choice((0xE4, 0xFF, 0x80, 0xC3))])
            + data[at + 1 :]
        )

    draft.edit_bytes("TTS", edit)
    return True


@kind(*BYTES, *NUMBERS, *MOMENTS, *IDS, *STRAYS, "csv-row-width")
def one_bit_flipped(draft: Draft, random: Random) -> bool:
    """Flip the highest bit of a byte in a date or a number."""
    if draft.writing.encoding == "cp1252":
        return False

    def edit(data: bytes) -> bytes:
        at = random.randint(len(data) // 4, len(data) - 3)
        while not chr(data[at]).isdigit():
            at -= 1
        return data[:at] + bytes([data[at] | 128]) + data[at + 1 :]

    draft.edit_bytes("TTS", edit)
    return True


@kind(*BYTES)
def zero_byte(draft: Draft, random: Random) -> bool:
    def edit(data: bytes) -> bytes:
        at = random.randint(20, len(data) - 1)
        return data[:at] + b"\0" + data[at:]

    draft.edit_bytes(_role(draft, random), edit)
    return True


@kind(*BYTES, *LINES)
def end_of_file_of_dos(draft: Draft, random: Random) -> bool:
    draft.edit_bytes("TTS", lambda data: data + b"\x1a")
    return True


@kind()
def other_line_ends(draft: Draft, random: Random) -> bool:
    newline = random.choice(("\r", "\r\n", "\n", "\r\r\n"))
    before = draft.writing.newline
    draft.edit_text(_role(draft, random), lambda text: text.replace(before, newline))
    return True


@kind()
def line_ends_mixed(draft: Draft, random: Random) -> bool:
    before = draft.writing.newline

    def edit(text: str) -> str:
        lines = text.split(before)
        return "".join(
            line + random.choice(("\n", "\r\n", "\r")) for line in lines[:-1]
        )

    draft.edit_text(_role(draft, random), edit)
    return True


@kind(*LINES, *NUMBERS, *QUOTES, "timestamp-unreadable", "timestamp-mixed", "key-blank")
def cut_within_a_line(draft: Draft, random: Random) -> bool:
    mark = draft.writing.delimiter

    def edit(text: str) -> str:
        lines = text.split(draft.writing.newline)
        at = random.randint(len(lines) * 3 // 4, len(lines) - 2)
        last = lines[at]
        end = random.randint(1, max(last.rfind(mark), 1))
        return draft.writing.newline.join([*lines[:at], last[:end]])

    draft.edit_text("TTS", edit)
    return True


@kind(*LINES, "header-blank")
def delimiters_behind_the_lines(draft: Draft, random: Random) -> bool:
    newline, mark = draft.writing.newline, draft.writing.delimiter
    which = random.choice(("all", "header", "rows"))

    def edit(text: str) -> str:
        head, _, rest = text.partition(newline)
        head += mark if which != "rows" else ""
        if which != "header":
            rest = rest.replace(newline, mark + newline)
        return head + newline + rest

    draft.edit_text(_role(draft, random), edit)
    return True


@kind(*LINES, *BYTES, "csv-byte-order-mark", "timestamp-unreadable", *NUMBERS)
def files_joined(draft: Draft, random: Random) -> bool:
    """Join two halves of the table, each with its mark and its header."""
    if draft.writing.encoding == "cp1252":
        return False
    newline = draft.writing.newline
    header = newline.join(draft.write_text("TTS").split(newline)[:1])

    def edit(text: str) -> str:
        lines = text.split(newline)
        at = len(lines) // 2
        return newline.join([*lines[:at], f"\ufeff{header}", *lines[at:]])

    draft.edit_text("TTS", edit)
    return True


@kind("csv-not-text")
def page_of_a_browser(draft: Draft, random: Random) -> bool:
    """Save what a server says instead of the table."""
    pages = (
        "<!DOCTYPE html><html><body>Please sign in</body></html>\n",
        '{"error": "not authorised", "status": 401}\n',
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
        "PK\x07\x08 not a table",
    )
    page = random.choice(pages)
    draft.edit_text("TTS", lambda _: page)
    return True


@kind("csv-not-text")
def table_of_a_browser(draft: Draft, random: Random) -> bool:
    """Save the table as a page, under the name of a CSV file."""
    mark, newline = draft.writing.delimiter, draft.writing.newline

    def edit(text: str) -> str:
        lines = text.split(newline)[:-1]
        rows = ("</td><td>".join(line.split(mark)) for line in lines)
        return "".join(f"<tr><td>{row}</td></tr>{newline}" for row in rows)

    draft.edit_text("TTS", edit)
    return True


@kind("csv-empty", "csv-no-rows", "csv-not-text")
def table_emptied(draft: Draft, random: Random) -> bool:
    newline = draft.writing.newline
    keep = random.choice((0, 1))
    role = _role(draft, random)
    draft.edit_text(role, lambda text: newline.join(text.split(newline)[:keep]))
    return True


@kind("timestamp-unreadable", "timestamp-blank", "key-blank", *LINES)
def tail_of_blanks(draft: Draft, random: Random) -> bool:
    """Fill the table up with rows that only repeat the id, as dragged cells do."""
    sheet = draft.tts
    row = sheet.rows[-1]
    for _ in range(random.randint(1, 4)):
        cells = list(row.cells)
        for name in (TIME, TARGET):
            cells[sheet.at(name)] = Cell("", None)
        sheet.rows.append(Row(cells, meant=False))
    return True


@kind(*QUOTES, *LINES, "timestamp-unreadable")
def quotes_of_typesetters(draft: Draft, random: Random) -> bool:
    """Quote every cell by marks that no program knows."""
    if draft.writing.encoding == "cp1252":
        return False
    sheet = draft.tts
    for row in range(len(sheet.rows)):
        for name in (ITEM, TIME):
            sheet.put(row, name, f"\u201c{sheet.cells(name)[row].text}\u201d")
    return not draft.writing.quote_all


@kind(*QUOTES, *LINES)
def single_quotes(draft: Draft, random: Random) -> bool:
    """Quote every cell by apostrophes, as some databases do."""
    mark, newline = draft.writing.delimiter, draft.writing.newline

    def edit(text: str) -> str:
        lines = text.replace('"', "").split(newline)[:-1]
        quoted = (mark.join(f"'{one}'" for one in line.split(mark)) for line in lines)
        return newline.join(quoted) + newline

    draft.edit_text("TTS", edit)
    return True


@kind(*QUOTES, *LINES, *NUMBERS)
def backslashes_before_delimiters(draft: Draft, random: Random) -> bool:
    """Escape by backslashes what others quote, as some databases do."""
    mark = draft.writing.delimiter
    if draft.writing.quote_all or '"' not in draft.write_text("TTS"):
        return False

    def edit(text: str) -> str:
        return re.sub(
            r'"([^"\n]*)"', lambda found: found[1].replace(mark, f"\\{mark}"), text
        )

    draft.edit_text("TTS", edit)
    return True


@kind(*LINES, *QUOTES, *NUMBERS)
def copied_from_a_page(draft: Draft, random: Random) -> bool:
    """Put bars at both ends of each line, as tables of text have."""
    newline = draft.writing.newline

    def edit(text: str) -> str:
        head, *lines = text.replace(draft.writing.delimiter, " | ").split(newline)[:-1]
        ruler = "|".join("-" * 5 for _ in head.split("|"))
        table = [head, ruler, *lines] if random.random() < 0.5 else [head, *lines]
        return newline.join(f"| {line} |" for line in table) + newline

    draft.edit_text("TTS", edit)
    return True
