"""Makes the report of a run, part by part: what fails is told, the rest is made."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from glue.bucket import BucketStore, Stored, split_uri
from glue.findings.finding import Finding
from glue.findings.report_codes import explain_failure
from glue.reporting import page
from glue.reporting.backtest import (
    Backtest,
    NotComparableError,
    is_backtest_file,
    read_backtest,
)
from glue.reporting.costs import build_timeline, estimate_cost
from glue.reporting.document import (
    DEFINITIONS,
    SCHEMA,
    BacktestFindings,
    describe_backtest,
    describe_baseline,
    describe_data,
)
from glue.reporting.earlier import (
    MOST_LOOKED_AT,
    MOST_SCORED,
    NoOverlapError,
    explain_none,
    list_earlier_runs,
    score_earlier,
)
from glue.reporting.grid import (
    ForecastGrid,
    build_grid,
    look_ahead,
    total_forecast,
    total_history,
)
from glue.reporting.history import History, read_history
from glue.reporting.items import ItemFigures, build_figures, list_items, write_items
from glue.reporting.leaderboard import (
    Entry,
    build_leaderboard,
    read_metrics,
    write_leaderboard,
)
from glue.reporting.output import Forecast, ForecastLayout
from glue.reporting.page.page import PageContent, build_page
from glue.reporting.repairs import check_complete, repair_by_history
from glue.reporting.run_settings import ReportSettings, read_report_settings
from glue.reporting.scoring import compare
from glue.reporting.verdict import Evidence, Verdict, judge, judge_alone, list_tries

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Made = TypeVar("Made")


@dataclass(frozen=True)
class Run:
    """A run's documents, and where its results go."""

    run_id: str
    settings: Mapping[str, Any]
    data_report: Mapping[str, Any]

    @property
    def dataset(self) -> str:
        """The dataset that the run is of."""
        return str(self.settings["dataset"])

    @property
    def prefix(self) -> str:
        """The folder of the run's results."""
        return f"output-forecasted-data/{self.dataset}/{self.run_id}/"


@dataclass
class Attempts:
    """Tries the parts of a report; a part that fails becomes a finding."""

    findings: list[Finding] = field(default_factory=list)

    def attempt(self, part: str, make: Callable[[], Made]) -> Made | None:
        """Make a part; None when it fails."""
        try:
            return make()
        except Exception as error:
            # Once training is paid for, no error of a report may waste its forecast.
            traceback.print_exc()
            self.findings.append(explain_failure(part, error))
            return None


@dataclass(frozen=True)
class Surroundings:
    """What a report depends on beside its run.

    ``assets`` are the parts of the page: this package's own, where nobody gives others.
    """

    now: datetime
    local: bool = False
    assets: Traversable = field(default_factory=lambda: files(page))


@dataclass
class ReportMaker:
    """Makes everything that follows the first forecast.csv."""

    store: BucketStore
    run: Run
    forecast: Forecast
    layout: ForecastLayout
    surroundings: Surroundings
    attempts: Attempts

    def make(self) -> None:
        """Make all parts, each as far as those before it allow."""
        settings = read_report_settings(self.run.settings, self.run.data_report)
        history = self.attempts.attempt(
            "the comparison with the history", lambda: self._read_history(settings)
        )
        if history is None:
            self._note_forecast()
            return
        self.attempts.attempt(
            "the check of the forecast by the history",
            lambda: self._repair(history, settings),
        )
        self._note_forecast()
        self.attempts.attempt("forecast.parquet", self._write_parquet)
        figures = _Figures(self, history, settings)
        self.attempts.attempt("the report", figures.make)

    def upload(self, name: str, content_type: str) -> None:
        """Put a file of the working folder among the run's results."""
        path = self.store.folder / name
        self.store.upload(path, f"{self.run.prefix}{name}", content_type)

    def _read_history(self, settings: ReportSettings) -> History:
        key = f"input/{self.run.run_id}/train/train.csv"
        return read_history(self.store.download(key, "train.csv"), settings)

    def _repair(self, history: History, settings: ReportSettings) -> None:
        before = self.forecast.table.copy()
        repair_by_history(self.forecast, self.layout, history, settings)
        if not self.forecast.table.equals(before):
            write_forecast(self.store, self.run, self.forecast)

    def _note_forecast(self) -> None:
        self.attempts.findings += self.forecast.findings
        self.attempts.findings += check_complete(self.forecast, self.layout)

    def _write_parquet(self) -> None:
        if importlib.util.find_spec("pyarrow") is None:
            print("no forecast.parquet: this environment has no pyarrow")
            return
        table = self.forecast.table.copy()
        table[self.layout.timestamp] = pd.to_datetime(table[self.layout.timestamp])
        table.to_parquet(self.store.folder / "forecast.parquet", index=False)
        self.upload("forecast.parquet", "application/vnd.apache.parquet")


def write_forecast(store: BucketStore, run: Run, forecast: Forecast) -> None:
    """Write forecast.csv."""
    path = store.folder / "forecast.csv"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        forecast.table.to_csv(file, index=False)
    store.upload(path, f"{run.prefix}forecast.csv", "text/csv")


class _Figures:
    """The figures of a report, and the files that show them."""

    def __init__(
        self, maker: ReportMaker, history: History, settings: ReportSettings
    ) -> None:
        self._maker = maker
        self._history = history
        self._settings = settings
        self._attempt = maker.attempts.attempt

    def make(self) -> None:
        """Compute and write leaderboard.csv, items.csv, report.json, report.html."""
        history, settings = self._history, self._settings
        candidates = self._attempt("candidates.json", self._read_candidates)
        found = self._find_backtest(candidates)
        backtest = describe_backtest(found, history, settings)
        grid = build_grid(self._maker.forecast.table, history, settings)
        outlook = look_ahead(grid, history, settings)
        figures = build_figures(outlook, found.comparison, settings.metric)
        entries = build_leaderboard(
            candidates,
            settings.metric,
            winner=backtest["winner"],
            baseline=backtest["baseline"],
            alone=(backtest["baseline_alone"] or {}).get("metrics"),
        )
        self._attempt("leaderboard.csv", lambda: self._write_leaderboard(entries))
        self._attempt("items.csv", lambda: self._write_items(figures))
        document = {
            **self._head(),
            "verdict": self._judge(backtest, candidates).as_data(),
            "data": describe_data(history, settings, len(grid.series)),
            "baseline": describe_baseline(history, settings),
            "backtest": backtest,
            "leaderboard": [entry.as_data() for entry in entries],
            "items": list_items(figures, history, settings.metric),
            "total": {
                "history": total_history(history, settings),
                "forecast": total_forecast(grid, settings),
                "last_season_total": float(outlook.reference.sum()),
            },
            "earlier_forecasts": self._attempt(
                "the look at earlier forecasts", self._find_earlier
            )
            or {"scored": [], "reason": "earlier forecasts could not be read"},
            "took": self._attempt("the time that it took", self._measure),
            "findings": list(self._maker.run.data_report.get("findings") or []),
            "inferred": list(self._maker.run.data_report.get("inferred") or []),
            "settings": self._pick_settings(),
            "definitions": DEFINITIONS,
        }
        self._write(document, grid, figures)

    def _write(
        self, document: dict[str, Any], grid: ForecastGrid, figures: ItemFigures
    ) -> None:
        content = PageContent(
            document, self._history, grid, figures, settings=self._settings
        )
        document["warnings"] = self._list_warnings()
        self._attempt("report.html", lambda: self._write_page(content))
        document["warnings"] = self._list_warnings()
        run = self._maker.run
        self._maker.store.write_json(f"{run.prefix}report.json", document)

    def _list_warnings(self) -> list[dict[str, Any]]:
        return [finding.as_data() for finding in self._maker.attempts.findings]

    def _head(self) -> dict[str, Any]:
        run = self._maker.run
        return {
            "schema": SCHEMA,
            "run_id": run.run_id,
            "dataset": run.dataset,
            "upload": run.data_report.get("upload"),
            "made_at": self._maker.surroundings.now.isoformat(timespec="seconds"),
            "metric": self._settings.metric,
        }

    def _pick_settings(self) -> dict[str, Any]:
        wanted = (
            "TimeSeriesForecastingJobConfig",
            "AutoMLJobObjective",
            "TransformResources",
        )
        settings = self._maker.run.settings
        return {name: settings[name] for name in wanted if name in settings}

    def _read_candidates(self) -> dict[str, Any]:
        key = f"runs/{self._maker.run.run_id}/candidates.json"
        return self._maker.store.read_json(key)

    def _find_backtest(self, candidates: Mapping[str, Any] | None) -> BacktestFindings:
        try:
            backtest = self._read_backtest(candidates)
            comparison = compare(backtest.points, self._history, self._settings)
            if not len(comparison.forecast.points):
                raise NotComparableError("no series has a history before its backtest")
        except NotComparableError as error:
            return BacktestFindings(None, reason=str(error))
        except Exception as error:
            traceback.print_exc()
            self._maker.attempts.findings.append(
                explain_failure("the comparison with seasonal naive", error)
            )
            return BacktestFindings(None, reason="its backtest could not be read")
        return BacktestFindings(comparison, backtest.windows)

    def _read_backtest(self, candidates: Mapping[str, Any] | None) -> Backtest:
        best = _find_best(candidates)
        uri = (best or {}).get("backtest_results_uri")
        if not uri:
            raise NotComparableError("Autopilot left no backtest results")
        bucket, prefix = split_uri(uri)
        store = self._maker.store
        if bucket != store.bucket:
            raise NotComparableError("Autopilot's backtest results are elsewhere")
        keys = [stored.key for stored in store.list_objects(prefix)]
        readable = [key for key in keys if is_backtest_file(key)]
        paths = [
            store.download(key, f"backtest-{number:05d}.csv")
            for number, key in enumerate(readable)
        ]
        return read_backtest(paths, self._history, self._settings)

    def _judge(
        self, backtest: Mapping[str, Any], candidates: Mapping[str, Any] | None
    ) -> Verdict:
        settings, metric = self._settings, self._settings.metric
        if not backtest["comparable"]:
            best = _find_best(candidates)
            alone = backtest["baseline_alone"]["metrics"] or {}
            return judge_alone(
                metric,
                candidate=read_metrics(best).get(metric) if best else None,
                baseline=alone.get(metric),
                # What was found instead is for those who look into it.
                reason=backtest["reason"].partition(" (found:")[0],
            )
        tries = list_tries(
            steps=self._history.steps,
            horizon=settings.horizon,
            season=settings.season,
            series=len(self._history.keys),
        )
        return judge(
            Evidence(
                metric=metric,
                candidate=backtest["winner"][metric],
                baseline=backtest["baseline"][metric],
                better_on=backtest["better_on"],
                compared=backtest["compared"],
                noun=settings.noun,
                tries=tuple(tries),
            )
        )

    def _find_earlier(self) -> dict[str, Any]:
        run, store = self._maker.run, self._maker.store
        folder = f"output-forecasted-data/{run.dataset}/"
        keys = [stored.key for stored in store.list_objects(folder)]
        scored: list[dict[str, Any]] = []
        reasons = []
        for earlier in list_earlier_runs(keys, run.run_id)[:MOST_LOOKED_AT]:
            try:
                scored.append(self._score_earlier(f"{folder}{earlier}/", earlier))
            except NoOverlapError as error:
                reasons.append((earlier, str(error)))
            except Exception as error:
                traceback.print_exc()
                reasons.append((earlier, f"it could not be read ({error})"))
            if len(scored) == MOST_SCORED:
                break
        return {"scored": scored, "reason": None if scored else explain_none(reasons)}

    def _score_earlier(self, folder: str, run_id: str) -> dict[str, Any]:
        store = self._maker.store
        then = read_report_settings(store.read_json(f"runs/{run_id}/settings.json"))
        path = store.download(f"{folder}forecast.csv", "earlier.csv")
        return score_earlier(path, run_id, self._history, now=self._settings, then=then)

    def _measure(self) -> dict[str, Any]:
        maker = self._maker
        run, now = maker.run, maker.surroundings.now
        own = maker.store.list_objects(f"runs/{run.run_id}/")
        raw = maker.store.list_objects(f"{run.prefix}raw/")
        uploaded = (run.data_report.get("upload") or {}).get("event_time")
        stages = build_timeline(
            {
                "uploaded": _parse_moment(uploaded),
                "prepare": _modified(own, "/run.json"),
                "preprocess": _modified(own, "/settings.json"),
                "train": _modified(own, "/candidates.json"),
                "transform": _modified(raw, ".out"),
                "report": now,
            }
        )
        resources = run.settings.get("TransformResources") or {}
        local = maker.surroundings.local
        return {
            "stages": stages,
            "cost": estimate_cost(stages, resources, local=local),
        }

    def _write_leaderboard(self, entries: list[Entry]) -> None:
        path = self._maker.store.folder / "leaderboard.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_leaderboard(entries, file)
        self._maker.upload("leaderboard.csv", "text/csv")

    def _write_items(self, figures: ItemFigures) -> None:
        path = self._maker.store.folder / "items.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_items(figures, self._history, self._settings, file)
        self._maker.upload("items.csv", "text/csv")

    def _write_page(self, content: PageContent) -> None:
        text = build_page(content, self._maker.surroundings.assets)
        path = self._maker.store.folder / "report.html"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        self._maker.upload("report.html", "text/html; charset=utf-8")


def _find_best(candidates: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    known = candidates or {}
    best = known.get("best_candidate")
    listed = known.get("candidates") or []
    return next((found for found in listed if found["name"] == best), None)


def _parse_moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _modified(found: list[Stored], ending: str) -> datetime | None:
    moments = [s.modified for s in found if s.key.endswith(ending) and s.modified]
    return max(moments, default=None)
