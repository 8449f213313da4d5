"""The state machine's definition: the one ASL file, filled in for a stage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployment.pipeline import map_functions, map_glue_jobs
from deployment.placeholders import fill_exactly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.stages import Stage
    from deployment.options import Options


def build_definition(
    template: str,
    stage: Stage,
    *,
    options: Options,
    function_arns: Mapping[str, str],
) -> str:
    """Fill the ASL file in for a stage.

    Without a key and a network the definition is the file, but for its placeholders.

    Raises
    ------
    DeploymentError
        When the file's placeholders are not the ones that the deployment fills.
    """
    functions, jobs = map_functions(template), map_glue_jobs(template)
    definition = fill_exactly(
        template,
        {
            **{name: function_arns[function] for name, function in functions.items()},
            **{name: stage.resource(job) for name, job in jobs.items()},
            "Partition": stage.partition,
            "SageMakerRoleArn": stage.role_arn("sagemaker"),
            **stage.tags,
        },
    )
    if options.kms_key is None and not options.has_network:
        return definition
    secured = secure_states(json.loads(definition), options)
    return json.dumps(secured, indent=2) + "\n"


def secure_states(definition: dict[str, Any], options: Options) -> dict[str, Any]:
    """Put a key and a network into the states that make SageMaker resources.

    The Autopilot job and the instances of the transform get theirs from the Lambda
    that builds their request; the output of the transform and the model are built by
    the definition itself.
    """
    model = definition["States"]["CreateModel"]["Parameters"]
    output = definition["States"]["BatchTransform"]["Parameters"]["TransformOutput"]
    if options.has_network:
        model["VpcConfig"] = {
            "SecurityGroupIds": list(options.security_group_ids),
            "Subnets": list(options.subnet_ids),
        }
    if options.kms_key is not None:
        output["KmsKeyId"] = options.kms_key
    return definition
