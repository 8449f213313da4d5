"""What a run has done so far: its phases, from the events of its execution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.causes import find_message
from chalicelib.waiting import find_refusal
from cli.terminal import printable
from client.formats import format_duration
from glue.reporting.timeline import PHASES, build_timeline

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

ENGINE = "engine"


def _add_engine(words: Mapping[str, str]) -> dict[str, str]:
    """Put the embedded engine's training before Autopilot's, as a run has them."""
    said = list(words.items())
    at = list(words).index("train")
    return dict([*said[:at], (ENGINE, "Train with the embedded engine"), *said[at:]])


# The words of every phase, in the order of a run; the report uses the same.
WORDS = _add_engine(dict(PHASES))
LOCAL_WORDS = _add_engine(
    {one["stage"]: one["words"] for one in build_timeline({}, local=True)}
)
# The states that are at work, by the phase that each is a part of.
STATES = {
    "PrepareRun": "prepare",
    "FitsOneMachine": "preprocess",
    "Preprocess": "preprocess",
    "PreprocessOnSpark": "preprocess",
    "ChooseModel": "preprocess",
    "WhichRoad": "preprocess",
    "Train": ENGINE,
    "IsAutopilotAsked": ENGINE,
    "CreateAutopilotJob": "train",
    "WaitForAutopilotJob": "train",
    "CheckAutopilotJob": "train",
    "IsAutopilotJobDone": "train",
    "CompareModels": "train",
    "RegisterModel": "train",
    "CreateModel": "transform",
    "BatchTransform": "transform",
    "Report": "report",
}
_ENDINGS = {
    "ExecutionSucceeded",
    "ExecutionFailed",
    "ExecutionAborted",
    "ExecutionTimedOut",
}
# What a task does when it was let in at last.
_GOING_ON = {"TaskSubmitted", "TaskSucceeded"}
# How many events come at once: all that there were, and those since the last look.
_PAST, _NEW = 200, 20
_LONG = timedelta(minutes=1)
# So SageMaker names a quota that is used up.
_QUOTA = re.compile(r"service limit '(?P<name>[^']+)' is (?P<value>\d+)")
_SAID = 90


# What waits for somebody else to be done, by the error that says so.
QUOTAS = {
    "AutopilotBusy": "a free Autopilot job",
    "Glue.ConcurrentRunsExceededException": "a free Glue run",
    "Glue.ResourceNumberLimitExceededException": "free Glue capacity",
    "SageMaker.ResourceLimitExceededException": "free SageMaker instances",
}


@dataclass(frozen=True)
class Phase:
    """One step of a run; ``ended`` is None while it goes on.

    ``left`` is when its latest state ended, which may not be the phase's last;
    ``retrying`` is the error that is waited out, since ``waiting_since``, and
    ``refused`` what was said.
    """

    name: str
    started: datetime
    ended: datetime | None = None
    left: datetime | None = None
    state: str = ""
    retrying: str = ""
    waiting_since: datetime | None = None
    refused: str = ""

    @property
    def trains(self) -> bool:
        """Tell whether this is the phase with the candidates."""
        return STATES.get(self.state) == "train"


def explain_retry(phase: Phase, now: datetime) -> str:
    """Say what a run waits for, and for how long it has; empty where it does not."""
    if not phase.retrying or phase.waiting_since is None:
        return ""
    if quota := QUOTAS.get(phase.retrying):
        waited = now - phase.waiting_since
        so_far = f" ({format_duration(waited)} so far)" if waited >= _LONG else ""
        said = _shorten_refusal(printable(phase.refused))
        return f"waits for {quota}{so_far}{said}"
    return f"trying again after {printable(phase.retrying)}"


def _shorten_refusal(text: str) -> str:
    """Take from what a service said which quota it is, or how its words begin."""
    if quota := _QUOTA.search(text):
        return f": quota {quota['name']!r} is {quota['value']}"
    return f": {text[:_SAID]}..." if len(text) > _SAID else f": {text}" if text else ""


class PhaseReader:
    """Reads an execution's events, each time from where the last reading stopped."""

    def __init__(
        self,
        sfn: SFNClient,
        execution_arn: str,
        words: Mapping[str, str] = WORDS,
    ) -> None:
        self._words = words
        self._sfn = sfn
        self._arn = execution_arn
        self._last = 0
        self.phases: tuple[Phase, ...] = ()

    def update(self) -> tuple[Phase, ...]:
        """Read the new events, and return the phases up to now."""
        events = self._read_new()
        self._last = max((event["id"] for event in events), default=self._last)
        self.phases = add_events(self.phases, events, self._words)
        return self.phases

    def _read_new(self) -> list[HistoryEventTypeDef]:
        # Newest first, so that a look costs one call however many events there were.
        new: list[HistoryEventTypeDef] = []
        pages = self._sfn.get_paginator("get_execution_history").paginate(
            executionArn=self._arn,
            reverseOrder=True,
            PaginationConfig={"PageSize": _NEW if self._last else _PAST},
        )
        for page in pages:
            events = page["events"]
            new += [event for event in events if event["id"] > self._last]
            if any(event["id"] <= self._last for event in events):
                break
        return sorted(new, key=lambda event: event["id"])


def add_events(
    phases: Iterable[Phase],
    events: Iterable[HistoryEventTypeDef],
    words: Mapping[str, str] = WORDS,
) -> tuple[Phase, ...]:
    """Continue a list of phases with further events, oldest first."""
    done = list(phases)
    for event in events:
        _add_event(done, event, words)
    return tuple(done)


def _add_event(
    phases: list[Phase], event: HistoryEventTypeDef, words: Mapping[str, str]
) -> None:
    kind, at = event["type"], event["timestamp"]
    if kind == "SucceedStateEntered" or kind in _ENDINGS:
        _end_last(phases, at)
    elif kind.endswith("StateEntered"):
        _enter(phases, event["stateEnteredEventDetails"]["name"], at, words)
    elif not phases:
        return
    elif kind.endswith("StateExited"):
        phases[-1] = replace(_go_on(phases[-1]), left=at)
    elif kind in _GOING_ON:
        phases[-1] = _go_on(phases[-1])
    elif kind == "ExecutionRedriven":
        phases[-1] = replace(phases[-1], ended=None, left=None)
    elif failure := find_refusal(event):
        phases[-1] = replace(
            phases[-1],
            retrying=str(failure.get("error", "")),
            refused=find_message(str(failure.get("cause", ""))),
            waiting_since=phases[-1].waiting_since or at,
        )


def _enter(
    phases: list[Phase], state: str, at: datetime, words: Mapping[str, str]
) -> None:
    name = words[STATES[state]] if state in STATES else state
    if phases and phases[-1].name == name:
        phases[-1] = replace(_go_on(phases[-1]), state=state, left=None)
        return
    _end_last(phases, at)
    phases.append(Phase(name=name, started=at, state=state))


def _end_last(phases: list[Phase], at: datetime) -> None:
    if phases and phases[-1].ended is None:
        phases[-1] = replace(_go_on(phases[-1]), ended=phases[-1].left or at)


def _go_on(phase: Phase) -> Phase:
    return replace(phase, retrying="", refused="", waiting_since=None)
