"""One upload, one run: what a run is called and where its files are."""

import hashlib
import json
import re
from dataclasses import asdict
from datetime import datetime

from chalicelib.uploads import BARE_KEY, UPLOAD_FOLDER, Upload

SCHEMA = 1
MAX_DATASET_LENGTH = 40
DEFAULT_DATASET = "data"
# 10 + 12 + 8 characters and two hyphens: the 32 that an AutoML job's name may have.
_SLUG_LENGTH = 10
_DATASET_HASH_LENGTH = 6
_RUN_HASH_LENGTH = 8


def name_dataset(key: str) -> str:
    """Name the dataset that uploads under ``key`` belong to.

    ``raw/sales.zip`` is ``sales``. Any other key that has the same slug gets a hash
    of itself added, so that no two keys share a dataset, but for ``raw`` and
    ``raw/data.zip``, the two ways to send the same ``data.zip``.
    """
    name = DEFAULT_DATASET + ".zip" if key == BARE_KEY else key[len(UPLOAD_FOLDER) :]
    slug = _slug(name[: -len(".zip")]) or DEFAULT_DATASET
    if f"{slug}.zip" == name and len(slug) <= MAX_DATASET_LENGTH:
        return slug
    mark = _hash(key, length=_DATASET_HASH_LENGTH)
    kept = slug[: MAX_DATASET_LENGTH - len(mark) - 1].rstrip("-")
    return f"{kept}-{mark}"


def name_run(upload: Upload) -> str:
    """Name the run of an upload, the same for every delivery of its event.

    The name is also the execution's and the AutoML job's: at most 32 characters of
    ``[a-z0-9-]``.
    """
    slug = name_dataset(upload.key)[:_SLUG_LENGTH].rstrip("-")
    moment = datetime.fromisoformat(upload.event_time)
    version = upload.etag if upload.version_id == "null" else upload.version_id
    mark = _hash(
        upload.bucket, upload.key, version, upload.sequencer, length=_RUN_HASH_LENGTH
    )
    return f"{slug}-{moment:%y%m%d%H%M%S}-{mark}"


def build_execution_input(upload: Upload) -> str:
    """Build the input of the run's execution, byte-identical for the same event.

    Step Functions starts an execution once for a name and an input; a second start
    with the very same input is answered as if it were the first.
    """
    run = {
        **asdict(upload),
        "run_id": name_run(upload),
        "dataset": name_dataset(upload.key),
    }
    return json.dumps(run, sort_keys=True, separators=(",", ":"))


def run_key(run_id: str, name: str) -> str:
    """Build the key of one of the run's own JSON files, such as ``run.json``."""
    return f"runs/{run_id}/{name}"


def forecast_prefix(dataset: str, run_id: str) -> str:
    """Build the prefix, with its last slash, that a run's results stand under."""
    return f"output-forecasted-data/{dataset}/{run_id}/"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _hash(*parts: str, length: int) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
