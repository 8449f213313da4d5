"""Refusals as each service spells them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from xml.sax.saxutils import escape

from localaws.iam.requests import Request
from localaws.iam.signatures import Fault

Protocol = Literal["s3", "query", "json"]


@dataclass(frozen=True)
class Refusal:
    """An error of AWS, in the protocol of the service that says it."""

    protocol: Protocol
    code: str
    message: str
    status: HTTPStatus = HTTPStatus.FORBIDDEN


_INVALID_TOKEN = "The security token included in the request is invalid."
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service "
    "documentation for details."
)
_CODES: Mapping[Fault, Mapping[Protocol, str]] = {
    Fault.UNSIGNED: {
        "s3": "AccessDenied",
        "query": "MissingAuthenticationToken",
        "json": "MissingAuthenticationTokenException",
    },
    Fault.MALFORMED: {
        "s3": "AuthorizationHeaderMalformed",
        "query": "IncompleteSignature",
        "json": "IncompleteSignatureException",
    },
    Fault.UNKNOWN_KEY: {
        "s3": "InvalidAccessKeyId",
        "query": "InvalidClientTokenId",
        "json": "UnrecognizedClientException",
    },
    Fault.WRONG_TOKEN: {
        "s3": "InvalidToken",
        "query": "InvalidClientTokenId",
        "json": "UnrecognizedClientException",
    },
    Fault.EXPIRED_TOKEN: {
        "s3": "ExpiredToken",
        "query": "ExpiredToken",
        "json": "ExpiredTokenException",
    },
    Fault.WRONG_TIME: {
        "s3": "RequestTimeTooSkewed",
        "query": "SignatureDoesNotMatch",
        "json": "InvalidSignatureException",
    },
    Fault.EXPIRED_URL: {
        "s3": "AccessDenied",
        "query": "AccessDenied",
        "json": "AccessDeniedException",
    },
    Fault.HEADER_NOT_SIGNED: {
        "s3": "AccessDenied",
        "query": "SignatureDoesNotMatch",
        "json": "InvalidSignatureException",
    },
    Fault.MISMATCH: {
        "s3": "SignatureDoesNotMatch",
        "query": "SignatureDoesNotMatch",
        "json": "InvalidSignatureException",
    },
    Fault.OTHER_BODY: {
        "s3": "XAmzContentSHA256Mismatch",
        "query": "SignatureDoesNotMatch",
        "json": "InvalidSignatureException",
    },
}
_MESSAGES: Mapping[Fault, str] = {
    Fault.UNSIGNED: "Missing Authentication Token",
    Fault.MALFORMED: "The signature is not as AWS takes it.",
    Fault.UNKNOWN_KEY: _INVALID_TOKEN,
    Fault.WRONG_TOKEN: _INVALID_TOKEN,
    Fault.EXPIRED_TOKEN: "The security token included in the request is expired",
    Fault.WRONG_TIME: "Signature expired, or from the future.",
    Fault.EXPIRED_URL: "Request has expired",
    Fault.HEADER_NOT_SIGNED: (
        "There were headers present in the request which were not signed"
    ),
    Fault.MISMATCH: _MISMATCH,
    Fault.OTHER_BODY: (
        "The provided 'x-amz-content-sha256' header does not match what was computed."
    ),
}


_S3_MESSAGES: Mapping[Fault, str] = {
    Fault.UNSIGNED: "Access Denied",
    Fault.UNKNOWN_KEY: (
        "The AWS Access Key Id you provided does not exist in our records."
    ),
    Fault.WRONG_TOKEN: "The provided token is malformed or otherwise invalid.",
}


def find_protocol(service: str, headers: Mapping[str, str]) -> Protocol:
    """Find how a service speaks; without one, an unsigned request is one to S3."""
    kind = headers.get("content-type", "")
    if service == "s3":
        return "s3"
    if kind.startswith("application/x-www-form-urlencoded"):
        return "query"
    return "json" if service or "json" in kind else "s3"


def word_fault(fault: Fault, protocol: Protocol) -> Refusal:
    """Word what is wrong with a signature."""
    message = _MESSAGES[fault]
    if protocol == "s3":
        message = _S3_MESSAGES.get(fault, message)
    return Refusal(protocol, _CODES[fault][protocol], message)


def answer_refusal(
    refusal: Refusal, request: Request, start: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a request with an error."""
    body = b"" if request.method == "HEAD" else _spell(refusal).encode()
    kind = "application/x-amz-json-1.1" if refusal.protocol == "json" else "text/xml"
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("x-amzn-ErrorType", refusal.code),
    ]
    start(f"{refusal.status.value} {refusal.status.phrase}", headers)
    return [body]


def _spell(refusal: Refusal) -> str:
    if refusal.protocol == "json":
        return json.dumps({"__type": refusal.code, "Message": refusal.message})
    said = f"<Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
    if refusal.protocol == "s3":
        return f"<Error>{said}</Error>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error></ErrorResponse>"
