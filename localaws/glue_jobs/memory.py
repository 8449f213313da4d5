"""How much memory a process has."""

import os
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Return what a process holds in memory; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
