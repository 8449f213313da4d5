"""Make one zip of what the user points at; the same content gives the same bytes."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from client.errors import CommandError

# A zip can hold no earlier time; a fixed one keeps the bytes the same.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3
# The most that one PutObject takes, and PutObject alone says which version it made.
_MAX_BYTES = 5 * 1024**3
_TABLES = (".csv", ".parquet")
_JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Package:
    """A zip that is ready to be uploaded; ``name`` is its name in the bucket."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        """Count the bytes to upload."""
        return self.path.stat().st_size


@contextmanager
def pack_source(source: Path) -> Iterator[Package]:
    """Give a zip as it is, and a folder or table zipped in a temporary file.

    Whether the data can be forecast is for the pipeline to say, which says all that is
    wrong at once; here is only checked that there is something to upload.
    """
    check_source(source)
    if source.is_dir():
        members = _members_of_folder(source)
        name = source.resolve().name or "data"
    elif source.suffix.lower() in _TABLES:
        members = {f"TTS{source.suffix.lower()}": source}
        name = source.stem
    else:
        _check_size(source.stat().st_size, source)
        yield Package(name=source.name, path=source)
        return
    with tempfile.TemporaryDirectory(prefix="forecast-") as scratch:
        path = Path(scratch) / "upload.zip"
        _write_zip(path, members)
        _check_size(path.stat().st_size, source)
        yield Package(name=f"{name}.zip", path=path)


def check_source(source: Path) -> None:
    """Check that a source is there and can be uploaded at all.

    Raises
    ------
    CommandError
        When it does not exist, is empty, or is neither zip, folder nor table.
    """
    if not source.exists():
        raise CommandError(
            f"there is no {str(source)!r}; give a .zip, a folder, a .csv or a .parquet"
        )
    if source.is_file() and source.suffix.lower() not in {".zip", *_TABLES}:
        raise CommandError(
            f"{str(source)!r} is not an upload (needs a .zip, a folder, a .csv or a "
            ".parquet); put TTS.csv into a zip or a folder"
        )
    if source.is_file() and source.stat().st_size == 0:
        raise CommandError(f"{str(source)!r} is empty; give a file with data")


def _check_size(size: int, source: Path) -> None:
    if size > _MAX_BYTES:
        raise CommandError(
            f"{str(source)!r} is too large for one upload (found {size:,} bytes, "
            f"needs at most {_MAX_BYTES:,}); split it by items into several uploads"
        )


def _members_of_folder(folder: Path) -> dict[str, Path]:
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not _is_junk(path.relative_to(folder))
    }
    if not any(name.lower().endswith(_TABLES) for name in found):
        shown = ", ".join(sorted(found)[:5]) or "no files"
        raise CommandError(
            f"folder {str(folder)!r} holds no table (found: {shown}); put TTS.csv into "
            "it"
        )
    return dict(sorted(found.items()))


def _is_junk(path: Path) -> bool:
    return any(part.startswith(".") or part in _JUNK for part in path.parts)


def _write_zip(path: Path, members: dict[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            info = zipfile.ZipInfo(name, date_time=_TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = _REGULAR_FILE
            # ZipFile decides by the announced size whether it needs zip64.
            info.file_size = member.stat().st_size
            with member.open("rb") as content, archive.open(info, "w") as packed:
                shutil.copyfileobj(content, packed)
