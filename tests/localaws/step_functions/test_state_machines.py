import json
import threading
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from localaws import serve
from localaws.faults.plan import Fault
from localaws.step_functions import task_states
from tests.building.local_resources import (
    client,
    describe,
    find_answer_misfits,
    let_in,
    list_event_types,
    list_events,
    make_function,
    make_job,
    make_machine,
    make_role,
    name,
    read_function_log,
    run_machine,
    start,
    task,
    wait_for,
    wait_for_end,
)

ECHO = "def handler(event, context):\n    return event\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
LONG_WAIT = {"Pause": {"Type": "Wait", "Seconds": 86400 * 300, "End": True}}
SLEEP = "import time\ntime.sleep(60)\n"


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


def lambda_task(function, payload=None, **options):
    parameters = {"FunctionName": function, "Payload": payload or {}}
    return task("lambda:invoke", parameters, **options)


def glue_task(job, **options):
    return task("glue:startJobRun.sync", {"JobName": job}, **options)


def retry(error, **options):
    rule = {"ErrorEquals": [error], "IntervalSeconds": 300, "MaxAttempts": 5}
    return [{**rule, "BackoffRate": 1.0, **options}]


def list_runs(job):
    return client("glue").get_job_runs(JobName=job)["JobRuns"]


def is_stopped(job):
    return [run["JobRunState"] for run in list_runs(job)] == ["STOPPED"]


def wait_for_event(execution, kind):
    return wait_for(lambda: kind in list_event_types(execution))


def stop(execution, **reason):
    """Stop an execution, see that it was at once, and describe it."""
    began = time.monotonic()
    client("stepfunctions").stop_execution(executionArn=execution, **reason)
    assert time.monotonic() - began < 5
    return describe(execution)


def test_function_s_result_is_the_output():
    function = make_function(ECHO)
    states = {"Call": lambda_task(function, {"a.$": "$.a"}, OutputPath="$.Payload")}

    ended = run_machine(make_machine(states), {"a": [1, None, "é"]})

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == {"a": [1, None, "é"]}


def test_function_s_error_type_is_the_error():
    function = make_function(
        "class AutopilotFailed(Exception): pass\n"
        "def handler(event, context):\n    raise AutopilotFailed('no model')\n"
    )

    ended = run_machine(make_machine({"Call": lambda_task(function)}))

    assert (ended["status"], ended["error"]) == ("FAILED", "AutopilotFailed")
    assert json.loads(ended["cause"])["errorMessage"] == "no model"


def test_function_s_error_is_retried_at_the_machine_s_pace():
    function = make_function(
        "class Busy(Exception): pass\ncalls = 0\n"
        "def handler(event, context):\n    global calls\n    calls += 1\n"
        "    if calls < 3:\n        raise Busy\n    return calls\n"
    )
    states = {"Call": lambda_task(function, Retry=retry("Busy"))}

    began = time.monotonic()
    ended = run_machine(make_machine(states))

    assert json.loads(ended["output"])["Payload"] == 3
    # Twice 300 seconds, 300 times faster.
    assert 2 <= time.monotonic() - began < 60


def test_throttled_function_is_named_as_on_aws():
    function = make_function(ECHO)
    client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )

    ended = run_machine(make_machine({"Call": lambda_task(function)}))

    assert ended["error"] == "Lambda.TooManyRequestsException"


def test_timed_out_function_is_named_as_on_aws():
    function = make_function(SLOW, Timeout=1)

    ended = run_machine(make_machine({"Call": lambda_task(function)}))

    assert ended["error"] == "Sandbox.Timedout"


def test_job_is_seen_to_its_end():
    job = make_job("print('done')")

    ended = run_machine(make_machine({"Run": glue_task(job)}))

    run = json.loads(ended["output"])
    assert (run["JobName"], run["JobRunState"]) == (job, "SUCCEEDED")
    assert abs(run["StartedOn"] / 1000 - time.time()) < 60
    assert isinstance(run["CompletedOn"], int)


def test_end_of_a_job_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(task_states, "_LOOK_SECONDS", 60.0)
    machine = make_machine({"Run": glue_task(make_job("pass"))})
    began = time.monotonic()

    assert run_machine(machine)["status"] == "SUCCEEDED"
    assert time.monotonic() - began < 30


def test_failed_job_fails_the_task_with_its_description():
    job = make_job("raise ValueError('no target')")

    ended = run_machine(make_machine({"Run": glue_task(job)}))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(ended["cause"])
    assert cause["JobRunState"] == "FAILED"
    assert cause["ErrorMessage"] == "ValueError: no target"


def test_failed_job_can_be_caught():
    job = make_job("raise ValueError('no target')")
    caught = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Say"}]
    states = {
        "Run": glue_task(job, Catch=caught),
        "Say": {"Type": "Pass", "End": True},
    }

    ended = run_machine(make_machine(states))

    assert json.loads(ended["output"])["Error"] == "States.TaskFailed"


def test_busy_job_is_retried():
    job = make_job("import time\ntime.sleep(1.2)")
    busy = retry("Glue.ConcurrentRunsExceededException", MaxAttempts=10)
    machine = make_machine({"Run": glue_task(job, Retry=busy)})

    ended = [wait_for_end(e) for e in [start(machine), start(machine)]]

    assert [e["status"] for e in ended] == ["SUCCEEDED", "SUCCEEDED"]
    types = [list_event_types(e["executionArn"]) for e in ended]
    assert sum(kinds.count("TaskFailed") for kinds in types) >= 1


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        (
            "glue:startJobRun.sync",
            {"JobName": "none"},
            "Glue.EntityNotFoundException",
        ),
        ("glue:startJobRun.sync", {"JobName": ""}, "Glue.ValidationException"),
        (
            "sagemaker:createModel",
            {"ModelName": "bad name", "ExecutionRoleArn": "arn"},
            "SageMaker.AmazonSageMakerException",
        ),
        (
            "lambda:invoke",
            {"FunctionName": "none"},
            "Lambda.ResourceNotFoundException",
        ),
    ],
)
def test_refused_call_is_named_as_on_aws(action, parameters, error):
    ended = run_machine(make_machine({"Call": task(action, parameters)}))

    assert (ended["status"], ended["error"]) == ("FAILED", error)
    assert "Status Code: 4" in ended["cause"]


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        ("lambda:invoke", {"FunctionName": "any"}, "Lambda.SdkClientException"),
        ("glue:startJobRun.sync", {"JobName": "any"}, "Glue.SdkClientException"),
        (
            "sagemaker:createModel",
            {"ModelName": "any", "ExecutionRoleArn": "arn"},
            "SageMaker.SdkClientException",
        ),
    ],
)
def test_unanswered_call_is_named_as_on_aws(local, action, parameters, error):
    machine = make_machine({"Call": task(action, parameters)})
    service = action.partition(":")[0]
    local.faults.replace(Fault("unanswered", service, role="states", count=1))

    ended = run_machine(machine)

    assert (ended["status"], ended["error"]) == ("FAILED", error)


def test_role_that_may_not_call_is_refused():
    function = make_function(ECHO)
    machine = make_machine({"Call": lambda_task(function)})
    role = client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    client("iam").delete_role_policy(
        RoleName=role["roleArn"].rpartition("/")[2], PolicyName="all"
    )

    ended = run_machine(machine)

    assert ended["error"] == "Lambda.AWSLambdaException"
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["cause"]


def test_task_s_time_limit_stops_its_job():
    job = make_job(SLEEP)

    ended = run_machine(make_machine({"Run": glue_task(job, TimeoutSeconds=2)}))

    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    wait_for(lambda: is_stopped(job))


def test_wait_for_a_turn_is_not_of_the_task_s_time():
    function = make_function(
        "import time\ndef handler(event, context):\n    time.sleep(1.5)\n"
    )
    machine = make_machine({"Call": lambda_task(function, TimeoutSeconds=8)})

    started = [start(machine) for _ in range(64)]

    ended = [wait_for_end(execution) for execution in started]
    assert {execution["status"] for execution in ended} == {"SUCCEEDED"}


def test_task_s_time_limit_leaves_its_function():
    states = {"Call": lambda_task(make_function(SLOW), TimeoutSeconds=1)}

    ended = run_machine(make_machine(states))

    assert ended["error"] == "States.Timeout"


def test_machine_s_time_limit_ends_the_execution():
    job = make_job(SLEEP)

    ended = run_machine(make_machine({"Run": glue_task(job)}, TimeoutSeconds=2))

    assert ended["status"] == "TIMED_OUT"
    assert ended["stopDate"] > ended["startDate"]
    wait_for(lambda: is_stopped(job))
    listed = client("stepfunctions").list_executions(
        stateMachineArn=ended["stateMachineArn"]
    )["executions"]
    assert listed[0]["stopDate"] == ended["stopDate"]


def test_wait_passes_at_the_machine_s_pace():
    began = time.monotonic()
    ended = run_machine(
        make_machine({"Pause": {"Type": "Wait", "Seconds": 300, "End": True}})
    )

    assert ended["status"] == "SUCCEEDED"
    assert 1 <= time.monotonic() - began < 60


def test_stop_ends_a_wait_with_its_reason():
    execution = start(make_machine(LONG_WAIT))
    wait_for_event(execution, "WaitStateEntered")

    stopped = stop(execution, error="Nobody", cause="waits any more")

    assert stopped["status"] == "ABORTED"
    assert (stopped["error"], stopped["cause"]) == ("Nobody", "waits any more")
    assert stopped["stopDate"] >= stopped["startDate"]


def test_stop_ends_a_pause_before_a_retry():
    function = make_function("def handler(event, context):\n    raise ValueError\n")
    long = retry("ValueError", IntervalSeconds=86400 * 300)
    execution = start(make_machine({"Call": lambda_task(function, Retry=long)}))
    wait_for_event(execution, "TaskFailed")

    assert stop(execution)["status"] == "ABORTED"


def test_stop_does_not_wait_for_a_function():
    function = make_function(SLOW, Timeout=60)
    execution = start(make_machine({"Call": lambda_task(function)}))
    wait_for_event(execution, "TaskStarted")

    assert stop(execution)["status"] == "ABORTED"
    assert list_event_types(execution)[-1] == "ExecutionAborted"


def test_stop_stops_the_job():
    job = make_job(SLEEP)
    execution = start(make_machine({"Run": glue_task(job)}))
    wait_for_event(execution, "TaskSubmitted")

    assert stop(execution)["status"] == "ABORTED"
    wait_for(lambda: is_stopped(job))


def test_stop_of_an_ended_execution_changes_nothing():
    ended = run_machine(make_machine({"Say": {"Type": "Pass", "End": True}}))

    assert stop(ended["executionArn"])["status"] == "SUCCEEDED"


def test_stop_right_after_the_start_works():
    assert stop(start(make_machine(LONG_WAIT)))["status"] == "ABORTED"


def test_same_name_and_input_start_once():
    machine = make_machine(LONG_WAIT)

    found = {start(machine, {"a": 1}, name="once") for _ in range(3)}

    assert len(found) == 1
    stop(*found)


def test_same_event_at_once_starts_once():
    machine = make_machine(LONG_WAIT)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(start(machine, name="once")))
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    listed = client("stepfunctions").list_executions(stateMachineArn=machine)
    assert (len(set(found)), len(listed["executions"])) == (1, 1)
    stop(found[0])


@pytest.mark.parametrize("ended", [True, False])
def test_name_is_spent_for_other_input_or_after_the_end(ended):
    machine = make_machine(LONG_WAIT)
    execution = start(machine, {"a": 1}, name="spent")
    if ended:
        stop(execution)

    with pytest.raises(client("stepfunctions").exceptions.ExecutionAlreadyExists):
        start(machine, {"a": 1 if ended else 2}, name="spent")

    stop(execution)


def test_execution_without_a_name_gets_one():
    execution = start(make_machine({"Say": {"Type": "Pass", "End": True}}))

    assert uuid.UUID(execution.rpartition(":")[2])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"input": "{"}, "InvalidExecutionInput"),
        ({"input": json.dumps("x" * 262144)}, "InvalidExecutionInput"),
        ({"name": "with a space"}, "InvalidName"),
        ({"name": "x" * 81}, "ValidationException"),
    ],
)
def test_bad_start_is_refused(arguments, error):
    machine = make_machine({"Say": {"Type": "Pass", "End": True}})

    with pytest.raises(ClientError) as caught:
        client("stepfunctions").start_execution(stateMachineArn=machine, **arguments)

    assert caught.value.response["Error"]["Code"] == error


def test_intrinsic_functions_work():
    states = {
        "Say": {
            "Type": "Pass",
            "Parameters": {
                "name.$": (
                    "States.Format('{}-{}', $.run, States.ArrayGetItem("
                    "States.StringSplit(States.UUID(), '-'), 0))"
                ),
                "parsed.$": "States.StringToJson($.text)",
                "retries.$": "$$.Execution.RedriveCount",
                "id.$": "$$.Execution.Name",
                "start.$": "$$.Execution.StartTime",
            },
            "End": True,
        }
    }

    ended = run_machine(make_machine(states), {"run": "r", "text": '{"a": [1]}'})

    output = json.loads(ended["output"])
    assert len(output["name"]) == len("r-") + 8
    assert output["parsed"] == {"a": [1]}
    assert output["retries"] == 0
    assert output["id"] == ended["name"]
    assert output["start"].endswith("Z")


def test_history_comes_in_pages_and_either_order():
    states = {
        f"Say{n}": {"Type": "Pass", **({"Next": f"Say{n + 1}"} if n < 9 else {})}
        for n in range(10)
    }
    states["Say9"]["End"] = True
    execution = run_machine(make_machine(states))["executionArn"]
    pages = client("stepfunctions").get_paginator("get_execution_history")

    forward, backward = (
        [
            event["id"]
            for page in pages.paginate(
                executionArn=execution,
                reverseOrder=reverse,
                PaginationConfig={"PageSize": 4},
            )
            for event in page["events"]
        ]
        for reverse in (False, True)
    )

    assert forward == list(range(1, 23))
    assert backward == forward[::-1]


def test_later_definition_does_not_reach_an_execution():
    function = make_function(ECHO)
    states = {
        "Pause": {"Type": "Wait", "Seconds": 300, "Next": "Call"},
        "Call": lambda_task(function, {"version": "old"}, OutputPath="$.Payload"),
    }
    machine = make_machine(states)
    execution = start(machine)

    states["Call"] = lambda_task(function, {"version": "new"}, OutputPath="$.Payload")
    client("stepfunctions").update_state_machine(
        stateMachineArn=machine,
        definition=json.dumps({"StartAt": "Pause", "States": states}),
    )

    assert json.loads(wait_for_end(execution)["output"]) == {"version": "old"}
    assert json.loads(run_machine(machine)["output"]) == {"version": "new"}


def test_redriven_execution_goes_on_where_it_failed():
    function = make_function(
        "calls = 0\ndef handler(event, context):\n    global calls\n    calls += 1\n"
        "    if calls == 1:\n        raise ValueError\n    return calls\n"
    )
    states = {
        "First": {"Type": "Pass", "Result": {"a": 1}, "Next": "Call"},
        "Call": lambda_task(function, {"n.$": "$$.Execution.RedriveCount"}),
    }
    failed = run_machine(make_machine(states))
    execution = failed["executionArn"]
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")

    client("stepfunctions").redrive_execution(executionArn=execution)

    # At once, and not only when it goes on.
    at_once = list_event_types(execution)
    assert at_once[at_once.index("ExecutionFailed") + 1] == "ExecutionRedriven"
    ended = wait_for_end(execution)
    assert (ended["status"], ended["redriveCount"]) == ("SUCCEEDED", 1)
    assert json.loads(ended["output"])["Payload"] == 2
    assert find_answer_misfits("stepfunctions", "DescribeExecution", ended) == []
    types = list_event_types(execution)
    assert types.count("PassStateEntered") == 1
    assert "ExecutionRedriven" in types
    events = list_events(execution)
    history = {"events": events}
    assert find_answer_misfits("stepfunctions", "GetExecutionHistory", history) == []
    ids = [event["id"] for event in events]
    assert ids == list(range(1, len(ids) + 1))


def test_execution_that_succeeded_cannot_be_redriven():
    ended = run_machine(make_machine({"Say": {"Type": "Pass", "End": True}}))
    stepfunctions = client("stepfunctions")

    with pytest.raises(stepfunctions.exceptions.ExecutionNotRedrivable):
        stepfunctions.redrive_execution(executionArn=ended["executionArn"])


def test_every_change_of_status_is_an_event():
    watcher = make_function(
        "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"
    )
    let_in(watcher, "events")
    rule = name("rule")
    client("events").put_rule(
        Name=rule,
        EventPattern=json.dumps(
            {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
            }
        ),
    )
    client("events").put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": watcher}])

    good = run_machine(make_machine({"Say": {"Type": "Pass", "End": True}}), {"a": 1})
    bad = run_machine(
        make_machine({"End": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}})
    )
    stopped = start(make_machine(LONG_WAIT))
    stop(stopped, error="E", cause="why")
    late = run_machine(make_machine(LONG_WAIT, TimeoutSeconds=1))

    def read():
        lines = [x for x in read_function_log(watcher) if x.startswith("{")]
        return [json.loads(x)["detail"] for x in lines] if len(lines) == 8 else None

    details = wait_for(read)
    found = {(d["executionArn"], d["status"]): d for d in details}
    assert set(found) == {
        (good["executionArn"], "RUNNING"),
        (good["executionArn"], "SUCCEEDED"),
        (bad["executionArn"], "RUNNING"),
        (bad["executionArn"], "FAILED"),
        (stopped, "RUNNING"),
        (stopped, "ABORTED"),
        (late["executionArn"], "RUNNING"),
        (late["executionArn"], "TIMED_OUT"),
    }
    succeeded = found[good["executionArn"], "SUCCEEDED"]
    assert succeeded["input"] == '{"a": 1}'
    assert json.loads(succeeded["output"]) == {"a": 1}
    assert succeeded["stopDate"] == int(good["stopDate"].timestamp() * 1000)
    assert succeeded["stateMachineArn"] == good["stateMachineArn"]
    failed = found[bad["executionArn"], "FAILED"]
    assert (failed["error"], failed["cause"]) == ("Bad", "luck")
    aborted = found[stopped, "ABORTED"]
    assert (aborted["error"], aborted["cause"]) == ("E", "why")
    assert found[stopped, "RUNNING"]["stopDate"] is None


def test_role_must_trust_step_functions():
    definition = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}

    with pytest.raises(ClientError) as caught:
        client("stepfunctions").create_state_machine(
            name=name("machine"),
            definition=json.dumps(definition),
            roleArn=make_role("glue"),
        )

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_unknown_execution_is_said_to_be_none():
    stepfunctions = client("stepfunctions")
    machine = make_machine({"Say": {"Type": "Pass", "End": True}})
    arn = machine.replace(":stateMachine:", ":execution:") + ":none"

    with pytest.raises(stepfunctions.exceptions.ExecutionDoesNotExist):
        stepfunctions.describe_execution(executionArn=arn)
