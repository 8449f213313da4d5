"""Ask a run's model a what-if question: change its input, transform, compare."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.engines import EMBEDDED, KEY
from chalicelib.keys import (
    TRANSFORM_FOLDER,
    build_uri,
    forecast_key,
    transform_prefix,
    what_if_prefix,
)
from client.documents import find_document, find_run_document
from client.errors import WrongStateError
from client.what_if.change import Changer, read_moment
from client.what_if.compare import compare_forecasts
from client.what_if.page import Answer
from client.what_if.plan import Plan, hash_file, read_plan
from client.what_if.scenario import Scenario
from client.what_if.transform import Job, Transforms, find_model
from glue.reporting.raw_output import read_forecast
from glue.run_documents import RunSettings, read_settings

if TYPE_CHECKING:
    import pandas as pd
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from chalicelib.stages import Stage

_OUTPUT = ".out"


@dataclass(frozen=True)
class Base:
    """The run that a scenario is compared with, by what it has left."""

    run_id: str
    dataset: str
    resolved: dict[str, Any]
    report: dict[str, Any]

    @property
    def settings(self) -> RunSettings:
        """What it was asked for."""
        return read_settings(self.resolved)

    @property
    def first_ahead(self) -> str:
        """The first timestamp of its forecast."""
        return str(self.report["total"]["forecast"]["timestamps"][0])


def find_base(s3: S3Client, bucket: str, dataset: str, run_id: str) -> Base:
    """Find what a run has left.

    Raises
    ------
    WrongStateError
        When it has left no report, or no model.
    """
    report = find_document(s3, bucket, forecast_key(dataset, run_id, "report.json"))
    resolved = find_run_document(s3, bucket, run_id, "settings.json")
    if report is None or resolved is None:
        raise WrongStateError(
            f"run {run_id!r} of dataset {dataset!r} has left no forecast with a report "
            "to compare with; name another --run"
        )
    if resolved.get(KEY) == EMBEDDED:
        raise WrongStateError(
            f"run {run_id!r} was forecast by the embedded engine, which leaves no "
            "model to ask (needs one of Autopilot's); name another --run, or upload "
            "the data with another RTS.csv"
        )
    return Base(run_id, dataset, resolved, report)


@dataclass(frozen=True)
class Place:
    """Where the question is asked."""

    s3: S3Client
    sagemaker: SageMakerClient
    stage: Stage


class Question:
    """One what-if question about one run."""

    def __init__(
        self,
        place: Place,
        base: Base,
        scenario: Scenario,
        transforms: Transforms,
        *,
        plan: Path | None = None,
    ) -> None:
        """Take a question, and the table of the future that it may be about."""
        self._place = place
        self._base = base
        if plan is not None:
            scenario = replace(scenario, plan=plan.name, plan_hash=hash_file(plan))
        self._scenario = scenario
        self._plan = plan
        self._transforms = transforms
        self.id = scenario.name_for(base.run_id)

    def ask(self, confirm: Callable[[], bool]) -> Answer | None:
        """Have it answered; what was asked before is not paid for again.

        Parameters
        ----------
        confirm
            Asked before something is paid for; when it says no, there is no answer.
        """
        base = self._base
        with tempfile.TemporaryDirectory(prefix="what-if-") as scratch:
            folder = Path(scratch)
            changer, parts = self._change(folder)
            asked = f"{base.run_id}-what-if-{self.id}"
            name, is_there = self._transforms.name_job(asked)
            if not is_there and not self._start(name, parts, confirm):
                return None
            self._transforms.wait(name)
            before = self._read(
                forecast_key(base.dataset, base.run_id, TRANSFORM_FOLDER), folder
            )
            after = self._read(self._output, folder)
        comparison = compare_forecasts(
            before, after, base.settings, changer.changed.items
        )
        names = tuple(sorted(changer.changed.names))
        return Answer(self._scenario, comparison, base, names)

    def _change(self, folder: Path) -> tuple[Changer, list[Path]]:
        """Write the input of the run's transform anew, with the changes."""
        base, parts = self._base, []
        sources = list(self._download(transform_prefix(base.run_id), folder))
        if not sources:
            raise WrongStateError(
                f"what run {base.run_id!r} forecast from is gone (found nothing under "
                "input/, where it is kept for a time); upload the data again, and ask "
                "the new run"
            )
        changer = Changer(
            self._scenario, base.settings, base.first_ahead, self._read_plan(sources[0])
        )
        for source in sources:
            target = source.with_name(f"changed-{source.name}")
            changer.rewrite(source, target)
            source.unlink()
            parts.append(target)
        changer.check_done()
        return changer, parts

    def _read_plan(self, run_input: Path) -> Plan | None:
        if self._plan is None:
            return None
        base = self._base
        first = read_moment(base.first_ahead)
        return read_plan(self._plan, run_input, base.settings, first)

    def _start(self, name: str, parts: list[Path], confirm: Callable[[], bool]) -> bool:
        place, base = self._place, self._base
        model = find_model(place.sagemaker, base.run_id)
        if not confirm():
            return False
        prefix = what_if_prefix(base.run_id, self.id)
        for number, part in enumerate(parts):
            key = f"{prefix}part-{number:05d}.csv"
            place.s3.upload_file(str(part), place.stage.bucket, key)
        self._transforms.start(
            Job(
                name,
                model,
                input_uri=build_uri(place.stage.bucket, prefix),
                output_uri=build_uri(place.stage.bucket, self._output),
                resources=base.resolved["TransformResources"],
            )
        )
        return True

    @property
    def _output(self) -> str:
        base = self._base
        return forecast_key(base.dataset, base.run_id, f"what-if/{self.id}/")

    def _read(self, prefix: str, folder: Path) -> pd.DataFrame:
        paths = [
            path for path in self._download(prefix, folder) if path.suffix == _OUTPUT
        ]
        return read_forecast(paths, self._base.settings)

    def _download(self, prefix: str, folder: Path) -> Iterator[Path]:
        s3, bucket = self._place.s3, self._place.stage.bucket
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix
        )
        for page in pages:
            for item in page.get("Contents", []):
                name = item["Key"].replace("/", "_")
                s3.download_file(bucket, item["Key"], str(folder / name))
                yield folder / name
