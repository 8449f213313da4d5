"""Lambda entry points: unpack the event, call chalicelib, hand back JSON."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from chalice.app import Chalice, CloudWatchEvent, Rate, S3Event

from chalicelib.attempts import Attempts
from chalicelib.aws_errors import telling_passing
from chalicelib.environment import read_security, read_variables
from chalicelib.keys import BARE_UPLOAD_KEY, run_key
from chalicelib.stages import APP_NAME, Stage
from chalicelib.store import Store, expect_owner

# Each Lambda function is one handler: what not all of them need is imported where it
# is used, so that a cold start reads and compiles only what its own event takes.

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_stepfunctions import SFNClient

    from chalicelib.autopilot import RunPlace
    from chalicelib.endings import Ending, Findings
    from chalicelib.quotas import Quota
    from chalicelib.registry import Version
    from chalicelib.retraining import Choice, Situation
    from chalicelib.routine import Due, Overdue
    from chalicelib.status_file import StatusFile
    from chalicelib.uploads import Upload

# Throttled calls are made again here, within the minute that a function has; a service
# that is in trouble for longer is left to whoever called: the state machine, or Lambda.
PATIENT = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=5, read_timeout=9
)

BUCKET, STATE_MACHINE_ARN, SAGEMAKER_ROLE_ARN, STAGE, TOPIC_ARN = read_variables(
    os.environ,
    ("BUCKET", "STATE_MACHINE_ARN", "SAGEMAKER_ROLE_ARN", "STAGE", "TOPIC_ARN"),
)
SECURITY = read_security(os.environ)

app = Chalice(app_name=APP_NAME)
app.log.setLevel("INFO")


@cache
def get_store() -> Store:
    """Build the store once per Lambda container."""
    account = STATE_MACHINE_ARN.split(":")[4]
    return Store(expect_owner(boto3.client("s3", config=PATIENT), account), BUCKET)


@cache
def get_sagemaker() -> SageMakerClient:
    """Build the SageMaker client once per Lambda container."""
    return boto3.client("sagemaker", config=PATIENT)


@cache
def get_sns() -> SNSClient:
    """Build the SNS client once per Lambda container."""
    return boto3.client("sns", config=PATIENT)


@cache
def get_service_quotas() -> Any:
    """Build the Service Quotas client once per Lambda container."""
    return boto3.client("service-quotas", config=PATIENT)


@cache
def get_stepfunctions() -> SFNClient:
    """Build the Step Functions client once per Lambda container."""
    return boto3.client("stepfunctions", config=PATIENT)


@cache
def get_functions() -> LambdaClient:
    """Build the Lambda client once per Lambda container."""
    return boto3.client("lambda", config=PATIENT)


@cache
def get_logs() -> CloudWatchLogsClient:
    """Build the CloudWatch Logs client once per Lambda container."""
    return boto3.client("logs", config=PATIENT)


@app.on_s3_event(
    bucket=BUCKET,
    events=["s3:ObjectCreated:*"],
    prefix=BARE_UPLOAD_KEY,
    name="on_upload",
)
def on_upload(event: S3Event) -> None:
    """Start one run for every upload, however often S3 announces it.

    A record that fails keeps no other from its run. What it raises is raised at the
    end, so that Lambda tries the event again and then keeps it.
    """
    from chalicelib import uploads

    failures = []
    for record in uploads.list_records(event.to_dict()):
        try:
            handle_record(record)
        except Exception as error:
            app.log.exception("a record started no run")
            failures.append(error)
    if failures:
        raise failures[0]


class Announcement(S3Event):
    """An S3 event as it came: Chalice's own fails on one that has no records."""

    def _extract_attributes(self, event_dict: dict[str, Any]) -> None:
        """Take nothing out of the event; its records are read one by one."""


on_upload.event_class = Announcement


def handle_record(record: Any) -> None:
    """Start the run of what a record announces, or say why there is none."""
    from chalicelib import uploads

    upload = uploads.read_upload(record)
    obstacle = uploads.find_obstacle(record, upload, BUCKET)
    if obstacle is None:
        start_run(settle_upload(upload))
    else:
        app.log.info(obstacle)


def settle_upload(upload: Upload) -> Upload:
    """Take from the bucket what events of one upload may tell otherwise.

    A run that is started twice, by an event and by a sweep, then has one name. What was
    deleted since is as its event says.
    """
    from chalicelib import uploads

    listed = get_store().find_version(upload.key, upload.version_id)
    return upload if listed is None else uploads.read_listed(BUCKET, listed)


def start_run(upload: Upload) -> None:
    """Start the execution of an upload, or see that it was started before."""
    from chalicelib import runs

    run_id = runs.name_run(upload, STAGE)
    if start_execution(run_id, runs.build_execution_input(upload, STAGE)):
        app.log.info("%r starts run %s", upload.key, run_id)
    else:
        app.log.info("run %s was started by an earlier event", run_id)


def start_execution(name: str, text: str) -> bool:
    """Start an execution; False where it was started before."""
    stepfunctions = get_stepfunctions()
    try:
        stepfunctions.start_execution(
            stateMachineArn=STATE_MACHINE_ARN, name=name, input=text
        )
    except stepfunctions.exceptions.ExecutionAlreadyExists:
        return False
    return True


@app.lambda_function(name="prepare_run")
def prepare_run(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write down what was asked, and choose the size of the Glue jobs."""
    from chalicelib import quotas, runs
    from chalicelib.engines import EMBEDDED, find_engine
    from chalicelib.upload_parts import list_parts
    from chalicelib.upload_size import find_unpacked_size

    with telling_passing():
        store = get_store()
        settings = runs.read_bucket_settings(store, event["dataset"])
        champion = None
        if find_engine(settings["text"]) == EMBEDDED:
            refuse_too_low(quotas.GLUE_RUNS)
        else:
            refuse_too_low(quotas.GLUE_RUNS, quotas.AUTOPILOT_JOBS)
            champion, _ = find_champion(event["dataset"])
        parts = list_parts(store, event["key"])
        return runs.prepare_run(
            store,
            event,
            settings=settings,
            unpacked=find_unpacked_size(store, event, parts),
            parts=parts,
            champion=champion,
        )


def find_champion(dataset: str) -> tuple[Version | None, str]:
    """Find the version of a dataset's model that forecasts; None without one.

    Where the registry cannot be read, a run trains, as if there were none; the second
    says why it cannot.
    """
    from botocore.exceptions import ClientError

    from chalicelib import registry
    from chalicelib.aws_errors import error_code, error_message, is_passing

    group = get_stage().model_group(dataset)
    try:
        return registry.find_champion(get_sagemaker(), group), ""
    except ClientError as error:
        if is_passing(error):
            raise
        app.log.exception("the registry could not be read")
        return None, f"{error_code(error)}: {error_message(error)}"


def get_stage() -> Stage:
    """Name the stage, and where it is."""
    region, account = STATE_MACHINE_ARN.split(":")[3:5]
    return Stage(STAGE, account, region)


def refuse_too_low(*needed: Quota) -> None:
    """Refuse what the account's quotas cannot take, before anything is paid for."""
    from chalicelib import quotas

    for words in quotas.refuse_too_low(get_service_quotas(), needed):
        app.log.warning(words)


@app.lambda_function(name="choose_model")
def choose_model(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Choose whether the run trains, or forecasts with the champion, and say why."""
    from chalicelib import quotas
    from chalicelib.engines import EMBEDDED, KEY
    from chalicelib.retraining import choose

    place = read_place(event)
    with telling_passing():
        settings = read_run_settings(place.run_id)
        if settings.get(KEY) != EMBEDDED:
            # Only now it is known which instances the upload itself asks for.
            refuse_too_low(quotas.find_transform_quota(settings["TransformResources"]))
        situation = look_around(place, settings)
        choice = choose(situation)
        return follow_choice(place, situation, choice)


def read_place(event: Mapping[str, Any]) -> RunPlace:
    """Read which run a state calls for."""
    from chalicelib.autopilot import RunPlace

    return RunPlace(event["run_id"], event["dataset"], BUCKET, STAGE)


def look_around(place: RunPlace, settings: dict[str, Any]) -> Situation:
    """Gather what the choice of a road depends on."""
    from chalicelib import registry
    from chalicelib.engines import EMBEDDED, KEY
    from chalicelib.retraining import Situation

    store = get_store()
    champion, obstacle = None, ""
    if settings.get(KEY) != EMBEDDED:
        champion, obstacle = find_champion(place.dataset)
    run = store.find_json(run_key(place.run_id, "run.json")) or {}
    score = store.find_json(run_key(place.run_id, "score.json")) or {}
    challenger = trained_on = None
    if champion is not None:
        challenger = registry.find_challenger(
            get_sagemaker(), get_stage().model_group(place.dataset), champion
        )
        trained_on = store.find_json(run_key(champion.run_id, "settings.json"))
    return Situation(
        settings=settings,
        now=datetime.now(UTC),
        asked=run.get("asked"),
        champion=champion,
        obstacle=obstacle,
        challenger=challenger,
        trained_on=trained_on,
        score=score,
    )


def follow_choice(
    place: RunPlace, situation: Situation, choice: Choice
) -> dict[str, Any]:
    """Write down what was chosen, and give what the states of its road need."""
    from chalicelib import autopilot, model_file
    from chalicelib.retraining import CHAMPION, find_failure, fits

    champion = situation.champion
    is_fit = fits(situation)
    failure = None if champion is None else find_failure(situation, champion)
    get_store().write_json(
        run_key(place.run_id, model_file.NAME),
        model_file.build_model(place, choice, champion, fits=is_fit, failure=failure),
    )
    app.log.info("%s: road %s", place.run_id, choice.road)
    by_champion = choice.road == CHAMPION and champion is not None
    return {
        "road": choice.road,
        "compares": is_fit and not by_champion,
        "transform": autopilot.build_transform(
            place, situation.settings, security=SECURITY
        ),
        "model": {
            "status": "Completed" if by_champion else "InProgress",
            "inference_containers": list(champion.containers)
            if by_champion and champion
            else [],
        },
    }


@app.lambda_function(name="create_autopilot_job")
def create_autopilot_job(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Create the AutoML job that the run's settings ask for."""
    from chalicelib import autopilot, quotas

    place = read_place(event)
    with telling_passing():
        settings = read_run_settings(place.run_id)
        refuse_too_low(quotas.AUTOPILOT_JOBS)
        request = autopilot.build_autopilot_request(
            place, settings, role_arn=SAGEMAKER_ROLE_ARN, security=SECURITY
        )
        create_in_turn(request, event["execution_arn"])
        stop_if_orphaned(place.run_id, event["execution_arn"])
    return {"autopilot_job_name": place.run_id}


def read_run_settings(run_id: str) -> dict[str, Any]:
    """Read what Preprocess has made of all settings.

    Raises
    ------
    SettingsMissing
        When it has made nothing, as when its Glue run was stopped by hand: whether
        Step Functions takes that for a failure is not documented.
    """
    from chalicelib.errors import SettingsMissing

    settings: dict[str, Any] | None = get_store().find_json(
        run_key(run_id, "settings.json")
    )
    if settings is None:
        raise SettingsMissing(
            "Preprocess left no settings.json (needs its Glue run to end by itself; "
            "was it stopped?); upload again"
        )
    return settings


def create_in_turn(request: Mapping[str, Any], execution_arn: str) -> None:
    """Create a run's job if it is at the front of those that wait for one.

    Whose job is there already, as after a lost answer, waits no more.

    Raises
    ------
    AutopilotBusy
        When others come first, or the account runs as many jobs as it may.
    """
    from chalicelib import autopilot
    from chalicelib.errors import AutopilotBusy
    from chalicelib.waiting_line import read_line

    run_id, sagemaker = request["AutoMLJobName"], get_sagemaker()
    line = read_line(get_store(), run_id, datetime.now(UTC))
    try:
        if not line.is_at_front and not autopilot.find_autopilot_job(sagemaker, run_id):
            drop_if_ended(line.ahead[-1], execution_arn)
            raise autopilot.explain_busy(
                f"{len(line.ahead)} runs of earlier uploads wait for one"
            )
        autopilot.ensure_autopilot_job(sagemaker, request)
    except AutopilotBusy:
        line.join()
        raise
    line.leave()


def drop_if_ended(run_id: str, execution_arn: str) -> None:
    """Take away the ticket of a run that ended and left it, as one that was stopped.

    Whoever waits looks at the one before it, so that nobody waits for long behind
    those who do not.
    """
    from chalicelib.endings import has_ended
    from chalicelib.waiting_line import leave_line

    stepfunctions = get_stepfunctions()
    arn = f"{execution_arn.rpartition(':')[0]}:{run_id}"
    try:
        status = stepfunctions.describe_execution(executionArn=arn)["status"]
    except stepfunctions.exceptions.ExecutionDoesNotExist:
        status = "ABORTED"
    if has_ended(status):
        leave_line(get_store(), run_id)


def stop_if_orphaned(job_name: str, execution_arn: str) -> None:
    """Stop a job whose run was stopped while the job was being created.

    What follows the end of a run may have looked for the job before it was there; if
    the run ends only now, that finds it.
    """
    from chalicelib import autopilot
    from chalicelib.endings import LEAVING_TRAINING

    execution = get_stepfunctions().describe_execution(executionArn=execution_arn)
    status = execution["status"]
    if status not in LEAVING_TRAINING:
        return
    job = autopilot.find_autopilot_job(get_sagemaker(), job_name)
    if job is not None and autopilot.stop_autopilot_job(get_sagemaker(), job):
        app.log.info("%s: stopped, because its run is %s", job_name, status)


@app.lambda_function(name="check_autopilot_job")
def check_autopilot_job(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Say how far training is, and keep its candidates when it is done."""
    with telling_passing():
        return check_training(event["autopilot_job_name"])


def check_training(name: str) -> dict[str, Any]:
    """Describe a job, and when it is done write down what came of it."""
    from chalicelib import autopilot

    sagemaker = get_sagemaker()
    job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    app.log.info("%s: %s", name, job["AutoMLJobSecondaryStatus"])
    if autopilot.is_unfinished(job):
        return {"status": "InProgress", "inference_containers": []}
    candidates = autopilot.list_candidates(sagemaker, name)
    get_store().write_json(
        run_key(name, "candidates.json"),
        autopilot.build_candidates(job, candidates),
    )
    best = autopilot.find_best_candidate(job, candidates)
    if best is None:
        raise autopilot.explain_unusable(job)
    return {
        "status": "Completed",
        "inference_containers": best["InferenceContainers"],
    }


@app.lambda_function(name="register_model")
def register_model(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Make what was trained a version of the dataset's model, and choose who forecasts.

    What was paid for is never lost to the registry: where it fails, the run goes on
    with its own containers, and says so.
    """
    from chalicelib.errors import ServiceBusy
    from chalicelib.registration import Registration

    place = read_place(event)
    containers = event["inference_containers"]
    group = get_stage().model_group(place.dataset)
    registration = Registration(get_store(), get_sagemaker(), place, group)
    try:
        with telling_passing():
            chosen = registration.register(containers, now=datetime.now(UTC))
    except ServiceBusy:
        raise
    except Exception as error:
        app.log.exception("%s: its model was not registered", place.run_id)
        registration.note_failure(error)
        chosen = containers
    return {"status": "Completed", "inference_containers": chosen}


@app.on_cw_event(
    {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": [STATE_MACHINE_ARN],
            "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        },
    },
    name="on_execution_end",
)
def on_execution_end(event: CloudWatchEvent) -> None:
    """Write down how a run ended, stop what nobody waits for, and tell people.

    The bare status comes first, and what fails after it fails alone. The first failure
    is raised at the end, so that Lambda tries again what did not go.
    """
    from chalicelib import sweep
    from chalicelib.endings import read_ending
    from chalicelib.inquiry import Inquiry
    from chalicelib.status_file import claim_ending
    from chalicelib.waiting_line import leave_line

    ending = read_ending(event.detail)
    context: Any = event.context
    attempts = Attempts()
    file = None
    with attempts.alone("status.json was not written"):
        file = claim_ending(
            get_store(),
            ending,
            request_id=event.to_dict().get(sweep.TAKES_OVER) or context.aws_request_id,
            now=datetime.now(UTC),
        )
        if file is None:
            app.log.info("%s: this or a newer end is told already", ending.run_id)
            return
    inquiry = Inquiry(
        get_store(), get_sagemaker(), get_stepfunctions(), get_logs(), attempts
    )
    found = inquiry.look_into(ending, STAGE)
    if found.step == "CreateAutopilotJob":
        with attempts.alone("its place in the line was not given up"):
            leave_line(get_store(), ending.run_id)
    if file is not None:
        tell_of_ending(file, ending, found, attempts)
    for words in attempts.words:
        app.log.error("%s: %s", ending.run_id, words)
    attempts.raise_first()


def tell_of_ending(
    file: StatusFile, ending: Ending, found: Findings, attempts: Attempts
) -> None:
    """Complete a run's status, and then send the topic's subscribers one message."""
    from dataclasses import replace

    from chalicelib.endings import build_status

    with attempts.alone("status.json is bare"):
        told = replace(found, warnings=(*found.warnings, *attempts.words))
        if not file.write(build_status(ending, told, bucket=BUCKET)):
            app.log.info("%s: a newer end is told already", ending.run_id)
            return
    # The reason and the verdict may quote the data, which a log is not to hold.
    app.log.info("run %s ended: %s", ending.run_id, ending.status)
    if file.is_told:
        return
    with attempts.alone("no notice was sent"):
        publish(file.status)
        file.mark_told(datetime.now(UTC))


def publish(status: Mapping[str, Any]) -> None:
    """Send the topic's subscribers what a run's ``status.json`` says."""
    from chalicelib import notices

    notice = notices.build_notice(status, stage=STAGE)
    get_sns().publish(**notice.as_request(TOPIC_ARN))


class SweepRequest(CloudWatchEvent):
    """The event of the schedule, or of a person, who may leave all of it out."""

    def _extract_attributes(self, event_dict: dict[str, Any]) -> None:
        """Take nothing out of the event; it is read as it came."""


@app.schedule(Rate(1, unit=Rate.HOURS), name="sweep")
def sweep_up(event: CloudWatchEvent) -> dict[str, int]:
    """Send on what got lost between two services: events of uploads and of ends.

    ``grace_minutes`` in the event is how old something must be to be looked at.
    """
    from datetime import timedelta

    from chalicelib import sweep, waiting

    minutes = event.to_dict().get("grace_minutes")
    grace = sweep.GRACE if minutes is None else timedelta(minutes=minutes)
    span = sweep.Span(datetime.now(UTC), grace)
    attempts = Attempts()
    sent = {"on_upload": 0, "on_execution_end": 0}
    with attempts.alone("uploads were not looked at"):
        for found in sweep.find_lost_uploads(get_store(), span, STAGE):
            send_on("on_upload", found)
            sent["on_upload"] += 1
    with attempts.alone("ends were not looked at"):
        for found in sweep.find_untold_ends(
            get_stepfunctions(), STATE_MACHINE_ARN, get_store(), span
        ):
            send_on("on_execution_end", found)
            sent["on_execution_end"] += 1
    with attempts.alone("it was not looked at what runs wait for"):
        waiting.tell_of_waits(
            get_store(),
            get_stepfunctions(),
            STATE_MACHINE_ARN,
            span=span,
            publish=publish,
        )
    keep_routine(span.now, attempts)
    app.log.info("swept: %s", json.dumps(sent))
    attempts.raise_first()
    return sent


sweep_up.event_class = SweepRequest


def keep_routine(now: datetime, attempts: Attempts) -> None:
    """Start what is due by the clock, and tell of uploads that are overdue."""
    from chalicelib import routine

    store, newest = get_store(), {}
    with attempts.alone("no schedule was looked at"):
        newest = routine.list_newest(store)
        for due in routine.list_due(
            store, newest, now=now, find_trained=find_trained, attempts=attempts
        ):
            with attempts.alone(f"{due.asked} of {due.dataset} was not started"):
                start_due(due)
    for dataset, upload in newest.items():
        with attempts.alone(f"it is not known whether {dataset} is overdue"):
            routine.remember_uploads(
                store, dataset, upload, now=now, tell=publish_overdue
            )


def find_trained(dataset: str) -> datetime | None:
    """Find when a dataset's newest model was trained; None where none was."""
    from chalicelib import registry

    group = get_stage().model_group(dataset)
    return registry.find_newest_moment(get_sagemaker(), group)


def start_due(due: Due) -> None:
    """Start what is due at a moment, or see that it was started before."""
    from chalicelib import runs

    name = runs.name_due(due, STAGE)
    if start_execution(name, runs.build_due_input(due, STAGE)):
        app.log.info("%s of %s starts run %s", due.asked, due.dataset, name)


def publish_overdue(overdue: Overdue) -> None:
    """Tell the topic's subscribers of an upload that is late."""
    from chalicelib import notices

    notice = notices.build_overdue_notice(overdue.words, overdue.dataset, stage=STAGE)
    get_sns().publish(**notice.as_request(TOPIC_ARN))


def send_on(function: str, event: dict[str, Any]) -> None:
    """Send an event once more to the function that missed it."""
    app.log.warning("%s missed %s", function, json.dumps(event))
    get_functions().invoke(
        FunctionName=get_stage().function_arn(function),
        InvocationType="Event",
        Payload=json.dumps(event),
    )
