"""What AWS would say of a call: the policies of the role that makes it decide.

Pure: a call, as botocore models it, and policy documents go in, a refusal or nothing
comes out. moto's own check holds most services against the resource ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]
_KNOWN_KEYS = {"Sid", "Effect", "Action", "Resource", "Condition"}


class PolicyError(ValueError):
    """A policy uses what this evaluator does not know."""


@dataclass(frozen=True)
class Call:
    """One request to AWS."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    account: str
    partition: str = "aws"

    def arn(self, resource: str, *, service: str = "") -> str:
        """Build the ARN of a resource of the account and region."""
        name = service or self.service
        return f"arn:{self.partition}:{name}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Need:
    """One permission that a call takes."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def find_refusal(call: Call, policies: Sequence[Policy]) -> Need | None:
    """Find the first permission that a call needs and its role does not have.

    A call that the table does not know needs a permission that nobody can have.
    """
    return next(
        (need for need in list_needs(call) if not is_allowed(need, policies)), None
    )


def list_needs(call: Call) -> list[Need]:
    """List every permission that a call takes."""
    find = _NEEDS.get((call.service, call.operation))
    if find is None:
        return [Need(f"{call.service}:{call.operation}", "not in the table of calls")]
    return find(call)


def is_allowed(need: Need, policies: Sequence[Policy]) -> bool:
    """Tell whether some statement allows what is needed, and none denies it."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _as_list(policy["Statement"])
        if _applies(statement, need)
    }
    return effects == {"Allow"}


def matches(pattern: str, value: str, *, flags: re.RegexFlag = re.NOFLAG) -> bool:
    """Match the wildcards of IAM: ``*`` is any text, ``?`` any character."""
    parts = re.split(r"([*?])", pattern)
    wildcards = {"*": ".*", "?": "."}
    expression = "".join(wildcards.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(expression, value, flags | re.DOTALL) is not None


def _applies(statement: Mapping[str, Any], need: Need) -> bool:
    unknown = sorted(statement.keys() - _KNOWN_KEYS)
    if unknown:
        raise PolicyError(f"{', '.join(unknown)} in a policy, which is not evaluated")
    # Names of actions may be spelt in any case, ARNs may not.
    return (
        any(
            matches(action, need.action, flags=re.IGNORECASE)
            for action in _as_list(statement["Action"])
        )
        and any(
            matches(resource, need.resource)
            for resource in _as_list(statement["Resource"])
        )
        and _is_met(statement.get("Condition", {}), need.context)
    )


def _is_met(condition: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    return all(
        _find_operator(name)(context.get(key), _as_list(wanted))
        for name, keys in condition.items()
        for key, wanted in keys.items()
    )


def _find_operator(name: str) -> Callable[[str | None, list[str]], bool]:
    if name not in OPERATORS:
        raise PolicyError(f"condition operator {name!r}, which is not evaluated")
    return OPERATORS[name]


def _equals(found: str | None, wanted: list[str]) -> bool:
    return found in wanted


def _is_like(found: str | None, wanted: list[str]) -> bool:
    return found is not None and any(matches(pattern, found) for pattern in wanted)


def _equals_if_any(found: str | None, wanted: list[str]) -> bool:
    # Every value is among the wanted, which holds for none at all.
    return found is None or found in wanted


OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "ArnLike": _is_like,
    "Bool": _equals,
    "ForAllValues:StringEquals": _equals_if_any,
    "StringEquals": _equals,
    "StringEqualsIfExists": _equals_if_any,
    "StringLike": _is_like,
}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _nothing(call: Call) -> list[Need]:
    return []


def _in_account(call: Call) -> dict[str, str]:
    # Buckets of other accounts do not show here.
    return {"aws:ResourceAccount": call.account}


def _on_object(action: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        bucket, key = call.parameters["Bucket"], call.parameters["Key"]
        arn = f"arn:{call.partition}:s3:::{bucket}/{key}"
        return [Need(action, arn, _in_account(call))]

    return find


def _read_object(call: Call) -> list[Need]:
    version = "Version" if call.parameters.get("VersionId") else ""
    return _on_object(f"s3:GetObject{version}")(call)


def _on_bucket(action: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        arn = f"arn:{call.partition}:s3:::{call.parameters['Bucket']}"
        return [Need(action, arn, _in_account(call))]

    return find


def find_need_to_tell_missing(call: Call) -> Need | None:
    """Find what a role needs to hear that an object is missing, and not forbidden.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions.
    """
    if (call.service, call.operation) not in {
        ("s3", "GetObject"),
        ("s3", "HeadObject"),
    }:
        return None
    return _on_bucket("s3:ListBucket")(call)[0]


def _by_name(action: str, kind: str, parameter: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        resource = f"{kind}/{call.parameters.get(parameter, '')}"
        return [Need(action, call.arn(resource))]

    return find


def _on_group(action: str, kind: str, member: str = "") -> Callable[[Call], list[Need]]:
    """Hold a call against a group of models, or against the members that it has."""

    def find(call: Call) -> list[Need]:
        name = str(call.parameters.get("ModelPackageGroupName", ""))
        return [Need(action, call.arn(f"{kind}/{name.rpartition('/')[2]}{member}"))]

    return find


def _by_arn(action: str, parameter: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        return [Need(action, call.parameters.get(parameter, ""))]

    return find


def _passing(
    find: Callable[[Call], list[Need]], parameter: str, service: str
) -> Callable[[Call], list[Need]]:
    def find_both(call: Call) -> list[Need]:
        role = call.parameters.get(parameter, "")
        context = {"iam:PassedToService": service}
        return [*find(call), Need("iam:PassRole", role, context)]

    return find_both


def _tagging(find: Callable[[Call], list[Need]]) -> Callable[[Call], list[Need]]:
    def find_both(call: Call) -> list[Need]:
        needs = find(call)
        if call.parameters.get("Tags"):
            needs.append(Need("sagemaker:AddTags", needs[0].resource))
        return needs

    return find_both


def _anywhere(action: str) -> Callable[[Call], list[Need]]:
    return lambda call: [Need(action, "*")]


def _invoke(call: Call) -> list[Need]:
    name = str(call.parameters["FunctionName"])
    arn = name if name.startswith("arn:") else call.arn(f"function:{name}")
    return [Need("lambda:InvokeFunction", arn)]


def _on_log_group(action: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        group = call.parameters.get("logGroupName", "")
        return [Need(action, call.arn(f"log-group:{group}:*"))]

    return find


def _on_log_stream(action: str) -> Callable[[Call], list[Need]]:
    def find(call: Call) -> list[Need]:
        group = call.parameters.get("logGroupName", "")
        stream = call.parameters.get("logStreamName", "")
        arn = call.arn(f"log-group:{group}:log-stream:{stream}")
        return [Need(action, arn)]

    return find


def _send_message(call: Call) -> list[Need]:
    name = str(call.parameters["QueueUrl"]).rsplit("/", 1)[-1]
    return [Need("sqs:SendMessage", call.arn(name))]


_SAGEMAKER = "sagemaker.amazonaws.com"
# Every call that a role of the pipeline makes, and what AWS asks for it; from
# https://docs.aws.amazon.com/service-authorization/latest/reference/.
_NEEDS: Mapping[tuple[str, str], Callable[[Call], list[Need]]] = {
    ("glue", "BatchStopJobRun"): _by_name("glue:BatchStopJobRun", "job", "JobName"),
    ("glue", "GetJobRun"): _by_name("glue:GetJobRun", "job", "JobName"),
    ("glue", "StartJobRun"): _by_name("glue:StartJobRun", "job", "JobName"),
    ("lambda", "Invoke"): _invoke,
    ("logs", "DescribeLogStreams"): _on_log_group("logs:DescribeLogStreams"),
    ("logs", "GetLogEvents"): _on_log_stream("logs:GetLogEvents"),
    ("s3", "AbortMultipartUpload"): _on_object("s3:AbortMultipartUpload"),
    ("s3", "CompleteMultipartUpload"): _on_object("s3:PutObject"),
    ("s3", "CreateMultipartUpload"): _on_object("s3:PutObject"),
    ("s3", "DeleteObject"): _on_object("s3:DeleteObject"),
    ("s3", "GetObject"): _read_object,
    ("s3", "HeadObject"): _read_object,
    ("s3", "ListObjects"): _on_bucket("s3:ListBucket"),
    ("s3", "ListObjectsV2"): _on_bucket("s3:ListBucket"),
    ("s3", "ListObjectVersions"): _on_bucket("s3:ListBucketVersions"),
    ("s3", "PutObject"): _on_object("s3:PutObject"),
    ("s3", "UploadPart"): _on_object("s3:PutObject"),
    ("sagemaker", "CreateAutoMLJobV2"): _passing(
        _tagging(
            _by_name("sagemaker:CreateAutoMLJobV2", "automl-job", "AutoMLJobName")
        ),
        "RoleArn",
        _SAGEMAKER,
    ),
    ("sagemaker", "CreateModel"): _passing(
        _tagging(_by_name("sagemaker:CreateModel", "model", "ModelName")),
        "ExecutionRoleArn",
        _SAGEMAKER,
    ),
    ("sagemaker", "CreateModelPackage"): _on_group(
        "sagemaker:CreateModelPackage", "model-package", "/*"
    ),
    ("sagemaker", "CreateModelPackageGroup"): _tagging(
        _on_group("sagemaker:CreateModelPackageGroup", "model-package-group")
    ),
    ("sagemaker", "CreateTransformJob"): _tagging(
        _by_name("sagemaker:CreateTransformJob", "transform-job", "TransformJobName")
    ),
    ("sagemaker", "DescribeAutoMLJobV2"): _by_name(
        "sagemaker:DescribeAutoMLJobV2", "automl-job", "AutoMLJobName"
    ),
    ("sagemaker", "DeleteModel"): _by_name(
        "sagemaker:DeleteModel", "model", "ModelName"
    ),
    ("sagemaker", "DeleteModelPackage"): _by_arn(
        "sagemaker:DeleteModelPackage", "ModelPackageName"
    ),
    ("sagemaker", "DescribeModel"): _by_name(
        "sagemaker:DescribeModel", "model", "ModelName"
    ),
    ("sagemaker", "DescribeModelPackage"): _by_arn(
        "sagemaker:DescribeModelPackage", "ModelPackageName"
    ),
    ("sagemaker", "DescribeTransformJob"): _by_name(
        "sagemaker:DescribeTransformJob", "transform-job", "TransformJobName"
    ),
    # One of the calls that can be held against no resource.
    ("sagemaker", "ListCandidatesForAutoMLJob"): _anywhere(
        "sagemaker:ListCandidatesForAutoMLJob"
    ),
    ("sagemaker", "ListModelPackages"): _on_group(
        "sagemaker:ListModelPackages", "model-package", "/*"
    ),
    ("sagemaker", "ListModels"): _anywhere("sagemaker:ListModels"),
    ("sagemaker", "StopAutoMLJob"): _by_name(
        "sagemaker:StopAutoMLJob", "automl-job", "AutoMLJobName"
    ),
    ("sagemaker", "StopTransformJob"): _by_name(
        "sagemaker:StopTransformJob", "transform-job", "TransformJobName"
    ),
    ("sagemaker", "UpdateModelPackage"): _by_arn(
        "sagemaker:UpdateModelPackage", "ModelPackageArn"
    ),
    **{
        ("servicequotas", operation): _anywhere(f"servicequotas:{operation}")
        for operation in (
            *("GetAWSDefaultServiceQuota", "GetServiceQuota"),
            *("ListAWSDefaultServiceQuotas", "ListServiceQuotas"),
        )
    },
    ("sns", "Publish"): _by_arn("sns:Publish", "TopicArn"),
    ("sqs", "SendMessage"): _send_message,
    ("states", "DescribeExecution"): _by_arn(
        "states:DescribeExecution", "executionArn"
    ),
    ("states", "GetExecutionHistory"): _by_arn(
        "states:GetExecutionHistory", "executionArn"
    ),
    ("states", "ListExecutions"): _by_arn("states:ListExecutions", "stateMachineArn"),
    ("states", "StartExecution"): _by_arn("states:StartExecution", "stateMachineArn"),
    # Asks who one is; no policy can forbid it.
    ("sts", "GetCallerIdentity"): _nothing,
}
