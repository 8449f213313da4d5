"""A run as lines of text with their time, for logs and pipes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from chalicelib.terminal import printable
from chalicelib.waiting import QUOTA_ERRORS
from client.follow import Snapshot
from client.formats import format_duration, format_numbers
from client.phases import Phase
from client.training import Candidate

# A log that stays silent for longer looks dead.
_HEARTBEAT = timedelta(minutes=5)


def _now() -> datetime:
    return datetime.now(UTC)


class PlainDisplay:
    """Prints a line for everything that changes, and one when nothing does for long."""

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], datetime] = _now
    ) -> None:
        self._write = write
        self._clock = clock
        self._said: set[object] = set()
        self._last_line = clock()

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Say what is waited for."""
        self.note(text)
        yield

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Print as it comes; there is nothing to keep on a screen."""
        yield

    def note(self, text: str) -> None:
        """Print a line."""
        now = self._clock()
        self._last_line = now
        self._write(f"{now.astimezone():%Y-%m-%d %H:%M:%S}  {text}")

    def show(self, snapshot: Snapshot) -> None:
        """Print what is new since the last snapshot."""
        self._once(f"run {snapshot.run_id}", "run")
        current = snapshot.phases[-1] if snapshot.phases else None
        for phase in snapshot.phases:
            self._show_phase(phase, snapshot, is_current=phase is current)
        if snapshot.ended:
            took = (snapshot.stopped or self._clock()) - snapshot.started
            self._once(f"{snapshot.status} after {format_duration(took)}", "end")
        elif self._clock() - self._last_line >= _HEARTBEAT:
            elapsed = format_duration(self._clock() - snapshot.started)
            self.note(f"still at it: {current.name if current else ''} ({elapsed})")

    def _show_phase(
        self, phase: Phase, snapshot: Snapshot, *, is_current: bool
    ) -> None:
        mark = (phase.name, phase.started)
        if phase.ended is None:
            self._once(f"{phase.name} ...", (*mark, "started"))
        if phase.retrying:
            self._once(explain_retry(phase), (*mark, phase.retrying))
        if phase.trains and snapshot.training:
            if is_current:
                words = snapshot.training.words
                self._once(f"  Autopilot: {words}", (*mark, words))
            for candidate in snapshot.training.finished:
                self._once(f"  {_describe(candidate)}", (*mark, candidate.name))
        if phase.ended:
            took = format_duration(phase.ended - phase.started)
            failed = snapshot.ended and snapshot.status != "SUCCEEDED" and is_current
            outcome = f"failed after {took}" if failed else f"done in {took}"
            self._once(f"{phase.name}: {outcome}", (*mark, "ended", phase.ended))

    def _once(self, text: str, mark: object) -> None:
        if mark not in self._said:
            self._said.add(mark)
            self.note(text)


def explain_retry(phase: Phase) -> str:
    """Say what a retried error means for the one who waits."""
    if phase.retrying == "AutopilotBusy":
        return "  queued until another Autopilot job of the account ends"
    if phase.retrying in QUOTA_ERRORS:
        said = printable(phase.refused or phase.retrying)
        return f"  waits for a quota of the account, for a day at most: {said}"
    return f"  trying again after {printable(phase.retrying)}"


def _describe(candidate: Candidate) -> str:
    name = printable(candidate.name)
    if candidate.value is None:
        return f"candidate {name}: {candidate.status.lower()}"
    (value,) = format_numbers([candidate.value])
    return f"candidate {name}: {candidate.metric} {value}"
