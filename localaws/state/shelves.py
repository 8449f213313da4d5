"""What grows with every run, in shelves: a change is written down with its shelf alone.

moto keeps the objects of a bucket and the streams of a log in one dictionary each.
"""

from __future__ import annotations

import itertools
import weakref
import zlib
from typing import Any

import moto.s3.models as moto_buckets
from moto.logs.models import LogGroup, LogStream
from moto.s3.utils import _VersionedKeyStore

from localaws.patches import Patches

# Of a bucket; a shelf of a thousand runs has some hundred objects.
SHELVES = 256
# In the order in which they were made: those that were written last are together.
STREAMS_A_SHELF = 16


class KeyShelf:
    """Some objects of a bucket: their names, and the order they came in."""

    def __init__(self) -> None:
        self.changes = 0
        self.places: dict[str, int] = {}
        self._find: Any = dict
        self._kept: list[tuple[int, str, list[Any]]] = []

    def belong_to(self, store: _VersionedKeyStore) -> None:
        """Keep what a bucket has under the shelf's names."""
        self._find = weakref.ref(store)

    def take_kept(self) -> list[tuple[int, str, list[Any]]]:
        """Give what was kept, each with its place, and have it no more."""
        kept, self._kept = self._kept, []
        return kept

    @property
    def stamp(self) -> int:
        """What is another one after each change."""
        return self.changes

    def __getstate__(self) -> list[tuple[int, str, list[Any]]]:
        """Keep the versions of its objects."""
        store = self._find() or {}
        return [
            (place, name, list(dict.get(store, name, ())))
            for name, place in self.places.items()
        ]

    def __setstate__(self, kept: list[tuple[int, str, list[Any]]]) -> None:
        """Have what was kept."""
        self.__init__()  # type: ignore[misc]  # as it is made
        self._kept = kept
        self.places = {name: place for place, name, _ in kept}


class ShelvedKeys(_VersionedKeyStore):
    """The objects of a bucket, which know on which shelf something has changed."""

    def __init__(self, shelves: list[KeyShelf] | None = None) -> None:
        super().__init__()
        self.shelves = shelves or [KeyShelf() for _ in range(SHELVES)]
        kept = sorted(
            (found for shelf in self.shelves for found in shelf.take_kept()),
            key=lambda found: found[0],
        )
        dict.update(self, {name: versions for _, name, versions in kept})
        self._places = itertools.count(kept[-1][0] + 1 if kept else 0)
        for shelf in self.shelves:
            shelf.belong_to(self)

    def __setitem__(self, key: str, value: Any) -> None:
        """Add a version of an object."""
        super().__setitem__(key, value)
        self._note(key)

    def setlist(self, key: str, list_: Any) -> None:
        """Replace the versions of an object."""
        super().setlist(key, list_)
        self._note(key)

    def pop(self, key: str) -> None:  # type: ignore[override]  # as moto's own
        """Take an object away."""
        super().pop(key)
        shelf = self._find_shelf(key)
        shelf.places.pop(key, None)
        shelf.changes += 1

    def _note(self, key: str) -> None:
        shelf = self._find_shelf(key)
        if key not in shelf.places:
            shelf.places[key] = next(self._places)
        shelf.changes += 1

    def _find_shelf(self, key: str) -> KeyShelf:
        return self.shelves[zlib.crc32(key.encode()) % len(self.shelves)]


def shelve_keys(patches: Patches) -> None:
    """Let buckets that are made from now on have shelves."""
    patches.replace(moto_buckets, "_VersionedKeyStore", ShelvedKeys)


class StreamShelf:
    """Some streams of a log, one after the other."""

    def __init__(self) -> None:
        self.streams: list[tuple[str, LogStream]] = []

    @property
    def stamp(self) -> list[tuple[str, int]]:
        """What is another one after each change."""
        return [(name, one.upload_sequence_token) for name, one in self.streams]

    def __getstate__(self) -> list[tuple[str, dict[str, Any]]]:
        """Keep the streams without the group that they are of."""
        return [(name, vars(one) | {"log_group": None}) for name, one in self.streams]

    def __setstate__(self, kept: list[tuple[str, dict[str, Any]]]) -> None:
        """Have the streams that were kept."""
        self.streams = []
        for name, attributes in kept:
            stream = object.__new__(LogStream)
            vars(stream).update(attributes)
            self.streams.append((name, stream))


_shelves: weakref.WeakKeyDictionary[LogGroup, list[StreamShelf]] = (
    weakref.WeakKeyDictionary()
)


def shelve_streams(group: LogGroup) -> list[StreamShelf]:
    """Put the streams of a log on its shelves."""
    shelves, streams = _shelves.setdefault(group, []), list(group.streams.items())
    del shelves[-(-len(streams) // STREAMS_A_SHELF) :]
    for number, start in enumerate(range(0, len(streams), STREAMS_A_SHELF)):
        if number == len(shelves):
            shelves.append(StreamShelf())
        shelves[number].streams = streams[start : start + STREAMS_A_SHELF]
    return list(shelves)


def rebuild_group(attributes: dict[str, Any], shelves: list[StreamShelf]) -> LogGroup:
    """Rebuild a log from what was kept of it."""
    kind: Any = LogGroup
    group: LogGroup = object.__new__(kind)
    vars(group).update(attributes)
    group.streams = dict(one for shelf in shelves for one in shelf.streams)
    for stream in group.streams.values():
        stream.log_group = group
    _shelves[group] = shelves
    return group
