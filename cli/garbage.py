"""Less collecting of garbage, for programs that end before it pays."""

import atexit
import gc

# Python's own first threshold is 700. What a program here loads are some hundred
# thousand objects that stay, and are gone through again and again.
_NEW_OBJECTS = 50_000


def collect_rarely() -> None:
    """Collect the garbage of this process rarely, and what it leaves not at all."""
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
