"""What moto itself does: a test fails here once its mend is needed no more."""

import json
import threading
import time
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.s3 import notifications
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_factory,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import (
    wait_function,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

from localaws import moto_mends
from localaws.patches import Patches
from tests.building.local_resources import name, wait_for

STATES_ROLE = "arn:aws:iam::123456789012:role/states"
PASS = {"Say": {"Type": "Pass", "End": True}}
RUN_MACHINES = {"stepfunctions": {"execute_state_machine": True}}
NO_DOCKER = {"lambda": {"use_docker": False}}


@pytest.fixture
def moto():
    with mock_aws(config={**RUN_MACHINES, **NO_DOCKER}):
        yield


def make_queue():
    """Make a queue; return its URL and its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name("queue"))["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def receive(url):
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def make_watched_bucket(queue_arn, **configuration):
    s3, bucket = boto3.client("s3"), name("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": queue_arn,
                    "Events": ["s3:ObjectCreated:*"],
                    **configuration,
                }
            ]
        },
    )
    return bucket


def run_moto_machine(states, **options):
    """Run a machine of moto's own and describe the execution."""
    stepfunctions = boto3.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name=name("machine"),
        definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
        roleArn=STATES_ROLE,
    )["stateMachineArn"]
    arn = stepfunctions.start_execution(stateMachineArn=machine, **options)
    execution = arn["executionArn"]

    def ended():
        found = stepfunctions.describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else None

    return wait_for(ended)


def make_environment():
    # As moto has it while it evaluates a state.
    state = {"Name": "Wait", "RetryCount": 0}
    context = {"Execution": {"Input": {}}, "StateMachine": {}, "State": state}
    env = Environment(
        aws_execution_details=None,
        execution_type="STANDARD",
        context=context,
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )
    env.next_state_name = "Any"
    return env


def make_stopped_environment():
    env = make_environment()
    env.set_stop(None, None, None)
    return env


def time_call(call, *arguments):
    began = time.monotonic()
    call(*arguments)
    return time.monotonic() - began


def test_moto_asserts_lower_case_filter_names(moto):
    _, arn = make_queue()
    capital = {"Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "raw"}]}}}

    with pytest.raises(AssertionError):
        make_watched_bucket(arn, **capital)


def test_moto_s_event_is_incomplete(moto):
    url, arn = make_queue()
    bucket = make_watched_bucket(arn)
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    receive(url)  # the event that says that events are sent

    s3.put_object(Bucket=bucket, Key="raw/a.zip", Body=b"")

    (event,) = receive(url)
    described = event["Records"][0]["s3"]["object"]
    assert not {"sequencer", "versionId"} & set(described)
    assert described["key"] == "raw%2Fa.zip"


def test_moto_invokes_the_function_before_it_answers(monkeypatch):
    threads = []
    function = SimpleNamespace(
        invoke=lambda *_: threads.append(threading.current_thread())
    )
    backend = SimpleNamespace(get_function=lambda _: function)
    monkeypatch.setattr("moto.awslambda.utils.get_backend", lambda *_: backend)

    notifications._invoke_awslambda("123456789012", {}, "arn", "us-east-1")

    assert threads == [threading.current_thread()]


def test_moto_announces_a_multipart_upload_twice(moto):
    url, arn = make_queue()
    bucket = make_watched_bucket(arn)
    receive(url)
    s3 = boto3.client("s3")
    begun = s3.create_multipart_upload(Bucket=bucket, Key="parts")
    which = {"Bucket": bucket, "Key": "parts", "UploadId": begun["UploadId"]}
    part = s3.upload_part(**which, PartNumber=1, Body=b"1")

    s3.complete_multipart_upload(
        **which, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )

    assert [event["Records"][0]["eventName"] for event in receive(url)] == [
        "ObjectCreated:Put",
        "ObjectCreated:CompleteMultipartUpload",
    ]


def test_moto_denies_where_a_condition_does_not_hold(moto):
    s3, bucket = boto3.client("s3"), name("bucket")
    s3.create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [statement]}))

    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket=bucket, Key="a", Body=b"")


def put_rule(target, *, state="ENABLED"):
    events, rule = boto3.client("events"), name("rule")
    pattern = json.dumps({"source": ["my.app"]})
    events.put_rule(Name=rule, EventPattern=pattern, State=state)
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": target}])


def put_event():
    entry = {"Source": "my.app", "DetailType": "a", "Detail": "{}"}
    boto3.client("events").put_events(Entries=[entry])


def test_moto_s_rules_cannot_call_a_function(moto):
    put_rule("arn:aws:lambda:us-east-1:123456789012:function:f")

    with pytest.raises(NotImplementedError):
        put_event()


def test_moto_s_disabled_rules_send(moto):
    url, arn = make_queue()
    put_rule(arn, state="DISABLED")

    put_event()

    assert len(receive(url)) == 1


class StoppedWhileItFails(execute_state.ExecutionState):
    """A state whose execution is stopped before its task fails."""

    def __init__(self, env):
        super().__init__(None, None)
        self._env = env

    def _eval_execution(self, env):
        self._env.set_stop(None, None, None)
        return 1 / 0


def test_moto_lets_an_error_outdo_a_stop():
    env = make_environment()
    with pytest.raises(ZeroDivisionError):
        StoppedWhileItFails(env)._evaluate_with_timeout(env)

    with Patches() as patches:
        moto_mends.let_a_stop_end_a_task(patches)
        env = make_environment()
        StoppedWhileItFails(env)._evaluate_with_timeout(env)


def test_moto_s_wait_misses_a_stop_before_it():
    class Wait(wait_function.WaitFunction):
        def _get_wait_seconds(self, env):
            return 1

    assert time_call(Wait()._wait_interval, make_stopped_environment(), 1) >= 1

    with Patches() as patches:
        moto_mends.let_a_stop_end_a_wait(patches, SimpleNamespace(speedup=1))
        assert time_call(Wait()._wait_interval, make_stopped_environment(), 1) < 0.5


def make_retrier():
    """Make a retrier that fits every error and asks for a pause of a second."""

    def push(value):
        return SimpleNamespace(eval=lambda env: env.stack.append(value))

    nothing = SimpleNamespace(eval=lambda env: None)
    outcome = retrier_decl.MaxAttemptsOutcome.SUCCESS
    return retrier_decl.RetrierDecl(
        error_equals=push(True),
        max_attempts=push(outcome),
        interval_seconds=push(1),
        backoff_rate=nothing,
        max_delay_seconds=nothing,
        jitter_strategy=nothing,
    )


def test_moto_sleeps_before_a_retry_after_a_stop():
    assert time_call(make_retrier()._eval_body, make_stopped_environment()) >= 1

    with Patches() as patches:
        moto_mends.let_a_stop_end_a_pause_before_a_retry(
            patches, SimpleNamespace(speedup=1)
        )
        env = make_stopped_environment()
        assert time_call(make_retrier()._eval_body, env) < 0.5


def test_moto_cannot_see_a_glue_job_to_its_end(moto):
    states = {
        "Run": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": "none"},
            "End": True,
        }
    }
    boto3.client("glue").create_job(
        Name="none", Role="r", Command={"Name": "pythonshell"}
    )

    ended = run_moto_machine(states)

    assert "'NoneType' object has no attribute 'interrupt_all'" in ended["cause"]


def test_moto_has_no_sync_for_sagemaker():
    service = state_task_factory.state_task_service_for(service_name="sagemaker")

    assert type(service).__name__ == "StateTaskServiceUnsupported"
    assert "sync" not in service._supported_integration_patterns


def test_moto_calls_services_with_made_up_keys(moto):
    client = boto_client_for(region="us-east-1", service="sqs")

    assert client._request_signer._credentials.access_key == "ak"


def test_moto_names_an_execution_none(moto):
    assert run_moto_machine(PASS)["executionArn"].endswith(":None")


def test_moto_s_history_has_no_pages_and_one_order(moto):
    execution = run_moto_machine(PASS)["executionArn"]

    history = boto3.client("stepfunctions").get_execution_history(
        executionArn=execution, maxResults=1, reverseOrder=True
    )

    assert [event["id"] for event in history["events"]] == [1, 2, 3, 4]


def test_moto_s_description_lacks_redrives(moto):
    assert "redriveStatus" not in run_moto_machine(PASS)


def test_moto_does_not_know_when_an_execution_timed_out(moto):
    definition = {
        "StartAt": "Pause",
        "TimeoutSeconds": 1,
        "States": {"Pause": {"Type": "Wait", "Seconds": 2, "End": True}},
    }
    stepfunctions = boto3.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name=name("machine"),
        definition=json.dumps(definition),
        roleArn=STATES_ROLE,
    )["stateMachineArn"]
    execution = stepfunctions.start_execution(stateMachineArn=machine)["executionArn"]

    def timed_out():
        found = stepfunctions.describe_execution(executionArn=execution)
        return found if found["status"] == "TIMED_OUT" else None

    assert "stopDate" not in wait_for(timed_out)


def test_moto_knows_no_redrive_count(moto):
    states = {
        "Say": {
            "Type": "Pass",
            "Parameters": {"n.$": "$$.Execution.RedriveCount"},
            "End": True,
        }
    }

    assert run_moto_machine(states)["status"] == "FAILED"


def test_moto_forgets_the_reason_of_a_stop(moto):
    stepfunctions = boto3.client("stepfunctions")
    machine = stepfunctions.create_state_machine(
        name=name("machine"),
        definition=json.dumps(
            {
                "StartAt": "Pause",
                "States": {"Pause": {"Type": "Wait", "Seconds": 60, "End": True}},
            }
        ),
        roleArn=STATES_ROLE,
    )["stateMachineArn"]
    execution = stepfunctions.start_execution(stateMachineArn=machine)["executionArn"]
    time.sleep(0.3)

    stepfunctions.stop_execution(executionArn=execution, error="E", cause="why")

    def aborted():
        found = stepfunctions.describe_execution(executionArn=execution)
        return found if found["status"] == "ABORTED" else None

    assert "cause" not in wait_for(aborted)


def test_moto_shows_the_first_event_settings(moto):
    lambdas = boto3.client("lambda")
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    lambdas.create_function(
        FunctionName="f",
        Role=role["Role"]["Arn"],
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": b"zip"},
    )
    for retries in (0, 1):
        lambdas.put_function_event_invoke_config(
            FunctionName="f", MaximumRetryAttempts=retries
        )

    found = lambdas.get_function_event_invoke_config(FunctionName="f")
    assert found["MaximumRetryAttempts"] == 0


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("glue", "update_job", {"JobName": "j", "JobUpdate": {}}),
        ("glue", "batch_stop_job_run", {"JobName": "j", "JobRunIds": ["r"]}),
        ("sagemaker", "list_candidates_for_auto_ml_job", {"AutoMLJobName": "j"}),
        ("sagemaker", "stop_transform_job", {"TransformJobName": "j"}),
        ("stepfunctions", "redrive_execution", {"executionArn": "a"}),
    ],
)
def test_moto_lacks_the_operation(moto, service, operation, arguments):
    with pytest.raises(NotImplementedError):
        getattr(boto3.client(service), operation)(**arguments)


def test_moto_demands_completion_criteria(moto):
    columns = {
        "TargetAttributeName": "a",
        "TimestampAttributeName": "b",
        "ItemIdentifierAttributeName": "c",
    }
    config = {
        "ForecastFrequency": "M",
        "ForecastHorizon": 1,
        "TimeSeriesConfig": columns,
    }

    with pytest.raises(KeyError, match="CompletionCriteria"):
        boto3.client("sagemaker").create_auto_ml_job_v2(
            AutoMLJobName="j",
            AutoMLJobInputDataConfig=[{}],
            OutputDataConfig={"S3OutputPath": "s3://b/o"},
            AutoMLProblemTypeConfig={"TimeSeriesForecastingJobConfig": config},
            RoleArn="arn:aws:iam::123456789012:role/sagemaker",
        )


def test_moto_writes_the_keys_of_versions_as_they_are(moto):
    s3, bucket = boto3.client("s3"), name("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="\x1b", Body=b"")

    with pytest.raises(ClientError, match="500"):
        s3.list_object_versions(Bucket=bucket)


def test_moto_cannot_change_the_key_of_a_log_group(moto):
    logs, group = boto3.client("logs"), name("group")
    logs.create_log_group(logGroupName=group)

    with pytest.raises(NotImplementedError):
        logs.associate_kms_key(logGroupName=group, kmsKeyId="arn:aws:kms:x:1:key/a")
