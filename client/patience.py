"""Calls that AWS does not answer are made again, for as long as a run may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.exceptions import RetriesExceededError
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from chalicelib.aws_errors import is_passing
from client.formats import format_duration
from client.pace import Pace

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.model import OperationModel

_Result = TypeVar("_Result")
# A state machine ends a run after seven days.
LONGEST_RUN_SECONDS = 7 * 24 * 3600.0
# Before anything is paid for, a person rather hears of trouble soon.
SHORT_SECONDS = 60.0
# A network that is gone is told again so often.
_REMINDER_SECONDS = 600.0
# What is over by then is no outage to a person.
_UNNOTICED_SECONDS = 3.0
_BROKEN_OFF = (RetriesExceededError, IncompleteReadError)


class Patience:
    """How long to try again, and what to say meanwhile.

    It comes after botocore's own retries, which give up after some seconds. Calls of
    several threads may have the same one.
    """

    def __init__(
        self,
        seconds: float = SHORT_SECONDS,
        *,
        say: Callable[[str], None] = lambda _text: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds = seconds
        self.clock = clock
        self._say = say
        self._sleep = sleep
        self._lock = threading.Lock()
        self._told_at: float | None = None

    def extend(self, seconds: float = LONGEST_RUN_SECONDS) -> None:
        """Be patient from now on for as long as a run may take."""
        self.seconds = max(self.seconds, seconds)

    def watch(self, client: BaseClient) -> None:
        """Make every call of a client a patient one."""
        handler: Any = self._answer  # its answer is a delay, unlike other events'
        client.meta.events.register_last("needs-retry", handler)

    def persist(self, call: Callable[[], _Result]) -> _Result:
        """Do what may break off half-way, such as a download, until it is done."""
        outage = Outage(self)
        while True:
            try:
                result = call()
            except (BotoCoreError, ClientError, RetriesExceededError) as error:
                if not (isinstance(error, _BROKEN_OFF) or is_passing(error)):
                    raise
                delay = outage.next_delay()
                if delay is None:
                    raise
                self._sleep(delay)
            else:
                self.recover()
                return result

    def tell(self, lost: float) -> None:
        """Say that a call has not been answered for so many seconds."""
        with self._lock:
            now = self.clock()
            if self._told_at is None:
                if lost < _UNNOTICED_SECONDS:
                    return
                text = "AWS does not answer; trying again (a run goes on meanwhile)"
            elif now - self._told_at >= _REMINDER_SECONDS:
                since = format_duration(timedelta(seconds=lost))
                text = f"AWS has not answered for {since}; still trying"
            else:
                return
            self._told_at = now
        self._say(text)

    def recover(self) -> None:
        """Note that AWS has answered, with a refusal too."""
        with self._lock:
            was_told, self._told_at = self._told_at is not None, None
        if was_told:
            self._say("AWS answers again")

    def _answer(
        self,
        *,
        response: tuple[Any, dict[str, Any]] | None,
        caught_exception: BaseException | None,
        operation: OperationModel,
        request_dict: dict[str, Any],
        **_event: object,
    ) -> float | None:
        """Say how long to wait before a call is made again, as botocore's handler."""
        error = caught_exception or _read_error(response, operation)
        if error is None or not is_passing(error):
            self.recover()
            return None
        # The context is that of one call, however often it is made.
        context = request_dict["context"]
        outage: Outage = context.setdefault("outage", Outage(self))
        return outage.next_delay()


class Outage:
    """The time for which one call has not been answered."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._since: float | None = None
        self._pace = Pace(shortest=1.0, longest=30.0)

    def next_delay(self) -> float | None:
        """Give the seconds until the next try; None when it has been long enough."""
        now = self._patience.clock()
        if self._since is None:
            self._since = now
        lost = now - self._since
        if lost >= self._patience.seconds:
            return None
        self._patience.tell(lost)
        return self._pace.next_interval()


def _read_error(
    response: tuple[Any, dict[str, Any]] | None, operation: OperationModel
) -> ClientError | None:
    if response is None or "Error" not in response[1]:
        return None
    answer: Any = response[1]
    return ClientError(answer, operation.name)
