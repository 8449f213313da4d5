"""Glue entry point: turns the raw transform output of a run into what people read."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import boto3

from glue.bucket import BucketStore
from glue.reporting.making import (
    Attempts,
    ReportMaker,
    Run,
    Surroundings,
    write_forecast,
)
from glue.reporting.output import read_forecast, read_layout
from glue.reporting.repairs import repair_rows


def main(arguments: Sequence[str]) -> None:
    """Read the job's arguments and report on the run; Glue adds its own ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--run_id", required=True)
    known, _ = parser.parse_known_args(arguments)
    s3 = boto3.client("s3")
    surroundings = Surroundings(
        now=datetime.now(timezone.utc),
        local=".amazonaws.com" not in s3.meta.endpoint_url,
    )
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        store = BucketStore(s3, known.bucket, Path(folder))
        report(store, known.run_id, surroundings)


def report(store: BucketStore, run_id: str, surroundings: Surroundings) -> None:
    """Write one run's forecast.csv, then everything else that a person reads of it.

    Raises
    ------
    ForecastUnreadableError
        When the transform's output is no forecast; a later failure is a warning.
    """
    run = Run(
        run_id,
        settings=store.read_json(f"runs/{run_id}/settings.json"),
        data_report=store.read_json(f"runs/{run_id}/data-report.json"),
    )
    layout = read_layout(run.settings)
    paths = list(_download_outputs(store, f"{run.prefix}raw/"))
    forecast = read_forecast(paths, layout)
    repair_rows(forecast, layout)
    write_forecast(store, run, forecast)
    attempts = Attempts()
    maker = ReportMaker(store, run, forecast, layout, surroundings, attempts)
    attempts.attempt("the report", maker.make)
    warnings = [str(finding) for finding in attempts.findings]
    for warning in warnings:
        print(warning)
    store.write_json(
        f"runs/{run_id}/report-warnings.json",
        {"schema": 1, "run_id": run_id, "warnings": warnings},
    )


def _download_outputs(store: BucketStore, prefix: str) -> Iterator[Path]:
    keys = [stored.key for stored in store.list_objects(prefix)]
    for number, key in enumerate(key for key in keys if key.endswith(".out")):
        yield store.download(key, f"raw-{number:05d}.csv")


if __name__ == "__main__":
    main(sys.argv[1:])
