"""Prints refused mutations as their authors read them, to be judged by a person."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.mutations.draft import Draft
from glue.findings.finding import Finding

_LINES = 4
_WIDTH = 100


@dataclass(frozen=True)
class Refusal:
    """An upload that was refused: what was done to it, its tables, what was said."""

    kind: str
    seed: int
    draft: Draft
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[str]:
        """The messages that stop the upload, as the client prints them."""
        return [str(found) for found in self.findings if found.level == "error"]


def draw_refusals(
    trials: Iterable[Refusal], count: int, seed: int
) -> Iterator[Refusal]:
    """Take refusals of as many kinds as there are, one a kind, in random order."""
    by_kind: dict[str, Refusal] = {}
    for trial in trials:
        by_kind.setdefault(trial.kind, trial)
    drawn = sorted(by_kind.values(), key=lambda one: one.kind)
    Random(seed).shuffle(drawn)
    yield from itertools.islice(drawn, count)


def print_refusal(number: int, refusal: Refusal) -> None:
    """Print the first lines of each table, and the messages."""
    print(f"--- {number}: {refusal.draft.key.rpartition('/')[2]}")
    for role in refusal.draft.sheets:
        print(f"{refusal.draft.names[role]} begins:")
        for line in refusal.draft.write_text(role).splitlines()[:_LINES]:
            print(f"    {line[:_WIDTH]!r}")
    if refusal.draft.config is not None:
        print(f"config.json: {refusal.draft.write_text('config')[:_WIDTH]}")
    print("The client prints:")
    for error in refusal.errors:
        print(f"    {error}")
    print(f"(--seed {refusal.seed} --kind {refusal.kind})\n")
