"""The process of an AutoML job: reads the data, fits the engine, writes artifacts.

Its argument is the file of its specification. It tells how far it is by lines of JSON
in a file, and leaves its findings in S3 as Autopilot does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from forecaster import ForecasterError, fit
from trainer.artifacts import describe_ensemble, describe_report, write_artifacts
from trainer.s3_files import PATIENT, Location
from trainer.training_data import (
    TrainingDataError,
    TrainingTask,
    add_known_future,
    read_training_data,
)


class Progress:
    """Tells the local AWS how far the job is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, **news: Any) -> None:
        """Append a line."""
        with self._path.open("a") as file:
            file.write(json.dumps(news) + "\n")

    def enter(self, secondary_status: str) -> None:
        """Say which stage begins."""
        self.say(secondary_status=secondary_status)


def run(spec: Mapping[str, Any], progress: Progress, s3: Any) -> None:
    """Do the job that a specification describes."""
    task = TrainingTask(
        input_uri=spec["input_uri"],
        output_uri=spec["output_uri"],
        config=spec["config"],
        objective=spec["objective"],
        content_type=spec["content_type"],
    )
    progress.enter("PreTraining")
    table = read_training_data(s3, task)
    progress.enter("TrainingModels")
    model = fit(
        add_known_future(table, s3, task),
        task.config,
        objective=task.objective,
        on_candidate=lambda report: progress.say(candidate=describe_report(report)),
    )
    progress.enter("EnsemblingModels")
    progress.say(
        artifacts=write_artifacts(s3, model, Location.parse(task.output_uri)),
        candidate=describe_ensemble(model),
        out_of_time=bool(model.manifest.get("clock_fired")),
    )


def main() -> None:
    """Run the job of the specification on the command line."""
    spec = json.loads(Path(sys.argv[1]).read_text())
    progress = Progress(Path(spec["progress"]))
    try:
        run(spec, progress, boto3.client("s3", config=PATIENT))
    except (TrainingDataError, ForecasterError) as error:
        progress.say(failure=str(error))
        sys.exit(1)
    except Exception as error:
        progress.say(failure=f"InternalServerError: {type(error).__name__}: {error}")
        raise


if __name__ == "__main__":
    main()
