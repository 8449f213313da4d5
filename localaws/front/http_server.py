"""The HTTP server in front of moto: loopback only, and closed completely."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import ThreadedWSGIServer

from localaws.iam.gate import Gate

LOOPBACK = "127.0.0.1"
# How long the end of the server may take to be noticed.
_POLL_SECONDS = 0.05


class Handler(MotoRequestHandler):
    """A handler of our own, because werkzeug sets the protocol of its class."""


class Server(ThreadedWSGIServer):
    """A server that knows its connections, so that it can end them."""

    def __init__(self, port: int) -> None:
        self.gate = Gate(DomainDispatcherApplication(create_backend_app))
        super().__init__(LOOPBACK, port, self.gate, Handler)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note a new connection."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Note that a connection is over."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """End what clients keep open, so that no thread waits for them."""
        with self._lock:
            left = list(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def answer_requests(port: int) -> Iterator[Server]:
    """Serve moto on a port of loopback; 0 takes a free one."""
    server = Server(port)
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_SECONDS,), name="localaws server"
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.end_connections()
        server.server_close()
