"""Calls that AWS does not answer are made again, for as long as a run may take."""

from __future__ import annotations

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
_BROKEN_OFF = (RetriesExceededError, IncompleteReadError)


class Patience:
    """How long to try again, and what to say meanwhile.

    It comes after botocore's own retries, which give up after some seconds. An answer
    of any kind, a refusal too, ends an outage.
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
        self._say = say
        self._clock = clock
        self._sleep = sleep
        self._lost_since: float | None = None
        self._told = 0.0
        self._pace = Pace(shortest=1.0, longest=30.0)

    def extend(self, seconds: float = LONGEST_RUN_SECONDS) -> None:
        """Be patient from now on for as long as a run may take."""
        self.seconds = max(self.seconds, seconds)

    def watch(self, client: BaseClient) -> None:
        """Make every call of a client a patient one."""
        handler: Any = self._answer  # its answer is a delay, unlike other events'
        client.meta.events.register_last("needs-retry", handler)

    def persist(self, call: Callable[[], _Result]) -> _Result:
        """Do what may break off half-way, such as a download, until it is done."""
        while True:
            try:
                result = call()
            except (BotoCoreError, ClientError, RetriesExceededError) as error:
                if not (isinstance(error, _BROKEN_OFF) or is_passing(error)):
                    raise
                delay = self.next_delay()
                if delay is None:
                    raise
                self._sleep(delay)
            else:
                self._recover()
                return result

    def next_delay(self) -> float | None:
        """Count a call that was not answered; None when it has been long enough."""
        now = self._clock()
        if self._lost_since is None:
            self._lost_since, self._told = now, now
            self._pace = Pace(shortest=1.0, longest=30.0)
            self._say("AWS does not answer; trying again (a run goes on meanwhile)")
        lost = now - self._lost_since
        if lost >= self.seconds:
            return None
        if now - self._told >= _REMINDER_SECONDS:
            self._told = now
            since = format_duration(timedelta(seconds=lost))
            self._say(f"AWS has not answered for {since}; still trying")
        return self._pace.next_interval()

    def _answer(
        self,
        *,
        response: tuple[Any, dict[str, Any]] | None,
        caught_exception: BaseException | None,
        operation: OperationModel,
        **_event: object,
    ) -> float | None:
        """Say how long to wait before a call is made again, as botocore's handler."""
        error = caught_exception or _read_error(response, operation)
        if error is not None and is_passing(error):
            return self.next_delay()
        self._recover()
        return None

    def _recover(self) -> None:
        if self._lost_since is not None:
            self._lost_since = None
            self._say("AWS answers again")


def _read_error(
    response: tuple[Any, dict[str, Any]] | None, operation: OperationModel
) -> ClientError | None:
    if response is None or "Error" not in response[1]:
        return None
    answer: Any = response[1]
    return ClientError(answer, operation.name)
