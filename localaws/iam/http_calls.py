"""Read from an HTTP request which call of AWS it is; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from localaws.iam.authorize import Call

# Key, date, region and service, as Signature Version 4 names them.
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
# Answered by S3 for both, by the query; all else that a role asks of S3 is refused.
_S3_KEY_OPERATIONS = {
    "GET": "GetObject",
    "HEAD": "HeadObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
}
_PART = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}


@dataclass(frozen=True)
class Request:
    """What of an HTTP request says which call it is."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Signature:
    """Who signed a request, for which service and region."""

    access_key_id: str
    region: str
    service: str


def read_signature(headers: Mapping[str, str]) -> Signature | None:
    """Read who signed; None for a request that is not signed."""
    found = _CREDENTIAL.search(headers.get("Authorization", ""))
    return None if found is None else Signature(*found.groups())


def read_call(
    request: Request, signature: Signature, *, account: str, partition: str
) -> Call:
    """Read which call a request is; one that cannot be told is named ``Unknown``."""
    operation, parameters = _read(request, signature.service)
    return Call(
        signature.service,
        operation,
        parameters,
        region=signature.region,
        account=account,
        partition=partition,
    )


def _read(request: Request, service: str) -> tuple[str, Mapping[str, Any]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rsplit(".", 1)[-1], json.loads(request.body or b"{}")
    if service == "s3":
        return _read_s3(request)
    if service == "lambda":
        return _read_lambda(request)
    return _read_query(request)


def _read_lambda(request: Request) -> tuple[str, Mapping[str, Any]]:
    found = _INVOKE.fullmatch(request.path)
    if found is None:
        return "Unknown", {}
    return "Invoke", {"FunctionName": unquote(found[1])}


def _read_query(request: Request) -> tuple[str, Mapping[str, Any]]:
    fields = dict(parse_qsl(request.body.decode("utf-8", errors="replace")))
    return fields.pop("Action", "Unknown"), fields


def _read_s3(request: Request) -> tuple[str, Mapping[str, Any]]:
    query = parse_qs(request.query, keep_blank_values=True)
    # Clients of an endpoint that is an address name the bucket in the path.
    bucket, _, key = request.path.lstrip("/").partition("/")
    parameters: dict[str, Any] = {"Bucket": bucket, **({"Key": key} if key else {})}
    if "versionId" in query:
        parameters["VersionId"] = query["versionId"][0]
    return _name_s3_operation(request, key, query.keys()), parameters


def _name_s3_operation(request: Request, key: str, query: Any) -> str:
    if not key:
        return _name_bucket_operation(request.method, query)
    if "uploads" in query and request.method == "POST":
        return "CreateMultipartUpload"
    if "uploadId" in query:
        return _PART.get(request.method, "AbortMultipartUpload")
    subresources = set(query) - {"versionId", "x-id", "partNumber"}
    if subresources or "x-amz-copy-source" in {h.lower() for h in request.headers}:
        return "Unknown"
    return _S3_KEY_OPERATIONS.get(request.method, "Unknown")


def _name_bucket_operation(method: str, query: Any) -> str:
    listing = {"prefix", "delimiter", "max-keys", "encoding-type", "marker"}
    listing |= {"continuation-token", "start-after", "fetch-owner", "list-type"}
    if method != "GET" or set(query) - listing:
        return "Unknown"
    return "ListObjectsV2" if "list-type" in query else "ListObjects"
