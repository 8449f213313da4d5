"""What holds messages and logs is encrypted with the key, where there is one."""

import json

import boto3
import pytest
from moto import mock_aws

from deployment.options import Options
from deployment.resources.failed_events import review_queue
from deployment.resources.logs import list_log_groups, review_log_group
from deployment.resources.policies import PolicyTemplates, list_additions
from deployment.resources.topic import review_topic
from localaws.iam.authorize import matches
from localaws.moto_mends import let_log_groups_change_their_key
from localaws.patches import Patches
from tests.building.made_up_account import REGION, make_stage, summarize
from tests.building.paths import ROOT

STAGE = make_stage()
KEY = "arn:aws:kms:eu-central-1:123456789012:key/abc-1"
PLAIN, KEYED = Options(), Options(kms_key=KEY)
TEMPLATES = PolicyTemplates(ROOT)
GROUPS = list_log_groups(STAGE, TEMPLATES.pipeline.functions)
KEY_POLICY = json.loads((ROOT / "docs" / "policies" / "key.json").read_text())


def client(service):
    return boto3.client(service, region_name=REGION)


def review_group(options):
    return review_log_group(client("logs"), STAGE, GROUPS[0], options=options)


def read_topic_key():
    found = client("sns").get_topic_attributes(TopicArn=STAGE.arn("sns", STAGE.topic))
    return found["Attributes"].get("KmsMasterKeyId")


def read_queue_key():
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=STAGE.queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found.get("KmsMasterKeyId")


def read_group_key():
    (group,) = client("logs").describe_log_groups()["logGroups"]
    return group.get("kmsKeyId")


KINDS = {
    "topic": (
        lambda options: review_topic(client("sns"), STAGE, options),
        read_topic_key,
        "encryption",
    ),
    "queue": (
        lambda options: review_queue(client("sqs"), STAGE, options),
        read_queue_key,
        "attributes",
    ),
    "log group": (review_group, read_group_key, "encryption"),
}


@pytest.fixture(autouse=True)
def aws():
    with mock_aws(), Patches() as patches:
        let_log_groups_change_their_key(patches)
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_new_one_is_encrypted_with_the_key(kind):
    review, read_key, _ = KINDS[kind]

    review(KEYED).settle()

    assert read_key() == KEY
    assert review(KEYED).outcome.change == "unchanged"


@pytest.mark.parametrize("kind", KINDS)
def test_key_comes_and_goes(kind):
    review, read_key, aspect = KINDS[kind]
    review(PLAIN).settle()
    assert review(PLAIN).outcome.change == "unchanged"

    assert summarize(review(KEYED).settle()) == ("updated", (aspect,))
    assert read_key() == KEY
    assert summarize(review(PLAIN).settle()) == ("updated", (aspect,))
    assert not read_key()
    assert review(PLAIN).outcome.change == "unchanged"


@pytest.mark.parametrize("part", TEMPLATES.pipeline.functions)
def test_senders_of_messages_may_use_the_key(part):
    policy = TEMPLATES.build(part, STAGE, PLAIN)
    sends = any(
        action in statement["Action"]
        for statement in policy["Statement"]
        for action in ("sns:Publish", "sqs:SendMessage")
    )

    assert ("use-key-for-messages" in list_additions(part, policy, KEYED)) is sends


@pytest.mark.parametrize("group", GROUPS)
def test_documented_key_policy_lets_logs_in(group):
    statements = {statement["Sid"]: statement for statement in KEY_POLICY["Statement"]}
    condition = statements["EncryptLogGroups"]["Condition"]["ArnLike"]
    values = {"Region": REGION, "Account": STAGE.account, "Stage": STAGE.name}
    patterns = condition["kms:EncryptionContext:aws:logs:arn"]
    for name, value in values.items():
        patterns = [pattern.replace(f"${{{name}}}", value) for pattern in patterns]

    arn = STAGE.arn("logs", f"log-group:{group}")
    assert any(matches(pattern, arn) for pattern in patterns)
