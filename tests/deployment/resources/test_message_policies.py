"""The topic and the queue answer over TLS only, and let nobody else in."""

import json

import boto3
import pytest
from moto import mock_aws

from deployment.options import Options
from deployment.resources.failed_events import review_queue
from deployment.resources.message_policies import (
    build_queue_policy,
    build_topic_policy,
)
from deployment.resources.topic import review_topic
from tests.building.made_up_account import REGION, make_stage, summarize

STAGE = make_stage()
TOPIC = STAGE.arn("sns", STAGE.topic)
OPTIONS = Options()


class Topic:
    """The stage's topic in a made-up account."""

    wanted, aspect = build_topic_policy(STAGE), "policy"

    def __init__(self):
        self.client = boto3.client("sns", region_name=REGION)

    def review(self):
        return review_topic(self.client, STAGE, OPTIONS)

    def read(self):
        found = self.client.get_topic_attributes(TopicArn=TOPIC)
        return json.loads(found["Attributes"]["Policy"])

    def write(self, policy):
        self.client.set_topic_attributes(
            TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps(policy)
        )


class Queue:
    """The stage's queue in a made-up account."""

    wanted, aspect = build_queue_policy(STAGE), "attributes"

    def __init__(self):
        self.client = boto3.client("sqs", region_name=REGION)

    def review(self):
        return review_queue(self.client, STAGE, OPTIONS)

    @property
    def url(self):
        return self.client.get_queue_url(QueueName=STAGE.queue)["QueueUrl"]

    def read(self):
        found = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["Policy"]
        )
        return json.loads(found["Attributes"]["Policy"])

    def write(self, policy):
        self.client.set_queue_attributes(
            QueueUrl=self.url, Attributes={"Policy": json.dumps(policy)}
        )


@pytest.fixture(params=[Topic, Queue], ids=["topic", "queue"])
def place(request):
    with mock_aws():
        yield request.param()


def test_new_one_has_the_policy(place):
    place.review().settle()

    assert place.read() == place.wanted
    assert place.review().outcome.change == "unchanged"


OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}


@pytest.mark.parametrize("statements", [[], [OPEN]], ids=["none", "open"])
def test_changed_policy_is_put_back(place, statements):
    place.review().settle()
    place.write({**place.wanted, "Statement": statements})

    outcome = place.review().settle()

    assert summarize(outcome) == ("updated", (place.aspect,))
    assert place.read() == place.wanted


def test_other_spelling_is_no_change(place):
    place.review().settle()
    place.write(dict(reversed(place.wanted.items())))

    assert place.review().outcome.change == "unchanged"


@pytest.mark.parametrize("policy", [Topic.wanted, Queue.wanted], ids=["topic", "queue"])
def test_everybody_is_denied_without_tls(policy):
    denials = [one for one in policy["Statement"] if one["Effect"] == "Deny"]

    (denial,) = denials
    assert denial["Principal"] == {"AWS": "*"}
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_own_alarm_alone_is_let_in():
    policies = [*Topic.wanted["Statement"], *Queue.wanted["Statement"]]
    (allowed,) = [one for one in policies if one["Effect"] == "Allow"]

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": STAGE.account}
    (source,) = allowed["Condition"]["ArnLike"].values()
    assert source == STAGE.arn("cloudwatch", f"alarm:{STAGE.queue}")
