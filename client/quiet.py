"""A display that shows nothing: for those who want the result alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from client.follow import Snapshot


class QuietDisplay:
    """Says nothing."""

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Wait in silence."""
        yield

    @contextmanager
    def uploading(self, text: str, size: int) -> Iterator[Callable[[int], None]]:
        """Upload in silence."""
        yield lambda _done: None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch in silence."""
        yield

    def show(self, snapshot: Snapshot) -> None:
        """Leave a snapshot."""

    def note(self, text: str) -> None:
        """Leave a note."""
