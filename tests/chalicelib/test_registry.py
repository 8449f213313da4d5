import re

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib.registry import (
    APPROVED,
    PENDING,
    REJECTED,
    add_facts,
    find_challenger,
    find_champion,
    find_newest_moment,
    find_version,
    list_versions,
    register_version,
    set_approval,
    spell_facts,
)
from chalicelib.stages import MAX_STAGE_LENGTH, Stage
from tests.building.model_versions import (
    CONTAINER,
    GROUP,
    NOW,
    FakeRegistry,
    make_version,
)

MODEL = botocore.session.get_session().get_service_model("sagemaker")


@pytest.fixture
def registry():
    return FakeRegistry()


def register(registry, run_id="run-1", **facts):
    return register_version(
        registry,
        GROUP,
        [{**CONTAINER, "ImageDigest": "sha256:0"}],
        stage="dev",
        approval=APPROVED,
        facts={"run_id": run_id, **facts},
    )


def test_dataset_without_a_group_has_no_champion(registry):
    assert find_champion(registry, GROUP) is None
    assert find_newest_moment(registry, GROUP) is None
    assert list_versions(registry, GROUP) == []


@pytest.mark.parametrize(
    ("approvals", "champion"),
    [
        ([APPROVED], 1),
        ([APPROVED, APPROVED], 2),
        ([APPROVED, PENDING], 1),
        ([APPROVED, APPROVED, REJECTED], 2),
        ([REJECTED, PENDING], None),
    ],
)
def test_champion_is_the_newest_approved(registry, approvals, champion):
    for number, approval in enumerate(approvals, start=1):
        registry.keep(make_version(number, approval=approval))

    found = find_champion(registry, GROUP)

    assert (found and found.number) == champion


@pytest.mark.parametrize(
    ("approvals", "challenger"),
    [
        ([APPROVED], None),
        ([APPROVED, PENDING], 2),
        ([APPROVED, REJECTED, PENDING], 3),
        ([APPROVED, PENDING, REJECTED], 3),
        ([PENDING, APPROVED], None),
    ],
)
def test_challenger_is_the_newest_of_all(registry, approvals, challenger):
    for number, approval in enumerate(approvals, start=1):
        registry.keep(make_version(number, approval=approval))

    found = find_challenger(registry, GROUP, find_champion(registry, GROUP))

    assert (found and found.number) == challenger


def test_version_that_was_deleted_is_not_found(registry):
    kept = registry.keep(make_version())
    registry.delete_model_package(kept.arn)

    assert find_version(registry, kept.arn) is None


def test_champion_is_read_as_it_was_kept(registry):
    kept = registry.keep(make_version())

    assert find_champion(registry, GROUP) == kept
    assert find_newest_moment(registry, GROUP) == kept.created
    assert kept.read_number("backtest") == 0.1
    assert kept.read_number("none") is kept.read_number("metric") is None


def test_run_registers_one_version(registry):
    arns = {register(registry) for _ in range(3)}

    assert len(arns) == len(registry.packages) == len(registry.groups) == 1


def test_version_holds_what_a_model_is_made_from(registry):
    arn = register(registry)

    (container,) = registry.packages[arn]["InferenceSpecification"]["Containers"]
    assert container == CONTAINER


def test_group_that_cannot_be_made_is_no_version(registry):
    registry.broken["CreateModelPackageGroup"] = "AccessDeniedException"

    with pytest.raises(ClientError, match="AccessDenied"):
        register(registry)


def test_rejection_brings_the_one_before_back(registry):
    registry.keep(make_version(1))
    newest = registry.keep(make_version(2))

    set_approval(registry, newest.arn, REJECTED, reason="it went\nwrong " * 200)

    assert find_champion(registry, GROUP).number == 1
    assert len(registry.packages[newest.arn]["ApprovalDescription"]) <= 1024
    assert "\n" not in registry.packages[newest.arn]["ApprovalDescription"]


def test_more_facts_leave_the_others(registry):
    kept = registry.keep(make_version())

    add_facts(registry, kept.arn, {"outcome": "better", "backtest": 0.2})

    facts = find_champion(registry, GROUP).facts
    assert facts == {**kept.facts, "outcome": "better", "backtest": "0.2"}


def test_facts_are_spelt_as_the_registry_takes_them():
    shape = MODEL.shape_for("CustomerMetadataValue")
    facts = {
        "long": "ü(\"'€," * 100,
        "number": 0.1234567890123,
        "none": None,
        "empty": "",
        "odd": "a,b\n(c) 'd'",
        "moment": "2026-11-23 06:00:00+00:00",
    }

    spelt = spell_facts(facts)

    assert spelt["number"] == "0.123457"
    assert spelt["odd"] == "a-b--c- -d-"
    assert spelt["moment"] == facts["moment"]
    assert "none" not in spelt
    assert "empty" not in spelt
    # Python's own expressions know no classes such as \p{L}, which are wider.
    assert all(re.fullmatch(r"[A-Za-z0-9 _.:/=+@-]+", text) for text in spelt.values())
    assert all(len(text) <= shape.metadata["max"] for text in spelt.values())


@pytest.mark.parametrize("stage", ["dev", "s" * MAX_STAGE_LENGTH, "a-b"])
@pytest.mark.parametrize("length", [1, 20, 27, 28, 34, 35, 40])
def test_groups_name_fits_and_is_its_own(stage, length):
    shape = MODEL.shape_for("EntityName").metadata
    names = [
        Stage(stage, "123456789012", "us-east-1").model_group(
            f"{'d' * (length - 1)}{x}"
        )
        for x in "ab"
    ]

    assert len(set(names)) == 2
    assert all(len(name) <= shape["max"] for name in names)
    assert all(re.fullmatch(shape["pattern"], name) for name in names)
    assert all(f"-{stage}--d" in name or length == 1 for name in names)


def test_version_knows_how_old_it_is():
    assert (NOW - make_version(days=3).created).days == 3
