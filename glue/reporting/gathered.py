"""What is found shard by shard, and said once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.findings.finding import MAX_EXAMPLES, Example, Findings


@dataclass
class _Found:
    count: int = 0
    examples: list[Example] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Gathered:
    """Takes findings as ``Findings`` does, adds up those of one code, and says them.

    Parameters
    ----------
    codes
        What may be found, in the order in which it is said.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self._codes = codes
        self._found: dict[str, _Found] = {}

    def add(
        self,
        code: str,
        *,
        count: int = 1,
        examples: Iterable[Example] = (),
        **facts: Any,
    ) -> None:
        """Say that something was found."""
        found = self._found.setdefault(code, _Found(facts=facts))
        found.count += count
        room = MAX_EXAMPLES - len(found.examples)
        found.examples += itertools.islice(examples, room)

    def tell(self, findings: Findings) -> None:
        """Say all that was found."""
        for code in self._codes:
            found = self._found.get(code)
            if found is not None:
                findings.add(
                    code, count=found.count, examples=found.examples, **found.facts
                )
