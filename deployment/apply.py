"""Deploy a stage: make everything of it as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.chalice.command import remove_compiled_files
from deployment.chalice.functions import compare_functions, find_functions
from deployment.order import review_after_chalice, review_before_chalice
from deployment.place import check_place
from deployment.review import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment.review import Outcome
    from deployment.stage import Stage


def deploy(stage: Stage, say: Callable[[str], None]) -> None:
    """Make everything of the stage as it should be, and say what changed.

    Safe to repeat: what is right is left alone, and what a deploy that died did not
    reach is done by the next.

    Raises
    ------
    DeploymentError
        When the stage was deployed to another account or region, or cannot be.
    """
    check_place(stage)
    quiet = True
    for outcome in _settle(stage):
        if outcome.change != "absent":
            say(str(outcome))
        quiet = quiet and outcome.change in QUIET
    if quiet:
        say("nothing has changed")


def _settle(stage: Stage) -> Iterator[Outcome]:
    for review in review_before_chalice(stage):
        yield review.settle()
    yield from _run_chalice(stage)
    for review in review_after_chalice(stage):
        yield review.settle()


def _run_chalice(stage: Stage) -> list[Outcome]:
    before = find_functions(stage.clients, stage.target)
    remove_compiled_files(stage.project)
    stage.chalice.run("deploy", stage=stage.target.stage)
    after = find_functions(stage.clients, stage.target)
    return compare_functions(stage.target, before, after)
