"""The demo: ``python -m demo``."""

import sys

from localaws.host.clean_start import start_clean

if __name__ == "__main__":
    start_clean()
    # After it, so that moto sees nothing of the caller's settings.
    from demo.run import main

    sys.exit(main())
