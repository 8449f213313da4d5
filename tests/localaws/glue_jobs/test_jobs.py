import json

import pytest
from botocore.exceptions import ClientError

from localaws import serve
from localaws.glue_jobs import runs as glue_runs
from tests.building.local_resources import (
    client,
    find_answer_misfits,
    get_run,
    make_job,
    make_role,
    make_wheel,
    name,
    read_log,
    run_job,
    wait_for,
)

OUTPUT = "/aws-glue/python-jobs/output"
ERROR = "/aws-glue/python-jobs/error"
SLEEP = "import time\ntime.sleep(60)\n"


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def read_run_log(group, run):
    events = client("logs").get_log_events(logGroupName=group, logStreamName=run["Id"])[
        "events"
    ]
    return [event["message"] for event in events]


def test_script_runs_with_the_library_set():
    job = make_job("import pandas, numpy, boto3\nprint(pandas.DataFrame([1]).sum()[0])")

    run = run_job(job)

    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert read_run_log(OUTPUT, run) == ["1"]


def test_script_cannot_import_what_glue_lacks():
    modules = ["chalicelib", "forecaster", "localaws", "chalice", "moto", "lightgbm"]
    job = make_job(
        "import importlib.util\n"
        f"print([m for m in {modules} if importlib.util.find_spec(m)])"
    )

    run = run_job(job)

    assert read_run_log(OUTPUT, run) == ["[]"]


def test_library_set_none_has_no_pandas():
    job = make_job("import botocore\nimport pandas", arguments={"library-set": "none"})

    run = run_job(job)

    assert run["ErrorMessage"] == "ModuleNotFoundError: No module named 'pandas'"


def test_extra_modules_and_wheels_are_importable():
    wheel = make_wheel("parcel", {"parcel/__init__.py": "TEXT = 'from the wheel'\n"})
    job = make_job(
        "import helper, parcel\nprint(helper.TEXT, parcel.TEXT)",
        modules={
            "helper.py": "TEXT = 'from the module'\n",
            "parcel-1-py3-none-any.whl": wheel,
        },
    )

    run = run_job(job)

    assert read_run_log(OUTPUT, run) == ["from the module from the wheel"]


def test_missing_module_fails_the_run():
    job = make_job("print(1)", arguments={"--extra-py-files": "s3://nowhere/at/all.py"})

    run = run_job(job)

    assert run["JobRunState"] == "FAILED"
    assert "s3://nowhere/at/all.py" in run["ErrorMessage"]


def test_run_arguments_override_those_of_the_job():
    job = make_job(
        "import json, sys\nprint(json.dumps(sys.argv[1:]))",
        arguments={"--bucket": "b", "--run_id": "none"},
        NonOverridableArguments={"--fixed": "1"},
    )

    run = run_job(job, Arguments={"--run_id": "r", "--fixed": "2"})

    given = json.loads(read_run_log(OUTPUT, run)[0])
    pairs = dict(zip(given[::2], given[1::2], strict=True))
    assert (pairs["--bucket"], pairs["--run_id"], pairs["--fixed"]) == ("b", "r", "1")
    assert "--job-bookmark-option" in pairs
    assert run["Arguments"]["--run_id"] == "r"


def test_exception_becomes_the_error_message():
    job = make_job(
        "class UploadRejected(Exception): pass\n"
        "raise UploadRejected('no TTS.csv; add it\\nno target; name it')\n"
    )

    run = run_job(job)

    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        "UploadRejected: no TTS.csv; add it\nno target; name it"
    )
    log = read_run_log(ERROR, run)
    assert log[0] == "Traceback (most recent call last):"
    assert "script.py" in log[1]
    assert "no target; name it" in log[-1]


def test_long_message_is_cut():
    run = run_job(make_job("raise ValueError('x' * 5000)"))

    assert len(run["ErrorMessage"]) == 2048


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("import sys\nsys.exit(0)", "SUCCEEDED"),
        ("import sys\nsys.exit(2)", "FAILED"),
        ("import sys\nsys.exit('no good')", "FAILED"),
        ("import os\nos._exit(5)", "FAILED"),
        ("print(", "FAILED"),
    ],
)
def test_exit_decides_the_state(script, state):
    assert run_job(make_job(script))["JobRunState"] == state


def test_script_has_a_place_of_its_own():
    job = make_job(
        "import os, tempfile\n"
        "open('left.txt', 'w').write('x')\n"
        "print(os.getcwd())\nprint(tempfile.gettempdir())\nprint(os.listdir())\n"
    )

    first, second = run_job(job), run_job(job)

    places = [read_run_log(OUTPUT, run) for run in (first, second)]
    assert places[0][0] != places[1][0]
    assert places[0][0] == places[0][1]
    assert places[1][2] == "['left.txt']"


def test_script_acts_as_the_role_of_the_job():
    job = make_job(
        "import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])"
    )

    run = run_job(job)

    role = client("glue").get_job(JobName=job)["Job"]["Role"]
    assert f"assumed-role/{role.rpartition('/')[2]}/" in read_run_log(OUTPUT, run)[0]


def test_edit_after_the_start_changes_nothing():
    job = make_job("import time\ntime.sleep(0.5)\nprint('old')")
    glue, s3 = client("glue"), client("s3")
    run = glue.start_job_run(JobName=job)["JobRunId"]
    wait_for(lambda: get_run(job, run)["JobRunState"] == "RUNNING")
    location = glue.get_job(JobName=job)["Job"]["Command"]["ScriptLocation"]
    bucket, key = location.removeprefix("s3://").split("/", 1)

    s3.put_object(Bucket=bucket, Key=key, Body="print('new')")
    wait_for(lambda: get_run(job, run)["JobRunState"] == "SUCCEEDED")

    assert read_run_log(OUTPUT, {"Id": run}) == ["old"]


def test_concurrent_runs_are_limited_until_one_ends():
    job = make_job(SLEEP)
    glue = client("glue")
    run = glue.start_job_run(JobName=job)["JobRunId"]

    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        glue.start_job_run(JobName=job)
    glue.batch_stop_job_run(JobName=job, JobRunIds=[run])
    wait_for(lambda: get_run(job, run)["JobRunState"] == "STOPPED")

    assert glue.start_job_run(JobName=job)["JobRunId"] != run


def test_runs_beyond_one_are_allowed_when_asked_for():
    job = make_job(SLEEP, ExecutionProperty={"MaxConcurrentRuns": 2})
    glue = client("glue")

    started = [glue.start_job_run(JobName=job)["JobRunId"] for _ in range(2)]

    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    assert [run["Id"] for run in runs] == started[::-1]
    glue.batch_stop_job_run(JobName=job, JobRunIds=started)


def test_stop_of_an_ended_run_is_an_error():
    job = make_job("print(1)")
    run = run_job(job)

    answer = client("glue").batch_stop_job_run(
        JobName=job, JobRunIds=[run["Id"], "jr_none"]
    )

    assert answer["SuccessfulSubmissions"] == []
    assert [e["ErrorDetail"]["ErrorCode"] for e in answer["Errors"]] == [
        "InvalidInputException",
        "EntityNotFoundException",
    ]


def test_timeout_ends_the_run(monkeypatch):
    monkeypatch.setattr(glue_runs, "SECONDS_PER_MINUTE", 0.5)

    run = run_job(make_job(SLEEP), Timeout=1)

    assert run["JobRunState"] == "TIMEOUT"
    assert run["Timeout"] == 1


def test_memory_is_that_of_the_capacity(monkeypatch):
    monkeypatch.setattr(glue_runs, "_BYTES_PER_CAPACITY", 16 * 64 * 1024**2)
    hungry = "held = bytearray(200 * 1024**2)\n" + SLEEP

    run = run_job(make_job(hungry))

    assert run["JobRunState"] == "FAILED"
    assert "out of memory" in run["ErrorMessage"]


def test_log_can_be_read_while_the_script_runs():
    job = make_job("print('begun')\n" + SLEEP)
    run = client("glue").start_job_run(JobName=job)["JobRunId"]

    wait_for(lambda: "begun" in read_log(OUTPUT))

    assert get_run(job, run)["JobRunState"] == "RUNNING"
    client("glue").batch_stop_job_run(JobName=job, JobRunIds=[run])


def test_update_replaces_the_definition():
    job = make_job("print(1)", arguments={"--a": "1"}, Timeout=5)
    glue = client("glue")
    found = glue.get_job(JobName=job)["Job"]

    glue.update_job(
        JobName=job,
        JobUpdate={"Role": found["Role"], "Command": found["Command"], "Timeout": 7},
    )

    updated = glue.get_job(JobName=job)["Job"]
    assert updated["Timeout"] == 7
    assert updated.get("DefaultArguments", {}) == {}


@pytest.mark.parametrize("capacity", [0.5, 2.0, 10.0])
def test_capacity_is_one_of_python_shell(capacity):
    with pytest.raises(ClientError, match=r"0\.0625 or 1"):
        client("glue").start_job_run(JobName=make_job("print(1)"), MaxCapacity=capacity)


def test_role_must_trust_glue():
    with pytest.raises(ClientError) as caught:
        client("glue").create_job(
            Name=name("job"),
            Role=make_role("lambda"),
            Command={"Name": "pythonshell", "ScriptLocation": "s3://b/k.py"},
        )

    assert caught.value.response["Error"] == {
        "Code": "InvalidInputException",
        "Message": "Role should be given assume role permissions for Glue Service.",
    }


def test_job_of_that_name_is_not_replaced():
    job = make_job("print(1)")
    glue = client("glue")
    role = glue.get_job(JobName=job)["Job"]["Role"]

    with pytest.raises(glue.exceptions.IdempotentParameterMismatchException):
        glue.create_job(
            Name=job,
            Role=role,
            Command={"Name": "pythonshell", "ScriptLocation": "s3://b/other.py"},
        )


def test_ended_run_says_how_long_it_took():
    run = run_job(make_job("import time\ntime.sleep(1.1)"))

    assert run["ExecutionTime"] in (1, 2)
    assert find_answer_misfits("glue", "GetJobRun", {"JobRun": run}) == []
    assert run["CompletedOn"] >= run["StartedOn"]
