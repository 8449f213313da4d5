"""Glue entry point: checks the upload of a run and writes its forecast input."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3

from glue.bucket import PATIENT, Bucket, RunKeys
from glue.findings.finding import Findings, UploadRejected, list_some
from glue.job import begin_job
from glue.log import log_error, log_findings
from glue.memory import keep_freed_memory
from glue.preparation import (
    Options,
    Preparation,
    prepare_upload,
    refuse_parts,
    refuse_size,
)
from glue.reading.parts_folder import list_changed, read_moment
from glue.reporting.champion import describe_data, score_champion
from glue.reporting.history import read_history
from glue.run_documents import (
    build_data_report,
    build_failure_report,
    build_settings,
    read_run,
)
from glue.settings.layers import Layer
from glue.shaping.input_files import InputFiles

_LONGEST_ERROR = 474  # characters


def main(arguments: Sequence[str]) -> None:
    """Prepare the run that the job's arguments name."""
    keep_freed_memory()
    with begin_job(arguments, boto3.client("s3", config=PATIENT), __doc__) as job:
        preprocess(job.run_id, job.bucket)


def preprocess(run_id: str, bucket: Bucket, options: Options | None = None) -> None:
    """Check one run's upload; write its report, and its input when it is good.

    Parameters
    ----------
    run_id
        The run.
    bucket
        Where its upload is, and where its input goes.
    options
        Limits, and who works on the parts, where this machine is not enough.

    Raises
    ------
    UploadRejected
        When the upload cannot be forecast, or its preparation failed, after the
        report was written.
    """
    keys = RunKeys(run_id)
    run = bucket.read_json(keys.run)
    made = _prepare(run, bucket, keys, options or Options())
    _check_folder(bucket, keys, made.findings)
    _check_parts(run, bucket, made.findings)
    log_findings(made.findings)
    if made.accepted and made.files is not None:
        _write_input(made.files, bucket, keys)
    bucket.write_json(keys.data_report, build_data_report(run, made))
    if not made.accepted:
        raise UploadRejected(made.findings)
    _write_score(run, made, bucket, keys)
    bucket.write_json(keys.settings, build_settings(run, made))


def _write_score(
    run: Mapping[str, Any], made: Preparation, bucket: Bucket, keys: RunKeys
) -> None:
    """Write how the champion's forecasts came true; it never costs a run."""
    now = read_run(build_settings(run, made), build_data_report(run, made))
    score = describe_data(now, made.table)
    champion = run.get("champion")
    if champion is not None and made.files is not None:
        try:
            history = read_history(made.files.train, now.settings)
            score.update(score_champion(now, champion["run_id"], bucket, history))
        except Exception as error:
            log_error(error)
            score["reason"] = f"it could not be scored ({type(error).__name__})"
    bucket.write_json(keys.score, score)


def _prepare(
    run: Mapping[str, Any], bucket: Bucket, keys: RunKeys, options: Options
) -> Preparation:
    layer, parts = _read_layer(run["settings"]), run.get("parts")
    key = _name_upload(run)
    refused = refuse_size(_find_size(run), layer, options.limits)
    if refused is None and parts is not None:
        refused = refuse_parts(key, [part["key"] for part in parts], layer)
    if refused is not None:
        return refused
    upload = _download(run, bucket)
    work = bucket.folder / "work"
    work.mkdir()
    try:
        return prepare_upload(
            upload,
            key,
            work,
            bucket_settings=layer,
            options=options,
        )
    except Exception as error:
        findings = Findings()
        words = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        findings.add("internal-error", error=words)
        bucket.write_json(keys.data_report, build_failure_report(run, findings))
        log_error(error)
        raise UploadRejected(findings) from None


def _name_upload(run: Mapping[str, Any]) -> str:
    """Name the upload's key: of a folder of parts, the folder's."""
    key: str = run["upload"]["key"]
    return key if run.get("parts") is None else key.rpartition("/")[0]


def _download(run: Mapping[str, Any], bucket: Bucket) -> Path:
    if run.get("parts") is None:
        return bucket.download_upload(run["upload"])
    return bucket.download_parts(run["parts"])


def _check_parts(run: Mapping[str, Any], bucket: Bucket, findings: Findings) -> None:
    """Refuse parts that were not all there, or not as they are, when the mark was."""
    if run.get("parts") is None:
        return
    folder, marked = f"{_name_upload(run)}/", read_moment(run["upload"]["event_time"])
    changed = list_changed(
        {stored.key: stored.modified for stored in bucket.list_objects(folder)},
        {run["upload"]["key"], *(part["key"] for part in run["parts"])},
        folder,
        marked=marked,
    )
    if changed:
        problem = f"{list_some(changed, 3)} changed since it was marked as whole"
        findings.add("parts-unusable", folder=folder, problem=problem)


def _find_size(run: Mapping[str, Any]) -> int:
    """Give the bytes of an upload: unpacked, where its directory could be read.

    What Parquet parts unpack to is no more than guessed, and nothing is refused by it.
    """
    upload, parts = run["upload"], run.get("parts")
    if parts is not None:
        return sum(part["size"] for part in parts)
    return max(upload.get("size") or 0, upload.get("unpacked") or 0)


def _read_layer(settings: Mapping[str, Any]) -> Layer | None:
    if settings["text"] is None:
        return None
    return Layer(settings["source"], settings["text"])


def _check_folder(bucket: Bucket, keys: RunKeys, findings: Findings) -> None:
    """Report what else is where Autopilot will take everything as training data."""
    keys_there = [stored.key for stored in bucket.list_objects(keys.train_folder)]
    others = [key for key in keys_there if key != keys.train]
    if others:
        findings.add(
            "input-folder-used",
            count=len(others),
            folder=keys.train_folder,
            files=list_some(others),
        )


def _write_input(files: InputFiles, bucket: Bucket, keys: RunKeys) -> None:
    bucket.upload(files.train, keys.train)
    for path in files.transform:
        bucket.upload(path, f"{keys.transform_folder}{path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
