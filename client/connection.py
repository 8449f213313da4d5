"""Where a command goes: a stage by its name, and the clients that reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.stages import Stage
    from client.session import Clients


@dataclass(frozen=True)
class Place:
    """A stage, region and profile as they were named; None where they were not."""

    stage: str
    region: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Connection:
    """A stage that is reached; ``make`` gives the client of one more service."""

    stage: Stage
    clients: Clients
    make: Callable[[str], Any]


class Connect(Protocol):
    """Reaches the account that a place is in; an entry point has the means to."""

    def __call__(self, place: Place, *, say: Callable[[str], None]) -> Connection:
        """Reach it; ``say`` hears what a person should know meanwhile."""
