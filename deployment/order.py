"""Everything of a stage but Chalice's part, in the order in which it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.chalice.functions import RULED, review_rule_tags
from deployment.chalice.record import read_record
from deployment.chalice.stage_files import review_stage_file
from deployment.resources.bucket import review_bucket
from deployment.resources.catalog import review_catalog
from deployment.resources.definition import build_definition
from deployment.resources.engine_wheels import review_engine_wheels
from deployment.resources.failed_events import (
    review_alarm,
    review_failure_destination,
    review_queue,
)
from deployment.resources.glue_code import review_glue_code
from deployment.resources.glue_jobs import review_glue_job
from deployment.resources.glue_security import (
    review_connection,
    review_security_configuration,
)
from deployment.resources.logs import list_log_groups, review_log_group
from deployment.resources.roles import review_role
from deployment.resources.state_machine import review_state_machine
from deployment.resources.topic import review_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployment.deployment import Deployment
    from deployment.review import Review


def review_before_chalice(deployment: Deployment) -> Iterator[Review]:
    """Review what Chalice's functions stand on, each when it is asked for.

    The roles come first but for what is named by nobody: Glue, Lambda and Step
    Functions need a moment to know them.
    """
    stage, clients, options = deployment.stage, deployment.clients, deployment.options
    for part in deployment.pipeline.parts:
        policy = deployment.templates.build(part, stage, options)
        yield review_role(clients.iam, stage, part, policy=policy)
    yield review_bucket(clients.s3, stage, options, caller=deployment.caller)
    yield review_topic(clients.sns, stage, options)
    yield review_queue(clients.sqs, stage, options)
    yield review_alarm(clients.cloudwatch, stage)
    for group in list_log_groups(stage, deployment.pipeline.functions):
        yield review_log_group(clients.logs, stage, group, options=options)
    yield from _review_glue(deployment)
    yield from review_catalog(clients.glue, stage)
    yield review_stage_file(deployment.project, stage, options)


def review_after_chalice(deployment: Deployment) -> Iterator[Review]:
    """Review what stands on Chalice's functions."""
    stage, clients, pipeline = deployment.stage, deployment.clients, deployment.pipeline
    for function in pipeline.event_functions:
        yield review_failure_destination(clients.functions, stage, function)
    for function in RULED:
        yield review_rule_tags(clients.events, stage, function)
    # What Chalice has not recorded yet gets the ARN that its name will give it.
    arns = {function: stage.function_arn(function) for function in pipeline.functions}
    arns |= read_record(deployment.project, stage.name).function_arns
    definition = build_definition(
        pipeline.definition, stage, options=deployment.options, function_arns=arns
    )
    yield review_state_machine(clients.sfn, stage, definition)


def _review_glue(deployment: Deployment) -> Iterator[Review]:
    stage, clients, options = deployment.stage, deployment.clients, deployment.options
    jobs = deployment.pipeline.glue_jobs
    code = deployment.read_code()
    libraries = deployment.libraries
    yield review_glue_code(clients.s3, stage, code)
    if libraries.wheels:
        yield review_engine_wheels(clients.s3, stage, libraries.wheels, libraries.fetch)
    yield review_connection(clients, stage, options)
    yield review_security_configuration(clients.glue, stage, options)
    for job in jobs:
        yield review_glue_job(
            clients.glue,
            stage,
            job,
            code=code,
            options=options,
            wheels=libraries.wheels,
        )
