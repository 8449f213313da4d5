"""The topic that tells people how runs ended, and who is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.resources.message_policies import build_topic_policy, is_policy
from deployment.review import (
    Fix,
    Review,
    pair_tags,
    review_removal,
    review_tags,
    unpair_tags,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_sns import SNSClient

    from chalicelib.stages import Stage
    from deployment.options import Options

_KEY, _POLICY = "KmsMasterKeyId", "Policy"


def review_topic(sns: SNSClient, stage: Stage, options: Options) -> Review:
    """Compare the stage's topic and its subscribers with what they should be.

    Who subscribed by other ways stays, and so does whoever is not named any more:
    the link to leave stands at the end of every mail.
    """
    arn = stage.arn("sns", stage.topic)
    found = _find_attributes(sns, arn)
    exists = found is not None
    key, policy = options.kms_key or "", build_topic_policy(stage)
    create = Fix(
        "topic",
        lambda: sns.create_topic(
            Name=stage.topic,
            Tags=pair_tags(stage.tags),
            Attributes={_POLICY: json.dumps(policy), **({_KEY: key} if key else {})},
        ),
    )
    fixes = _review_topic_tags(sns, stage, arn) if exists else [create]
    if found is not None and found.get(_KEY, "") != key:
        # An empty one takes the encryption away.
        fixes.append(Fix("encryption", _set(sns, arn, _KEY, key)))
    if found is not None and not is_policy(found.get(_POLICY), policy):
        fixes.append(Fix("policy", _set(sns, arn, _POLICY, json.dumps(policy))))
    subscribed = _list_emails(sns, arn) if exists else set()
    fixes += [
        Fix(f"subscriber {email}", _subscribe(sns, arn, email))
        for email in options.notify
        if email not in subscribed
    ]
    return Review("topic", stage.topic, exists, tuple(fixes))


def review_topic_removal(sns: SNSClient, stage: Stage) -> Review:
    """Review a topic that should not be there."""
    arn = stage.arn("sns", stage.topic)
    return review_removal(
        "topic",
        stage.topic,
        exists=_find_attributes(sns, arn) is not None,
        remove=lambda: sns.delete_topic(TopicArn=arn),
    )


def _set(sns: SNSClient, arn: str, name: str, value: str) -> Callable[[], object]:
    return lambda: sns.set_topic_attributes(
        TopicArn=arn, AttributeName=name, AttributeValue=value
    )


def _find_attributes(sns: SNSClient, arn: str) -> Mapping[str, str] | None:
    try:
        return sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if error_code(error) in {"NotFound", "NotFoundException"}:
            return None
        raise


def _list_emails(sns: SNSClient, arn: str) -> set[str]:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return {
        subscription["Endpoint"]
        for page in pages
        for subscription in page["Subscriptions"]
        if subscription["Protocol"] == "email"
    }


def _subscribe(sns: SNSClient, arn: str, email: str) -> Callable[[], object]:
    return lambda: sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=email)


def _review_topic_tags(sns: SNSClient, stage: Stage, arn: str) -> list[Fix]:
    return review_tags(
        lambda: unpair_tags(sns.list_tags_for_resource(ResourceArn=arn)["Tags"]),
        lambda tags: sns.tag_resource(ResourceArn=arn, Tags=pair_tags(tags)),
        stage.tags,
    )
