"""Executions of state machines: how they run, end, and are run again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.eval.event.event_manager import (
    EventHistoryContext,
    EventManager,
)
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend import execution as moto_execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from localaws.events import rules as events
from localaws.host.switching import pace_switching
from localaws.step_functions.definitions import build_program

_INCLUDED_BYTES = 248 * 1024
_REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
_STOP_SECONDS = 10.0
# How an execution is run, which nothing outlives.
_NOT_KEPT = {
    *("_concluded", "exec_worker", "_cloud_watch_logging_session", "_activity_store"),
}
_HISTORY = "history"


@dataclass(frozen=True)
class Resumption:
    """Where a redriven execution goes on."""

    state: str
    state_input: Any
    redrive: int
    history: Any


def _add_redrive(resumption: Resumption) -> None:
    details: Any = {
        "executionRedrivenEventDetails": {"redriveCount": resumption.redrive}
    }
    resumption.history.add_event(
        context=EventHistoryContext.of_program_start(),
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=details,
        update_source_event_id=False,
    )


class Worker(ExecutionWorker):
    """Runs an execution from its start, or from where it failed."""

    resumption: Resumption | None = None

    def _get_evaluation_entrypoint(self) -> Any:
        return build_program(self._evaluation_details.state_machine_details.definition)

    def _get_evaluation_environment(self) -> Any:
        env = super()._get_evaluation_environment()
        data: Any = env.states.context_object.context_object_data["Execution"]
        data["StartTime"] = spell_moment(data["StartTime"])
        # moto does not know $$.Execution.RedriveCount.
        data["RedriveCount"] = self.resumption.redrive if self.resumption else 0
        return env

    def _execution_logic(self) -> None:
        if self.resumption is None:
            run_whole: Any = super()._execution_logic
            run_whole()
        else:
            self._resume(self.resumption)

    def _resume(self, resumption: Resumption) -> None:
        program: Any = self._get_evaluation_entrypoint()
        program.start_at = SimpleNamespace(start_at_name=resumption.state)
        env = self._get_evaluation_environment()
        env.event_manager = resumption.history
        env.states.reset(input_value=resumption.state_input)
        self.env = env
        program.eval(env)
        self._execution_communication.terminated()


class Communication(moto_execution.BaseExecutionWorkerCommunication):
    """Learns from the worker how an execution ended."""

    def terminated(self) -> None:
        """Write down the end, and tell the world."""
        execution: Any = self.execution
        super().terminated()
        state = execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            # moto forgets what StopExecution said.
            execution.error, execution.cause = state.error, state.cause
        execution.conclude()


class Execution(moto_execution.Execution):
    """An execution that tells EventBridge of its status, and can be redriven."""

    # Writes down how an execution stands, where a state is kept.
    keep: ClassVar[Callable[[Execution], None]] = staticmethod(lambda _execution: None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._concluded = threading.Event()
        self.redrive_count = 0
        self.redrive_date: datetime | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Give what is kept of an execution: all but how it is run."""
        kept = {n: v for n, v in vars(self).items() if n not in _NOT_KEPT}
        return {**kept, _HISTORY: self.list_events()}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        """Take up what was kept, as an execution that does not run."""
        history = kept.pop(_HISTORY)
        vars(self).update(kept)
        self._activity_store = {}
        self._concluded = threading.Event()
        self._concluded.set()
        self._cloud_watch_logging_session = None
        events = EventManager()
        events._history_event_list.extend(history)
        events._event_id_gen._next_id = len(history) + 1
        env = SimpleNamespace(event_manager=events)
        rested: Any = SimpleNamespace(env=env)
        self.exec_worker = rested

    def count_events(self) -> int:
        """Count the events of the history so far."""
        manager = self._find_history()
        return 0 if manager is None else len(manager._history_event_list)

    def list_events(self) -> list[Any]:
        """List the events of the history so far."""
        manager = self._find_history()
        return [] if manager is None else list(manager.get_event_history())

    def _find_history(self) -> Any:
        """Find what holds the history; one that begins has none yet."""
        worker: Any = self.exec_worker
        if worker is None:
            return None
        if worker.env is not None:
            return worker.env.event_manager
        # One that was redriven a moment ago goes on with what it had.
        return worker.resumption and worker.resumption.history

    def fail(self, error: str, cause: str) -> None:
        """End an execution that was under way when it was kept."""
        worker: Any = self.exec_worker
        details: Any = {"executionFailedEventDetails": {"error": error, "cause": cause}}
        worker.env.event_manager.add_event(
            context=EventHistoryContext.of_program_start(),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=details,
        )
        self.stop_date = datetime.now(UTC)
        self.exec_status = ExecutionStatus.FAILED
        self.error, self.cause = error, cause
        self.conclude()

    def start(self) -> None:
        """Start to run."""
        pace_switching()
        self.exec_status = ExecutionStatus.RUNNING
        # Before the worker, whose end may come at once.
        self._publish("RUNNING")
        super().start()

    def conclude(self) -> None:
        """Make the end known."""
        pace_switching()
        self._concluded.set()
        # Before anybody is told: what is told must not be forgotten.
        type(self).keep(self)
        self._publish(self.status)

    def wait_for_end(self, seconds: float) -> bool:
        """Wait for the end, and tell whether it has come."""
        return self._concluded.wait(seconds)

    def stop_now(self, error: str | None, cause: str | None) -> datetime:
        """Stop, and return when that was."""
        moment = datetime.now(UTC)
        worker: Any = self.exec_worker
        for _ in range(int(_STOP_SECONDS / 0.05)):
            # The worker's thread may not have come to its environment yet.
            if worker.env is not None:
                worker.stop(stop_date=moment, error=error, cause=cause)
            if self.wait_for_end(0.05):
                break
        return self.stop_date or moment

    def redrive(self) -> datetime:
        """Run again from the state that failed.

        Raises
        ------
        ValueError
            When there is nothing to run again.
        """
        if self.status not in _REDRIVABLE:
            raise ValueError(f"the execution is {self.status}")
        entered = find_last_state(self.list_events())
        if entered is None:
            raise ValueError("no state was entered")
        self.redrive_count += 1
        self.redrive_date = datetime.now(UTC)
        again: Any = self._get_start_execution_worker()
        again.resumption = Resumption(
            state=entered["name"],
            state_input=json.loads(entered["input"]),
            redrive=self.redrive_count,
            history=self._find_history(),
        )
        _add_redrive(again.resumption)
        self._concluded.clear()
        self.stop_date = self.error = self.cause = None
        self.exec_worker, self.exec_status = again, ExecutionStatus.RUNNING
        self._publish("RUNNING")
        again.start()
        return self.redrive_date

    def describe(self) -> dict[str, Any]:
        """Describe the execution as DescribeExecution does."""
        described = {
            "executionArn": self.exec_arn,
            "stateMachineArn": self.state_machine_arn,
            "name": self.name,
            "status": self.status,
            "startDate": self.start_date,
            "stopDate": self.stop_date,
            "input": self.execution_input,
            "inputDetails": {"included": True},
            "output": self._spell_output(),
            "outputDetails": {"included": True} if self._spell_output() else None,
            "error": self.error,
            "cause": self.cause,
            "redriveCount": self.redrive_count,
            "redriveDate": self.redrive_date,
            **self._describe_redrive(),
        }
        return {name: value for name, value in described.items() if value is not None}

    def _get_start_execution_worker_comm(self) -> Communication:
        return Communication(self)

    def _spell_output(self) -> str | None:
        if self.status != "SUCCEEDED":
            return None
        return json.dumps(self.output, separators=(",", ":"))

    def _describe_redrive(self) -> dict[str, str]:
        if self.status in _REDRIVABLE:
            return {"redriveStatus": "REDRIVABLE"}
        return {
            "redriveStatus": "NOT_REDRIVABLE",
            "redriveStatusReason": f"Execution is {self.status} and cannot be redriven",
        }

    def _publish(self, status: str) -> None:
        events.publish(
            "Step Functions Execution Status Change",
            self._build_detail(status),
            source="aws.states",
            resources=[self.exec_arn],
            region=self.region_name,
            account=self.account_id,
        )

    def _build_detail(self, status: str) -> dict[str, Any]:
        """Build the detail of a status change.

        https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        """
        output = self._spell_output()
        included = len(self.execution_input) + len(output or "") <= _INCLUDED_BYTES
        shown = {"included": included}
        return {
            "executionArn": self.exec_arn,
            "stateMachineArn": self.state_machine_arn,
            "name": self.name,
            "status": status,
            "startDate": to_millis(self.start_date),
            "stopDate": to_millis(self.stop_date),
            "input": self.execution_input if included else None,
            "inputDetails": shown,
            "output": output if included else None,
            "outputDetails": None if output is None else shown,
            "stateMachineVersionArn": None,
            "stateMachineAliasArn": None,
            "redriveCount": self.redrive_count,
            "redriveDate": to_millis(self.redrive_date),
            "redriveStatus": self._describe_redrive()["redriveStatus"],
            "redriveStatusReason": self._describe_redrive().get("redriveStatusReason"),
            "error": self.error,
            "cause": self.cause,
        }


def find_last_state(history: list[Any]) -> dict[str, Any] | None:
    """Find the state that was entered last, with its input."""
    for event in reversed(history):
        if "stateEnteredEventDetails" in event:
            details: dict[str, Any] = event["stateEnteredEventDetails"]
            return details
    return None


def spell_moment(moment: Any) -> str:
    """Spell a moment as the context object does."""
    if not isinstance(moment, datetime):
        return str(moment)
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def to_millis(moment: datetime | None) -> int | None:
    """Give a moment in milliseconds since 1970."""
    return None if moment is None else int(moment.timestamp() * 1000)
