"""What a file is by its bytes: which encoding, or why no text that can be read."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from contextlib import suppress
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
# What shows a broken cell as it should be: it stands so often, and is so long.
_MOST_BROKEN, _LEAST_KNOWN, _LEAST_TIMES = 4, 3, 3
# A larger file is not searched for the right spelling of a value.
_MOST_SEARCHED = 64 * 1024 * 1024
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
    "write the records as CSV, one row each below a header, and upload that",
)
_SAID = (
    "the answer of a server that gave no table",
    "sign in there, or ask for the right to read it, and download the table again",
)
# What such an answer speaks of, and no records of a table do.
_ANSWER = re.compile(rb'^{"(error|errors|message|status|code|detail|fault)"')
_UNPACK = (
    "open it as a workbook in a spreadsheet, or unpack it if it is an archive, and "
    "save the table as CSV in UTF-8 under the name {file}"
)
_WORKBOOK = "open it in a spreadsheet, save the sheet as CSV in UTF-8, and upload that"
_WIDEST = (
    "in UTF-32, which hardly any program reads",
    "save it again as CSV in UTF-8, and upload that",
)
# What begins so is no CSV; what it is, and what to do.
_OTHER_TEXTS = {
    b"<!doctype html": _PAGE,
    b"<html": _PAGE,
    b"<table": _HTML_TABLE,
    b"<tr>": _HTML_TABLE,
    b"[{": _JSON,
    b'{"': _JSON,
    b"version https://git-lfs": (
        "a pointer that Git LFS puts in the place of a large file",
        "bring the file itself (git lfs pull, or whoever keeps it in Git can send it), "
        "and upload that",
    ),
}
_MAGIC = {
    b"\x1f\x8b": (
        "a gzip file within another one",
        "unpack it twice, and upload the table that comes out as {file}",
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


def advise_empty(name: str) -> str:
    """Say what to do about a table without rows."""
    remedy = "export it again, with a header and its rows"
    if name.rpartition("/")[2].casefold().startswith(("rts", "metadata")):
        remedy += "; or take it out of the archive, which does not need it"
    return remedy


def find_encoding(path: Path, name: str, findings: Findings) -> str:
    """Tell the encoding from all of the file's bytes."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise findings.reject("csv-empty", file=name, remedy=advise_empty(name))
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise _no_text(name, kind, findings)
    wide = _find_wide_encoding(start)
    if wide == "utf-32":
        raise _no_text(name, _WIDEST, findings)
    narrow = start.decode(wide, "ignore").encode() if wide else start
    text = narrow.lstrip(b"\xef\xbb\xbf \t\r\n")
    for opening, kind in (*_OTHER_TEXTS.items(), *_MAGIC.items()):
        if text.lower().startswith(opening) or (wide and text.startswith(opening)):
            told = _SAID if _ANSWER.match(text) else kind
            raise _no_text(name, told, findings, begin=text)
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
    good, bad, places, cells = 0, 0, list[Example](), list[bytes]()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b"")):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError as error:
                bad += 1
                if len(places) < MAX_EXAMPLES:
                    place = Example(name, number + 1)
                    place, cell = _show_cell(path, place, line, error.start)
                    places.append(place)
                    cells.append(cell)
    if good > 0.02 * bad:
        raise findings.reject(
            "csv-broken-bytes",
            count=bad,
            examples=places,
            remedy=_advise_broken(path, cells, count=bad),
            file=name,
            what="a broken letter (shown as \ufffd), whose byte is not in UTF-8 as the "
            "rest of the file is",
        )


def _advise_broken(path: Path, cells: list[bytes], *, count: int) -> str:
    """Say what to write into cells that are in no UTF-8, where other rows show it."""
    is_small = path.stat().st_size <= _MOST_SEARCHED
    meant = _find_whole(cells[0], path.read_bytes()) if is_small else None
    if count == 1 and meant:
        return f"write {meant!r} there, as other rows have it"
    if count == 1:
        return "type the value of that cell anew, as its source has it"
    like = f"; {meant!r} is meant in the first of them" if meant else ""
    return f"export the whole table again as CSV in UTF-8{like}"


def _find_whole(cell: bytes, data: bytes) -> str | None:
    """Find the one value of a file that a cell is, but for its broken letters."""
    known = re.sub(rb"[\x80-\xff]+", b"\0", cell)
    if not 1 <= known.count(b"\0") <= _MOST_BROKEN or len(known) < _LEAST_KNOWN:
        return None
    parts = (re.escape(part) for part in known.split(b"\0"))
    pattern = rb"[^\x00-\x20,;|\"]{1,3}".join(parts)
    ends = rb"[,;|\t\r\n\"]"
    found = Counter(re.findall(rb"(?<=%b)%b(?=%b)" % (ends, pattern, ends), data))
    wholes = []
    for text, count in found.items():
        with suppress(UnicodeDecodeError):
            wholes += [text.decode("utf-8")] if count >= _LEAST_TIMES else []
    return wholes[0] if len(wholes) == 1 else None


def _refuse_zero_bytes(path: Path, name: str, findings: Findings) -> FileRejected:
    """Say where zero bytes are; give what is to be raised."""
    count, places, cells = 0, list[Example](), list[bytes]()
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b"")):
            at = line.find(b"\0")
            if at >= 0:
                count += 1
                if len(places) < MAX_EXAMPLES:
                    place = Example(name, number + 1)
                    place, cell = _show_cell(path, place, line, at)
                    places.append(place)
                    cells.append(cell.replace(b"\0", b""))
    remedy = "export the table again as CSV; a file that is full of them is no table"
    if count <= len(cells):
        texts = [shorten(cell.decode("utf-8", "replace")) for cell in cells]
        remedy = "empty each of these cells, and type its value anew: "
        remedy += ", ".join(map(repr, texts))
        if count == 1:
            remedy = f"empty that cell, and type its value anew: {texts[0]}"
    return findings.reject(
        "csv-broken-bytes",
        count=count,
        examples=places,
        remedy=remedy,
        file=name,
        what="a sign that no text can hold (a zero byte, shown as \\x00)",
    )


def _show_cell(
    path: Path, place: Example, line: bytes, at: int
) -> tuple[Example, bytes]:
    """Show the cell that a byte of a line is in, name its column, and give it."""
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
    cell = cell.strip(b' "\r\n')
    text = shorten(cell.decode("utf-8", "replace"))
    return replace(place, column=names[column] if known else None, value=text), cell


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


def _no_text(
    name: str, kind: tuple[str, str], findings: Findings, *, begin: bytes = b""
) -> FileRejected:
    problem, remedy = kind
    lines = begin.decode("utf-8", "replace").splitlines()[:1] if kind == _SAID else []
    return findings.reject(
        "csv-not-text",
        examples=[Example(name, 1, None, shorten(line)) for line in lines],
        remedy=remedy.format(file=name),
        file=name,
        problem=f"it is {problem}",
    )


def _find_wide_encoding(start: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 by their marks, or by where zero bytes are."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
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
