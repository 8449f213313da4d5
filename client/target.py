"""Where a stage is, and the names that follow from it."""

from dataclasses import dataclass

from chalicelib.stages import bucket_name, state_machine_arn


@dataclass(frozen=True)
class Target:
    """A stage of the pipeline in one account and region."""

    stage: str
    account: str
    region: str

    @property
    def bucket(self) -> str:
        """Name the stage's bucket."""
        return bucket_name(self.stage, self.account)

    @property
    def machine_arn(self) -> str:
        """Build the ARN of the stage's state machine."""
        return state_machine_arn(self.stage, self.region, self.account)

    def execution_arn(self, run_id: str) -> str:
        """Build the ARN of a run's execution, which has the run's name."""
        machine = self.machine_arn.replace(":stateMachine:", ":execution:")
        return f"{machine}:{run_id}"
