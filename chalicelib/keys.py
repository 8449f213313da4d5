"""The map of the stage's bucket: what stands under which key."""

from __future__ import annotations

UPLOAD_FOLDER = "raw/"
# `aws s3 cp data.zip s3://<bucket>/raw`, without a slash, makes this very key.
BARE_UPLOAD_KEY = "raw"
# What Spark and others write beside the parts of a table, once all of them are there.
FOLDER_MARK = "_SUCCESS"
# What the transform writes, among a run's results.
TRANSFORM_FOLDER = "raw/"
# S3's own name for the version of an object that has none.
NO_VERSION = "null"


def upload_key(name: str) -> str:
    """Build the key that a file is uploaded under."""
    return f"{UPLOAD_FOLDER}{name}"


def find_parts_folder(key: str) -> str | None:
    """Give the folder of parts that a key marks as whole; None where it is no mark."""
    folder, slash, name = key.rpartition("/")
    is_below = folder.startswith(UPLOAD_FOLDER) and folder != UPLOAD_FOLDER
    return f"{folder}{slash}" if name == FOLDER_MARK and is_below else None


def name_upload(key: str) -> str:
    """Name what was uploaded under a key, without the folders that it lies in."""
    return (find_parts_folder(key) or key).rstrip("/").rpartition("/")[2]


CONFIG_FOLDER = "config/"


def settings_keys(dataset: str) -> tuple[str, str]:
    """Build the keys of a dataset's settings, the one that goes before first."""
    return f"{CONFIG_FOLDER}{dataset}.json", f"{CONFIG_FOLDER}default.json"


# The folder of each run's own JSON files stands in it.
RUNS_FOLDER = "runs/"


def run_key(run_id: str, name: str) -> str:
    """Build the key of one of the run's own JSON files, such as ``run.json``."""
    return f"{RUNS_FOLDER}{run_id}/{name}"


def routine_key(dataset: str) -> str:
    """Build the key of what the clock remembers of a dataset."""
    return f"routine/{dataset}.json"


# The tickets of the runs that wait to train stand in it.
WAITING_FOLDER = "waiting/"


def waiting_key(run_id: str) -> str:
    """Build the key of a run's ticket in the line of those that wait to train."""
    return f"{WAITING_FOLDER}{run_id}.json"


def training_prefix(run_id: str) -> str:
    """Build the prefix of what a run's model is trained on."""
    return f"input/{run_id}/train/"


def transform_prefix(run_id: str) -> str:
    """Build the prefix of what a run's forecast is made from."""
    return f"input/{run_id}/transform/"


def what_if_prefix(run_id: str, scenario: str) -> str:
    """Build the prefix of what a run's forecast would be made from otherwise."""
    return f"input/{run_id}/what-if/{scenario}/"


def autopilot_prefix(run_id: str) -> str:
    """Build the prefix that Autopilot writes its own files of a run under."""
    return f"autopilot-output/{run_id}"


# The rows of the catalog's tables: those of all runs, and of each dataset's newest.
FORECASTS_FOLDER, LATEST_FOLDER = "forecasts/runs/", "forecasts/latest/"
# The folder of each dataset's results stands in it.
RESULTS_FOLDER = "output-forecasted-data/"


def forecast_key(dataset: str, run_id: str, name: str) -> str:
    """Build the key of one of the run's results, such as ``forecast.csv``."""
    return f"{RESULTS_FOLDER}{dataset}/{run_id}/{name}"


def build_uri(bucket: str, key: str) -> str:
    """Build the address of a key, or of a prefix."""
    return f"s3://{bucket}/{key}"
