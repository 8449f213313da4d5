"""Small functions, Glue jobs and state machines for a local AWS, for tests."""

import functools
import io
import itertools
import json
import os
import time
import zipfile

import boto3

from localaws.host.models import load_service_model
from localaws.host.request_checks import find_misfits

PATIENCE = 20.0
_numbers = itertools.count(1)


def client(service):
    """Give a client of the local AWS that runs."""
    return _make_client(
        service, os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_ACCESS_KEY_ID"]
    )


@functools.cache
def _make_client(service, endpoint_url, owner):
    return boto3.client(service, endpoint_url=endpoint_url)


def name(prefix):
    """Make a name that no other test uses."""
    return f"{prefix}-{next(_numbers)}"


def wait_for(find, *, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {patience} s")


def make_archive(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def make_wheel(name, files):
    """Make a wheel of a distribution of that name."""
    info = f"{name}-1.dist-info/"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    own = {f"{info}METADATA": metadata, f"{info}WHEEL": kind}
    names = [*files, *own, f"{info}RECORD"]
    record = "".join(f"{listed},,\n" for listed in names)
    return make_archive({**files, **own, f"{info}RECORD": record})


def make_role(service):
    """Make a role that a service, such as ``lambda``, may assume, and that may all."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    allow_all = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    iam = client("iam")
    role = name(service)
    created = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName=role, PolicyName="all", PolicyDocument=json.dumps(allow_all)
    )
    return created["Role"]["Arn"]


def make_function(source, **options):
    """Create a function from the text of its module; return its ARN."""
    created = client("lambda").create_function(
        FunctionName=name("function"),
        Role=make_role("lambda"),
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": make_archive({"app.py": source})},
        **options,
    )
    return created["FunctionArn"]


def invoke(function, event=None):
    """Invoke a function; return what it returned and the kind of error, if any."""
    answer = client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event or {})
    )
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def let_in(function, service):
    """Let another service invoke a function."""
    client("lambda").add_permission(
        FunctionName=function,
        StatementId=service,
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
    )


def read_log(group):
    """Read the messages of a log group, which may not be there yet."""
    logs = client("logs")
    try:
        events = logs.filter_log_events(logGroupName=group)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events]


def read_function_log(function):
    return read_log(f"/aws/lambda/{function.rpartition(':')[2]}")


def make_bucket(**options):
    bucket = name("bucket")
    client("s3").create_bucket(Bucket=bucket, **options)
    return bucket


SHELL = {
    "Command": {"Name": "pythonshell", "PythonVersion": "3.9"},
    "MaxCapacity": 0.0625,
}
SPARK = {
    "Command": {"Name": "glueetl", "PythonVersion": "3"},
    "GlueVersion": "5.1",
    "WorkerType": "G.1X",
    "NumberOfWorkers": 2,
}


def make_job(script, *, modules=None, arguments=None, kind=SHELL, **options):
    """Create a Glue job from the text of its script; return its name."""
    bucket = make_bucket()
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key="code/script.py", Body=script)
    for path, body in (modules or {}).items():
        s3.put_object(Bucket=bucket, Key=f"code/{path}", Body=body)
    extra = ",".join(f"s3://{bucket}/code/{path}" for path in modules or {})
    job = name("job")
    given = "--extra-py-files" if kind is SHELL else "--additional-python-modules"
    command = {**kind["Command"], "ScriptLocation": f"s3://{bucket}/code/script.py"}
    client("glue").create_job(
        Name=job,
        Role=make_role("glue"),
        DefaultArguments={given: extra, **(arguments or {})},
        **{**kind, **options, "Command": command},
    )
    return job


def get_run(job, run):
    return client("glue").get_job_run(JobName=job, RunId=run)["JobRun"]


def run_job(job, *, patience=PATIENCE, **options):
    """Run a Glue job to its end and describe the run."""
    run = client("glue").start_job_run(JobName=job, **options)["JobRunId"]

    def ended():
        found = get_run(job, run)
        return found if "CompletedOn" in found else None

    return wait_for(ended, patience=patience)


def make_machine(states, **options):
    """Create a state machine that begins with the first of ``states``."""
    definition = {"StartAt": next(iter(states)), "States": states, **options}
    created = client("stepfunctions").create_state_machine(
        name=name("machine"),
        definition=json.dumps(definition),
        roleArn=make_role("states"),
    )
    return created["stateMachineArn"]


def start(machine, event=None, **options):
    started = client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps(event or {}), **options
    )
    return started["executionArn"]


def describe(execution):
    return client("stepfunctions").describe_execution(executionArn=execution)


def wait_for_end(execution):
    def ended():
        found = describe(execution)
        return found if found["status"] != "RUNNING" else None

    return wait_for(ended)


def run_machine(machine, event=None):
    """Run a state machine to its end and describe the execution."""
    return wait_for_end(start(machine, event))


def list_events(execution):
    history = client("stepfunctions").get_execution_history(
        executionArn=execution, maxResults=1000
    )
    return history["events"]


def list_event_types(execution):
    return [event["type"] for event in list_events(execution)]


def task(service_action, parameters, **options):
    """Build a Task state that ends the machine."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{service_action}",
        "Parameters": parameters,
        "End": True,
        **options,
    }


def find_answer_misfits(service, operation, answer):
    """Say where an answer does not fit the service's model of it."""
    model = load_service_model(service).operation_model(operation)
    return find_misfits(answer, model.output_shape)
