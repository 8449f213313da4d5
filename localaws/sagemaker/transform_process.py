"""The process of a batch transform job: forecasts every input object.

Its argument is the file of its specification. It writes ``<input>.out`` for every
object, and says in a file what went wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from forecaster import ForecasterError
from trainer.forecasts import forecast_file, load_model, name_output
from trainer.s3_files import (
    PATIENT,
    Location,
    list_objects,
    read_object,
    write_object,
)

_MEGABYTE = 1024**2


class JobError(Exception):
    """Something about the job that the caller must put right."""


def run(spec: Mapping[str, Any], s3: Any, folder: Path) -> None:
    """Do the job that a specification describes."""
    prefix = Location.parse(spec["input_uri"])
    inputs = list(list_objects(s3, prefix))
    if not inputs:
        raise JobError(
            f'ClientError: No S3 objects found under S3 URL "{prefix.uri}" given in '
            "input data source. Please ensure that objects exist under that S3 prefix."
        )
    model = load_model(s3, Location.parse(spec["model_uri"]), folder)
    output = Location.parse(spec["output_uri"])
    for found in inputs:
        body = read_object(s3, found)
        check_payload(found, body, spec["max_payload_mb"])
        try:
            forecast = forecast_file(model, body)
        except (ForecasterError, ValueError, KeyError) as error:
            raise JobError(
                f"ClientError: {found.uri}: Bad HTTP status received from algorithm: "
                f"400 ({error})"
            ) from error
        write_object(s3, output.below(name_output(found, prefix)), forecast)


def check_payload(found: Location, body: bytes, most: float) -> None:
    """Refuse an object that is more than one request may hold; 0 is no limit."""
    if most and len(body) > most * _MEGABYTE:
        raise JobError(
            f"ClientError: {found.uri}: Too much data for max payload size "
            f"({most:g} MB)"
        )


def main() -> None:
    """Run the job of the specification on the command line."""
    spec_path = Path(sys.argv[1])
    spec = json.loads(spec_path.read_text())
    failure = Path(spec["failure"])
    try:
        run(spec, boto3.client("s3", config=PATIENT), spec_path.parent)
    except (JobError, ForecasterError) as error:
        failure.write_text(str(error))
        sys.exit(1)
    except Exception as error:
        failure.write_text(f"InternalServerError: {type(error).__name__}: {error}")
        raise


if __name__ == "__main__":
    main()
