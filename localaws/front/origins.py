"""Keep out web pages: requests for other hosts, and requests that a page caused.

A page can send requests to loopback, and a name of its own can lead there. It cannot
choose what its browser says of it in Host, Origin, Referer and Sec-Fetch-Site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
# S3's clients name the bucket in the path where the endpoint is an address, so that
# no host with a bucket in front need be let in.
_NAMES = ("127.0.0.1", "localhost")
_HTTP_PORT = 80
_REFUSAL = b"Forbidden"


class OwnHostOnly:
    """A WSGI application that answers programs of this machine, and no web page."""

    def __init__(self, app: App, port: int) -> None:
        self._app = app
        self._hosts = list_hosts(port)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request, or refuse it without a word on what is here."""
        if is_foreign(environ, self._hosts):
            size = ("Content-Length", str(len(_REFUSAL)))
            start("403 Forbidden", [("Content-Type", "text/plain"), size])
            return [_REFUSAL]
        return self._app(environ, start)


def list_hosts(port: int) -> frozenset[str]:
    """List what clients call a server on a port of loopback."""
    bare = _NAMES if port == _HTTP_PORT else ()
    return frozenset((*(f"{name}:{port}" for name in _NAMES), *bare))


def is_foreign(environ: Mapping[str, Any], hosts: frozenset[str]) -> bool:
    """Tell whether a request is for another host, or comes from another's page."""
    return (
        environ.get("HTTP_HOST") not in hosts
        # Through a proxy, the host stands here as well.
        or not environ["REQUEST_URI"].startswith("/")
        or any(
            environ.get(name) is not None and not _is_own(environ[name], hosts)
            for name in ("HTTP_ORIGIN", "HTTP_REFERER")
        )
        or environ.get("HTTP_SEC_FETCH_SITE", "none") not in {"none", "same-origin"}
    )


def _is_own(page: str, hosts: frozenset[str]) -> bool:
    try:
        scheme, host, *_ = urlsplit(page)
    except ValueError:
        return False
    return scheme == "http" and host in hosts
