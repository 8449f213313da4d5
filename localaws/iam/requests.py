"""An HTTP request as the gate sees it, read from what the server makes of it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY


@dataclass(frozen=True)
class Request:
    """What of an HTTP request says who makes it and which call it is.

    ``target`` is the path with its query as it was sent; the names of ``headers`` are
    in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str]

    @cached_property
    def path(self) -> str:
        """The path without its query, decoded."""
        return unquote(self.target.partition("?")[0], errors="replace")

    @cached_property
    def query(self) -> str:
        """The query as it was sent."""
        return self.target.partition("?")[2]


def read_request(environ: Mapping[str, Any]) -> Request:
    """Read a request, but for its body."""
    # Only these may have an underscore in their name.
    preserved = environ.get(PRESERVED_HEADER_NAMES_ENVIRON_KEY) or {}
    headers = {
        str(preserved.get(key, key.removeprefix("HTTP_").replace("_", "-"))).lower(): (
            str(value)
        )
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return Request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers)


def read_body(environ: dict[str, Any]) -> bytes:
    """Read a body, and leave it to be read again."""
    length = environ.get("CONTENT_LENGTH") or ""
    if environ.get("wsgi.input_terminated"):
        body: bytes = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(length)) if length.isdecimal() else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body
