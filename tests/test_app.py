"""The handlers on moto, which keeps what they write and starts but runs nothing."""

import io
import json
import zipfile
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

import boto3
import pytest
from botocore.exceptions import ClientError
from chalice.test import Client
from moto import mock_aws
from moto.sns.models import sns_backends

import app as pipeline
from chalicelib import autopilot, routine
from chalicelib.errors import (
    AutopilotBusy,
    AutopilotFailed,
    QuotaTooLow,
    RecordError,
    ServiceBusy,
    SettingsMissing,
)
from localaws.moto_mends import encode_the_keys_of_versions
from localaws.patches import Patches
from tests.building.account_quotas import account_quotas
from tests.building.lambda_inputs import (
    DETAIL,
    ROLE_ARN,
    RUN_ID,
    make_candidate,
    make_job,
    make_settings,
)
from tests.building.model_versions import (
    CONTAINER,
    TRAINED_BY,
    FakeRegistry,
    make_version,
)
from tests.conftest import BUCKET, STATE_MACHINE_ARN, TOPIC_ARN

STATUS_KEY = f"runs/{RUN_ID}/status.json"
EXECUTION_ARN = STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:")
CREATION = {
    "run_id": RUN_ID,
    "dataset": "sales",
    "execution_arn": f"{EXECUTION_ARN}:{RUN_ID}",
}


@pytest.fixture
def aws():
    with mock_aws(), account_quotas():
        clear_clients()
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        boto3.client("sns").create_topic(Name=TOPIC_ARN.rsplit(":", 1)[1])
        boto3.client("stepfunctions").create_state_machine(
            name=STATE_MACHINE_ARN.rsplit(":", 1)[1],
            definition=json.dumps(
                {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
            ),
            roleArn="arn:aws:iam::123456789012:role/states",
        )
        yield
    clear_clients()


def clear_clients():
    for name in (
        "functions",
        "store",
        "sagemaker",
        "service_quotas",
        "sns",
        "stepfunctions",
    ):
        getattr(pipeline, f"get_{name}").cache_clear()


def make_event(*keys):
    return {
        "Records": [
            {
                "eventTime": "2026-11-23T01:24:19.123Z",
                "s3": {
                    "bucket": {"name": BUCKET},
                    "object": {
                        "key": quote_plus(key, safe="/"),
                        "size": 7,
                        "eTag": "e",
                        "versionId": "v1",
                        "sequencer": "0A",
                    },
                },
            }
            for key in keys
        ]
    }


def list_runs():
    found = boto3.client("stepfunctions").list_executions(
        stateMachineArn=STATE_MACHINE_ARN
    )
    return [execution["name"] for execution in found["executions"]]


def invoke(function, payload):
    with Client(pipeline.app) as client:
        return client.lambda_.invoke(function, payload).payload


def put(key, value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    stored = boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return stored["VersionId"]


def get(key):
    return json.loads(
        boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    )


class FakeStepFunctions:
    """One execution, and its history as the service gives it: newest first."""

    def __init__(self, *states):
        self.exceptions = boto3.client("stepfunctions").exceptions
        self.states, self.redrives, self.status = states, 0, "RUNNING"

    def describe_execution(self, executionArn):
        return {"status": self.status, "redriveCount": self.redrives}

    def get_paginator(self, operation):
        assert operation == "get_execution_history"
        return self

    def paginate(self, executionArn, **options):
        events = [
            {"id": number, "stateEnteredEventDetails": {"name": name}}
            for number, name in enumerate(self.states, start=1)
        ]
        yield {"events": [{"id": len(events) + 1, "type": "ExecutionFailed"}]}
        yield {"events": events[::-1]}


@pytest.fixture
def stepfunctions(aws, monkeypatch):
    """Every execution ended in its check of training."""
    fake = FakeStepFunctions("PrepareRun", "CheckAutopilotJob")
    monkeypatch.setattr(pipeline, "get_stepfunctions", lambda: fake)
    return fake


class FakeSageMaker:
    """An Autopilot with one job, as its service describes it."""

    def __init__(self, job, candidates=()):
        self.exceptions = boto3.client("sagemaker").exceptions
        self.job, self.candidates = job, list(candidates)
        self.stopped = []

    def describe_auto_ml_job_v2(self, AutoMLJobName):
        return self.job

    def stop_auto_ml_job(self, AutoMLJobName):
        self.stopped.append(AutoMLJobName)

    def get_paginator(self, operation):
        assert operation == "list_candidates_for_auto_ml_job"
        return self

    def paginate(self, AutoMLJobName):
        return [{"Candidates": self.candidates}]

    def create_auto_ml_job_v2(self, **request):
        raise self.exceptions.ResourceLimitExceeded(
            {"Error": {"Code": "ResourceLimitExceeded", "Message": "4 of 4 jobs"}},
            "CreateAutoMLJobV2",
        )


@pytest.fixture
def sagemaker(aws, monkeypatch):
    def use(*args):
        fake = FakeSageMaker(*args)
        monkeypatch.setattr(pipeline, "get_sagemaker", lambda: fake)
        return fake

    return use


def test_upload_starts_one_run(aws):
    invoke("on_upload", make_event("raw/my sales.zip"))

    (run_id,) = list_runs()
    assert run_id.startswith("my-sal-")


def test_event_delivered_twice_starts_one_run(aws):
    for _ in range(2):
        invoke("on_upload", make_event("raw/sales.zip"))

    assert len(list_runs()) == 1


@pytest.mark.parametrize(
    "event", [{"Service": "Amazon S3", "Event": "s3:TestEvent"}, {"Records": []}]
)
def test_event_that_announces_nothing_is_no_failure(aws, event):
    invoke("on_upload", event)

    assert list_runs() == []


@pytest.mark.parametrize("broken", [{"s3": None}, {}, None])
def test_broken_record_stops_no_other(aws, caplog, broken):
    event = make_event("raw/first.zip", "raw/last.zip")
    event["Records"].insert(1, broken)

    with pytest.raises(RecordError, match="cannot be read"):
        invoke("on_upload", event)
    assert len(list_runs()) == 2
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"eventName": "ObjectRemoved:DeleteMarkerCreated"},
        {"s3": {"bucket": {"name": "another"}, "object": {"key": "raw/a.zip"}}},
    ],
)
def test_record_of_something_else_is_ignored(aws, caplog, change):
    event = make_event("raw/a.zip", "raw/b.zip")
    event["Records"][0].update(change)

    invoke("on_upload", event)

    assert [run_id[0] for run_id in list_runs()] == ["b"]
    assert "'raw/a.zip' starts no run" in caplog.text


def test_upload_that_cannot_start_stops_no_other(aws, monkeypatch):
    start, failed = pipeline.start_run, []

    def fail_once(upload):
        if not failed:
            failed.append(upload)
            raise ConnectionError("no answer")
        start(upload)

    monkeypatch.setattr(pipeline, "start_run", fail_once)

    with pytest.raises(ConnectionError):
        invoke("on_upload", make_event("raw/a.zip", "raw/b.zip"))
    assert [run_id[0] for run_id in list_runs()] == ["b"]


def announce(key, version, **changes):
    """Build the event of a stored upload, which may tell it otherwise than S3 lists."""
    event = make_event(key)
    event["Records"][0] |= changes
    event["Records"][0]["s3"]["object"]["versionId"] = version
    return event


def test_same_upload_told_otherwise_starts_one_run(aws):
    version = put("raw/sales.zip", {})

    for moment in ("2026-11-23T01:24:19.123Z", "2026-11-24T00:00:00Z"):
        invoke("on_upload", announce("raw/sales.zip", version, eventTime=moment))

    assert len(list_runs()) == 1


class FakeFunctions:
    """Lambda, which notes what it is told to invoke."""

    def __init__(self):
        self.sent = []

    def invoke(self, FunctionName, InvocationType, Payload):
        assert InvocationType == "Event"
        self.sent.append((FunctionName.rpartition("-")[2], json.loads(Payload)))


@pytest.fixture
def functions(aws, monkeypatch):
    fake = FakeFunctions()
    monkeypatch.setattr(pipeline, "get_functions", lambda: fake)
    return fake


def sweep(**request):
    return invoke("sweep", {"grace_minutes": 0, **request})


def test_upload_without_a_run_is_swept_up(functions):
    for key in ("raw/lost.zip", "raw/readme.txt", "raw/ran.zip"):
        version = put(key, {})
    invoke("on_upload", announce("raw/ran.zip", version))
    put(f"runs/{list_runs()[0]}/run.json", {})

    assert sweep()["on_upload"] == 1

    ((function, event),) = functions.sent
    invoke(function, event)
    assert sorted(run.split("-")[0] for run in list_runs()) == ["lost", "ran"]


def test_swept_upload_is_not_run_again_by_its_event(functions):
    version = put("raw/late.zip", {})
    sweep()
    ((function, event),) = functions.sent
    invoke(function, event)

    invoke("on_upload", announce("raw/late.zip", version))

    assert len(list_runs()) == 1


def test_upload_that_ran_under_another_name_is_left(functions):
    version = put("raw/sales.zip", {})
    put(f"runs/{RUN_ID}/run.json", {"upload": {"version_id": version}})

    assert sweep()["on_upload"] == 0


def test_young_upload_is_not_swept_up(functions):
    put("raw/young.zip", {})

    assert invoke("sweep", {})["on_upload"] == 0


def test_sweep_says_what_it_could_not_do(aws, monkeypatch):
    monkeypatch.setattr(pipeline, "get_stepfunctions", object)
    put("raw/lost.zip", {})
    fake = FakeFunctions()
    monkeypatch.setattr(pipeline, "get_functions", lambda: fake)

    with pytest.raises(AttributeError):
        sweep()

    assert len(fake.sent) == 1


@pytest.fixture
def encoded_versions():
    with Patches() as patches:
        encode_the_keys_of_versions(patches)
        yield


@pytest.mark.usefixtures("encoded_versions")
def test_key_is_logged_without_its_control_characters(aws, caplog):
    invoke("on_upload", make_event("raw/\x1b[31mred.zip"))

    assert r"'raw/\x1b[31mred.zip' starts run" in caplog.text
    assert "\x1b" not in caplog.text


def test_other_object_is_logged_and_ignored(aws, caplog):
    invoke("on_upload", make_event("raw/", "raw/notes.txt"))

    assert list_runs() == []
    assert caplog.text.count("starts no run") == 2


@pytest.mark.parametrize("source", ["config/sales.json", "config/default.json"])
def test_settings_are_snapshot_unparsed(aws, source):
    put("config/default.json", b"shadowed")
    put(source, b"{not json")
    upload = {**make_upload(), "size": 101 * 1024**2}

    prepared = invoke("prepare_run", upload)

    run = get(f"runs/{RUN_ID}/run.json")
    assert run["settings"]["text"] == "{not json"
    assert run["settings"]["source"] == source
    assert prepared["glue_capacity"] == 1.0


def test_upload_is_measured_unpacked(aws):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("TTS.csv", bytes(101 * 1024**2))
    version = put("raw/sales.zip", archive.getvalue())
    size = len(archive.getvalue())

    prepared = invoke(
        "prepare_run", {**make_upload(), "version_id": version, "size": size}
    )

    run = get(f"runs/{RUN_ID}/run.json")
    assert run["upload"]["unpacked"] == 101 * 1024**2
    assert prepared["glue_capacity"] == 1.0


def test_run_without_settings_is_prepared(aws):
    prepared = invoke("prepare_run", {**make_upload(), "bucket": "another"})

    assert get(f"runs/{RUN_ID}/run.json")["settings"]["text"] is None
    assert prepared == {
        "run_id": RUN_ID,
        "dataset": "sales",
        "bucket": BUCKET,
        "glue_capacity": 0.0625,
        "fits_one_machine": True,
    }


def test_upload_past_one_machine_goes_to_spark(aws):
    size = {"size": 3 * 1024**3 + 1}

    assert not invoke("prepare_run", {**make_upload(), **size})["fits_one_machine"]


@pytest.mark.usefixtures("stepfunctions")
def test_autopilot_job_is_created_as_asked(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())

    created = invoke("create_autopilot_job", CREATION)

    job = boto3.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=RUN_ID)
    assert created["autopilot_job_name"] == RUN_ID
    assert job["AutoMLProblemTypeConfig"] == {
        "TimeSeriesForecastingJobConfig": make_settings()[
            "TimeSeriesForecastingJobConfig"
        ]
    }


@pytest.mark.usefixtures("stepfunctions")
def test_job_is_made_where_the_stage_is(aws):
    lie = dict.fromkeys(("run_id", "dataset", "bucket"), "other")
    put(f"runs/{RUN_ID}/settings.json", {**make_settings(), **lie})

    created = invoke("create_autopilot_job", CREATION)

    job = boto3.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=RUN_ID)
    assert job["OutputDataConfig"]["S3OutputPath"].startswith(f"s3://{BUCKET}/")
    assert "other" not in str(created)


@pytest.mark.usefixtures("stepfunctions")
def test_repeated_creation_finds_the_first_job(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())

    first, second = (invoke("create_autopilot_job", CREATION) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("status", "job_status"),
    [("RUNNING", "InProgress"), ("ABORTED", "Stopped"), ("TIMED_OUT", "Stopped")],
)
def test_job_made_for_a_stopped_run_is_stopped(aws, stepfunctions, status, job_status):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    stepfunctions.status = status

    invoke("create_autopilot_job", CREATION)

    job = boto3.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=RUN_ID)
    assert job["AutoMLJobStatus"] == job_status


class Killed(BaseException):
    """What ends a function without a word."""


@pytest.mark.usefixtures("stepfunctions")
def test_helper_killed_after_its_call_goes_on(aws, monkeypatch):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    ensure = autopilot.ensure_autopilot_job

    def die(*args):
        ensure(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(autopilot, "ensure_autopilot_job", die)
        with pytest.raises(Killed):
            pipeline.create_autopilot_job(CREATION, None)

    created = invoke("create_autopilot_job", CREATION)

    jobs = boto3.client("sagemaker").list_auto_ml_jobs()["AutoMLJobSummaries"]
    assert created["autopilot_job_name"] == RUN_ID
    assert len(jobs) == 1


@pytest.mark.usefixtures("stepfunctions")
def test_job_of_somebody_else_is_not_taken(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    invoke("create_autopilot_job", CREATION)
    other = autopilot.RunPlace(RUN_ID, "sales", "another-bucket", "dev")
    request = autopilot.build_autopilot_request(
        other, make_settings(), role_arn=ROLE_ARN, security=pipeline.SECURITY
    )

    with pytest.raises(ClientError, match="ResourceInUse"):
        autopilot.ensure_autopilot_job(boto3.client("sagemaker"), request)


def test_repeated_preparation_writes_the_same(aws):
    put("config/sales.json", b"{}")

    first, second = (
        (invoke("prepare_run", make_upload()), get(f"runs/{RUN_ID}/run.json"))
        for _ in range(2)
    )

    assert first == second


@pytest.mark.parametrize("best", [True, False])
def test_repeated_check_gives_the_same(sagemaker, best):
    found = make_candidate()
    sagemaker(make_job(best=found if best else None), [found])

    first, second = (
        (
            invoke("check_autopilot_job", {"autopilot_job_name": RUN_ID}),
            get(f"runs/{RUN_ID}/candidates.json"),
        )
        for _ in range(2)
    )

    assert first == second


@pytest.mark.parametrize(
    ("function", "event"),
    [
        ("prepare_run", lambda: {**make_upload()}),
        ("create_autopilot_job", lambda: CREATION),
        ("check_autopilot_job", lambda: {"autopilot_job_name": RUN_ID}),
    ],
)
def test_trouble_of_a_service_is_told_as_passing(aws, monkeypatch, function, event):
    s3 = Refusing(boto3.client("s3"), code="SlowDown")
    sagemaker = Refusing(boto3.client("sagemaker"), code="ThrottlingException")
    monkeypatch.setattr(pipeline, "get_store", lambda: pipeline.Store(s3, BUCKET))
    monkeypatch.setattr(pipeline, "get_sagemaker", lambda: sagemaker)

    with pytest.raises(ServiceBusy):
        getattr(pipeline, function)(event(), None)


def test_full_account_makes_autopilot_busy(sagemaker):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    sagemaker(make_job("InProgress"))

    with pytest.raises(AutopilotBusy, match=r"4 of 4 jobs.*; redrive .* L-CFC2D5B6"):
        pipeline.create_autopilot_job(CREATION, None)


def wait_in_line(*days):
    """Leave the tickets of runs whose uploads came at these days of the month."""
    for day in days:
        run_id = f"other-2611{day:02d}000000-0123abcd-dev"
        put(f"waiting/{run_id}.json", {})


def list_tickets():
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="waiting/")
    return [listed["Key"] for listed in found.get("Contents", [])]


def test_run_that_is_refused_waits_in_line(sagemaker):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    sagemaker(make_job("InProgress"))

    for _ in range(2):
        with pytest.raises(AutopilotBusy):
            pipeline.create_autopilot_job(CREATION, None)

    assert list_tickets() == [f"waiting/{RUN_ID}.json"]


@pytest.mark.usefixtures("stepfunctions")
def test_run_leaves_the_line_with_its_job(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    put(f"waiting/{RUN_ID}.json", {})
    wait_in_line(*range(1, 8))

    invoke("create_autopilot_job", CREATION)

    assert f"waiting/{RUN_ID}.json" not in list_tickets()
    assert len(list_tickets()) == 7


@pytest.mark.usefixtures("stepfunctions")
def test_earlier_uploads_are_let_go_first(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    wait_in_line(*range(1, 9))

    with pytest.raises(AutopilotBusy, match="8 runs of earlier uploads wait"):
        pipeline.create_autopilot_job(CREATION, None)

    assert boto3.client("sagemaker").list_auto_ml_jobs()["AutoMLJobSummaries"] == []
    assert f"waiting/{RUN_ID}.json" in list_tickets()


@pytest.mark.parametrize(
    ("state", "left"), [("CreateAutopilotJob", True), ("Preprocess", False)]
)
def test_run_that_ended_in_line_gives_up_its_place(aws, stepfunctions, state, left):
    stepfunctions.states = ("PrepareRun", state)
    put(f"waiting/{RUN_ID}.json", {})

    invoke("on_execution_end", make_end_event(status="ABORTED", name=RUN_ID))

    assert (list_tickets() == []) == left


@pytest.mark.usefixtures("stepfunctions")
def test_later_uploads_are_let_wait(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    wait_in_line(*range(24, 31), *range(1, 8))

    created = invoke("create_autopilot_job", CREATION)

    assert created["autopilot_job_name"] == RUN_ID


def test_place_of_a_run_that_ended_is_given_up(aws, stepfunctions):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    wait_in_line(*range(1, 9))
    stepfunctions.status = "ABORTED"

    with pytest.raises(AutopilotBusy):
        pipeline.create_autopilot_job(CREATION, None)

    assert len(list_tickets()) == 8
    assert "waiting/other-261108000000-0123abcd-dev.json" not in list_tickets()


def test_ticket_without_a_run_is_taken_away(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    wait_in_line(*range(1, 9))

    with pytest.raises(AutopilotBusy):
        pipeline.create_autopilot_job(CREATION, None)

    assert "waiting/other-261108000000-0123abcd-dev.json" not in list_tickets()


@pytest.mark.usefixtures("stepfunctions")
def test_run_whose_job_is_there_does_not_wait(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    invoke("create_autopilot_job", CREATION)
    wait_in_line(*range(1, 9))

    again = invoke("create_autopilot_job", CREATION)

    assert again["autopilot_job_name"] == RUN_ID


def test_training_job_is_in_progress(sagemaker):
    sagemaker(make_job("InProgress", secondary="TrainingModels"))

    checked = invoke("check_autopilot_job", {"autopilot_job_name": RUN_ID})

    assert checked == {"status": "InProgress", "inference_containers": []}


def test_trained_job_hands_on_its_containers(sagemaker):
    best = make_candidate()
    sagemaker(make_job(best=best), [best])

    checked = invoke("check_autopilot_job", {"autopilot_job_name": RUN_ID})

    assert checked["inference_containers"] == best["InferenceContainers"]
    assert get(f"runs/{RUN_ID}/candidates.json")["best_candidate"] == "ensemble"


def test_cut_job_without_a_best_candidate_is_used(sagemaker, aws):
    done = make_candidate()
    job = make_job("Stopped", secondary="MaxAutoMLJobRuntimeReached")
    sagemaker(job, [make_candidate("Stopped"), done])

    checked = invoke("check_autopilot_job", {"autopilot_job_name": RUN_ID})
    invoke("on_execution_end", make_end_event(name=RUN_ID))

    warning = "training was cut at its limit: 1 of 2 candidates were done"
    assert checked["inference_containers"] == done["InferenceContainers"]
    assert get(STATUS_KEY)["warnings"] == [warning]
    ((_, text),) = list_sent()
    assert f"Warning:  {warning}" in text


def test_failed_job_keeps_its_candidates_and_raises(sagemaker):
    failed = make_candidate("Failed")
    sagemaker(make_job("Failed", FailureReason="no rows"), [failed])

    with pytest.raises(AutopilotFailed, match="no rows"):
        pipeline.check_autopilot_job({"autopilot_job_name": RUN_ID}, None)
    assert len(get(f"runs/{RUN_ID}/candidates.json")["candidates"]) == 1


@pytest.mark.usefixtures("stepfunctions")
@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_orphaned_training_is_stopped(sagemaker, status):
    fake = sagemaker(make_job("InProgress"))

    invoke("on_execution_end", make_end_event(status=status, name=RUN_ID))

    assert fake.stopped == [RUN_ID]
    assert get(STATUS_KEY)["remedy"] == "upload"


def test_training_of_a_run_that_goes_on_again_is_left(sagemaker, stepfunctions):
    fake = sagemaker(make_job("InProgress"))
    stepfunctions.redrives = 1

    invoke("on_execution_end", make_end_event(status="ABORTED", name=RUN_ID))

    assert fake.stopped == []


def test_failed_run_says_until_when_training_goes_on(sagemaker, stepfunctions):
    config = make_settings()["TimeSeriesForecastingJobConfig"]
    job = make_job(
        "InProgress",
        CreationTime=datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
        AutoMLProblemTypeConfig={"TimeSeriesForecastingJobConfig": config},
    )
    sagemaker(job)

    invoke("on_execution_end", make_end_event(status="FAILED", name=RUN_ID))

    status = get(STATUS_KEY)
    ((_, text),) = list_sent()
    assert (status["step"], status["remedy"]) == ("CheckAutopilotJob", "redrive")
    assert "until 2026-11-23T05:30:00+00:00 at the latest" in text
    assert f"--auto-ml-job-name {RUN_ID}" in text
    assert "redrive-execution" in text


class Refusing:
    """A client that may nothing but what is named."""

    def __init__(self, client, *allowed, code="AccessDenied"):
        self._client, self._allowed, self._code = client, allowed, code
        self.exceptions = client.exceptions

    def __getattr__(self, name):
        if name in self._allowed:
            return getattr(self._client, name)
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, name)


@pytest.mark.parametrize(
    ("service", "allowed"),
    [
        ("sagemaker", ()),
        ("sagemaker", ("describe_auto_ml_job_v2",)),
        ("stepfunctions", ()),
        ("stepfunctions", ("get_paginator",)),
    ],
)
@pytest.mark.parametrize("status", ["FAILED", "ABORTED"])
def test_what_fails_at_the_end_fails_alone(
    sagemaker, stepfunctions, monkeypatch, service, allowed, status
):
    fakes = {
        "sagemaker": sagemaker(make_job("InProgress")),
        "stepfunctions": stepfunctions,
    }
    refusing = Refusing(fakes[service], *allowed)
    monkeypatch.setattr(pipeline, f"get_{service}", lambda: refusing)
    event = make_end_event(status=status, name=RUN_ID)

    # What is not asked for does not fail.
    if status == "ABORTED" or not allowed:
        with pytest.raises(ClientError, match="AccessDenied"):
            invoke("on_execution_end", event)
        assert "AccessDenied" in str(get(STATUS_KEY)["warnings"])
    else:
        invoke("on_execution_end", event)

    assert get(STATUS_KEY)["status"] == status
    assert len(list_sent()) == 1


@pytest.mark.usefixtures("stepfunctions")
@pytest.mark.parametrize("name", ["data-report", "candidates", "report-warnings"])
@pytest.mark.parametrize("body", [b"{half", b"[]", b"3"])
def test_unreadable_document_keeps_nobody_uninformed(sagemaker, name, body):
    sagemaker(make_job())
    put(f"runs/{RUN_ID}/{name}.json", body)

    with pytest.raises((ValueError, TypeError)):
        invoke("on_execution_end", make_end_event(status="FAILED", name=RUN_ID))

    assert f"{name}.json could not be read" in str(get(STATUS_KEY)["warnings"])
    assert len(list_sent()) == 1


def test_end_told_again_makes_one_notice(aws):
    for _ in range(3):
        invoke("on_execution_end", make_end_event(name=RUN_ID))

    assert len(list_sent()) == 1


def test_late_failure_after_a_redrive_is_not_told(sagemaker, stepfunctions):
    sagemaker(make_job())
    late = make_end_event(status="FAILED", name=RUN_ID)

    invoke("on_execution_end", make_end_event(name=RUN_ID, redriveCount=1))
    invoke("on_execution_end", late)

    assert get(STATUS_KEY)["status"] == "SUCCEEDED"
    assert len(list_sent()) == 1


def test_each_end_of_a_redriven_run_is_told(sagemaker, stepfunctions):
    sagemaker(make_job())

    invoke("on_execution_end", make_end_event(status="FAILED", name=RUN_ID))
    invoke("on_execution_end", make_end_event(name=RUN_ID, redriveCount=1))

    assert [subject for subject, _ in list_sent()] == [
        "[dev] sales: forecast FAILED",
        "[dev] sales: forecast ready",
    ]


def test_notice_that_failed_is_sent_by_the_next_attempt(aws, monkeypatch):
    event = pipeline.CloudWatchEvent(make_end_event(name=RUN_ID), Context())
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "get_sns", lambda: Refusing(boto3.client("sns")))
        with pytest.raises(ClientError):
            pipeline.on_execution_end.func(event)

    pipeline.on_execution_end.func(event)
    pipeline.on_execution_end.func(event)

    assert len(list_sent()) == 1
    assert get(STATUS_KEY)["notice"]["sent_at"]


class Context:
    """What Lambda says of an invocation, and says again when it tries it again."""

    aws_request_id = "request-1"


@pytest.mark.usefixtures("stepfunctions")
def test_orphan_is_stopped_even_without_a_status(sagemaker, monkeypatch):
    fake = sagemaker(make_job("InProgress"))
    store = pipeline.Store(Refusing(boto3.client("s3")), BUCKET)
    monkeypatch.setattr(pipeline, "get_store", lambda: store)

    with pytest.raises(ClientError):
        invoke("on_execution_end", make_end_event(status="ABORTED", name=RUN_ID))

    assert fake.stopped == [RUN_ID]
    assert list_sent() == []


@pytest.mark.usefixtures("stepfunctions")
def test_execution_by_hand_has_no_training(sagemaker):
    fake = sagemaker(make_job("InProgress"))

    invoke("on_execution_end", make_end_event(status="ABORTED", name="by-hand"))

    assert fake.stopped == []
    assert get("runs/by-hand/status.json")["status"] == "ABORTED"


@pytest.mark.usefixtures("stepfunctions")
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_training_that_may_be_used_again_goes_on(sagemaker, status):
    fake = sagemaker(make_job("InProgress"))

    invoke("on_execution_end", make_end_event(status=status, name=RUN_ID))

    assert fake.stopped == []


@pytest.mark.usefixtures("stepfunctions")
def test_run_stopped_before_training_gets_its_status(aws):
    invoke("on_execution_end", make_end_event(status="ABORTED", name=RUN_ID))

    assert get(f"runs/{RUN_ID}/status.json")["status"] == "ABORTED"


def test_warnings_of_the_report_reach_the_status(aws):
    put(f"runs/{RUN_ID}/report-warnings.json", {"warnings": ["no plot"]})

    invoke("on_execution_end", make_end_event(name=RUN_ID))

    assert get(f"runs/{RUN_ID}/status.json")["warnings"] == ["no plot"]


def list_sent():
    """List what the topic's subscribers got."""
    topic = sns_backends["123456789012"]["us-east-1"].topics[TOPIC_ARN]
    return [
        (subject, json.loads(message)["default"])
        for _, message, subject, *_ in topic.sent_notifications
    ]


def test_people_are_told_of_the_verdict(aws):
    prefix = f"output-forecasted-data/sales/{RUN_ID}"
    put(f"{prefix}/report.json", {"verdict": {"sentence": "31% better than naive."}})

    invoke("on_execution_end", make_end_event(name=RUN_ID))

    ((subject, text),) = list_sent()
    assert subject == "[dev] sales: forecast ready"
    assert "31% better than naive." in text
    status = get(f"runs/{RUN_ID}/status.json")
    assert status["verdict"] == "31% better than naive."
    assert f"{prefix}/forecast.csv" in text


@pytest.mark.usefixtures("stepfunctions")
def test_people_are_told_why_a_run_failed(aws):
    finding = {"level": "error", "code": "no-tts", "what": "no TTS", "remedy": "add it"}
    report = {"outcome": "refused", "findings": [finding]}
    put(f"runs/{RUN_ID}/data-report.json", report)

    invoke("on_execution_end", make_end_event(status="FAILED", name=RUN_ID))

    ((subject, text),) = list_sent()
    assert subject == "[dev] sales: forecast FAILED"
    assert "[no-tts] no TTS; add it" in text


def make_upload():
    return {
        "bucket": BUCKET,
        "dataset": "sales",
        "etag": "e",
        "event_time": "2026-11-23T01:24:19.123Z",
        "key": "raw/sales.zip",
        "run_id": RUN_ID,
        "sequencer": "0A",
        "size": 7,
        "version_id": "v1",
    }


def make_end_event(**change):
    return {
        "version": "0",
        "account": "123456789012",
        "region": "us-east-1",
        "id": "1",
        "source": "aws.states",
        "time": "2026-11-23T01:24:19Z",
        "resources": [],
        "detail-type": "Step Functions Execution Status Change",
        "detail": {**DETAIL, **change},
    }


@pytest.mark.parametrize("code", ["L-CFC2D5B6", "L-5E4153CA"])
def test_run_is_refused_where_a_quota_is_none(aws, code):
    with account_quotas(**{code: 0}), pytest.raises(QuotaTooLow, match=code):
        pipeline.prepare_run(make_upload(), None)


def test_no_training_begins_without_a_transform_to_come(aws):
    put(f"runs/{RUN_ID}/settings.json", make_settings())
    with account_quotas(**{"L-3E1C9273": 0}):
        with pytest.raises(QuotaTooLow, match="L-3E1C9273"):
            pipeline.choose_model(CREATION, None)

        assert pipeline.prepare_run(make_upload(), None)["run_id"]
    jobs = boto3.client("sagemaker").list_auto_ml_jobs()["AutoMLJobSummaries"]
    assert jobs == []


def test_embedded_engine_asks_for_no_quota_of_sagemaker(aws):
    put("config/default.json", {"Engine": "embedded"})
    put(f"runs/{RUN_ID}/settings.json", {**make_settings(), "Engine": "embedded"})
    with account_quotas(**{"L-CFC2D5B6": 0, "L-3E1C9273": 0}):
        pipeline.prepare_run(make_upload(), None)

        assert pipeline.choose_model(CREATION, None)["road"] == "embedded"


@pytest.mark.parametrize("engine", ["autopilot", "both"])
def test_road_is_that_of_the_engine(aws, engine):
    put(f"runs/{RUN_ID}/settings.json", {**make_settings(), "Engine": engine})

    road = pipeline.choose_model(CREATION, None)["road"]

    assert road == {"autopilot": "train"}.get(engine, engine)


def test_preparation_that_was_stopped_is_told(aws):
    with pytest.raises(SettingsMissing, match="left no settings"):
        pipeline.create_autopilot_job(CREATION, None)


@pytest.fixture
def registry(aws, monkeypatch):
    """A registry of models in place of moto's, which forgets on an update."""
    fake = FakeRegistry()
    monkeypatch.setattr(pipeline, "get_sagemaker", lambda: fake)
    return fake


def prepare_choice(registry, *, champion=True, **retraining):
    """Leave what the states before the choice leave."""
    settings = {**make_settings(), "Retraining": {"MaxAgeDays": 36_500, **retraining}}
    put(f"runs/{RUN_ID}/settings.json", settings)
    put(f"runs/{RUN_ID}/run.json", {"asked": None})
    put(f"runs/{RUN_ID}/score.json", {"series": 3, "new_series": 0, "scored": []})
    if champion:
        kept = registry.keep(make_version())
        put(f"runs/{kept.run_id}/settings.json", settings)


def test_champion_forecasts_without_a_training(registry):
    prepare_choice(registry)

    chosen = invoke("choose_model", CREATION)

    assert (chosen["road"], chosen["compares"]) == ("champion", False)
    assert chosen["model"] == {
        "status": "Completed",
        "inference_containers": [CONTAINER],
    }
    assert chosen["transform"]["input_uri"].endswith(f"/input/{RUN_ID}/transform/")
    document = get(f"runs/{RUN_ID}/model.json")
    assert document["forecast_by"] == {"version": 3, "run_id": TRAINED_BY}
    assert document["reason"].startswith("forecast by version 3")


def test_choosing_twice_chooses_alike(registry):
    prepare_choice(registry)

    assert invoke("choose_model", CREATION) == invoke("choose_model", CREATION)


def test_training_is_compared_with_a_champion_that_fits(registry):
    prepare_choice(registry, MaxAgeDays=0)

    chosen = invoke("choose_model", CREATION)

    assert (chosen["road"], chosen["compares"]) == ("train", True)
    assert chosen["model"]["status"] == "InProgress"


@pytest.mark.parametrize("function", ["prepare_run", "choose_model"])
def test_denied_registry_costs_a_training_and_no_run(registry, function):
    prepare_choice(registry)
    registry.broken["ListModelPackages"] = "AccessDeniedException"

    invoke(function, CREATION if function == "choose_model" else make_upload())

    if function == "choose_model":
        reason = get(f"runs/{RUN_ID}/model.json")["reason"]
        assert "registry could not be read (AccessDeniedException: no)" in reason
    else:
        assert get(f"runs/{RUN_ID}/run.json")["champion"] is None


def test_busy_registry_is_asked_again(registry):
    prepare_choice(registry)
    registry.broken["ListModelPackages"] = "ThrottlingException"

    with pytest.raises(ServiceBusy):
        pipeline.choose_model(CREATION, None)


def test_run_notes_the_champion_of_its_beginning(registry):
    prepare_choice(registry)

    invoke("prepare_run", make_upload())

    champion = get(f"runs/{RUN_ID}/run.json")["champion"]
    assert champion == {"version": 3, "run_id": TRAINED_BY}


TRAINED = {**CREATION, "inference_containers": [CONTAINER]}


def test_model_is_registered_once_however_often_it_is_tried(registry):
    prepare_choice(registry, champion=False)
    invoke("choose_model", CREATION)

    answers = [invoke("register_model", TRAINED) for _ in range(2)]

    assert answers == [{"status": "Completed", "inference_containers": [CONTAINER]}] * 2
    assert len(registry.packages) == 1
    assert get(f"runs/{RUN_ID}/model.json")["registered"]["version"] == 1


def test_model_that_is_not_registered_forecasts(registry):
    prepare_choice(registry, champion=False)
    invoke("choose_model", CREATION)
    registry.broken["CreateModelPackage"] = "ResourceLimitExceeded"

    answer = invoke("register_model", TRAINED)

    assert answer["inference_containers"] == [CONTAINER]
    warning = get(f"runs/{RUN_ID}/model.json")["warning"]
    assert warning.startswith("the model was not registered (ClientError: ")


def test_busy_registry_is_registered_with_again(registry):
    prepare_choice(registry, champion=False)
    invoke("choose_model", CREATION)
    registry.broken["CreateModelPackage"] = "ThrottlingException"

    with pytest.raises(ServiceBusy):
        pipeline.register_model(TRAINED, None)


def read_bucket():
    found = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    return {item["Key"]: get(item["Key"]) for item in found}


@pytest.mark.parametrize(
    ("function", "event", "retraining"),
    [
        ("prepare_run", make_upload(), {}),
        ("choose_model", CREATION, {}),
        ("choose_model", CREATION, {"MaxAgeDays": 0}),
        ("register_model", TRAINED, {"MaxAgeDays": 0}),
        ("register_model", TRAINED, {"MaxAgeDays": 0, "Approval": "manual"}),
    ],
)
def test_helper_called_twice_leaves_all_as_it_was(
    registry, function, event, retraining
):
    prepare_choice(registry, **retraining)
    if function == "register_model":
        invoke("choose_model", CREATION)

    first, left = invoke(function, event), read_bucket()
    packages = deepcopy(registry.packages)
    second = invoke(function, event)

    assert (second, read_bucket()) == (first, left)
    assert registry.packages == packages


SCHEDULE = {"Reforecast": "cron(0 * * * ? *)"}


def sweep_often(times=5):
    for _ in range(times):
        invoke("sweep", {})


def list_inputs():
    client = boto3.client("stepfunctions")
    found = client.list_executions(stateMachineArn=STATE_MACHINE_ARN)["executions"]
    return [
        json.loads(client.describe_execution(executionArn=e["executionArn"])["input"])
        for e in found
    ]


def test_each_moment_of_a_schedule_starts_one_run(registry):
    version = put("raw/sales.zip", b"data")
    put("config/sales.json", {"Schedule": SCHEDULE})

    sweep_often()

    (asked,) = list_inputs()
    assert (asked["asked"], asked["version_id"]) == ("reforecast", version)
    assert asked["dataset"] == "sales"


def test_clock_called_five_times_in_an_hour_does_all_once(registry, functions):
    version = put("raw/sales.zip", b"data")
    # Midnight seldom falls between the calls of a test.
    daily = {"Reforecast": "cron(0 0 * * ? *)", "Retrain": "every 28 days"}
    put("config/sales.json", {"Schedule": daily})
    trained = datetime.now(UTC) - timedelta(days=29)
    registry.keep(replace(make_version(), created=trained))

    for _ in range(5):
        sweep()
        for function, event in functions.sent:
            invoke(function, event)

    inputs = list_inputs()
    assert sorted(str(one.get("asked")) for one in inputs) == [
        "None",
        "reforecast",
        "retrain",
    ]
    assert {one["version_id"] for one in inputs} == {version}


def test_new_upload_starts_no_moment_again(registry):
    put("raw/sales.zip", b"data")
    put("config/default.json", {"Schedule": SCHEDULE})
    sweep_often(1)
    put("raw/sales.zip", b"newer")

    sweep_often(1)

    assert len(list_inputs()) == 1


def test_training_is_due_by_the_newest_version(registry):
    put("raw/sales.zip", b"data")
    put("config/sales.json", {"Schedule": {"Retrain": "every 28 days"}})
    sweep_often(1)
    assert list_inputs() == []
    trained = datetime.now(UTC) - timedelta(days=29)
    registry.keep(replace(make_version(), created=trained))

    sweep_often()

    (asked,) = list_inputs()
    assert asked["asked"] == "retrain"


@pytest.mark.parametrize("text", ["{", '{"Schedule": {"Retrain": "daily"}}'])
def test_bad_schedule_keeps_no_other_from_its_run(registry, text):
    for dataset in ("bad", "sales"):
        put(f"raw/{dataset}.zip", b"data")
    put("config/bad.json", text.encode())
    put("config/sales.json", {"Schedule": SCHEDULE})

    with pytest.raises(ValueError, match=r"schedule|Expecting"):
        sweep_often(1)

    assert [asked["dataset"] for asked in list_inputs()] == ["sales"]


def test_overdue_upload_is_told_once(registry):
    put("raw/sales.zip", b"data")
    sweep_often(1)
    known = get("routine/sales.json")
    assert known["told"] is None
    last = datetime.now(UTC) - timedelta(days=11)
    moments = [last - timedelta(days=7 * gap) for gap in (3, 2, 1, 0)]
    upload = replace(
        next(iter(routine.list_newest(pipeline.get_store()).values())),
        event_time=last.isoformat(),
    )
    put(
        "routine/sales.json",
        {**known, "uploads": [moment.isoformat() for moment in moments]},
    )

    for _ in range(5):
        routine.remember_uploads(
            pipeline.get_store(),
            "sales",
            upload,
            now=datetime.now(UTC),
            tell=pipeline.publish_overdue,
        )

    ((subject, text),) = list_sent()
    assert subject == "[dev] sales: upload overdue"
    assert "usually come every 7 days" in text
