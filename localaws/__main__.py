"""Serve a local AWS until stopped: ``python -m localaws``."""

import atexit
import gc

from localaws.host.clean_start import start_clean
from localaws.host.collecting import collect_nothing

if __name__ == "__main__":
    start_clean()
    # After it, so that moto sees nothing of the caller's settings.
    with collect_nothing():
        from localaws.command import main

    # What is left at the end is not gone through again, object by object.
    atexit.register(gc.freeze)
    main()
