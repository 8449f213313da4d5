"""What a run of the stage needs of the account, looked at before a run is paid for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.regions import EndpointResolver

from chalicelib.aws_errors import error_code
from chalicelib.checks import Check
from chalicelib.engines import AUTOPILOT, EMBEDDED, find_engine
from chalicelib.quotas import (
    AUTOPILOT_JOBS,
    GLUE_RUNS,
    check_quotas,
    find_transform_quota,
)
from deployment.clients import SERVICES, find_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.stages import Stage
    from deployment.deployment import Deployment

# What a run is given where no settings say else; a test holds it to glue's own.
DEFAULT_RESOURCES = {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1}
_DEFAULT_SETTINGS = "config/default.json"
_NO_SETTINGS = {"404", "NoSuchBucket", "NoSuchKey"}
_ALLOWED = "allowed"
# Each is some calls, of which none waits for another.
_ROLES_AT_ONCE = 4


def preflight(deployment: Deployment, say: Callable[[str], None]) -> int:
    """Say what is well, doubtful or lacking; return how much has to be requested."""
    lacking = 0
    for check in _check_all(deployment):
        say(f"{check.level:<10} {check.what}")
        if check.remedy:
            say(f"{'':<10} {check.remedy}")
        lacking += check.level == "request"
    return lacking


def _check_all(deployment: Deployment) -> Iterator[Check]:
    yield check_region(deployment.stage)
    engine, resources, doubt = read_resources(deployment)
    yield from doubt
    quotas = [GLUE_RUNS]
    if engine != EMBEDDED:
        quotas += [AUTOPILOT_JOBS, find_transform_quota(resources)]
    yield from check_quotas(deployment.clients.quotas, quotas)
    yield from check_roles(deployment)


def check_region(stage: Stage) -> Check:
    """Look whether all services are known to be in the stage's region."""
    resolver = EndpointResolver(create_loader().load_data("endpoints"))
    # botocore's own get_available_regions reads each service's model once more.
    regions = {
        service: resolver.get_available_endpoints(find_prefix(service), stage.partition)
        for service in SERVICES.values()
    }
    # One that is the same everywhere, such as IAM, has no regions.
    missing = [name for name, known in regions.items() if stage.region not in known]
    missing = [name for name in missing if regions[name]]
    if missing:
        return Check(
            "warning",
            f"botocore knows no {', '.join(missing)} in {stage.region}",
            "see AWS's list of services by region, or take a newer botocore",
        )
    return Check("ok", f"all {len(SERVICES)} services are in {stage.region}")


def read_resources(deployment: Deployment) -> tuple[str, dict[str, Any], list[Check]]:
    """Read who trains and what the transform runs on, from the settings for all."""
    try:
        got = deployment.clients.s3.get_object(
            Bucket=deployment.stage.bucket,
            Key=_DEFAULT_SETTINGS,
            ExpectedBucketOwner=deployment.stage.account,
        )
        text = got["Body"].read().decode()
        settings = json.loads(text)
        asked = dict(settings.get("TransformResources", {}))
        resources = DEFAULT_RESOURCES | asked
        find_transform_quota(resources)
    except ClientError as error:
        doubt = [] if error_code(error) in _NO_SETTINGS else [_doubt(error_code(error))]
        return AUTOPILOT, dict(DEFAULT_RESOURCES), doubt
    except (AttributeError, TypeError, ValueError) as error:
        return AUTOPILOT, dict(DEFAULT_RESOURCES), [_doubt(str(error))]
    return find_engine(text), resources, []


def _doubt(reason: str) -> Check:
    return Check(
        "unknown",
        f"{_DEFAULT_SETTINGS} could not be read ({reason})",
        "what follows is about the default TransformResources",
    )


def check_roles(deployment: Deployment) -> list[Check]:
    """Ask IAM whether each role may do what its policy says.

    Of an organisation's policies and of boundaries, no deploy sees anything else.
    """
    parts = deployment.pipeline.parts
    try:
        with ThreadPoolExecutor(_ROLES_AT_ONCE) as pool:
            found = pool.map(lambda part: [*_find_refused(deployment, part)], parts)
            refused = [refusal for refusals in found for refusal in refusals]
    except (BotoCoreError, ClientError) as error:
        return [
            Check(
                "unknown",
                "whether the roles may do what their policies say could not be asked "
                f"({error_code(error) or type(error).__name__})",
                _explain_silence(error),
            )
        ]
    if not refused:
        return [Check("ok", f"all {len(parts)} roles may do what their policies say")]
    return [
        Check(
            "warning",
            refusal,
            "ask whoever sets the organisation's policies or the role's boundary",
        )
        for refusal in refused
    ]


def _explain_silence(error: BotoCoreError | ClientError) -> str:
    if error_code(error) in {"NoSuchEntity", "NoSuchEntityException"}:
        return "they are not there yet; deploy first"
    return "it takes iam:SimulatePrincipalPolicy"


def _find_refused(deployment: Deployment, part: str) -> Iterator[str]:
    policy = deployment.templates.build(part, deployment.stage, deployment.options)
    role = deployment.stage.role_arn(part)
    for statement in policy["Statement"]:
        pages = deployment.clients.iam.get_paginator(
            "simulate_principal_policy"
        ).paginate(
            PolicySourceArn=role,
            ActionNames=statement["Action"],
            ResourceArns=statement["Resource"],
            ContextEntries=_build_context(statement.get("Condition", {})),
        )
        for page in pages:
            for result in page["EvaluationResults"]:
                if result["EvalDecision"] != _ALLOWED:
                    yield _describe_refusal(part, result)


def _describe_refusal(part: str, result: Mapping[str, Any]) -> str:
    by = [
        who
        for key, allows, who in _DECIDERS
        if not result.get(key, {}).get(allows, True)
    ]
    return (
        f"role of {part} may not {result['EvalActionName']} on "
        f"{result.get('EvalResourceName', '*')} ({result['EvalDecision']}"
        f"{', by ' + ' and '.join(by) if by else ''})"
    )


_DECIDERS = (
    ("OrganizationsDecisionDetail", "AllowedByOrganizations", "the organisation"),
    (
        "PermissionsBoundaryDecisionDetail",
        "AllowedByPermissionsBoundary",
        "the role's boundary",
    ),
)


def _build_context(condition: Mapping[str, Any]) -> Any:
    """Give each key that a condition asks for a value that meets it."""
    return [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [value if isinstance(value, str) else value[0]],
            "ContextKeyType": _name_type(operator),
        }
        for operator, keys in condition.items()
        for key, value in keys.items()
    ]


def _name_type(operator: str) -> str:
    if operator == "Bool":
        return "boolean"
    return "stringList" if operator.startswith("ForAllValues:") else "string"
