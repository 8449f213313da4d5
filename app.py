"""Lambda entry points: unpack the event, call chalicelib, hand back JSON."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from chalice.app import Chalice, CloudWatchEvent, S3Event

from chalicelib import autopilot, endings, notices, runs, uploads
from chalicelib.bucket import BARE_UPLOAD_KEY, run_key
from chalicelib.environment import read_security, read_variable
from chalicelib.stages import APP_NAME
from chalicelib.store import Store, expect_owner

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_stepfunctions import SFNClient

# Throttled calls are made again here, so that the state machine sees real failures.
PATIENT = Config(retries={"mode": "standard", "max_attempts": 8})

BUCKET = read_variable(os.environ, "BUCKET")
STATE_MACHINE_ARN = read_variable(os.environ, "STATE_MACHINE_ARN")
SAGEMAKER_ROLE_ARN = read_variable(os.environ, "SAGEMAKER_ROLE_ARN")
STAGE = read_variable(os.environ, "STAGE")
TOPIC_ARN = read_variable(os.environ, "TOPIC_ARN")
SECURITY = read_security(os.environ)

app = Chalice(app_name=APP_NAME)
app.log.setLevel("INFO")


@cache
def get_store() -> Store:
    """Build the store once per Lambda container."""
    account = STATE_MACHINE_ARN.split(":")[4]
    return Store(expect_owner(boto3.client("s3", config=PATIENT), account), BUCKET)


@cache
def get_sagemaker() -> "SageMakerClient":
    """Build the SageMaker client once per Lambda container."""
    return boto3.client("sagemaker", config=PATIENT)


@cache
def get_sns() -> "SNSClient":
    """Build the SNS client once per Lambda container."""
    return boto3.client("sns", config=PATIENT)


@cache
def get_stepfunctions() -> "SFNClient":
    """Build the Step Functions client once per Lambda container."""
    return boto3.client("stepfunctions", config=PATIENT)


@app.on_s3_event(
    bucket=BUCKET,
    events=["s3:ObjectCreated:*"],
    prefix=BARE_UPLOAD_KEY,
    name="on_upload",
)
def on_upload(event: S3Event) -> None:
    """Start one run for every upload, however often S3 announces it."""
    for upload in uploads.read_uploads(event.to_dict()):
        if uploads.starts_run(upload.key):
            start_run(upload)
        else:
            app.log.info(uploads.explain_ignored(upload.key))


def start_run(upload: uploads.Upload) -> None:
    """Start the execution of an upload, or see that it was started before."""
    run_id = runs.name_run(upload)
    stepfunctions = get_stepfunctions()
    try:
        stepfunctions.start_execution(
            stateMachineArn=STATE_MACHINE_ARN,
            name=run_id,
            input=runs.build_execution_input(upload),
        )
    except stepfunctions.exceptions.ExecutionAlreadyExists:
        app.log.info("run %s was started by an earlier event", run_id)
    else:
        app.log.info("%s starts run %s", upload.key, run_id)


@app.lambda_function(name="prepare_run")
def prepare_run(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write down what was asked, and choose the size of the Glue jobs."""
    return runs.prepare_run(get_store(), event)


@app.lambda_function(name="create_autopilot_job")
def create_autopilot_job(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Create the AutoML job that the run's settings ask for."""
    settings = get_store().read_json(run_key(event["run_id"], "settings.json"))
    request = autopilot.build_autopilot_request(
        settings, role_arn=SAGEMAKER_ROLE_ARN, stage=STAGE, security=SECURITY
    )
    autopilot.ensure_autopilot_job(get_sagemaker(), request)
    return {
        "autopilot_job_name": request["AutoMLJobName"],
        "transform": autopilot.build_transform(settings, security=SECURITY),
    }


@app.lambda_function(name="check_autopilot_job")
def check_autopilot_job(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Say how far training is, and keep its candidates when it is done."""
    sagemaker = get_sagemaker()
    name = event["autopilot_job_name"]
    job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    app.log.info("%s: %s", name, job["AutoMLJobSecondaryStatus"])
    if autopilot.is_unfinished(job):
        return {"status": "InProgress"}
    candidates = autopilot.list_candidates(sagemaker, name)
    get_store().write_json(
        run_key(name, "candidates.json"),
        autopilot.build_candidates(job, candidates),
    )
    if not autopilot.has_usable_model(job):
        raise autopilot.explain_unusable(job)
    return {
        "status": "Completed",
        "inference_containers": job["BestCandidate"]["InferenceContainers"],
    }


@app.on_cw_event(
    {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": [STATE_MACHINE_ARN],
            "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        },
    },
    name="on_execution_end",
)
def on_execution_end(event: CloudWatchEvent) -> None:
    """Write down how a run ended, tell people, and stop what nobody waits for."""
    ending = endings.read_ending(event.detail)
    if ending.leaves_training and autopilot.stop_unfinished_job(
        get_sagemaker(), ending.run_id
    ):
        app.log.info("stopped the Autopilot job of %s", ending.run_id)
    status = endings.write_status(get_store(), ending)
    app.log.info("run %s ended: %s", ending.run_id, json.dumps(status))
    tell_people(status)


def tell_people(status: Mapping[str, Any]) -> None:
    """Send the topic's subscribers one message on the run."""
    notice = notices.build_notice(status, bucket=BUCKET, stage=STAGE)
    get_sns().publish(TopicArn=TOPIC_ARN, Subject=notice.subject, Message=notice.text)
