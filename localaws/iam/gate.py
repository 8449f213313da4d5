"""The gate in front of moto: no role gets further than its policies let it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from localaws.iam.authorize import (
    Call,
    Need,
    Policy,
    find_need_to_tell_missing,
    find_refusal,
    is_allowed,
)
from localaws.iam.http_calls import Request, read_call, read_signature

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
# Spoken in XML; the others speak JSON.
_XML = {"s3", "sns", "sts"}
# What these are called with may be long, and does not say which call it is.
_TOLD_BY_PATH = {"lambda", "s3"}
_HEADERS = {
    "HTTP_AUTHORIZATION": "Authorization",
    "HTTP_X_AMZ_COPY_SOURCE": "x-amz-copy-source",
    "HTTP_X_AMZ_TARGET": "X-Amz-Target",
}


@dataclass(frozen=True)
class Asked:
    """A call by a role, and what its policies are."""

    call: Call
    policies: list[Policy]
    caller: str

    @property
    def role(self) -> str:
        """The name of the role that calls."""
        return self.caller.split("/")[1]


class Gate:
    """A WSGI application that refuses what the caller's role does not allow.

    Whoever calls with keys of no role is the owner of the account, and may do all.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._witnesses: list[Callable[[Asked], None]] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request, or refuse it."""
        asked = _read_asked(environ)
        if asked is None:
            return self._app(environ, start)
        for witness in self._witnesses:
            witness(asked)
        need = find_refusal(asked.call, asked.policies)
        if need is not None:
            return _refuse(asked, need, start)
        return self._answer(asked, environ, start)

    @contextmanager
    def watch(self, witness: Callable[[Asked], None]) -> Iterator[None]:
        """Show a witness every call of a role before it is answered or refused."""
        self._witnesses.append(witness)
        try:
            yield
        finally:
            self._witnesses.remove(witness)

    def _answer(
        self, asked: Asked, environ: dict[str, Any], start: Start
    ) -> Iterable[bytes]:
        need = find_need_to_tell_missing(asked.call)
        if need is None or is_allowed(need, asked.policies):
            return self._app(environ, start)
        answers: list[tuple[Any, ...]] = []
        body = self._app(environ, lambda *given: answers.append(given))
        if str(answers[0][0]).startswith(str(HTTPStatus.NOT_FOUND.value)):
            return _refuse(asked, need, start)
        start(*answers[0])
        return body


def read_policies(role_arn: str, account: str) -> list[Policy]:
    """Read every policy of a role as it is at this moment; none without the role."""
    partition = role_arn.split(":")[1]
    try:
        role = iam_backends[account][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return []
    managed = [
        next(v.document for v in policy.versions if v.is_default)
        for policy in role.managed_policies.values()
    ]
    return [json.loads(document) for document in (*role.policies.values(), *managed)]


def _read_asked(environ: dict[str, Any]) -> Asked | None:
    headers = {name: environ[key] for key, name in _HEADERS.items() if key in environ}
    signature = read_signature(headers)
    role = None if signature is None else _find_role(signature.access_key_id)
    if signature is None or role is None:
        return None
    request = Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=b"" if signature.service in _TOLD_BY_PATH else _read_body(environ),
    )
    partition = role.role_arn.split(":")[1]
    call = read_call(request, signature, account=role.account_id, partition=partition)
    return Asked(call, read_policies(role.role_arn, role.account_id), role.arn)


def _find_role(access_key_id: str) -> AssumedRole | None:
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            role = backend.get_assumed_role_from_access_key(access_key_id)
            if role is not None:
                return role
    return None


def _read_body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    if length:
        environ["wsgi.input"] = io.BytesIO(body)
    return body


def _refuse(asked: Asked, need: Need, start: Start) -> Iterable[bytes]:
    call = asked.call
    message = (
        f"User: {asked.caller} is not authorized to perform: {need.action} on "
        f"resource: {need.resource} because no identity-based policy allows the "
        f"{need.action} action"
    )
    if call.service in _XML:
        status, kind, body = _spell_xml(call, message)
    else:
        status, kind = HTTPStatus.BAD_REQUEST, "application/x-amz-json-1.1"
        body = json.dumps({"__type": "AccessDeniedException", "Message": message})
        if call.service == "lambda":
            status = HTTPStatus.FORBIDDEN
    encoded = b"" if call.operation == "HeadObject" else body.encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(encoded))),
        ("x-amzn-ErrorType", "AccessDeniedException"),
    ]
    start(f"{status.value} {status.phrase}", headers)
    return [encoded]


def _spell_xml(call: Call, message: str) -> tuple[HTTPStatus, str, str]:
    code = "AuthorizationError" if call.service == "sns" else "AccessDenied"
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    body = f"<Error>{error}</Error>"
    if call.service != "s3":
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
        )
    return HTTPStatus.FORBIDDEN, "application/xml", body
