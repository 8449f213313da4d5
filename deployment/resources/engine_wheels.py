"""The libraries of the embedded engine: wheels in the bucket, each under its hash.

The job that trains has no way to the internet, and Glue has neither LightGBM nor the
versions that the engine was measured with: Glue installs what lies in the bucket.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError
from deployment.resources.code_objects import find_digest, put_file, spell_digest
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

LOCK = "requirements-engine.txt"
# A line of the lock: what pip is asked for, and the one file that it may bring.
_LINE = re.compile(
    r"(?P<pin>[\w.-]+==[\w.+!-]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})"
    r"  # (?P<name>\S+\.whl)"
)


@dataclass(frozen=True)
class Wheel:
    """One library: its file's name and hash, and what pip calls it."""

    name: str
    pin: str
    sha256: str

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return f"code/{self.sha256}/{self.name}"

    @property
    def requirement(self) -> str:
        """What pip is asked for, and by which hash it is held to it."""
        return f"{self.pin} --hash=sha256:{self.sha256}"

    @property
    def digest(self) -> str:
        """The hash as S3 spells it."""
        return b64encode(bytes.fromhex(self.sha256)).decode()


@dataclass(frozen=True)
class Libraries:
    """The engine's libraries, and what brings one that is not in the bucket yet."""

    wheels: tuple[Wheel, ...]
    fetch: Callable[[Wheel], bytes]


def read_wheels(project: Path) -> tuple[Wheel, ...]:
    """Read which wheels the engine needs.

    Raises
    ------
    DeploymentError
        When the list of them is missing or not as it is written.
    """
    path = project / LOCK
    lines = path.read_text().splitlines() if path.exists() else []
    found = [_LINE.fullmatch(line) for line in lines if line.strip()]
    if not found or None in found:
        raise DeploymentError(
            f"{LOCK} is missing, or a line of it is no pinned wheel; restore it, or "
            "write it anew with make lock"
        )
    return tuple(
        Wheel(match["name"], match["pin"], match["sha256"]) for match in found if match
    )


def review_engine_wheels(
    s3: S3Client, stage: Stage, wheels: Iterable[Wheel], fetch: Callable[[Wheel], bytes]
) -> Review:
    """Compare the wheels in the bucket with those of the list, by S3's checksums.

    Only what is not there is fetched, and only when it is sent.
    """
    wheels = list(wheels)
    digests = {wheel.name: find_digest(s3, stage, wheel.key) for wheel in wheels}
    fixes = [
        Fix(wheel.name, _send(s3, stage, wheel, fetch))
        for wheel in wheels
        if digests[wheel.name] != wheel.digest
    ]
    exists = any(digest is not None for digest in digests.values())
    return Review("engine's libraries", f"{len(wheels)} wheels", exists, tuple(fixes))


def _send(
    s3: S3Client, stage: Stage, wheel: Wheel, fetch: Callable[[Wheel], bytes]
) -> Callable[[], object]:
    def send() -> object:
        content = fetch(wheel)
        if spell_digest(content) != wheel.digest:
            raise DeploymentError(
                f"{wheel.name} is not the file that {LOCK} names (received other "
                "bytes); nothing was sent, find out where they came from"
            )
        return put_file(s3, stage, key=wheel.key, content=content)()

    return send
