"""Calls that go wrong: behind the gate, so that only calls that are let in do."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.sts.models import sts_backends

from localaws.faults.errors import Wrong, find_error
from localaws.faults.plan import CALL, Fault, Plan, Subject
from localaws.iam.http_calls import read_call
from localaws.iam.refusals import Refusal, answer_refusal, find_protocol
from localaws.iam.requests import Request, read_body, read_request
from localaws.iam.signatures import read_signature

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
OWNER = "owner"
# Bodies of these are data, and do not say which call it is.
_DATA = {"s3"}
_TEXT_BYTES = 100_000


class FaultyCalls:
    """A WSGI application that answers as another does, but for what is to go wrong."""

    def __init__(self, app: App, plan: Plan, kill: Callable[[str], None]) -> None:
        self._app = app
        self._plan = plan
        self._kill = kill

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request, wrongly where the plan says so."""
        if self._plan.is_empty:
            return self._app(environ, start)
        request = read_request(environ)
        key = read_signature(request).access_key_id
        subject = read_subject(request, environ, key)
        fault = self._plan.draw(CALL, subject)
        if fault is None:
            return self._app(environ, start)
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return self._app(environ, start)
        if fault.kind in {"unanswered", "killed-in-call"}:
            return self._leave(fault, key, environ, start)
        protocol = find_protocol(subject.service, request.headers)
        wrong = choose_error(fault, subject)
        # The body is read, so that the connection can go on.
        read_body(environ)
        refusal = Refusal(protocol, wrong.code, wrong.message, wrong.status)
        return answer_refusal(refusal, request, start)

    def _leave(
        self, fault: Fault, key: str, environ: dict[str, Any], start: Start
    ) -> Iterable[bytes]:
        """Give no answer, whether the call is made or not."""
        read_body(environ)
        if fault.executed:
            for _ in self._app(environ, lambda *_answer: None):
                pass
        if fault.kind == "killed-in-call":
            self._kill(key)
        time.sleep(fault.seconds)
        connection = environ["werkzeug.socket"]
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        # Nobody reads it.
        start("503 Service Unavailable", [("Content-Length", "0")])
        return []


def choose_error(fault: Fault, subject: Subject) -> Wrong:
    """Choose the service's own error, or the one that the fault names."""
    own = find_error(subject.service, subject.operation, fault.kind)
    return Wrong(fault.code or own.code, own.status, fault.message or own.message)


def read_subject(request: Request, environ: dict[str, Any], key: str) -> Subject:
    """Read what a call is, and who makes it."""
    signature = read_signature(request)
    body = b"" if signature.service in _DATA else read_body(environ)
    call = read_call(request, signature, body, account="", partition="")
    text = body[:_TEXT_BYTES].decode("utf-8", errors="replace")
    return Subject(
        service=signature.service,
        operation=call.operation,
        role=name_caller(key),
        text=f"{request.path}?{request.query} {text}",
    )


def name_caller(access_key_id: str) -> str:
    """Name the role whose keys these are; all others are the owner's."""
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            role = backend.get_assumed_role_from_access_key(access_key_id)
            if role is not None:
                return str(role.role_arn.rpartition("/")[2])
    return OWNER
