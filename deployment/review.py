"""A resource compared with what it should be, and the calls that put it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Change = Literal["created", "updated", "unchanged", "removed", "absent", "kept"]
QUIET: tuple[Change, ...] = ("unchanged", "absent", "kept")


@dataclass(frozen=True)
class Outcome:
    """What happened to one resource, or would happen to it: one line."""

    kind: str
    name: str
    change: Change
    aspects: tuple[str, ...] = ()

    def __str__(self) -> str:
        details = f" ({', '.join(self.aspects)})" if self.aspects else ""
        return f"{self.change:<10} {self.kind} {self.name}{details}"


@dataclass(frozen=True)
class Fix:
    """One aspect that is not as it should be, and the call that mends it."""

    aspect: str
    apply: Callable[[], object]


def review_tags(
    read: Callable[[], Mapping[str, str]],
    write: Callable[[Mapping[str, str]], object],
    wanted: Mapping[str, str],
) -> list[Fix]:
    """Compare a resource's tags with those that it should have; others may stay."""
    if wanted.items() <= read().items():
        return []
    return [Fix("tags", lambda: write(wanted))]


def pair_tags(tags: Mapping[str, str]) -> Any:
    """Spell tags as most services do, each as a key and a value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def unpair_tags(pairs: Iterable[Any]) -> dict[str, str]:
    """Read tags that a service spells as keys and values."""
    return {pair["Key"]: pair["Value"] for pair in pairs}


@dataclass(frozen=True)
class Review:
    """What was found when one resource was compared with what it should be.

    Nothing is changed until ``settle`` is called: a plan prints reviews, a deploy
    settles them. A resource that is not ``wanted`` is removed by settling.
    """

    kind: str
    name: str
    exists: bool
    fixes: tuple[Fix, ...]
    wanted: bool = True

    @property
    def outcome(self) -> Outcome:
        """Say what settling does to the resource."""
        change = self._name_change()
        # What is new or gone is new or gone in every aspect.
        aspects = [fix.aspect for fix in self.fixes] if change == "updated" else []
        return Outcome(self.kind, self.name, change, tuple(dict.fromkeys(aspects)))

    def settle(self) -> Outcome:
        """Make the calls that put the resource right."""
        for fix in self.fixes:
            fix.apply()
        return self.outcome

    def _name_change(self) -> Change:
        if not self.wanted:
            return "removed" if self.exists else "absent"
        if not self.exists:
            return "created"
        return "updated" if self.fixes else "unchanged"


def review_removal(
    kind: str, name: str, *, exists: bool, remove: Callable[[], object]
) -> Review:
    """Review a resource that should not be there."""
    fixes = (Fix(kind, remove),) if exists else ()
    return Review(kind, name, exists, fixes, wanted=False)
