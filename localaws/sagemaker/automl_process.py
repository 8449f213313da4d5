"""The process of an AutoML job: reads the data, fits the engine, writes artifacts.

Run as ``python -m localaws.sagemaker.automl_process <lifeline> <specification>``. It
tells how far it is by lines of JSON in a file, and leaves its findings in S3 as
Autopilot does.
"""

from __future__ import annotations

import json
import math
import secrets
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import boto3
import pandas as pd

from forecaster import ForecasterError, Model, fit
from localaws.host import sandbox
from localaws.sagemaker.s3_files import (
    PATIENT,
    Location,
    list_objects,
    read_object,
    write_object,
)
from localaws.sagemaker.tables import read_tables, write_csv

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
# "The lesser of 500 time-steps or 1/4 of the time-steps in the dataset", says the API
# reference of TimeSeriesForecastingJobConfig.
_STEPS_PER_HORIZON = 4
# Where the input of the forecast lies, beside that of the training.
_FORECAST_INPUT = "transform/"


class JobError(Exception):
    """Something about the request or its data that the caller must put right."""


class Progress:
    """Tells the local AWS how far the job is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, **news: Any) -> None:
        """Append a line."""
        with self._path.open("a") as file:
            file.write(json.dumps(news) + "\n")

    def enter(self, secondary_status: str) -> None:
        """Say which stage begins."""
        self.say(secondary_status=secondary_status)


def run(spec: Mapping[str, Any], progress: Progress, s3: Any) -> None:
    """Do the job that a specification describes."""
    config = spec["config"]
    progress.enter("PreTraining")
    table = read_training_data(s3, spec)
    check_data(table, config)
    progress.enter("TrainingModels")
    model = fit(
        add_known_future(table, s3, spec),
        config,
        objective=spec["objective"],
        on_candidate=lambda report: progress.say(candidate=describe_report(report)),
    )
    progress.enter("EnsemblingModels")
    explanation = describe_explanation(model)
    output = Location.parse(spec["output_uri"])
    artifacts = write_artifacts(s3, model, output)
    write_object(
        s3,
        Location.parse(artifacts["explainability"]).below("impact-scores.json"),
        json.dumps(explanation, indent=2).encode(),
    )
    progress.say(
        candidate=describe_ensemble(model),
        artifacts=artifacts,
        out_of_time=bool(model.manifest.get("clock_fired")),
    )


def read_training_data(s3: Any, spec: Mapping[str, Any]) -> pd.DataFrame:
    """Read every object under the training prefix."""
    prefix = Location.parse(spec["input_uri"])
    bodies = [read_object(s3, found) for found in list_objects(s3, prefix)]
    if not bodies:
        raise JobError(
            f'No S3 objects found under S3 URL "{prefix.uri}" given in input data '
            "source. Please ensure that objects exist under that S3 prefix, and that "
            'the role has "s3:ListBucket" permissions on the bucket.'
        )
    try:
        return read_tables(
            bodies,
            spec["config"]["TimeSeriesConfig"],
            content_type=spec["content_type"],
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise JobError(f"Unable to parse the input data: {error}") from error


def add_known_future(
    table: pd.DataFrame, s3: Any, spec: Mapping[str, Any]
) -> pd.DataFrame:
    """Add the rows of the forecast's input that tell the future of covariates.

    Autopilot is shown the history alone, and its windows know what then happened. This
    stand-in looks at what lies beside the training data, so that its backtest knows of
    each covariate what the forecast will know.
    """
    columns = spec["config"]["TimeSeriesConfig"]
    stamp = columns["TimestampAttributeName"]
    own = {
        columns["ItemIdentifierAttributeName"],
        *columns.get("GroupingAttributeNames", ()),
        stamp,
        columns["TargetAttributeName"],
    }
    if not set(table.columns) - own:
        return table
    last = table[stamp].max()
    beside = Location.parse(spec["input_uri"].rstrip("/").rpartition("/")[0] + "/")
    ahead = [table]
    for found in list_objects(s3, beside.below(_FORECAST_INPUT)):
        rows = read_tables(
            [read_object(s3, found)], columns, content_type=spec["content_type"]
        )
        ahead.append(rows[rows[stamp] > last])
    return pd.concat(ahead, ignore_index=True)


def check_data(table: pd.DataFrame, config: Mapping[str, Any]) -> None:
    """Refuse data that Autopilot could not train on."""
    columns = config["TimeSeriesConfig"]
    wanted = [
        columns["ItemIdentifierAttributeName"],
        columns["TimestampAttributeName"],
        columns["TargetAttributeName"],
        *columns.get("GroupingAttributeNames", ()),
    ]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise JobError(
            f"Columns {missing} of TimeSeriesConfig are not in the input data "
            f"(found {list(table.columns)})"
        )
    target = table[columns["TargetAttributeName"]]
    if not pd.api.types.is_numeric_dtype(target):
        raise JobError(f"Target column {target.name!r} must be numeric")
    steps = table.loc[target.notna(), columns["TimestampAttributeName"]].nunique()
    if config["ForecastHorizon"] * _STEPS_PER_HORIZON > steps:
        raise JobError(
            f"ForecastHorizon {config['ForecastHorizon']} is more than a quarter of "
            f"the {steps} time steps in the data"
        )


def write_artifacts(s3: Any, model: Model, output: Location) -> dict[str, str]:
    """Write the model, the leaderboard and the backtests; say where they are.

    The folders are those of a real job, and so is the lack of a slash at their ends.
    What lies in that of the backtests is not published: here it is as Amazon
    Forecast's export has it.
    """
    job = output.key.rstrip("/").rpartition("/")[2]
    step = f"{job}-me-1-{secrets.token_hex(16)}"
    trial = output.below(f"{job}-trial-TimeSeriesModelTraining/")
    archive = trial.below(
        f"models/model-ensemble/full-dataset/{step}/output/model.tar.gz"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tar.gz"
        model.save(path)
        write_object(s3, archive, path.read_bytes())
    backtests = trial.below("backtest-export/model-ensemble/backtest-1")
    write_object(
        s3,
        backtests.below("forecasted-values/part-00000.csv"),
        write_csv(model.backtests.rename(columns=_EXPORT_NAMES)),
    )
    scores = backtests.below("accuracy-metrics-values/part-00000.csv")
    write_object(s3, scores, write_csv(model.leaderboard))
    return {
        "step": step,
        "model": archive.uri,
        "backtests": backtests.uri,
        "insights": trial.below("documentation/model_monitor").uri,
        "explainability": trial.below("documentation/explainability").uri,
    }


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


def main() -> None:
    """Run the job of the specification on the command line."""
    sandbox.begin(int(sys.argv[1]))
    spec = json.loads(Path(sys.argv[2]).read_text())
    progress = Progress(Path(spec["progress"]))
    try:
        run(spec, progress, boto3.client("s3", config=PATIENT))
    except (JobError, ForecasterError) as error:
        progress.say(failure=str(error))
        sys.exit(1)
    except Exception as error:
        progress.say(failure=f"InternalServerError: {type(error).__name__}: {error}")
        raise


if __name__ == "__main__":
    main()
