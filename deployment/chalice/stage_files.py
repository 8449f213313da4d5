"""What Chalice is told of a stage: its variables, and one policy per function."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from deployment.options import OPTIONS_KEY, Options, read_options, write_options
from deployment.review import Fix, Review, review_removal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from chalicelib.stages import Stage
    from deployment.resources.policies import PolicyTemplates


def build_stage_config(
    stage: Stage, options: Options, functions: Iterable[str]
) -> dict[str, Any]:
    """Build the stage's part of ``.chalice/config.json``.

    Timeouts and memory stand at the file's root, for all stages.
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
            function: {"iam_policy_file": f"rendered/{stage.name}/{function}.json"}
            for function in functions
        },
        OPTIONS_KEY: write_options(options),
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


def without_stage(config: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    """Take out of Chalice's configuration what a deploy put there for a stage."""
    stages = dict(config.get("stages", {}))
    ours = build_stage_config(stage, Options(), ()).keys()
    left = {k: v for k, v in stages.pop(stage.name, {}).items() if k not in ours}
    if left:
        stages[stage.name] = left
    return {**config, "stages": stages}


def read_config(project: Path) -> dict[str, Any]:
    """Read ``.chalice/config.json``."""
    config: dict[str, Any] = json.loads(_config_path(project).read_text())
    return config


def read_stage_options(project: Path, stage: str) -> Options:
    """Read the options that the last deploy of a stage was given."""
    return read_options(read_config(project).get("stages", {}).get(stage, {}))


def review_stage_files(
    project: Path, stage: Stage, options: Options, templates: PolicyTemplates
) -> list[Review]:
    """Compare Chalice's configuration and the rendered policies with the stage's."""
    config_path = _config_path(project)
    functions = templates.pipeline.functions
    config = with_stage(read_config(project), stage, options, functions)
    folder = _rendered_folder(project, stage)
    policies = {
        folder / f"{function}.json": templates.build(function, stage, options)
        for function in functions
    }
    return [
        _review_file(project, path, value)
        for path, value in {config_path: config, **policies}.items()
    ]


def review_stage_files_removal(project: Path, stage: Stage) -> list[Review]:
    """Review the files of a stage that should not be there any more."""
    folder = _rendered_folder(project, stage)
    config_path = _config_path(project)
    config = without_stage(read_config(project), stage)
    return [
        _review_file(project, config_path, config),
        review_removal(
            "folder",
            folder.relative_to(project).as_posix(),
            exists=folder.exists(),
            remove=lambda: shutil.rmtree(folder),
        ),
    ]


def _config_path(project: Path) -> Path:
    return project / ".chalice" / "config.json"


def _rendered_folder(project: Path, stage: Stage) -> Path:
    return project / ".chalice" / "rendered" / stage.name


def _build_security(options: Options) -> dict[str, str]:
    security = {
        "KMS_KEY_ARN": options.kms_key or "",
        "SUBNET_IDS": ",".join(options.subnet_ids),
        "SECURITY_GROUP_IDS": ",".join(options.security_group_ids),
    }
    return {name: value for name, value in security.items() if value}


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
