"""A local AWS and a copy of the project, to deploy stages from as a person does."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from demo.workspace import copy_project
from localaws.host.isolation import isolate
from localaws.server import serve
from tests.building.made_up_account import make_stage
from tests.building.wheelhouse import give_wheelhouse
from tests.conftest import REGION

RECORDER = Path(__file__).parent / "record_requests.py"
# What the script says first: account, region and endpoint.
_HEAD = 3


@dataclass(frozen=True)
class Printed:
    """What a run of ``deploy.py`` said, and what is wrong with its requests."""

    lines: list[str]
    error: str
    exit_code: int
    requests: dict[str, list[str]]

    @property
    def changes(self):
        """The lines on what is not as it was, without the name of the stage's app."""
        return [line for line in self.lines if line.split(" ")[0] in _CHANGES]


_CHANGES = {"created", "updated", "removed", "kept"}


@dataclass(frozen=True)
class Bench:
    """Where stages are deployed from, and clients that look behind the scenes."""

    project: Path
    environ: dict[str, str]

    def deploy(self, stage, *arguments, region=None, environ=None):
        """Run ``deploy.py`` for a stage, and judge every request that it makes."""
        where = ["--region", region] if region else []
        requests = self.project / "requests.json"
        recorder = [sys.executable, str(RECORDER), str(requests)]
        ended = subprocess.run(
            [*recorder, "deploy.py", "--stage", stage, *where, *arguments],
            cwd=self.project,
            env=environ or self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        lines = ended.stdout.splitlines()[_HEAD:]
        made = json.loads(requests.read_text())
        assert not any(made.values()), made
        return Printed(lines, ended.stderr, ended.returncode, made)

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.environ["AWS_ENDPOINT_URL"], region_name=REGION
        )

    def find_stage(self, name):
        return make_stage(name, region=REGION)


@contextmanager
def open_bench():
    """Serve a local AWS beside a copy of the project."""
    with (
        serve() as server,
        copy_project() as project,
        TemporaryDirectory(prefix="wheels-") as wheels,
    ):
        pip = give_wheelhouse(project, Path(wheels))
        yield Bench(project, {**isolate(os.environ), **server.environ, **pip})
