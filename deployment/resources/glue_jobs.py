"""The Glue jobs: preprocess and report in Python shell, others on workers of Spark's.

For train, Spark itself has nothing to do there: its jobs are what Glue has with a newer
Python and a newer Linux than Python shell's, and LightGBM's wheels need glibc 2.28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.patience import insist
from deployment.resources.glue_code import ENGINE_WHEEL, WHEEL
from deployment.review import Fix, Review, review_removal, review_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_glue import GlueClient

    from chalicelib.stages import Stage
    from deployment.options import Options
    from deployment.resources.engine_wheels import Wheel
    from deployment.resources.glue_code import GlueCode

TRAIN, SPARK = "train", "preprocess_on_spark"
# Minutes; the states of the state machine end a few minutes later.
_TIMEOUTS = {
    "preprocess": 120,
    SPARK: 480,
    "compare_models": 60,
    "report": 230,
    TRAIN: 480,
}
# As many uploads as may be prepared at once; more wait in the state machine's Retry.
_CONCURRENT_RUNS = 20
_SMALLEST_CAPACITY = 0.0625
# https://docs.aws.amazon.com/glue/latest/dg/release-notes.html: the newest with Python
# 3.11, the oldest Python of the engine. Two of the smallest workers are the fewest.
_GLUE_VERSION, _WORKER, _WORKERS = "5.1", "G.1X", 2
# https://docs.aws.amazon.com/glue/latest/dg/worker-types.html: the first of them reads
# the whole upload, and has 230 GB of free disk for it; the two others have 32 CPUs.
_SPARK_WORKER, _SPARK_WORKERS = "G.4X", 3
# What is listed is all there is: pip is to look nowhere else.
_INSTALLER = "--no-index --no-deps"
_OPTIONAL = ("Connections", "SecurityConfiguration")


def review_glue_job(
    glue: GlueClient,
    stage: Stage,
    job: str,
    *,
    code: GlueCode,
    options: Options,
    wheels: Sequence[Wheel] = (),
) -> Review:
    """Compare one of the stage's Glue jobs with what it should be."""
    name = stage.resource(job)
    wanted = build_job(stage, job, code=code, options=options, wheels=wheels)
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


def build_job(
    stage: Stage,
    job: str,
    *,
    code: GlueCode,
    options: Options,
    wheels: Sequence[Wheel] = (),
) -> Any:
    """Build the definition of a job: what CreateJob and UpdateJob both take.

    Parameters
    ----------
    wheels
        The libraries of the engine, for the job that trains.
    """
    if job == TRAIN:
        kind = _build_training(stage, code, wheels)
    elif job == SPARK:
        kind = _build_spark(stage, code)
    else:
        kind = _build_python_shell(stage, code)
    own = {"--bucket": stage.bucket, "--account": stage.account}
    script = code.uri(stage.bucket, f"{job}.py")
    return {
        "Description": f"{job} of stage {stage.name}: one run of it per upload",
        "Role": stage.role_arn(f"glue-{job}"),
        "ExecutionProperty": {"MaxConcurrentRuns": _CONCURRENT_RUNS},
        "MaxRetries": 0,
        "Timeout": _TIMEOUTS[job],
        **kind,
        "Command": {**kind["Command"], "ScriptLocation": script},
        "DefaultArguments": {**kind["DefaultArguments"], **own},
        **_build_security(stage, options),
    }


def _build_python_shell(stage: Stage, code: GlueCode) -> dict[str, Any]:
    return {
        "Command": {"Name": "pythonshell", "PythonVersion": "3.9"},
        "DefaultArguments": {
            # Spelt without hyphens before it by Glue Studio and the CDK alike.
            "library-set": "analytics",
            "--extra-py-files": code.uri(stage.bucket, WHEEL),
        },
        "MaxCapacity": _SMALLEST_CAPACITY,
    }


def _build_training(
    stage: Stage, code: GlueCode, wheels: Sequence[Wheel]
) -> dict[str, Any]:
    libraries = [f"s3://{stage.bucket}/{wheel.key}" for wheel in wheels]
    ours = [code.uri(stage.bucket, name) for name in (WHEEL, ENGINE_WHEEL)]
    return {
        "Command": {"Name": "glueetl", "PythonVersion": "3"},
        "DefaultArguments": {
            "--additional-python-modules": ",".join([*libraries, *ours]),
            "--python-modules-installer-option": _INSTALLER,
        },
        "GlueVersion": _GLUE_VERSION,
        "WorkerType": _WORKER,
        "NumberOfWorkers": _WORKERS,
    }


def _build_spark(stage: Stage, code: GlueCode) -> dict[str, Any]:
    return {
        "Command": {"Name": "glueetl", "PythonVersion": "3"},
        "DefaultArguments": {
            "--additional-python-modules": code.uri(stage.bucket, WHEEL),
            "--python-modules-installer-option": _INSTALLER,
        },
        "GlueVersion": _GLUE_VERSION,
        "WorkerType": _SPARK_WORKER,
        "NumberOfWorkers": _SPARK_WORKERS,
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
        "GlueVersion": "Glue version",
        "WorkerType": "worker type",
        "NumberOfWorkers": "workers",
    }.get(key, key.lower())


def _review_job_tags(glue: GlueClient, stage: Stage, job: str) -> list[Fix]:
    arn = stage.arn("glue", f"job/{stage.resource(job)}")
    return review_tags(
        lambda: glue.get_tags(ResourceArn=arn)["Tags"],
        lambda tags: glue.tag_resource(ResourceArn=arn, TagsToAdd=tags),
        stage.tags,
    )
