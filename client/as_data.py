"""What the command found, as JSON for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.endings import read_verdict
from client.results import read_file

if TYPE_CHECKING:
    from client.listing import ListedRun, Listing, LostUpload
    from client.session import Outcome


def describe_outcome(outcome: Outcome) -> dict[str, Any]:
    """Give how a run ended, and where its files are."""
    report = read_file(outcome.results, "report.json")
    found = read_file(outcome.results, "data-report.json") or {}
    status = read_file(outcome.results, "status.json") or {}
    return {
        "run_id": outcome.run_id,
        "dataset": outcome.dataset,
        "status": outcome.status,
        "verdict": read_verdict(report),
        "reason": outcome.reason or None,
        "step": outcome.step or None,
        "remedy": outcome.remedy or None,
        "warnings": [str(one) for one in status.get("warnings") or []],
        "findings": found.get("findings") or [],
        "folder": str(outcome.results.folder),
        "files": {
            path.relative_to(outcome.results.folder).as_posix(): str(path)
            for path in outcome.results.files
        },
    }


def describe_listing(listing: Listing, stage: str) -> dict[str, Any]:
    """Give the runs of a stage, and the uploads that started none."""
    return {
        "stage": stage,
        "runs": [_describe_run(run) for run in listing.runs],
        "uploads_without_run": [_describe_upload(one) for one in listing.lost],
        "more": listing.more,
    }


def _describe_run(run: ListedRun) -> Mapping[str, Any]:
    key, version_id = run.upload
    return {
        "run_id": run.run_id,
        "dataset": run.dataset,
        "status": run.state,
        "started_at": run.started.isoformat(),
        "verdict": run.verdict if run.state == "SUCCEEDED" else None,
        "reason": run.verdict if run.ended and run.state != "SUCCEEDED" else None,
        "waits": run.waits or None,
        "model": run.model or None,
        "warnings": list(run.warnings),
        "has_status": run.has_status,
        "key": key,
        "version_id": version_id,
    }


def _describe_upload(upload: LostUpload) -> Mapping[str, Any]:
    return {
        "key": upload.key,
        "version_id": upload.version_id,
        "uploaded_at": upload.uploaded.isoformat(),
        "should_have_started_a_run": upload.starts_run,
    }
