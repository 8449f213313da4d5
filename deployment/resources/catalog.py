"""The tables of all forecasts in the Glue Data Catalog, for Athena and others.

Which datasets there are is told by each query, which names one: no run has to write to
the catalog. https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from chalicelib.keys import FORECASTS_FOLDER, LATEST_FOLDER, build_uri
from chalicelib.stages import APP_NAME
from deployment.review import Fix, Review, review_removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_glue import GlueClient

    from chalicelib.stages import Stage

# Each table by its name, and where its files are.
TABLES = {"forecasts": FORECASTS_FOLDER, "latest_forecasts": LATEST_FOLDER}
COLUMNS = {
    "run_id": "string",
    "made_at": "timestamp",
    "item_id": "string",
    "series": "map<string,string>",
    "forecast_for": "timestamp",
    "step": "int",
    "mean": "double",
    "quantiles": "map<string,double>",
}
_PARTITION = "dataset"
_TEXT = "org.apache.hadoop.mapred.TextInputFormat"
_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_JSON = "org.openx.data.jsonserde.JsonSerDe"


def name_database(stage: Stage) -> str:
    """Name the database of a stage: SQL takes no hyphens."""
    return f"{APP_NAME}-{stage.name}".replace("-", "_")


def review_catalog(glue: GlueClient, stage: Stage) -> Iterator[Review]:
    """Compare the database and its tables with what they should be."""
    database = name_database(stage)
    exists = _find(lambda: glue.get_database(Name=database)) is not None
    wanted: Any = {"Name": database, "Description": "the forecasts of all runs"}
    create = Fix("database", lambda: glue.create_database(DatabaseInput=wanted))
    yield Review("database", database, exists, () if exists else (create,))
    for name in TABLES:
        yield _review_table(glue, stage, name)


def review_catalog_removal(glue: GlueClient, stage: Stage) -> Iterator[Review]:
    """Review the tables and the database of a stage that should not be there."""
    database = name_database(stage)
    for name in TABLES:
        yield review_removal(
            "table",
            f"{database}.{name}",
            exists=_find_table(glue, database, name) is not None,
            remove=lambda name=name: glue.delete_table(  # type: ignore[misc]  # bound now
                DatabaseName=database, Name=name
            ),
        )
    yield review_removal(
        "database",
        database,
        exists=_find(lambda: glue.get_database(Name=database)) is not None,
        remove=lambda: glue.delete_database(Name=database),
    )


def _review_table(glue: GlueClient, stage: Stage, name: str) -> Review:
    database, wanted = name_database(stage), build_table(stage, name)
    title = f"{database}.{name}"
    found = _find_table(glue, database, name)
    if found is None:
        create = Fix(
            "table",
            lambda: glue.create_table(DatabaseName=database, TableInput=wanted),
        )
        return Review("table", title, False, (create,))
    if all(_includes(found.get(key), value) for key, value in wanted.items()):
        return Review("table", title, True, ())
    update = Fix(
        "definition",
        lambda: glue.update_table(DatabaseName=database, TableInput=wanted),
    )
    return Review("table", title, True, (update,))


def build_table(stage: Stage, name: str) -> Any:
    """Build a table's definition: JSON, a line a row, a folder a dataset."""
    location = build_uri(stage.bucket, TABLES[name])
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "json",
            "projection.enabled": "true",
            f"projection.{_PARTITION}.type": "injected",
            "storage.location.template": f"{location}{_PARTITION}=${{{_PARTITION}}}/",
        },
        "PartitionKeys": [{"Name": _PARTITION, "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": key, "Type": kind} for key, kind in COLUMNS.items()],
            "Location": location,
            "InputFormat": _TEXT,
            "OutputFormat": _OUTPUT,
            "SerdeInfo": {"SerializationLibrary": _JSON},
        },
    }


def _includes(found: Any, wanted: Any) -> bool:
    """Tell whether what was found has all that is wanted; the service adds more."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            _includes(found.get(key), value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(_includes, found, wanted))
        )
    return bool(found == wanted)


def _find_table(glue: GlueClient, database: str, name: str) -> Any:
    found: Any = _find(lambda: glue.get_table(DatabaseName=database, Name=name))
    return None if found is None else found["Table"]


def _find(ask: Any) -> Any:
    try:
        return ask()
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise
