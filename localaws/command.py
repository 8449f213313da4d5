"""Serve a local AWS until stopped: ``python -m localaws``."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from queue import SimpleQueue

from localaws.server import REGION, SPEEDUP, LocalAWS, serve


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    chosen = parse_arguments(arguments)
    # Not an Event: its lock may be held by the very thread that a signal interrupts.
    ended: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda caught, _: ended.put(caught))
    with serve(
        port=chosen.port,
        region=chosen.region,
        speedup=chosen.speedup,
        glue_errors=chosen.glue_errors,
        autopilot_jobs=chosen.autopilot_jobs,
    ) as local:
        print(build_greeting(local), flush=True)
        ended.get()


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m localaws", description=__doc__)
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
    return parser.parse_args(arguments)


def build_greeting(local: LocalAWS) -> str:
    """Build the lines that a person pastes into another terminal."""
    first = "AWS_ENDPOINT_URL"
    names = [first, *(name for name in local.environ if name != first)]
    exports = [f"export {name}={local.environ[name]}" for name in names]
    return "\n".join([*exports, "# a local AWS answers there until Ctrl-C"])


if __name__ == "__main__":
    main()
