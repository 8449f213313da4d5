"""One run of the embedded engine: trained once, then forecast a file at a time.

What an earlier attempt at the same run has done is not done again: a model that is
there is used, and so is a forecast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forecaster import fit
from glue.bucket import RunKeys
from glue.engines import BOTH, KEY
from trainer.artifacts import write_artifacts
from trainer.candidates import build_candidates
from trainer.forecasts import forecast_file, load_model, name_output
from trainer.s3_files import Location, list_objects, read_object, write_object
from trainer.training_data import TrainingTask, add_known_future, read_training_data

# The job itself ends an hour later: what is trained by then is to be saved.
MOST_SECONDS = 7 * 3600


@dataclass(frozen=True)
class RunPlace:
    """Which run it is, and where: as its execution has it.

    Its ``settings.json`` names the same, but lies where jobs of other runs may write,
    and so has no say in what is read and written.
    """

    bucket: str
    run_id: str
    dataset: str

    def locate(self, key: str) -> Location:
        """Locate one of the bucket's keys."""
        return Location(self.bucket, key)


@dataclass(frozen=True)
class Outputs:
    """Where what is trained and forecast is written."""

    candidates: Location
    raw: Location


@dataclass(frozen=True)
class Attempt:
    """One attempt at a run; ``say`` takes what is worth a line in the log."""

    s3: Any
    place: RunPlace
    folder: Path
    say: Callable[[str], None]
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def keys(self) -> RunKeys:
        """The keys of the run's objects."""
        return RunKeys(self.place.run_id)

    def run(self) -> None:
        """Train, unless that was done, and forecast what is not forecast yet."""
        settings = self._read_json(self.place.locate(self.keys.settings))
        outputs = find_outputs(settings, self.place)
        if not self._exists(outputs.candidates):
            document = self._train(settings)
            # Last, and whole: whoever finds it finds all that it names.
            self._write_json(outputs.candidates, document)
        else:
            self.say("the model is there already: nothing is trained again")
            document = self._read_json(outputs.candidates)
        self._forecast(Location.parse(document["model_uri"]), outputs.raw)

    def _train(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        task = build_task(settings, self.place)
        table = read_training_data(self.s3, task)
        reports: list[tuple[Any, datetime]] = []

        def note(report: Any) -> None:
            reports.append((report, self.now()))
            self.say(f"{report.name}: {report.status} after {report.seconds:.1f} s")

        model = fit(
            add_known_future(table, self.s3, task),
            task.config,
            objective=task.objective,
            on_candidate=note,
        )
        artifacts = write_artifacts(self.s3, model, Location.parse(task.output_uri))
        return build_candidates(
            self.place.run_id,
            task,
            model,
            reports=reports,
            artifacts=artifacts,
            now=self.now(),
        )

    def _forecast(self, archive: Location, raw: Location) -> None:
        prefix = self.place.locate(self.keys.transform_folder)
        there = {found.key for found in list_objects(self.s3, raw)}
        missing = [
            found
            for found in list_objects(self.s3, prefix)
            if raw.below(name_output(found, prefix)).key not in there
        ]
        if not missing:
            self.say("the forecast is there already")
            return
        model = load_model(self.s3, archive, self.folder)
        for found in missing:
            forecast = forecast_file(model, read_object(self.s3, found))
            write_object(self.s3, raw.below(name_output(found, prefix)), forecast)
        self.say(f"forecast from {len(missing)} files")

    def _exists(self, location: Location) -> bool:
        return location in list(list_objects(self.s3, location))

    def _read_json(self, location: Location) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(read_object(self.s3, location))
        return document

    def _write_json(self, location: Location, document: Mapping[str, Any]) -> None:
        write_object(self.s3, location, json.dumps(document, indent=1).encode())


def find_outputs(settings: Mapping[str, Any], place: RunPlace) -> Outputs:
    """Say where to write: beside Autopilot where that trains too, else in its place."""
    keys = RunKeys(place.run_id)
    if settings.get(KEY) == BOTH:
        return Outputs(
            place.locate(keys.embedded_candidates),
            place.locate(keys.embedded_raw_folder(place.dataset)),
        )
    return Outputs(
        place.locate(keys.candidates), place.locate(keys.raw_folder(place.dataset))
    )


def build_task(settings: Mapping[str, Any], place: RunPlace) -> TrainingTask:
    """Say what is to be trained, from the run's settings.json."""
    keys = RunKeys(place.run_id)
    task = TrainingTask(
        input_uri=place.locate(keys.train_folder).uri,
        output_uri=place.locate(keys.embedded_output).uri,
        config=settings["TimeSeriesForecastingJobConfig"],
        objective=settings["AutoMLJobObjective"]["MetricName"],
    )
    return replace(task, config=_bound(task.config))


def _bound(config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave training no more time than its job has."""
    criteria = dict(config.get("CompletionCriteria") or {})
    asked = criteria.get("MaxAutoMLJobRuntimeInSeconds") or MOST_SECONDS
    criteria["MaxAutoMLJobRuntimeInSeconds"] = min(asked, MOST_SECONDS)
    return {**config, "CompletionCriteria": criteria}
