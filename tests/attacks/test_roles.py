"""A role of one stage reaches nothing of another stage, application or account.

At 699381e SageMaker's role might delete and invoke every endpoint and model of the
account, the functions might stop the training of every stage, and no statement on S3
named the account; the other attempts were held.
"""

import pytest

from chalicelib.stages import Stage
from deployment.options import Options
from deployment.resources.policies import PolicyTemplates
from localaws.iam.authorize import Need, is_allowed
from tests.building.made_up_account import ACCOUNT, REGION
from tests.building.paths import ROOT

DEV, PROD = Stage("dev", ACCOUNT, REGION), Stage("prod", ACCOUNT, REGION)
TEMPLATES = PolicyTemplates(ROOT)
FELL, HELD = "fell", "held"
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


# Who does what to what, and how that went before.
ATTACKS = {
    "delete another stage's model": (
        FELL, "sagemaker", "sagemaker:DeleteModel",
        sagemaker("model", f"{RUN}-prod-01234567"), OF_PROD,
    ),
    "delete another application's model": (
        FELL, "sagemaker", "sagemaker:DeleteModel", sagemaker("model", "m"), OF_OTHERS,
    ),
    "delete another application's endpoint": (
        FELL, "sagemaker", "sagemaker:DeleteEndpoint",
        sagemaker("endpoint", "shop"), OF_OTHERS,
    ),
    "ask another application's endpoint": (
        FELL, "sagemaker", "sagemaker:InvokeEndpoint",
        sagemaker("endpoint", "shop"), OF_OTHERS,
    ),
    "delete another application's endpoint configuration": (
        FELL, "sagemaker", "sagemaker:DeleteEndpointConfig",
        sagemaker("endpoint-config", "shop"), OF_OTHERS,
    ),
    "look into another stage's model": (
        FELL, "sagemaker", "sagemaker:DescribeModel",
        sagemaker("model", f"{RUN}-prod-01234567"), OF_PROD,
    ),
    "update an endpoint": (
        HELD, "sagemaker", "sagemaker:UpdateEndpoint", sagemaker("endpoint", "e"), {},
    ),
    "pass another stage's role": (
        HELD, "sagemaker", "iam:PassRole", PROD.role_arn("sagemaker"),
        {"iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
    "pass its role to Lambda": (
        HELD, "sagemaker", "iam:PassRole", DEV.role_arn("sagemaker"),
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "training reads an upload": (
        HELD, "sagemaker", "s3:GetObject", s3(DEV, "raw/data.zip"), OURS,
    ),
    "training reads settings": (
        HELD, "sagemaker", "s3:GetObject", s3(DEV, "config/default.json"), OURS,
    ),
    "training reads another stage's data": (
        HELD, "sagemaker", "s3:GetObject", s3(PROD, "input/a/train/train.csv"), OURS,
    ),
    "training writes code": (
        HELD, "sagemaker", "s3:PutObject", s3(DEV, "code/0123/preprocess.py"), OURS,
    ),
    "training writes to a stranger's bucket of our name": (
        FELL, "sagemaker", "s3:PutObject", s3(DEV, "autopilot-output/a"),
        {"aws:ResourceAccount": "999999999999"},
    ),
    "preprocess writes code": (
        HELD, "glue-preprocess", "s3:PutObject", s3(DEV, "code/0123/report.py"), OURS,
    ),
    "preprocess reads code of a stranger's bucket": (
        FELL, "glue-preprocess", "s3:GetObject", s3(DEV, "code/0123/preprocess.py"),
        {"aws:ResourceAccount": "999999999999"},
    ),
    "preprocess reads the forecasts": (
        HELD, "glue-preprocess", "s3:GetObject",
        s3(DEV, "output-forecasted-data/sales/a/forecast.csv"), OURS,
    ),
    "preprocess writes a status": (
        HELD, "glue-preprocess", "s3:PutObject", s3(DEV, "runs/a/status.json"), OURS,
    ),
    "preprocess writes an upload": (
        HELD, "glue-preprocess", "s3:PutObject", s3(DEV, "raw/next.zip"), OURS,
    ),
    "preprocess writes settings of all": (
        HELD, "glue-preprocess", "s3:PutObject", s3(DEV, "config/default.json"), OURS,
    ),
    "preprocess deletes an upload": (
        HELD, "glue-preprocess", "s3:DeleteObject", s3(DEV, "raw/data.zip"), OURS,
    ),
    "report reads an upload": (
        HELD, "glue-report", "s3:GetObject", s3(DEV, "raw/data.zip"), OURS,
    ),
    "report writes training data": (
        HELD, "glue-report", "s3:PutObject", s3(DEV, "input/a/train/train.csv"), OURS,
    ),
    "report starts a training": (
        HELD, "glue-report", "sagemaker:CreateAutoMLJobV2",
        sagemaker("automl-job", f"{RUN}-dev"), {},
    ),
    "stop another stage's training": (
        FELL, "create_autopilot_job", "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-prod"), {},
    ),
    "stop another stage's training at the end": (
        FELL, "on_execution_end", "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-prod"), {},
    ),
    "stop another stage's transform": (
        FELL, "states", "sagemaker:StopTransformJob",
        sagemaker("transform-job", f"{RUN}-prod-01234567"), {},
    ),
    "create a model in another stage's name": (
        FELL, "states", "sagemaker:CreateModel",
        sagemaker("model", f"{RUN}-prod-01234567"), {},
    ),
    "start another stage's job": (
        HELD, "states", "glue:StartJobRun",
        DEV.arn("glue", f"job/{PROD.resource('preprocess')}"), {},
    ),
    "call another stage's function": (
        HELD, "states", "lambda:InvokeFunction",
        PROD.function_arn("prepare_run"), {},
    ),
    "start another stage's run": (
        HELD, "on_upload", "states:StartExecution", PROD.state_machine_arn, {},
    ),
    "trigger reads an upload": (
        HELD, "on_upload", "s3:GetObject", s3(DEV, "raw/data.zip"), OURS,
    ),
    "publish to another stage's topic": (
        HELD, "on_execution_end", "sns:Publish", PROD.arn("sns", PROD.topic), {},
    ),
    "prepare_run reads an upload": (
        HELD, "prepare_run", "s3:GetObject", s3(DEV, "raw/data.zip"), OURS,
    ),
    "check_autopilot_job stops a training": (
        HELD, "check_autopilot_job", "sagemaker:StopAutoMLJob",
        sagemaker("automl-job", f"{RUN}-dev"), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_role_may_not(attack):
    _, part, action, resource, context = ATTACKS[attack]

    assert not may(part, action, resource, context)


@pytest.mark.parametrize("context", [OF_DEV, {}], ids=["tagged as ours", "untagged"])
@pytest.mark.parametrize("action", ["DeleteEndpoint", "InvokeEndpoint"])
def test_training_may_use_endpoints_of_its_own(action, context):
    endpoint = sagemaker("endpoint", "sm-made-by-autopilot")

    assert may("sagemaker", f"sagemaker:{action}", endpoint, context)
