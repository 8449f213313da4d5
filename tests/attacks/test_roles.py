"""A role of one stage reaches nothing of another stage, application or account."""

import pytest

from chalicelib.stages import Stage
from deployment.options import Options
from deployment.resources.policies import PolicyTemplates
from localaws.iam.authorize import Need, is_allowed
from tests.building.made_up_account import ACCOUNT, REGION
from tests.building.paths import ROOT

DEV, PROD = Stage("dev", ACCOUNT, REGION), Stage("prod", ACCOUNT, REGION)
TEMPLATES = PolicyTemplates(ROOT)
RUN = "sales-261126120000-0123abcd"
OURS = {"aws:ResourceAccount": ACCOUNT}
OF_PROD = {f"aws:ResourceTag/{name}": value for name, value in PROD.tags.items()}
OF_OTHERS = {"aws:ResourceTag/Application": "shop", "aws:ResourceTag/Stage": "dev"}
OF_DEV = {f"aws:ResourceTag/{name}": value for name, value in DEV.tags.items()}


def sagemaker(kind, name):
    return DEV.arn("sagemaker", f"{kind}/{name}")


def s3(stage, key):
    return f"arn:aws:s3:::{stage.bucket}/{key}"


def may(part, action, resource, context):
    policy = TEMPLATES.build(part, DEV, Options())
    return is_allowed(Need(action, resource, context), [policy])


# Who does what to what.
ATTACKS = {
    "delete another stage's model": (
        "sagemaker",
        "sagemaker:DeleteModel",
        sagemaker("model", f"{RUN}-prod-01234567"),
        OF_PROD,
    ),
    "delete another application's model": (
        "sagemaker",
        "sagemaker:DeleteModel",
        sagemaker("model", "m"),
        OF_OTHERS,
    ),
    "delete another application's endpoint": (
        "sagemaker",
        "sagemaker:DeleteEndpoint",
        sagemaker("endpoint", "shop"),
        OF_OTHERS,
    ),
    "ask another application's endpoint": (
        "sagemaker",
        "sagemaker:InvokeEndpoint",
        sagemaker("endpoint", "shop"),
        OF_OTHERS,
    ),
    "delete another application's endpoint configuration": (
        "sagemaker",
        "sagemaker:DeleteEndpointConfig",
        sagemaker("endpoint-config", "shop"),
        OF_OTHERS,
    ),
    "look into another stage's model": (
        "sagemaker",
        "sagemaker:DescribeModel",
        sagemaker("model", f"{RUN}-prod-01234567"),
        OF_PROD,
    ),
    "update an endpoint": (
        "sagemaker",
        "sagemaker:UpdateEndpoint",
        sagemaker("endpoint", "e"),
        {},
    ),
    "pass another stage's role": (
        "sagemaker",
        "iam:PassRole",
        PROD.role_arn("sagemaker"),
        {"iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
    "pass its role to Lambda": (
        "sagemaker",
        "iam:PassRole",
        DEV.role_arn("sagemaker"),
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "training reads an upload": (
        "sagemaker",
        "s3:GetObject",
        s3(DEV, "raw/data.zip"),
        OURS,
    ),
    "training reads settings": (
        "sagemaker",
        "s3:GetObject",
        s3(DEV, "config/default.json"),
        OURS,
    ),
    "training reads another stage's data": (
        "sagemaker",
        "s3:GetObject",
        s3(PROD, "input/a/train/train.csv"),
        OURS,
    ),
    "training writes code": (
        "sagemaker",
        "s3:PutObject",
        s3(DEV, "code/0123/preprocess.py"),
        OURS,
    ),
    "training writes to a stranger's bucket of our name": (
        "sagemaker",
        "s3:PutObject",
        s3(DEV, "autopilot-output/a"),
        {"aws:ResourceAccount": "999999999999"},
    ),
    "preprocess writes code": (
        "glue-preprocess",
        "s3:PutObject",
        s3(DEV, "code/0123/report.py"),
        OURS,
    ),
    "preprocess reads code of a stranger's bucket": (
        "glue-preprocess",
        "s3:GetObject",
        s3(DEV, "code/0123/preprocess.py"),
        {"aws:ResourceAccount": "999999999999"},
    ),
    "preprocess reads the reports": (
        "glue-preprocess",
        "s3:GetObject",
        s3(DEV, "output-forecasted-data/sales/a/report.json"),
        OURS,
    ),
    "preprocess writes a status": (
        "glue-preprocess",
        "s3:PutObject",
        s3(DEV, "runs/a/status.json"),
        OURS,
    ),
    "preprocess writes an upload": (
        "glue-preprocess",
        "s3:PutObject",
        s3(DEV, "raw/next.zip"),
        OURS,
    ),
    "preprocess writes settings of all": (
        "glue-preprocess",
        "s3:PutObject",
        s3(DEV, "config/default.json"),
        OURS,
    ),
    "preprocess deletes an upload": (
        "glue-preprocess",
        "s3:DeleteObject",
        s3(DEV, "raw/data.zip"),
        OURS,
    ),
    "report reads an upload": (
        "glue-report",
        "s3:GetObject",
        s3(DEV, "raw/data.zip"),
        OURS,
    ),
    "report writes training data": (
        "glue-report",
        "s3:PutObject",
        s3(DEV, "input/a/train/train.csv"),
        OURS,
    ),
    "report starts a training": (
        "glue-report",
        "sagemaker:CreateAutoMLJobV2",
        sagemaker("automl-job", f"{RUN}-dev"),
        {},
    ),
    "stop another stage's training": (
        "create_autopilot_job",
        "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-prod"),
        {},
    ),
    "stop another stage's training at the end": (
        "on_execution_end",
        "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-prod"),
        {},
    ),
    "stop another stage's transform": (
        "states",
        "sagemaker:StopTransformJob",
        sagemaker("transform-job", f"{RUN}-prod-01234567"),
        {},
    ),
    "create a model in another stage's name": (
        "states",
        "sagemaker:CreateModel",
        sagemaker("model", f"{RUN}-prod-01234567"),
        {},
    ),
    "start another stage's job": (
        "states",
        "glue:StartJobRun",
        DEV.arn("glue", f"job/{PROD.resource('preprocess')}"),
        {},
    ),
    "call another stage's function": (
        "states",
        "lambda:InvokeFunction",
        PROD.function_arn("prepare_run"),
        {},
    ),
    "start another stage's run": (
        "on_upload",
        "states:StartExecution",
        PROD.state_machine_arn,
        {},
    ),
    "trigger reads an upload": (
        "on_upload",
        "s3:GetObject",
        s3(DEV, "raw/data.zip"),
        OURS,
    ),
    "publish to another stage's topic": (
        "on_execution_end",
        "sns:Publish",
        PROD.arn("sns", PROD.topic),
        {},
    ),
    "prepare_run changes an upload": (
        "prepare_run",
        "s3:PutObject",
        s3(DEV, "raw/data.zip"),
        OURS,
    ),
    "check_autopilot_job stops a training": (
        "check_autopilot_job",
        "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-dev"),
        {},
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_role_may_not(attack):
    part, action, resource, context = ATTACKS[attack]

    assert not may(part, action, resource, context)


@pytest.mark.parametrize("context", [OF_DEV, {}], ids=["tagged as ours", "untagged"])
@pytest.mark.parametrize("action", ["DeleteEndpoint", "InvokeEndpoint"])
def test_training_may_use_endpoints_of_its_own(action, context):
    endpoint = sagemaker("endpoint", "sm-made-by-autopilot")

    assert may("sagemaker", f"sagemaker:{action}", endpoint, context)
