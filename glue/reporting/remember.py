"""Remember a run beside the dataset's others, and draw how all of them did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from glue.bucket import SCHEMAS, Bucket, dataset_folder
from glue.log import log_error
from glue.reporting.earlier import NoOverlapError, list_earlier_runs, score_run
from glue.reporting.histories import Histories
from glue.reporting.page.dataset_page import PAGE, build_dataset_page
from glue.reporting.run_summary import NAME, build_summary
from glue.reporting.track_record import build_record, list_unfinished
from glue.run_documents import Run

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# Runs that a page tells of at most, and forecasts that one run looks at again.
MOST_RUNS = 200
_MOST_SCORED = 10


def remember_run(
    run: Run,
    bucket: Bucket,
    histories: Histories,
    document: Mapping[str, Any],
    *,
    assets: Traversable,
) -> None:
    """Write the run's summary.json, and the dataset's page anew."""
    others = [
        one
        for one in read_summaries(bucket, run.dataset)
        if one["run_id"] != run.run_id
    ]
    summary = build_summary(
        document,
        _score_all(run, bucket, histories, document, others=others),
        bucket.find_json(run.keys.model),
    )
    bucket.write_json(run.result(NAME), summary)
    page = build_dataset_page(build_record([*others, summary]), assets)
    bucket.write_text(
        f"{dataset_folder(run.dataset)}{PAGE}",
        "text/html; charset=utf-8",
        lambda file: file.write(page),
    )


def read_summaries(bucket: Bucket, dataset: str) -> list[dict[str, Any]]:
    """Read the summaries of the dataset's newest runs."""
    folder = dataset_folder(dataset)
    found = [
        (stored.modified.isoformat() if stored.modified else "", stored.key)
        for stored in bucket.list_objects(folder)
        if stored.key.endswith(f"/{NAME}") and stored.key.count("/") == 3
    ]
    newest = sorted(found, reverse=True)[:MOST_RUNS]
    read = (_read_summary(bucket, key) for _, key in newest)
    return [one for one in read if one is not None]


def _read_summary(bucket: Bucket, key: str) -> dict[str, Any] | None:
    """Read one; None for what no report has written so."""
    try:
        found = bucket.read_json(key)
    except ValueError as error:
        log_error(error)
        return None
    return found if found.get("schema") == SCHEMAS[NAME] else None


def _score_all(
    run: Run,
    bucket: Bucket,
    histories: Histories,
    document: Mapping[str, Any],
    *,
    others: list[dict[str, Any]],
) -> list[Mapping[str, Any]]:
    """Score what the report has scored, and older forecasts that were unfinished."""
    scored = list(document["earlier_forecasts"]["scored"])
    known = {one["run_id"] for one in scored}
    before = set(list_earlier_runs(_name_forecasts(run, others), run.run_id))
    unfinished = [
        one.run_id
        for one in list_unfinished(build_record(others), run.run_id)
        if one.run_id in before - known
    ]
    return [*scored, *_score(unfinished[:_MOST_SCORED], run, bucket, histories)]


def _name_forecasts(run: Run, others: list[dict[str, Any]]) -> list[str]:
    folder = dataset_folder(run.dataset)
    return [f"{folder}{one['run_id']}/forecast.csv" for one in others]


def _score(
    run_ids: list[str], run: Run, bucket: Bucket, histories: Histories
) -> Iterator[dict[str, Any]]:
    for run_id in run_ids:
        try:
            yield score_run(run_id, run, bucket, histories)
        except NoOverlapError:
            continue
        except Exception as error:
            # One that cannot be read keeps what earlier runs have told of it.
            log_error(error)
