"""One upload, one run: what it is called, and what was asked of it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.datasets import hash_parts, name_dataset
from chalicelib.keys import (
    NO_VERSION,
    run_key,
    settings_keys,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.registry import Version
    from chalicelib.routine import Due
    from chalicelib.store import Store
    from chalicelib.uploads import Upload

SCHEMA = 1
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html
MAX_RUN_ID_LENGTH = 32
# The two sizes of a Glue Python shell job: about 1 GB with a quarter of a CPU, and
# 16 GB with four CPUs at sixteen times the price.
SMALL_CAPACITY = 0.0625
LARGE_CAPACITY = 1.0
# Bytes of an upload, unpacked: what the smaller size prepares within minutes, and what
# the larger one has disk for.
LARGE_UPLOAD, ONE_MACHINE = 100 * 1024**2, 3 * 1024**3
_RUN_HASH_LENGTH = 8
_RUN_ID = re.compile(r"(?:([a-z0-9-]+)-)?(\d{12})-([0-9a-f]{8})-([a-z0-9-]+)")


def name_run(upload: Upload, stage: str) -> str:
    """Name the run of an upload, the same for every delivery of its event.

    The name is also the execution's and the AutoML job's: at most 32 characters of
    ``[a-z0-9-]``. It ends in the stage, at fixed places from the end, so that a policy
    for the jobs of one stage covers no other's; the dataset has the room that is left.
    """
    moment = datetime.fromisoformat(upload.event_time)
    version: tuple[str, ...] = (upload.version_id,)
    if upload.version_id == NO_VERSION:
        version = (upload.etag, upload.sequencer)
    mark = hash_parts(upload.bucket, upload.key, *version, length=_RUN_HASH_LENGTH)
    return _name(upload.key, moment, mark, stage)


def name_due(due: Due, stage: str) -> str:
    """Name the run that the clock starts at a moment, whatever the newest upload is."""
    asked = f"{due.asked} {due.moment.isoformat()}"
    mark = hash_parts(due.upload.bucket, due.dataset, asked, length=_RUN_HASH_LENGTH)
    return _name(due.upload.key, due.moment, mark, stage)


def _name(key: str, moment: datetime, mark: str, stage: str) -> str:
    own = f"{moment:%y%m%d%H%M%S}-{mark}-{stage}"
    room = max(MAX_RUN_ID_LENGTH - len(own) - 1, 0)
    slug = name_dataset(key)[:room].rstrip("-")
    return f"{slug}-{own}" if slug else own


@dataclass(frozen=True)
class RunName:
    """The parts of a run's name: of the upload's, its time, a hash, and the stage."""

    slug: str
    moment: str
    mark: str
    stage: str


def read_run_id(name: str) -> RunName | None:
    """Take a run's name apart; None where an execution has another name."""
    found = _RUN_ID.fullmatch(name)
    return None if found is None else RunName(*(part or "" for part in found.groups()))


def is_run_id(name: str, stage: str) -> bool:
    """Tell whether an execution with this name is a run of the stage."""
    found = read_run_id(name)
    return found is not None and found.stage == stage


def build_execution_input(upload: Upload, stage: str) -> str:
    """Build the input of the run's execution, byte-identical for the same event.

    Step Functions starts an execution once for a name and an input; a second start
    with the very same input is answered as if it were the first.
    """
    run = {
        **asdict(upload),
        "run_id": name_run(upload, stage),
        "dataset": name_dataset(upload.key),
    }
    return json.dumps(run, sort_keys=True, separators=(",", ":"))


def build_due_input(due: Due, stage: str) -> str:
    """Build the input of the execution that the clock starts, of the newest upload."""
    run = {
        **asdict(due.upload),
        "run_id": name_due(due, stage),
        "dataset": due.dataset,
        "asked": due.asked,
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


def prepare_run(
    store: Store,
    execution_input: Mapping[str, Any],
    *,
    settings: Mapping[str, str | None],
    unpacked: int,
    parts: list[dict[str, Any]] | None = None,
    champion: Version | None = None,
) -> dict[str, Any]:
    """Write ``run.json``, and give what every later state needs to know.

    Parameters
    ----------
    parts
        The parts of a table that was uploaded as a folder.
    unpacked
        How many bytes the upload unpacks to.
    settings
        What ``read_bucket_settings`` gave for the dataset.
    champion
        The version of the dataset's model that forecasts, if there is any.
    """
    run = {
        **build_run(execution_input, settings, bucket=store.bucket, unpacked=unpacked),
        "parts": parts,
        "asked": execution_input.get("asked"),
        "champion": None
        if champion is None
        else {"version": champion.number, "run_id": champion.run_id},
    }
    store.write_json(run_key(run["run_id"], "run.json"), run)
    return {
        "run_id": run["run_id"],
        "dataset": run["dataset"],
        "bucket": run["bucket"],
        "glue_capacity": choose_glue_capacity(unpacked),
        "fits_one_machine": unpacked <= ONE_MACHINE,
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
    execution_input: Mapping[str, Any],
    settings: Mapping[str, str | None],
    *,
    bucket: str,
    unpacked: int,
) -> dict[str, Any]:
    """Build ``run.json``: what was asked, before anything was looked into."""
    asked = ("key", "version_id", "etag", "size", "event_time")
    return {
        "schema": SCHEMA,
        "run_id": execution_input["run_id"],
        "dataset": execution_input["dataset"],
        "bucket": bucket,
        "upload": {
            **{name: execution_input[name] for name in asked},
            "unpacked": unpacked,
        },
        "settings": dict(settings),
    }


def choose_glue_capacity(unpacked: int) -> float:
    """Choose the capacity, in DPU, of the jobs that read so many bytes, unpacked."""
    return LARGE_CAPACITY if unpacked > LARGE_UPLOAD else SMALL_CAPACITY
