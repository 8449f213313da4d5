"""candidates.json of a run that the embedded engine trained.

Its shape is the one that ``check_autopilot_job`` gives Autopilot's, so that the report
and the client read one document, whoever trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from forecaster import Model
from glue.engines import EMBEDDED
from trainer.artifacts import describe_ensemble, describe_report
from trainer.training_data import TrainingTask

SCHEMA = 1
_ENSEMBLE = "ensemble"


def build_candidates(
    run_id: str,
    task: TrainingTask,
    model: Model,
    *,
    reports: Iterable[tuple[Any, datetime]],
    artifacts: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Build candidates.json.

    Parameters
    ----------
    reports
        Each candidate as the engine reported it, and when it did.
    artifacts
        Where the model, its backtests and its explanation are.
    now
        When the training ended.
    """
    was_cut = bool(model.manifest.get("clock_fired"))
    tried = [
        _describe(run_id, task, describe_report(report), ended)
        for report, ended in reports
    ]
    best = {
        **_describe(run_id, task, {**describe_ensemble(model), "name": _ENSEMBLE}, now),
        "backtest_results_uri": artifacts["backtests"],
        "explainability_uri": artifacts["explainability"],
    }
    return {
        "schema": SCHEMA,
        "run_id": run_id,
        "engine": EMBEDDED,
        "autopilot_job_name": None,
        "status": "Completed",
        "secondary_status": "MaxAutoMLJobRuntimeReached" if was_cut else "Completed",
        "objective": {"name": task.objective},
        "best_candidate": best["name"],
        "best_candidate_named_by_job": True,
        "model_uri": artifacts["model"],
        "warnings": _list_warnings(tried) if was_cut else [],
        "candidates": [*tried, best],
    }


def _describe(
    run_id: str, task: TrainingTask, found: Mapping[str, Any], ended: datetime
) -> dict[str, Any]:
    metrics = found["metrics"]
    return {
        "name": f"{run_id}-{found['name']}",
        "label": found["name"],
        "status": found["status"],
        "failure_reason": found["reason"] or None,
        "objective": {"name": task.objective, "value": metrics.get(task.objective)},
        "metrics": [
            {"name": name, "value": value, "set": None}
            for name, value in metrics.items()
        ],
        "backtest_results_uri": None,
        "explainability_uri": None,
        "seconds": found["seconds"],
        "created_at": None,
        "ended_at": ended.isoformat(),
    }


def _list_warnings(tried: Iterable[Mapping[str, Any]]) -> list[str]:
    statuses = [one["status"] for one in tried]
    done = statuses.count("Completed")
    return [
        f"training was cut at its limit: {done} of {len(statuses)} candidates were done"
    ]
