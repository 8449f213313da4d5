"""Calls whose answer waits until what they changed is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from localaws.iam.requests import read_request
from localaws.iam.signatures import read_signature
from localaws.state.keeper import Keeper

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
_READING = {"GET", "HEAD"}
_ASKING = re.compile(r"(?:BatchGet|Describe|Filter|Get|Head|List|Lookup|Test)[A-Z]")


class KeptCalls:
    """A WSGI application that answers once what was changed is on disk."""

    def __init__(self, app: App, keeper: Keeper) -> None:
        self._app = app
        self._keeper = keeper

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        request = read_request(environ)
        target = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if request.method in _READING or _ASKING.match(target):
            return self._app(environ, start)
        answers: list[tuple[Any, ...]] = []
        body = list(self._app(environ, lambda *given: answers.append(given)))
        self._keeper.save_call(read_signature(request).service)
        start(*answers[0])
        return body
