"""Uploads whose tables are written oddly or badly, each with a near miss."""

import gzip

from glue.reading.csv_file import MAX_LINE_BYTES
from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows, make_tts

TTS = make_tts()
LINES = TTS.splitlines(keepends=True)
ROWS = make_rows()


def insert(line, at=10):
    """Put one more line into the table."""
    return "".join([*LINES[:at], line, *LINES[at:]])


def named(*items):
    return make_tts(items=items)


def lengthen(text, at=10):
    """Write more at the end of one line."""
    return "".join([*LINES[:at], LINES[at].rstrip() + text + "\n", *LINES[at + 1 :]])


def lengthen_to(count):
    """Write delimiters at the end of one line, up to so many characters."""
    return lengthen("," * (count - len(LINES[10].rstrip())))


def widen(count):
    """Write blank columns beside the table's own, so that it has so many."""
    names = "".join(f",c{n}" for n in range(count - 3))
    blanks = "," * (count - 3) + "\n"
    return LINES[0].rstrip() + names + "\n" + "".join(LINES[1:]).replace("\n", blanks)


def with_note(length):
    """Write a column of notes, of which one is long, with line breaks."""
    notes = {0: "note", 10: '"' + ("word\n" * length)[:length] + '"'}
    lines = enumerate(LINES)
    return "".join(f"{line.rstrip()},{notes.get(n, '')}\n" for n, line in lines)


LONGEST_FIELD = 131_072
WITHOUT_NOTE = {"Preparation": {"DropColumns": ["note"]}}
NUMBERED = "".join(f"{n - 1 if n else ''},{line}" for n, line in enumerate(LINES))
QUOTED = TTS.replace("A,", '"A, ""big"" one",').replace("B,", "Bé\U0001f600,")

CASES = [
    Case(
        "semicolons", as_zip(make_csv(HEADER, ROWS, ";")), ("csv-delimiter",), train=TTS
    ),
    Case("tabs", as_zip(make_csv(HEADER, ROWS, "\t")), ("csv-delimiter",), train=TTS),
    Case("bars", as_zip(make_csv(HEADER, ROWS, "|")), ("csv-delimiter",), train=TTS),
    Case("lines of Windows", as_zip(TTS.replace("\n", "\r\n")), train=TTS),
    Case("lines of old Macs", as_zip(TTS.replace("\n", "\r")), train=TTS),
    Case("no end of line", as_zip(TTS.rstrip()), train=TTS),
    Case(
        "byte order mark",
        as_zip(TTS.encode("utf-8-sig")),
        ("csv-byte-order-mark",),
        train=TTS,
    ),
    Case("UTF-16", as_zip(TTS.encode("utf-16")), ("csv-encoding",), train=TTS),
    Case(
        "UTF-16 without mark",
        as_zip(TTS.encode("utf-16-le")),
        ("csv-encoding",),
        train=TTS,
    ),
    Case(
        "UTF-16 of the other order",
        as_zip(TTS.encode("utf-16-be")),
        ("csv-encoding",),
        train=TTS,
    ),
    Case(
        "Latin-1",
        as_zip(named("Gr\xf6\xdfe", "Z").encode("latin-1")),
        ("csv-encoding",),
        train=named("Gr\xf6\xdfe", "Z"),
    ),
    Case(
        "Windows' Latin",
        as_zip(named("5\u20ac", "Z").encode("cp1252")),
        ("csv-encoding",),
        train=named("5\u20ac", "Z"),
    ),
    Case(
        "accents in UTF-8",
        as_zip(named("Gr\xf6\xdfe", "Z")),
        train=named("Gr\xf6\xdfe", "Z"),
    ),
    Case("broken UTF-16", as_zip(b"\xff\xfe" + b"\x00\xd8" * 31), ("csv-not-text",)),
    Case("quotes and commas in ids", as_zip(QUOTED), train=QUOTED),
    Case("blank lines", as_zip(insert("\n\n  \n")), train=TTS),
    Case("blank lines above", as_zip("\n\n" + TTS), train=TTS),
    Case("spreadsheet's blank rows", as_zip(TTS + ",,\n,,\n"), train=TTS),
    Case("delimiter at the ends", as_zip(TTS.replace("\n", ",\n")), train=TTS),
    Case(
        "row numbers of pandas", as_zip(NUMBERED), ("row-numbers-dropped",), train=TTS
    ),
    Case("nameless column", as_zip(NUMBERED.replace("5,A", "x,A")), ("header-blank",)),
    Case(
        "spaces around values",
        as_zip(TTS.replace(",", " , ")),
        ("spaces-trimmed",),
        train=TTS,
    ),
    Case("spaces in the header only", as_zip(TTS.replace("p,t", "p , t")), train=TTS),
    Case("row too long", as_zip(insert("A,2030-01-01,1,2\n")), ("csv-row-width",)),
    Case("one value too many", as_zip(lengthen(",2")), ("csv-row-width",)),
    Case("row too short", as_zip(insert("A,2030-01-01\n")), ("csv-row-width",)),
    Case("header only", as_zip(LINES[0]), ("csv-no-rows",)),
    Case("blank file", as_zip("\n \n"), ("csv-empty",)),
    Case(
        "gzip named csv",
        as_zip(gzip.compress(TTS.encode(), mtime=0)),
        ("csv-gzip",),
        train=TTS,
    ),
    Case(
        "gzip within gzip",
        as_zip(gzip.compress(gzip.compress(TTS.encode(), mtime=0), mtime=0)),
        ("csv-gzip", "csv-not-text"),
    ),
    Case("zero bytes", as_zip(TTS.replace("A,", "A\0,")), ("csv-broken-bytes",)),
    Case(
        "quote never closed",
        as_zip(insert('"A,2030-01-01,1\n', 2) + "x" * 140_000),
        ("csv-unreadable",),
    ),
    Case("cut behind a quote", as_zip(f'{TTS}"'), ("csv-row-width",)),
    Case(
        "text too long for a value",
        as_zip(with_note(LONGEST_FIELD + 1)),
        ("csv-unreadable",),
        settings=WITHOUT_NOTE,
    ),
    Case(
        "line of one too many",
        as_zip(lengthen_to(MAX_LINE_BYTES + 1)),
        ("csv-line-too-long",),
    ),
    Case("line without end", as_zip(insert("x" * 2_200_000)), ("csv-line-too-long",)),
    Case(
        "wide header",
        as_zip(",".join(f"c{n}" for n in range(4_001)) + "\n"),
        ("csv-too-many-columns",),
    ),
    Case("wide table", as_zip(widen(1_001)), ("csv-too-many-columns",)),
    Case("million columns", as_zip("a," * 600_000), ("csv-line-too-long",)),
    Case(
        "column twice",
        as_zip(TTS.replace("item_id", "Timestamp", 1)),
        ("header-twice",),
    ),
    Case(
        "long name", as_zip(TTS.replace("item_id", "x" * 257, 1)), ("header-too-long",)
    ),
    Case(
        "ids like nothing",
        as_zip(named("NA", "null", "None", "nan")),
        train=named("NA", "None", "nan", "null"),
    ),
    Case(
        "ids with zeros",
        as_zip(named("007", "7", "1e3")),
        ("ids-alike",),
        train=named("007", "1e3", "7"),
    ),
]
