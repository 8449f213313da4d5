"""The report of a run, part by part: its forecast first, and all else as it allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from glue.bucket import SCHEMAS, Bucket, RunKeys
from glue.engines import AUTOPILOT, BOTH
from glue.findings.finding import Findings
from glue.log import log_findings
from glue.reporting import page
from glue.reporting.alternative import write_alternative
from glue.reporting.assumed import AssumedFuture, read_assumed
from glue.reporting.attempts import Attempts
from glue.reporting.attention import build_adviser
from glue.reporting.backtest import BacktestOutcome, compare_backtest
from glue.reporting.catalogued import write_catalogued
from glue.reporting.champion import Maker, read_maker
from glue.reporting.changes import Changes, find_changes
from glue.reporting.contest import Contest, hold_contest
from glue.reporting.costs import describe_cost
from glue.reporting.earlier import NOT_READ, find_earlier
from glue.reporting.explanation import Explanation, read_explanation
from glue.reporting.figures import Figures, Known, compute_figures
from glue.reporting.groups import write_groups
from glue.reporting.histories import Histories, read_histories
from glue.reporting.items import write_items
from glue.reporting.leaderboard import write_leaderboard
from glue.reporting.page.page import PageContent, build_page
from glue.reporting.panel import Panel
from glue.reporting.parquet import write_parquet
from glue.reporting.plausibility import (
    Plausibility,
    check_plausible,
    tell_implausible,
)
from glue.reporting.raw_output import Split, read_tables, write_forecast
from glue.reporting.remember import remember_run
from glue.reporting.repairs import (
    Mended,
    check_complete,
    repair_by_history,
    repair_rows,
)
from glue.reporting.report_json import build_document
from glue.reporting.shards import MOST_SERIES, count_shards
from glue.reporting.shelf import Shelf
from glue.reporting.spellings import match_ids, refuse_foreign
from glue.reporting.tables import Tables
from glue.reporting.verdict import Engine
from glue.run_documents import Run, read_run

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True)
class Surroundings:
    """What a report depends on beside its run.

    ``assets`` are the parts of the page: this package's own, where nobody gives others;
    ``contest`` is how two engines compare, where both trained; ``most_series`` are in
    memory at a time.
    """

    now: datetime
    local: bool = False
    assets: Traversable = field(default_factory=lambda: files(page))
    contest: Contest | None = None
    most_series: int = MOST_SERIES


def write_report(run_id: str, bucket: Bucket, surroundings: Surroundings) -> None:
    """Write one run's forecast.csv, then everything else that a person reads of it.

    Raises
    ------
    ForecastUnreadableError
        When the transform's output is no forecast, or one of other series than were
        asked for; a later failure is a warning.
    """
    keys = RunKeys(run_id)
    run = read_run(bucket.read_json(keys.settings), bucket.read_json(keys.data_report))
    findings = Findings()
    attempts = Attempts(findings)
    if run.engine == BOTH:
        run, surroundings = _choose_engine(run, bucket, attempts, surroundings)
    shards = count_shards(run, surroundings.most_series)
    shelf = Shelf(bucket.folder / "shelf" if shards > 1 else None)
    split = read_tables(run, bucket, shelf, shards)
    split = replace(split, tables=repair_rows(split.tables, run.settings, findings))
    write_forecast(split.tables, run, bucket)
    histories = attempts.attempt(
        "the comparison with the history",
        lambda: read_histories(run, bucket, shelf, split.asked),
    )
    if histories is None:
        check_complete(split.tables, run.settings, findings)
    else:
        tables = _match(run, bucket, split, histories, attempts=attempts)
        attempts.attempt(
            "the report",
            lambda: _write_rest(
                run,
                bucket,
                tables,
                histories,
                attempts=attempts,
                surroundings=surroundings,
            ),
        )
    _write_warnings(run, bucket, findings)


def _choose_engine(
    run: Run, bucket: Bucket, attempts: Attempts, surroundings: Surroundings
) -> tuple[Run, Surroundings]:
    """Choose whose forecast it is, where both engines were asked."""
    if not bucket.list_objects(run.keys.embedded_candidates):
        # The champion forecast, and nobody trained.
        return replace(run, engine=AUTOPILOT), surroundings
    contest = attempts.attempt(
        "the comparison of the engines",
        lambda: hold_contest(run, bucket, local=surroundings.local),
    )
    chosen = AUTOPILOT if contest is None else contest.chosen
    return replace(run, chosen=chosen), replace(surroundings, contest=contest)


def _write_warnings(run: Run, bucket: Bucket, findings: Findings) -> None:
    log_findings(findings)
    document = {
        "schema": SCHEMAS["report-warnings.json"],
        "run_id": run.run_id,
        "warnings": [str(finding) for finding in findings],
    }
    bucket.write_json(run.keys.report_warnings, document)


def _match(
    run: Run, bucket: Bucket, split: Split, histories: Histories, *, attempts: Attempts
) -> Tables:
    """Match the ids, write the forecast again where that changed it, or refuse it."""
    matched = attempts.attempt(
        "the match of ids",
        lambda: match_ids(split, histories, run.settings, attempts.findings),
        otherwise=split.tables,
    )
    refuse_foreign(matched, histories, run.settings)
    if matched is not split.tables:
        write_forecast(matched, run, bucket)
    return matched


def _write_rest(
    run: Run,
    bucket: Bucket,
    tables: Tables,
    histories: Histories,
    *,
    attempts: Attempts,
    surroundings: Surroundings,
) -> None:
    """Mend the forecast by its history, and write all that is made of both."""
    mended = attempts.attempt(
        "the check of the forecast by the history",
        lambda: _mend(run, bucket, tables, histories, findings=attempts.findings),
        otherwise=Mended(tables),
    )
    check_complete(mended.tables, run.settings, attempts.findings)
    attempts.attempt(
        "forecast.parquet", lambda: write_parquet(mended.tables, run, bucket)
    )
    made_at = f"{surroundings.now:%Y-%m-%d %H:%M:%S}"
    attempts.attempt(
        "the rows of the catalog's tables",
        lambda: write_catalogued(mended.tables, run, bucket, made_at=made_at),
    )
    panel = Panel(histories, mended.tables, run.settings)
    _write_figures(
        run, bucket, mended, panel, attempts=attempts, surroundings=surroundings
    )


def _mend(
    run: Run,
    bucket: Bucket,
    tables: Tables,
    histories: Histories,
    *,
    findings: Findings,
) -> Mended:
    """Mend the forecast, and write it again where that changed it."""
    mended = repair_by_history(tables, histories, run.settings, findings)
    if mended.tables is not tables:
        write_forecast(mended.tables, run, bucket)
    return mended


def _write_figures(
    run: Run,
    bucket: Bucket,
    mended: Mended,
    panel: Panel,
    *,
    attempts: Attempts,
    surroundings: Surroundings,
) -> None:
    """Write the files that show the report's figures."""
    attempt, now = attempts.attempt, surroundings.now
    maker = attempt(
        "model.json",
        lambda: read_maker(run.run_id, bucket),
        otherwise=Maker(run.run_id),
    )
    known = _gather(
        replace(run, trained_by=maker.run_id),
        bucket,
        panel,
        attempts=attempts,
        surroundings=surroundings,
    )
    known = replace(known, mended=mended)
    figures = compute_figures(panel, known)
    attempt("leaderboard.csv", lambda: _write_leaderboard(run, bucket, figures))
    attempt("items.csv", lambda: _write_items(run, bucket, figures))
    attempt("baseline.csv", lambda: _write_baseline(run, bucket, figures))
    if figures.groupings:
        attempt("groups.csv", lambda: _write_groups(run, bucket, figures))
    document = build_document(
        run,
        figures,
        now=now,
        earlier=attempt(
            "the look at earlier forecasts",
            lambda: find_earlier(run, bucket, panel.histories),
            otherwise=NOT_READ,
        ),
        took=attempt(
            "the time that it took",
            lambda: describe_cost(
                run, bucket, now=now, local=surroundings.local, trained=maker.trained
            ),
        ),
        model=maker.document,
    )
    content = PageContent(_add_warnings(document, attempts), figures)
    attempt(
        "report.html", lambda: _write_page(run, bucket, content, surroundings.assets)
    )
    attempt(
        "dataset.html",
        lambda: remember_run(
            run, bucket, panel.histories, document, assets=surroundings.assets
        ),
    )
    bucket.write_json(run.result("report.json"), _add_warnings(document, attempts))


def _gather(
    run: Run,
    bucket: Bucket,
    panel: Panel,
    *,
    attempts: Attempts,
    surroundings: Surroundings,
) -> Known:
    """Gather what the verdict rests on."""
    attempt = attempts.attempt
    candidates = attempt("candidates.json", lambda: bucket.read_json(run.candidates))
    explanation = attempt(
        "what the covariates are worth",
        lambda: read_explanation(candidates, bucket),
        otherwise=Explanation(),
    )
    knows = (candidates or {}).get("backtest_knows") or explanation.backtest_knows
    return Known(
        candidates=candidates,
        outcome=attempt(
            "the comparison with simple forecasts",
            lambda: compare_backtest(
                candidates, bucket, panel.histories, panel.settings
            ),
            otherwise=BacktestOutcome(None, reason="its backtest could not be read"),
        ),
        plausibility=attempt(
            "the check for implausible forecasts",
            lambda: _check_plausible(panel, attempts.findings),
            otherwise=Plausibility(),
        ),
        assumed=attempt(
            "the look at the assumed future",
            lambda: read_assumed(run, bucket, panel.histories, knows),
            otherwise=AssumedFuture(),
        ),
        explanation=explanation,
        engine=Engine(local=surroundings.local, embedded=run.is_embedded),
        contest=surroundings.contest,
        changes=attempt(
            "the comparison with the last forecast",
            lambda: find_changes(run, bucket, panel),
            otherwise=Changes(reason="the last forecast could not be read"),
        ),
    )


def _check_plausible(panel: Panel, findings: Findings) -> Plausibility:
    found = check_plausible(panel, panel.settings)
    tell_implausible(found, panel.histories.keys, panel.settings, findings)
    return found


def _write_leaderboard(run: Run, bucket: Bucket, figures: Figures) -> None:
    write = partial(write_leaderboard, figures.leaderboard)
    bucket.write_text(run.result("leaderboard.csv"), "text/csv", write)


def _write_items(run: Run, bucket: Bucket, figures: Figures) -> None:
    adviser = build_adviser(figures.attention, figures.items, figures.simple)
    keys = figures.panel.histories.keys
    write = partial(write_items, figures.items, keys, run.settings, adviser.advise)
    bucket.write_text(
        run.result("items.csv"), "text/csv", lambda file: write(file=file)
    )


def _write_baseline(run: Run, bucket: Bucket, figures: Figures) -> None:
    name = figures.backtest["baseline_name"]
    write = partial(write_alternative, name, figures.panel, run.settings)
    bucket.write_text(
        run.result("baseline.csv"), "text/csv", lambda file: write(file=file)
    )


def _write_groups(run: Run, bucket: Bucket, figures: Figures) -> None:
    write = partial(write_groups, figures.groupings)
    bucket.write_text(run.result("groups.csv"), "text/csv", write)


def _write_page(
    run: Run, bucket: Bucket, content: PageContent, assets: Traversable
) -> None:
    page_text = build_page(content, assets)
    bucket.write_text(
        run.result("report.html"),
        "text/html; charset=utf-8",
        lambda file: file.write(page_text),
    )


def _add_warnings(document: Mapping[str, Any], attempts: Attempts) -> dict[str, Any]:
    """Add what was found so far: the last parts may fail, too."""
    warnings = [finding.as_data() for finding in attempts.findings]
    return {**document, "warnings": warnings}
