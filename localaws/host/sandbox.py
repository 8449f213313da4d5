"""What every subprocess does first: narrow its path, and end when its parent does.

It is also the script that the isolated ones are started with, so that it needs
nothing but the standard library.
"""

import json
import os
import runpy
import signal
import sys
import threading


def end_with_parent(lifeline: int) -> None:
    """Kill this process group once the other end of a pipe is closed."""
    threading.Thread(target=_wait_and_kill, args=(lifeline,), daemon=True).start()


def _wait_and_kill(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main() -> None:
    """Run the script of a sandbox as its specification says."""
    spec = json.loads(sys.argv[1])
    end_with_parent(spec["lifeline"])
    sys.path[:] = [*spec["before"], *sys.path, *spec["after"]]
    sys.argv = [spec["script"], *sys.argv[2:]]
    runpy.run_path(spec["script"], run_name="__main__")


if __name__ == "__main__":
    main()
