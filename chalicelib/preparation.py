"""What a run starts from: the upload, the bucket's settings, the size of the job."""

from collections.abc import Mapping
from typing import Any

from chalicelib.runs import SCHEMA
from chalicelib.store import Store

# The two sizes of a Glue Python shell job: about 1 GB with a quarter of a CPU, and
# 16 GB with four CPUs at sixteen times the price.
SMALL_CAPACITY = 0.0625
LARGE_CAPACITY = 1.0
# Compressed bytes of an upload; CSV shrinks about tenfold.
LARGE_UPLOAD = 10 * 1024**2


def choose_glue_capacity(size: int) -> float:
    """Choose the capacity, in DPU, of the jobs that read ``size`` bytes of upload."""
    return LARGE_CAPACITY if size > LARGE_UPLOAD else SMALL_CAPACITY


def read_bucket_settings(store: Store, dataset: str) -> dict[str, str | None]:
    """Snapshot the settings that the bucket holds for a dataset, unparsed.

    Preprocess parses them, so that a mistake in them is reported with all others.
    """
    for source in (f"config/{dataset}.json", "config/default.json"):
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
