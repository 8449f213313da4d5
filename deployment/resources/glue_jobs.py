"""The Glue Python shell jobs, one for each state that runs one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.patience import insist
from deployment.resources.glue_code import WHEEL
from deployment.review import Fix, Review, review_removal, review_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_glue import GlueClient

    from chalicelib.stages import Stage
    from deployment.options import Options
    from deployment.resources.glue_code import GlueCode

# Minutes; the states of the state machine end a few minutes later.
_TIMEOUTS = {"preprocess": 120, "compare_models": 60, "report": 60}
# As many uploads as may be prepared at once; more wait in the state machine's Retry.
_CONCURRENT_RUNS = 20
_SMALLEST_CAPACITY = 0.0625
_OPTIONAL = ("Connections", "SecurityConfiguration")


def review_glue_job(
    glue: GlueClient, stage: Stage, job: str, *, code: GlueCode, options: Options
) -> Review:
    """Compare one of the stage's Glue jobs with what it should be."""
    name = stage.resource(job)
    wanted = build_job(stage, job, code=code, options=options)
    found = _find_job(glue, name)
    if found is None:
        create = Fix(
            "job",
            lambda: insist(
                lambda: glue.create_job(Name=name, Tags=stage.tags, **wanted)
            ),
        )
        return Review("Glue job", name, False, (create,))
    differences = [
        _spell(key)
        for key in (*wanted, *(k for k in _OPTIONAL if k not in wanted))
        if _read(found, key) != _read(wanted, key)
    ]
    fixes = []
    if differences:
        # One call replaces the whole definition, whatever it is that differs.
        update = Fix(
            ", ".join(differences),
            lambda: glue.update_job(JobName=name, JobUpdate=wanted),
        )
        fixes.append(update)
    fixes += _review_job_tags(glue, stage, job)
    return Review("Glue job", name, True, tuple(fixes))


def review_glue_job_removal(glue: GlueClient, stage: Stage, job: str) -> Review:
    """Review a Glue job that should not be there."""
    name = stage.resource(job)
    return review_removal(
        "Glue job",
        name,
        exists=_find_job(glue, name) is not None,
        remove=lambda: glue.delete_job(JobName=name),
    )


def build_job(stage: Stage, job: str, *, code: GlueCode, options: Options) -> Any:
    """Build the definition of a job: what CreateJob and UpdateJob both take."""
    return {
        "Description": f"{job} of stage {stage.name}: one run of it per upload",
        "Role": stage.role_arn(f"glue-{job}"),
        "ExecutionProperty": {"MaxConcurrentRuns": _CONCURRENT_RUNS},
        "Command": {
            "Name": "pythonshell",
            "ScriptLocation": code.uri(stage.bucket, f"{job}.py"),
            "PythonVersion": "3.9",
        },
        "DefaultArguments": {
            # Spelt without hyphens before it by Glue Studio and the CDK alike.
            "library-set": "analytics",
            "--extra-py-files": code.uri(stage.bucket, WHEEL),
            "--bucket": stage.bucket,
            "--account": stage.account,
        },
        "MaxRetries": 0,
        "Timeout": _TIMEOUTS[job],
        "MaxCapacity": _SMALLEST_CAPACITY,
        **_build_security(stage, options),
    }


def _build_security(stage: Stage, options: Options) -> dict[str, Any]:
    security: dict[str, Any] = {}
    if options.has_network:
        security["Connections"] = {"Connections": [stage.resource("network")]}
    if options.kms_key is not None:
        security["SecurityConfiguration"] = stage.resource("encryption")
    return security


def _read(job: Mapping[str, Any], key: str) -> Any:
    # Glue answers with what was never given as nothing, zero or an empty structure.
    value = job.get(key)
    if key == "Connections" and value:
        return value.get("Connections") or None
    return value or None


def _find_job(glue: GlueClient, name: str) -> Any | None:
    try:
        return glue.get_job(JobName=name)["Job"]
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            return None
        raise


def _spell(key: str) -> str:
    return {
        "Command": "script",
        "DefaultArguments": "arguments",
        "ExecutionProperty": "concurrent runs",
        "SecurityConfiguration": "security configuration",
        "MaxCapacity": "capacity",
        "MaxRetries": "retries",
    }.get(key, key.lower())


def _review_job_tags(glue: GlueClient, stage: Stage, job: str) -> list[Fix]:
    arn = stage.arn("glue", f"job/{stage.resource(job)}")
    return review_tags(
        lambda: glue.get_tags(ResourceArn=arn)["Tags"],
        lambda tags: glue.tag_resource(ResourceArn=arn, TagsToAdd=tags),
        stage.tags,
    )
