"""When the owner last asked for something, so that a server knows that it is idle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from localaws.iam.gate import App, Start
from localaws.iam.requests import read_request
from localaws.iam.signatures import read_signature


class Usage:
    """The time since the owner's last call.

    Calls of roles do not count: schedules make them for as long as the server runs.
    """

    def __init__(
        self, owner_key: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._owner_key = owner_key
        self._clock = clock
        self._last = clock()

    def wrap(self, app: App) -> App:
        """Note the calls that an application gets; the gate has checked them."""

        def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
            if read_signature(read_request(environ)).access_key_id == self._owner_key:
                self._last = self._clock()
            return app(environ, start)

        return answer

    @property
    def idle_seconds(self) -> float:
        """How long ago the owner last called, or, before that, how old this is."""
        return self._clock() - self._last
