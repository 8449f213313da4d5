"""The gate in front of moto: no role gets further than its policies let it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from moto.core.utils import utcnow
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
from localaws.iam.http_calls import read_call
from localaws.iam.keys import Credentials
from localaws.iam.refusals import (
    Refusal,
    answer_refusal,
    find_protocol,
    word_fault,
)
from localaws.iam.requests import Request, read_body, read_request
from localaws.iam.signatures import (
    BadSignature,
    Fault,
    Signature,
    check_signature,
    read_signature,
)

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
# What these are called with may be long, and does not say which call it is.
_TOLD_BY_PATH = {"lambda", "s3"}


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
    """A WSGI application that refuses strangers, and roles what they may not do.

    The owner of the account may do all; whoever else is known calls as a role.
    """

    def __init__(self, app: App, owner: Credentials) -> None:
        self._app = app
        self._owner = owner
        self._witnesses: list[Callable[[Asked], None]] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request, or refuse it."""
        request = read_request(environ)
        service = ""
        try:
            signature = read_signature(request)
            service = signature.service
            role = self._identify(request, signature, environ)
        except BadSignature as bad:
            protocol = find_protocol(service, request.headers)
            return answer_refusal(word_fault(bad.fault, protocol), request, start)
        if role is None:
            return self._app(environ, start)
        asked = _read_asked(request, signature, role, environ)
        for witness in self._witnesses:
            witness(asked)
        need = find_refusal(asked.call, asked.policies)
        if need is not None:
            return _refuse(asked, need, request, start)
        return self._answer(asked, request, environ, start)

    @contextmanager
    def watch(self, witness: Callable[[Asked], None]) -> Iterator[None]:
        """Show a witness every call of a role before it is answered or refused."""
        self._witnesses.append(witness)
        try:
            yield
        finally:
            self._witnesses.remove(witness)

    def _identify(
        self, request: Request, signature: Signature, environ: dict[str, Any]
    ) -> AssumedRole | None:
        """Find the role that has signed a request; None is the owner."""
        role = None
        credentials = self._owner
        if signature.access_key_id != self._owner.access_key_id:
            role = _find_role(signature.access_key_id)
            credentials = Credentials.of_role(role)
        check_signature(request, signature, credentials, lambda: read_body(environ))
        if role is not None and role.expiration < utcnow():
            raise BadSignature(Fault.EXPIRED_TOKEN)
        return role

    def _answer(
        self, asked: Asked, request: Request, environ: dict[str, Any], start: Start
    ) -> Iterable[bytes]:
        need = find_need_to_tell_missing(asked.call)
        if need is None or is_allowed(need, asked.policies):
            return self._app(environ, start)
        answers: list[tuple[Any, ...]] = []
        body = self._app(environ, lambda *given: answers.append(given))
        if str(answers[0][0]).startswith(str(HTTPStatus.NOT_FOUND.value)):
            return _refuse(asked, need, request, start)
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


def _read_asked(
    request: Request,
    signature: Signature,
    role: AssumedRole,
    environ: dict[str, Any],
) -> Asked:
    body = b"" if signature.service in _TOLD_BY_PATH else read_body(environ)
    call = read_call(
        request,
        signature,
        body,
        account=role.account_id,
        partition=role.role_arn.split(":")[1],
    )
    return Asked(call, read_policies(role.role_arn, role.account_id), role.arn)


def _find_role(access_key_id: str) -> AssumedRole:
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            role = backend.get_assumed_role_from_access_key(access_key_id)
            if role is not None:
                return role
    raise BadSignature(Fault.UNKNOWN_KEY)


def _refuse(
    asked: Asked, need: Need, request: Request, start: Start
) -> Iterable[bytes]:
    call = asked.call
    message = (
        f"User: {asked.caller} is not authorized to perform: {need.action} on "
        f"resource: {need.resource} because no identity-based policy allows the "
        f"{need.action} action"
    )
    protocol = find_protocol(call.service, request.headers)
    if protocol != "json":
        code = "AuthorizationError" if call.service == "sns" else "AccessDenied"
        refusal = Refusal(protocol, code, message)
    else:
        status = HTTPStatus.BAD_REQUEST
        if call.service == "lambda":
            status = HTTPStatus.FORBIDDEN
        refusal = Refusal(protocol, "AccessDeniedException", message, status)
    return answer_refusal(refusal, request, start)
