"""Writes requirements-engine.txt from what ``pip install --report`` says.

    pip install --dry-run --report - ... | python -m deployment.lock_wheels

``make lock`` does, with the options of ``fetch_wheels``.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def list_wheels(report: Mapping[str, Any]) -> list[str]:
    """Give a line a wheel: its pin, its hash and its file's name, and no address."""
    return sorted(_describe(one) for one in report["install"])


def _describe(found: Mapping[str, Any]) -> str:
    name, version = found["metadata"]["name"], found["metadata"]["version"]
    source = found["download_info"]
    sha256 = source["archive_info"]["hashes"]["sha256"]
    file = source["url"].rpartition("/")[2]
    return f"{name}=={version} --hash=sha256:{sha256}  # {file}"


if __name__ == "__main__":
    print("\n".join(list_wheels(json.load(sys.stdin))))
