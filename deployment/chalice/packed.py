"""What Chalice packs for Lambda, without what is not run there."""

from __future__ import annotations

import os
import tokenize
from datetime import UTC, datetime
from pathlib import Path

from deployment.chalice.slim import slim

# Where Chalice is given the files of its own that it packs, in the app's folder.
RUNTIME = Path(".chalice") / "runtime"
# Chalice puts into the package when each file was changed: for equal files, the same.
_CHANGED = datetime(2000, 1, 1, tzinfo=UTC).timestamp()


def slim_packed(workspace: Path) -> None:
    """Leave only what is run in all that is packed but ``vendor``."""
    folders = (workspace / "chalicelib", workspace / RUNTIME)
    inside = (path for folder in folders for path in folder.rglob("*.py"))
    for path in (workspace / "app.py", *inside):
        with tokenize.open(path) as file:
            source = file.read()
        path.write_text(slim(source), encoding="utf-8")
        os.utime(path, (_CHANGED, _CHANGED))
