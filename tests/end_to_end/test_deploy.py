"""Deploy, plan, repair and destroy: the script, against the local AWS."""

import io
import json
import re
import zipfile

import pytest
from moto.awslambda.models import lambda_backends

from deployment.pipeline import Pipeline
from deployment.resources.logs import list_log_groups
from tests.building.deploy_bench import open_bench
from tests.building.local_resources import make_archive
from tests.building.local_stage import wait_for
from tests.building.networks import make_security_group
from tests.building.paths import ROOT
from tests.building.whole_run_uploads import make_table
from tests.conftest import ACCOUNT, REGION

FUNCTIONS = Pipeline(ROOT).functions
DELETE_ALL = ("--destroy", "--delete-data", "--confirm")


@pytest.fixture(scope="module")
def bench():
    with open_bench() as opened:
        yield opened


@pytest.fixture(scope="module")
def first(bench):
    """A stage, planned and then deployed; what both said."""
    return bench.deploy("first", "--plan"), bench.deploy("first")


def test_plan_foresees_the_deploy(first):
    plan, done = first

    assert done.exit_code == 0, done.error
    assert plan.lines[-1] == "this is a plan: nothing is done"
    assert done.changes == plan.changes
    assert all(line.startswith("created") for line in done.changes)


def test_plan_changes_nothing(first):
    plan, done = first
    assert "iam:GetRole" in plan.requests
    assert "iam:CreateRole" in done.requests

    assert [name for name in plan.requests if not READING.search(name)] == []


@pytest.mark.usefixtures("first")
def test_archive_holds_what_belongs_in_it(bench):
    assert list_packed() == list_sources(bench)


@pytest.mark.usefixtures("first")
def test_archive_is_at_most_64_kilobytes():
    assert len(read_archive()) <= 64 * 1024


@pytest.mark.usefixtures("first")
def test_project_stays_as_it_was_checked_out(bench):
    made = bench.project / ".chalice"
    ignored = (ROOT / ".gitignore").read_text().split()

    new = [p for p in made.rglob("*") if p.is_file() and not is_checked_out(p, bench)]
    ours = {p.relative_to(bench.project).as_posix() for p in new}
    assert ours == {".chalice/deployed/first.json", ".chalice/stages/first.json"}
    assert all(name.rpartition("/")[0] + "/" in ignored for name in ours)


@pytest.mark.usefixtures("first")
def test_second_deploy_changes_nothing(bench):
    again = bench.deploy("first")

    assert again.changes == []
    assert "nothing has changed" in again.lines


@pytest.mark.usefixtures("first")
def test_another_checkout_of_the_code_changes_nothing(bench):
    for path in (bench.project / "app.py", *(bench.project / "chalicelib").glob("*")):
        path.touch()

    again = bench.deploy("first", "--plan")

    assert again.changes == []


@pytest.mark.usefixtures("first")
def test_stage_stays_where_it_was_deployed(bench):
    other = bench.deploy("first", region="eu-west-1")

    assert other.exit_code == 1
    assert "was deployed to account 123456789012 in us-east-1" in other.error


def is_checked_out(path, bench):
    original = ROOT / path.relative_to(bench.project)
    return original.exists() and original.read_bytes() == path.read_bytes()


READING = re.compile(r":(Describe|Get|Head|List)")


def read_archive():
    """Read the one archive that all functions are made from."""
    functions = lambda_backends[ACCOUNT][REGION].list_functions()
    (archive,) = {function.code_bytes for function in functions}
    return archive


def list_packed():
    with zipfile.ZipFile(io.BytesIO(read_archive())) as packed:
        return sorted(packed.namelist())


def list_sources(bench):
    library = (bench.project / "chalicelib").glob("*.py")
    files = ["app.py", "chalice/__init__.py", "chalice/app.py"]
    return sorted([*files, *(f"chalicelib/{path.name}" for path in library)])


def break_everything(bench, stage):
    """Change one thing of each kind behind the back of the deploy."""
    iam = bench.client("iam")
    iam.delete_role_policy(
        RoleName=stage.resource("states"), PolicyName=stage.resource("states")
    )
    iam.delete_role_policy(
        RoleName=stage.resource("on_upload"), PolicyName=stage.resource("on_upload")
    )
    iam.untag_role(RoleName=stage.resource("sagemaker"), TagKeys=["Stage"])
    s3 = bench.client("s3")
    s3.put_bucket_versioning(
        Bucket=stage.bucket, VersioningConfiguration={"Status": "Suspended"}
    )
    s3.delete_bucket_lifecycle(Bucket=stage.bucket)
    (code,) = (
        found["Key"]
        for found in s3.list_objects_v2(Bucket=stage.bucket)["Contents"]
        if found["Key"].endswith("/report.py")
    )
    s3.delete_object(Bucket=stage.bucket, Key=code)
    sns = bench.client("sns")
    sns.untag_resource(
        ResourceArn=stage.arn("sns", stage.topic), TagKeys=["Application"]
    )
    sqs = bench.client("sqs")
    url = sqs.get_queue_url(QueueName=stage.queue)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    bench.client("cloudwatch").delete_alarms(AlarmNames=[stage.queue])
    logs = bench.client("logs")
    logs.delete_retention_policy(logGroupName=list_log_groups(stage, FUNCTIONS)[0])
    logs.delete_log_group(logGroupName=list_log_groups(stage, FUNCTIONS)[1])
    glue = bench.client("glue")
    job = glue.get_job(JobName=stage.resource("preprocess"))["Job"]
    kept = ("Role", "Command", "DefaultArguments", "MaxCapacity", "ExecutionProperty")
    update = {**{key: job[key] for key in kept}, "Timeout": 5}
    glue.update_job(JobName=stage.resource("preprocess"), JobUpdate=update)
    glue.delete_job(JobName=stage.resource("report"))
    functions = bench.client("lambda")
    functions.update_function_configuration(
        FunctionName=stage.resource("prepare_run"), Timeout=3, MemorySize=512
    )
    functions.update_function_code(
        FunctionName=stage.resource("create_autopilot_job"),
        ZipFile=b"PK\x05\x06" + bytes(18),
    )
    functions.delete_function(FunctionName=stage.resource("check_autopilot_job"))
    functions.delete_function_event_invoke_config(
        FunctionName=stage.resource("on_upload")
    )
    s3.put_bucket_notification_configuration(
        Bucket=stage.bucket, NotificationConfiguration={}
    )
    rule = stage.resource("on_execution_end-event")
    bench.client("events").disable_rule(Name=rule)
    machine = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    bench.client("stepfunctions").update_state_machine(
        stateMachineArn=stage.state_machine_arn, definition=json.dumps(machine)
    )


def list_repairs(stage):
    """List what a deploy says after ``break_everything``, in its order."""
    name = stage.resource
    return [
        f"updated    role {name('on_upload')} (policy)",
        f"updated    role {name('states')} (policy)",
        f"updated    role {name('sagemaker')} (tags)",
        f"updated    bucket {stage.bucket} (versioning, lifecycle)",
        f"updated    topic {stage.topic} (tags)",
        f"updated    queue {stage.queue} (attributes)",
        f"created    alarm {stage.queue}",
        f"updated    log group {list_log_groups(stage, FUNCTIONS)[0]} (retention)",
        f"created    log group {list_log_groups(stage, FUNCTIONS)[1]}",
        "updated    Glue code",
        f"updated    Glue job {name('preprocess')} (description, timeout)",
        f"created    Glue job {name('report')}",
        f"updated    function {name('prepare_run')} (memory, timeout)",
        f"updated    function {name('create_autopilot_job')} (code)",
        f"created    function {name('check_autopilot_job')}",
        f"updated    function {name('on_execution_end')} (trigger)",
        f"updated    function {name('on_upload')} (trigger)",
        f"created    on-failure destination of {name('on_upload')}",
        f"updated    state machine {stage.state_machine} (definition)",
    ]


@pytest.mark.usefixtures("first")
def test_drift_of_every_kind_is_put_back(bench):
    stage = bench.find_stage("first")
    break_everything(bench, stage)

    plan, done = bench.deploy("first", "--plan"), bench.deploy("first")

    assert done.exit_code == 0, done.error
    assert plan.changes == done.changes
    said = [
        "updated    Glue code" if "Glue code" in line else line for line in done.changes
    ]
    assert said == list_repairs(stage)
    assert "a deploy would change nothing" in bench.deploy("first", "--plan").lines


def list_everything(bench, stage):
    """Name what is left of a stage, as the services list it."""
    mark = f"automl-ts-mlops-pipeline-{stage}"
    listings = [
        ("s3", "list_buckets", "Buckets", "Name"),
        ("iam", "list_roles", "Roles", "RoleName"),
        ("lambda", "list_functions", "Functions", "FunctionName"),
        ("glue", "get_jobs", "Jobs", "Name"),
        ("stepfunctions", "list_state_machines", "stateMachines", "name"),
        ("events", "list_rules", "Rules", "Name"),
        ("sns", "list_topics", "Topics", "TopicArn"),
        ("sqs", "list_queues", "QueueUrls", None),
        ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ]
    found = [
        item[name] if name else item
        for service, method, key, name in listings
        for item in getattr(bench.client(service), method)().get(key, [])
    ]
    return [name for name in found if mark in name or f"-bucket-{stage}-" in name]


@pytest.mark.usefixtures("first")
def test_destroyed_stage_leaves_data_and_the_other_stage(bench):
    stage = bench.find_stage("gone")
    deployed = bench.deploy("gone")
    bench.client("s3").put_object(Bucket=stage.bucket, Key="config/a.json", Body=b"{}")

    plan, done = (bench.deploy("gone", "--destroy", how) for how in ("--plan", "--yes"))

    assert done.exit_code == 0, done.error
    assert plan.changes == done.changes
    assert list_everything(bench, "gone") == [stage.bucket]
    remembered = (bench.project / ".chalice" / "stages").glob("*.json")
    assert [path.stem for path in remembered] == ["first"]

    bench.deploy("gone", *DELETE_ALL, "gone")
    assert list_everything(bench, "gone") == []
    nothing = bench.deploy("gone", *DELETE_ALL, "gone")
    assert nothing.lines == ["there is nothing of stage 'gone' to remove"]
    assert bench.deploy("first", "--plan").changes == []
    assert bench.deploy("gone").changes == deployed.changes
    bench.deploy("gone", "--destroy", "--yes")


def test_stage_at_work_and_half_gone_is_destroyed(bench):
    # Enough series that training takes its time.
    table = make_table(range(600), months=96)
    stage = bench.find_stage("busy")
    sagemaker = bench.client("sagemaker")
    bench.deploy("busy")
    bench.client("s3").put_object(
        Bucket=stage.bucket, Key="raw/a.zip", Body=make_archive({"TTS.csv": table})
    )
    (job,) = wait_for(lambda: sagemaker.list_auto_ml_jobs()["AutoMLJobSummaries"])
    bench.client("lambda").delete_function(FunctionName=stage.resource("on_upload"))
    bench.client("events").remove_targets(
        Rule=stage.resource("on_execution_end-event"), Ids=["1"]
    )

    done = bench.deploy("busy", *DELETE_ALL, "busy")

    assert done.exit_code == 0, done.error
    assert f"removed    running execution {job['AutoMLJobName']}" in done.changes
    assert list_everything(bench, "busy") == []
    assert wait_for(lambda: is_stopped(sagemaker, job["AutoMLJobName"]))


def is_stopped(sagemaker, name):
    job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    return job["AutoMLJobStatus"] == "Stopped"


def test_lost_record_is_no_hindrance(bench):
    bench.deploy("lost")
    record = bench.project / ".chalice" / "deployed" / "lost.json"
    record.unlink()

    assert bench.deploy("lost").changes == []

    record.unlink()
    bench.deploy("lost", "--destroy", "--yes")
    assert list_everything(bench, "lost") == []


def test_key_network_and_people_are_remembered(bench):
    subnets = bench.client("ec2").describe_subnets()["Subnets"][:2]
    group = make_security_group(bench.client("ec2"), ("-1", None, None))
    ids = ",".join(subnet["SubnetId"] for subnet in subnets)
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab"
    people = ["--notify", "a@example.org", "--notify", "b@example.org"]

    first = bench.deploy(
        "opts",
        *("--kms-key", key, "--subnet-ids", ids, "--security-group-ids", group),
        *people,
    )
    second = bench.deploy("opts")

    stage = bench.find_stage("opts")
    assert first.exit_code == 0, first.error
    assert "nothing has changed" in second.lines
    job = bench.client("glue").get_job(JobName=stage.resource("report"))["Job"]
    assert job["Connections"] == {"Connections": [stage.resource("network")]}
    assert job["SecurityConfiguration"] == stage.resource("encryption")
    variables = bench.client("lambda").get_function_configuration(
        FunctionName=stage.resource("create_autopilot_job")
    )["Environment"]["Variables"]
    assert variables["KMS_KEY_ARN"] == key
    assert variables["SUBNET_IDS"] == ids

    forget = ["--kms-key", "none", "--subnet-ids", "none"]
    plain = bench.deploy("opts", *forget, "--security-group-ids", "none")
    assert f"removed    Glue connection {stage.resource('network')}" in plain.changes
    bench.deploy("opts", "--destroy", "--yes")


def test_profile_gives_keys_and_region(bench, tmp_path):
    (tmp_path / "config").write_text("[profile mine]\nregion = eu-west-1\n")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    keys = "".join(f"{name.lower()} = {bench.environ[name]}\n" for name in names)
    (tmp_path / "credentials").write_text(f"[mine]\n{keys}")
    dropped = {"AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ACCESS_KEY_ID"}
    environ = {k: v for k, v in bench.environ.items() if k not in dropped} | {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }

    done = bench.deploy("mine", "--profile", "mine", environ=environ)
    nowhere = bench.deploy("none", "--plan", environ=environ)

    assert done.exit_code == 0, done.error
    record = bench.project / ".chalice" / "deployed" / "mine.json"
    assert ":lambda:eu-west-1:" in record.read_text()
    assert nowhere.exit_code == 1
    assert "name one with --region" in nowhere.error
    bench.deploy("mine", "--destroy", "--yes", "--profile", "mine", environ=environ)


ERRORS = {
    "is not a key's ARN": ["--kms-key", "mine"],
    "cannot be part of other names": ["--stage", "Too_Long_For_It"],
    "deletes with --destroy only": ["--delete-data"],
    "could not be found": ["--profile", "nobody"],
}


@pytest.mark.parametrize("reason", ERRORS)
def test_mistakes_come_out_as_one_line(bench, reason):
    printed = bench.deploy("wrong", *ERRORS[reason])

    assert printed.exit_code == 1
    assert reason in printed.error
    assert len(printed.error.splitlines()) == 1
    assert printed.error.startswith("error: ")
