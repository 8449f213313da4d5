"""Where a local AWS will answer, which can be told before it does."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from localaws.host.isolation import isolate
from localaws.iam.keys import Credentials, make_owner

LOOPBACK = "127.0.0.1"
REGION = "us-east-1"


@dataclass(frozen=True)
class Door:
    """A port of loopback, and who may ask there.

    Whoever asks before the local AWS is there waits until it is.
    """

    listener: socket.socket
    owner: Credentials = field(default_factory=make_owner)

    @property
    def port(self) -> int:
        """The port's number."""
        return int(self.listener.getsockname()[1])


def open_door() -> Door:
    """Listen on a free port."""
    return Door(socket.create_server((LOOPBACK, 0)))


def build_environ(
    port: int, owner: Credentials, region: str = REGION
) -> dict[str, str]:
    """Build the ``AWS_*`` variables that lead to a port, and nowhere else."""
    isolated = isolate({}).items()
    return {
        **{name: value for name, value in isolated if name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        **owner.environ,
    }
