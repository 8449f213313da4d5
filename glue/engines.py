"""Who trains a run: SageMaker Autopilot, the embedded engine in a Glue job, or both."""

from __future__ import annotations

AUTOPILOT, EMBEDDED, BOTH = "autopilot", "embedded", "both"
ENGINES = (AUTOPILOT, EMBEDDED, BOTH)
# The settings' key.
KEY = "Engine"
# By what a run costs, the least first.
BY_COST = (EMBEDDED, AUTOPILOT, BOTH)
