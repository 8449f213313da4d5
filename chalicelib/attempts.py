"""Things that are tried one after the other, each of which may fail alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Attempts:
    """What was tried and failed, in words, and what was raised."""

    failures: list[Exception] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Try something, and go on without it when it fails.

        Parameters
        ----------
        what
            What cannot be done if this fails, such as ``no notice was sent``.
        """
        try:
            yield
        except Exception as error:
            self.failures.append(error)
            self.words.append(f"{what} ({type(error).__name__}: {error})")

    def raise_first(self) -> None:
        """Raise the first failure, so that all is tried again; none where all went."""
        if self.failures:
            raise self.failures[0]
