"""The report of a run, part by part: its forecast first, and all else as it allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from glue.bucket import SCHEMAS, Bucket, RunKeys
from glue.documents import Run, read_run
from glue.findings.finding import Findings
from glue.reporting import page
from glue.reporting.attempts import Attempts
from glue.reporting.backtest import BacktestOutcome, compare_backtest
from glue.reporting.costs import describe_cost
from glue.reporting.document import (
    DEFINITIONS,
    describe_backtest,
    describe_baseline,
    describe_data,
    describe_run,
)
from glue.reporting.earlier import find_earlier
from glue.reporting.grid import (
    ForecastGrid,
    build_grid,
    total_forecast,
    total_history,
    total_series,
)
from glue.reporting.history import History, read_history
from glue.reporting.items import ItemFigures, build_figures, list_items, write_items
from glue.reporting.leaderboard import Entry, build_leaderboard, write_leaderboard
from glue.reporting.output import (
    download_outputs,
    read_forecast,
    write_forecast,
    write_parquet,
)
from glue.reporting.page.page import PageContent, build_page
from glue.reporting.repairs import check_complete, repair_by_history, repair_rows
from glue.reporting.verdict import judge_backtest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True)
class Surroundings:
    """What a report depends on beside its run.

    ``assets`` are the parts of the page: this package's own, where nobody gives others.
    """

    now: datetime
    local: bool = False
    assets: Traversable = field(default_factory=lambda: files(page))


def write_report(run_id: str, bucket: Bucket, surroundings: Surroundings) -> None:
    """Write one run's forecast.csv, then everything else that a person reads of it.

    Raises
    ------
    ForecastUnreadableError
        When the transform's output is no forecast; a later failure is a warning.
    """
    keys = RunKeys(run_id)
    run = read_run(bucket.read_json(keys.settings), bucket.read_json(keys.data_report))
    findings = Findings()
    forecast = read_forecast(download_outputs(run, bucket), run.settings)
    forecast = repair_rows(forecast, run.settings, findings)
    write_forecast(forecast, run, bucket)
    attempts = Attempts(findings)
    attempts.attempt(
        "the report",
        lambda: _write_rest(run, bucket, forecast, attempts, surroundings=surroundings),
    )
    _write_warnings(run, bucket, findings)


def _write_warnings(run: Run, bucket: Bucket, findings: Findings) -> None:
    warnings = [str(finding) for finding in findings]
    for warning in warnings:
        print(warning)
    document = {
        "schema": SCHEMAS["report-warnings.json"],
        "run_id": run.run_id,
        "warnings": warnings,
    }
    bucket.write_json(run.keys.report_warnings, document)


def _write_rest(
    run: Run,
    bucket: Bucket,
    forecast: pd.DataFrame,
    attempts: Attempts,
    *,
    surroundings: Surroundings,
) -> None:
    """Write all that follows the first forecast.csv."""
    history = attempts.attempt(
        "the comparison with the history",
        lambda: read_history(bucket.download(run.keys.train), run.settings),
    )
    if history is None:
        check_complete(forecast, run.settings, attempts.findings)
        return
    whole = attempts.attempt(
        "the check of the forecast by the history",
        lambda: _repair(run, bucket, forecast, history, findings=attempts.findings),
        otherwise=forecast,
    )
    check_complete(whole, run.settings, attempts.findings)
    attempts.attempt("forecast.parquet", lambda: write_parquet(whole, run, bucket))
    figures = _compute_figures(run, bucket, whole, history, attempts=attempts)
    _write_tables(run, bucket, figures, attempts)
    document = _describe(run, bucket, figures, attempts, surroundings=surroundings)
    content = PageContent(
        document, history, figures.grid, figures.items, settings=run.settings
    )
    _write_page(run, bucket, content, attempts, assets=surroundings.assets)


def _repair(
    run: Run,
    bucket: Bucket,
    forecast: pd.DataFrame,
    history: History,
    *,
    findings: Findings,
) -> pd.DataFrame:
    """Mend the forecast by the history, and write it again where that changed it."""
    repaired = repair_by_history(forecast, history, run.settings, findings)
    if not repaired.equals(forecast):
        write_forecast(repaired, run, bucket)
    return repaired


@dataclass(frozen=True)
class Figures:
    """All that is computed of a forecast.

    ``candidates`` are candidates.json, where that could be read, and ``backtest`` is
    how the winner did, as report.json has it.
    """

    history: History
    candidates: Mapping[str, Any] | None
    grid: ForecastGrid
    items: ItemFigures
    backtest: Mapping[str, Any]
    leaderboard: Sequence[Entry]


def _compute_figures(
    run: Run,
    bucket: Bucket,
    forecast: pd.DataFrame,
    history: History,
    *,
    attempts: Attempts,
) -> Figures:
    settings = run.settings
    candidates = attempts.attempt(
        "candidates.json", lambda: bucket.read_json(run.keys.candidates)
    )
    outcome = attempts.attempt(
        "the comparison with seasonal naive",
        lambda: compare_backtest(candidates, bucket, history, settings),
        otherwise=BacktestOutcome(None, reason="its backtest could not be read"),
    )
    backtest = describe_backtest(outcome, history, settings)
    grid = build_grid(forecast, history, settings)
    totals = total_series(grid, history, settings)
    return Figures(
        history=history,
        candidates=candidates,
        grid=grid,
        items=build_figures(totals, outcome.comparison, settings.metric),
        backtest=backtest,
        leaderboard=build_leaderboard(
            candidates,
            settings.metric,
            winner=backtest["winner"],
            baseline=backtest["baseline"],
            alone=(backtest["baseline_alone"] or {}).get("metrics"),
        ),
    )


def _write_tables(
    run: Run, bucket: Bucket, figures: Figures, attempts: Attempts
) -> None:
    """Write leaderboard.csv and items.csv."""
    writers = {
        "leaderboard.csv": partial(write_leaderboard, figures.leaderboard),
        "items.csv": partial(write_items, figures.items, figures.history, run.settings),
    }
    for name, write in writers.items():
        attempts.attempt(
            name, partial(bucket.write_text, run.result(name), "text/csv", write)
        )


def _describe(
    run: Run,
    bucket: Bucket,
    figures: Figures,
    attempts: Attempts,
    *,
    surroundings: Surroundings,
) -> dict[str, Any]:
    """Build report.json, but for its warnings: what follows it may fail, too."""
    settings, history, grid = run.settings, figures.history, figures.grid
    verdict = judge_backtest(figures.backtest, figures.candidates, history, settings)
    return {
        **describe_run(run, surroundings.now),
        "verdict": verdict.as_data(),
        "data": describe_data(history, settings, len(grid.series)),
        "baseline": describe_baseline(history, settings),
        "backtest": figures.backtest,
        "leaderboard": [entry.as_data() for entry in figures.leaderboard],
        "items": list_items(figures.items, history, settings.metric),
        "total": {
            "history": total_history(history),
            "forecast": total_forecast(grid, settings),
            "last_season_total": float(figures.items.totals.reference.sum()),
        },
        "earlier_forecasts": attempts.attempt(
            "the look at earlier forecasts",
            lambda: find_earlier(run, bucket, history),
            otherwise={
                "scored": [],
                "reason": "earlier forecasts could not be read",
            },
        ),
        "took": attempts.attempt(
            "the time that it took",
            lambda: describe_cost(
                run, bucket, now=surroundings.now, local=surroundings.local
            ),
        ),
        "findings": run.findings,
        "inferred": run.inferred,
        "settings": run.resolved,
        "definitions": DEFINITIONS,
    }


def _write_page(
    run: Run,
    bucket: Bucket,
    content: PageContent,
    attempts: Attempts,
    *,
    assets: Traversable,
) -> None:
    """Write report.html, and report.json, which says whether that failed."""
    shown = replace(content, document=_add_warnings(content.document, attempts))
    attempts.attempt(
        "report.html",
        lambda: bucket.write_text(
            run.result("report.html"),
            "text/html; charset=utf-8",
            lambda file: file.write(build_page(shown, assets)),
        ),
    )
    document = _add_warnings(content.document, attempts)
    bucket.write_json(run.result("report.json"), document)


def _add_warnings(document: Mapping[str, Any], attempts: Attempts) -> dict[str, Any]:
    warnings = [finding.as_data() for finding in attempts.findings]
    return {**document, "warnings": warnings}
