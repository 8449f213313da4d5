"""Read from an HTTP request which call of AWS it is; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from localaws.iam.authorize import Call
from localaws.iam.requests import Request
from localaws.iam.signatures import Signature

_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
# Answered by S3 for both, by the query; all else that a role asks of S3 is refused.
_S3_KEY_OPERATIONS = {
    "GET": "GetObject",
    "HEAD": "HeadObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
}
_PART = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}


def read_call(
    request: Request,
    signature: Signature,
    body: bytes,
    *,
    account: str,
    partition: str,
) -> Call:
    """Read which call a request is; one that cannot be told is named ``Unknown``.

    The body is looked at where it says so, which is not with S3 and Lambda.
    """
    operation, parameters = _read(request, signature.service, body)
    return Call(
        signature.service,
        operation,
        parameters,
        region=signature.region,
        account=account,
        partition=partition,
    )


def _read(request: Request, service: str, body: bytes) -> tuple[str, Mapping[str, Any]]:
    target = request.headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1], json.loads(body or b"{}")
    if service == "s3":
        return _read_s3(request)
    if service == "lambda":
        return _read_lambda(request)
    return _read_query(body)


def _read_lambda(request: Request) -> tuple[str, Mapping[str, Any]]:
    found = _INVOKE.fullmatch(request.path)
    if found is None:
        return "Unknown", {}
    return "Invoke", {"FunctionName": unquote(found[1])}


def _read_query(body: bytes) -> tuple[str, Mapping[str, Any]]:
    fields = dict(parse_qsl(body.decode("utf-8", errors="replace")))
    return fields.pop("Action", "Unknown"), fields


def _read_s3(request: Request) -> tuple[str, Mapping[str, Any]]:
    query = {
        name: values
        for name, values in parse_qs(request.query, keep_blank_values=True).items()
        # A presigned URL's own.
        if not name.startswith("X-Amz-")
    }
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
    if subresources or "x-amz-copy-source" in request.headers:
        return "Unknown"
    return _S3_KEY_OPERATIONS.get(request.method, "Unknown")


def _name_bucket_operation(method: str, query: Any) -> str:
    listing = {"prefix", "delimiter", "max-keys", "encoding-type", "marker"}
    listing |= {"continuation-token", "start-after", "fetch-owner", "list-type"}
    if method != "GET":
        return "Unknown"
    if "versions" in query:
        versions = {"versions", "key-marker", "version-id-marker"}
        return "Unknown" if set(query) - listing - versions else "ListObjectVersions"
    if set(query) - listing:
        return "Unknown"
    return "ListObjectsV2" if "list-type" in query else "ListObjects"
