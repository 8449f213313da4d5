"""Least privilege, proven: each permission is needed, and without it a run fails."""

import json
from contextlib import contextmanager

import pytest

from deployment.options import Options
from deployment.resources.policies import PolicyTemplates
from localaws.faults.plan import Fault
from tests.building.bucket_map import find_rows, read_map
from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage, wait_for
from tests.building.made_up_account import make_stage
from tests.building.narrow_policies import list_actions, misses, without
from tests.building.paths import ROOT
from tests.building.query_protocol import join_fields
from tests.building.quota_waits import hold_transform, wait_until_told
from tests.building.service_models import find_faults
from tests.building.spark_jobs import HAS_SPARK, NEEDS_SPARK, prepare_on_spark
from tests.building.spark_jobs import PART as SPARK
from tests.building.whole_run_uploads import make_table

UPLOAD = make_archive({"TTS.csv": make_table("ab", months=36)})
RECORDER = ROOT / "tests" / "building" / "record_requests.py"
TEMPLATES = PolicyTemplates(ROOT)
PARTS = TEMPLATES.pipeline.parts
TARGET = make_stage(STAGE, region="us-east-1")
DOCS = "https://docs.aws.amazon.com"
LAMBDA_LOGS = f"{DOCS}/lambda/latest/dg/lambda-intro-execution-role.html"
GLUE_LOGS = f"{DOCS}/glue/latest/dg/create-an-iam-role.html"
SFN_GLUE = f"{DOCS}/step-functions/latest/dg/connect-glue.html"
SFN_SAGEMAKER = f"{DOCS}/step-functions/latest/dg/connect-sagemaker.html"
SFN_LOGS = f"{DOCS}/step-functions/latest/dg/cw-logs.html"
AUTOPILOT = f"{DOCS}/sagemaker/latest/dg/sagemaker-roles.html"
# "Grant full access to the bucket", it says; these are what a writer of models needs.
AUTOPILOT_BUCKET = (
    f"{DOCS}/sagemaker/latest/dg/"
    "autopilot-create-experiment-timeseries-forecasting.html"
)
CREATE_TAGGED = f"{DOCS}/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html"
# What AWS itself does with a role and the local AWS does not, each with the page that
# demands it.
PERFORMED_BY_AWS = {
    **{
        (function, action): LAMBDA_LOGS
        for function in TEMPLATES.pipeline.functions
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    },
    **{
        (job, action): GLUE_LOGS
        for job in TEMPLATES.pipeline.services
        if job.startswith("glue-")
        for action in (
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        )
    },
    ("states", "glue:GetJobRuns"): SFN_GLUE,
    ("states", "sagemaker:ListTags"): SFN_SAGEMAKER,
    ("states", "events:PutTargets"): SFN_SAGEMAKER,
    ("states", "events:PutRule"): SFN_SAGEMAKER,
    ("states", "events:DescribeRule"): SFN_SAGEMAKER,
    ("states", "logs:CreateLogDelivery"): SFN_LOGS,
    ("states", "logs:CreateLogStream"): SFN_LOGS,
    ("states", "logs:DeleteLogDelivery"): SFN_LOGS,
    ("states", "logs:DescribeLogGroups"): SFN_LOGS,
    ("states", "logs:DescribeResourcePolicies"): SFN_LOGS,
    ("states", "logs:GetLogDelivery"): SFN_LOGS,
    ("states", "logs:ListLogDeliveries"): SFN_LOGS,
    ("states", "logs:PutLogEvents"): SFN_LOGS,
    ("states", "logs:PutResourcePolicy"): SFN_LOGS,
    ("states", "logs:UpdateLogDelivery"): SFN_LOGS,
    ("sagemaker", "sagemaker:CreateEndpoint"): AUTOPILOT,
    ("sagemaker", "sagemaker:CreateEndpointConfig"): AUTOPILOT,
    ("sagemaker", "sagemaker:CreateModel"): AUTOPILOT,
    ("sagemaker", "sagemaker:DeleteEndpoint"): AUTOPILOT,
    ("sagemaker", "sagemaker:DeleteEndpointConfig"): AUTOPILOT,
    ("sagemaker", "sagemaker:DeleteModel"): AUTOPILOT,
    ("sagemaker", "sagemaker:DescribeEndpoint"): AUTOPILOT,
    ("sagemaker", "sagemaker:DescribeEndpointConfig"): AUTOPILOT,
    ("sagemaker", "sagemaker:DescribeModel"): AUTOPILOT,
    ("sagemaker", "sagemaker:InvokeEndpoint"): AUTOPILOT,
    ("sagemaker", "sagemaker:AddTags"): CREATE_TAGGED,
    ("sagemaker", "sagemaker:ListTags"): AUTOPILOT,
    ("sagemaker", "s3:AbortMultipartUpload"): AUTOPILOT_BUCKET,
    ("sagemaker", "s3:GetBucketLocation"): AUTOPILOT_BUCKET,
    ("sagemaker", "iam:PassRole"): AUTOPILOT,
    ("sagemaker", "logs:CreateLogGroup"): AUTOPILOT,
    ("sagemaker", "logs:CreateLogStream"): AUTOPILOT,
    ("sagemaker", "logs:DescribeLogStreams"): AUTOPILOT,
    ("sagemaker", "logs:PutLogEvents"): AUTOPILOT,
    ("sagemaker", "cloudwatch:PutMetricData"): AUTOPILOT,
    ("sagemaker", "ecr:BatchCheckLayerAvailability"): AUTOPILOT,
    ("sagemaker", "ecr:BatchGetImage"): AUTOPILOT,
    ("sagemaker", "ecr:GetAuthorizationToken"): AUTOPILOT,
    ("sagemaker", "ecr:GetDownloadUrlForLayer"): AUTOPILOT,
}
# What is asked only where nothing was ever applied to an account, or of instances whose
# quota has no code that is known.
IN_OTHER_ACCOUNTS = {
    ("prepare_run", "servicequotas:GetAWSDefaultServiceQuota"),
    ("choose_model", "servicequotas:GetAWSDefaultServiceQuota"),
    ("choose_model", "servicequotas:ListAWSDefaultServiceQuotas"),
    ("choose_model", "servicequotas:ListServiceQuotas"),
    ("create_autopilot_job", "servicequotas:GetAWSDefaultServiceQuota"),
}


def build_policy(part):
    return TEMPLATES.build(part, TARGET, Options())


def list_permissions():
    """List every action of every policy that is ours to use."""
    return [
        pytest.param(part, action, marks=[NEEDS_SPARK] if part == SPARK else [])
        for part in PARTS
        for action in list_actions(build_policy(part))
    ]


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        yield deployed


@pytest.fixture(scope="module")
def calls(stage):
    """Every call of a role in runs that take every path."""
    asked = []
    with stage.gate.watch(asked.append):
        run_to_the_end(stage)
        for state in ("Preprocess", "WaitForAutopilotJob", "BatchTransform"):
            stopped = stop_in_state(stage, state)
        create_for_a_stopped_run(stage, stopped)
        wait_in_line(stage)
        with hold_transform(stage, "held", UPLOAD) as arn:
            wait_until_told(stage, arn.rsplit(":", 1)[1])
        keep_versions(stage)
        train_embedded(stage)
        if HAS_SPARK:
            first = stage.list_executions()[-1]["name"]
            prepare_on_spark(stage, TARGET.resource("preprocess_on_spark"), first)
        refuse_upload(stage)
        sweep_up(stage)
        fail_events(stage)
    return asked


def run_to_the_end(stage):
    """Forecast with the client, whose requests are judged too."""
    (stage.project / "whole.zip").write_bytes(UPLOAD)
    made = record_client(stage, "whole.zip")
    (execution,) = stage.list_executions()
    run = {
        "run_id": execution["name"],
        "dataset": "whole",
        "execution_arn": execution["executionArn"],
    }
    made |= record_client(stage, "list") | record_client(stage, "fetch", run["run_id"])
    assert {"s3:PutObject", "stepfunctions:DescribeExecution"} <= made
    # As after a lost answer: the job is there already.
    stage.client("lambda").invoke(
        FunctionName=TARGET.resource("create_autopilot_job"),
        Payload=json.dumps(run),
    )


def record_client(stage, *command):
    """Run the client, judge its requests, and name them."""
    client = ("forecast.py", *command, "--stage", STAGE)
    stage.run_script(str(RECORDER), "requests.json", *client)
    made = json.loads((stage.project / "requests.json").read_text())
    assert not any(made.values()), made
    return set(made)


def stop_in_state(stage, state):
    """Abort a run while it is in a state, and wait for what follows."""
    version = stage.put(f"raw/{state.lower()}.zip", UPLOAD)
    arn = wait_for(lambda: stage._find_execution(version))
    execution = {"executionArn": arn}
    wait_for(lambda: state in stage.list_states(execution))
    stage.stepfunctions.stop_execution(executionArn=arn)
    run_id = arn.rsplit(":", 1)[1]
    stage.wait_for_json(f"runs/{run_id}/status.json")
    return arn


def create_for_a_stopped_run(stage, execution_arn):
    """Create a job as a function does whose run was stopped meanwhile."""
    name = execution_arn.rsplit(":", 1)[1]
    run_id = f"late{name[name.index('-') :]}"
    create = TARGET.resource("create_autopilot_job")
    run = {"run_id": run_id, "dataset": "late", "execution_arn": execution_arn}
    # First as after a preparation that was stopped by hand.
    stage.client("lambda").invoke(FunctionName=create, Payload=json.dumps(run))
    stage.put(f"runs/{run_id}/settings.json", stage.read(f"runs/{name}/settings.json"))
    stage.client("lambda").invoke(FunctionName=create, Payload=json.dumps(run))


def wait_in_line(stage):
    """Keep two runs from training: one gives up its place, the other gets a job."""
    stage.faults.replace(BUSY)
    waiting = [stage.put(f"raw/{name}.zip", UPLOAD) for name in ("quits", "stays")]
    quits, stays = (wait_for(lambda v=v: stage._find_execution(v)) for v in waiting)
    wait_for(lambda: is_refused(stage, quits) and is_refused(stage, stays))
    stage.stepfunctions.stop_execution(executionArn=quits)
    stage.wait_for_json(f"runs/{quits.rpartition(':')[2]}/status.json")
    stage.faults.replace()
    wait_for(lambda: not list_tickets(stage))


def list_tickets(stage):
    found = stage.s3.list_objects_v2(Bucket=stage.bucket, Prefix="waiting/")
    return found.get("Contents", [])


def keep_versions(stage):
    """Train, forecast with the champion, compare two models, and let one go."""
    for days in (3_650, 3_650, 0, 0):
        kept = {"KeepVersions": 2, "KeepDays": 0}
        ask_for(stage, Retraining={"MaxAgeDays": days, **kept})
        ended = stage.upload("raw/lasting.zip", UPLOAD)
        status = stage.wait_for_json(f"runs/{ended['name']}/status.json")
        assert (status["status"], status["warnings"]) == ("SUCCEEDED", [])
    group = TARGET.model_group("lasting")
    kept = stage.client("sagemaker").list_model_packages(ModelPackageGroupName=group)
    numbers = [one["ModelPackageVersion"] for one in kept["ModelPackageSummaryList"]]
    assert sorted(numbers) == [2, 3]


def ask_for(stage, **settings):
    stage.put("config/lasting.json", json.dumps(settings).encode())


def train_embedded(stage):
    """Train with the embedded engine, beside Autopilot and in its place."""
    for engine in ("both", "embedded"):
        stage.put("config/default.json", json.dumps({"Engine": engine}))
        ended = stage.upload(f"raw/{engine}.zip", UPLOAD)
        assert ended["status"] == "SUCCEEDED", ended.get("cause")
        run = json.loads(ended["input"])
        train = {"--run_id": run["run_id"], "--dataset": run["dataset"]}
        # Once more, as when a redriven state finds what it had done.
        started = stage.client("glue").start_job_run(
            JobName=TARGET.resource("train"),
            Arguments={**train, "--bucket": stage.bucket},
        )
        wait_for(lambda run=started: has_succeeded(stage, run["JobRunId"]))
    stage.s3.delete_object(Bucket=stage.bucket, Key="config/default.json")


def has_succeeded(stage, run_id):
    found = stage.client("glue").get_job_run(
        JobName=TARGET.resource("train"), RunId=run_id
    )
    return found["JobRun"]["JobRunState"] == "SUCCEEDED"


def refuse_upload(stage):
    """Let Glue jobs fail, whose log is read then: of an archive, and of a folder."""
    stage.put("raw/refused/part-00000.parquet", b"PAR1")
    for key in ("raw/refused.zip", "raw/refused/_SUCCESS"):
        ended = stage.upload(key, b"no zip")
        stage.wait_for_json(f"runs/{ended['name']}/status.json")


def sweep_up(stage):
    """Lose an upload's event and a run's end, and let both be found.

    The upload's name begins as another's, so that it is looked up whether it ran. A
    run that waits for a quota meanwhile is told of.
    """
    hourly = {"Retrain": "every 28 days", "Reforecast": "cron(0 * * * ? *)"}
    ask_for(stage, Schedule=hourly)
    stage.faults.replace(Fault("lost", "s3", match="whole-lost"), LOST_END, BUSY)
    busy = stage.put("raw/busy.zip", UPLOAD)
    waiting = wait_for(lambda: stage._find_execution(busy))
    wait_for(lambda: is_refused(stage, waiting))
    lost = stage.put("raw/whole-lost.zip", UPLOAD)
    version = stage.put("raw/untold.zip", UPLOAD)
    untold = wait_for(lambda: stage._find_execution(version))
    stage.stepfunctions.stop_execution(executionArn=untold)
    answer = stage.client("lambda").invoke(
        FunctionName=TARGET.resource("sweep"),
        Payload=json.dumps({"grace_minutes": 0}),
    )
    assert "FunctionError" not in answer
    # It would start another run in the next hour.
    stage.s3.delete_object(Bucket=stage.bucket, Key="config/lasting.json")
    stage.faults.replace()
    stage.wait_for_json(f"runs/{untold.rpartition(':')[2]}/status.json")
    wait_for(lambda: stage._find_execution(lost))


def is_refused(stage, arn):
    """Tell whether a run was refused a place among the account's jobs."""
    history = stage.stepfunctions.get_execution_history(executionArn=arn)
    details = [event.get("taskFailedEventDetails") for event in history["events"]]
    return any(found and found["error"] == "AutopilotBusy" for found in details)


BUSY = Fault("over-quota", "sagemaker", "CreateAutoMLJobV2")
LOST_END = Fault("lost", "states", "ABORTED", match="unto")


def fail_events(stage):
    """Send what no handler can read, and wait until it is kept."""
    sqs = stage.client("sqs")
    url = sqs.get_queue_url(QueueName=TARGET.queue)["QueueUrl"]
    for function in ("on_upload", "on_execution_end", "sweep"):
        stage.client("lambda").invoke(
            FunctionName=TARGET.resource(function),
            InvocationType="Event",
            Payload=json.dumps(UNREADABLE),
        )
        wait_for(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))


UNREADABLE = {"Records": [{"s3": None}], "detail": {}, "grace_minutes": "few"}


@pytest.mark.parametrize(("part", "action"), list_permissions())
def test_permission_is_used_or_demanded_by_aws(calls, part, action):
    whole = build_policy(part)
    mine = [asked for asked in calls if asked.role == TARGET.resource(part)]

    missed = any(misses(asked, without(whole, action), whole) for asked in mine)

    assert mine
    assert missed != ((part, action) in {*PERFORMED_BY_AWS, *IN_OTHER_ACCOUNTS})


def test_demands_of_aws_are_still_in_the_policies():
    assert PERFORMED_BY_AWS.keys() <= {one.values for one in list_permissions()}


def test_every_call_fits_its_services_model(calls):
    assert len({asked.call.operation for asked in calls}) > 15

    faults = [
        (asked.call.operation, fault)
        for asked in calls
        for fault in find_faults_of_call(asked.call)
    ]

    assert faults == []


def find_faults_of_call(call):
    service = BOTOCORE_NAMES.get(call.service, call.service)
    sent = {k: v for k, v in call.parameters.items() if k not in UNMODELLED}
    request = join_fields(service, call.operation, sent)
    return find_faults(service, call.operation, request)


BOTOCORE_NAMES = {"states": "stepfunctions", "servicequotas": "service-quotas"}
# Read from the way that a call is sent, and no parameters of it.
UNMODELLED = {"Version"}


@pytest.mark.usefixtures("calls")
def test_everything_in_the_bucket_is_on_its_map(stage):
    rows = read_map()
    pages = stage.s3.get_paginator("list_objects_v2").paginate(Bucket=stage.bucket)
    keys = [item["Key"] for page in pages for item in page["Contents"]]

    found = {key: find_rows(rows, key) for key in keys}

    assert [key for key, matching in found.items() if len(matching) != 1] == []
    assert {row.pattern for row in rows} - NOT_MADE_HERE <= {
        row.pattern for (row,) in found.values()
    }
    held = {
        key: tuple(stage.read_json(key)) for key, (row,) in found.items() if row.keys
    }
    listed = {key: found[key][0].keys for key in held}
    # Autopilot's candidates lack what only the embedded engine tells of its own.
    mixed = {key for key in held if key.endswith("/candidates.json")}
    assert {key: held[key] for key in held.keys() - mixed} == {
        key: listed[key] for key in listed.keys() - mixed
    }
    for key in mixed:
        assert held[key] == tuple(
            name
            for name in listed[key]
            if name not in OF_THE_ENGINE or name in held[key]
        )


# What candidates.json has where the embedded engine trained, and only there.
OF_THE_ENGINE = {"engine", "model_uri"}
# Nobody put these, no environment here makes them, or they are gone again.
NOT_MADE_HERE = {
    "waiting/<run_id>.json",
    "raw",
    "raw/<name>.csv",
    "raw/<name>.csv.gz",
    "raw/<name>.parquet",
    # Only where there is Spark.
    "parts/<run_id>/...",
    "config/<dataset>.json",
    "config/default.json",
    "output-forecasted-data/<dataset>/<run_id>/forecast.parquet",
    "output-forecasted-data/<dataset>/<run_id>/forecast.parquet/<part>.parquet",
    # The local AWS has the engine's libraries already.
    "code/<sha256>/<library>.whl",
    # No upload here has a column that puts items together.
    "output-forecasted-data/<dataset>/<run_id>/groups.csv",
    # Nor one that a scenario could change.
    "input/<run_id>/what-if/<scenario>/<part>.csv",
    "output-forecasted-data/<dataset>/<run_id>/what-if/<scenario>/<part>.csv.out",
}


@contextmanager
def role_without_permissions(stage, part):
    iam, name = stage.client("iam"), TARGET.resource(part)
    nothing = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}

    def put_policy(document):
        iam.put_role_policy(
            RoleName=name, PolicyName=name, PolicyDocument=json.dumps(document)
        )

    put_policy({"Version": "2012-10-17", "Statement": [nothing]})
    try:
        yield
    finally:
        put_policy(build_policy(part))


# Where a run fails when a role may nothing, and what it was not allowed.
FAILURES = {
    "states": ("PrepareRun", "lambda:InvokeFunction"),
    "prepare_run": ("PrepareRun", "s3:GetObject"),
    "glue-preprocess": ("Preprocess", "s3:GetObject"),
    "choose_model": ("ChooseModel", "s3:GetObject"),
    "create_autopilot_job": ("CreateAutopilotJob", "s3:GetObject"),
    "sagemaker": ("CheckAutopilotJob", "s3:ListBucket"),
    "check_autopilot_job": ("CheckAutopilotJob", "sagemaker:DescribeAutoMLJobV2"),
    "glue-report": ("Report", "s3:GetObject"),
}


@pytest.mark.parametrize("part", FAILURES)
def test_run_fails_where_a_role_may_nothing(stage, part):
    with role_without_permissions(stage, part):
        ended = stage.upload(f"raw/{part}.zip", UPLOAD)

    state, action = FAILURES[part]
    run_id = json.loads(ended["input"])["run_id"]
    status = stage.wait_for_json(f"runs/{run_id}/status.json")
    assert ended["status"] == status["status"] == "FAILED"
    assert stage.list_states(ended)[-1] == state
    assert f"not authorized to perform: {action}" in status["reason"]


def test_run_goes_on_where_its_model_is_not_registered(stage):
    with role_without_permissions(stage, "register_model"):
        ended = stage.upload("raw/unregistered.zip", UPLOAD)

    status = stage.wait_for_json(f"runs/{ended['name']}/status.json")
    assert status["status"] == "SUCCEEDED"
    (warning,) = status["warnings"]
    assert warning.startswith("it is not known whether the model was registered")


def test_run_goes_on_where_its_models_are_not_compared(stage):
    for _ in range(2):
        with role_without_permissions(stage, "glue-compare_models"):
            ended = stage.upload("raw/uncompared.zip", UPLOAD)

    status = stage.wait_for_json(f"runs/{ended['name']}/status.json")
    assert status["status"] == "SUCCEEDED"
    assert "as the comparison failed" in status["model"]["reason"]
    (warning,) = status["warnings"]
    assert warning.startswith("the new model was not compared with the champion (")


@pytest.mark.parametrize(
    ("part", "action"),
    [("on_upload", "s3:ListBucketVersions"), ("on_execution_end", "s3:GetObject")],
)
def test_log_tells_what_an_event_handler_may_not(stage, part, action):
    group = f"/aws/lambda/{TARGET.resource(part)}"

    def find_refusal_in_log():
        found = stage.client("logs").filter_log_events(logGroupName=group)["events"]
        said = f"not authorized to perform: {action}"
        return [event for event in found if said in event["message"]]

    with role_without_permissions(stage, part):
        stage.put("raw/logged.zip", UPLOAD)

        assert wait_for(find_refusal_in_log)
