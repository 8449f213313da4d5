"""What a model is trained on: the history, and what it may know of the future."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trainer.s3_files import Location, list_objects, read_object
from trainer.tables import read_tables

CSV = "text/csv;header=present"
# "The lesser of 500 time-steps or 1/4 of the time-steps in the dataset", says the API
# reference of TimeSeriesForecastingJobConfig.
_STEPS_PER_HORIZON = 4
# Where the input of the forecast lies, beside that of the training.
_FORECAST_INPUT = "transform/"


class TrainingDataError(Exception):
    """Something about the request or its data that the caller must put right."""


@dataclass(frozen=True)
class TrainingTask:
    """What is to be trained: where its data are, and what is asked for.

    Parameters
    ----------
    config
        AWS's TimeSeriesForecastingJobConfig.
    objective
        What AWS calls AutoMLJobObjective.MetricName.
    """

    input_uri: str
    output_uri: str
    config: Mapping[str, Any]
    objective: str
    content_type: str = CSV

    @property
    def columns(self) -> Mapping[str, Any]:
        """Which column is what: the TimeSeriesConfig."""
        columns: Mapping[str, Any] = self.config["TimeSeriesConfig"]
        return columns

    @property
    def keys(self) -> list[str]:
        """The columns that tell series apart."""
        return [
            self.columns["ItemIdentifierAttributeName"],
            *self.columns.get("GroupingAttributeNames", ()),
        ]


def read_training_data(s3: Any, task: TrainingTask) -> pd.DataFrame:
    """Read every object under the training prefix, and check it.

    Raises
    ------
    TrainingDataError
        When there is none, or nothing could be trained on it.
    """
    prefix = Location.parse(task.input_uri)
    bodies = [read_object(s3, found) for found in list_objects(s3, prefix)]
    if not bodies:
        raise TrainingDataError(
            f'No S3 objects found under S3 URL "{prefix.uri}" given in input data '
            "source. Please ensure that objects exist under that S3 prefix, and that "
            'the role has "s3:ListBucket" permissions on the bucket.'
        )
    try:
        table = read_tables(bodies, task.columns, content_type=task.content_type)
    except (ValueError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"Unable to parse the input data: {error}") from error
    check_data(table, task)
    return table


def add_known_future(table: pd.DataFrame, s3: Any, task: TrainingTask) -> pd.DataFrame:
    """Add the rows of the forecast's input that tell the future of covariates.

    Autopilot is shown the history alone, and its windows know what then happened. The
    engine looks at what lies beside the training data, so that its backtest knows of
    each covariate what the forecast will know.
    """
    stamp = task.columns["TimestampAttributeName"]
    own = {*task.keys, stamp, task.columns["TargetAttributeName"]}
    if not set(table.columns) - own:
        return table
    last = table[stamp].max()
    beside = Location.parse(task.input_uri.rstrip("/").rpartition("/")[0] + "/")
    ahead = [table]
    for found in list_objects(s3, beside.below(_FORECAST_INPUT)):
        rows = read_tables(
            [read_object(s3, found)], task.columns, content_type=task.content_type
        )
        ahead.append(rows[rows[stamp] > last])
    return pd.concat(ahead, ignore_index=True)


def check_data(table: pd.DataFrame, task: TrainingTask) -> None:
    """Refuse data that Autopilot could not train on.

    Raises
    ------
    TrainingDataError
        When columns are missing, the target is no number, or the history too short.
    """
    stamp, target_name = (
        task.columns["TimestampAttributeName"],
        task.columns["TargetAttributeName"],
    )
    wanted = [*task.keys[:1], stamp, target_name, *task.keys[1:]]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise TrainingDataError(
            f"Columns {missing} of TimeSeriesConfig are not in the input data "
            f"(found {list(table.columns)})"
        )
    target = table[target_name]
    if not pd.api.types.is_numeric_dtype(target):
        raise TrainingDataError(f"Target column {target.name!r} must be numeric")
    steps = table.loc[target.notna(), stamp].nunique()
    horizon = task.config["ForecastHorizon"]
    if horizon * _STEPS_PER_HORIZON > steps:
        raise TrainingDataError(
            f"ForecastHorizon {horizon} is more than a quarter of "
            f"the {steps} time steps in the data"
        )
