"""How often Python goes through all objects for those that only hold each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from localaws.patches import Patches

# Of new objects, of rounds through those, and of rounds through what outlived one.
_THRESHOLDS = (10_000, 10, 10)


@contextmanager
def collect_nothing() -> Iterator[None]:
    """Go through nothing meanwhile: modules are made to stay."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def collect_rarely(patches: Patches) -> None:
    """Leave out what is loaded, and go through the rest less often.

    Modules of moto and models of services are hundreds of thousands of objects that
    stay; in a demo, a tenth of the server's time went into looking at them.
    """
    patches.callback(gc.set_threshold, *gc.get_threshold())
    gc.set_threshold(*_THRESHOLDS)
    patches.callback(gc.unfreeze)
    gc.freeze()
