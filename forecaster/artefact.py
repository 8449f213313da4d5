"""A fitted model on disk: model.tar.gz of JSON and plain text, no pickle."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forecaster.errors import ArtefactError

FORMAT = 3
_MANIFEST = "manifest.json"
_STATES = "states/"
_LARGEST_MEMBER = 200_000_000  # bytes; a real model has a few megabytes


def write_archive(
    path: Path, manifest: Mapping[str, Any], texts: Mapping[str, str]
) -> None:
    """Write manifest and texts; the same content gives the same bytes."""
    members = {_MANIFEST: json.dumps(manifest, indent=1, sort_keys=True)}
    members |= {_STATES + name: text for name, text in sorted(texts.items())}
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, text in members.items():
            data = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Read manifest and texts; nothing is unpacked to disk and nothing is run.

    Raises
    ------
    ArtefactError
        When the file is no archive of this format.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            members = {
                entry.name: _read(archive, entry) for entry in archive if entry.isfile()
            }
        manifest = json.loads(members.pop(_MANIFEST))
    except (tarfile.TarError, EOFError, KeyError, ValueError, gzip.BadGzipFile) as e:
        raise ArtefactError(
            f"not a model archive (found {path.name!r}: {e}); "
            "give a model.tar.gz that this engine wrote"
        ) from e
    if manifest.get("format") != FORMAT:
        raise ArtefactError(
            f"model of another format (found {manifest.get('format')!r}, "
            f"needs {FORMAT}); fit it again"
        )
    return manifest, {
        name.removeprefix(_STATES): text for name, text in members.items()
    }


def _read(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> str:
    if entry.size > _LARGEST_MEMBER:
        raise ValueError(f"{entry.name} is too large")
    file = archive.extractfile(entry)
    return file.read().decode() if file else ""
