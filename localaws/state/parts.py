"""Parts of the state in one file: each a name and bytes, written together or not."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_FILE = "state.sqlite"
_LOCK = "lock"
_TRIES, _PAUSE_SECONDS = 10, 0.05
# SQLite takes a billion bytes as one; a longer part is cut into pieces.
_PIECE = 512 * 1024**2


class StateInUse(Exception):
    """Another local AWS keeps its state in the folder."""


def _take(guard: int) -> None:
    """Take a lock; whoever looks who has it holds it for a moment."""
    for tried in range(_TRIES):
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if tried + 1 == _TRIES:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


class Parts:
    """The parts of one folder, which no other server may open meanwhile.

    A write is on disk when it returns, as far as the end of this process goes; an end
    of the machine may take the last of them, and leaves what is before whole.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._guard = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._guard)
        except OSError as error:
            os.close(self._guard)
            raise StateInUse(
                f"another local AWS keeps its state in {folder}; stop it, or give "
                "another --state"
            ) from error
        # Whoever finds the lock taken learns who has it; what is left of an earlier
        # server means nothing, as its lock went with it.
        os.ftruncate(self._guard, 0)
        os.write(self._guard, f"{os.getpid()}\n".encode())
        path = folder / _FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._lock = threading.Lock()
        self._closed = False
        self._base = sqlite3.connect(
            path, check_same_thread=False, isolation_level="DEFERRED"
        )
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, body BLOB)"
        )
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS pieces "
            "(name TEXT, place INTEGER, body BLOB, PRIMARY KEY (name, place))"
        )

    def write(self, parts: Mapping[str, bytes]) -> None:
        """Write parts, all of them or none."""
        with self._lock:
            if not self._closed and parts:
                with self._base:
                    self._base.executemany(
                        "INSERT OR REPLACE INTO parts VALUES (?, ?)",
                        ((name, body[:_PIECE]) for name, body in parts.items()),
                    )
                    self._base.executemany(
                        "DELETE FROM pieces WHERE name = ?", [(name,) for name in parts]
                    )
                    self._base.executemany(
                        "INSERT INTO pieces VALUES (?, ?, ?)",
                        (
                            (name, place, body[place : place + _PIECE])
                            for name, body in parts.items()
                            for place in range(_PIECE, len(body), _PIECE)
                        ),
                    )

    def read(self, name: str) -> bytes | None:
        """Read a part; None where there is none."""
        with self._lock:
            found = self._base.execute("SELECT body FROM parts WHERE name = ?", (name,))
            row = found.fetchone()
            rest = self._base.execute(
                "SELECT body FROM pieces WHERE name = ? ORDER BY place", (name,)
            )
            return None if row is None else b"".join((row[0], *(b for (b,) in rest)))

    def list_names(self, prefix: str) -> list[str]:
        """List the names of parts that begin with a text."""
        with self._lock:
            found = self._base.execute("SELECT name FROM parts ORDER BY name")
            return [name for (name,) in found if name.startswith(prefix)]

    def drop(self, names: Iterable[str]) -> None:
        """Drop parts that nothing needs any more."""
        with self._lock:
            if not self._closed:
                dropped = [(name,) for name in names]
                with self._base:
                    for table in ("parts", "pieces"):
                        self._base.executemany(
                            f"DELETE FROM {table} WHERE name = ?",
                            dropped,
                        )

    def close(self) -> None:
        """Write no more, and let another server open the folder."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._base.close()
                os.close(self._guard)
