"""What runs a Glue Python shell script, in the process of its job run.

It stands in for Glue's own, so that it may use the standard library only.
"""

import runpy
import sys
import traceback
from pathlib import Path


def main() -> None:
    """Run a script, and leave word when it raises."""
    report, script = Path(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[2:]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            report.write_text(spell(end))
        raise
    except BaseException as error:
        report.write_text(spell(error))
        print_traceback(error)
        sys.exit(1)


def spell(error: BaseException) -> str:
    """Spell an exception as the last lines of its traceback do, without its module."""
    message = str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def print_traceback(error: BaseException) -> None:
    """Print the traceback from the script on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != sys.argv[0]:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace or error.__traceback__)


if __name__ == "__main__":
    main()
