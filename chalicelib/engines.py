"""Who trains a run: SageMaker Autopilot, the embedded engine in a Glue job, or both."""

from __future__ import annotations

import json

AUTOPILOT, EMBEDDED, BOTH = "autopilot", "embedded", "both"
ENGINES = (AUTOPILOT, EMBEDDED, BOTH)
# The settings' key.
KEY = "Engine"


def find_engine(text: str | None) -> str:
    """Find the engine that settings of the bucket name, before anybody checked them.

    What cannot be read names none: Preprocess says what is wrong with it.
    """
    try:
        settings = json.loads((text or "{}").lstrip("\ufeff"))
    except ValueError:
        return AUTOPILOT
    named = settings.get(KEY) if isinstance(settings, dict) else None
    return named if named in ENGINES else AUTOPILOT
