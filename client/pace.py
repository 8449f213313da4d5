"""How often to ask AWS: soon at first, rarely later, never too often."""

import time
from collections.abc import Callable


class Pace:
    """Intervals between two looks, which grow while nothing changes.

    A local run is over in seconds and one on AWS takes hours, so the first look comes
    after ``shortest`` seconds and the interval then grows to ``longest``.
    """

    def __init__(
        self, shortest: float = 0.5, longest: float = 15.0, growth: float = 1.3
    ) -> None:
        self._shortest = shortest
        self._longest = longest
        self._growth = growth
        self._interval = shortest / growth

    def next_interval(self, *, changed: bool = False) -> float:
        """Return the seconds to wait before the next look."""
        if changed:
            self._interval = self._shortest
        else:
            self._interval = min(self._interval * self._growth, self._longest)
        return self._interval


class CallCap:
    """At most so many calls a second, as a handler of botocore's events."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1.0 / per_second
        self._clock = clock
        self._sleep = sleep
        self._earliest = 0.0

    def __call__(self, **_event: object) -> None:
        """Wait until the next call may be made."""
        now = self._clock()
        if now < self._earliest:
            self._sleep(self._earliest - now)
        self._earliest = max(now, self._earliest) + self._gap
