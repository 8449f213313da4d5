"""What is to be otherwise: which covariates, by how much, for which items, when."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from client.errors import SourceError

_ID_LENGTH = 8
_PERCENT = re.compile(r"(?P<sign>[+-])(?P<number>\d+(?:\.\d+)?)\s*%")
_FORMS = "needs NAME=-10%, NAME=+10%, NAME=VALUE, NAME+=NUMBER or NAME-=NUMBER"


@dataclass(frozen=True)
class Change:
    """One covariate's change.

    Parameters
    ----------
    factor, offset
        What each number is multiplied by, and what is added to it then.
    value
        What stands in place of each value instead; None for a change of numbers.
    """

    name: str
    factor: float = 1.0
    offset: float = 0.0
    value: str | None = None

    @property
    def words(self) -> str:
        """Say it for a person."""
        if self.value is not None:
            return f"{self.name} is {self.value}"
        if self.factor != 1:
            return f"{self.name} {100 * (self.factor - 1):+g}%"
        return f"{self.name} {self.offset:+g}"


@dataclass(frozen=True)
class Scenario:
    """Changes of the future's covariates.

    Parameters
    ----------
    items
        The items, or other keys, that it is about; all where it is empty.
    first, last
        Its first and last day as they were given; empty for those of the forecast.
    plan, plan_hash
        The name of a table of the future, and the hash of what is in it; empty for
        none.
    """

    changes: tuple[Change, ...]
    items: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    plan: str = ""
    plan_hash: str = ""

    @property
    def words(self) -> str:
        """Say it for a person."""
        changes = [change.words for change in self.changes]
        if self.plan:
            changes = [f"the future is as in {self.plan}", *changes]
        parts = [", ".join(changes)]
        if self.items:
            parts.append(f"for {', '.join(self.items)}")
        if self.first:
            parts.append(f"from {self.first}")
        if self.last:
            parts.append(f"to {self.last}")
        return " ".join(parts)

    def name_for(self, run_id: str) -> str:
        """Name it within a run: the same changes have the same name."""
        asked = asdict(self)
        # What a table says counts, and not what its file is called.
        del asked["plan"]
        if not asked["plan_hash"]:
            del asked["plan_hash"]
        text = json.dumps([run_id, asked], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def build_scenario(
    changes: Sequence[str] = (),
    items: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
) -> Scenario:
    """Build a scenario from the texts of a command line."""
    read = tuple(read_change(text) for text in changes)
    names = [change.name for change in read]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"{twice[0]!r} is changed twice (found {names.count(twice[0])} times "
            "--set); say once what it is to be"
        )
    return Scenario(read, tuple(items), first or "", last or "")


def read_change(text: str) -> Change:
    """Read what one ``--set`` says.

    Raises
    ------
    SourceError
        When it says nothing that can be done.
    """
    before, _, after = text.partition("=")
    how = before[-1:] if before.endswith(("+", "-")) else ""
    name, value = before.removesuffix(how).strip(), after.strip()
    if not name or not value:
        raise SourceError(f"--set {text!r} is no change ({_FORMS}); spell it so")
    if how:
        sign = -1.0 if how == "-" else 1.0
        return Change(name, offset=sign * _read_number(value, text))
    percent = _PERCENT.fullmatch(value)
    if percent is None:
        return Change(name, value=value)
    share = float(percent["number"]) / 100
    return Change(name, factor=1 - share if percent["sign"] == "-" else 1 + share)


def _read_number(value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SourceError(f"--set {text!r} adds no number ({_FORMS}); spell it so")
    return number
