"""A run's ``model.json``: whose model forecasts, why, and what was registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.endings import UNCOMPARED, UNREGISTERED
from chalicelib.retraining import CHAMPION, TRAINED
from chalicelib.runs import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.autopilot import RunPlace
    from chalicelib.registry import Version
from chalicelib.retraining import Choice

NAME = "model.json"
# US dollars that a training costs, as users tell of it; the report's estimate has the
# same.
TRAINING_COST = (3.0, 20.0)


def build_model(
    place: RunPlace,
    choice: Choice,
    champion: Version | None,
    *,
    fits: bool,
    failure: str | None = None,
) -> dict[str, Any]:
    """Build ``model.json`` when the road is chosen.

    Parameters
    ----------
    fits
        Whether the champion was made for data as these are.
    failure
        How wrong the champion's last forecast was, where that is too wrong.
    """
    by_champion = choice.road == CHAMPION and champion is not None
    return {
        "schema": SCHEMA,
        "run_id": place.run_id,
        "dataset": place.dataset,
        "road": choice.road,
        "choice": choice.reason,
        "reason": choice.reason,
        "champion": None
        if champion is None
        else {**describe_version(champion), "fits": fits, "failure": failure},
        "forecast_by": describe_forecaster(champion if by_champion else None, place),
        "registered": None,
        "warning": None,
        "saved": describe_saved(champion) if by_champion and champion else None,
    }


def describe_version(version: Version) -> dict[str, Any]:
    """Say which version it is, and when it was made from what."""
    return {
        "version": version.number,
        "arn": version.arn,
        "run_id": version.run_id,
        "trained_at": version.created.isoformat(),
        "data_end": version.facts.get("data_end"),
    }


def describe_forecaster(version: Version | None, place: RunPlace) -> dict[str, Any]:
    """Say whose model makes the forecast: a version's, else the run's own."""
    if version is None:
        return {"version": None, "run_id": place.run_id}
    return {"version": version.number, "run_id": version.run_id}


def describe_saved(champion: Version) -> dict[str, Any]:
    """Say what a forecast without a training saves: time and US dollars on AWS."""
    least, most = TRAINING_COST
    return {
        "seconds": champion.read_number("training_seconds"),
        "least_usd": least,
        "most_usd": most,
    }


def summarise_model(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Take from ``model.json`` what ``status.json`` says of it."""
    if not document:
        return None
    forecaster = document.get("forecast_by") or {}
    registered = document.get("registered") or {}
    return {
        "road": document.get("road"),
        "reason": document.get("reason"),
        "version": forecaster.get("version"),
        "forecast_by": forecaster.get("run_id"),
        "trained": document.get("road") != CHAMPION,
        "registered": registered.get("version"),
        "approval": registered.get("approval"),
        "saved": document.get("saved"),
    }


def find_maker(document: Mapping[str, Any] | None) -> str | None:
    """Find the run whose model forecasts."""
    made_by: str | None = ((document or {}).get("forecast_by") or {}).get("run_id")
    return made_by


def list_warnings(
    document: Mapping[str, Any] | None,
    *,
    succeeded: bool,
    caught: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """List what people should know of a run's model.

    Parameters
    ----------
    caught
        Why states failed that the run went on without, as an ``Ending`` has it.
    """
    if not document:
        return
    caught = caught or {}
    if UNCOMPARED in caught:
        yield f"the new model was not compared with the champion ({caught[UNCOMPARED]})"
    if document.get("warning"):
        yield str(document["warning"])
    elif succeeded and document.get("road") in TRAINED:
        yield from _tell_of_registering(document, caught.get(UNREGISTERED))


def _tell_of_registering(
    document: Mapping[str, Any], failure: str | None
) -> Iterator[str]:
    """Tell what is not known where RegisterModel came to no answer."""
    if failure is not None and document["registered"]:
        yield f"the run's own model forecasts, as RegisterModel failed ({failure})"
    elif not document["registered"]:
        failure = failure or "no answer came in time"
        yield (
            "it is not known whether the model was registered, as RegisterModel "
            f"failed ({failure})"
        )
