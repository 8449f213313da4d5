"""The champion's own forecasts: how they came true, and what is new to it.

Whose model made an earlier forecast stands in that run's model.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from glue.bucket import SCHEMAS, Bucket, RunKeys, dataset_folder
from glue.log import log_error
from glue.reporting.earlier import (
    explain_none,
    list_earlier_runs,
    score_runs,
)
from glue.reporting.histories import keep_history
from glue.reporting.history import History
from glue.reporting.shelf import Shelf
from glue.run_documents import Run

# Forecasts that are scored at most, runs that are looked at for them, and series that
# are named.
_MOST_SCORED, _MOST_LOOKED_AT, _MOST_NAMED = 3, 30, 5
_CHUNK_ROWS = 200_000


def describe_data(run: Run, table: Mapping[str, Any]) -> dict[str, Any]:
    """Begin score.json with what is known of the upload alone."""
    return {
        "schema": SCHEMAS["score.json"],
        "run_id": run.run_id,
        "dataset": run.dataset,
        "data_end": table.get("last"),
        "series": table.get("series"),
        "champion_run_id": None,
        "scored": [],
        "reason": "there is no champion yet",
        "new_series": None,
        "new_examples": [],
    }


def score_champion(
    run: Run, champion_run_id: str, bucket: Bucket, history: History
) -> dict[str, Any]:
    """Score the champion's newest forecasts on this upload's history.

    Parameters
    ----------
    champion_run_id
        The run that trained the champion.

    Returns
    -------
    What score.json says of it; whatever cannot be read is a reason in it.
    """
    found = find_forecasts(run, champion_run_id, bucket)
    histories = keep_history(history, Shelf())
    scored, reasons = score_runs(found, run, bucket, histories, most=_MOST_SCORED)
    new = _find_new(run, champion_run_id, bucket, history)
    return {
        "champion_run_id": champion_run_id,
        "scored": scored,
        "reason": None if scored else _explain(reasons),
        "new_series": None if new is None else len(new),
        "new_examples": [list(key) for key in (new or [])[:_MOST_NAMED]],
    }


def _explain(reasons: Mapping[str, str]) -> str:
    return explain_none(reasons) if reasons else "it has made no forecast yet"


def find_forecasts(run: Run, champion_run_id: str, bucket: Bucket) -> Iterator[str]:
    """Find the earlier runs that a champion forecast in, newest first."""
    stored = bucket.list_objects(dataset_folder(run.dataset))
    earlier = list_earlier_runs([one.key for one in stored], run.run_id)
    for run_id in earlier[:_MOST_LOOKED_AT]:
        if find_forecaster(run_id, bucket) == champion_run_id:
            yield run_id


def find_forecaster(run_id: str, bucket: Bucket) -> str:
    """Find the run whose model forecast in a run: its own, where nothing is said."""
    return read_maker(run_id, bucket).run_id


@dataclass(frozen=True)
class Maker:
    """Whose model made a run's forecast.

    Parameters
    ----------
    run_id
        The run that trained it: its candidates and its backtest count.
    trained
        Whether the run trained a model, be it this one or one that waits.
    document
        What report.json says of it; empty where the run has no model.json.
    """

    run_id: str
    trained: bool = True
    document: Mapping[str, Any] = field(default_factory=dict)


def read_maker(run_id: str, bucket: Bucket) -> Maker:
    """Read whose model made a run's forecast from its model.json."""
    try:
        document = bucket.read_json(RunKeys(run_id).model)
    except ClientError:
        return Maker(run_id)
    made_by = document.get("forecast_by") or {}
    saved = document.get("saved")
    return Maker(
        run_id=str(made_by.get("run_id") or run_id),
        trained=document.get("road") != "champion",
        document={
            "reason": document.get("reason"),
            "version": made_by.get("version"),
            "trained_by": made_by.get("run_id"),
            "saved": saved,
        },
    )


def _find_new(
    run: Run, champion_run_id: str, bucket: Bucket, history: History
) -> list[tuple[str, ...]] | None:
    """Find the series that were not there when the champion was trained.

    None where that cannot be told.
    """
    key = f"{RunKeys(champion_run_id).results(run.dataset)}forecast.csv"
    names = list(run.settings.keys)
    try:
        path = bucket.download(key, "champion.csv")
        chunks = pd.read_csv(
            path,
            usecols=names,
            dtype=str,
            keep_default_na=False,
            chunksize=_CHUNK_ROWS,
            encoding="utf-8",
        )
        known = {
            one for chunk in chunks for one in zip(*(chunk[name] for name in names))
        }
    except Exception as error:
        log_error(error)
        return None
    return [one for one in history.keys if one not in known]
