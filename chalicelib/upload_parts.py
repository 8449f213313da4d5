"""The parts of a table that was uploaded as a folder, in the very versions it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.keys import find_parts_folder

if TYPE_CHECKING:
    from typing import Any

    from chalicelib.store import Store


def list_parts(store: Store, key: str) -> list[dict[str, Any]] | None:
    """List the parts beside a mark; None for any other upload.

    What begins with a dot or an underscore is no part, as Spark has it.
    """
    folder = find_parts_folder(key)
    if folder is None:
        return None
    return [
        {
            "key": listed["Key"],
            "version_id": listed["VersionId"],
            "etag": listed["ETag"],
            "size": listed["Size"],
        }
        for listed in store.list_versions(folder)
        if listed["IsLatest"] and _is_part(listed["Key"][len(folder) :])
    ]


def _is_part(name: str) -> bool:
    hidden = any(one.startswith(("_", ".")) for one in name.split("/"))
    return bool(name) and not hidden and not name.endswith("/")
