"""What a project deploys, read off its state machine and its functions' policies.

The state machine names each Lambda and each Glue job by a placeholder, such as
``${PrepareRunFunctionArn}`` and ``${PreprocessJobName}``, and each function of the app
has its policy in ``.chalice/policies``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError
from deployment.placeholders import list_placeholders

if TYPE_CHECKING:
    from pathlib import Path

_FUNCTION, _JOB = "FunctionArn", "JobName"


@dataclass(frozen=True)
class Pipeline:
    """The state machine, the functions, the Glue jobs and the roles of a project."""

    project: Path

    @property
    def definition(self) -> str:
        """The text of the state machine's file, with its placeholders."""
        return (self.project / "statemachine.asl.json").read_text()

    @property
    def state_functions(self) -> tuple[str, ...]:
        """The functions that states call, in the order of the states."""
        return tuple(map_functions(self.definition).values())

    @property
    def event_functions(self) -> tuple[str, ...]:
        """The functions that no state calls.

        S3 and EventBridge do, and wait for no answer: what these fail on is lost
        unless it is kept.
        """
        called = self.state_functions
        return tuple(name for name in self._list_policies() if name not in called)

    @property
    def functions(self) -> tuple[str, ...]:
        """All functions of the app.

        Raises
        ------
        DeploymentError
            When a state calls a function that has no policy.
        """
        missing = sorted(set(self.state_functions) - set(self._list_policies()))
        if missing:
            raise DeploymentError(
                f"a state calls what is no function (found {', '.join(missing)}; needs "
                ".chalice/policies/<function>.json for each); add its policy, or put "
                "the placeholder in statemachine.asl.json right"
            )
        return (*self.state_functions, *self.event_functions)

    @property
    def glue_jobs(self) -> tuple[str, ...]:
        """The Glue jobs that states run, in the order of the states."""
        return tuple(map_glue_jobs(self.definition).values())

    @property
    def services(self) -> tuple[str, ...]:
        """What else has a role: the state machine, each Glue job, SageMaker."""
        return ("states", *(f"glue-{job}" for job in self.glue_jobs), "sagemaker")

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything that has a role of its own."""
        return (*self.functions, *self.services)

    def _list_policies(self) -> list[str]:
        folder = self.project / ".chalice" / "policies"
        return sorted(path.stem for path in folder.glob("*.json"))


def map_functions(definition: str) -> dict[str, str]:
    """Name the functions that states call, each by its placeholder."""
    return _find_named(definition, _FUNCTION)


def map_glue_jobs(definition: str) -> dict[str, str]:
    """Name the Glue jobs that states run, each by its placeholder."""
    return _find_named(definition, _JOB)


def _find_named(definition: str, kind: str) -> dict[str, str]:
    return {
        placeholder: _to_snake_case(placeholder.removesuffix(kind))
        for placeholder in list_placeholders(definition)
        if placeholder.endswith(kind)
    }


def _to_snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
