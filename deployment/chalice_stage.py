"""What Chalice is told of a stage: its variables, and one policy per function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployment.policies import build_policy
from deployment.review import Fix, Review
from deployment.target import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deployment.policies import PolicyTemplates
    from deployment.target import Target


def build_stage(target: Target) -> dict[str, Any]:
    """Build the stage's part of ``.chalice/config.json``.

    Timeouts, memory and log retention stand at the file's root, for all stages.
    """
    return {
        "autogen_policy": False,
        "environment_variables": {
            "BUCKET": target.bucket,
            "SAGEMAKER_ROLE_ARN": target.role_arn("sagemaker"),
            "STAGE": target.stage,
            "STATE_MACHINE_ARN": target.state_machine_arn,
        },
        "lambda_functions": {
            function: {"iam_policy_file": f"rendered/{target.stage}/{function}.json"}
            for function in FUNCTIONS
        },
        "tags": target.tags,
    }


def with_stage(config: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """Put a stage into Chalice's configuration and leave all else as it is."""
    stages = config.get("stages", {})
    stage = {**stages.get(target.stage, {}), **build_stage(target)}
    return {**config, "stages": {**stages, target.stage: stage}}


def review_stage_files(
    project: Path, target: Target, templates: PolicyTemplates
) -> list[Review]:
    """Compare Chalice's configuration and the rendered policies with the stage's."""
    config_path = project / ".chalice" / "config.json"
    config = with_stage(json.loads(config_path.read_text()), target)
    folder = project / ".chalice" / "rendered" / target.stage
    policies = {
        folder / f"{function}.json": build_policy(templates.read(function), target)
        for function in FUNCTIONS
    }
    return [
        _review_file(project, path, value)
        for path, value in {config_path: config, **policies}.items()
    ]


def _review_file(project: Path, path: Path, value: Any) -> Review:
    text = json.dumps(value, indent=2) + "\n"
    found = path.read_text() if path.exists() else None
    fixes = () if found == text else (Fix("content", _write(path, text)),)
    name = path.relative_to(project).as_posix()
    return Review("file", name, found is not None, fixes)


def _write(path: Path, text: str) -> Callable[[], object]:
    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write
