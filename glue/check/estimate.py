"""What a run would take on AWS, before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glue.engines import AUTOPILOT, EMBEDDED, KEY
from glue.reporting.costs import estimate_cost
from glue.reporting.timeline import build_timeline

_CAP = "TimeSeriesForecastingJobConfig.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds"
# A training takes so long in AWS's own examples, the jobs beside it included. Of the
# embedded engine's, most is the start of three Glue jobs, each of a minute or so.
_MINUTES = (30, 120)
_EMBEDDED_MINUTES = (5, 20)


def estimate_run(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Estimate the cost and the time of a run from its effective settings.

    Parameters
    ----------
    settings
        Each value by the path of its keys.

    Returns
    -------
    dict
        ``currency``, ``least`` and ``most``; ``minutes_least`` and ``minutes_most``;
        ``training_ends_after`` so many seconds at the latest, None without a limit.
    """
    resources = {
        key: settings.get(f"TransformResources.{key}")
        for key in ("InstanceType", "InstanceCount")
    }
    engine = str(settings.get(KEY) or AUTOPILOT)
    cost = estimate_cost(build_timeline({}), resources, local=False, engine=engine)
    least, most = _EMBEDDED_MINUTES if engine == EMBEDDED else _MINUTES
    return {
        "currency": cost["currency"],
        "least": round(cost["least"], 2),
        "most": round(cost["most"], 2),
        "minutes_least": least,
        "minutes_most": most,
        "training_ends_after": settings.get(_CAP),
        "basis": cost["basis"],
    }


def describe_estimate(estimate: Mapping[str, Any]) -> str:
    """Say what a run would cost and how long it would take, as part of a sentence."""
    digits = 0 if estimate["least"] >= 1 else 2
    cost = f"${estimate['least']:.{digits}f} to ${estimate['most']:.{digits}f}"
    least, most = (estimate[f"minutes_{end}"] for end in ("least", "most"))
    took = f"{_spell_minutes(least)} to {_spell_minutes(most)}"
    if most < 60:
        took = f"{least} to {most} minutes"
    cap = estimate["training_ends_after"]
    ends = f"; training is cut at {_spell_seconds(cap)}" if cap else ""
    return f"about {cost} and {took}{ends}"


def _spell_minutes(minutes: int) -> str:
    if minutes == 30:
        return "half an hour"
    hours, rest = divmod(minutes, 60)
    if rest or not hours:
        return f"{minutes} minutes"
    return f"{hours} hour{'s' if hours > 1 else ''}"


def _spell_seconds(seconds: int) -> str:
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
