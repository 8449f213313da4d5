"""Hear every address that this process looks up or connects to."""

import sys
from contextlib import contextmanager

_EVENTS = {"socket.connect", "socket.getaddrinfo"}
_heard = None


def _hear(event, arguments):
    if _heard is None or event not in _EVENTS:
        return
    where = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = where[0] if isinstance(where, tuple) else where
    _heard.append(str(host))


@contextmanager
def hear_hosts():
    """List the hosts that are asked for meanwhile."""
    global _heard  # noqa: PLW0603 - an audit hook stays for the whole process
    _heard = heard = []
    try:
        yield heard
    finally:
        _heard = None


sys.addaudithook(_hear)
