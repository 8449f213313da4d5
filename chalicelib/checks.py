"""What was found when something that a run needs was looked at beforehand."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "request", "unknown"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; ``remedy`` is empty where all is well.

    ``request`` is what no run can succeed without, ``unknown`` what could not be seen.
    """

    level: Level
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}" if self.remedy else self.what
