"""Less collecting of garbage, for programs that end before it pays."""

import atexit
import gc

# Python's own first threshold is 700. What a program here loads are some hundred
# thousand objects that stay, and are gone through again and again.
_NEW_OBJECTS = 50_000


def leave_garbage() -> None:
    """Collect this process's garbage rarely, and not at its end."""
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
