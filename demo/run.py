"""The demo: deploy to a fresh local AWS, forecast the sample, say how good it is."""

import argparse
import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from demo.workspace import PROJECT, copy_project
from localaws.host.isolation import isolate
from localaws.server import LocalAWS, serve

SAMPLE = PROJECT / "sample-data" / "data.zip"
OUTPUT = PROJECT / "forecasts"
# Five minutes between two looks at a training are a quarter of a second here.
_SPEEDUP = 1200.0


def main(arguments: list[str] | None = None) -> int:
    """Run the whole pipeline once; return the exit code of the forecast."""
    parse_arguments(arguments)
    started = time.monotonic()
    # Beside all else, as it waits for nothing that this does.
    with _start_holdout() as holdout:
        code = forecast_sample()
        if code == 0:
            _say("the last year of the sample, held out and forecast:")
            print(holdout.communicate()[0], end="")
        else:
            holdout.kill()
    _say(f"done in {time.monotonic() - started:.0f} s")
    return code


def forecast_sample() -> int:
    """Deploy to a local AWS of its own, and run the sample there."""
    with serve_demo() as server, copy_project() as project:
        _say(f"local AWS at {server.endpoint_url}")
        environ = {**isolate(os.environ), **server.environ}
        code = _run(project, environ, "deploy.py", "--stage", "local")
        if code == 0:
            code = _run(
                project,
                environ,
                "forecast.py",
                str(SAMPLE),
                *("--stage", "local", "--output", str(OUTPUT)),
            )
    return code


def serve_demo() -> AbstractContextManager[LocalAWS]:
    """Run a local AWS that has all ready, and hurries."""
    return serve(ahead=True, speedup=_SPEEDUP)


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line, which has nothing to say but that help is wanted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description=__doc__,
        epilog="Takes about a minute and needs no AWS account; nothing leaves this "
        f"machine. Forecast and report are kept in {OUTPUT.name}/.",
    )
    return parser.parse_args(arguments)


def _run(project: Path, environ: dict[str, str], script: str, *args: str) -> int:
    _say(f"python {script} {' '.join(args)}")
    command = [sys.executable, script, *args]
    return subprocess.run(command, cwd=project, env=environ, check=False).returncode


def _start_holdout() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "demo.holdout"],
        cwd=PROJECT,
        env=isolate(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )


def _say(text: str) -> None:
    print(f"\n== {text}", flush=True)
