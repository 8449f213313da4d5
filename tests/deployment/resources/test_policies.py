"""Policies: known to AWS, and no wider than they must be."""

import json
import re

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.core import get_rules
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from deployment.options import Options
from deployment.resources.policies import PolicyTemplates
from deployment.resources.star_reasons import STAR_REASONS
from tests.building.made_up_account import make_stage
from tests.building.paths import ROOT

TEMPLATES = PolicyTemplates(ROOT)
PARTS = TEMPLATES.pipeline.parts
STAGE = make_stage()
WITH_ALL = Options(
    kms_key="arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab",
    subnet_ids=("subnet-1",),
    security_group_ids=("sg-1",),
)
# From AWS's own service reference, by way of cfn-lint.
REFERENCE = load_resource(AdditionalSpecs, "Policies.json")
# The first has a kind of resource, but not one that a namespace's metrics are; of the
# second AWS's own policies know none.
ON_STAR_THOUGH_LISTED = {"cloudwatch:PutMetricData", "servicequotas:GetServiceQuota"}


def build_policy(part, options=WITH_ALL):
    return TEMPLATES.build(part, STAGE, options)


def find_faults_of(policies):
    """Lint policies as cfn-lint does those of a template."""
    resources = {
        f"Policy{number}": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "policy",
                "Roles": ["role"],
                "PolicyDocument": policy,
            },
        }
        for number, policy in enumerate(policies)
    }
    rules = get_rules([], [], ["I"], {"I3510": {}})
    found = lint(
        json.dumps({"Resources": resources}),
        rules,
        ["eu-central-1"],
        ManualArgs(include_checks=["I"]),
    )
    return [(match.rule.id, match.message) for match in found]


def make_policy(action, resource):
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (make_policy("s3:GetObjekt", "*"), "W3037"),
        (make_policy("glue:StartJobRun", "arn:aws:s3:::bucket"), "I3510"),
        (make_policy("s3:GetObject", "bucket"), "E3510"),
    ],
)
def test_linter_finds_what_it_is_there_to_find(policy, rule):
    assert rule in [found for found, _ in find_faults_of([policy])]


@pytest.mark.parametrize("options", [Options(), WITH_ALL], ids=["plain", "with all"])
def test_linter_finds_nothing_in_ours(options):
    policies = [build_policy(part, options) for part in PARTS]

    assert find_faults_of(policies) == []


def list_statements():
    return [
        pytest.param(statement, id=f"{part}-{statement['Sid']}")
        for part in PARTS
        for statement in build_policy(part)["Statement"]
    ]


@pytest.mark.parametrize("statement", list_statements())
def test_statement_is_as_narrow_as_it_can_be(statement):
    assert statement["Effect"] == "Allow"
    assert not any("*" in action for action in statement["Action"])
    for resource in statement["Resource"]:
        assert resource == "*" or re.fullmatch(r"arn:aws:.*[^:/*].*", resource)


def has_reason(action):
    """Tell whether it is said why an action may stand on everything."""
    patterns = ", ".join(STAR_REASONS).split(", ")
    return any(re.fullmatch(p.replace("*", ".*"), action) for p in patterns)


@pytest.mark.parametrize("statement", list_statements())
def test_action_on_everything_has_its_reason(statement):
    anywhere = [r for r in statement["Resource"] if r == "*" or ":*:" in r]
    for action in statement["Action"] if anywhere else ():
        service, name = action.split(":")
        listed = REFERENCE[service]["Actions"][name.lower()].get("Resources")
        assert has_reason(action)
        if statement["Resource"] == ["*"]:
            assert not listed or action in ON_STAR_THOUGH_LISTED


@pytest.mark.parametrize("statement", list_statements())
def test_roles_are_passed_to_one_service_only(statement):
    if "iam:PassRole" in statement["Action"]:
        assert statement["Action"] == ["iam:PassRole"]
        assert statement["Resource"] == [STAGE.role_arn("sagemaker")]
        assert statement["Condition"] == {
            "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
        }


@pytest.mark.parametrize("part", PARTS)
def test_policy_fits_into_a_role(part):
    # IAM counts a role's inline policies without their blanks: 10,240 characters.
    packed = json.dumps(build_policy(part), separators=(",", ":"))

    assert len(packed) < 10_240


def test_options_add_only_what_they_need():
    assert build_policy("states") == build_policy("states", Options())
    assert len(build_policy("sagemaker")["Statement"]) > len(
        build_policy("sagemaker", Options())["Statement"]
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-central-1", "s3.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_key_is_used_by_way_of_the_partitions_own_host(region, host):
    policy = TEMPLATES.build("glue-report", make_stage(region=region), WITH_ALL)

    (via,) = (
        s["Condition"]["StringEquals"]["kms:ViaService"]
        for s in policy["Statement"]
        if s["Sid"] == "UseKeyForObjects"
    )
    assert via == host
