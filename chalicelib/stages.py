"""One stage of the pipeline in one account and region: its names and its ARNs."""

import re
from dataclasses import dataclass

from chalicelib.datasets import hash_parts
from chalicelib.errors import StageError

APP_NAME = "automl-ts-mlops-pipeline"
# With a stage this long the bucket's name has the 63 characters that S3 allows.
MAX_STAGE_LENGTH = 9
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html
_MAX_GROUP_LENGTH, _GROUP_HASH_LENGTH = 63, 12
_STAGE = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def check_stage(name: str) -> str:
    """Return a stage's name if it can be part of every other name.

    Raises
    ------
    StageError
        When S3, IAM or Chalice would refuse a name made with it.
    """
    # Two hyphens end the stage in the name of a group of models.
    plain = _STAGE.fullmatch(name) and "--" not in name
    if len(name) > MAX_STAGE_LENGTH or not plain:
        raise StageError(
            f"stage {name!r} cannot be part of other names (needs at most "
            f"{MAX_STAGE_LENGTH} of a-z, 0-9 and single inner hyphens); choose "
            "another, such as 'dev'"
        )
    return name


@dataclass(frozen=True)
class Stage:
    """A stage by its name, and where it is."""

    name: str
    account: str
    region: str

    def __post_init__(self) -> None:
        check_stage(self.name)

    @property
    def partition(self) -> str:
        """The partition that the region belongs to."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        if self.region.startswith("us-gov-"):
            return "aws-us-gov"
        return "aws"

    @property
    def bucket(self) -> str:
        """The name of the stage's bucket; the account makes it unique in the world."""
        middle = "" if self.name == "dev" else f"{self.name}-"
        return f"{APP_NAME}-resource-bucket-{middle}{self.account}"

    @property
    def state_machine(self) -> str:
        """The name of the state machine."""
        return f"{APP_NAME}-{self.name}"

    @property
    def state_machine_arn(self) -> str:
        """The ARN that the state machine has, before it exists too."""
        return self.arn("states", f"stateMachine:{self.state_machine}")

    def execution_arn(self, run_id: str) -> str:
        """Build the ARN of a run's execution, which has the run's name."""
        return self.arn("states", f"execution:{self.state_machine}:{run_id}")

    @property
    def topic(self) -> str:
        """The name of the topic that says how runs ended."""
        return self.resource("runs")

    @property
    def queue(self) -> str:
        """The name of the queue of events that could not be handled."""
        return self.resource("failed-events")

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that takes tags."""
        return {"Application": APP_NAME, "Stage": self.name}

    def model_group(self, dataset: str) -> str:
        """Name the group of a dataset's models, in at most 63 characters.

        Two hyphens end the stage, so that a policy for all groups of one stage covers
        none of another; no dataset's name has two together.
        """
        prefix = f"{APP_NAME}-{self.name}--"
        room = _MAX_GROUP_LENGTH - len(prefix)
        if len(dataset) <= room:
            return prefix + dataset
        mark = hash_parts(dataset, length=_GROUP_HASH_LENGTH)
        kept = dataset[: room - len(mark) - 1].rstrip("-")
        return f"{prefix}{kept}-{mark}"

    def resource(self, part: str) -> str:
        """Name a part of the stage: a role, a Glue job or a Lambda function."""
        return f"{APP_NAME}-{self.name}-{part}"

    def role_arn(self, part: str) -> str:
        """Build the ARN of one of the stage's roles."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.resource(part)}"

    def function_arn(self, function: str) -> str:
        """Build the ARN that Chalice's function has, before it exists too."""
        return self.arn("lambda", f"function:{self.resource(function)}")

    def arn(self, service: str, resource: str) -> str:
        """Build the ARN of a resource of the account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"
