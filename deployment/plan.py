"""Say what a deploy of a stage would change, without changing anything."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.chalice.functions import (
    compare_functions,
    find_functions,
    read_package,
)
from deployment.chalice.stage_files import read_config, review_stage_files, with_stage
from deployment.order import review_after_chalice, review_before_chalice
from deployment.review import QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployment.deployment import Deployment
    from deployment.review import Outcome

# What Chalice packs, or reads to do so.
_CHALICE_PARTS = ("app.py", "chalicelib", "requirements.txt", "vendor")


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
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        project = Path(folder) / "project"
        package = Path(folder) / "package"
        _copy_for_chalice(deployment, project)
        chalice = replace(deployment.chalice, project=project)
        chalice.run(
            *("package", "--pkg-format", "terraform", str(package)),
            stage=deployment.stage.name,
        )
        return compare_functions(
            deployment.stage, before, read_package(package, deployment.stage)
        )


def _copy_for_chalice(deployment: Deployment, project: Path) -> None:
    (project / ".chalice").mkdir(parents=True)
    for part in _CHALICE_PARTS:
        source = deployment.project / part
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, project / part, ignore=ignore)
        elif source.exists():
            shutil.copy2(source, project / part)
    config = with_stage(
        read_config(deployment.project),
        deployment.stage,
        deployment.options,
        deployment.pipeline.functions,
    )
    (project / ".chalice" / "config.json").write_text(json.dumps(config))
    for review in review_stage_files(
        project, deployment.stage, deployment.options, deployment.templates
    ):
        review.settle()
