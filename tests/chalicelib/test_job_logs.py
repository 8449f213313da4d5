import json
import time

import boto3
import pytest
from moto import mock_aws

from chalicelib.endings import explain_ending
from chalicelib.job_logs import (
    JobLog,
    explain_job,
    find_culprit,
    find_job_log,
    read_last_lines,
)

GLUE = {
    "Id": "jr_1",
    "JobName": "preprocess",
    "JobRunState": "FAILED",
    "LogGroupName": "/aws-glue/python-jobs",
    "ErrorMessage": "Command failed with exit code 1",
}
TRACEBACK = (
    "Traceback (most recent call last):",
    '  File "/tmp/work/preprocess.py", line 3, in <module>',
    '  File "/tmp/modules/glue/transform.py", line 12',
    "    return table +",
    "SyntaxError: invalid syntax",
)
LOG = JobLog("/aws-glue/python-jobs/error", "jr_1")


def test_log_of_a_glue_job_is_found_by_its_run():
    assert find_job_log(json.dumps(GLUE)) == LOG


def test_log_of_a_transform_is_found_by_its_name():
    cause = json.dumps({"TransformJobName": "t", "TransformJobStatus": "Failed"})

    assert find_job_log(cause) == JobLog("/aws/sagemaker/TransformJobs", "t")


@pytest.mark.parametrize("cause", [None, "", "text", "[1]", '{"errorMessage": "x"}'])
def test_other_cause_has_no_log_of_a_job(cause):
    assert find_job_log(cause) is None


def test_traceback_blames_its_last_file_and_line():
    assert find_culprit(TRACEBACK) == (
        "SyntaxError: invalid syntax (transform.py, line 12)"
    )


@pytest.mark.parametrize("lines", [(), ("all went well",), TRACEBACK[:2]])
def test_log_without_an_error_blames_nothing(lines):
    assert find_culprit(lines) is None


def test_bare_exit_code_gets_what_the_log_says():
    log = JobLog(LOG.group, LOG.stream, TRACEBACK)

    told = explain_job(json.dumps(GLUE), GLUE["ErrorMessage"], log)

    assert told == (
        "SyntaxError: invalid syntax (transform.py, line 12) (Command failed with exit "
        "code 1); its log is /aws-glue/python-jobs/error, stream jr_1"
    )


@pytest.mark.parametrize(
    ("message", "lines", "told"),
    [
        ("Command failed with exit code -9", (), "was killed, as happens when it"),
        ("Command failed with exit code 2", ("usage: x",), "it logged: usage: x"),
        ("Command failed with exit code 2", (), "it logged nothing"),
        ("SyntaxError: invalid syntax", TRACEBACK, "syntax (transform.py, line 12); "),
        ("Broken: by hand", TRACEBACK, "Broken: by hand: SyntaxError: invalid"),
        ("out of room", ("x",), "out of room; its log"),
    ],
)
def test_reason_has_what_is_known(message, lines, told):
    log = JobLog(LOG.group, LOG.stream, lines)

    assert told in explain_job(json.dumps(GLUE), message, log)


def test_stopped_job_is_told_as_stopped():
    cause = json.dumps({**GLUE, "JobRunState": "STOPPED", "ErrorMessage": None})

    told = explain_ending(
        "FAILED", error="States.TaskFailed", cause=cause, data_report=None, log=LOG
    )

    assert told.startswith("somebody or something stopped the job")


def test_function_that_died_is_told_without_its_request():
    cause = json.dumps(
        {"errorMessage": "RequestId: 1-2 Error: Runtime exited with error: -9"}
    )

    told = explain_ending(
        "FAILED", error="Runtime.ExitError", cause=cause, data_report=None
    )

    assert told == (
        "the state's function died each time it was tried "
        "(Runtime exited with error: -9)"
    )


@mock_aws
def test_last_lines_of_a_log_are_read():
    logs = boto3.client("logs")
    assert read_last_lines(logs, LOG) == ()
    logs.create_log_group(logGroupName=LOG.group)
    for stream, words in (("jr_1", [f"line {n}\n" for n in range(40)]), ("j", ["x"])):
        logs.create_log_stream(logGroupName=LOG.group, logStreamName=stream)
        events = [
            {"timestamp": int(time.time() * 1000), "message": word} for word in words
        ]
        logs.put_log_events(
            logGroupName=LOG.group, logStreamName=stream, logEvents=events
        )

    lines = read_last_lines(logs, LOG)

    assert lines == tuple(f"line {n}" for n in range(25, 40))
