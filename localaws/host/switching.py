"""How often threads that wait for the interpreter ask for it."""

import sys
import threading

_USUAL_SECONDS = sys.getswitchinterval()
_LONGEST_SECONDS = 0.1
_SECONDS_A_THREAD = 1e-4


def pace_switching() -> None:
    """Let threads ask for the interpreter the less often the more there are.

    Each thread that waits for the interpreter wakes up once an interval to ask for it,
    and needs a lock of all of them to ask. With a thousand at the usual 5 ms the
    machine does little else.
    """
    wanted = threading.active_count() * _SECONDS_A_THREAD
    sys.setswitchinterval(min(max(wanted, _USUAL_SECONDS), _LONGEST_SECONDS))
