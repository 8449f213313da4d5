import json

import pytest

from localaws.faults.errors import find_error
from localaws.faults.plan import (
    CALL,
    EVENT,
    PROCESS,
    Fault,
    Plan,
    PlanError,
    Subject,
    read_plan,
)

PUT = Subject("s3", "PutObject", role="local-on_upload", text="/bucket/raw/a.zip")


def draw_often(plan, subject, times, family=CALL):
    return [plan.draw(family, subject) is not None for _ in range(times)]


def test_fault_happens_as_often_as_it_says():
    plan = Plan([Fault("throttled", "s3", skip=2, count=3)])

    drawn = draw_often(plan, PUT, 8)

    assert drawn == [False, False, True, True, True, False, False, False]
    assert plan.count() == [3]


def test_share_of_calls_goes_wrong():
    plan = Plan([Fault("server-error", share=0.1)], seed=1)

    drawn = draw_often(plan, PUT, 2000)

    assert 150 < sum(drawn) < 250


@pytest.mark.parametrize(
    ("chosen", "happens"),
    [
        ({"operation": "PutObject", "role": "on_upload", "match": "raw/"}, True),
        ({"service": "sns"}, False),
        ({"operation": "GetObject"}, False),
        ({"role": "owner"}, False),
        ({"match": "config/"}, False),
    ],
)
def test_fault_happens_to_what_it_names(chosen, happens):
    plan = Plan([Fault("throttled", **chosen)])

    assert draw_often(plan, PUT, 1) == [happens]


def test_fault_of_another_family_spares_a_call():
    plan = Plan([Fault("killed", "lambda"), Fault("lost", "s3")])

    assert not plan.draw(CALL, PUT)
    assert plan.draw(PROCESS, Subject("lambda", "local-on_upload"))
    assert plan.draw(EVENT, Subject("s3", "ObjectCreated:Put"))


def test_replaced_plan_counts_from_none():
    plan = Plan([Fault("throttled", count=1)])
    draw_often(plan, PUT, 1)

    plan.replace(Fault("denied", count=1))

    assert plan.count() == [0]
    assert plan.draw(CALL, PUT).kind == "denied"


@pytest.mark.parametrize(
    ("service", "operation", "kind", "code", "status"),
    [
        ("s3", "PutObject", "throttled", "SlowDown", 503),
        ("s3", "GetObject", "denied", "AccessDenied", 403),
        ("glue", "StartJobRun", "throttled", "ThrottlingException", 400),
        (
            "glue",
            "StartJobRun",
            "over-quota",
            "ResourceNumberLimitExceededException",
            400,
        ),
        ("lambda", "Invoke", "throttled", "TooManyRequestsException", 429),
        ("lambda", "Invoke", "server-error", "ServiceException", 500),
        ("states", "StartExecution", "throttled", "ThrottlingException", 400),
        ("states", "StartExecution", "over-quota", "ExecutionLimitExceeded", 400),
        ("sagemaker", "CreateAutoMLJobV2", "over-quota", "ResourceLimitExceeded", 400),
        ("sagemaker", "CreateAutoMLJobV2", "throttled", "ThrottlingException", 400),
    ],
)
def test_error_is_the_service_s_own(service, operation, kind, code, status):
    found = find_error(service, operation, kind)

    assert (found.code, found.status) == (code, status)


def write_plan(folder, *faults):
    path = folder / "plan.json"
    path.write_text(json.dumps({"faults": faults, "seed": 3}))
    return path


def test_plan_is_read_from_a_file(tmp_path):
    path = write_plan(tmp_path, {"kind": "throttled", "service": "s3", "count": 1})

    plan = read_plan(path)

    assert draw_often(plan, PUT, 2) == [True, False]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "tired"}, "'tired'"),
        ({"service": "s3"}, "no kind"),
        ({"kind": "throttled", "often": 3}, "often"),
        ({"kind": "killed", "service": "s3"}, "lambda, glue"),
        ({"kind": "lost", "share": 2}, "0 to 1"),
        (7, "plan.json"),
    ],
)
def test_plan_that_cannot_be_followed_is_refused(tmp_path, fault, told):
    path = write_plan(tmp_path, fault)

    with pytest.raises(PlanError, match=told):
        read_plan(path)
