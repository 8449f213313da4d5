"""The state machine follows its file, its role and its tags."""

import json
import subprocess
import sys

import pytest
from cfnlint.api import lint

from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.pipeline import Pipeline
from deployment.placeholders import list_placeholders
from deployment.resources.definition import build_definition
from deployment.resources.state_machine import build_logging, review_state_machine
from tests.building.made_up_account import made_up_client, make_stage, summarize
from tests.building.paths import ROOT
from tests.building.service_models import find_faults

STAGE = make_stage()
PIPELINE = Pipeline(ROOT)
TEMPLATE = PIPELINE.definition
ARNS = {name: STAGE.function_arn(name) for name in PIPELINE.functions}


def make_definition(comment="first"):
    states = {"Done": {"Type": "Succeed"}}
    return json.dumps({"Comment": comment, "StartAt": "Done", "States": states})


@pytest.fixture
def sfn():
    with made_up_client("stepfunctions") as client:
        yield client


def test_file_is_filled_in_completely():
    definition = json.loads(
        build_definition(TEMPLATE, STAGE, options=Options(), function_arns=ARNS)
    )

    states = definition["States"]
    assert states["PrepareRun"]["Parameters"]["FunctionName"] == ARNS["prepare_run"]
    assert "${" not in json.dumps(definition)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-east-1", "aws")],
)
def test_definition_is_of_the_regions_partition(region, partition):
    definition = build_definition(
        TEMPLATE, make_stage(region=region), options=Options(), function_arns=ARNS
    )

    tasks = definition.count('"Type": "Task"')
    assert definition.count(f'"arn:{partition}:states:::') == tasks


def test_unknown_placeholder_is_refused():
    with pytest.raises(DeploymentError, match="OtherArn"):
        build_definition(
            TEMPLATE + "${OtherArn}", STAGE, options=Options(), function_arns=ARNS
        )


def test_filled_in_request_is_valid():
    request = {
        "name": STAGE.state_machine,
        "definition": build_definition(
            TEMPLATE, STAGE, options=Options(), function_arns=ARNS
        ),
        "roleArn": STAGE.role_arn("states"),
        "loggingConfiguration": build_logging(STAGE),
    }

    assert find_faults("stepfunctions", "CreateStateMachine", request) == []


def test_machine_is_created_once(sfn):
    changes = [
        review_state_machine(sfn, STAGE, make_definition()).settle().change
        for _ in "12"
    ]

    assert changes == ["created", "unchanged"]


DRIFT = {
    "definition": lambda sfn, arn: sfn.update_state_machine(
        stateMachineArn=arn, definition=make_definition("changed")
    ),
    "role": lambda sfn, arn: sfn.update_state_machine(
        stateMachineArn=arn, roleArn="arn:aws:iam::123456789012:role/other"
    ),
    "logging": lambda sfn, arn: sfn.update_state_machine(
        stateMachineArn=arn, loggingConfiguration={"level": "OFF"}
    ),
    "tags": lambda sfn, arn: sfn.untag_resource(resourceArn=arn, tagKeys=["Stage"]),
}


@pytest.mark.parametrize("aspect", DRIFT)
def test_drift_is_named_and_put_back(sfn, aspect):
    review_state_machine(sfn, STAGE, make_definition()).settle()
    DRIFT[aspect](sfn, STAGE.state_machine_arn)

    found = review_state_machine(sfn, STAGE, make_definition()).settle()

    assert summarize(found) == ("updated", (aspect,))
    assert (
        review_state_machine(sfn, STAGE, make_definition()).outcome.change
        == "unchanged"
    )


SECURED = Options(
    kms_key="arn:aws:kms:eu-central-1:123456789012:key/abc-1",
    subnet_ids=("subnet-1", "subnet-2"),
    security_group_ids=("sg-1",),
)


def test_key_and_network_reach_model_and_transform():
    text = build_definition(TEMPLATE, STAGE, options=SECURED, function_arns=ARNS)

    states = json.loads(text)["States"]
    assert states["CreateModel"]["Parameters"]["VpcConfig"] == {
        "SecurityGroupIds": ["sg-1"],
        "Subnets": ["subnet-1", "subnet-2"],
    }
    output = states["BatchTransform"]["Parameters"]["TransformOutput"]
    assert output["KmsKeyId"] == SECURED.kms_key


def test_key_and_network_change_nothing_else():
    plain, secured = (
        json.loads(
            build_definition(TEMPLATE, STAGE, options=options, function_arns=ARNS)
        )
        for options in (Options(), SECURED)
    )
    del secured["States"]["CreateModel"]["Parameters"]["VpcConfig"]
    del secured["States"]["BatchTransform"]["Parameters"]["TransformOutput"]["KmsKeyId"]

    assert secured == plain


def find_lint(definition, **substitutions):
    """Lint a definition as cfn-lint does that of a template's state machine."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": STAGE.role_arn("states"),
            "Definition": json.loads(definition),
            **({"DefinitionSubstitutions": substitutions} if substitutions else {}),
        },
    }
    found = lint(
        json.dumps({"Resources": {"Machine": machine}}), None, ["eu-central-1"]
    )
    return [(match.rule.id, match.message) for match in found]


@pytest.mark.parametrize("options", [Options(), SECURED], ids=["plain", "secured"])
def test_filled_in_definition_passes_both_linters(tmp_path, options):
    text = build_definition(TEMPLATE, STAGE, options=options, function_arns=ARNS)
    path = tmp_path / "machine.asl.json"
    path.write_text(text)

    judged = subprocess.run(
        [sys.executable, "-m", "statelint", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert find_lint(text) == []
    assert judged.returncode == 0, judged.stdout


def test_file_of_a_partition_passes_cfn_lint():
    # cfn-lint takes a placeholder for a parameter, but for no part of a Resource.
    template = TEMPLATE.replace("${Partition}", "aws")
    names = dict.fromkeys(list_placeholders(template), "value")

    assert find_lint(template, **names) == []


def test_linter_finds_a_state_of_no_type():
    broken = TEMPLATE.replace('"Type": "Wait"', '"Type": "Nap"')

    assert "E3601" in [rule for rule, _ in find_lint(broken)]
