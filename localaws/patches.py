"""Replace what moto looks up, and put it back afterwards."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

_ABSENT = object()


class Patches(ExitStack):
    """Replacements that hold until the stack is left."""

    def replace(self, owner: Any, name: str, new: Any) -> None:
        """Set an attribute that ``owner`` has, or inherits."""
        getattr(owner, name)
        self.give(owner, name, new)

    def give(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute, whether there is one or not."""
        own = vars(owner).get(name, _ABSENT)
        setattr(owner, name, value)
        self.callback(_restore, owner, name, own)

    def wrap(self, owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
        """Replace a function by the decorated one, which gets it as first argument."""
        original = getattr(owner, name)

        def decorate(around: Callable[..., Any]) -> None:
            @functools.wraps(original)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                return around(original, *args, **kwargs)

            self.give(owner, name, wrapped)

        return decorate

    def add(self, owner: Any, name: str, new: Any) -> None:
        """Set an attribute that is not there."""
        setattr(owner, name, new)
        self.callback(delattr, owner, name)


def _restore(owner: Any, name: str, own: Any) -> None:
    if own is _ABSENT:
        delattr(owner, name)
    else:
        setattr(owner, name, own)
