"""Remove a stage: what runs, what Chalice deployed, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.chalice.record import read_record
from deployment.chalice.removal import review_chalice_removal
from deployment.chalice.stage_files import review_stage_file_removal
from deployment.chalice.workspace import open_workspace
from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.resources.bucket_removal import review_bucket_removal
from deployment.resources.catalog import review_catalog_removal
from deployment.resources.failed_events import (
    review_alarm_removal,
    review_queue_removal,
)
from deployment.resources.glue_jobs import review_glue_job_removal
from deployment.resources.glue_security import (
    review_connection,
    review_security_configuration,
)
from deployment.resources.logs import list_log_groups, review_log_group_removal
from deployment.resources.past_models import review_models_removal
from deployment.resources.roles import review_role_removal
from deployment.resources.state_machine import (
    list_running,
    review_state_machine_removal,
)
from deployment.resources.topic import review_topic_removal
from deployment.review import QUIET, Outcome, review_removal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment.deployment import Deployment
    from deployment.review import Review


def destroy(
    deployment: Deployment,
    say: Callable[[str], None],
    *,
    delete_data: bool,
    only_plan: bool = False,
) -> None:
    """Remove everything that was deployed for a stage, and say what went.

    Safe to repeat. The bucket and what it holds are kept unless ``delete_data``.

    Raises
    ------
    DeploymentError
        When the stage was deployed to another account or region.
    """
    deployment.check_place()
    quiet = True
    for found in _review(deployment, say, delete_data=delete_data, only_plan=only_plan):
        outcome = found if isinstance(found, Outcome) else found.outcome
        if outcome.change in {"absent", "unchanged"}:
            continue
        if not (only_plan or isinstance(found, Outcome)):
            found.settle()
        say(str(outcome))
        quiet = quiet and outcome.change in QUIET
    if quiet:
        say(f"there is nothing of stage {deployment.stage.name!r} to remove")
    elif only_plan:
        say("this is a plan: nothing is done")


def _review(
    deployment: Deployment,
    say: Callable[[str], None],
    *,
    delete_data: bool,
    only_plan: bool,
) -> Iterator[Review | Outcome]:
    yield from _review_work(deployment)
    planned = list(review_chalice_removal(deployment))
    if only_plan:
        yield from planned
    else:
        _run_chalice(deployment, say)
        yield from _find_removed(planned, list(review_chalice_removal(deployment)))
    yield from _review_rest(deployment)
    yield review_bucket_removal(
        deployment.clients.s3, deployment.stage, delete_data=delete_data
    )
    yield review_stage_file_removal(deployment.project, deployment.stage)


def _review_work(deployment: Deployment) -> Iterator[Review]:
    """Review executions that run, and the Autopilot jobs of the same names."""
    sfn, sagemaker = deployment.clients.sfn, deployment.clients.sagemaker
    for arn in list_running(sfn, deployment.stage):
        run_id = arn.rsplit(":", 1)[1]

        def stop(arn: str = arn, run_id: str = run_id) -> None:
            sfn.stop_execution(executionArn=arn, cause="its stage is being destroyed")
            try:
                sagemaker.stop_auto_ml_job(AutoMLJobName=run_id)
            except ClientError as error:
                # It has not begun to train, or ended before.
                if error_code(error) not in {
                    "ResourceNotFound",
                    "ValidationException",
                }:
                    raise

        yield review_removal("running execution", run_id, exists=True, remove=stop)


def _find_removed(
    before: list[Review], after: list[Review]
) -> Iterator[Review | Outcome]:
    """Say what Chalice removed, and review what it left."""
    left = {(review.kind, review.name): review for review in after if review.exists}
    for review in before:
        if review.exists:
            yield left.get((review.kind, review.name), review.outcome)


def _run_chalice(deployment: Deployment, say: Callable[[str], None]) -> None:
    if not read_record(deployment.project, deployment.stage.name).path.exists():
        return
    try:
        with open_workspace(deployment) as chalice:
            chalice.run("delete", stage=deployment.stage.name)
    except DeploymentError as error:
        # It stops at the first thing that is gone already; the rest goes by name.
        say(f"note: {error}")


def _review_rest(deployment: Deployment) -> Iterator[Review]:
    stage, clients = deployment.stage, deployment.clients
    yield review_state_machine_removal(clients.sfn, stage)
    for job in deployment.pipeline.glue_jobs:
        yield review_glue_job_removal(clients.glue, stage, job)
    yield from review_catalog_removal(clients.glue, stage)
    nothing = Options()
    yield review_connection(clients, stage, nothing)
    yield review_security_configuration(clients.glue, stage, nothing)
    yield from review_models_removal(clients.sagemaker, stage)
    yield review_alarm_removal(clients.cloudwatch, stage)
    yield review_topic_removal(clients.sns, stage)
    yield review_queue_removal(clients.sqs, stage)
    for group in list_log_groups(stage, deployment.pipeline.functions):
        yield review_log_group_removal(clients.logs, group)
    for part in deployment.pipeline.services:
        yield review_role_removal(clients.iam, stage.resource(part))
