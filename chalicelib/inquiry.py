"""What a run left behind: found out at its end, each thing alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib import autopilot, model_file, registry
from chalicelib.endings import Findings, Training, is_success, read_verdict
from chalicelib.job_logs import JobLog, find_job_log, read_last_lines
from chalicelib.keys import forecast_key, run_key
from chalicelib.runs import is_run_id
from chalicelib.summaries import read_facts, read_summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.attempts import Attempts
    from chalicelib.endings import Ending
    from chalicelib.store import Store

_WARNERS = ("report-warnings.json", "candidates.json")
# Of 1,000 events in a page the newest have the last state, unless it was tried often.
_PAGE = 1000


@dataclass(frozen=True)
class Inquiry:
    """The places to ask, and what became of asking."""

    store: Store
    sagemaker: SageMakerClient
    stepfunctions: SFNClient
    logs: CloudWatchLogsClient
    attempts: Attempts

    def look_into(self, ending: Ending, stage: str) -> Findings:
        """Find out what is to be known, and stop a training that nobody waits for."""
        model = self._read(run_key(ending.run_id, model_file.NAME))
        found = Findings(
            warnings=(
                *self._read_warnings(ending.run_id),
                *model_file.list_warnings(
                    model, succeeded=is_success(ending), caught=ending.caught
                ),
            ),
            model=model_file.summarise_model(model),
        )
        if is_success(ending):
            report = self._read_report(ending)
            self._complete_version(model, report)
            return replace(
                found, verdict=read_verdict(report), summary=read_summary(report)
            )
        return replace(
            found,
            data_report=self._read(run_key(ending.run_id, "data-report.json")),
            step=self._find_step(ending),
            training=self._see_to_training(ending, stage),
            log=self._read_log(ending),
        )

    def _complete_version(
        self, model: Mapping[str, Any] | None, report: Mapping[str, Any] | None
    ) -> None:
        """Add to a version what the report found out about it.

        A run whose champion forecast has a report on that one.
        """
        registered = (model or {}).get("registered") or {}
        own = registered.get("run_id") == model_file.find_maker(model)
        facts = read_facts(report)
        if registered and own and facts:
            with self.attempts.alone("the registry does not know of the report"):
                registry.add_facts(self.sagemaker, registered["arn"], facts)

    def _see_to_training(self, ending: Ending, stage: str) -> Training | None:
        if not is_run_id(ending.run_id, stage):
            return None
        job = None
        with self.attempts.alone("it is not known whether training goes on"):
            job = autopilot.find_autopilot_job(self.sagemaker, ending.run_id)
        if job is None:
            return None
        stopped = False
        with self.attempts.alone("training could not be stopped"):
            stopped = self._stop_orphan(ending, job)
        return describe_training(job, stopped=stopped)

    def _stop_orphan(self, ending: Ending, job: Mapping[str, Any]) -> bool:
        return (
            ending.leaves_training
            and not self._is_redriven(ending)
            and autopilot.stop_autopilot_job(self.sagemaker, job)
        )

    def _is_redriven(self, ending: Ending) -> bool:
        """Tell whether the run goes on since; the event may come late."""
        execution = self.stepfunctions.describe_execution(
            executionArn=ending.execution_arn
        )
        return execution.get("redriveCount", 0) > ending.redrive_count

    def _read_log(self, ending: Ending) -> JobLog | None:
        log = find_job_log(ending.cause)
        if log is None:
            return None
        with self.attempts.alone(f"{log.group} could not be read"):
            return replace(log, lines=read_last_lines(self.logs, log))
        return log

    def _find_step(self, ending: Ending) -> str | None:
        with self.attempts.alone("it is not known in which state the run ended"):
            return find_last_state(self.stepfunctions, ending.execution_arn)
        return None

    def _read_report(self, ending: Ending) -> dict[str, Any] | None:
        if not ending.dataset:
            return None
        return self._read(forecast_key(ending.dataset, ending.run_id, "report.json"))

    def _read_warnings(self, run_id: str) -> tuple[str, ...]:
        documents = [self._read(run_key(run_id, name)) or {} for name in _WARNERS]
        return tuple(
            str(warning)
            for document in documents
            for warning in document.get("warnings") or ()
        )

    def _read(self, key: str) -> dict[str, Any] | None:
        with self.attempts.alone(f"{key} could not be read"):
            found = self.store.find_json(key)
            if found is not None and not isinstance(found, dict):
                raise TypeError(f"found {type(found).__name__}; needs a JSON object")
            return found
        return None


def describe_training(job: Mapping[str, Any], *, stopped: bool) -> Training:
    """Say how a described job stands, and whether it is of use yet."""
    goes_on = job["AutoMLJobStatus"] == "InProgress" and not stopped
    is_over = not stopped and not autopilot.is_unfinished(job)
    # One that was cut has no best candidate, and yet some that can be used.
    usable = is_over and (autopilot.has_usable_model(job) or autopilot.was_cut(job))
    end = autopilot.find_latest_end(job)
    return Training(
        job_name=job["AutoMLJobName"],
        goes_on=goes_on,
        spent=not goes_on and not usable,
        latest_end=None if end is None else end.isoformat(timespec="seconds"),
    )


def find_last_state(stepfunctions: SFNClient, execution_arn: str) -> str | None:
    """Find the state that an execution entered last; None where it entered none."""
    pages = stepfunctions.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn,
        reverseOrder=True,
        includeExecutionData=False,
        PaginationConfig={"PageSize": _PAGE},
    )
    for page in pages:
        entered = [e for e in page["events"] if "stateEnteredEventDetails" in e]
        if entered:
            newest = max(entered, key=lambda event: event["id"])
            return newest["stateEnteredEventDetails"]["name"]
    return None
