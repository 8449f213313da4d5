"""What Chalice is told of a stage, and the options that the stage remembers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployment.options import Options, read_options, write_options
from deployment.review import Fix, Review, review_removal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from chalicelib.stages import Stage

# The sweep asks Step Functions about every run that goes on: there may be a thousand.
_LIMITS = {"sweep": {"lambda_timeout": 900}}


def build_stage_config(
    stage: Stage, options: Options, functions: Iterable[str]
) -> dict[str, Any]:
    """Build the stage's part of Chalice's configuration.

    Timeouts and memory stand at the root of ``.chalice/config.json``, for all stages
    and for all functions but those that take longer.
    """
    return {
        "autogen_policy": False,
        "environment_variables": {
            **_build_security(options),
            "BUCKET": stage.bucket,
            "SAGEMAKER_ROLE_ARN": stage.role_arn("sagemaker"),
            "STAGE": stage.name,
            "STATE_MACHINE_ARN": stage.state_machine_arn,
            "TOPIC_ARN": stage.arn("sns", stage.topic),
        },
        "lambda_functions": {
            function: {
                "iam_policy_file": f"policies/{function}.json",
                **_LIMITS.get(function, {}),
            }
            for function in functions
        },
        "tags": stage.tags,
    }


def with_stage(
    config: Mapping[str, Any],
    stage: Stage,
    options: Options,
    functions: Iterable[str],
) -> dict[str, Any]:
    """Put a stage into Chalice's configuration and leave all else as it is."""
    stages = config.get("stages", {})
    wanted = build_stage_config(stage, options, functions)
    ours = {**stages.get(stage.name, {}), **wanted}
    return {**config, "stages": {**stages, stage.name: ours}}


def read_config(project: Path) -> dict[str, Any]:
    """Read ``.chalice/config.json``."""
    path = project / ".chalice" / "config.json"
    config: dict[str, Any] = json.loads(path.read_text())
    return config


def read_stage_options(project: Path, stage: str) -> Options:
    """Read the options that the last deploy of a stage was given."""
    path = options_path(project, stage)
    return read_options(json.loads(path.read_text())) if path.exists() else Options()


def options_path(project: Path, stage: str) -> Path:
    """Say where the options of a stage are remembered."""
    return project / ".chalice" / "stages" / f"{stage}.json"


def review_stage_file(project: Path, stage: Stage, options: Options) -> Review:
    """Compare the options that a stage remembers with those that it has."""
    path = options_path(project, stage.name)
    text = json.dumps(write_options(options), indent=2) + "\n"
    found = path.read_text() if path.exists() else None

    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    fixes = () if found == text else (Fix("content", write),)
    name = path.relative_to(project).as_posix()
    return Review("file", name, found is not None, fixes)


def review_stage_file_removal(project: Path, stage: Stage) -> Review:
    """Review the options of a stage that should not be there any more."""
    path = options_path(project, stage.name)
    name = path.relative_to(project).as_posix()
    return review_removal("file", name, exists=path.exists(), remove=path.unlink)


def _build_security(options: Options) -> dict[str, str]:
    security = {
        "KMS_KEY_ARN": options.kms_key or "",
        "SUBNET_IDS": ",".join(options.subnet_ids),
        "SECURITY_GROUP_IDS": ",".join(options.security_group_ids),
    }
    return {name: value for name, value in security.items() if value}
