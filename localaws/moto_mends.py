"""Defects of moto 5.2.5 that are mended from outside, each in one function.

What a backend of ours replaces whole, such as StartExecution, is mended there; the
test beside each says what upstream does and fails once it does no more.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import moto.events.models as moto_events
import moto.iam.access_control as moto_iam
import moto.logs.responses as moto_logs
import moto.s3.models as moto_buckets
import moto.s3.notifications as moto_notifications
import moto.s3.responses as moto_s3
from moto.logs.exceptions import ResourceNotFoundException
from moto.stepfunctions.parser.asl.component.common.retry import (
    retrier_decl as moto_retrier,
)
from moto.stepfunctions.parser.asl.component.state.exec import (
    execute_state as moto_state,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_factory as moto_factory,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import (
    wait_function as moto_wait,
)
from moto.stepfunctions.parser.asl.utils import boto_client as moto_clients

from localaws.events import s3 as s3_events
from localaws.events.rules import send_to_functions
from localaws.iam.bucket_policies import keep_applicable
from localaws.iam.roles import RoleClients
from localaws.machine import Machine
from localaws.patches import Patches
from localaws.step_functions.task_states import find_service
from localaws.step_functions.turns import take_turn
from localaws.waits import Queues, pause_before_retry, shorten, wait_while_running

_FILTER_NAME = re.compile(rb"(<Name>\s*)(Prefix|Suffix)(\s*</Name>)")
_STATES = "states.amazonaws.com"
Original = Callable[..., Any]


def install(patches: Patches, machine: Machine, clients: RoleClients) -> None:
    """Mend everything."""
    accept_capital_filter_names(patches)
    send_complete_s3_events_later(patches)
    announce_a_multipart_upload_once(patches)
    encode_the_keys_of_versions(patches)
    judge_bucket_policies_by_their_conditions(patches)
    let_log_groups_change_their_key(patches)
    let_rules_call_functions(patches)
    let_a_stop_end_a_task(patches)
    let_a_stop_end_a_wait(patches, machine)
    let_a_stop_end_a_pause_before_a_retry(patches, machine)
    run_jobs_of_services(patches)
    call_services_as_the_role(patches, clients)


def accept_capital_filter_names(patches: Patches) -> None:
    """Take the filter names ``Prefix`` and ``Suffix``: moto asserts lower case."""

    @patches.wrap(moto_s3.S3Response, "_notification_config_from_body")
    def parse(original: Original, response: Any) -> Any:
        body = response.body
        raw = body.encode() if isinstance(body, str) else body
        response.body = _FILTER_NAME.sub(
            lambda match: match[1] + match[2].lower() + match[3], raw
        )
        return original(response)


def send_complete_s3_events_later(patches: Patches) -> None:
    """Send S3's own events, later.

    moto's have neither sequencer nor versionId and encode the slashes of a key; and it
    runs the function before it answers the request that caused the event.
    """
    patches.replace(moto_notifications, "_get_s3_event", s3_events.build_event)
    patches.replace(moto_notifications, "_invoke_awslambda", s3_events.send)


def announce_a_multipart_upload_once(patches: Patches) -> None:
    """Send CompleteMultipartUpload only: moto says Put of the same object as well."""
    completing = threading.local()

    @patches.wrap(moto_buckets.S3Backend, "complete_multipart_upload")
    def complete(original: Original, *args: Any, **kwargs: Any) -> Any:
        completing.now = True
        try:
            return original(*args, **kwargs)
        finally:
            completing.now = False

    @patches.wrap(moto_notifications, "send_event")
    def send(
        original: Original, account_id: str, event_name: Any, *args: Any, **kwargs: Any
    ) -> None:
        put = moto_notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
        if event_name != put or not getattr(completing, "now", False):
            original(account_id, event_name, *args, **kwargs)


def encode_the_keys_of_versions(patches: Patches) -> None:
    """Encode the keys of ListObjectVersions as asked: moto writes them as they are.

    A key may hold what XML may not, and the answer is then a 500.
    """

    @patches.wrap(moto_s3.S3Response, "serialized")
    def serialize(original: Original, response: Any, action_result: Any) -> Any:
        asked = response.querystring.get("encoding-type", [None])[0]
        if response.data.get("Action") == "ListObjectVersions" and asked == "url":
            encode_keys(action_result.result)
        return original(response, action_result)


def encode_keys(listing: dict[str, Any]) -> None:
    """Encode what is a key, or a part of one, in a listing of versions."""
    listing["EncodingType"] = "url"
    inner = [
        *listing.get("Versions", []),
        *listing.get("DeleteMarkers", []),
        *listing.get("CommonPrefixes", []),
    ]
    for found in (listing, *inner):
        for name in ("Key", "Prefix", "KeyMarker", "NextKeyMarker"):
            if found.get(name):
                found[name] = quote(found[name])


def judge_bucket_policies_by_their_conditions(patches: Patches) -> None:
    """Apply a statement only where its condition holds; moto then denies everything."""

    def get_permission(bucket: Any, action: str, resource: str) -> Any:
        if bucket.policy is None:
            return moto_iam.PermissionResult.NEUTRAL
        policy = json.dumps(keep_applicable(json.loads(bucket.policy)))
        return moto_iam.IAMPolicy(policy).is_action_permitted(action, resource)

    patches.replace(moto_buckets.FakeBucket, "get_permission", get_permission)


def let_log_groups_change_their_key(patches: Patches) -> None:
    """Take AssociateKmsKey and DisassociateKmsKey: moto has neither."""

    def associate(response: Any) -> str:
        _find_log_group(response).kms_key_id = response._get_param("kmsKeyId")
        return ""

    def disassociate(response: Any) -> str:
        _find_log_group(response).kms_key_id = None
        return ""

    patches.add(moto_logs.LogsResponse, "associate_kms_key", associate)
    patches.add(moto_logs.LogsResponse, "disassociate_kms_key", disassociate)


def _find_log_group(response: Any) -> Any:
    name = response._get_param("logGroupName")
    if name not in response.logs_backend.groups:
        raise ResourceNotFoundException
    return response.logs_backend.groups[name]


def let_rules_call_functions(patches: Patches) -> None:
    """Send events to functions, and from enabled rules only.

    moto raises NotImplementedError for a rule with a function as its target, and sends
    to the other targets of a disabled rule too, and every event to scheduled ones.
    """

    @patches.wrap(moto_events.Rule, "send_to_targets")
    def send_to_targets(
        original: Original, rule: Any, original_event: Any, transform_input: bool = True
    ) -> None:
        if rule.scheduled_expression:
            return
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(original_event):
            others = send_to_functions(rule, original_event)
            original(others, original_event, transform_input)


def let_a_stop_end_a_task(patches: Patches) -> None:
    """Keep an execution ABORTED: moto turns a task's error after a stop into FAILED."""

    @patches.wrap(moto_state.ExecutionState, "_evaluate_with_timeout")
    def evaluate(original: Original, state: Any, env: Any) -> None:
        try:
            with take_turn(state, env):
                original(state, env)
        except Exception:
            if env.is_running():
                raise


def let_a_stop_end_a_wait(patches: Patches, machine: Machine) -> None:
    """Wait at the machine's pace, and see every stop.

    moto sets and clears an event at a stop, which a Wait that has not begun to listen
    misses: it then waits for its whole time.
    """

    def wait(_: Any, env: Any, wait_seconds: float) -> None:
        wait_while_running(env, shorten(wait_seconds, machine.speedup))

    patches.replace(moto_wait.WaitFunction, "_wait_interval", wait)


def let_a_stop_end_a_pause_before_a_retry(patches: Patches, machine: Machine) -> None:
    """Pause at the machine's pace, and see a stop; moto sleeps whatever happens."""
    pausing, queues = threading.local(), Queues()

    @patches.wrap(moto_retrier.RetrierDecl, "_eval_body")
    def evaluate(original: Original, retrier: Any, env: Any) -> None:
        pausing.env = env
        original(retrier, env)

    def sleep(seconds: float) -> None:
        state = pausing.env.states.context_object.context_object_data["State"]
        with queues.wait_in(state["Name"], attempt=state["RetryCount"]) as queue:
            attempts, others = queue
            pause = pause_before_retry(
                seconds, machine.speedup, attempts=attempts, others=others
            )
            wait_while_running(pausing.env, pause)

    patches.replace(moto_retrier, "time", SimpleNamespace(sleep=sleep))


def run_jobs_of_services(patches: Patches) -> None:
    """Use our own Glue, SageMaker and Lambda tasks.

    moto's ``.sync`` on Glue ends in ``'NoneType' object has no attribute
    'interrupt_all'`` and leaves moments in the result that its own DescribeExecution
    cannot serialise; SageMaker has no ``.sync``; and a stop waits for a function.
    """

    @patches.wrap(moto_factory, "state_task_service_for")
    def make_service(original: Original, service_name: str) -> Any:
        return find_service(service_name) or original(service_name=service_name)


def call_services_as_the_role(patches: Patches, clients: RoleClients) -> None:
    """Call services with the state machine's role; moto's keys are made up."""

    def make_client(region: str, service: str, state_credentials: Any = None) -> Any:
        return clients.get(
            service,
            role_arn=state_credentials.role_arn,
            principal=_STATES,
            region=region,
        )

    upstream = moto_clients.boto_client_for
    # Its users have imported the function, each by its name.
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions") and (
            getattr(module, "boto_client_for", None) is upstream
        ):
            patches.replace(module, "boto_client_for", make_client)
