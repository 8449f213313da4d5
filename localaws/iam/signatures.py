"""Signature Version 4: who signed a request, and whether it is what was signed.

botocore computes what the signature has to be, from the request as it came.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from urllib.parse import parse_qsl

import botocore.credentials
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest

from localaws.iam.keys import Credentials
from localaws.iam.requests import Request

_ALGORITHM = "AWS4-HMAC-SHA256"
_HEADER = re.compile(
    rf"{_ALGORITHM} Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[^,\s]+)"
)
_CREDENTIAL = re.compile(r"([^/\s]+)/(\d{8})/([^/\s]+)/([^/\s]+)/aws4_request")
_MOMENT = "%Y%m%dT%H%M%SZ"
_MOST_SKEW = timedelta(minutes=15)
_LONGEST_URL = timedelta(days=7)
_BODY_HASH = "x-amz-content-sha256"
# What a client of S3 says instead of the hash of a body that it has not read.
_UNHASHED = {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}


class Fault(Enum):
    """What is wrong with how a request is signed."""

    UNSIGNED = auto()
    MALFORMED = auto()
    UNKNOWN_KEY = auto()
    WRONG_TOKEN = auto()
    EXPIRED_TOKEN = auto()
    WRONG_TIME = auto()
    EXPIRED_URL = auto()
    HEADER_NOT_SIGNED = auto()
    MISMATCH = auto()
    OTHER_BODY = auto()


class BadSignature(Exception):
    """A request that nobody known has signed as it is."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(frozen=True)
class Signature:
    """What a request says of its signature, in a header or, presigned, in its URL.

    ``lifetime`` is how long a presigned URL holds, and None for a header.
    """

    access_key_id: str
    region: str
    service: str
    moment: str
    headers: tuple[str, ...]
    digits: str
    token: str
    lifetime: timedelta | None = None


def read_signature(request: Request) -> Signature:
    """Read how a request is signed.

    Raises
    ------
    BadSignature
        When it is not, or not so that it can be understood.
    """
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    presigned = "X-Amz-Signature" in query
    if "authorization" not in request.headers:
        if not presigned:
            raise BadSignature(Fault.UNSIGNED)
        return _read_from_query(query)
    found = _HEADER.fullmatch(request.headers["authorization"])
    if found is None or presigned:
        raise BadSignature(Fault.MALFORMED)
    return _build_signature(
        found["credential"],
        moment=request.headers.get("x-amz-date", ""),
        headers=found["headers"],
        digits=found["signature"],
        token=request.headers.get("x-amz-security-token", ""),
    )


def _read_from_query(query: dict[str, str]) -> Signature:
    lifetime = query.get("X-Amz-Expires", "")
    if query.get("X-Amz-Algorithm") != _ALGORITHM or not re.fullmatch(
        r"\d{1,6}", lifetime
    ):
        raise BadSignature(Fault.MALFORMED)
    signature = _build_signature(
        query.get("X-Amz-Credential", ""),
        moment=query.get("X-Amz-Date", ""),
        headers=query.get("X-Amz-SignedHeaders", ""),
        digits=query["X-Amz-Signature"],
        token=query.get("X-Amz-Security-Token", ""),
        lifetime=timedelta(seconds=int(lifetime)),
    )
    # Of the services here, clients presign for S3 only.
    if signature.service != "s3":
        raise BadSignature(Fault.MALFORMED)
    return signature


def _build_signature(
    credential: str,
    *,
    moment: str,
    headers: str,
    digits: str,
    token: str,
    lifetime: timedelta | None = None,
) -> Signature:
    found = _CREDENTIAL.fullmatch(credential)
    names = tuple(headers.split(";"))
    if found is None or found[2] != moment[:8] or "host" not in names:
        raise BadSignature(Fault.MALFORMED)
    return Signature(
        access_key_id=found[1],
        region=found[3],
        service=found[4],
        moment=moment,
        headers=names,
        digits=digits,
        token=token,
        lifetime=lifetime,
    )


def check_signature(
    request: Request,
    signature: Signature,
    credentials: Credentials,
    read_body: Callable[[], bytes],
) -> None:
    """See that a request is what the holder of credentials has signed, and just now.

    Raises
    ------
    BadSignature
        When it is not.
    """
    _check_time(signature)
    _check_token(signature, credentials)
    _check_headers(request, signature)
    declared = request.headers.get(_BODY_HASH)
    # S3's clients declare the hash, so that a large body need not be read in vain.
    body = b"" if signature.service == "s3" else read_body()
    expected = compute_signature(request, signature, credentials, body)
    if not hmac.compare_digest(expected.encode(), signature.digits.encode()):
        raise BadSignature(Fault.MISMATCH)
    if signature.lifetime is None:
        _check_body(declared, signature.service, read_body)


def compute_signature(
    request: Request, signature: Signature, credentials: Credentials, body: bytes
) -> str:
    """Compute what the signature of a request has to be."""
    headers = {name: request.headers[name] for name in signature.headers}
    signed = AWSRequest(
        method=request.method,
        url=f"http://{request.headers['host']}{_drop_signature(request.target)}",
        headers=headers,
        data=body,
    )
    signed.context["timestamp"] = signature.moment
    auth = _choose_auth(signature)(
        botocore.credentials.Credentials(
            credentials.access_key_id, credentials.secret_access_key
        ),
        signature.service,
        signature.region,
    )
    text = auth.string_to_sign(signed, auth.canonical_request(signed))
    return str(auth.signature(text, signed))


def _choose_auth(signature: Signature) -> type[SigV4Auth]:
    if signature.lifetime is not None:
        return S3SigV4QueryAuth
    return S3SigV4Auth if signature.service == "s3" else SigV4Auth


def _drop_signature(target: str) -> str:
    path, mark, query = target.partition("?")
    pairs = [p for p in query.split("&") if not p.startswith("X-Amz-Signature=")]
    return f"{path}{mark}{'&'.join(pairs)}"


def _check_time(signature: Signature) -> None:
    try:
        moment = datetime.strptime(signature.moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadSignature(Fault.MALFORMED) from error
    age = datetime.now(UTC) - moment
    if signature.lifetime is None:
        if abs(age) > _MOST_SKEW:
            raise BadSignature(Fault.WRONG_TIME)
    elif not -_MOST_SKEW < age <= min(signature.lifetime, _LONGEST_URL):
        raise BadSignature(Fault.EXPIRED_URL)


def _check_token(signature: Signature, credentials: Credentials) -> None:
    if not hmac.compare_digest(
        signature.token.encode(), credentials.session_token.encode()
    ):
        raise BadSignature(Fault.WRONG_TOKEN)


def _check_headers(request: Request, signature: Signature) -> None:
    missing = [name for name in signature.headers if name not in request.headers]
    if missing:
        raise BadSignature(Fault.MISMATCH)
    amazon = {name for name in request.headers if name.startswith("x-amz-")}
    if not amazon <= set(signature.headers):
        raise BadSignature(Fault.HEADER_NOT_SIGNED)


def _check_body(
    declared: str | None, service: str, read_body: Callable[[], bytes]
) -> None:
    if declared is None:
        # Of other services, the signature has covered the body itself.
        if service == "s3":
            raise BadSignature(Fault.MALFORMED)
    elif not (service == "s3" and declared in _UNHASHED):
        found = hashlib.sha256(read_body()).hexdigest()
        if not hmac.compare_digest(found.encode(), declared.encode()):
            raise BadSignature(Fault.OTHER_BODY)
