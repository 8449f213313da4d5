"""S3 event notifications to Lambda: what they say, and how they are sent."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import quote_plus

from moto.core.utils import iso_8601_datetime_with_milliseconds

from localaws.lambda_functions.backend import queue_event
from localaws.lambda_functions.permissions import Source

_EVENT_VERSION = "2.1"
# As AWS's, sequencers are hexadecimal digits that only grow.
_counter = itertools.count(time.time_ns())


def build_event(
    event_name: str, bucket: Any, key: Any, notification_id: str
) -> dict[str, Any]:
    """Build the event that S3 sends for an object.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    described = {
        "key": quote_plus(key.name, safe="/"),
        "size": key.size,
        "eTag": key.etag.replace('"', ""),
        "sequencer": f"{next(_counter):018X}",
    }
    if bucket.is_versioned:
        described["versionId"] = key.version_id
    record = {
        "eventVersion": _EVENT_VERSION,
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": iso_8601_datetime_with_milliseconds(),
        "eventName": event_name.removeprefix("s3:"),
        "userIdentity": {"principalId": f"AWS:{bucket.account_id}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notification_id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": bucket.account_id},
                "arn": bucket.arn,
            },
            "object": described,
        },
    }
    return {"Records": [record]}


def send(account_id: str, event_body: Any, fn_arn: str, region_name: str) -> None:
    """Send an event to a function in the background."""
    bucket = event_body["Records"][0]["s3"]["bucket"]
    source = Source("s3.amazonaws.com", bucket["arn"], account_id)
    queue_event(fn_arn, event_body, source=source)
