"""Deploy a stage: make everything of it as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.chalice.functions import compare_functions, find_functions
from deployment.chalice.workspace import open_workspace
from deployment.order import review_after_chalice, review_before_chalice
from deployment.preflight import preflight
from deployment.review import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment.deployment import Deployment
    from deployment.review import Outcome


def deploy(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Make everything of the stage as it should be, and say what changed.

    At the end it says what a run needs of the account beside that.

    Safe to repeat: what is right is left alone, and what a deploy that died did not
    reach is done by the next.

    Raises
    ------
    DeploymentError
        When the stage was deployed to another account or region, or cannot be.
    """
    deployment.check_place()
    quiet = True
    for outcome in _settle(deployment):
        if outcome.change != "absent":
            say(str(outcome))
        quiet = quiet and outcome.change in QUIET
    preflight(deployment, say)
    if quiet:
        say("nothing has changed")


def _settle(deployment: Deployment) -> Iterator[Outcome]:
    stage = deployment.stage.name
    with (
        open_workspace(deployment) as chalice,
        chalice.start("deploy", stage=stage) as finish,
    ):
        for review in review_before_chalice(deployment):
            yield review.settle()
        before = find_functions(deployment)
        finish()
    after = find_functions(deployment)
    yield from compare_functions(deployment.stage, before, after)
    for review in review_after_chalice(deployment):
        yield review.settle()
