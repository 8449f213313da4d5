from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from chalicelib.past_versions import list_outdated, remove
from chalicelib.registry import REJECTED
from chalicelib.retraining import Retraining
from chalicelib.store import Store
from tests.building.model_versions import (
    CONTAINER,
    NOW,
    TRAINED_BY,
    FakeRegistry,
    make_version,
)

KEPT = Retraining(keep_versions=4, keep_days=90)


def list_numbers(versions, *, allowed=KEPT, used=frozenset(), now=NOW):
    outdated = list_outdated(versions, allowed, used=set(used), now=now)
    return [one.number for one in outdated]


def make_versions(count, *, days=100, **known):
    return [make_version(number, days=days, **known) for number in range(count, 0, -1)]


def test_old_versions_beyond_the_number_go():
    assert list_numbers(make_versions(6)) == [1, 2]
    assert list_numbers(make_versions(4)) == []


def test_young_versions_stay_whatever_their_number():
    assert list_numbers(make_versions(6, days=89)) == []


def test_few_are_removed_at_once():
    assert list_numbers(make_versions(30)) == [1, 2, 3]


def test_champion_and_the_one_before_it_stay():
    versions = [
        make_version(n, days=100, **({} if n < 3 else {"approval": REJECTED}))
        for n in range(9, 0, -1)
    ]

    assert list_numbers(versions) == [3, 4, 5]


def test_version_at_work_stays():
    assert list_numbers(make_versions(6), used={1}) == [2]


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        yield Store(s3, "bucket")


def put(store, key):
    store.s3.put_object(Bucket="bucket", Key=key, Body=b"x")


def test_artefacts_and_models_go_with_their_version(store):
    registry = FakeRegistry()
    version = registry.keep(make_version(1))
    other = {**CONTAINER, "ModelDataUrl": "s3://bucket/autopilot-output/other/m.tar.gz"}
    registry.models = {
        f"{TRAINED_BY}-00000001": [CONTAINER],
        "sales-261108012419-0123abcd-dev-00000002": [CONTAINER],
        "sales-261115012419-0123abcd-dev-00000003": [other],
        "others-261115012419-0123abcd-dev-00000004": [other],
    }
    put(store, f"autopilot-output/{TRAINED_BY}/model.tar.gz")
    put(store, f"autopilot-output/{TRAINED_BY}-not/model.tar.gz")

    remove(store, registry, version)

    assert registry.packages == {}
    assert sorted(registry.models) == [
        "others-261115012419-0123abcd-dev-00000004",
        "sales-261115012419-0123abcd-dev-00000003",
    ]
    left = list(store.list_keys("autopilot-output/"))
    assert left == [f"autopilot-output/{TRAINED_BY}-not/model.tar.gz"]


def test_version_stays_until_all_else_is_gone(store):
    registry = FakeRegistry()
    version = registry.keep(make_version(1))
    registry.models = {f"{TRAINED_BY}-00000001": [CONTAINER]}
    registry.broken["DeleteModel"] = "Throttling"

    with pytest.raises(Exception, match="Throttling"):
        remove(store, registry, version)

    assert version.arn in registry.packages


def test_version_without_a_run_is_removed_alone(store):
    registry = FakeRegistry()
    version = registry.keep(make_version(1, run_id=None))
    put(store, "autopilot-output/any/model.tar.gz")

    remove(store, registry, version)

    assert registry.packages == {}
    assert list(store.list_keys("autopilot-output/")) != []


def test_age_is_counted_in_days():
    versions = make_versions(6, days=90)

    assert list_numbers(versions, now=NOW) == []
    assert list_numbers(versions, now=NOW + timedelta(seconds=1)) == [1, 2]
