"""Lambda: functions that run the very archive that was deployed."""

from __future__ import annotations

import base64
import json
import logging
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

import moto.awslambda.models as moto_lambda
from moto.awslambda import urls
from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

from localaws.faults.happenings import deliver
from localaws.faults.plan import Subject
from localaws.host import libraries
from localaws.iam.roles import RoleClients, RoleError, check_trust
from localaws.lambda_functions.asynchronous import (
    Invocation,
    count_retries,
    pause_before,
    report_failure,
)
from localaws.lambda_functions.environments import Code, Environments, Outcome
from localaws.lambda_functions.permissions import Source, may_invoke
from localaws.machine import Machine
from localaws.patches import Patches
from localaws.waits import shorten

log = logging.getLogger(__name__)

# A laptop has not the thousand of an account. Who calls waits for a turn before it is
# told that there is none: asking again and again costs more than what is asked for.
AT_ONCE = 8
TURN_SECONDS = 10.0
_LOG_RESULT_BYTES = 4096


class TooManyRequests(LambdaClientError):
    """The answer to an invocation beyond what may run at once."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class Invoker:
    """Runs functions, at once or later."""

    def __init__(self, machine: Machine, clients: RoleClients) -> None:
        self._machine = machine
        self._clients = clients
        self._environments = Environments(machine)
        self._turns = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()

    def prepare(self) -> None:
        """Import ahead what every function finds."""
        warmth = self._machine.libraries.warm(libraries.LAMBDA)
        self._machine.processes.prepare(warmth)

    def begin(self, function: Function) -> None:
        """Start a function's environment, as Lambda does ahead of many a first event.

        docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, on its
        initialisation.
        """
        if self._machine.ahead:
            code, archive = function.describe_code(), function.code_bytes
            self._machine.tasks.start(
                lambda: self._environments.begin(code, archive),
                name=f"start of {function.function_name}",
            )

    def resume(self) -> None:
        """Take up the events that were kept before a function had handled them."""
        if self._machine.keeper is None:
            return
        for request_id, kept in list(self._machine.keeper.list_invocations()):
            function = _find_function(kept["function"])
            if function is not None:
                event, attempt = kept["event"], kept["attempt"]
                self._queue(function, event, request_id, attempt=attempt)

    def invoke(
        self,
        function: Function,
        event: str,
        request_id: str,
        *,
        patience: float | None = None,
    ) -> Outcome:
        """Run a function once and return what it returned.

        Parameters
        ----------
        patience
            For how many seconds it may wait for its turn; for ever when None.

        Raises
        ------
        TooManyRequests
            When as many invocations run as are reserved for the function, or no turn
            came in time.
        """
        with self._reserve(function), self._take_turn(patience):
            return self._environments.invoke(
                function.describe_code(), function.code_bytes, event, request_id
            )

    def is_at_work(self, function: Function) -> bool:
        """Tell whether a function runs, or waits for its turn."""
        with self._lock:
            return self._running[function.function_name] > 0

    def queue(self, function: Function, event: str, *, after: float = 0.0) -> None:
        """Run a function in the background, and again when it fails.

        Parameters
        ----------
        after
            So many seconds later, whatever the machine's speed.
        """
        self._queue(function, event, str(uuid.uuid4()), attempt=0, late=after)

    def deliver(self, function: Function, event: Any, source: Source) -> None:
        """Run a function for an event of another service, if that gets through."""
        text = json.dumps(event)
        deliver(
            self._machine.faults,
            describe_event(event, text, source),
            lambda after: self.queue(function, text, after=after),
        )

    def _queue(
        self,
        function: Function,
        event: str,
        request_id: str,
        *,
        attempt: int,
        late: float = 0.0,
    ) -> None:
        after = shorten(pause_before(attempt), self._machine.speedup)
        if self._machine.keeper is not None:
            arn = function.function_arn
            kept = {"function": arn, "event": event, "attempt": attempt}
            self._machine.keeper.save_invocation(request_id, kept)
        self._machine.tasks.start(
            lambda: self._attempt(function, event, request_id, attempt=attempt),
            name=f"invocation of {function.function_name}",
            after=after + late,
        )

    def _attempt(
        self, function: Function, event: str, request_id: str, *, attempt: int
    ) -> None:
        try:
            outcome = self.invoke(function, event, request_id)
        except TooManyRequests:
            # Throttled events go back to the queue without using up a retry.
            self._queue(function, event, request_id, attempt=max(attempt, 1))
            return
        if self._machine.tasks.stopping:
            return
        if not outcome.failed:
            self._forget(request_id)
            return
        settings = function.asynchronous_settings
        if attempt < count_retries(settings):
            self._queue(function, event, request_id, attempt=attempt + 1)
        else:
            failed = Invocation(
                function_arn=function.function_arn,
                role_arn=function.role,
                region=function.region,
                request_id=request_id,
                event=event,
                answer=outcome.payload.decode(),
                attempts=attempt + 1,
            )
            report_failure(failed, settings, self._clients)
            self._forget(request_id)

    def _forget(self, request_id: str) -> None:
        if self._machine.keeper is not None:
            self._machine.keeper.drop_invocation(request_id)

    @contextmanager
    def _take_turn(self, patience: float | None) -> Iterator[None]:
        if not self._turns.acquire(timeout=patience):
            raise TooManyRequests
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _reserve(self, function: Function) -> Iterator[None]:
        name, reserved = function.function_name, function.reserved_concurrency
        with self._lock:
            if reserved is not None and self._running[name] >= int(reserved):
                raise TooManyRequests
            self._running[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[name] -= 1


class Function(moto_lambda.LambdaFunction):
    """A function of moto's that runs."""

    invoker: ClassVar[Invoker]

    def describe_code(self) -> Code:
        """Give all that an execution environment is made from."""
        return Code(
            arn=self.function_arn,
            name=self.function_name,
            version=str(self.version),
            region=self.region,
            role_arn=self.role,
            runtime=str(self.run_time),
            handler=str(self.handler),
            timeout=float(self.timeout),
            memory=int(self.memory_size),
            variables=tuple(sorted(self.environment_vars.items())),
            sha256=str(self.code_digest).removeprefix("sha256:"),
        )

    @property
    def asynchronous_settings(self) -> Mapping[str, Any]:
        """Give what PutFunctionEventInvokeConfig last said."""
        configs = self.event_invoke_config
        return configs[-1].config if configs else {}

    def invoke(
        self,
        body: str,
        request_headers: Mapping[str, str],
        response_headers: MutableMapping[str, str],
    ) -> bytes:
        """Answer an Invoke request."""
        event = _check_event(body)
        kind = request_headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return b""
        if kind == "Event":
            self.invoker.queue(self, event)
            return b""
        outcome = self.invoker.invoke(
            self, event, str(uuid.uuid4()), patience=TURN_SECONDS
        )
        tail = outcome.log.encode()[-_LOG_RESULT_BYTES:]
        response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
        response_headers["x-amz-executed-version"] = str(self.version)
        if outcome.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return outcome.payload


class Backend(moto_lambda.LambdaBackend):
    """moto's Lambda, whose functions run."""

    @property
    def _url_module(self) -> ModuleType:
        return urls

    def create_function(self, spec: dict[str, Any]) -> moto_lambda.LambdaFunction:
        """Create a function, if Lambda may assume its role."""
        _check_role(spec.get("Role", ""))
        Function.invoker.prepare()
        function = super().create_function(spec)
        assert isinstance(function, Function)
        function.invoker.begin(function)
        return function

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Change a function, if Lambda may assume its new role."""
        if "Role" in body:
            _check_role(body["Role"])
        return super().update_function_configuration(function_name, qualifier, body)

    def put_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Replace the settings; moto adds them and goes on showing the first."""
        self.get_function(function_name).event_invoke_config.clear()
        return super().put_function_event_invoke_config(function_name, config)

    def update_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Change some of the settings; moto drops the others."""
        before = self.get_function(function_name).event_invoke_config
        merged = {**(before[-1].config if before else {}), **config}
        return self.put_function_event_invoke_config(function_name, merged)


def queue_event(arn: str, event: Any, *, source: Source) -> None:
    """Send an event of another service to a function, if that lets the service in."""
    function = _find_function(arn)
    if function is None:
        log.error("%s sends to %s, which is not there", source.arn, arn)
    elif may_invoke(source, function.policy.statements):
        function.invoker.deliver(function, event, source)
    else:
        log.error(
            "%s may not invoke %s for %s; AddPermission lets it",
            source.principal,
            arn,
            source.arn,
        )


def is_at_work(arn: str) -> bool:
    """Tell whether a function has an event that it has not handled yet."""
    function = _find_function(arn)
    return function is not None and function.invoker.is_at_work(function)


def describe_event(event: Any, text: str, source: Source) -> Subject:
    """Describe an event by its sender, and by its name or the status in it."""
    if source.principal.startswith("s3."):
        return Subject("s3", event["Records"][0]["eventName"], text=text)
    detail = event.get("detail") if isinstance(event, dict) else None
    status = detail.get("status") if isinstance(detail, dict) else None
    return Subject("states", str(status or ""), text=text)


def install(patches: Patches, machine: Machine, clients: RoleClients) -> None:
    """Put the functions that run where moto looks its own up."""
    patches.give(Function, "invoker", Invoker(machine, clients))
    patches.replace(moto_lambda, "LambdaFunction", Function)
    patches.replace(moto_lambda.lambda_backends, "backend", Backend)


def _find_function(arn: str) -> Function | None:
    region, account = arn.split(":")[3:5]
    backend = moto_lambda.lambda_backends[account][region]
    try:
        found: Any = backend.get_function(arn)
    except LambdaClientError:
        return None
    function: Function = found
    return function


def _check_event(body: str) -> str:
    if not body:
        return "{}"
    try:
        json.loads(body)
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException",
            f"Could not parse request body into json: {error}",
        ) from error
    return body


def _check_role(role_arn: str) -> None:
    if not role_arn.startswith("arn:"):
        return  # moto refuses it with the message of AWS
    try:
        check_trust(role_arn, "lambda.amazonaws.com")
    except RoleError as error:
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        ) from error
