"""How the C library keeps the memory that arrays have let go of."""

from __future__ import annotations

import ctypes

# The options of mallopt, by their numbers in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 64 * 1024 * 1024


def keep_freed_memory() -> None:
    """Keep freed memory for the next arrays, instead of giving it back at once.

    By default, glibc fetches each array of more than some hundred kilobytes from the
    system anew, which clears its pages: a tenth of the time of a job that works in
    arrays of a few megabytes. Where there is no such option, nothing changes.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_TRIM_THRESHOLD, 2 * _KEPT_BYTES)
        set_option(_MMAP_THRESHOLD, _KEPT_BYTES)
