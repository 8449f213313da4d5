import base64
import json
import os
import select
import signal
import threading
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localaws import serve
from localaws.lambda_functions import backend
from tests.building.local_resources import (
    client,
    invoke,
    make_archive,
    make_function,
    make_role,
    name,
    read_function_log,
    wait_for,
)

ECHO = "def handler(event, context):\n    return event\n"
COUNT = """
calls = 0
def handler(event, context):
    global calls
    calls += 1
    return calls
"""


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def test_function_has_its_own_environment_only():
    function = make_function(
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n",
        Environment={"Variables": {"STAGE": "local"}},
    )

    environ, _ = invoke(function)

    assert environ["STAGE"] == "local"
    assert environ["AWS_REGION"] == "us-east-1"
    assert environ["AWS_LAMBDA_FUNCTION_NAME"] == function.rpartition(":")[2]
    assert "PYTEST_CURRENT_TEST" not in environ
    assert not {"HOME", "USER", "PYTHONPATH"} & set(environ)


def test_function_acts_as_its_role():
    function = make_function(
        "import boto3\ndef handler(event, context):\n"
        "    return boto3.client('sts').get_caller_identity()['Arn']\n"
    )

    arn, _ = invoke(function)

    role = client("lambda").get_function(FunctionName=function)
    role_name = role["Configuration"]["Role"].rpartition("/")[2]
    assert f"assumed-role/{role_name}/{function.rpartition(':')[2]}" in arn


@pytest.mark.parametrize("library", ["pandas", "numpy", "moto", "localaws", "chalice"])
def test_function_cannot_import_what_lambda_lacks(library):
    function = make_function(f"import {library}\n{ECHO}")

    error, kind = invoke(function)

    assert kind == "Unhandled"
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["errorMessage"] == (
        f"Unable to import module 'app': No module named '{library}'"
    )


def test_function_sees_all_of_its_archive():
    archive = make_archive(
        {
            "app.py": "from parts.one import TEXT\n"
            "def handler(event, context):\n    return TEXT\n",
            "parts/__init__.py": "",
            "parts/one.py": "TEXT = 'one'\n",
        }
    )
    function = make_function(ECHO)

    client("lambda").update_function_code(FunctionName=function, ZipFile=archive)

    assert invoke(function) == ("one", None)


def test_edit_after_the_deploy_changes_nothing(tmp_path):
    source = tmp_path / "app.py"
    source.write_text(ECHO)
    function = make_function(source.read_text())

    source.write_text("raise RuntimeError\n")

    assert invoke(function, {"a": 1}) == ({"a": 1}, None)


def test_exception_comes_back_as_lambda_gives_it():
    function = make_function(
        "class AutopilotBusy(Exception): pass\n"
        "def handler(event, context):\n    raise AutopilotBusy('four jobs run')\n"
    )

    error, kind = invoke(function)

    assert kind == "Unhandled"
    assert (error["errorType"], error["errorMessage"]) == (
        "AutopilotBusy",
        "four jobs run",
    )
    assert error["stackTrace"] == [
        '  File "/var/task/app.py", line 3, in handler\n'
        "    raise AutopilotBusy('four jobs run')\n"
    ]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def other(event, context): pass\n", "Runtime.HandlerNotFound"),
        ("def handler(event, context) pass\n", "Runtime.UserCodeSyntaxError"),
        ("raise ValueError('no')\n", "ValueError"),
        (
            "def handler(event, context):\n    return {1, 2}\n",
            "Runtime.MarshalError",
        ),
        (
            "import os\ndef handler(event, context):\n    os._exit(3)\n",
            "Runtime.ExitError",
        ),
    ],
)
def test_failure_of_the_runtime_is_named(source, kind):
    error, _ = invoke(make_function(source))

    assert error["errorType"] == kind


def test_timeout_ends_the_function():
    function = make_function(
        "import time\ndef handler(event, context):\n    time.sleep(60)\n", Timeout=1
    )

    began = time.monotonic()
    error, kind = invoke(function)

    assert time.monotonic() - began < 30
    assert kind == "Unhandled"
    assert error["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in error["errorMessage"]


def test_context_describes_the_invocation():
    function = make_function(
        "def handler(event, context):\n"
        "    return [context.function_name, context.invoked_function_arn,\n"
        "            context.get_remaining_time_in_millis()]\n",
        Timeout=30,
    )

    (shown_name, arn, left), _ = invoke(function)

    assert (shown_name, arn) == (function.rpartition(":")[2], function)
    assert 20_000 < left <= 30_000


def test_warm_function_keeps_its_state():
    function = make_function(COUNT)

    assert [invoke(function)[0] for _ in range(3)] == [1, 2, 3]


def kill_and_see_its_end(pid):
    """Kill a process, and wait until the last of its threads has ended."""
    end = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    ended, _, _ = select.select([end], [], [], 10)
    os.close(end)
    assert ended


def test_killed_environment_is_not_used_again():
    function = make_function(
        "import os\ndef handler(event, context):\n    return os.getpid()\n"
    )
    first, _ = invoke(function)

    kill_and_see_its_end(first)

    second, kind = invoke(function)
    assert kind is None
    assert second != first


def test_changed_configuration_starts_afresh():
    function = make_function(COUNT)
    invoke(function)

    client("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": {"A": "b"}}
    )

    assert invoke(function)[0] == 1


def test_invocations_at_once_have_environments_each():
    function = make_function(
        "import os, time\ndef handler(event, context):\n"
        "    time.sleep(2)\n    return os.getpid()\n"
    )
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(invoke(function)[0]))
        for _ in range(3)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 3


def test_log_holds_prints_and_lambda_lines():
    function = make_function(
        "import logging\nlogging.getLogger().setLevel('INFO')\n"
        "def handler(event, context):\n"
        "    print('printed')\n    logging.info('logged')\n"
    )

    invoke(function)

    log = read_function_log(function)
    assert log[0].startswith("START RequestId: ")
    assert log[1] == "printed"
    assert log[2].startswith("[INFO]\t")
    assert log[2].endswith("\tlogged")
    assert log[3].startswith("END RequestId: ")
    assert log[4].startswith("REPORT RequestId: ")
    assert "Init Duration" in log[4]


def test_log_tail_comes_with_the_answer():
    function = make_function("def handler(event, context):\n    print('here')\n")

    answer = client("lambda").invoke(FunctionName=function, LogType="Tail")

    assert "here\n" in base64.b64decode(answer["LogResult"]).decode()


def test_reserved_concurrency_is_kept():
    function = make_function(
        "import time\ndef handler(event, context):\n    time.sleep(2)\n"
    )
    lambdas = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    lambdas.put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=1
    )
    busy = threading.Thread(target=lambda: invoke(function))
    busy.start()
    time.sleep(0.8)

    with pytest.raises(ClientError) as caught:
        lambdas.invoke(FunctionName=function)

    busy.join()
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_caller_without_a_turn_is_throttled(monkeypatch):
    monkeypatch.setattr(backend, "TURN_SECONDS", 0.2)
    function = make_function(
        "import time\ndef handler(event, context):\n    time.sleep(event)\n"
    )
    lambdas = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    answers = []

    def call():
        try:
            lambdas.invoke(FunctionName=function, Payload="4")
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])
        else:
            answers.append("done")

    threads = [threading.Thread(target=call) for _ in range(backend.AT_ONCE + 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [
        *["TooManyRequestsException"] * 2,
        *["done"] * backend.AT_ONCE,
    ]


def test_failed_event_is_tried_thrice_and_kept():
    queue = client("sqs").create_queue(QueueName=name("failed"))["QueueUrl"]
    function = make_function(
        "def handler(event, context):\n    raise ValueError('never')\n"
    )
    lambdas = client("lambda")
    lambdas.put_function_event_invoke_config(
        FunctionName=function,
        DestinationConfig={"OnFailure": {"Destination": _queue_arn(queue)}},
    )

    answer = lambdas.invoke(
        FunctionName=function, InvocationType="Event", Payload='{"a": 1}'
    )

    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    record = json.loads(wait_for(lambda: _receive(queue))["Body"])
    assert record["requestPayload"] == {"a": 1}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorType"] == "ValueError"
    log = read_function_log(function)
    starts = [line.split()[2] for line in log if line.startswith("START")]
    assert starts == [record["requestContext"]["requestId"]] * 3


def test_event_is_tried_as_often_as_configured():
    function = make_function(
        "def handler(event, context):\n    print('try')\n    raise ValueError\n"
    )
    lambdas = client("lambda")
    lambdas.put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=1
    )

    lambdas.invoke(FunctionName=function, InvocationType="Event")

    wait_for(lambda: read_function_log(function).count("try") == 2)
    time.sleep(0.6)
    assert read_function_log(function).count("try") == 2


def test_event_settings_are_replaced_and_merged():
    function = make_function(ECHO)
    lambdas = client("lambda")

    lambdas.put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=0
    )
    lambdas.put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=1
    )
    lambdas.update_function_event_invoke_config(
        FunctionName=function, MaximumEventAgeInSeconds=60
    )

    found = lambdas.get_function_event_invoke_config(FunctionName=function)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 60)


def test_role_must_trust_lambda():
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        client("lambda").create_function(
            FunctionName=name("function"),
            Role=make_role("glue"),
            Runtime="python3.11",
            Handler="app.handler",
            Code={"ZipFile": make_archive({"app.py": ECHO})},
        )


def test_payload_must_be_json():
    function = make_function(ECHO)

    with pytest.raises(ClientError) as caught:
        client("lambda").invoke(FunctionName=function, Payload="{")

    assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_dry_run_runs_nothing():
    function = make_function(ECHO)

    answer = client("lambda").invoke(FunctionName=function, InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert read_function_log(function) == []


def test_nothing_but_loopback_can_be_reached():
    function = make_function(
        "import urllib.request\ndef handler(event, context):\n"
        "    urllib.request.urlopen('http://192.0.2.1/', timeout=2)\n"
    )

    error, _ = invoke(function)

    assert error["errorType"] == "URLError"
    assert "Connection refused" in error["errorMessage"]


def _queue_arn(url):
    found = client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["QueueArn"]
    )
    return found["Attributes"]["QueueArn"]


def _receive(url):
    messages = client("sqs").receive_message(QueueUrl=url).get("Messages", [])
    return messages[0] if messages else None


def test_caller_s_variables_do_not_reach_a_function(monkeypatch):
    monkeypatch.setitem(os.environ, "SECRET_OF_THE_CALLER", "x")
    function = make_function(
        "import os\ndef handler(event, context):\n    return list(os.environ)\n"
    )

    assert "SECRET_OF_THE_CALLER" not in invoke(function)[0]
