"""The bucket is made whole, left alone when it is right, and put back after drift."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.resources.bucket import review_bucket
from deployment.resources.bucket_aspects import build_bucket_policy, build_lifecycle
from tests.building.made_up_account import made_up_client, make_stage, summarize

STAGE = make_stage()
PLAIN = Options()
CALLER = "arn:aws:iam::123456789012:user/deployer"
KEYED = Options(kms_key="arn:aws:kms:eu-central-1:123456789012:key/abc-1")
OTHER_TAGS = {"TagSet": [{"Key": "Stage", "Value": "another"}]}


@pytest.fixture
def s3():
    with made_up_client("s3") as client:
        yield client


def test_new_bucket_gets_every_protection(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()

    bucket = STAGE.bucket
    location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"]
    assert location == STAGE.region
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    block = s3.get_public_access_block(Bucket=bucket)
    assert all(block["PublicAccessBlockConfiguration"].values())
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_review_alone_creates_nothing(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER)

    assert s3.list_buckets()["Buckets"] == []


def test_second_review_finds_nothing(s3):
    assert review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle().change == "created"

    assert review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle().change == "unchanged"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "cn-north-1"])
def test_bucket_is_made_in_every_region(region):
    stage = make_stage(region=region)
    with made_up_client("s3", region=region) as s3:
        review_bucket(s3, stage, PLAIN, caller=CALLER).settle()

        assert (
            review_bucket(s3, stage, PLAIN, caller=CALLER).outcome.change == "unchanged"
        )


DRIFT = {
    "public access": lambda s3, b: s3.delete_public_access_block(Bucket=b),
    "ownership": lambda s3, b: s3.delete_bucket_ownership_controls(Bucket=b),
    "versioning": lambda s3, b: s3.put_bucket_versioning(
        Bucket=b, VersioningConfiguration={"Status": "Suspended"}
    ),
    "encryption": lambda s3, b: s3.delete_bucket_encryption(Bucket=b),
    "policy": lambda s3, b: s3.delete_bucket_policy(Bucket=b),
    "lifecycle": lambda s3, b: s3.delete_bucket_lifecycle(Bucket=b),
    "tags": lambda s3, b: s3.put_bucket_tagging(Bucket=b, Tagging=OTHER_TAGS),
}


@pytest.mark.parametrize("aspect", DRIFT)
def test_drift_is_named_and_put_back(s3, aspect):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()
    DRIFT[aspect](s3, STAGE.bucket)

    found = review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()

    assert summarize(found) == ("updated", (aspect,))
    assert review_bucket(s3, STAGE, PLAIN, caller=CALLER).outcome.change == "unchanged"


def test_tags_of_others_are_kept(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()
    theirs = {"Key": "CostCentre", "Value": "42"}
    s3.put_bucket_tagging(Bucket=STAGE.bucket, Tagging={"TagSet": [theirs]})

    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()

    tags = s3.get_bucket_tagging(Bucket=STAGE.bucket)["TagSet"]
    assert theirs in tags
    assert len(tags) == 1 + len(STAGE.tags)
    assert review_bucket(s3, STAGE, PLAIN, caller=CALLER).outcome.change == "unchanged"


def test_bucket_in_another_region_is_refused(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()
    elsewhere = make_stage(region="eu-west-1")

    with pytest.raises(DeploymentError, match="was deployed to eu-central-1"):
        review_bucket(s3, elsewhere, PLAIN, caller=CALLER)


def test_redirect_to_another_region_is_refused(s3):
    with Stubber(s3) as stub:
        stub.add_client_error("head_bucket", "301", http_status_code=301)

        with pytest.raises(DeploymentError, match="was deployed to another region"):
            review_bucket(s3, STAGE, PLAIN, caller=CALLER)


def test_bucket_of_another_account_is_refused(s3):
    with Stubber(s3) as stub:
        stub.add_client_error("head_bucket", "403", http_status_code=403)

        with pytest.raises(DeploymentError, match="not this account's to use"):
            review_bucket(s3, STAGE, PLAIN, caller=CALLER)


def test_name_taken_at_creation_is_refused(s3):
    review = review_bucket(s3, STAGE, PLAIN, caller=CALLER)
    with Stubber(s3) as stub:
        stub.add_client_error("create_bucket", "BucketAlreadyExists")

        with pytest.raises(DeploymentError, match="not this account's to use"):
            review.settle()


def test_other_refusals_of_creation_are_passed_on(s3):
    review = review_bucket(s3, STAGE, PLAIN, caller=CALLER)
    with Stubber(s3) as stub:
        stub.add_client_error("create_bucket", "TooManyBuckets")

        with pytest.raises(ClientError, match="TooManyBuckets"):
            review.settle()


def test_only_requests_without_tls_are_denied():
    (statement,) = build_bucket_policy(STAGE, ())["Statement"]

    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_another_deployer_is_an_update_of_the_policy(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()
    role = "arn:aws:sts::123456789012:assumed-role/ci/run-1"

    found = review_bucket(s3, STAGE, PLAIN, caller=role).settle()

    assert summarize(found) == ("updated", ("policy",))
    again = role.replace("run-1", "run-2")
    assert review_bucket(s3, STAGE, PLAIN, caller=again).outcome.change == "unchanged"


def test_named_deployers_deploy_in_turn_without_a_change(s3):
    other = "arn:aws:iam::123456789012:user/other"
    both = Options(deployers=(CALLER, other))
    review_bucket(s3, STAGE, both, caller=CALLER).settle()

    assert review_bucket(s3, STAGE, both, caller=other).outcome.change == "unchanged"


def test_key_of_ones_own_encrypts_the_bucket(s3):
    review_bucket(s3, STAGE, PLAIN, caller=CALLER).settle()

    found = review_bucket(s3, STAGE, KEYED, caller=CALLER).settle()

    assert summarize(found) == ("updated", ("encryption",))
    (rule,) = s3.get_bucket_encryption(Bucket=STAGE.bucket)[
        "ServerSideEncryptionConfiguration"
    ]["Rules"]
    default = rule["ApplyServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEYED.kms_key}


def test_no_model_and_no_code_ever_expires():
    expiring = [
        rule["Filter"]["Prefix"]
        for rule in build_lifecycle()
        if "Expiration" in rule or "NoncurrentVersionExpiration" in rule
    ]

    assert {"input/", "runs/"} <= set(expiring)
    for kept in ("autopilot-output/model.tar.gz", "code/abc/preprocess.py"):
        assert not any(kept.startswith(prefix) for prefix in expiring)


def test_uploads_and_forecasts_stay_until_overwritten():
    dying = [r["Filter"]["Prefix"] for r in build_lifecycle() if "Expiration" in r]

    assert dying == ["input/", "runs/", "waiting/", "parts/"]
