"""A folder of Parquet parts on this machine, which is one table."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chalicelib.keys import FOLDER_MARK, upload_key
from chalicelib.uploads import is_part
from client.errors import SourceError
from glue.reading.parts_folder import find_odd_part

_ENDING = ".parquet"
_TABLES = (_ENDING, ".csv", ".csv.gz")
# What systems leave in folders that people look into.
JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}
# What Hadoop and Flink call a file that is not whole yet, and where Spark keeps those.
_UNFINISHED = ("._COPYING_", ".inprogress")
_AT_WORK = "_temporary"
# Tables that are more than their files: these hold rows too that are gone.
_CATALOGUED = {"_delta_log": "Delta", ".hoodie": "Hudi"}
# Where not all files are called as parts, all of them get this in front.
_CALLED = "part-0-"
# So many files of a folder in the folder tell enough of it.
_LOOKED_AT = 2
# Line breaks, what is no text, and other characters that nobody types.
_NO_NAME = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class PartFile:
    """A part as it was found; ``name`` is what it is called in the bucket.

    ``modified`` is in nanoseconds.
    """

    name: str
    path: Path
    size: int
    modified: int


def is_in_parts(folder: Path) -> bool:
    """Tell whether a folder is meant as one table, well made or not.

    One table by itself, which is not in Parquet, is an upload like any other.

    Parameters
    ----------
    folder
        One in which no file is called as a table of an upload is.
    """
    names = _list_names(folder)
    if any("=" in name.rpartition("/")[0] for name in names):
        return True
    count = sum(name.lower().endswith(_ENDING) for name in names)
    if not (folder / FOLDER_MARK).exists():
        return count > 1
    return bool(count) or sum(name.lower().endswith(_TABLES) for name in names) != 1


def list_parts(folder: Path) -> tuple[PartFile, ...]:
    """List the parts of the table that a folder is meant as.

    Raises
    ------
    SourceError
        When the folder is not whole, or its files are not the parts of one table.
    """
    names = _list_names(folder)
    _check_finished(folder)
    _check_table(folder, names)
    called = _name_in_bucket(folder, names)
    return tuple(
        _look_at(folder / name, name=new)
        for name, new in zip(names, called, strict=True)
    )


def name_folder(folder: Path) -> str:
    """Name what is uploaded of a folder."""
    return folder.resolve().name or "data"


def is_hidden(name: str) -> bool:
    """Tell whether a file is no part by its name below the folder, as Spark has it."""
    return any(one.startswith((".", "_")) for one in name.split("/"))


def mark_key(name: str) -> str:
    """Build the key of what says that all parts of a folder are there."""
    return f"{upload_key(name)}/{FOLDER_MARK}"


def check_unchanged(parts: Sequence[PartFile]) -> None:
    """See that a folder still holds the parts that were found, and no others.

    Raises
    ------
    SourceError
        When one of them was changed, removed or added since.
    """
    folder = parts[0].path.parent
    _check_finished(folder)
    found = {folder / name for name in _list_names(folder)}
    changed = found.symmetric_difference(part.path for part in parts)
    changed |= {part.path for part in parts if part.path in found and _is_other(part)}
    if changed:
        raise SourceError(
            f"folder {str(folder)!r} changed while it was uploaded (found "
            f"{min(changed).name!r} otherwise than before); no run was started; "
            "upload it again once nobody writes to it"
        )


def _is_other(part: PartFile) -> bool:
    return _look_at(part.path, name=part.name) != part


def _list_names(folder: Path) -> list[str]:
    """List the files of a folder that are shown, and of each folder in it the first."""
    names = list[str]()
    for path in _list_entries(folder):
        if is_hidden(path.name) or path.name in JUNK:
            continue
        below = islice(_walk(path), _LOOKED_AT) if path.is_dir() else [path]
        names += [one.relative_to(folder).as_posix() for one in below]
    return sorted(names)


def _list_entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise _say_unreadable(folder, error.strerror) from error


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        yield from (Path(place, name) for name in sorted(names) if not is_hidden(name))


def _check_finished(folder: Path) -> None:
    for name in (path.name for path in _list_entries(folder)):
        if name in _CATALOGUED:
            raise SourceError(
                f"folder {str(folder)!r} is a {_CATALOGUED[name]} table, whose files "
                f"hold rows too that were deleted or replaced (found {name!r}); write "
                "the table as plain Parquet into another folder, and give that"
            )
        if name == _AT_WORK or any(mark in name for mark in _UNFINISHED):
            raise SourceError(
                f"folder {str(folder)!r} is not whole, as somebody still writes to it "
                f"(found {name!r}); wait for the end of that, or remove {name!r} if "
                "it was left behind"
            )


def _check_table(folder: Path, names: Sequence[str]) -> None:
    """Refuse what the pipeline would refuse, in its words, before it is sent."""
    odd = find_odd_part(names)
    if odd is not None:
        problem, remedy = odd
        raise SourceError(
            f"folder {str(folder)!r} is not one table in Parquet parts: {problem}; "
            f"{_find_remedy(folder, names, remedy)}"
        )


def _find_remedy(folder: Path, names: Sequence[str], remedy: str) -> str:
    """Say what to do: give the one folder that all lies in, or what is told."""
    inner = {name.rpartition("/")[0] for name in names}
    if len(inner) == 1 and "" not in inner and not any("=" in one for one in inner):
        return f"did you mean {str(folder / inner.pop())!r}?"
    return f"{remedy}; or move away what is no part of the table" if names else remedy


def _name_in_bucket(folder: Path, names: Sequence[str]) -> Iterable[str]:
    """Name the files so that none of them starts a run of its own."""
    place = name_folder(folder)
    for name in (place, *names):
        if any(unicodedata.category(one) in _NO_NAME for one in name):
            raise SourceError(
                f"{name!r} cannot be the name of an upload (found a line break or "
                "what is no text); rename it"
            )
    prefix = upload_key(place)
    if all(is_part(f"{prefix}/{name}") for name in names):
        return names
    return [f"{_CALLED}{name}" for name in names]


def _look_at(path: Path, *, name: str) -> PartFile:
    try:
        found = path.stat()
    except OSError as error:
        raise _say_unreadable(path, error.strerror) from error
    if not stat.S_ISREG(found.st_mode):
        raise _say_unreadable(path, "it is no file")
    return PartFile(name, path, found.st_size, found.st_mtime_ns)


def _say_unreadable(path: Path, why: str | None) -> SourceError:
    return SourceError(
        f"{str(path)!r} cannot be read ({why}); give a folder that can, with all of "
        "its parts"
    )
