"""One upload, one run: what it is called, and what was asked of it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.bucket import (
    BARE_UPLOAD_KEY,
    NO_VERSION,
    UPLOAD_FOLDER,
    run_key,
    settings_keys,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.store import Store
    from chalicelib.uploads import Upload

SCHEMA = 1
MAX_DATASET_LENGTH = 40
DEFAULT_DATASET = "data"
# The two sizes of a Glue Python shell job: about 1 GB with a quarter of a CPU, and
# 16 GB with four CPUs at sixteen times the price.
SMALL_CAPACITY = 0.0625
LARGE_CAPACITY = 1.0
# Compressed bytes of an upload; CSV shrinks about tenfold.
LARGE_UPLOAD = 10 * 1024**2
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
    name = key[len(UPLOAD_FOLDER) :]
    if key == BARE_UPLOAD_KEY:
        name = f"{DEFAULT_DATASET}.zip"
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
    version = upload.etag if upload.version_id == NO_VERSION else upload.version_id
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


def read_execution_input(text: str | None) -> Mapping[str, Any]:
    """Read an execution's input; empty for one that is no run of ours.

    It is missing where it was too large to be told, and is anything at all where a
    person started the execution by hand.
    """
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def prepare_run(store: Store, execution_input: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``run.json``, and give what every later state needs to know."""
    settings = read_bucket_settings(store, execution_input["dataset"])
    run = build_run(execution_input, settings)
    store.write_json(run_key(run["run_id"], "run.json"), run)
    return {
        "run_id": run["run_id"],
        "dataset": run["dataset"],
        "bucket": run["bucket"],
        "glue_capacity": choose_glue_capacity(execution_input["size"]),
    }


def read_bucket_settings(store: Store, dataset: str) -> dict[str, str | None]:
    """Snapshot the settings that the bucket holds for a dataset, unparsed.

    Preprocess parses them, so that a mistake in them is reported with all others.
    """
    for source in settings_keys(dataset):
        found = store.find_text(source)
        if found is not None:
            return {
                "source": source,
                "version_id": found.version_id,
                "text": found.text,
            }
    return {"source": None, "version_id": None, "text": None}


def build_run(
    execution_input: Mapping[str, Any], settings: Mapping[str, str | None]
) -> dict[str, Any]:
    """Build ``run.json``: what was asked, before anything was looked into."""
    asked = ("key", "version_id", "etag", "size", "event_time")
    return {
        "schema": SCHEMA,
        "run_id": execution_input["run_id"],
        "dataset": execution_input["dataset"],
        "bucket": execution_input["bucket"],
        "upload": {name: execution_input[name] for name in asked},
        "settings": dict(settings),
    }


def choose_glue_capacity(size: int) -> float:
    """Choose the capacity, in DPU, of the jobs that read ``size`` bytes of upload."""
    return LARGE_CAPACITY if size > LARGE_UPLOAD else SMALL_CAPACITY


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _hash(*parts: str, length: int) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
