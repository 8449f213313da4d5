"""The command ``python -m localaws``: what it is told, and what it says."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from localaws.exports import ExportsError, build_exports, write_exports
from localaws.faults.plan import Plan, PlanError, read_plan
from localaws.front.door import REGION
from localaws.server import LocalAWS, serve
from localaws.service_quotas.table import AUTOPILOT_JOBS
from localaws.state.keeper import list_executions
from localaws.state.parts import StateInUse
from localaws.waits import SPEEDUP

_LAST_LINE = "# a local AWS answers there until Ctrl-C"
_LONGEST_LOOK_SECONDS = 20.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    chosen = parse_arguments(arguments)
    try:
        faults = read_plan(chosen.faults) if chosen.faults else None
        serve_until_ended(chosen, faults)
    except (PlanError, StateInUse, ExportsError) as error:
        sys.exit(f"error: {error}")


def serve_until_ended(chosen: argparse.Namespace, faults: Plan | None) -> None:
    """Serve until a signal comes, or until nobody has asked for long."""
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
            quotas=choose_quotas(chosen),
            faults=faults,
            state=chosen.state,
            ahead=True,
        ) as local,
        _tell(local, chosen.env_file) as greeting,
    ):
        print(greeting, flush=True)
        wait_for_end(local, ended, chosen.idle_minutes)


def choose_quotas(chosen: argparse.Namespace) -> dict[str, int]:
    """Give the quotas that were asked for, by their codes."""
    jobs = chosen.autopilot_jobs
    return {**dict(chosen.quota), **({} if jobs is None else {AUTOPILOT_JOBS: jobs})}


def wait_for_end(
    local: LocalAWS, ended: SimpleQueue[int], idle_minutes: float | None
) -> None:
    """Wait for a signal, or until it is idle; a run that goes on is no idleness."""
    longest = None if idle_minutes is None else idle_minutes * 60
    look = None if longest is None else min(longest / 4, _LONGEST_LOOK_SECONDS)
    while True:
        with contextlib.suppress(Empty):
            ended.get(timeout=look)
            return
        if longest is not None and is_idle(local, longest):
            print(f"nobody has asked for {idle_minutes:g} minutes: the end", flush=True)
            return


def is_idle(local: LocalAWS, seconds: float) -> bool:
    """Tell whether the owner has not called for so long, and no run is under way."""
    return local.usage.idle_seconds >= seconds and not any(
        execution.status == "RUNNING" for execution in list_executions()
    )


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
        help="write the exports to a file, which only you can read, not the screen",
    )
    parser.add_argument(
        "--idle-minutes",
        type=float,
        metavar="N",
        help="end when you have called nothing for so long, and no run is under way",
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
    write_exports(env_file, exports)
    try:
        yield f". {shlex.quote(str(env_file.absolute()))}\n{_LAST_LINE}"
    finally:
        env_file.unlink(missing_ok=True)
