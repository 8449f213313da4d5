"""The services' own errors: their codes from botocore's models, where they have one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError, Shape

from localaws.host.models import load_service_model

# What a service is signed for, where botocore calls it otherwise.
_MODELS = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
}
_PATTERNS = {
    "throttled": re.compile(r"^Throttl|^TooManyRequests"),
    "server-error": re.compile(r"Internal|^ServiceException$|ServiceUnavailable"),
    "over-quota": re.compile(r"Limit|ConcurrentRuns|Quota"),
}
# What no model lists: https://docs.aws.amazon.com/AmazonS3/latest/API/
# ErrorResponses.html, and the CommonErrors page of each of the others.
_COMMON = {
    ("s3", "throttled"): ("SlowDown", 503, "Please reduce your request rate."),
    ("s3", "server-error"): (
        "InternalError",
        500,
        "We encountered an internal error. Please try again.",
    ),
    ("s3", "over-quota"): ("TooManyBuckets", 400, "Too many buckets."),
    ("s3", "denied"): ("AccessDenied", 403, "Access Denied"),
    ("sns", "denied"): ("AuthorizationError", 403, "Access denied by a fault."),
    ("sns", "throttled"): ("Throttling", 400, "Rate exceeded"),
    ("iam", "throttled"): ("Throttling", 400, "Rate exceeded"),
    ("lambda", "denied"): ("AccessDeniedException", 403, "Access denied by a fault."),
    ("", "throttled"): ("ThrottlingException", 400, "Rate exceeded"),
    ("", "server-error"): (
        "InternalFailure",
        500,
        "The request processing has failed because of an unknown error.",
    ),
    ("", "denied"): ("AccessDeniedException", 400, "Access denied by a fault."),
    ("", "over-quota"): ("LimitExceededException", 400, "A limit was exceeded."),
}


@dataclass(frozen=True)
class Wrong:
    """An error of a service: its code, status and message."""

    code: str
    status: HTTPStatus
    message: str


@cache
def find_error(service: str, operation: str, kind: str) -> Wrong:
    """Find what a service answers to an operation when this goes wrong."""
    modelled = _find_modelled(service, operation, kind)
    if modelled is not None:
        return modelled
    code, status, message = _COMMON.get((service, kind)) or _COMMON["", kind]
    return Wrong(code, HTTPStatus(status), message)


def _find_modelled(service: str, operation: str, kind: str) -> Wrong | None:
    pattern = _PATTERNS.get(kind)
    if pattern is None or service == "s3":
        return None
    try:
        model = load_service_model(_MODELS.get(service, service))
        shapes = model.operation_model(operation).error_shapes
    except (OperationNotFoundError, UnknownServiceError):
        return None
    for shape in shapes:
        if pattern.search(shape.name):
            return _read_shape(shape, 500 if kind == "server-error" else 400)
    return None


def _read_shape(shape: Shape, status: int) -> Wrong:
    """Read an error; the models of many services leave out its status."""
    error = shape.metadata.get("error", {})
    status = error.get("httpStatusCode", status)
    return Wrong(
        error.get("code", shape.name), HTTPStatus(status), f"{shape.name} by a fault."
    )
