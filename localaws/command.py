"""The command ``python -m localaws``: what it is told, and what it says."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from localaws.faults.plan import PlanError, read_plan
from localaws.host.isolation import LOOPBACK_HOSTS
from localaws.server import REGION, LocalAWS, serve
from localaws.waits import SPEEDUP

_LAST_LINE = "# a local AWS answers there until Ctrl-C"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    chosen = parse_arguments(arguments)
    try:
        faults = read_plan(chosen.faults) if chosen.faults else None
    except PlanError as error:
        sys.exit(f"error: {error}")
    # Not an Event: its lock may be held by the very thread that a signal interrupts.
    ended: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda caught, _: ended.put(caught))
    with (
        serve(
            port=chosen.port,
            region=chosen.region,
            speedup=chosen.speedup,
            glue_errors=chosen.glue_errors,
            autopilot_jobs=chosen.autopilot_jobs,
            quotas=dict(chosen.quota),
            faults=faults,
            state=chosen.state,
        ) as local,
        _tell(local, chosen.env_file) as greeting,
    ):
        print(greeting, flush=True)
        ended.get()


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m localaws", description="Serve a local AWS until stopped."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--region", default=REGION, help="the default region")
    parser.add_argument(
        "--speedup",
        type=float,
        default=SPEEDUP,
        help="how many times faster than on AWS waits and retries are",
    )
    parser.add_argument(
        "--glue-errors",
        choices=["full", "generic"],
        default="full",
        help="whether a failed Glue job tells its exception or its exit code only",
    )
    parser.add_argument(
        "--autopilot-jobs", type=int, help="AutoML jobs at once; else as on AWS"
    )
    parser.add_argument(
        "--quota",
        type=read_quota,
        action="append",
        default=[],
        metavar="CODE=N",
        help="a quota of the account by its code, or all=N; else enough",
    )
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="PLAN",
        help="a JSON file that says what is to go wrong",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="keep the state there, and begin with what it holds; else it is gone "
        "with the server",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="PATH",
        help="write the exports to a new file, which only you can read, not the screen",
    )
    return parser.parse_args(arguments)


def read_quota(text: str) -> tuple[str, int]:
    """Read a quota's code and its value."""
    code, found, value = text.partition("=")
    if not (code and found and value.isdecimal()):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no quota (needs <code>=<whole number>); such as L-3E1C9273=0"
        )
    return code, int(value)


@contextmanager
def _tell(local: LocalAWS, env_file: Path | None) -> Iterator[str]:
    """Give what to print, and keep the file with the exports while it is asked for."""
    exports = build_exports(local)
    if env_file is None:
        yield f"{exports}{_LAST_LINE}"
        return
    write_secret(env_file, exports)
    try:
        yield f". {shlex.quote(str(env_file.absolute()))}\n{_LAST_LINE}"
    finally:
        env_file.unlink(missing_ok=True)


def build_exports(local: LocalAWS) -> str:
    """Build the lines that a person pastes into another terminal."""
    first = "AWS_ENDPOINT_URL"
    names = [first, *(name for name in local.environ if name != first)]
    lines = [f"export {name}={local.environ[name]}" for name in names]
    # A proxy must not get to see requests for this machine.
    lines += [f"export {name}={LOOPBACK_HOSTS}" for name in ("NO_PROXY", "no_proxy")]
    return "".join(f"{line}\n" for line in lines)


def write_secret(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read.

    Raises
    ------
    FileExistsError
        When there is a file, or a link, of that name: somebody else may hold it open.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
