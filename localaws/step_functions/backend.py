"""Step Functions: state machines that run, on moto's interpreter of their language."""

from __future__ import annotations

import copy
import json
import threading
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import moto.stepfunctions.models as moto_models
import moto.stepfunctions.parser.models as moto_parser
from moto.core.config import default_user_config
from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions import urls
from moto.stepfunctions.exceptions import InvalidExecutionInput, InvalidToken
from moto.stepfunctions.parser.backend import execution as moto_execution
from moto.stepfunctions.parser.utils import TMP_THREADS
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.iam.roles import RoleError, check_trust
from localaws.patches import Patches
from localaws.step_functions.definitions import check_definition
from localaws.step_functions.executions import Execution, Worker

PRINCIPAL = "states.amazonaws.com"
_LONGEST_INPUT = 262144
_PAGE = 100


class AccessDenied(AWSError):
    """A role that Step Functions may not assume."""

    TYPE = "AccessDeniedException"
    STATUS = 400


class NotRedrivable(AWSError):
    """An execution that cannot be run again."""

    TYPE = "ExecutionNotRedrivable"
    STATUS = 400


class Backend(moto_parser.StepFunctionsParserBackend):
    """moto's Step Functions, whose executions are ours."""

    _lock = threading.Lock()

    @property
    def _url_module(self) -> SimpleNamespace:
        return _URLS

    def create_state_machine(self, **kwargs: Any) -> Any:  # type: ignore[override]  # moto's responses use names only
        """Create a state machine whose role can be assumed."""
        _check_role(kwargs["roleArn"])
        return super().create_state_machine(**kwargs)

    def update_state_machine(self, arn: str, *args: Any, **kwargs: Any) -> Any:
        """Update a state machine whose role can be assumed."""
        role = kwargs.get("role_arn")
        if role:
            _check_role(role)
        return super().update_state_machine(arn, *args, **kwargs)

    def start_execution(
        self,
        state_machine_arn: str,
        name: Any = None,
        execution_input: Any = None,
        trace_header: Any = None,
    ) -> Any:
        """Start an execution, or find the running one of that name and input."""
        text = execution_input or "{}"
        _check_input(text)
        # moto would name an execution without a name "None".
        name = name or str(uuid.uuid4())
        self._validate_name(name)
        state_machine = self.describe_state_machine(state_machine_arn)
        with self._lock:
            found = state_machine._handle_name_input_idempotency(name, text)
            if found is not None:
                return found
            execution = self._build_execution(state_machine, name, text)
            state_machine.executions.append(execution)  # type: ignore[arg-type]  # moto has two kinds
            execution.start()
        return execution

    def stop(
        self, execution_arn: str, error: str | None, cause: str | None
    ) -> datetime:
        """Stop an execution; one that has ended stays as it is."""
        execution: Any = self.describe_execution(execution_arn)
        stopped: datetime = execution.stop_date or execution.stop_now(error, cause)
        return stopped

    def redrive(self, execution_arn: str) -> datetime:
        """Run a failed execution again from where it failed."""
        execution: Any = self.describe_execution(execution_arn)
        try:
            moment: datetime = execution.redrive()
        except ValueError as error:
            raise NotRedrivable(
                f"Execution is not redrivable: {execution_arn}: {error}"
            ) from error
        return moment

    def _build_execution(self, state_machine: Any, name: str, text: str) -> Execution:
        # A later update of the machine must not reach this execution.
        snapshot = copy.copy(state_machine)
        snapshot.executions = []
        arn = ":".join(state_machine.arn.split(":")[:5])
        return Execution(
            name=name,
            sm_type=snapshot.sm_type,
            role_arn=snapshot.roleArn,
            exec_arn=f"{arn}:execution:{state_machine.name}:{name}",
            account_id=self.account_id,
            region_name=self.region_name,
            state_machine=snapshot,
            start_date=datetime.now(UTC),
            cloud_watch_logging_session=None,
            input_data=text,
            trace_header=None,
            activity_store={},
        )


class Response(StepFunctionResponse):
    """moto's Step Functions API, where its answers lack something."""

    def describe_execution(self) -> ActionResult:
        """Describe an execution completely."""
        return ActionResult(self._find_execution().describe())

    def list_executions(self) -> ActionResult:
        """List executions; moto leaves out when one timed out."""
        answer: Any = super().list_executions()
        backend: Any = self.stepfunction_backend
        for listed in answer.result["executions"]:
            execution = backend.describe_execution(listed["executionArn"])
            listed["redriveCount"] = execution.redrive_count
            if execution.stop_date:
                listed["stopDate"] = execution.stop_date
        return ActionResult(answer.result)

    def stop_execution(self) -> ActionResult:
        """Stop an execution for the given reason."""
        backend: Any = self.stepfunction_backend
        moment = backend.stop(
            self._get_param("executionArn"),
            self._get_param("error"),
            self._get_param("cause"),
        )
        return ActionResult({"stopDate": moment})

    def redrive_execution(self) -> ActionResult:
        """Run an execution again from where it failed."""
        backend: Any = self.stepfunction_backend
        moment = backend.redrive(self._get_param("executionArn"))
        return ActionResult({"redriveDate": moment})

    def get_execution_history(self) -> ActionResult:
        """List what happened, in pages and in the asked order."""
        events = self._find_execution().list_events()
        if self._get_param("reverseOrder"):
            events = events[::-1]
        size = self._get_int_param("maxResults") or _PAGE
        start = _read_token(self._get_param("nextToken"), len(events))
        page = [_read_moment(event) for event in events[start : start + size]]
        answer: dict[str, Any] = {"events": page}
        if start + size < len(events):
            answer["nextToken"] = _build_token(events, start + size)
        return ActionResult(answer)

    def _find_execution(self) -> Execution:
        backend: Any = self.stepfunction_backend
        found: Execution = backend.describe_execution(self._get_param("executionArn"))
        return found


_URLS = SimpleNamespace(
    url_bases=urls.url_bases, url_paths={"{0}/$": Response.dispatch}
)


class _ModelsBackend(moto_models.StepFunctionBackend):
    """The backend that moto's server asks for URLs, whichever then answers."""

    @property
    def _url_module(self) -> SimpleNamespace:
        return _URLS


def install(patches: Patches) -> None:
    """Put the executions that run where moto looks its own up."""
    settings: Any = default_user_config["stepfunctions"]
    before = dict(settings)
    settings["execute_state_machine"] = True
    patches.callback(settings.update, before)
    patches.replace(moto_models.stepfunctions_backends, "backend", _ModelsBackend)
    patches.replace(moto_parser.stepfunctions_parser_backends, "backend", Backend)
    patches.replace(moto_execution, "ExecutionWorker", Worker)
    kept = SimpleNamespace(parse=check_definition)
    patches.replace(moto_parser, "AmazonStateLanguageParser", kept)


def stop_everything() -> None:
    """Stop all executions and wait for moto's threads."""
    for account in list(moto_parser.stepfunctions_parser_backends.values()):
        for backend in list(account.values()):
            for machine in backend.state_machines:
                for execution in list(machine.executions):
                    if execution.status == "RUNNING":
                        execution.stop_now(None, None)  # type: ignore[attr-defined]  # ours
    for thread in list(TMP_THREADS):
        thread.join(1.0)
    TMP_THREADS.clear()


def _check_input(text: str) -> None:
    if len(text.encode()) > _LONGEST_INPUT:
        raise InvalidExecutionInput("Input exceeds the maximum length of 262144 bytes")
    try:
        json.loads(text)
    except ValueError as error:
        raise InvalidExecutionInput(
            f"Invalid State Machine Execution Input: '{error}'"
        ) from error


def _check_role(role_arn: str) -> None:
    if not role_arn.startswith("arn:"):
        return  # moto refuses it with the message of AWS
    try:
        check_trust(role_arn, PRINCIPAL)
    except RoleError as error:
        raise AccessDenied(
            f"Neither the global service principal {PRINCIPAL}, nor the regional one "
            "is authorized to assume the provided role."
        ) from error


def _read_moment(event: Any) -> dict[str, Any]:
    """Read the moment of an event, which moto's own reader takes ten times as long."""
    return {**event, "timestamp": datetime.fromisoformat(event["timestamp"])}


def _build_token(events: list[Any], start: int) -> str:
    return f"{start}-{len(events)}-{events[0]['id']}"


def _read_token(token: str | None, length: int) -> int:
    if not token:
        return 0
    start, old_length, first = (int(part) for part in token.split("-"))
    if length < old_length:
        raise InvalidToken
    # Newest first, what happened since the last page comes before it.
    return start + (length - old_length if first != 1 else 0)
