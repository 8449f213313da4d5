"""Replace what moto looks up, and put it back afterwards."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any


class Patches(ExitStack):
    """Replacements that hold until the stack is left."""

    def replace(self, owner: Any, name: str, new: Any) -> Any:
        """Set an attribute and return what it was."""
        old = getattr(owner, name)
        own = name in vars(owner)
        setattr(owner, name, new)
        self.callback(_restore, owner, name, old, own)
        return old


def _restore(owner: Any, name: str, old: Any, own: bool) -> None:
    if own:
        setattr(owner, name, old)
    else:
        delattr(owner, name)
