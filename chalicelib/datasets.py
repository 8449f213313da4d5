"""The dataset that an upload belongs to: its name, which no two keys share."""

import hashlib
import re

from chalicelib.keys import UPLOAD_FOLDER, find_parts_folder

MAX_DATASET_LENGTH = 40
DEFAULT_DATASET = "data"
_HASH_LENGTH = 12
_MARKED = re.compile(rf".*-[0-9a-f]{{{_HASH_LENGTH}}}")


def name_dataset(key: str) -> str:
    """Name the dataset that uploads under ``key`` belong to.

    ``raw/sales.zip`` is ``sales``. Any other key gets a hash of itself added, and so
    does one that looks as if it had one, so that no two keys share a dataset.
    """
    name = key[len(UPLOAD_FOLDER) :]
    folder = find_parts_folder(key)
    stem = folder[len(UPLOAD_FOLDER) :] if folder else name.rpartition(".")[0]
    slug = _slug(stem) or DEFAULT_DATASET
    if f"{slug}.zip" == name and _is_plain(slug):
        return slug
    mark = hash_parts(key, length=_HASH_LENGTH)
    kept = slug[: MAX_DATASET_LENGTH - len(mark) - 1].rstrip("-")
    return f"{kept}-{mark}"


def _is_plain(slug: str) -> bool:
    return len(slug) <= MAX_DATASET_LENGTH and not _MARKED.fullmatch(slug)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def hash_parts(*parts: str, length: int) -> str:
    """Hash some texts together, to so many hex digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
