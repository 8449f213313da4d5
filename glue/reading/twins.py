"""Two tables of an archive that could be one: what they have in common."""

from __future__ import annotations

import zipfile

from glue.findings.finding import Count, shorten

# More than this is not read to compare two files.
_MOST_BYTES = 32 * 1024**2
_LEAST_COLUMNS = 3
_LINE = 64 * 1024


def is_part(
    archive: zipfile.ZipFile, first: zipfile.ZipInfo, second: zipfile.ZipInfo
) -> bool:
    """Say whether two tables have the same line of names, and no row in common."""
    one, other = (_read_header(archive, member) for member in (first, second))
    names = max(one.count(mark) for mark in ",;\t|") + 1
    if one != other or names < _LEAST_COLUMNS or one[:1].isdigit():
        return False
    if max(first.file_size, second.file_size) > _MOST_BYTES:
        return False
    rows, others = (_read_rows(archive, member) for member in (first, second))
    return bool(rows) and bool(others) and not rows & others


def _read_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    with archive.open(member) as source:
        line = source.readline(_LINE)
    return line.decode("utf-8-sig", "replace").replace('"', "").strip().casefold()


def advise_twins(
    archive: zipfile.ZipFile, first: zipfile.ZipInfo, second: zipfile.ZipInfo
) -> str:
    """Say what to do about two files of one kind: by what stands in both."""
    ours, theirs = shorten(first.filename), shorten(second.filename)
    if (first.CRC, first.file_size) == (second.CRC, second.file_size):
        return f"they are alike: take {theirs!r} out of the archive"
    if max(first.file_size, second.file_size) > _MOST_BYTES:
        return "keep the right one of them"
    one, other = (_read_rows(archive, member) for member in (first, second))
    both = len(one & other)
    for inner, outer, names in (
        (one, other, (ours, theirs)),
        (other, one, (theirs, ours)),
    ):
        if both and both == len(inner):
            return (
                f"all rows of {names[0]!r} stand in {names[1]!r} too, which has "
                f"{Count(len(outer) - both):row} more: take {names[0]!r} out"
            )
    if not both:
        return (
            "no row stands in both, so that each seems to be a part of one table: put "
            f"the {Count(len(other)):row} of {theirs!r} below those of {ours!r}, "
            f"without the header, and take {theirs!r} out"
        )
    return (
        f"they have {Count(both):row} in common, and {Count(len(one) - both):row} and "
        f"{Count(len(other) - both):row} of their own: keep the right one of them"
    )


def _read_rows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> set[bytes]:
    with archive.open(member) as source:
        rows = source.read(_MOST_BYTES).splitlines()[1:]
    return {row.strip() for row in rows if row.strip()}
