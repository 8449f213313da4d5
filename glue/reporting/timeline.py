"""The phases of a run: their words, and how long each took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from glue.engines import AUTOPILOT, BOTH, EMBEDDED

PHASES = (
    ("prepare", "Prepare the run"),
    ("preprocess", "Check and clean the data"),
    ("train", "Train with Autopilot"),
    ("transform", "Make the model and forecast"),
    ("report", "Report"),
)
_LOCAL_WORDS = {"train": "Train with the local engine"}
_ENGINE_WORDS = {
    EMBEDDED: {"train": "Train with the embedded engine", "transform": "Forecast"},
    BOTH: {"train": "Train with both engines"},
}


def build_timeline(
    marks: Mapping[str, datetime | None],
    *,
    local: bool = False,
    engine: str = AUTOPILOT,
) -> list[dict[str, Any]]:
    """Give the seconds of each stage, from the moments at which one ended.

    Parameters
    ----------
    marks
        When the upload came (``uploaded``), and when each stage ended, by its name;
        None where that is unknown.
    local
        Whether the local AWS made the run.
    engine
        Who trains, as in the settings.
    """
    spoken = _ENGINE_WORDS.get(engine, _LOCAL_WORDS if local else {})
    stages = []
    before = marks.get("uploaded")
    for name, words in PHASES:
        ended = marks.get(name)
        seconds = None
        if before is not None and ended is not None:
            seconds = max((ended - before).total_seconds(), 0.0)
        stages.append(
            {
                "stage": name,
                "words": spoken.get(name, words),
                "ended_at": None if ended is None else ended.isoformat(),
                "seconds": seconds,
            }
        )
        before = ended
    return stages
