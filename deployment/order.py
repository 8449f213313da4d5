"""Everything of a stage but Chalice's part, in the order in which it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.chalice.event_rule import review_event_rule
from deployment.chalice.record import read_record
from deployment.chalice.stage_files import review_stage_files
from deployment.resources.bucket import review_bucket
from deployment.resources.chart_library import read_chart_library
from deployment.resources.definition import build_definition
from deployment.resources.failed_events import (
    review_alarm,
    review_failure_destination,
    review_queue,
)
from deployment.resources.glue_code import read_glue_code, review_glue_code
from deployment.resources.glue_jobs import review_glue_job
from deployment.resources.glue_security import (
    review_connection,
    review_security_configuration,
)
from deployment.resources.logs import list_log_groups, review_log_group
from deployment.resources.policies import list_parts
from deployment.resources.roles import review_role
from deployment.resources.state_machine import review_state_machine
from deployment.resources.topic import review_topic
from deployment.target import ASYNCHRONOUS_FUNCTIONS, FUNCTIONS, GLUE_JOBS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployment.review import Review
    from deployment.stage import Stage


def review_before_chalice(stage: Stage) -> Iterator[Review]:
    """Review what Chalice's functions stand on, each when it is asked for.

    The roles come first but for what is named by nobody: Glue, Lambda and Step
    Functions need a moment to know them.
    """
    target, clients, options = stage.target, stage.clients, stage.options
    for part in list_parts():
        policy = stage.templates.build(part, target, options)
        yield review_role(clients.iam, target, part, policy=policy)
    yield review_bucket(clients.s3, target, options)
    yield review_topic(clients.sns, target, options.notify)
    yield review_queue(clients.sqs, target)
    yield review_alarm(clients.cloudwatch, target)
    for group in list_log_groups(target):
        yield review_log_group(clients.logs, target, group)
    yield from _review_glue(stage)
    yield from review_stage_files(stage.project, target, options, stage.templates)


def review_after_chalice(stage: Stage) -> Iterator[Review]:
    """Review what stands on Chalice's functions."""
    target, clients = stage.target, stage.clients
    for function in ASYNCHRONOUS_FUNCTIONS:
        yield review_failure_destination(clients.functions, target, function)
    yield review_event_rule(clients.events, target)
    # What Chalice has not recorded yet gets the ARN that its name will give it.
    arns = {function: target.function_arn(function) for function in FUNCTIONS}
    arns |= read_record(stage.project, target.stage).function_arns
    template = (stage.project / "statemachine.asl.json").read_text()
    definition = build_definition(
        template, target, options=stage.options, function_arns=arns
    )
    yield review_state_machine(clients.sfn, target, definition)


def _review_glue(stage: Stage) -> Iterator[Review]:
    target, clients, options = stage.target, stage.clients, stage.options
    code = read_glue_code(stage.project / "glue", read_chart_library())
    yield review_glue_code(clients.s3, target.bucket, code)
    yield review_connection(clients.glue, clients.ec2, target, options)
    yield review_security_configuration(clients.glue, target, options)
    for job in GLUE_JOBS:
        yield review_glue_job(clients.glue, target, job, code=code, options=options)
