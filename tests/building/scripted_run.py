"""Step Functions and Autopilot as the client sees them, played from a script."""

import json
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from chalicelib.stages import Stage

STAGE = Stage("dev", account="123456789012", region="us-east-1")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN_ID = "sales-260301120000-0a1b2c3d"


def at(seconds):
    return START + timedelta(seconds=seconds)


def make_error(code, message="no", operation="Operation"):
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def make_events(*kinds):
    """Build history events from ``(seconds, type)`` or ``(seconds, type, name)``."""
    return [make_event(number, *kind) for number, kind in enumerate(kinds, start=1)]


def make_event(number, seconds, kind, name=""):
    event = {"id": number, "timestamp": at(seconds), "type": kind}
    if kind.endswith("StateEntered"):
        event["stateEnteredEventDetails"] = {"name": name}
    elif kind == "TaskFailed":
        event["taskFailedEventDetails"] = {"error": name}
    return event


def make_execution(status="RUNNING", **fields):
    run_id = fields.pop("name", RUN_ID)
    execution = {
        "executionArn": STAGE.execution_arn(run_id),
        "name": run_id,
        "status": status,
        "startDate": START,
        "input": json.dumps(fields.pop("asked", {"dataset": "sales"})),
        **fields,
    }
    if status != "RUNNING":
        execution.setdefault("stopDate", at(60))
    return execution


def make_candidate(name, value=None, status="Completed"):
    candidate = {"CandidateName": name, "CandidateStatus": status}
    if value is not None:
        candidate["FinalAutoMLJobObjectiveMetric"] = {
            "MetricName": "AverageWeightedQuantileLoss",
            "Value": value,
        }
    return candidate


class FakePaginator:
    def __init__(self, pages):
        self._pages = pages

    def paginate(self, **request):
        return iter(self._pages(request))


class FakeStates:
    """Executions, newest first, and a history that grows by a turn at every look."""

    def __init__(self, executions=(), turns=()):
        self.executions = list(executions)
        self.turns = list(turns)
        self.calls = []
        self._looks = 0

    def get_paginator(self, operation):
        return FakePaginator(getattr(self, f"_{operation}"))

    def describe_execution(self, executionArn):
        self.calls.append(("describe_execution", executionArn))
        for execution in self.executions:
            if execution["executionArn"] == executionArn:
                return execution
        raise make_error("ExecutionDoesNotExist")

    def list_executions(self, stateMachineArn, maxResults):
        return next(self._list_executions({"stateMachineArn": stateMachineArn}))

    def _list_executions(self, request):
        self.calls.append(("list_executions", request["stateMachineArn"]))
        yield {"executions": self.executions}

    def _get_execution_history(self, request):
        self._looks += 1
        events = [e for turn in self.turns[: self._looks] for e in turn]
        if request.get("reverseOrder"):
            events = events[::-1]
        size = request["PaginationConfig"]["PageSize"]
        for first in range(0, max(len(events), 1), size):
            self.calls.append(("history_page", first))
            yield {"events": events[first : first + size]}


class FakeEndings(FakeStates):
    """An execution whose status follows a list, one for each time it is asked."""

    def __init__(self, statuses, turns=(), **fields):
        super().__init__(turns=turns)
        self._statuses = list(statuses)
        self._fields = fields

    def describe_execution(self, executionArn):
        last = len(self._statuses) == 1
        status = self._statuses[0] if last else self._statuses.pop(0)
        if isinstance(status, Exception):
            raise status
        return make_execution(status, **self._fields)


class FakeSageMaker:
    """An Autopilot job whose candidates grow by one at every look."""

    def __init__(self, *candidates, secondary="TrainingModels", error=None):
        self.candidates = list(candidates)
        self.secondary = secondary
        self.error = error
        self.looks = 0

    def describe_auto_ml_job_v2(self, AutoMLJobName):
        if self.error:
            raise self.error
        self.looks += 1
        return {
            "AutoMLJobStatus": "InProgress",
            "AutoMLJobSecondaryStatus": self.secondary,
        }

    def get_paginator(self, operation):
        assert operation == "list_candidates_for_auto_ml_job"
        return FakePaginator(self._pages)

    def _pages(self, request):
        yield {"Candidates": self.candidates[: self.looks]}


class RecordingDisplay:
    """Keeps what it is given."""

    def __init__(self):
        self.snapshots = []
        self.notes = []

    def show(self, snapshot):
        self.snapshots.append(snapshot)

    def note(self, text):
        self.notes.append(text)
