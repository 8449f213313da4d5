"""A run as lines of text with their time, for logs and pipes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from cli.terminal import printable
from client.follow import Snapshot
from client.formats import format_duration, format_numbers
from client.phases import Phase, explain_retry
from client.training import Candidate

# A log that stays silent for longer looks dead.
_HEARTBEAT = timedelta(minutes=5)
_UPLOAD_REPORT = timedelta(seconds=10)


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
    def uploading(self, text: str, size: int) -> Iterator[Callable[[int], None]]:
        """Say what is uploaded, and now and then how far it is."""
        self.note(text)
        told = self._last_line

        def tell(done: int) -> None:
            nonlocal told
            if self._clock() - told >= _UPLOAD_REPORT and done < size:
                told = self._clock()
                self.note(f"  {100 * done // size}% uploaded")

        yield tell

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
            now = self._clock()
            elapsed = format_duration(now - snapshot.started)
            waits = explain_retry(current, now) if current else ""
            doing = f"{current.name}, {waits}" if current and waits else ""
            doing = doing or (current.name if current else "")
            self.note(f"still at it: {doing} ({elapsed})")

    def _show_phase(
        self, phase: Phase, snapshot: Snapshot, *, is_current: bool
    ) -> None:
        mark = (phase.name, phase.started)
        if phase.ended is None:
            self._once(f"{phase.name} ...", (*mark, "started"))
        if phase.retrying:
            waits = explain_retry(phase, self._clock())
            self._once(f"  {waits}", (*mark, phase.retrying))
        if phase.trains and snapshot.training:
            if is_current:
                words = snapshot.training.words
                self._once(f"  training: {words}", (*mark, words))
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


def _describe(candidate: Candidate) -> str:
    name = printable(candidate.name)
    if candidate.value is None:
        return f"candidate {name}: {candidate.status.lower()}"
    (value,) = format_numbers([candidate.value])
    return f"candidate {name}: {candidate.metric} {value}"
