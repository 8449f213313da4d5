"""The line of the runs that wait to train: who came first is served first, roughly.

A run that is refused a job leaves a ticket in the bucket, asks again every five
minutes, and takes the ticket away when it has its job. Those at the front ask, and
one of them soon has a place that became free; the others see how long the line is,
and leave it to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.keys import WAITING_FOLDER, waiting_key
from chalicelib.runs import SCHEMA, read_run_id

if TYPE_CHECKING:
    from chalicelib.store import Store

# If the first alone asked, a free place would wait for it for minutes.
_LEAST_FRONT = 8
# An account with a large quota frees its places the faster, and has the longer line.
_FRONT_SHARE = 4
# Longer than a state asks: whose ticket is older was not there to take it away.
_LONGEST_WAIT = timedelta(hours=25)


@dataclass(frozen=True)
class WaitingLine:
    """The runs that wait, by their uploads' times, as one of them sees it."""

    store: Store
    run_id: str
    waiting: tuple[str, ...]

    @property
    def ahead(self) -> list[str]:
        """List those that were uploaded earlier, the first first."""
        own = _rank(self.run_id)
        ahead = (other for other in self.waiting if _rank(other) < own)
        return sorted(ahead, key=_rank)

    @property
    def is_at_front(self) -> bool:
        """Tell whether it is this run's turn to ask for a job."""
        return len(self.ahead) < max(_LEAST_FRONT, len(self.waiting) // _FRONT_SHARE)

    def join(self) -> None:
        """Leave a ticket, unless there is one."""
        if self.run_id not in self.waiting:
            ticket = {"schema": SCHEMA, "run_id": self.run_id}
            self.store.write_json(waiting_key(self.run_id), ticket)

    def leave(self) -> None:
        """Take the ticket away, if there is one."""
        if self.run_id in self.waiting:
            leave_line(self.store, self.run_id)


def read_line(store: Store, run_id: str, now: datetime) -> WaitingLine:
    """Read the tickets of those that wait.

    A run that gave up long ago and is redriven leaves a new one.
    """
    names = (
        listed["Key"].removeprefix(WAITING_FOLDER).removesuffix(".json")
        for listed in store.list_objects(WAITING_FOLDER)
        if now - listed["LastModified"] <= _LONGEST_WAIT
    )
    return WaitingLine(store, run_id, tuple(names))


def leave_line(store: Store, run_id: str) -> None:
    """Take a run's ticket away, whether or not it has one."""
    store.delete(waiting_key(run_id))


def _rank(run_id: str) -> tuple[str, str]:
    """Order runs by when their files were uploaded, which their names say."""
    found = read_run_id(run_id)
    return "" if found is None else found.moment, run_id
