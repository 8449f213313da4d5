"""The message that tells people and programs how a run ended, and where to look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.console import link_execution, link_object
from chalicelib.endings import REDRIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: a subject is at most a
# hundred ASCII characters; a message has 256 KiB, but nobody reads more than this.
_SUBJECT_LENGTH = 100
_REASON_LENGTH = 10_000
_ENDINGS = {
    "SUCCEEDED": "is ready",
    "FAILED": "FAILED",
    "TIMED_OUT": "ran out of time",
    "ABORTED": "was stopped",
    "RUNNING": "waits for a quota",
}
_MARKS = {"better": ":white_check_mark:", "worse": ":x:"}
# What a chat tool shows of a text at most; it has the links for more.
_CHAT_LENGTH = 2_000


@dataclass(frozen=True)
class Notice:
    """What is sent to the topic.

    Parameters
    ----------
    attributes
        What subscribers can filter by, such as ``status``.
    chat
        The same for chat tools, in the form of Amazon Q Developer's notifications.
    """

    subject: str
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)

    def as_request(self, topic_arn: str) -> dict[str, Any]:
        """Build the Publish request: mail and queues get the text, HTTPS the JSON."""
        message = {"default": self.text, "https": json.dumps(self.chat)}
        return {
            "TopicArn": topic_arn,
            "Subject": self.subject,
            "Message": json.dumps(message),
            "MessageStructure": "json",
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value}
                for name, value in self.attributes.items()
            },
        }


def build_notice(status: Mapping[str, Any], *, stage: str) -> Notice:
    """Build the notice from the ``status.json`` of a run that ended, or that waits."""
    headline = f"Forecast of {_name(status)} {_ENDINGS[status['status']]}"
    details = _describe(status)
    lines = [f"{headline}.", "", *details, "", *_list_run(status, stage)]
    return Notice(
        subject=_shorten(f"[{stage}] {_name(status)}: {_say_briefly(status)}"),
        text="\n".join(lines),
        attributes=_list_attributes(status, stage),
        chat=_build_chat(status, headline, details, stage=stage),
    )


def build_overdue_notice(words: str, dataset: str, *, stage: str) -> Notice:
    """Build the notice of a dataset whose upload is late, in one sentence."""
    headline = f"No new upload of {dataset}"
    lines = [
        f"{_capitalise(words)}.",
        "",
        "Until the next upload the last forecast stays the newest. This is said once.",
        "",
        f"Stage:    {stage}",
    ]
    return Notice(
        subject=_shorten(f"[{stage}] {dataset}: upload overdue"),
        text="\n".join(lines),
        attributes={"status": "OVERDUE", "stage": stage, "dataset": dataset},
        chat={
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": f":warning: [{stage}] {headline}",
                "description": "\n".join(lines[:3]),
            },
        },
    )


def _describe(status: Mapping[str, Any]) -> list[str]:
    if status["status"] == "SUCCEEDED":
        return _describe_success(status)
    if status["status"] == "RUNNING":
        return _describe_wait(status)
    return _describe_failure(status)


def _name(status: Mapping[str, Any]) -> str:
    return status.get("upload_name") or status["dataset"] or "an unknown dataset"


def _say_briefly(status: Mapping[str, Any]) -> str:
    """Say the end, how good the forecast is, how much it is, and what to look at."""
    if status["status"] != "SUCCEEDED":
        return f"forecast {_ENDINGS[status['status']]}"
    summary = status.get("summary") or {}
    parts = ["forecast ready", *_say_outcome(summary)]
    if summary.get("total") is not None:
        change = _spell_change(summary.get("change_percent"))
        parts.append(
            f"total {_spell(summary['total'])}{f' ({change})' if change else ''}"
        )
    count = len(status["warnings"]) + (summary.get("data_warnings") or 0)
    return ", ".join([*parts, *([_count(count, "warning")] if count else [])])


def _say_outcome(summary: Mapping[str, Any]) -> Iterator[str]:
    outcome, gain = summary.get("outcome"), summary.get("improvement_percent")
    if outcome in ("better", "worse") and gain is not None:
        yield f"{abs(gain):.0f}% {outcome} than {summary.get('baseline') or 'naive'}"
    elif outcome:
        words = {"even": "no better than simple", "doubtful": "look at it first"}
        yield words.get(outcome, "how good is not known")


def _describe_success(status: Mapping[str, Any]) -> list[str]:
    folder = status["forecast_uri"].rpartition("/")[0]
    report = f"{folder}/report.html"
    return [
        status["verdict"] or "How good it is, is not known: the report is missing.",
        "",
        *_list_figures(status.get("summary") or {}),
        *_describe_model(status.get("model") or {}),
        f"Report:   {link_object(report, status['execution_arn'])}",
        f"Forecast: {link_object(status['forecast_uri'], status['execution_arn'])}",
        f"Files:    {folder}/",
        *_list_warnings(status),
    ]


def _describe_model(model: Mapping[str, Any]) -> Iterator[str]:
    if model.get("reason"):
        yield f"Model:    {model['reason']}"
    saved = model.get("saved")
    if saved:
        time = f"{_spell_seconds(saved['seconds'])}, " if saved["seconds"] else ""
        yield (
            f"Saved:    a training ({time}about ${saved['least_usd']:.0f} to "
            f"${saved['most_usd']:.0f} on AWS)"
        )


def _list_figures(summary: Mapping[str, Any]) -> Iterator[str]:
    if summary.get("first"):
        series = summary.get("series")
        of = f", {_count(series, 'series')}" if series else ""
        yield f"Period:   {summary['first']} to {summary['last']}{of}"
    if summary.get("total") is not None:
        unit = f" {summary['unit']}" if summary.get("unit") else ""
        yield (
            f"Total:    {_spell(summary['total'])}{unit} of {summary.get('target')}"
            f"{_spell_comparison(summary)}"
        )
    for warning in summary.get("first_data_warnings") or ():
        yield f"Data:     {warning}"
    more = (summary.get("data_warnings") or 0) - len(
        summary.get("first_data_warnings") or ()
    )
    if more > 0:
        yield f"Data:     and {_count(more, 'warning')} more, in the report"


def _spell_comparison(summary: Mapping[str, Any]) -> str:
    change = _spell_change(summary.get("change_percent"))
    if not change:
        return ""
    before = summary.get("before")
    return f", {change} against {before or 'a repeat of the last value'}"


def _describe_wait(status: Mapping[str, Any]) -> list[str]:
    return [
        f"It {str(status['reason'])[:_REASON_LENGTH]}",
        "",
        "It goes on by itself as soon as the quota allows, and gives up after a day in "
        "all; then it can be redriven, and what was paid for is used. See what there "
        "is of each quota, and how to request more:",
        "  python deploy.py --check",
    ]


def _describe_failure(status: Mapping[str, Any]) -> list[str]:
    reason = status["reason"] or "no reason was given"
    step = [f"It ended in {status['step']}.", ""] if status["step"] else []
    data = status["data_report_uri"]
    return [
        *step,
        _capitalise(reason[:_REASON_LENGTH]),
        "",
        *_describe_remedy(status),
        *_describe_training(status),
        *([f"Data:     {link_object(data, status['execution_arn'])}"] if data else []),
        *_list_warnings(status),
    ]


def _list_warnings(status: Mapping[str, Any]) -> list[str]:
    return [f"Warning:  {warning}" for warning in status["warnings"]]


def _describe_remedy(status: Mapping[str, Any]) -> list[str]:
    if status["remedy"] != REDRIVE:
        return ["Fix the problem and upload again."]
    arn = status["execution_arn"]
    return [
        "Put the cause right, if it has not passed, and go on from there; what was "
        "paid for is used:",
        f"  aws stepfunctions redrive-execution {_region(arn)} --execution-arn {arn}",
    ]


def _describe_training(status: Mapping[str, Any]) -> list[str]:
    training = status["training"]
    if training is None:
        return []
    end = training["ends_at_the_latest"]
    until = f"until {end} at the latest" if end else "with no limit that is known"
    return [
        f"Training goes on, and costs money, {until}; stop it if you do not want it:",
        f"  aws sagemaker stop-auto-ml-job {_region(status['execution_arn'])} "
        f"--auto-ml-job-name {training['autopilot_job_name']}",
    ]


def _list_run(status: Mapping[str, Any], stage: str) -> Iterator[str]:
    account = status["execution_arn"].split(":")[4]
    yield f"Run:      {status['run_id']}"
    yield f"Stage:    {stage}, account {account}"
    took = _measure(status)
    if took is not None:
        yield f"Took:     {took}"
    yield f"Steps:    {link_execution(status['execution_arn'])}"
    yield f"Details:  forecast follow {status['run_id']} --stage {stage}"
    yield ""
    yield "The links open for whoever is signed in to that account and may read there."


def _list_attributes(status: Mapping[str, Any], stage: str) -> dict[str, str]:
    """Give what subscribers can filter by; an attribute may not be empty."""
    summary = status.get("summary") or {}
    attributes = {
        "status": status["status"],
        "stage": stage,
        "dataset": status["dataset"],
        "outcome": summary.get("outcome"),
    }
    return {name: value for name, value in attributes.items() if value}


def _build_chat(
    status: Mapping[str, Any], headline: str, details: list[str], *, stage: str
) -> dict[str, Any]:
    """Build what Slack, Teams and Chime show of it.

    The form is that of custom notifications:
    https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
    """
    summary = status.get("summary") or {}
    mark = _MARKS.get(summary.get("outcome") or "", ":information_source:")
    mark = mark if status["status"] == "SUCCEEDED" else ":x:"
    figures = {name: value for name, value in summary.items() if value is not None}
    return {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": f"{mark} [{stage}] {headline}",
            "description": "\n".join(details)[:_CHAT_LENGTH],
        },
        "metadata": {
            "threadId": status["run_id"],
            "summary": _say_briefly(status),
            "eventType": f"run-{status['status'].lower()}",
            "relatedResources": [status["execution_arn"]],
            "additionalContext": {
                "run_id": status["run_id"],
                "stage": stage,
                **{name: _as_text(value) for name, value in figures.items()},
            },
        },
    }


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _region(arn: str) -> str:
    return f"--region {arn.split(':')[3]}"


def _measure(status: Mapping[str, Any]) -> str | None:
    if not (status["started_at"] and status["ended_at"]):
        return None
    took = datetime.fromisoformat(status["ended_at"]) - datetime.fromisoformat(
        status["started_at"]
    )
    return _spell_seconds(took.total_seconds())


def _spell_seconds(taken: float) -> str:
    seconds = max(round(taken), 0)
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _spell(value: float) -> str:
    """Write a total: whole where it is large, three digits else."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _spell_change(percent: float | None) -> str:
    return "" if percent is None else f"{percent:+.0f}%"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 or noun.endswith('s') else f'{noun}s'}"


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shorten(subject: str) -> str:
    ascii_only = subject.encode("ascii", errors="replace").decode()
    printable = "".join(c if c.isprintable() else " " for c in ascii_only)
    if len(printable) <= _SUBJECT_LENGTH:
        return printable
    return f"{printable[: _SUBJECT_LENGTH - 3]}..."
