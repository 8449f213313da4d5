"""Approvals of a dataset's models, on the registry of the local AWS."""

import boto3
import pytest

from chalicelib.registry import APPROVED, PENDING, register_version
from chalicelib.stages import Stage
from client.errors import WrongStateError
from client.models import Registrar, describe_models, explain_approval, word_champion
from localaws import serve
from tests.building.local_resources import name

STAGE = Stage("dev", account="123456789012", region="us-east-1")
CONTAINERS = [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}]


@pytest.fixture(scope="module")
def sagemaker():
    with serve() as local:
        yield boto3.client("sagemaker", endpoint_url=local.endpoint_url)


@pytest.fixture
def registrar(sagemaker):
    """A dataset of versions 1 and 2, both approved, and 3, which waits."""
    dataset = name("sales")
    for number, approval in enumerate((APPROVED, APPROVED, PENDING), start=1):
        register_version(
            sagemaker,
            STAGE.model_group(dataset),
            CONTAINERS,
            stage="dev",
            approval=approval,
            facts={"run_id": f"{dataset}-{number}", "backtest": 0.1 * number},
        )
    return Registrar(sagemaker, STAGE, dataset)


def list_states(models):
    return [models.word_state(version) for version in models.versions]


def test_newest_approved_version_is_the_champion(registrar):
    models = registrar.read()

    assert list_states(models) == ["waits for approval", "champion", "approved"]


def test_approved_version_becomes_the_champion(registrar):
    models = registrar.approve(3, "looks good")

    assert list_states(models) == ["champion", "approved", "approved"]
    assert models.versions[0].reason == "looks good"
    assert explain_approval(models, 3) == "version 3 is the champion"


def test_approval_of_a_lower_version_leaves_the_champion(registrar):
    registrar.reject(1, "no")
    models = registrar.approve(1, "after all")

    assert models.champion.number == 2
    assert "version 2 stays the champion" in explain_approval(models, 1)


def test_decision_may_be_repeated(registrar):
    registrar.approve(3, "first")
    models = registrar.approve(3, "second")

    assert models.versions[0].reason == "first"


def test_rollback_makes_the_version_before_the_champion(registrar):
    rejected, models = registrar.roll_back("worse in the shops")

    assert (rejected.number, models.champion.number) == (2, 1)


def test_rollback_with_nothing_before_is_refused(registrar):
    registrar.roll_back("first")

    with pytest.raises(WrongStateError, match="no approved version to go back to"):
        registrar.roll_back("second")
    assert registrar.read().champion.number == 1


def test_rollback_without_a_champion_says_what_makes_one(registrar):
    for number in (1, 2):
        registrar.reject(number, "no")

    with pytest.raises(WrongStateError, match=r"has no champion .* makes one"):
        registrar.roll_back("second")


def test_rejection_of_all_leaves_no_champion(registrar):
    registrar.reject(1, "no")
    models = registrar.reject(2, "no")

    assert models.champion is None
    assert "the next run trains" in word_champion(models)


def test_version_that_is_not_there_is_named(registrar):
    with pytest.raises(WrongStateError, match=r"no version 7 \(found 3, 2, 1\)"):
        registrar.approve(7, "")


def test_dataset_without_models_has_none(sagemaker):
    models = Registrar(sagemaker, STAGE, "nothing").read()

    assert (models.versions, models.champion) == ((), None)


def test_programs_get_the_champion_and_all_facts(registrar):
    described = describe_models(registrar.read())

    assert described["champion"] == 2
    assert [one["version"] for one in described["versions"]] == [3, 2, 1]
    assert described["versions"][0]["backtest"] == "0.3"
