"""The demo: ``python -m demo``."""

import atexit
import gc
import sys

from localaws.host.clean_start import start_clean

if __name__ == "__main__":
    start_clean()
    # After it, so that moto sees nothing of the caller's settings.
    from demo.run import main

    # What is left at the end is not gone through again, object by object.
    atexit.register(gc.freeze)
    sys.exit(main())
