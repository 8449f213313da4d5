"""Serve a local AWS until stopped: ``python -m localaws``."""

from localaws.host.clean_start import start_clean

if __name__ == "__main__":
    start_clean()
    # After it, so that moto sees nothing of the caller's settings.
    from localaws.command import main

    main()
