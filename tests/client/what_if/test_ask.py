"""A question from its words to its answer, by a model of the local AWS."""

import json
import random

import boto3
import pytest

from chalicelib.stages import Stage
from client.errors import SourceError, WrongStateError
from client.what_if.ask import Place, Question, find_base
from client.what_if.scenario import build_scenario
from client.what_if.transform import Transforms
from localaws import serve
from tests.building.local_resources import make_role
from tests.building.training_jobs import (
    RESOURCES,
    create_job,
    create_transform,
    put_sales,
    wait_for_job,
    wait_for_transform,
    with_config,
)

STAGE = Stage("dev", account="123456789012", region="us-east-1")
RUN_ID = "shop-260101000000-0123abcd-dev"
MONTHS, AHEAD = 60, 3
SERIES = {
    "TargetAttributeName": "sold",
    "TimestampAttributeName": "month",
    "ItemIdentifierAttributeName": "item",
}
SETTINGS = {
    "TimeSeriesForecastingJobConfig": {
        "ForecastFrequency": "M",
        "ForecastHorizon": AHEAD,
        "ForecastQuantiles": ["p10", "p50", "p90"],
        "TimeSeriesConfig": SERIES,
    },
    "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
    "TransformResources": RESOURCES,
}
FOLDER = f"output-forecasted-data/shop/{RUN_ID}/"


def make_rows(*, ahead):
    """Build sales that a promotion doubles, with what is planned ahead."""
    drawn = random.Random(1)
    lines = ["item,month,sold,promo"]
    for item, level in (("tea", 100), ("cocoa", 50)):
        for month in range(MONTHS + ahead):
            stamp = f"{2020 + month // 12}-{month % 12 + 1:02}-01"
            promo = int(month < MONTHS and drawn.random() < 0.3)
            sold = "" if month >= MONTHS else level * (1 + promo) + drawn.gauss(0, 1)
            lines.append(f"{item},{stamp},{sold},{promo}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def clients():
    with serve() as local:
        yield [
            boto3.client(service, endpoint_url=local.endpoint_url)
            for service in ("s3", "sagemaker")
        ]


@pytest.fixture(scope="module")
def place(clients):
    """A run with its model, its input and its raw forecast."""
    s3, sagemaker = clients
    s3.create_bucket(Bucket=STAGE.bucket)
    config = with_config(ForecastHorizon=AHEAD, TimeSeriesConfig=SERIES)
    role, bucket = make_role("sagemaker"), put_sales(make_rows(ahead=0))
    trained = wait_for_job(create_job(bucket, role, "Asked", **config))
    assert trained["AutoMLJobStatus"] == "Completed", trained
    model = f"{RUN_ID}-89abcdef"
    sagemaker.create_model(
        ModelName=model,
        ExecutionRoleArn=role,
        Containers=trained["BestCandidate"]["InferenceContainers"],
    )
    prefix = f"input/{RUN_ID}/transform/"
    report = {"total": {"forecast": {"timestamps": ["2025-01-01"]}}}
    for key, body in {
        f"{prefix}part-00000.csv": make_rows(ahead=AHEAD),
        f"runs/{RUN_ID}/settings.json": json.dumps(SETTINGS),
        f"{FOLDER}report.json": json.dumps(report),
    }.items():
        s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)
    output = {"S3OutputPath": f"s3://{STAGE.bucket}/{FOLDER}raw/"}
    job = create_transform(model, STAGE.bucket, prefix=prefix, TransformOutput=output)
    assert wait_for_transform(job)["TransformJobStatus"] == "Completed"
    return Place(s3, sagemaker, STAGE)


def build_question(place, *changes, plan=None, **which):
    base = find_base(place.s3, STAGE.bucket, "shop", RUN_ID)
    transforms = Transforms(place.sagemaker, STAGE, is_local=True)
    scenario = build_scenario(changes, **which)
    return Question(place, base, scenario, transforms, plan=plan)


def ask(place, *changes, **which):
    """Ask, and count what had to be paid for."""
    paid = []
    answer = build_question(place, *changes, **which).ask(
        lambda: paid.append(True) or True
    )
    return answer, len(paid)


def count_jobs(place):
    return len(place.sagemaker.list_transform_jobs()["TransformJobSummaries"])


def test_promotion_ahead_sells_more(place):
    answer, paid = ask(place, "promo=1")

    assert paid == 1
    assert answer.comparison.stamps == ("2025-01-01", "2025-02-01", "2025-03-01")
    assert answer.comparison.total.percent > 50


def test_same_question_is_paid_for_once(place):
    first, _ = ask(place, "promo=1", items=["tea"])
    before = count_jobs(place)
    again, paid = ask(place, "promo=1", items=["tea"])

    assert (paid, count_jobs(place)) == (0, before)
    assert again.comparison == first.comparison
    assert [row.key for row in first.comparison.items if row.touched] == [("tea",)]


def test_table_of_the_future_is_asked_like_a_change(place, tmp_path):
    plan = tmp_path / "RTS.csv"
    months = ("2025-01", "2025-02", "2025-03")
    lines = [f"{item},{month}-01,1" for item in ("tea", "cocoa") for month in months]
    plan.write_text("\n".join(["item,month,promo", *lines]) + "\n")

    by_table, paid = ask(place, plan=plan)
    by_change, _ = ask(place, "promo=1")
    _, paid_again = ask(place, plan=plan)

    assert (paid, paid_again) == (1, 0)
    assert by_table.names == by_change.names == ("promo",)
    assert by_table.comparison == by_change.comparison


def test_run_whose_input_is_gone_says_so(place):
    key = f"input/{RUN_ID}/transform/part-00000.csv"
    body = place.s3.get_object(Bucket=STAGE.bucket, Key=key)["Body"].read()
    place.s3.delete_object(Bucket=STAGE.bucket, Key=key)

    with pytest.raises(WrongStateError, match="is gone"):
        ask(place, "promo=7")

    place.s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)


def test_embedded_engine_leaves_nobody_to_ask(place):
    key = f"runs/{RUN_ID}/settings.json"
    put = {"Bucket": STAGE.bucket, "Key": key}
    place.s3.put_object(**put, Body=json.dumps({**SETTINGS, "Engine": "embedded"}))

    with pytest.raises(WrongStateError, match="no model to ask"):
        find_base(place.s3, STAGE.bucket, "shop", RUN_ID)

    place.s3.put_object(**put, Body=json.dumps(SETTINGS))


def test_change_of_nothing_changes_nothing(place):
    answer, _ = ask(place, "promo+=0")

    assert not answer.comparison.is_changed


def test_question_that_is_declined_starts_nothing(place):
    before = count_jobs(place)

    assert build_question(place, "promo=5").ask(lambda: False) is None
    assert count_jobs(place) == before


def test_unknown_covariate_is_refused_before_anything_is_paid(place):
    with pytest.raises(SourceError, match="found promo"):
        ask(place, "price=1")


def test_run_without_a_forecast_cannot_be_asked(place):
    with pytest.raises(WrongStateError, match="has left no forecast"):
        find_base(place.s3, STAGE.bucket, "shop", "other")


def test_failed_transform_leaves_the_next_name(place):
    transforms = Transforms(place.sagemaker, STAGE, is_local=True)
    job = create_transform(
        f"{RUN_ID}-89abcdef", STAGE.bucket, prefix="nothing/", job="asked-once"
    )
    assert wait_for_transform(job)["TransformJobStatus"] == "Failed"

    assert transforms.name_job("asked-once") == ("asked-once-2", False)
