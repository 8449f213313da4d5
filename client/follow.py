"""Follow a run to its end, whatever the network does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, is_denied
from chalicelib.endings import has_ended
from cli.endpoints import LOCAL_STAGE
from client.errors import WrongStateError
from client.pace import Pace
from client.patience import Patience
from client.phases import LOCAL_WORDS, WORDS, Phase, PhaseReader
from client.program import spell_command, spell_place
from client.training import Training, find_training

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from chalicelib.stages import Stage


@dataclass(frozen=True)
class Snapshot:
    """A run at one look at it; ``words`` names all phases that it can have."""

    run_id: str
    status: str
    started: datetime
    stopped: datetime | None = None
    phases: tuple[Phase, ...] = ()
    training: Training | None = None
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)

    @property
    def ended(self) -> bool:
        """Tell whether the run is over."""
        return has_ended(self.status)


class Display(Protocol):
    """Where a person watches a run."""

    def waiting(self, text: str) -> AbstractContextManager[None]:
        """Say what is waited for while it lasts."""

    def uploading(
        self, text: str, size: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        """Say what is uploaded; what it gives is told the bytes that have arrived."""

    def watching(self) -> AbstractContextManager[None]:
        """Keep the run in sight while it lasts."""

    def show(self, snapshot: Snapshot) -> None:
        """Show the run as it is now."""

    def note(self, text: str) -> None:
        """Say something that is not about the run itself."""


class NoSuchRunError(WrongStateError):
    """The stage has no such run."""


class Follower:
    """The watch over one run."""

    def __init__(
        self, sfn: SFNClient, sagemaker: SageMakerClient, stage: Stage, run_id: str
    ) -> None:
        self._sfn = sfn
        self._sagemaker = sagemaker
        self._arn = stage.execution_arn(run_id)
        self._run_id = run_id
        self._stage = stage
        self._words = LOCAL_WORDS if stage.name == LOCAL_STAGE else WORDS
        self._phases = PhaseReader(sfn, self._arn, self._words)
        self._training: Training | None = None
        self._training_is_over = False
        self._may_see_training = True

    @property
    def pace(self) -> Pace:
        """Give how often to look: what is here takes seconds, and costs no call."""
        if self._stage.name == LOCAL_STAGE:
            return Pace(shortest=0.1, longest=1.0, growth=1.1)
        return Pace()

    def look(self, display: Display) -> Snapshot:
        """Look at the run once."""
        execution = self.describe()
        phases = self._phases.update()
        if self._may_see_training:
            self._look_at_training(phases, display)
        return Snapshot(
            run_id=self._run_id,
            status=execution["status"],
            started=execution["startDate"],
            stopped=execution.get("stopDate"),
            phases=phases,
            training=self._training,
            words=self._words,
        )

    def describe(self) -> DescribeExecutionOutputTypeDef:
        """Ask for the execution.

        Raises
        ------
        NoSuchRunError
            When the stage has no such run.
        """
        try:
            return self._sfn.describe_execution(executionArn=self._arn)
        except ClientError as error:
            if error_code(error) in {"ExecutionDoesNotExist", "InvalidArn"}:
                raise NoSuchRunError(no_such_run(self._stage, self._run_id)) from error
            raise

    def _look_at_training(self, phases: tuple[Phase, ...], display: Display) -> None:
        phase = next((p for p in phases if p.trains), None)
        if phase is None or self._training_is_over:
            return
        try:
            found = find_training(self._sagemaker, self._run_id)
        except ClientError as error:
            if not is_denied(error):
                raise
            self._may_see_training = False
            display.note("these credentials may not look at the training itself")
            return
        self._training = found or self._training
        # One more look after the phase, so that no candidate is missing.
        self._training_is_over = phase.ended is not None


def no_such_run(stage: Stage, run_id: str) -> str:
    """Say that a stage has no such run, and how to find the right one."""
    return (
        f"stage {stage.name!r} has no run {run_id!r} in account {stage.account}, "
        f"region {stage.region}; see "
        f"`{spell_command('list', *spell_place(stage.name))}`"
    )


def follow_run(
    follower: Follower,
    display: Display,
    *,
    patience: Patience,
    sleep: Callable[[float], None] = time.sleep,
) -> Snapshot:
    """Show a run until it ends, and return its last state."""
    pace = follower.pace
    shown: tuple[object, ...] = ()
    while True:
        snapshot = patience.persist(lambda: follower.look(display))
        display.show(snapshot)
        if snapshot.ended:
            return snapshot
        gist = _gist(snapshot)
        sleep(pace.next_interval(changed=gist != shown))
        shown = gist


def _gist(snapshot: Snapshot) -> tuple[object, ...]:
    """Give what a person would call a change."""
    training = snapshot.training
    return (
        snapshot.status,
        len(snapshot.phases),
        training and (training.secondary, len(training.finished)),
    )
