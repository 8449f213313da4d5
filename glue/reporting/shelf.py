"""Keeps what is known of series: in memory, or on disk where it is much."""

from __future__ import annotations

import pickle
import zlib
from pathlib import Path
from typing import Any

# The fastest: what is kept is read again a few times, and disk is scarce.
_LEVEL = 1


class Shelf:
    """Values by name.

    Parameters
    ----------
    folder
        Where they lie; None keeps them in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._values: dict[str, Any] = {}
        if folder is not None:
            folder.mkdir(exist_ok=True)

    def keep(self, name: str, value: Any) -> None:
        """Keep a value, in place of what has its name."""
        if self._folder is None:
            self._values[name] = value
            return
        packed = zlib.compress(pickle.dumps(value, protocol=4), _LEVEL)
        (self._folder / name).write_bytes(packed)

    def fetch(self, name: str) -> Any:
        """Give a value that was kept."""
        if self._folder is None:
            return self._values[name]
        return pickle.loads(zlib.decompress((self._folder / name).read_bytes()))

    def drop(self, name: str) -> None:
        """Let go of a value."""
        if self._folder is None:
            del self._values[name]
            return
        (self._folder / name).unlink()
