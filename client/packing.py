"""Make one upload of what the user points at; the same content gives the same bytes."""

import difflib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from chalicelib.datasets import name_dataset
from chalicelib.keys import settings_keys, upload_key
from client.errors import SourceError
from client.parts_source import (
    JUNK,
    PartFile,
    is_in_parts,
    list_parts,
    mark_key,
    name_folder,
)
from client.workbook import WORKBOOK_SUFFIXES, write_csv

# A zip can hold no earlier time; a fixed one keeps the bytes the same.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3
SETTINGS_NAME = "config.json"
_TABLES = (".csv", ".csv.gz", ".parquet", *WORKBOOK_SUFFIXES)
# What the pipeline reads of a folder, by the names in lower case without a suffix.
_TABLE_NAMES = {"tts": "TTS", "rts": "RTS", "metadata": "metadata"}
_NEEDS = "a .zip, a folder, or a table as .csv, .csv.gz, .parquet or .xlsx"
_NAMED_FILES = 5
_LONGEST_NAME = 60  # characters of a part's name, of up to four bytes each
# A folder that is not meant, such as a home folder, is not read to its end.
_MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class Package:
    """A zip, or a table in parts, that is ready to be uploaded.

    ``name`` is its name in the bucket, ``holds`` the names of the files in it where
    they were chosen here; ``notes`` say what a person should know of how it was made.
    A table in parts is uploaded as its ``parts``, and ``path`` is a folder that holds
    nothing else.
    """

    name: str
    path: Path
    holds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[PartFile, ...] = ()

    @property
    def key(self) -> str:
        """Build the key of the object that starts the run."""
        return mark_key(self.name) if self.parts else upload_key(self.name)

    @property
    def size(self) -> int:
        """Count the bytes to upload."""
        if self.parts:
            return sum(part.size for part in self.parts)
        return self.path.stat().st_size


@dataclass(frozen=True)
class _Contents:
    """The files to pack by their names in the zip, and what is left out."""

    name: str
    members: Mapping[str, Path]
    left_out: tuple[str, ...] = ()


@contextmanager
def pack_source(source: Path, settings: Path | None = None) -> Iterator[Package]:
    """Give a zip or a table in parts as it is, and all else zipped in a temporary file.

    Whether the data can be forecast is for the pipeline to say, which says all that is
    wrong at once; here is only checked that there is something to upload.

    Parameters
    ----------
    source
        A zip, a folder or a table.
    settings
        A file that becomes the upload's ``config.json``.
    """
    check_source(source)
    if settings is not None:
        check_file(settings, "the settings")
    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        yield _pack(source, settings, Path(folder))


def _pack(source: Path, settings: Path | None, scratch: Path) -> Package:
    if _is_zip(source):
        if settings is None:
            return Package(name=source.name, path=source)
        return _add_settings(source, settings, scratch / "upload.zip")
    parts = _find_parts(source)
    if parts:
        if settings is not None:
            raise SourceError(_no_place_for_settings(source, str(settings)))
        return _link_parts(source, parts, scratch)
    contents = _list_contents(source)
    if settings is not None:
        if SETTINGS_NAME in contents.members:
            raise SourceError(_two_settings(source, settings))
        contents = replace(
            contents, members={**contents.members, SETTINGS_NAME: settings}
        )
    members, notes = _convert(contents, scratch)
    path = scratch / "upload.zip"
    _write_zip(path, members)
    return Package(f"{contents.name}.zip", path, tuple(members), notes)


def _find_parts(source: Path) -> tuple[PartFile, ...]:
    """List the parts where a folder is one table; none where it is something else."""
    if not source.is_dir():
        return ()
    files = {name: path for path in _list_files(source) if (name := _name_in_zip(path))}
    if files.keys() - {SETTINGS_NAME} or not is_in_parts(source):
        return ()
    if files:
        found = _inside(source, files[SETTINGS_NAME])
        raise SourceError(_no_place_for_settings(source, found))
    parts = list_parts(source)
    for part in parts:
        check_file(part.path, "the part")
    return parts


def _link_parts(source: Path, parts: tuple[PartFile, ...], scratch: Path) -> Package:
    """Put the parts into a folder of their own, called as the run's jobs call them."""
    folder = scratch / "parts"
    folder.mkdir()
    for number, part in enumerate(parts):
        link = folder / f"{number:05d}-{part.name[-_LONGEST_NAME:]}"
        link.symlink_to(part.path.resolve())
    return Package(
        name_folder(source),
        folder,
        tuple(part.name for part in parts),
        tuple(_note_names(parts)),
        parts,
    )


def _note_names(parts: tuple[PartFile, ...]) -> Iterator[str]:
    first = parts[0]
    if first.name != first.path.name:
        yield (
            f"{first.path.name} is uploaded as {first.name}, and so are the others: a "
            "table of another name would start a run of its own"
        )


def _no_place_for_settings(source: Path, found: str) -> str:
    own, _ = settings_keys(name_dataset(mark_key(name_folder(source))))
    return (
        f"{str(source)!r} is a table in Parquet parts, and nothing but parts is "
        f"uploaded of it (found the settings {found!r}); put them into the stage's "
        f"bucket as {own}, where its runs look for them"
    )


def check_source(source: Path) -> None:
    """Check that a source is there and can be uploaded at all.

    Raises
    ------
    SourceError
        When it does not exist, is empty, or is neither zip, folder nor table.
    """
    if source.is_dir():
        return
    if not source.exists():
        raise SourceError(f"there is no {str(source)!r}{_suggest(source)}")
    if not _is_zip(source) and _table_suffix(source) is None:
        raise SourceError(
            f"{str(source)!r} is not an upload (needs {_NEEDS}); put TTS.csv into a "
            "zip or a folder"
        )
    check_file(source, "the upload")


def check_file(path: Path, what: str) -> None:
    """Check that a file can be read and is not empty.

    Raises
    ------
    SourceError
        When it is not so.
    """
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        raise SourceError(
            f"{what} {str(path)!r} cannot be read ({error.strerror}); give a file that "
            "can"
        ) from error
    if is_empty:
        raise SourceError(f"{str(path)!r} is empty; give a file with data")


def _suggest(source: Path) -> str:
    """Say what may have been meant by a path that does not exist."""
    try:
        names = [path.name for path in source.parent.iterdir()]
    except OSError:
        names = []
    alike = difflib.get_close_matches(source.name, names, n=1)
    if alike:
        return f"; did you mean {str(source.parent / alike[0])!r}?"
    return f"; give {_NEEDS}"


def _is_zip(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".zip"


def _table_suffix(path: Path) -> str | None:
    """Give the suffix of a table, the longest that fits; None for any other file."""
    name = path.name.lower()
    fitting = [suffix for suffix in _TABLES if name.endswith(suffix)]
    return max(fitting, key=len, default=None)


def _list_contents(source: Path) -> _Contents:
    suffix = _table_suffix(source)
    if source.is_file() and suffix is not None:
        name = source.name[: -len(suffix)] or "data"
        return _Contents(name, {f"TTS{suffix}": source})
    return _choose_of_folder(source)


def _choose_of_folder(folder: Path) -> _Contents:
    """Take the files that the pipeline reads, from a folder and from those in it."""
    files = _list_files(folder)
    chosen: dict[str, Path] = {}
    for path in files:
        name = _name_in_zip(path)
        if name is None:
            continue
        if stem := next((n for n in chosen if _is_same_role(n, name)), None):
            raise SourceError(
                f"folder {str(folder)!r} holds two files for one thing (found "
                f"{_inside(folder, chosen[stem])!r} and {_inside(folder, path)!r}); "
                "leave one of them out"
            )
        chosen[name] = path
    if not any(_is_same_role(name, "TTS.csv") for name in chosen):
        chosen = {**chosen, **_take_only_table(folder, files, chosen)}
    left = [_inside(folder, p) for p in files if p not in chosen.values()]
    return _Contents(name_folder(folder), dict(sorted(chosen.items())), tuple(left))


def _list_files(folder: Path) -> list[Path]:
    """List the files of a folder and of the folders in it, but no deeper."""
    found: list[Path] = []
    for seen, path in enumerate(chain(folder.glob("*"), folder.glob("*/*"))):
        if seen >= _MOST_ENTRIES:
            raise SourceError(
                f"folder {str(folder)!r} holds more than {_MOST_ENTRIES:,} files; give "
                "the folder that TTS.csv is in"
            )
        if path.is_file() and not _is_junk(path.relative_to(folder)):
            found.append(path)
    return sorted(found)


def _name_in_zip(path: Path) -> str | None:
    """Name a file as the pipeline knows it; None for one that it does not read."""
    if path.name.lower() == SETTINGS_NAME:
        return SETTINGS_NAME
    suffix = _table_suffix(path)
    if suffix is None:
        return None
    stem = _TABLE_NAMES.get(path.name[: -len(suffix)].lower())
    return None if stem is None else f"{stem}{suffix}"


def _is_same_role(one: str, other: str) -> bool:
    return one.partition(".")[0] == other.partition(".")[0]


def _take_only_table(
    folder: Path, files: list[Path], chosen: Mapping[str, Path]
) -> dict[str, Path]:
    """Take the one table of another name as the history."""
    tables = [
        path
        for path in files
        if _table_suffix(path) is not None and path not in chosen.values()
    ]
    if len(tables) != 1:
        found = ", ".join(_inside(folder, path) for path in files[:_NAMED_FILES])
        raise SourceError(
            f"folder {str(folder)!r} holds no TTS.csv (found: {found or 'no files'}); "
            "put the history into it under that name"
        )
    return {f"TTS{_table_suffix(tables[0])}": tables[0]}


def _inside(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _is_junk(path: Path) -> bool:
    return any(part.startswith((".", "~$")) or part in JUNK for part in path.parts)


def _convert(
    contents: _Contents, scratch: Path
) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Make CSV files of workbooks, and say what was done and what is left out."""
    members: dict[str, Path] = {}
    notes: list[str] = []
    for name, path in contents.members.items():
        if path.suffix.lower() in WORKBOOK_SUFFIXES:
            target = scratch / f"{name.partition('.')[0]}.csv"
            notes += write_csv(path, target)
            members[target.name] = target
        else:
            members[name] = path
    if contents.left_out:
        shown = ", ".join(contents.left_out[:_NAMED_FILES])
        more = len(contents.left_out) - _NAMED_FILES
        rest = f" and {more} more" if more > 0 else ""
        notes.append(f"left out of the upload: {shown}{rest}")
    return members, tuple(notes)


def _add_settings(source: Path, settings: Path, target: Path) -> Package:
    """Copy a zip, and put the settings into it."""
    shutil.copyfile(source, target)
    try:
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            names = {Path(name).name.lower() for name in archive.namelist()}
            if SETTINGS_NAME in names:
                raise SourceError(_two_settings(source, settings))
            _add_member(archive, SETTINGS_NAME, settings)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError(
            f"{str(source)!r} is not a zip file ({error}); make the zip again"
        ) from error
    return Package(source.name, target)


def _two_settings(source: Path, settings: Path) -> str:
    return (
        f"{str(source)!r} has a {SETTINGS_NAME} of its own, and --settings gives "
        f"another ({str(settings)!r}); leave one of them out"
    )


def _write_zip(path: Path, members: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            _add_member(archive, name, member)


def _add_member(archive: zipfile.ZipFile, name: str, member: Path) -> None:
    info = zipfile.ZipInfo(name, date_time=_TIMESTAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = _UNIX
    info.external_attr = _REGULAR_FILE
    # ZipFile decides by the announced size whether it needs zip64.
    info.file_size = member.stat().st_size
    with member.open("rb") as content, archive.open(info, "w") as packed:
        shutil.copyfileobj(content, packed)
