"""What a Task state does: call a service, and for ``.sync`` see its job to the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (  # noqa: E501  # a path of moto's
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import (
    ErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (  # noqa: E501  # a path of moto's
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (  # noqa: E501  # a path of moto's
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    resource as moto_resource,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as moto_callback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_lambda as moto_lambda,
)
from moto.stepfunctions.parser.asl.utils import boto_client as moto_clients

from localaws.host.ends import JOB_ENDS
from localaws.host.models import load_service_model
from localaws.step_functions.turns import Interrupted, Turns

# Who waits is told of the end; a look sees a stop, and an end that was not told.
_LOOK_SECONDS = 0.2
# The longer a job takes, the less it matters to see that at once.
_LOOK_FACTOR, _LONGEST_LOOK = 1.3, 1.0
# The calls that start jobs take no time, and need few connections.
_JOB_TURNS = Turns(16)
_UNANSWERED = (HTTPClientError, ConnectionError)
_CAUSE_LENGTH = 32768  # of StopExecution's and every event's cause


@dataclass(frozen=True)
class Job:
    """How the job behind a ``.sync`` is described, how it ends, how it is stopped."""

    key: str
    describe: str
    status: str
    succeeded: frozenset[str]
    failed: frozenset[str]
    stop: str


_GLUE = Job(
    key="JobRun",
    describe="get_job_run",
    status="JobRunState",
    succeeded=frozenset({"SUCCEEDED"}),
    failed=frozenset({"FAILED", "TIMEOUT", "ERROR", "STOPPED", "EXPIRED"}),
    stop="batch_stop_job_run",
)
_TRANSFORM = Job(
    key="",
    describe="describe_transform_job",
    status="TransformJobStatus",
    succeeded=frozenset({"Completed"}),
    failed=frozenset({"Failed", "Stopped"}),
    stop="stop_transform_job",
)
_JOBS = {
    ("glue", "start_job_run"): _GLUE,
    ("sagemaker", "create_transform_job"): _TRANSFORM,
}
_ACTIONS = {
    "glue": {"startJobRun": "StartJobRun"},
    "sagemaker": {
        "createModel": "CreateModel",
        "createTransformJob": "CreateTransformJob",
    },
}
_TASK_FAILED = StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed)
_ERROR_PREFIXES = {"glue": "Glue", "sagemaker": "SageMaker", "lambda": "Lambda"}
_BASE_ERRORS = {
    "glue": "AWSGlueException",
    "sagemaker": "AmazonSageMakerException",
    "lambda": "AWSLambdaException",
}


class JobService(moto_callback.StateTaskServiceCallback):
    """Glue and SageMaker, with and without ``.sync``."""

    def __init__(self) -> None:
        patterns: Any = {moto_resource.ResourceCondition.Sync}
        super().__init__(patterns)

    def _get_supported_parameters(self) -> set[str] | None:
        operation = self._find_operation()
        if operation is None:
            return None
        model = load_service_model(self.resource.service_name)
        shape = model.operation_model(operation).input_shape
        return set(shape.members) if shape else set()

    def _find_operation(self) -> str | None:
        actions = _ACTIONS[self.resource.service_name]
        return actions.get(self.resource.api_action)

    def _eval_service_task(
        self,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        client = self._get_client(resource_runtime_part, state_credentials)
        call = getattr(client, self._get_boto_service_action())
        # A stop does not cut it short: a job whose start went on would be nobody's.
        with _JOB_TURNS.hold(env.is_running):
            response = call(**normalised_parameters)
        response.pop("ResponseMetadata", None)
        env.stack.append(to_json_values(response))

    def _eval_integration_pattern(
        self,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        started = env.stack.pop()
        client = self._get_client(resource_runtime_part, state_credentials)
        action = self._get_boto_service_action()
        job = _JOBS[self.resource.service_name, action]
        names = _name_job(job, normalised_parameters, started)
        described = self._see_to_the_end(env, client, job, names)
        status = described[job.status]
        if status in job.failed:
            cause = json.dumps(described)
            raise FailureEventException(build_failure(self, env, _TASK_FAILED, cause))
        env.stack.append(described)

    def _see_to_the_end(
        self, env: Any, client: Any, job: Job, names: _Names
    ) -> dict[str, Any]:
        pause = _LOOK_SECONDS
        with JOB_ENDS.listen(names.end) as wait:
            while env.is_running():
                found = _ask_patiently(getattr(client, job.describe), names.describe)
                found = to_json_values(found.get(job.key, {}) if job.key else found)
                if found.get(job.status) in job.succeeded | job.failed:
                    found.pop("ResponseMetadata", None)
                    return {**names.added, **found}
                wait(pause)
                pause = min(pause * _LOOK_FACTOR, _LONGEST_LOOK)
        getattr(client, job.stop)(**names.stop)
        raise Interrupted

    def _get_client(self, resource_runtime_part: Any, state_credentials: Any) -> Any:
        return moto_clients.boto_client_for(
            service=self.resource.service_name,
            region=resource_runtime_part.region,
            state_credentials=state_credentials,
        )

    def _from_error(self, env: Any, ex: Exception) -> Any:
        failure = build_failure_of_call(self, env, ex)
        return failure or super()._from_error(env=env, ex=ex)


class LambdaService(moto_lambda.StateTaskServiceLambda):
    """Lambda, without waiting for a function when nobody wants its result any more."""

    def _eval_service_task(self, env: Any, *args: Any, **kwargs: Any) -> None:
        invoke = super()._eval_service_task
        interruptibly(env, lambda: invoke(env, *args, **kwargs))

    def _from_error(self, env: Any, ex: Exception) -> Any:
        failure = build_failure_of_call(self, env, ex)
        return failure or super()._from_error(env=env, ex=ex)


def _ask_patiently(describe: Callable[..., Any], names: Mapping[str, Any]) -> Any:
    """Ask how a job is; an answer that may come later is no end of it.

    Step Functions goes on asking: a job that cannot be looked at is not run again.
    """
    try:
        return describe(**names)
    except _UNANSWERED:
        return {}
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        code = str(error.response["Error"]["Code"])
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and "Throttl" not in code:
            raise
        return {}


@dataclass(frozen=True)
class _Names:
    """The arguments that name a job to each call, and what Step Functions adds.

    ``end`` is by what its end is told.
    """

    end: str
    describe: Mapping[str, Any]
    stop: Mapping[str, Any]
    added: Mapping[str, Any]


def _name_job(
    job: Job, parameters: Mapping[str, Any], started: Mapping[str, Any]
) -> _Names:
    if job is _GLUE:
        name, run = parameters["JobName"], started["JobRunId"]
        return _Names(
            end=run,
            describe={"JobName": name, "RunId": run},
            stop={"JobName": name, "JobRunIds": [run]},
            added={"JobName": name},
        )
    name = parameters["TransformJobName"]
    named = {"TransformJobName": name}
    return _Names(end=name, describe=named, stop=named, added={})


def build_failure(service: Any, env: Any, error: ErrorName, cause: str) -> FailureEvent:
    """Build what makes a Task state fail."""
    details: Any = TaskFailedEventDetails(
        resource=service._get_sfn_resource(),
        resourceType=service._get_sfn_resource_type(),
        error=error.error_name,
        cause=cause[:_CAUSE_LENGTH],
    )
    event: Any = {"taskFailedEventDetails": details}
    return FailureEvent(
        env=env,
        error_name=error,
        event_type=HistoryEventType.TaskFailed,
        event_details=event,
    )


def build_failure_of_call(
    service: Any, env: Any, error: Exception
) -> FailureEvent | None:
    """Build what makes a Task state fail whose call was refused or not answered."""
    name = service.resource.service_name
    if isinstance(error, ClientError):
        known = CustomErrorName(name_error(name, error))
        return build_failure(service, env, known, spell_cause(error))
    if isinstance(error, _UNANSWERED):
        lost = CustomErrorName(f"{_ERROR_PREFIXES[name]}.SdkClientException")
        return build_failure(service, env, lost, str(error))
    return None


def find_service(name: str) -> Any | None:
    """Make the task of a service that is ours."""
    if name in _ACTIONS:
        return JobService()
    if name == "lambda":
        service: Any = LambdaService
        return service()
    return None


def name_error(service: str, error: ClientError) -> str:
    """Name a refused call as an optimised integration does.

    A modelled exception keeps its name and gets the suffix that the SDK for Java
    gives it; every other is the service's base exception:
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
    """
    code = str(error.response["Error"]["Code"])
    known = {shape.name for shape in load_service_model(service).error_shapes}
    name = code if code.endswith("Exception") else f"{code}Exception"
    if code not in known:
        name = _BASE_ERRORS[service]
    return f"{_ERROR_PREFIXES[service]}.{name}"


def spell_cause(error: ClientError) -> str:
    """Spell a refused call as the SDK for Java does."""
    metadata = error.response.get("ResponseMetadata", {})
    found = error.response["Error"]
    return (
        f"{found.get('Message', '')} (Status Code: {metadata.get('HTTPStatusCode')}; "
        f"Error Code: {found['Code']}; Request ID: {metadata.get('RequestId', '')}; "
        "Proxy: null)"
    )


def to_json_values(value: Any) -> Any:
    """Turn moments into the milliseconds that Step Functions shows."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {key: to_json_values(member) for key, member in value.items()}
    if isinstance(value, list):
        return [to_json_values(member) for member in value]
    return value


def interruptibly(env: Any, call: Callable[[], Any]) -> Any:
    """Make a call that may take long, but not beyond the end of the execution.

    Raises
    ------
    Interrupted
        When the execution ended first; the call goes on without a listener.
    """
    results: list[Any] = []
    errors: list[Exception] = []
    done = threading.Event()

    def work() -> None:
        try:
            results.append(call())
        except Exception as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=work, name="localaws task", daemon=True).start()
    pause = _LOOK_SECONDS
    while not done.wait(pause):
        if not env.is_running():
            raise Interrupted
        pause = min(pause * _LOOK_FACTOR, _LONGEST_LOOK)
    if errors:
        raise errors[0]
    return results[0]
