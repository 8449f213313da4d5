"""Where a command goes: a stage by its name, and the clients that reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.stages import Stage
    from client.session import Clients


@dataclass(frozen=True)
class Place:
    """A stage, region and profile as they were named; None where they were not.

    ``own_local`` is for the local AWS of one's own, which is started where none runs.
    """

    stage: str
    region: str | None = None
    profile: str | None = None
    own_local: bool = False


@dataclass(frozen=True)
class Connection:
    """A stage that is reached; ``make`` gives the client of one more service."""

    stage: Stage
    clients: Clients
    make: Callable[[str], Any]


class Connect(Protocol):
    """Reaches the account that a place is in; an entry point has the means to.

    ``environ`` are the caller's variables.
    """

    environ: Mapping[str, str]

    def __call__(self, place: Place, *, say: Callable[[str], None]) -> Connection:
        """Reach it; ``say`` hears what a person should know meanwhile."""
