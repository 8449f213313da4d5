"""Serve a local AWS until stopped: ``python -m localaws``."""

from localaws.command import main

if __name__ == "__main__":
    main()
