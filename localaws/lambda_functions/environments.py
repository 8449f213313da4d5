"""Execution environments: the warm processes that run one version of a function."""

from __future__ import annotations

import compileall
import json
import shutil
import socket
import threading
import time
import uuid
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from localaws.faults.happenings import Fate
from localaws.host import libraries
from localaws.host import logs as cloudwatch_logs
from localaws.host.processes import Isolation
from localaws.iam.roles import assume_role
from localaws.lambda_functions import runtime as lambda_runtime
from localaws.machine import Machine

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
_INIT_SECONDS = 10.0
_MILLIS = 1000.0
# As many again as run at once: a new one costs more than all that a function does.
_MOST_IDLE = 16


@dataclass(frozen=True)
class Code:
    """What a deployed function is: a change of any of it makes a new environment."""

    arn: str
    name: str
    version: str
    region: str
    role_arn: str
    runtime: str
    handler: str
    timeout: float
    memory: int
    variables: tuple[tuple[str, str], ...]
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What one invocation came to; ``payload`` is the error when it failed."""

    payload: bytes
    failed: bool
    log: str


class EnvironmentDied(Exception):
    """The process of an environment ended, or went silent for too long."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent


class Environments:
    """Keeps the environments that were used last, as the next event may be soon."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._idle: list[Environment] = []

    def invoke(
        self, code: Code, archive: bytes, event: str, request_id: str
    ) -> Outcome:
        """Run a function once, in a warm environment if there is one."""
        environment = self._take(code)
        if environment is None:
            folder = self._unpack(code, archive)
            environment = Environment(self._machine, code, folder)
        fate = Fate(self._machine.faults, "lambda", code.name, event)
        outcome = environment.invoke(event, request_id, fate)
        if environment.alive:
            self._keep(environment)
        return outcome

    def begin(self, code: Code, archive: bytes) -> None:
        """Start an environment before an event asks for it."""
        self._keep(Environment(self._machine, code, self._unpack(code, archive)))

    def _take(self, code: Code) -> Environment | None:
        with self._lock:
            dead = [idle for idle in self._idle if not idle.is_running]
            self._idle = [idle for idle in self._idle if idle not in dead]
            fitting = [idle for idle in self._idle if idle.code == code]
            if fitting:
                self._idle.remove(fitting[-1])
        for other in dead:
            other.close()
        return fitting[-1] if fitting else None

    def _keep(self, environment: Environment) -> None:
        with self._lock:
            self._idle.append(environment)
            kept = [idle for idle in self._idle if not idle.is_outdated_by(environment)]
            kept = kept[-_MOST_IDLE:]
            closed = [idle for idle in self._idle if idle not in kept]
            self._idle = kept
        for other in closed:
            other.close()

    def _unpack(self, code: Code, archive: bytes) -> Path:
        folder = self._machine.folder / "lambda" / code.sha256
        with self._lock:
            if not folder.exists():
                with zipfile.ZipFile(BytesIO(archive)) as file:
                    file.extractall(folder)
                # No environment may write there, and each would compile it again.
                compileall.compile_dir(folder, quiet=2)
        return folder


class Environment:
    """One process that has loaded a function and waits for events."""

    def __init__(self, machine: Machine, code: Code, folder: Path) -> None:
        self._machine = machine
        self.code = code
        moment = time.strftime("%Y/%m/%d", time.gmtime())
        self._group = f"/aws/lambda/{code.name}"
        self._stream = f"{moment}/[{code.version}]{uuid.uuid4().hex}"
        self._temporary = machine.folder / f"lambda-tmp-{uuid.uuid4().hex}"
        self._temporary.mkdir(parents=True)
        self._output = self._temporary.with_suffix(".log")
        self._read_up_to = 0
        self._init_millis: float | None = None
        self.alive = True
        self._start(folder)

    def invoke(self, event: str, request_id: str, fate: Fate) -> Outcome:
        """Hand an event to the function and wait for what it returns."""
        with fate.meet(self._process):
            return self._invoke(event, request_id)

    def _invoke(self, event: str, request_id: str) -> Outcome:
        started = time.monotonic()
        memory = 0
        try:
            if self._init_millis is None:
                self._receive(_INIT_SECONDS + self.code.timeout)
                self._init_millis = (time.monotonic() - started) * _MILLIS
                started = time.monotonic()
            answer = self._exchange(event, request_id)
            memory = answer["memory"]
        except EnvironmentDied as death:
            answer = {"error": self._explain(death, request_id)}
        millis = (time.monotonic() - started) * _MILLIS
        return self._conclude(answer, request_id, millis, memory)

    @property
    def is_running(self) -> bool:
        """Tell whether nothing has ended the process."""
        return self._process.poll() is None

    def is_outdated_by(self, other: Environment) -> bool:
        """Tell whether it has another version of the same function."""
        return self.code.arn == other.code.arn and self.code != other.code

    def close(self) -> None:
        """End the process."""
        self.alive = False
        self._channel.close()
        self._machine.processes.forget(self._process)
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _start(self, folder: Path) -> None:
        self._channel, other = socket.socketpair()
        warmth = self._machine.libraries.warm(libraries.LAMBDA)
        isolation = Isolation(
            Path(lambda_runtime.__file__),
            before=(folder, warmth.libraries),
            warmth=warmth,
        )
        with other, self._output.open("wb") as output:
            self._process = self._machine.processes.start(
                isolation,
                str(other.fileno()),
                environ=self._environ(folder),
                folder=folder,
                stdout=output,
                stderr=output,
                keep=[other.fileno()],
            )
        self._answers = self._channel.makefile("rb")

    def _environ(self, folder: Path) -> dict[str, str]:
        code = self.code
        credentials = assume_role(
            code.role_arn,
            service="lambda.amazonaws.com",
            session=code.name,
            region=code.region,
        )
        return {
            **self._machine.environ(code.region),
            "TZ": ":UTC",
            "TMPDIR": str(self._temporary),
            "LAMBDA_TASK_ROOT": str(folder),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{code.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": code.name,
            "AWS_LAMBDA_FUNCTION_VERSION": code.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(code.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": self._group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self._stream,
            "_HANDLER": code.handler,
            **dict(code.variables),
            **credentials.environ,
        }

    def _exchange(self, event: str, request_id: str) -> dict[str, Any]:
        request = {
            "id": request_id,
            "arn": self.code.arn,
            "event": event,
            "deadline": time.time() + self.code.timeout,
        }
        try:
            self._channel.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise EnvironmentDied from error
        return self._receive(self.code.timeout)

    def _receive(self, seconds: float) -> dict[str, Any]:
        self._channel.settimeout(seconds)
        try:
            line = self._answers.readline()
        except TimeoutError as error:
            raise EnvironmentDied(silent=True) from error
        except OSError as error:
            raise EnvironmentDied from error
        if not line:
            raise EnvironmentDied
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _explain(self, death: EnvironmentDied, request_id: str) -> dict[str, Any]:
        # https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
        if death.silent:
            what = f"Task timed out after {self.code.timeout:.2f} seconds"
            kind = "Sandbox.Timedout"
        else:
            status = self._process.wait(1.0)
            what = f"Runtime exited with error: exit status {status}"
            kind = "Runtime.ExitError"
        self.close()
        message = f"RequestId: {request_id} Error: {what}"
        return {"errorType": kind, "errorMessage": message}

    def _conclude(
        self, answer: dict[str, Any], request_id: str, millis: float, memory: int
    ) -> Outcome:
        error = answer.get("error")
        printed = self._read_output()
        if error is not None:
            printed.append(_spell_error(error))
        lines = [
            f"START RequestId: {request_id} Version: {self.code.version}",
            *printed,
            f"END RequestId: {request_id}",
            self._report(request_id, millis, memory),
        ]
        cloudwatch_logs.write_lines(
            lines, group=self._group, stream=self._stream, region=self.code.region
        )
        payload = (
            answer["payload"]
            if error is None
            else json.dumps({**error, "requestId": request_id})
        )
        return Outcome(payload.encode(), error is not None, "\n".join(lines))

    def _read_output(self) -> list[str]:
        with self._output.open("rb") as file:
            file.seek(self._read_up_to)
            new = file.read()
        self._read_up_to += len(new)
        return new.decode("utf-8", errors="replace").splitlines()

    def _report(self, request_id: str, millis: float, memory: int) -> str:
        fields = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {millis:.2f} ms",
            f"Billed Duration: {int(millis) + 1} ms",
            f"Memory Size: {self.code.memory} MB",
            f"Max Memory Used: {memory} MB",
        ]
        if self._init_millis:
            fields.append(f"Init Duration: {self._init_millis:.2f} ms")
            self._init_millis = 0.0
        return "\t".join(fields)


def _spell_error(error: dict[str, Any]) -> str:
    if error["errorType"].startswith("Sandbox."):
        return str(error["errorMessage"])
    first = f"[ERROR] {error['errorType']}: {error['errorMessage']}"
    stack = error.get("stackTrace")
    return (
        "\n".join([first, "Traceback (most recent call last):", *stack])
        if stack
        else first
    )
