"""What a training leaves: the model, its backtests and its explanation.

They lie where Autopilot's own do, so that whoever reads these reads both alike.
"""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from forecaster import Model
from trainer.s3_files import Location, write_object
from trainer.tables import write_csv

# What SageMaker calls the metrics of the engine.
METRICS = {
    "WQL": "AverageWeightedQuantileLoss",
    "WAPE": "WAPE",
    "MASE": "MASE",
    "MAPE": "MAPE",
    "RMSE": "RMSE",
}
ENSEMBLE = "WeightedEnsemble"
# What Amazon Forecast's export calls them.
_EXPORT_NAMES = {"actual": "target_value", "cutoff": "backtestwindow_start_time"}


def write_artifacts(s3: Any, model: Model, output: Location) -> dict[str, str]:
    """Write the model, the leaderboard, the backtests; say where they are.

    The folders are those of a real job, and so is the lack of a slash at their ends.
    What lies in that of the backtests is not published: here it is as Amazon
    Forecast's export has it. The same model is always written to the same place.
    """
    job = output.key.rstrip("/").rpartition("/")[2]
    archive = _pack(model)
    step = f"{job}-me-1-{hashlib.sha256(archive).hexdigest()[:32]}"
    trial = output.below(f"{job}-trial-TimeSeriesModelTraining/")
    place = trial.below(
        f"models/model-ensemble/full-dataset/{step}/output/model.tar.gz"
    )
    backtests = trial.below("backtest-export/model-ensemble/backtest-1")
    explainability = trial.below("documentation/explainability")
    write_object(s3, place, archive)
    write_object(
        s3,
        backtests.below("forecasted-values/part-00000.csv"),
        write_csv(model.backtests.rename(columns=_EXPORT_NAMES)),
    )
    scores = backtests.below("accuracy-metrics-values/part-00000.csv")
    write_object(s3, scores, write_csv(model.leaderboard))
    write_object(
        s3,
        explainability.below("impact-scores.json"),
        json.dumps(describe_explanation(model), indent=2).encode(),
    )
    return {
        "step": step,
        "model": place.uri,
        "backtests": backtests.uri,
        "insights": trial.below("documentation/model_monitor").uri,
        "explainability": explainability.uri,
    }


def _pack(model: Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return model.save(Path(folder) / "model.tar.gz").read_bytes()


def describe_explanation(model: Model) -> dict[str, Any]:
    """Say what each attribute is worth, and what the backtest knew of them."""
    return {
        "schema": 1,
        "backtest_knows": "forecast",
        "impacts": [asdict(impact) for impact in model.explain()],
    }


def describe_report(report: Any) -> dict[str, Any]:
    """Describe a candidate as it finished."""
    return {
        "name": report.name,
        "algorithm": report.algorithm,
        "status": report.status,
        "reason": report.reason,
        "seconds": report.seconds,
        "metrics": dict(_name_metrics(report.metrics)),
    }


def describe_ensemble(model: Model) -> dict[str, Any]:
    """Describe the ensemble, which is the model that was saved."""
    board = model.leaderboard
    row: Any = board[board["name"] == ENSEMBLE].iloc[0].to_dict()
    return {
        "name": "me",
        "algorithm": row["algorithm"],
        "status": row["status"],
        "reason": "",
        "seconds": float(row["seconds"]),
        "metrics": dict(_name_metrics(row)),
    }


def _name_metrics(metrics: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    for ours, name in METRICS.items():
        value = metrics.get(ours)
        if value is not None and math.isfinite(value):
            yield name, float(value)
