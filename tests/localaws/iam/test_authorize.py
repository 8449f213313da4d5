"""The evaluator says what IAM would, and refuses what it does not know."""

import pytest

from localaws.iam.authorize import (
    Call,
    Need,
    PolicyError,
    find_refusal,
    is_allowed,
    list_needs,
    matches,
)

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
TRANSFORM = "arn:aws:sagemaker:eu-west-1:1234:transform-job/t"
OBJECT = "arn:aws:s3:::bucket/runs/a/run.json"


def make_call(service, operation, **parameters):
    return Call(service, operation, parameters, region="eu-west-1", account="1234")


def make_policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def make_statement(action, resource, *, effect="Allow", condition=None):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


READ = make_statement(["s3:GetObject"], ["arn:aws:s3:::bucket/runs/*/run.json"])


@pytest.mark.parametrize(
    ("pattern", "value", "same"),
    [
        ("*", "", True),
        ("a*c", "abbc", True),
        ("a*c", "abbcd", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a.c", "abc", False),
        ("a[b]c", "abc", False),
        ("runs/*/x", "runs/a/b/x", True),
    ],
)
def test_wildcards_are_those_of_iam(pattern, value, same):
    assert matches(pattern, value) is same


def test_names_of_actions_may_be_spelt_in_any_case():
    policy = make_policy(make_statement("S3:getobject", OBJECT))

    assert is_allowed(Need("s3:GetObject", OBJECT), [policy])
    assert not is_allowed(Need("s3:GetObject", OBJECT.upper()), [policy])


def test_nothing_is_allowed_by_default():
    assert not is_allowed(Need("s3:GetObject", OBJECT), [])
    assert not is_allowed(Need("s3:PutObject", OBJECT), [make_policy(READ)])


def test_denial_wins_over_any_permission():
    deny = make_statement("s3:*", "*", effect="Deny")

    assert is_allowed(Need("s3:GetObject", OBJECT), [make_policy(READ)])
    assert not is_allowed(
        Need("s3:GetObject", OBJECT), [make_policy(READ), make_policy(deny)]
    )


def test_any_one_policy_may_allow():
    other = make_policy(make_statement("sns:Publish", "*"))

    assert is_allowed(Need("s3:GetObject", OBJECT), [other, make_policy(READ)])


@pytest.mark.parametrize(
    ("condition", "context", "met"),
    [
        ({"StringEquals": {"k": "a"}}, {"k": "a"}, True),
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {"k": "A"}, False),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEquals": {"k": "a", "l": "b"}}, {"k": "a"}, False),
        ({"StringLike": {"k": "a*"}}, {"k": "abc"}, True),
        ({"StringLike": {"k": "a*"}}, {}, False),
        ({"ArnLike": {"k": "arn:aws:*:x"}}, {"k": "arn:aws:y:x"}, True),
        ({"Bool": {"k": "true"}}, {"k": "false"}, False),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {}, True),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {"k": "b"}, False),
    ],
)
def test_conditions_are_held_against_the_context(condition, context, met):
    policy = make_policy(make_statement("a:B", "*", condition=condition))

    assert is_allowed(Need("a:B", "r", context), [policy]) is met


@pytest.mark.parametrize(
    "unknown",
    [
        {"Condition": {"DateGreaterThan": {"k": "2026"}}},
        {"NotResource": "*"},
        {"Principal": {"AWS": "*"}},
    ],
)
def test_what_is_not_evaluated_is_an_error(unknown):
    statement = {**make_statement("a:B", "*"), **unknown}

    with pytest.raises(PolicyError, match="not evaluated"):
        is_allowed(Need("a:B", "r"), [make_policy(statement)])


def test_unknown_call_is_refused_whatever_the_policy():
    everything = make_policy(make_statement("s3:*", "arn:*"))

    refusal = find_refusal(make_call("s3", "PutBucketPolicy", Bucket="b"), [everything])

    assert refusal is not None
    assert refusal.action == "s3:PutBucketPolicy"


@pytest.mark.parametrize(
    ("call", "needs"),
    [
        (
            make_call("s3", "GetObject", Bucket="b", Key="raw/x y.zip"),
            [("s3:GetObject", "arn:aws:s3:::b/raw/x y.zip")],
        ),
        (
            make_call("s3", "GetObject", Bucket="b", Key="k", VersionId="v"),
            [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
        ),
        (
            make_call("s3", "ListObjectsV2", Bucket="b", Key=""),
            [("s3:ListBucket", "arn:aws:s3:::b")],
        ),
        (
            make_call("s3", "UploadPart", Bucket="b", Key="k"),
            [("s3:PutObject", "arn:aws:s3:::b/k")],
        ),
        (
            make_call("lambda", "Invoke", FunctionName="f"),
            [("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:1234:function:f")],
        ),
        (
            make_call("lambda", "Invoke", FunctionName="arn:aws:lambda:r:1:function:f"),
            [("lambda:InvokeFunction", "arn:aws:lambda:r:1:function:f")],
        ),
        (
            make_call("glue", "StartJobRun", JobName="j"),
            [("glue:StartJobRun", "arn:aws:glue:eu-west-1:1234:job/j")],
        ),
        (
            make_call("sqs", "SendMessage", QueueUrl="http://x/1234/q"),
            [("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1234:q")],
        ),
        (
            make_call("sagemaker", "CreateModel", ModelName="m", ExecutionRoleArn=ROLE),
            [
                ("sagemaker:CreateModel", "arn:aws:sagemaker:eu-west-1:1234:model/m"),
                ("iam:PassRole", ROLE),
            ],
        ),
        (
            make_call(
                "sagemaker", "CreateTransformJob", TransformJobName="t", Tags=[{}]
            ),
            [
                ("sagemaker:CreateTransformJob", TRANSFORM),
                ("sagemaker:AddTags", TRANSFORM),
            ],
        ),
        (make_call("sts", "GetCallerIdentity"), []),
    ],
)
def test_calls_need_what_aws_documents(call, needs):
    assert [(need.action, need.resource) for need in list_needs(call)] == needs


def test_role_may_be_passed_to_sagemaker_only():
    call = make_call("sagemaker", "CreateAutoMLJobV2", AutoMLJobName="j", RoleArn=ROLE)
    create = make_statement("sagemaker:CreateAutoMLJobV2", "*")

    def pass_to(service):
        condition = {"StringEquals": {"iam:PassedToService": service}}
        return make_statement("iam:PassRole", ROLE, condition=condition)

    sagemaker = make_policy(create, pass_to("sagemaker.amazonaws.com"))
    glue = make_policy(create, pass_to("glue.amazonaws.com"))
    assert find_refusal(call, [sagemaker]) is None
    assert find_refusal(call, [glue]).action == "iam:PassRole"
    assert find_refusal(call, [make_policy(create)]).action == "iam:PassRole"
