"""Say what a deploy of a stage would change, without changing anything."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.chalice.functions import (
    compare_functions,
    find_functions,
    read_package,
)
from deployment.chalice.workspace import open_workspace
from deployment.order import review_after_chalice, review_before_chalice
from deployment.review import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment.deployment import Deployment
    from deployment.review import Outcome


def plan(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Say what a deploy would create, update and leave.

    Raises
    ------
    DeploymentError
        As a deploy would.
    """
    deployment.check_place()
    quiet = True
    for outcome in _foresee(deployment):
        if outcome.change != "absent":
            say(str(outcome))
        quiet = quiet and outcome.change in QUIET
    say("a deploy would change nothing" if quiet else "this is a plan: nothing is done")


def _foresee(deployment: Deployment) -> Iterator[Outcome]:
    for review in review_before_chalice(deployment):
        yield review.outcome
    yield from _foresee_chalice(deployment)
    for review in review_after_chalice(deployment):
        yield review.outcome


def _foresee_chalice(deployment: Deployment) -> list[Outcome]:
    before = find_functions(deployment)
    with (
        tempfile.TemporaryDirectory(prefix="plan-") as package,
        open_workspace(deployment) as chalice,
    ):
        chalice.run(
            *("package", "--pkg-format", "terraform", package),
            stage=deployment.stage.name,
        )
        after = read_package(Path(package), deployment.stage)
    return compare_functions(deployment.stage, before, after)
