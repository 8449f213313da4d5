"""What moto 5.2.5 imports, and need not before somebody asks for it."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import moto


class LatePackage(ModuleType):
    """A package of moto's that imports its models when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        """Find what the package itself would have imported."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(f"{self.__name__}.models"), name)


def import_late(service: str) -> None:
    """Let a service's own modules be imported without its models."""
    name = f"moto.{service}"
    if name in sys.modules:
        return
    folder = Path(moto.__path__[0]) / service
    package = LatePackage(name)
    package.__path__ = [str(folder)]
    package.__spec__ = ModuleSpec(name, None, is_package=True)
    package.__spec__.submodule_search_locations = package.__path__
    sys.modules[name] = package
    setattr(moto, service, package)
