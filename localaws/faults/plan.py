"""The plan of what is to go wrong: where, how often, and in which way."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

# What a fault of a kind happens to, and what of it is looked at.
CALL, PROCESS, JOB, EVENT = "call", "process", "job", "event"
KINDS = {
    "throttled": CALL,
    "server-error": CALL,
    "denied": CALL,
    "over-quota": CALL,
    "unanswered": CALL,
    "slow": CALL,
    "killed-in-call": CALL,
    "killed": PROCESS,
    "disk-full": PROCESS,
    "ended": JOB,
    "duplicated": EVENT,
    "delayed": EVENT,
    "reordered": EVENT,
    "lost": EVENT,
}
PROCESSES = ("lambda", "glue", "training", "transform")
JOBS = ("training", "transform")
EVENTS = ("s3", "states")
_SERVICES = {PROCESS: PROCESSES, JOB: JOBS, EVENT: EVENTS}


class PlanError(ValueError):
    """A plan that cannot be followed."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    service
        Of a call, the name that it is signed for, such as ``s3`` or ``states``; of a
        process, a job or an event, which kind of it.
    operation
        Of a call, such as ``PutObject``; of a process or a job, its name or how that
        ends, such as ``preprocess`` or ``check_autopilot_job``; of an event, its name
        or the status that it tells of.
    role
        What the name of the role holds that makes a call; ``owner`` is the account's.
    match
        What the path and the body of a call, the arguments of a process, or an event
        hold.
    skip, count, share
        The first so many are spared, so many go wrong (None is all), and of those
        only this share, drawn at random.
    seconds
        How long a call or an event is held back, or after how long a process is ended.
    executed
        Whether a call that is not answered is made all the same.
    times
        How often a duplicated event comes.
    code, message
        In place of the service's own.
    status, reason
        How a job ends, and what it says of it.
    """

    kind: str
    service: str | None = None
    operation: str | None = None
    role: str | None = None
    match: str | None = None
    skip: int = 0
    count: int | None = None
    share: float = 1.0
    seconds: float = 0.0
    executed: bool = False
    times: int = 2
    code: str | None = None
    message: str | None = None
    status: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        family = KINDS.get(self.kind)
        if family is None:
            raise PlanError(
                f"no fault is called {self.kind!r} (needs one of {', '.join(KINDS)})"
            )
        allowed = _SERVICES.get(family)
        if allowed and self.service is not None and self.service not in allowed:
            raise PlanError(
                f"{self.kind!r} does not happen to {self.service!r} (needs one of "
                f"{', '.join(allowed)})"
            )
        if not 0 <= self.share <= 1:
            raise PlanError(f"a share is from 0 to 1 (found {self.share})")

    @property
    def family(self) -> str:
        """What it happens to: a call, a process, a job or an event."""
        return KINDS[self.kind]

    def concerns(self, subject: Subject) -> bool:
        """Tell whether it is this that may go wrong."""
        return (
            self.service in (None, subject.service)
            and (self.operation is None or subject.operation.endswith(self.operation))
            and (self.role is None or self.role in subject.role)
            and (self.match is None or self.match in subject.text)
        )


@dataclass(frozen=True)
class Subject:
    """What may go wrong: a call, a process, a job or an event."""

    service: str
    operation: str
    role: str = ""
    text: str = ""


class Plan:
    """Faults that wait for what they happen to; the first that concerns it does.

    It can be replaced at any time, and tells how often each fault has happened.
    """

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self.replace(*faults)

    def replace(self, *faults: Fault) -> None:
        """Let these go wrong from now on, and nothing else."""
        with self._lock:
            self._faults = faults
            self._seen: Counter[int] = Counter()
            self._happened: Counter[int] = Counter()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is to go wrong."""
        return not self._faults

    def draw(self, family: str, subject: Subject) -> Fault | None:
        """Say what goes wrong now, if anything does."""
        with self._lock:
            for number, fault in enumerate(self._faults):
                if fault.family == family and fault.concerns(subject):
                    self._seen[number] += 1
                    if self._is_due(number, fault):
                        self._happened[number] += 1
                        return fault
        return None

    def count(self) -> list[int]:
        """Count how often each fault has happened, in the plan's order."""
        with self._lock:
            return [self._happened[number] for number in range(len(self._faults))]

    def draw_seconds(self, most: float) -> float:
        """Draw how long something is held back."""
        with self._lock:
            return self._random.uniform(0, most)

    def _is_due(self, number: int, fault: Fault) -> bool:
        if self._seen[number] <= fault.skip:
            return False
        if fault.count is not None and self._happened[number] >= fault.count:
            return False
        return self._random.random() < fault.share


def read_plan(path: Path) -> Plan:
    """Read a plan from a JSON file.

    Raises
    ------
    PlanError
        When it is not the JSON of a plan.
    """
    try:
        written = json.loads(path.read_text())
        listed = written["faults"]
        return Plan(map(read_fault, listed), seed=written.get("seed", 0))
    except OSError as error:
        raise PlanError(f"{path} cannot be read ({error}); give another") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(
            f'{path} is no plan ({error}); write {{"faults": [{{"kind": ...}}]}}'
        ) from error


def read_fault(written: Mapping[str, Any]) -> Fault:
    """Read one fault of a plan.

    Raises
    ------
    PlanError
        When it has a key that no fault has, or none of its kind.
    """
    known = {field.name for field in fields(Fault)}
    unknown = sorted(written.keys() - known)
    if unknown or "kind" not in written:
        wrong = f"found {', '.join(unknown)}" if unknown else "found no kind"
        raise PlanError(f"a fault has other keys ({wrong}; needs {', '.join(known)})")
    return Fault(**written)
