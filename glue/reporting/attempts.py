"""What fails is told, and the rest of a report is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, overload

from glue.findings.finding import Findings
from glue.log import log_error

Made = TypeVar("Made")
# What a service or a library says can be pages long.
_LONGEST_ERROR = 450


@dataclass(frozen=True)
class Attempts:
    """Tries the parts of a report; a part that fails becomes a finding."""

    findings: Findings

    @overload
    def attempt(self, part: str, make: Callable[[], Made]) -> Made | None: ...

    @overload
    def attempt(self, part: str, make: Callable[[], Made], otherwise: Made) -> Made: ...

    def attempt(
        self, part: str, make: Callable[[], Made], otherwise: Made | None = None
    ) -> Made | None:
        """Make a part; where it fails, give what there is otherwise."""
        try:
            return make()
        except Exception as error:
            # Once training is paid for, no error of a report may waste its forecast.
            log_error(error)
            what = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
            self.findings.add("report-incomplete", part=part, error=what)
            return otherwise
