"""The stage, account and region that a deployment is for, and the names there."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.stages import (
    APP_NAME,
    bucket_name,
    check_stage,
    partition_of,
    resource_name,
    state_machine_arn,
    state_machine_name,
)

FUNCTIONS = (
    "on_upload",
    "prepare_run",
    "create_autopilot_job",
    "check_autopilot_job",
    "on_execution_end",
)
# Called by S3 and EventBridge, which do not wait for an answer.
ASYNCHRONOUS_FUNCTIONS = ("on_upload", "on_execution_end")
GLUE_JOBS = ("preprocess", "report")
ROLES = ("states", "glue-preprocess", "glue-report", "sagemaker")


@dataclass(frozen=True)
class Target:
    """One stage in one region of one account."""

    stage: str
    account: str
    region: str

    def __post_init__(self) -> None:
        check_stage(self.stage)

    @property
    def partition(self) -> str:
        """The partition that the region belongs to."""
        return partition_of(self.region)

    @property
    def bucket(self) -> str:
        """The name of the stage's bucket."""
        return bucket_name(self.stage, self.account)

    @property
    def state_machine(self) -> str:
        """The name of the stage's state machine."""
        return state_machine_name(self.stage)

    @property
    def state_machine_arn(self) -> str:
        """The ARN that the state machine has, before it exists too."""
        return state_machine_arn(self.stage, self.region, self.account)

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that takes tags."""
        return {"Application": APP_NAME, "Stage": self.stage}

    def name(self, part: str) -> str:
        """Name a part of the stage: a role, a Glue job or a Lambda function."""
        return resource_name(self.stage, part)

    def role_arn(self, part: str) -> str:
        """Build the ARN of one of the stage's roles."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.name(part)}"

    @property
    def topic(self) -> str:
        """The name of the topic that says how runs ended."""
        return self.name("runs")

    @property
    def queue(self) -> str:
        """The name of the queue of events that could not be handled."""
        return self.name("failed-events")

    def function_arn(self, function: str) -> str:
        """Build the ARN that Chalice's function has, before it exists too."""
        return self.arn("lambda", f"function:{self.name(function)}")

    def arn(self, service: str, resource: str) -> str:
        """Build the ARN of a resource of the account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"
