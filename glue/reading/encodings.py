"""What a file is by its bytes: which encoding, or why no text that can be read."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from pathlib import Path

from glue.findings.finding import (
    MAX_EXAMPLES,
    Example,
    FileRejected,
    Findings,
    shorten,
)
from glue.reading.layout import find_layout

MAX_LINE_BYTES = 1024 * 1024
_BLOCK = 1024 * 1024
_MOST_LINES_ABOVE = 20
_PAGE = (
    "a page in HTML",
    "download the table itself; a server sends such a page where a link has run out or "
    "somebody has to sign in",
)
_HTML_TABLE = (
    "a table in HTML",
    "open it in a spreadsheet, save it there as CSV in UTF-8, and upload that",
)
_JSON = (
    "JSON",
    "write the records as CSV, one row each below a header, and upload that; if it is "
    "an error that a server sent, download the table again",
)
_UNPACK = (
    "a workbook that was renamed to .csv begins so as well: open it in a spreadsheet, "
    "save the sheet as CSV in UTF-8, and upload that as {file}"
)
_WORKBOOK = "open it in a spreadsheet, save the sheet as CSV in UTF-8, and upload that"
# What begins so is no CSV; what it is, and what to do.
_OTHER_TEXTS = {
    b"<!doctype html": _PAGE,
    b"<html": _PAGE,
    b"<table": _HTML_TABLE,
    b"<tr>": _HTML_TABLE,
    b"[{": _JSON,
    b'{"': _JSON,
    b"version https://git-lfs": (
        "a pointer of Git LFS, and not the file itself",
        "bring the file itself with git lfs pull, and upload that",
    ),
}
_MAGIC = {
    b"\x1f\x8b": (
        "a gzip file",
        "call it {file}.gz, which is read as it is, or unpack it first, twice where it "
        "was packed twice",
    ),
    b"PK\x03\x04": ("a zip archive or an Excel workbook", _WORKBOOK),
    b"PK\x05\x06": ("an empty zip archive", _UNPACK),
    b"PK\x07\x08": ("a part of a zip archive: it begins with PK", _UNPACK),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", _WORKBOOK),
    b"%PDF": ("a PDF", "ask for the same table as CSV; none can be read from a PDF"),
    b"SQLi": ("a database file", "export the table from the database as CSV"),
}

# Bytes that are letters or marks in cp1252 and hardly stand within or before a word
# there; in the encodings of old systems they are letters with accents.
_RARE_LETTER = re.compile(
    rb"[A-Za-z\xc0-\xff][\x82-\x8b\x8e\x93\x94\x98-\x9b\x9e\x9f][A-Za-z\xc0-\xff]"
    rb"|[\x81\x83\x8a\x8d-\x90\x9a\x9d-\x9f]"
)


def find_encoding(path: Path, name: str, findings: Findings) -> str:
    """Tell the encoding from all of the file's bytes."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise findings.reject("csv-empty", file=name)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise _no_text(name, kind, findings)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for opening, kind in _OTHER_TEXTS.items():
        if text.startswith(opening):
            raise _no_text(name, kind, findings)
    wide = _find_wide_encoding(start)
    for encoding in [wide] if wide else ["utf-8-sig", "cp1252", "latin-1"]:
        if _decodes(path, name, encoding, findings):
            _note_encoding(name, encoding, start, findings)
            if encoding == "cp1252":
                _check_guess(path, name, findings)
            return encoding
        if encoding == "utf-8-sig":
            _check_broken_bytes(path, name, findings)
    remedy = "export it again in UTF-8, and upload it whole"
    raise _no_text(name, (f"broken {wide}", remedy), findings)


def _check_broken_bytes(path: Path, name: str, findings: Findings) -> None:
    """Refuse a file in UTF-8 of which some bytes are broken.

    Another encoding would read it, and garble every accent that is right.

    Raises
    ------
    FileRejected
        When some lines can only be UTF-8, and others are not.
    """
    good, bad, places = 0, 0, list[Example]()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b"")):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError as error:
                bad += 1
                place = Example(name, number + 1)
                places.append(_show_cell(path, place, line, error.start))
                del places[MAX_EXAMPLES:]
    if good > 0.02 * bad:
        what = "bytes that are no UTF-8, where others are,"
        raise findings.reject(
            "csv-broken-bytes", count=bad, examples=places, file=name, what=what
        )


def _refuse_zero_bytes(path: Path, name: str, findings: Findings) -> FileRejected:
    """Say where zero bytes are; give what is to be raised."""
    count, places = 0, list[Example]()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b"")):
            at = line.find(b"\0")
            if at >= 0:
                count += 1
                if len(places) < MAX_EXAMPLES:
                    place = Example(name, number + 1)
                    places.append(_show_cell(path, place, line, at))
    remedy = "take the zero bytes out, which no text holds, or export it again; a "
    remedy += "file that is full of them is no table"
    return findings.reject(
        "csv-broken-bytes",
        count=count,
        examples=places,
        remedy=remedy,
        file=name,
        what="zero bytes",
    )


def _show_cell(path: Path, place: Example, line: bytes, at: int) -> Example:
    """Show the cell that a byte of a line is in, and name its column."""
    with path.open("rb") as file:
        head = [file.readline(_BLOCK) for _ in range(_MOST_LINES_ABOVE)]
    layout = find_layout([one.decode("utf-8", "replace") for one in head if one])
    mark = layout.delimiter.encode()
    header = head[min(layout.header, len(head)) - 1].decode("utf-8-sig", "replace")
    names = [text.strip(' "\r\n') for text in header.split(layout.delimiter)]
    begin = line.rfind(mark, 0, at) + 1
    end = line.find(mark, at)
    cell = line[max(begin, at - 40) : end if end >= 0 else len(line)]
    column = line.count(mark, 0, at)
    known = column < len(names) and (place.row or 0) > layout.header
    text = cell.decode("utf-8", "replace").strip(' "\r\n')
    return replace(place, column=names[column] if known else None, value=shorten(text))


def _check_guess(path: Path, name: str, findings: Findings) -> None:
    """Warn of letters that are rare in cp1252, and usual where it is a wrong guess."""
    count, places = 0, list[Example]()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b"")):
            if not line.isascii() and _RARE_LETTER.search(line):
                count += 1
                text = line.decode("cp1252", "replace").strip()
                places.append(Example(name, number + 1, None, shorten(text)))
                del places[MAX_EXAMPLES:]
    if count:
        findings.add("csv-encoding-guessed", count=count, examples=places, file=name)


def _no_text(name: str, kind: tuple[str, str], findings: Findings) -> FileRejected:
    problem, remedy = kind
    return findings.reject(
        "csv-not-text",
        remedy=remedy.format(file=name),
        file=name,
        problem=f"it is {problem}",
    )


def _find_wide_encoding(start: bytes) -> str | None:
    """Recognise UTF-16 by its mark, or by where its zero bytes are."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = max(len(start) // 2, 1)
    zeros_even, zeros_odd = start[0::2].count(0) / half, start[1::2].count(0) / half
    if zeros_odd > 0.7 and zeros_even < 0.1:
        return "utf-16-le"
    if zeros_even > 0.7 and zeros_odd < 0.1:
        return "utf-16-be"
    return None


def _decodes(path: Path, name: str, encoding: str, findings: Findings) -> bool:
    """Try an encoding on the whole file; refuse lines that have no end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    line, number = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return False
            if not wide and b"\0" in block:
                raise _refuse_zero_bytes(path, name, findings)
            line, longest = _measure_lines(text, line)
            if longest > MAX_LINE_BYTES:
                raise findings.reject(
                    "csv-line-too-long",
                    examples=[Example(name, number)],
                    file=name,
                    most=MAX_LINE_BYTES,
                )
            number += text.count("\n")
            if not block:
                return True


def _measure_lines(text: str, before: int) -> tuple[int, int]:
    """Measure the line that goes on after this text, and the one that it ends."""
    ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
    first = min(ends) if ends else len(text)
    last = max(text.rfind("\n"), text.rfind("\r"))
    after = len(text) - 1 - last if ends else before + len(text)
    return after, before + first


def _note_encoding(name: str, encoding: str, start: bytes, findings: Findings) -> None:
    if encoding != "utf-8-sig":
        findings.add("csv-encoding", file=name, encoding=encoding)
    elif start.startswith(codecs.BOM_UTF8):
        findings.add("csv-byte-order-mark", file=name)
