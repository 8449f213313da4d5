"""One covariate: what is known of its future, and what it came with in the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A covariate that is given for so much of the horizon counts as known.
_KNOWN_SHARE = 0.95


@dataclass(frozen=True)
class Effect:
    """What the target was while a covariate was 1, and what the same series had else.

    Parameters
    ----------
    with_mean, without_mean
        Means of the target. The second is that of the same series at other times, each
        counted as often as it was with it, so that no mix of series is compared.
    steps
        Values of the history with it.
    """

    with_mean: float
    without_mean: float
    steps: int

    @property
    def percent(self) -> float | None:
        """By how many per cent the target was higher with it."""
        if self.without_mean <= 0:
            return None
        return 100 * (self.with_mean / self.without_mean - 1)

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "with_mean": self.with_mean,
            "without_mean": self.without_mean,
            "percent": self.percent,
            "steps": self.steps,
        }


@dataclass(frozen=True)
class Covariate:
    """One covariate: how much of its future is given, and what stands in for the rest.

    Parameters
    ----------
    given, wanted
        Values of the future that the upload gave, of series x horizon.
    filled
        What stands in for the others, in words; None for nothing.
    usual
        Its mean in the history; None for a text.
    effect
        Of one that is 0 or 1: what the target was with and without it; None for any
        other, or where no series has both.
    """

    name: str
    given: int
    wanted: int
    filled: str | None = None
    usual: float | None = None
    effect: Effect | None = None

    @property
    def is_known(self) -> bool:
        """Whether the upload tells its future."""
        return self.given >= _KNOWN_SHARE * self.wanted

    @property
    def words(self) -> str:
        """What the forecast assumes, for a list in a sentence."""
        if self.given >= self.wanted:
            return f"{self.name} as given"
        rest = "unknown" if self.filled is None else self.filled
        if not self.given:
            link = "" if self.filled is None else "= "
            return f"{self.name} {link}{rest}"
        share = max(100 * self.given / self.wanted, 0.1)
        return f"{self.name} as given for {share:.3g}% of the steps, else {rest}"

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "name": self.name,
            "given": self.given,
            "wanted": self.wanted,
            "filled_with": self.filled,
            "history_mean": self.usual,
            "effect": None if self.effect is None else self.effect.as_data(),
            "words": self.words,
        }
