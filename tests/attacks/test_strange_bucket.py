"""A bucket that a stranger has made under our name gets nothing and gives nothing."""

import json
from contextlib import suppress

import boto3
import pytest
from moto import mock_aws

import app
import forecast
from chalicelib.stages import Stage
from client import exit_codes
from client.command import work
from deployment.apply import deploy as apply
from deployment.destroy import destroy
from deployment.options import Options
from deployment.resources.policies import PolicyTemplates
from glue import preprocess, report
from tests.building.account_quotas import account_quotas
from tests.building.heard_requests import hear_requests, list_without_owner
from tests.building.made_up_account import ACCOUNT, make_stage
from tests.building.made_up_deployment import copy_small_project, make_deployment
from tests.building.paths import ROOT
from tests.building.scripted_run import RUN_ID

STAGE = Stage("dev", ACCOUNT, "us-east-1")
TEMPLATES = PolicyTemplates(ROOT)
SAMPLE = str(ROOT / "sample-data" / "data.zip")
MACHINE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
CONFIG = {"stepfunctions": {"execute_state_machine": True}}


@pytest.fixture
def aws():
    with mock_aws(config=CONFIG), account_quotas():
        boto3.client("s3").create_bucket(Bucket=STAGE.bucket)
        yield


def make_machine():
    boto3.client("stepfunctions").create_state_machine(
        name=STAGE.state_machine,
        definition=json.dumps(MACHINE),
        roleArn=STAGE.role_arn("states"),
    )


def tell_trigger():
    notification = {
        "LambdaFunctionArn": STAGE.function_arn("on_upload"),
        "Events": ["s3:ObjectCreated:*"],
    }
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=STAGE.bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [notification]},
    )


def put(key, document):
    body = json.dumps(document).encode()
    boto3.client("s3").put_object(Bucket=STAGE.bucket, Key=key, Body=body)


def name_operations(heard, service="s3"):
    return {one.operation for one in heard if one.service == service}


@pytest.mark.parametrize("source", ["zip", "folder", "csv"])
def test_nothing_is_sent_to_a_stage_that_is_not_there(aws, tmp_path, capsys, source):
    table = tmp_path / "folder" / "TTS.csv"
    table.parent.mkdir()
    table.write_text("item_id,timestamp,target_value\nA,2026-01-01,1\n")
    sources = {"zip": SAMPLE, "folder": str(table.parent), "csv": str(table)}
    with hear_requests() as heard:
        code = forecast.main([sources[source], "--stage", "dev"])

    assert code == exit_codes.UNUSABLE
    assert "stage 'dev' is not deployed" in capsys.readouterr().err
    assert name_operations(heard) == set()


CLIENT = {
    "upload": [SAMPLE],
    "list": ["list"],
    "fetch": ["fetch", RUN_ID],
    "watch": ["--run", RUN_ID],
}


@pytest.mark.parametrize("command", CLIENT)
def test_client_names_the_owner_in_each_call(aws, tmp_path, monkeypatch, command):
    make_machine()
    boto3.client("stepfunctions").start_execution(
        stateMachineArn=STAGE.state_machine_arn, name=RUN_ID, input="{}"
    )
    put(f"runs/{RUN_ID}/status.json", {"status": "SUCCEEDED", "dataset": "a"})
    put("raw/lost.zip", {})
    monkeypatch.setattr(work, "START_PATIENCE_SECONDS", 0.0)
    tell_trigger()
    monkeypatch.chdir(tmp_path)
    with hear_requests() as heard:
        forecast.main(CLIENT[command])

    assert name_operations(heard)
    assert list_without_owner(heard, ACCOUNT) == []


FUNCTIONS = {
    "prepare_run": lambda: app.prepare_run(
        {
            "bucket": STAGE.bucket,
            "key": "raw/a.zip",
            "version_id": "1",
            "etag": "e",
            "size": 1,
            "event_time": "2026-01-01T00:00:00Z",
            "dataset": "a",
            "run_id": RUN_ID,
        },
        None,
    ),
    "create_autopilot_job": lambda: app.create_autopilot_job(
        {"run_id": RUN_ID, "dataset": "a", "execution_arn": "none"}, None
    ),
    "write": lambda: app.get_store().write_json("runs/a/status.json", {}),
    "read": lambda: app.get_store().read_json("runs/a/none.json"),
    "find": lambda: app.get_store().find_json("runs/a/none.json"),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_name_the_owner_in_each_call(aws, function):
    app.get_store.cache_clear()
    # What it makes of a made-up run does not matter here.
    with hear_requests() as heard, suppress(Exception):
        FUNCTIONS[function]()
    app.get_store.cache_clear()

    assert name_operations(heard)
    assert list_without_owner(heard, ACCOUNT) == []


@pytest.mark.parametrize("job", [preprocess, report], ids=lambda job: job.__name__)
def test_glue_jobs_name_the_owner_in_each_call(aws, job):
    with hear_requests() as heard, pytest.raises(Exception, match="NoSuchKey"):
        job.main(["--bucket", STAGE.bucket, "--run_id", RUN_ID, "--account", ACCOUNT])

    assert name_operations(heard)
    assert list_without_owner(heard, ACCOUNT) == []


@pytest.mark.parametrize("job", [preprocess, report], ids=lambda job: job.__name__)
def test_glue_jobs_run_for_nobody_unnamed(job):
    with pytest.raises(SystemExit):
        job.main(["--bucket", STAGE.bucket, "--run_id", RUN_ID])


@pytest.mark.usefixtures("no_policies_on_buckets")
def test_deploy_and_destroy_name_the_owner_in_each_call(tmp_path):
    project = copy_small_project(tmp_path)
    with mock_aws(), account_quotas(), hear_requests() as heard:
        apply(make_deployment(project), lambda line: None)
        # Without a record, Chalice's part goes by its names.
        (project / ".chalice" / "deployed" / "dev.json").unlink()
        destroy(make_deployment(project), lambda line: None, delete_data=True)

    account = make_stage().account
    assert {"PutObject", "DeleteBucket", "PutBucketPolicy"} <= name_operations(heard)
    assert list_without_owner(heard, account) == []


def list_s3_statements():
    options = Options(kms_key=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/a")
    return [
        pytest.param(statement, id=f"{part}-{statement['Sid']}")
        for part in TEMPLATES.pipeline.parts
        for statement in TEMPLATES.build(part, STAGE, options)["Statement"]
        if any(action.startswith("s3:") for action in statement["Action"])
    ]


@pytest.mark.parametrize("statement", list_s3_statements())
def test_role_reaches_buckets_of_its_account_only(statement):
    assert statement["Condition"]["StringEquals"]["aws:ResourceAccount"] == ACCOUNT
