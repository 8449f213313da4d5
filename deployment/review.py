"""A resource compared with what it should be, and the calls that put it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Change = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Fix:
    """One aspect that is not as it should be, and the call that mends it."""

    aspect: str
    apply: Callable[[], object]


@dataclass(frozen=True)
class Review:
    """What was found when one resource was compared with what it should be.

    Nothing is changed until ``settle`` is called: a plan prints reviews, a deploy
    settles them.
    """

    kind: str
    name: str
    exists: bool
    fixes: tuple[Fix, ...]

    @property
    def change(self) -> Change:
        """Name what settling does to the resource."""
        if not self.exists:
            return "created"
        return "updated" if self.fixes else "unchanged"

    @property
    def aspects(self) -> tuple[str, ...]:
        """Name what an update puts right; empty for what is new or unchanged."""
        if self.change != "updated":
            return ()
        return tuple(dict.fromkeys(fix.aspect for fix in self.fixes))

    def settle(self) -> Change:
        """Make the calls that put the resource right."""
        for fix in self.fixes:
            fix.apply()
        return self.change

    def __str__(self) -> str:
        details = f" ({', '.join(self.aspects)})" if self.aspects else ""
        return f"{self.change:<10} {self.kind} {self.name}{details}"
