"""A folder of Parquet parts with a mark beside them, which is one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from glue.findings.finding import shorten

# What Spark and others write beside the parts, once all of them are there.
MARK = "_SUCCESS"
_ENDING = ".parquet"


def find_folder(key: str) -> str | None:
    """Give the folder whose mark has this key, without a slash; None if none has."""
    folder, _, name = key.rpartition("/")
    return folder if name == MARK else None


def find_odd_part(names: Sequence[str]) -> tuple[str, str] | None:
    """Say why the files of a folder are not the parts of one table, and what to do.

    Parameters
    ----------
    names
        Those of the files, below the folder.
    """
    if not names:
        return (
            "there is no file in it",
            f"write the table there as Parquet, and {MARK} once all of it is there",
        )
    odd = next((name for name in names if "/" in name), None)
    if odd is not None:
        return (
            f"{shorten(odd)!r} lies in a folder of its own",
            "write the table without partitions, so that all of its parts lie beside "
            f"{MARK} and hold all of its columns",
        )
    odd = next((name for name in names if not name.lower().endswith(_ENDING)), None)
    if odd is None:
        return None
    return (
        f"{shorten(odd)!r} is not called {_ENDING}",
        f"write the table as Parquet, and {MARK} once all of it is there; or upload "
        "it as one CSV file",
    )


def read_moment(text: str) -> datetime:
    """Read the moment of S3's event, of which S3's listings have whole seconds."""
    # Python 3.9 knows no Z.
    return _cut(datetime.fromisoformat(text.replace("Z", "+00:00")))


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def list_changed(
    there: Mapping[str, datetime | None],
    known: Set[str],
    folder: str,
    *,
    marked: datetime,
) -> list[str]:
    """List what changed in a folder since its mark was written, by names below it.

    What begins with a dot or an underscore is no part, as Spark has it.

    Parameters
    ----------
    there
        When each object below the folder was written, by key.
    known
        The keys of the mark and of the parts that were there with it.
    folder
        The folder, with a slash at its end.
    marked
        When the mark was written, in whole seconds.
    """
    gone = [MARK] if f"{folder}{MARK}" not in there else []
    return gone + [
        key[len(folder) :]
        for key, moment in there.items()
        if (moment is not None and _cut(moment) > marked and key in known)
        or (key not in known and _is_part(key[len(folder) :]))
    ]


def _is_part(name: str) -> bool:
    hidden = any(one.startswith(("_", ".")) for one in name.split("/"))
    return bool(name) and not hidden and not name.endswith("/")
