"""The pipeline from Python: upload data, wait, and get forecasts as frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from chalicelib.endings import read_verdict
from client import exit_codes
from client.as_data import describe_listing
from client.control import Control
from client.errors import CommandError
from client.explain import (
    explain_if_possible,
    explain_package,
    find_bucket_layer,
    is_accepted,
)
from client.listing import Lister
from client.packing import Package, pack_source
from client.quiet import QuietDisplay
from client.results import read_file
from client.run_names import LATEST, find_run_id
from client.session import Session

if TYPE_CHECKING:
    from client.connection import Connection
    from client.follow import Display
    from client.session import Outcome
    from glue.settings.layers import Layer

# A path, the history as a frame, or the tables of an upload by their names.
Source: TypeAlias = "str | Path | pd.DataFrame | Mapping[str, pd.DataFrame]"


class RunFailedError(CommandError):
    """A run ended without a forecast; ``step`` and ``remedy`` as in status.json."""

    exit_code = exit_codes.RUN_FAILED

    def __init__(self, outcome: Outcome) -> None:
        self.run_id = outcome.run_id
        self.status = outcome.status
        self.step = outcome.step
        self.remedy = outcome.remedy
        self.folder = outcome.results.folder
        super().__init__(outcome.reason or f"run {outcome.run_id!r} failed")


class UploadRefusedError(CommandError):
    """The data would be refused; ``report`` is what ``check`` found."""

    exit_code = exit_codes.REFUSED

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.report = report
        errors = [one for one in report["findings"] if one["level"] == "error"]
        lines = (f"[{one['code']}] {one['what']}; {one['remedy']}" for one in errors)
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Forecast:
    """What a run has made.

    Parameters
    ----------
    verdict
        How good it is, in a sentence; None where no report says so.
    folder, files
        Where the results are on this machine, and each by its name.
    """

    run_id: str
    dataset: str
    folder: Path
    files: Mapping[str, Path]
    verdict: str | None = None
    warnings: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The forecast: keys as texts, timestamps, and a column for each quantile."""
        settings = self.report.get("settings") or {}
        path = self.files["forecast.csv"]
        names = list(pd.read_csv(path, nrows=0).columns)
        values = {name for name in names if name == "mean" or _is_quantile(name)}
        keys = [name for name in names if name not in values]
        time = settings.get("timestamp") or keys[-1]
        texts = {name: str for name in keys if name != time}
        return pd.read_csv(
            path, dtype=texts, parse_dates=[time], keep_default_na=False, na_values=[""]
        )

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """The candidates, best first."""
        return pd.read_csv(self.files["leaderboard.csv"])


def _is_quantile(name: str) -> bool:
    return name[:1] == "p" and name[1:].isdigit()


class Pipeline:
    """A stage to send data to."""

    def __init__(
        self,
        connection: Connection,
        *,
        output: Path = Path("forecasts"),
        display: Display | None = None,
    ) -> None:
        self._connection = connection
        self._display = display or QuietDisplay()
        self._session = Session(
            connection.clients,
            connection.stage,
            output=output,
            display=self._display,
        )

    def check(self, source: Source, *, settings: Path | None = None) -> dict[str, Any]:
        """Say what a run would make of a source; nothing is uploaded.

        Returns
        -------
        dict
            ``outcome``, ``findings``, ``columns``, ``forecast``, ``estimate`` and more,
            as ``forecast check --json`` prints it.
        """
        with pack_any(source, settings) as package:
            return self._explain(package)

    def start(
        self, source: Source, *, settings: Path | None = None, check: bool = True
    ) -> str:
        """Upload a source, and return the run_id of the run that it starts.

        Raises
        ------
        UploadRefusedError
            When the data would be refused; nothing was uploaded then.
        """
        with pack_any(source, settings) as package:
            self._session.check_stage(package)
            report = self._explain_if_possible(package) if check else None
            if report is not None and not is_accepted(report):
                raise UploadRefusedError(report)
            sent = self._session.upload(package)
        return self._session.find_run(sent)

    def run(
        self, source: Source, *, settings: Path | None = None, check: bool = True
    ) -> Forecast:
        """Upload a source, wait for its run to end, and download the forecast.

        Raises
        ------
        UploadRefusedError
            When the data would be refused; nothing was uploaded then.
        RunFailedError
            When the run ended without a forecast.
        """
        return self.follow(self.start(source, settings=settings, check=check))

    def follow(self, run: str = LATEST) -> Forecast:
        """Wait for a run to end, and download the forecast."""
        return _read_forecast(self._session.watch(self._name(run)))

    def fetch(self, run: str = LATEST) -> Forecast:
        """Download the forecast of a run that has ended."""
        return _read_forecast(self._session.fetch(self._name(run)))

    def resume(self, run: str = LATEST) -> Forecast:
        """Let a run go on where it failed, and wait for it."""
        run_id = self._name(run)
        Control(self._connection.clients, self._connection.stage).resume(run_id)
        return self.follow(run_id)

    def cancel(self, run: str, reason: str) -> list[str]:
        """Stop a run, its training and its transform; say what was stopped."""
        control = Control(self._connection.clients, self._connection.stage)
        return control.cancel(self._name(run), reason)

    def list_runs(self, limit: int = 20) -> list[dict[str, Any]]:
        """List the newest runs, as ``forecast list --json`` prints them."""
        clients, stage = self._connection.clients, self._connection.stage
        listing = Lister(clients.s3, clients.sfn, stage).list_runs(limit)
        return list(describe_listing(listing, stage.name)["runs"])

    def _name(self, run: str) -> str:
        return find_run_id(self._connection.clients.sfn, self._connection.stage, run)

    def _explain(self, package: Package) -> dict[str, Any]:
        return explain_package(package, self._find_layer(package))

    def _explain_if_possible(self, package: Package) -> dict[str, Any] | None:
        layer, display = self._find_layer(package), self._display
        return explain_if_possible(package, layer, self._connection.stage, display.note)

    def _find_layer(self, package: Package) -> Layer | None:
        clients, stage = self._connection.clients, self._connection.stage
        return find_bucket_layer(clients.s3, stage, package, lambda _text: None)


@contextmanager
def pack_any(source: Source, settings: Path | None = None) -> Iterator[Package]:
    """Pack a path, a frame, or frames by the names of their tables."""
    if isinstance(source, (str, Path)):
        with pack_source(Path(source), settings) as package:
            yield package
        return
    frames = {"TTS": source} if isinstance(source, pd.DataFrame) else source
    with tempfile.TemporaryDirectory(prefix="frames-") as scratch:
        folder = Path(scratch) / "data"
        folder.mkdir()
        for name, frame in frames.items():
            frame.to_csv(folder / f"{name}.csv", index=False)
        with pack_source(folder, settings) as package:
            yield package


def _read_forecast(outcome: Outcome) -> Forecast:
    if not outcome.succeeded:
        raise RunFailedError(outcome)
    results = outcome.results
    report = read_file(results, "report.json") or {}
    status = read_file(results, "status.json") or {}
    return Forecast(
        run_id=outcome.run_id,
        dataset=outcome.dataset,
        folder=results.folder,
        files={
            path.relative_to(results.folder).as_posix(): path for path in results.files
        },
        verdict=read_verdict(report),
        warnings=tuple(map(str, status.get("warnings") or ())),
        report=report,
    )
