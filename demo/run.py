"""The demo: deploy to a fresh local AWS, forecast the sample, say how good it is."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from client.exit_codes import INTERRUPTED
from demo.workspace import PROJECT, link_project
from localaws.front.door import Door, build_environ, open_door
from localaws.host.collecting import collect_nothing
from localaws.host.isolation import isolate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from localaws.server import LocalAWS

SAMPLE = PROJECT / "sample-data" / "data.zip"
OUTPUT = PROJECT / "forecasts"
# Five minutes between two looks at a training are a seventh of a second here.
_SPEEDUP = 2000.0
_DEPLOY = ("deploy.py", "--stage", "local")
# What `python forecast.py` does, but that it waits for a line of its input when it has
# loaded what it takes.
_WAITING = """\
import runpy, signal, sys
interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)
import client.command.group, client.explain
if sys.stdin.readline():
    signal.signal(signal.SIGINT, interrupt)
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")
"""
# For what is waited for last: it has the processors when nothing else does.
_NICE = 19


def main(
    arguments: list[str] | None = None, *, look: Callable[[], object] = lambda: None
) -> int:
    """Run the whole pipeline once; return the exit code of the forecast.

    Parameters
    ----------
    look
        Is called before the local AWS ends.
    """
    parse_arguments(arguments)
    code = INTERRUPTED
    started = time.monotonic()
    # A thread more would only wait for the others.
    environ = {**isolate(os.environ), "OPENBLAS_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    with (
        suppress(KeyboardInterrupt),
        # Beside all else, as it waits for nothing that this does.
        _run(("-m", "demo.holdout"), PROJECT, environ, stdout=pipe) as last,
    ):
        os.setpriority(os.PRIO_PROCESS, last.pid, _NICE)
        code = forecast_sample(look)
        if code == 0:
            _say("the last year of the sample, held out and forecast:")
            print(last.communicate()[0], end="")
    ended = "stopped after" if code == INTERRUPTED else "done in"
    _say(f"{ended} {time.monotonic() - started:.0f} s")
    return code


def forecast_sample(look: Callable[[], object]) -> int:
    """Deploy to a local AWS of its own, and run the sample there."""
    door = open_door()
    environ = {**isolate(os.environ), **build_environ(door.port, door.owner)}
    client = ("forecast.py", str(SAMPLE), "--stage", "local", "--output", str(OUTPUT))
    _say(f"local AWS at {environ['AWS_ENDPOINT_URL']}")
    _say(f"python {' '.join(_DEPLOY)}")
    with (
        link_project() as project,
        # The local AWS starts while this does, and its client while this works.
        _run(_DEPLOY, project, environ) as deploy,
        serve_demo(door),
        _run(
            ("-c", _WAITING, *client), project, environ, stdin=subprocess.PIPE
        ) as forecast,
    ):
        code = deploy.wait()
        if code == 0:
            _say(f"python {' '.join(client)}")
            forecast.communicate("go on\n")
            code = forecast.returncode
        look()
    return code


def serve_demo(door: Door) -> AbstractContextManager[LocalAWS]:
    """Run a local AWS that has all ready, and hurries."""
    # It takes the better part of a second to load.
    with collect_nothing():
        from localaws.server import serve  # noqa: PLC0415 - see above

    return serve(port=door, ahead=True, speedup=_SPEEDUP)


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line, which has nothing to say but that help is wanted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=__doc__,
        epilog="Takes about a minute and needs no AWS account; nothing leaves this "
        f"machine. Forecast and report are kept in {OUTPUT.name}/.",
    )
    return parser.parse_args(arguments)


@contextmanager
def _run(
    arguments: tuple[str, ...],
    folder: Path,
    environ: Mapping[str, str],
    *,
    stdin: int | None = None,
    stdout: int | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run Python, which does not go on when the block is left."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdin=stdin, stdout=stdout, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _say(text: str) -> None:
    print(f"\n== {text}", flush=True)
