"""The tags of the rule that Chalice makes, which it does not tag itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.chalice.functions import rule_name
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

    from chalicelib.stages import Stage


def review_event_rule(events: EventBridgeClient, stage: Stage) -> Review:
    """Compare the tags of the rule with what they should be.

    The rule may be one that is still to be created.
    """
    name = rule_name(stage)
    arn = stage.arn("events", f"rule/{name}")
    tag = Fix(
        "tags",
        lambda: events.tag_resource(
            ResourceARN=arn,
            Tags=[{"Key": key, "Value": value} for key, value in stage.tags.items()],
        ),
    )
    tags = _find_tags(events, arn)
    right = tags is not None and stage.tags.items() <= tags.items()
    return Review("tags of rule", name, bool(tags), () if right else (tag,))


def _find_tags(events: EventBridgeClient, arn: str) -> dict[str, str] | None:
    try:
        found = events.list_tags_for_resource(ResourceARN=arn)["Tags"]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    return {tag["Key"]: tag["Value"] for tag in found}
