"""Deploy a stage: everything it needs, in the order in which it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployment.bucket import review_bucket
from deployment.chalice_command import remove_compiled_files
from deployment.chalice_record import read_record
from deployment.chalice_stage import review_stage_files
from deployment.glue_code import read_glue_code, review_glue_code
from deployment.glue_jobs import review_glue_job
from deployment.policies import PolicyTemplates, build_policy
from deployment.roles import review_role
from deployment.state_machine import build_definition, review_state_machine
from deployment.target import FUNCTIONS, GLUE_JOBS, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from deployment.chalice_command import Chalice
    from deployment.clients import Clients
    from deployment.review import Review
    from deployment.target import Target


@dataclass(frozen=True)
class Stage:
    """A stage, the project it is deployed from, and the means to do it."""

    project: Path
    target: Target
    clients: Clients
    chalice: Chalice


def deploy(stage: Stage, say: Callable[[str], None]) -> None:
    """Make everything of the stage as it should be, and say what changed.

    Safe to repeat: what is right is left alone, and what a deploy that died did not
    reach is done by the next.
    """
    read_record(stage.project, stage.target.stage).check(stage.target)
    changes = []
    for review in _review_before_chalice(stage):
        changes.append(review.settle())
        say(str(review))
    remove_compiled_files(stage.project)
    stage.chalice.run("deploy", stage.target.stage)
    say(f"applied    Chalice's {len(FUNCTIONS)} functions, their roles and triggers")
    record = read_record(stage.project, stage.target.stage)
    for review in _review_after_chalice(stage, record.function_arns):
        changes.append(review.settle())
        say(str(review))
    if set(changes) == {"unchanged"}:
        say("nothing to change beside what Chalice applies again at each deploy")


def _review_before_chalice(stage: Stage) -> Iterator[Review]:
    target, clients = stage.target, stage.clients
    templates = PolicyTemplates(stage.project)
    yield review_bucket(clients.s3, target)
    for part in ROLES:
        policy = build_policy(templates.read(part), target)
        yield review_role(clients.iam, target, part, policy=policy)
    code = read_glue_code(stage.project / "glue")
    yield review_glue_code(clients.s3, target.bucket, code)
    for job in GLUE_JOBS:
        yield review_glue_job(clients.glue, target, job, code=code)
    yield from review_stage_files(stage.project, target, templates)


def _review_after_chalice(
    stage: Stage, function_arns: Mapping[str, str]
) -> Iterator[Review]:
    template = (stage.project / "statemachine.asl.json").read_text()
    definition = build_definition(template, stage.target, function_arns)
    yield review_state_machine(stage.clients.sfn, stage.target, definition)
