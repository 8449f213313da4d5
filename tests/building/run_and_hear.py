"""Run a script, and print every host that it asked for."""

import runpy
import sys
from pathlib import Path

from heard_sockets import hear_hosts  # run as a script, from its own folder


def main():
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    with hear_hosts() as heard:
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
        finally:
            print("heard:", ",".join(heard))


if __name__ == "__main__":
    main()
