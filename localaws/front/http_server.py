"""The HTTP server in front of moto: loopback only, and closed completely."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import moto.moto_server.werkzeug_app as moto_server
from werkzeug.exceptions import NotFound
from werkzeug.serving import ThreadedWSGIServer

from localaws.front.door import LOOPBACK, Door
from localaws.front.origins import OwnHostOnly, Start
from localaws.iam.gate import App, Gate
from localaws.iam.keys import Credentials
from localaws.patches import Patches

# How long the end of the server may take to be noticed.
_POLL_SECONDS = 0.05
# What AWS does not have: moto's own API, which resets, records and replays, and the
# metadata of an instance, whose keys are made up.
_HOSTS = 256
_NOT_AWS = {"moto_api", "instance_metadata"}


class Handler(moto_server.MotoRequestHandler):
    """A handler of our own, because werkzeug sets the protocol of its class."""

    def version_string(self) -> str:
        """Tell strangers nothing of what answers."""
        return "localaws"


class Dispatcher(moto_server.DomainDispatcherApplication):
    """moto's choice of a service, among those of AWS."""

    def __init__(self, create_app: Callable[[Any], Any]) -> None:
        super().__init__(create_app)
        # moto lists its folders and tries hundreds of patterns for each request, one
        # request at a time.
        self._find = lru_cache(maxsize=_HOSTS)(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the service that answers for a host.

        Raises
        ------
        NotFound
            When there is no such service.
        """
        found = self._find(host)
        if host is not None and (found is None or found in _NOT_AWS):
            raise NotFound
        return found

    def __call__(self, environ: dict[str, Any], start: Start) -> Any:
        """Answer a request."""
        try:
            return super().__call__(environ, start)
        except NotFound as nothing:
            return nothing(environ, start)


class Server(ThreadedWSGIServer):
    """A server that knows its connections, so that it can end them."""

    def __init__(
        self,
        port: int | Door,
        owner: Credentials,
        wrap: Callable[[App], App],
        *,
        else_any: bool,
    ) -> None:
        self._else_any = else_any
        moto = Dispatcher(moto_server.create_backend_app)
        self.gate = Gate(wrap(moto), owner)
        if isinstance(port, Door):
            with port.listener as listener:
                number, file = port.port, listener.fileno()
                super().__init__(LOOPBACK, number, self.gate, Handler, fd=file)
        else:
            super().__init__(LOOPBACK, port, self.gate, Handler)
        self.app = OwnHostOnly(self.gate, self.port)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Take the port, or any if that one is taken and another will do."""
        try:
            super().server_bind()
        except OSError:
            if not self._else_any:
                raise
            self.server_address = (LOOPBACK, 0)
            super().server_bind()

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

    def start(self) -> None:
        """Begin to answer; until then, who asks waits."""
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="localaws server"
        )
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self._end_connections()
        self.server_close()

    def _end_connections(self) -> None:
        """End what clients keep open, so that no thread waits for them."""
        with self._lock:
            left = list(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def open_server(
    port: int | Door,
    owner: Credentials,
    patches: Patches,
    *,
    wrap: Callable[[App], App] = lambda app: app,
    else_any: bool = False,
) -> Iterator[Server]:
    """Open a server of moto to its owner, which answers once it is started.

    Parameters
    ----------
    port
        One of loopback; 0 takes a free one. A door listens already, and is closed.
    wrap
        Puts something between the gate and moto.
    else_any
        Whether any free port will do when this one is taken.
    """
    # moto would let the pages of every origin read its answers.
    patches.replace(moto_server, "DISABLE_GLOBAL_CORS", True)
    server = Server(port, owner, wrap, else_any=else_any)
    try:
        yield server
    finally:
        server.stop()
