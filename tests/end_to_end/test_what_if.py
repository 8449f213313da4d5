"""What-if questions to a deployed stage, by somebody who may do no more than ask."""

import json
import random
from copy import deepcopy
from datetime import date, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.registry import set_approval
from client.dataset_names import find_dataset
from client.errors import SourceError
from client.history import download_page, read_record
from client.models import Registrar
from client.what_if.ask import Place, Question, find_base
from client.what_if.page import build_what_if_page, list_doubts
from client.what_if.scenario import build_scenario
from client.what_if.transform import Transforms
from tests.building.documented_policies import read_documented
from tests.building.local_resources import make_archive
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.made_up_account import make_stage
from tests.building.narrow_policies import list_actions, misses, without

TARGET = make_stage(STAGE, region="us-east-1")
POLICY = read_documented("analyst", TARGET)
OTHER = make_stage("other", region="us-east-1").model_group("shop")
DAYS, AHEAD = 130, 7


def make_tables():
    """Build daily sales that promotions raise by half, with their plan."""
    drawn = random.Random(3)
    sold, known = ["item,day,sold"], ["item,day,price,promo"]
    for item, level in (("tea", 100), ("cocoa", 60)):
        for number in range(DAYS + AHEAD):
            day = date(2025, 1, 1) + timedelta(number)
            promo, price = int(drawn.random() < 0.25), drawn.choice((4, 5, 6))
            known.append(f"{item},{day},{price},{promo}")
            if number < DAYS:
                value = level * (1 + 0.5 * promo) * 5 / price + drawn.gauss(0, 2)
                sold.append(f"{item},{day},{value:.1f}")
    config = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": AHEAD}}
    return {
        "TTS.csv": "\n".join(sold),
        "RTS.csv": "\n".join(known),
        "config.json": json.dumps(config),
    }


@pytest.fixture(scope="module")
def stage():
    with deploy_stage() as deployed:
        ended = deployed.upload("raw/shop.zip", make_archive(make_tables()))
        assert ended["status"] == "SUCCEEDED", ended
        yield deployed


def give_role(stage, name, policy):
    """Make a role with a policy, and give clients with its keys."""
    iam = stage.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(document)
    )["Role"]
    iam.put_role_policy(
        RoleName=name, PolicyName="ask", PolicyDocument=json.dumps(policy)
    )
    keys = stage.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="ann")[
        "Credentials"
    ]
    return lambda service: boto3.client(
        service,
        endpoint_url=stage.endpoint_url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.fixture(scope="module")
def client(stage):
    """Make clients with the keys of a role that has the documented policy."""
    return give_role(stage, "analyst", POLICY)


@pytest.fixture(scope="module")
def ask(client):
    """Ask about the only run; count what had to be paid for."""
    s3, sagemaker = client("s3"), client("sagemaker")
    dataset = find_dataset(s3, TARGET, "shop")
    run_id = read_record(s3, TARGET.bucket, dataset)[-1].run_id
    base = find_base(s3, TARGET.bucket, dataset, run_id)

    def ask_once(*changes, **which):
        paid = []

        def confirm():
            paid.append(True)
            return True

        question = Question(
            Place(s3, sagemaker, TARGET),
            base,
            build_scenario(changes, **which),
            Transforms(sagemaker, TARGET, is_local=True),
        )
        return question.ask(confirm), len(paid)

    return ask_once


def test_promotion_on_every_day_sells_more(ask):
    answer, paid = ask("promo=1")

    assert paid == 1
    assert answer.comparison.total.percent > 10
    assert len(answer.comparison.stamps) == AHEAD


def test_same_question_is_paid_for_once(ask):
    first, _ = ask("price=6")
    again, paid = ask("price=6")

    assert paid == 0
    assert again.comparison == first.comparison


def test_items_that_are_not_meant_stay(ask):
    answer, _ = ask("promo=1", items=["tea"])

    rows = {row.key: row for row in answer.comparison.items}
    assert rows["tea",].difference > 0
    assert rows["cocoa",].touched is False


def test_change_of_nothing_changes_nothing(ask):
    answer, _ = ask("price+=0")

    assert not answer.comparison.is_changed
    assert "Nothing changes" in list_doubts(answer)[0]
    assert "Nothing changes" in build_what_if_page(answer)


def test_answer_that_is_declined_starts_nothing(stage, client):
    s3, sagemaker = client("s3"), client("sagemaker")
    run_id = read_record(s3, TARGET.bucket, "shop")[-1].run_id
    question = Question(
        Place(s3, sagemaker, TARGET),
        find_base(s3, TARGET.bucket, "shop", run_id),
        build_scenario(["price=+99%"]),
        Transforms(sagemaker, TARGET, is_local=True),
    )

    assert question.ask(lambda: False) is None
    jobs = stage.client("sagemaker").list_transform_jobs()["TransformJobSummaries"]
    assert question.id not in json.dumps(jobs, default=str)


def test_unknown_covariate_is_refused_before_anything_is_paid(ask):
    with pytest.raises(SourceError, match=r"found price, promo"):
        ask("prize=1")


# What docs/deploy.md gives to those who decide, beside the above.
DECIDER = deepcopy(POLICY)
for statement in DECIDER["Statement"]:
    if statement["Sid"] == "ReadModels":
        statement["Action"].append("sagemaker:UpdateModelPackage")


@pytest.fixture(scope="module")
def decide(stage):
    """Decide on the models, as a role that may do that besides."""
    return Registrar(give_role(stage, "decider", DECIDER)("sagemaker"), TARGET, "shop")


@pytest.fixture(scope="module")
def calls(stage, client, ask, decide, tmp_path_factory):
    """Every call of history, what-if, models, reject and approve."""
    asked = []
    with stage.gate.watch(asked.append):
        s3 = client("s3")
        dataset = find_dataset(s3, TARGET, "shop")
        assert read_record(s3, TARGET.bucket, dataset)
        assert download_page(s3, TARGET.bucket, dataset, tmp_path_factory.mktemp("to"))
        assert ask("promo=1", "price+=1")[1] == 1
        for person in (Registrar(client("sagemaker"), TARGET, dataset), decide):
            assert person.read().versions
        assert decide.reject(1, "it looks odd").champion is None
        assert decide.approve(1, "it was right").champion is not None
    return asked


@pytest.mark.parametrize(
    ("role", "policy", "action"),
    [("analyst", POLICY, action) for action in list_actions(POLICY)]
    + [("decider", DECIDER, "sagemaker:UpdateModelPackage")],
)
def test_people_need_each_action_that_they_have(calls, role, policy, action):
    mine = [asked for asked in calls if asked.role == role]

    assert any(misses(asked, without(policy, action), policy) for asked in mine)


def test_decider_has_no_say_in_another_stage(decide):
    elsewhere = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{OTHER}/1"

    with pytest.raises(ClientError, match=r"not authorized|[Dd]enied"):
        set_approval(decide._sagemaker, elsewhere, "Rejected", reason="no")


def test_analyst_reads_the_models(client):
    models = Registrar(client("sagemaker"), TARGET, "shop").read()

    assert models.champion is not None


REFUSED = {
    "another transform": lambda client: client("sagemaker").describe_transform_job(
        TransformJobName="payments-what-if-1"
    ),
    "an upload": lambda client: client("s3").put_object(
        Bucket=TARGET.bucket, Key="raw/a.zip", Body=b"x"
    ),
    "a forecast": lambda client: client("s3").put_object(
        Bucket=TARGET.bucket,
        Key="output-forecasted-data/shop/run/forecast.csv",
        Body=b"x",
    ),
    "what was uploaded": lambda client: client("s3").get_object(
        Bucket=TARGET.bucket, Key="raw/shop.zip"
    ),
    "an approval": lambda client: Registrar(client("sagemaker"), TARGET, "shop").reject(
        1, "no"
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_analyst_may_not_have(client, what):
    with pytest.raises(ClientError, match=r"not authorized|[Dd]enied"):
        REFUSED[what](client)
