"""Looks at a stage: what is there, what is missing, what was lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code, is_denied
from chalicelib.keys import upload_key
from chalicelib.quotas import (
    AUTOPILOT_JOBS,
    GLUE_RUNS,
    check_quotas,
    find_transform_quota,
)
from client.failed_events import count_events
from client.listing import Lister, Listing
from client.program import spell_command, spell_deploy, spell_place
from client.trigger import is_told
from glue.settings.layers import DEFAULTS

if TYPE_CHECKING:
    from client.connection import Connection

OK, WARNING, WRONG, UNKNOWN = "ok", "warning", "wrong", "unknown"
_FUNCTIONS = (
    "on_upload",
    "prepare_run",
    "choose_model",
    "create_autopilot_job",
    "check_autopilot_job",
    "register_model",
    "on_execution_end",
    "sweep",
)
_JOBS = ("preprocess", "preprocess_on_spark", "train", "compare_models", "report")
_MISSING = {
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "EntityNotFoundException",
    "NoSuchBucket",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
}
# So many of the newest runs are looked at.
_LATEST_RUNS = 30
_NAMED = 3
# The levels of the looks at quotas, in the words of this one.
_LEVELS = {"ok": OK, "warning": WARNING, "request": WRONG, "unknown": UNKNOWN}


@dataclass(frozen=True)
class Sign:
    """What one look at the stage showed; ``remedy`` is empty where all is well."""

    name: str
    level: str
    what: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Tell whether nothing has to be done."""
        return self.level in (OK, UNKNOWN)


class Doctor:
    """The looks at one stage, each of which fails alone."""

    def __init__(self, connection: Connection) -> None:
        self._stage = connection.stage
        self._clients = connection.clients
        self._make = connection.make
        self._deploy = f"run `{spell_deploy(self._stage.name)}`"

    def look(self) -> Iterator[Sign]:
        """Look at everything, one after the other."""
        yield from self._alone("state machine", self._look_at_state_machine)
        yield from self._alone("bucket", self._look_at_bucket)
        yield from self._alone("trigger", self._look_at_trigger)
        for function in _FUNCTIONS:
            look = partial(self._look_at_function, function)
            yield from self._alone(f"function {function}", look)
        for job in _JOBS:
            look = partial(self._look_at_job, job)
            yield from self._alone(f"Glue job {job}", look)
        yield from self._alone("quotas", self._look_at_quotas)
        yield from self._alone("failed events", self._look_at_queue)
        yield from self._alone("runs", self._look_at_runs)

    def _alone(self, name: str, look: Callable[[], Iterator[Sign]]) -> Iterator[Sign]:
        try:
            yield from look()
        except ClientError as error:
            code = error_code(error)
            if code in _MISSING:
                yield Sign(name, WRONG, "is not there", self._deploy)
            elif is_denied(error):
                denied = f"these credentials may not look ({error.operation_name})"
                yield Sign(name, UNKNOWN, denied)
            else:
                raise

    def _look_at_state_machine(self) -> Iterator[Sign]:
        found = self._clients.sfn.describe_state_machine(
            stateMachineArn=self._stage.state_machine_arn
        )
        status = found.get("status", "ACTIVE")
        level = OK if status == "ACTIVE" else WRONG
        remedy = "" if level == OK else self._deploy
        yield Sign("state machine", level, f"is {status.lower()}", remedy)

    def _look_at_bucket(self) -> Iterator[Sign]:
        bucket = self._stage.bucket
        found = self._clients.s3.get_bucket_versioning(Bucket=bucket)
        if found.get("Status") == "Enabled":
            yield Sign("bucket", OK, f"{bucket} keeps versions")
        else:
            yield Sign("bucket", WRONG, f"{bucket} keeps no versions", self._deploy)

    def _look_at_trigger(self) -> Iterator[Sign]:
        if is_told(self._clients.s3, self._stage, upload_key("data.zip")):
            yield Sign("trigger", OK, "the bucket tells on_upload of uploads")
        else:
            what = "the bucket tells nobody of uploads, so that none starts a run"
            yield Sign("trigger", WRONG, what, self._deploy)

    def _look_at_function(self, function: str) -> Iterator[Sign]:
        found = self._make("lambda").get_function_configuration(
            FunctionName=self._stage.resource(function)
        )
        state = str(found.get("State") or "Active")
        if state in ("Active", "Inactive"):
            yield Sign(f"function {function}", OK, "is there")
        else:
            why = found.get("StateReason") or "no reason given"
            what = f"is {state.lower()} ({why})"
            yield Sign(f"function {function}", WRONG, what, self._deploy)

    def _look_at_job(self, job: str) -> Iterator[Sign]:
        self._make("glue").get_job(JobName=self._stage.resource(job))
        yield Sign(f"Glue job {job}", OK, "is there")

    def _look_at_quotas(self) -> Iterator[Sign]:
        transform = find_transform_quota(DEFAULTS["TransformResources"])
        quotas = (GLUE_RUNS, AUTOPILOT_JOBS, transform)
        for found in check_quotas(self._make("service-quotas"), quotas):
            yield Sign("quotas", _LEVELS[found.level], found.what, found.remedy)

    def _look_at_queue(self) -> Iterator[Sign]:
        count = count_events(self._make("sqs"), self._stage)
        if not count:
            yield Sign("failed events", OK, "none are kept")
            return
        again = spell_command("doctor", "--replay", *spell_place(self._stage.name))
        events = "event that no function" if count == 1 else "events that no function"
        yield Sign(
            "failed events",
            WRONG,
            f"{count} {events} could handle {'is' if count == 1 else 'are'} kept",
            f"see to the cause, and send again with `{again}`",
        )

    def _look_at_runs(self) -> Iterator[Sign]:
        lister = Lister(self._clients.s3, self._clients.sfn, self._stage)
        listing = lister.list_runs(_LATEST_RUNS)
        yield from self._judge_runs(listing)
        yield from self._judge_uploads(listing)

    def _judge_runs(self, listing: Listing) -> Iterator[Sign]:
        silent = [r.run_id for r in listing.runs if r.ended and not r.has_status]
        if silent:
            again = spell_command("fetch", silent[0], *spell_place(self._stage.name))
            yield Sign(
                "runs",
                WARNING,
                f"ended without a status.json, so that nobody was told: "
                f"{_name_some(silent)}",
                f"see how they ended, such as `{again}`",
            )
        else:
            what = f"each of the latest {len(listing.runs)} that ended says how"
            yield Sign("runs", OK, what if listing.runs else "there are none yet")
        for run in listing.runs:
            if run.waits:
                yield Sign("runs", WARNING, f"{run.run_id} {run.waits}", _ASK_FOR_MORE)

    def _judge_uploads(self, listing: Listing) -> Iterator[Sign]:
        lost = [one.key for one in listing.lost if one.starts_run]
        if lost:
            yield Sign(
                "uploads",
                WRONG,
                f"started no run: {_name_some(lost)}",
                "upload them again once the trigger is well",
            )
        else:
            yield Sign("uploads", OK, "each has its run")


_ASK_FOR_MORE = "wait, or ask for more in Service Quotas; docs/operations.md names them"


def _name_some(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if names[_NAMED:] else shown


def is_well(signs: list[Sign]) -> bool:
    """Tell whether a stage can be used as it is."""
    return all(sign.level != WRONG for sign in signs)


def describe_sign(sign: Sign) -> dict[str, Any]:
    """Give a sign as JSON data."""
    return {
        "name": sign.name,
        "level": sign.level,
        "what": sign.what,
        "remedy": sign.remedy or None,
    }
