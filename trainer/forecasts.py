"""Forecasts from a model that was trained before, a file for a file of input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecaster import Model, load
from trainer.s3_files import Location, read_object
from trainer.tables import read_tables, write_csv


def load_model(s3: Any, archive: Location, folder: Path) -> Model:
    """Fetch and load a model archive."""
    path = folder / "model.tar.gz"
    path.write_bytes(read_object(s3, archive))
    return load(path)


def forecast_file(model: Model, body: bytes) -> bytes:
    """Forecast from one file of history and known future."""
    return write_csv(model.forecast(read_tables([body], name_columns(model))))


def name_columns(model: Model) -> dict[str, Any]:
    """Say which columns are what, as a TimeSeriesConfig does."""
    problem = model.setup.problem
    item, *groups = problem.item
    return {
        "ItemIdentifierAttributeName": item,
        "GroupingAttributeNames": groups,
        "TimestampAttributeName": problem.timestamp,
    }


def name_output(found: Location, prefix: Location) -> str:
    """Name what is made of an object below a prefix: as a batch transform does."""
    name = found.key.removeprefix(prefix.key).lstrip("/")
    return f"{name or Path(found.key).name}.out"
