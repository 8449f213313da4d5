import boto3
import pytest
from moto import mock_aws

from chalicelib.autopilot import RunPlace
from chalicelib.model_file import build_model, list_warnings, summarise_model
from chalicelib.registration import (
    HalfRegistered,
    Registration,
    build_facts,
    decide_approval,
    measure_training,
)
from chalicelib.registry import APPROVED, PENDING, REJECTED, set_approval
from chalicelib.retraining import CHAMPION, TRAIN, Choice, Retraining
from chalicelib.store import Store
from tests.building.lambda_inputs import RUN_ID, make_settings
from tests.building.model_versions import (
    CONTAINER,
    GROUP,
    NOW,
    FakeRegistry,
    make_version,
)

PLACE = RunPlace(RUN_ID, "sales", "bucket", "dev")
OWN = {"Image": "own", "ModelDataUrl": "s3://bucket/own.tar.gz", "Environment": {}}
CANDIDATES = {
    "best_candidate": "best",
    "candidates": [
        {
            "name": "best",
            "label": "ensemble",
            "objective": {"name": "AverageWeightedQuantileLoss", "value": 0.2},
            "metrics": [{"name": "AverageWeightedQuantileLoss", "value": 0.2}],
            "created_at": "2026-11-23T01:00:00+00:00",
            "ended_at": "2026-11-23T02:00:00+00:00",
        },
        {"name": "other", "created_at": None, "ended_at": "2026-11-23T02:10:00+00:00"},
    ],
}
WORSE = {"is_worse": True, "sentence": "it is worse"}
BETTER = {"is_worse": False, "sentence": "it is better"}


@pytest.fixture
def store():
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        yield Store(s3, "bucket")


@pytest.fixture
def registry():
    return FakeRegistry()


def prepare(store, *, champion=None, fits=True, failure=None, **retraining):
    """Leave what the states before leave."""
    documents = {
        "settings.json": {**make_settings(), "Retraining": retraining},
        "candidates.json": CANDIDATES,
        "score.json": {"data_end": "2026-11-22", "series": 7},
        "model.json": build_model(
            PLACE,
            Choice(TRAIN, "trained, as asked"),
            champion,
            fits=fits,
            failure=failure,
        ),
    }
    for name, document in documents.items():
        store.write_json(f"runs/{RUN_ID}/{name}", document)


def register(store, registry):
    registration = Registration(store, registry, PLACE, GROUP)
    containers = registration.register([OWN], now=NOW)
    return containers, store.read_json(f"runs/{RUN_ID}/model.json")


def test_first_model_becomes_the_champion(store, registry):
    prepare(store)

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["registered"]["version"] == 1
    assert document["registered"]["approval"] == APPROVED
    assert document["forecast_by"] == {"version": 1, "run_id": RUN_ID}
    assert document["reason"] == (
        "trained, as asked; version 1 is the champion now: it is the first that may "
        "forecast"
    )


def test_registering_twice_makes_one_version(store, registry):
    prepare(store)

    first, second = register(store, registry), register(store, registry)

    assert first == second
    assert len(registry.packages) == 1


def test_better_challenger_forecasts(store, registry):
    prepare(store, champion=registry.keep(make_version(1)))
    store.write_json(f"runs/{RUN_ID}/comparison.json", BETTER)

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["registered"]["approval"] == APPROVED
    assert document["reason"].endswith("version 2 is the champion now: it is better")


def test_worse_challenger_leaves_the_champion(store, registry):
    prepare(store, champion=registry.keep(make_version(1)))
    store.write_json(f"runs/{RUN_ID}/comparison.json", WORSE)

    containers, document = register(store, registry)

    assert containers == [CONTAINER]
    assert document["registered"]["approval"] == REJECTED
    assert document["forecast_by"]["version"] == 1
    assert document["reason"].endswith(
        "version 2 is rejected, and version 1 forecasts: it is worse"
    )
    (_, package) = registry.packages.values()
    assert package["ApprovalDescription"] == "it is worse"


FAILURE = "6.00 times the WQL of its backtest"


@pytest.mark.parametrize(
    ("challenger", "status"),
    [(0.101, APPROVED), (0.12, APPROVED), (0.121, REJECTED), (None, APPROVED)],
)
def test_champion_that_failed_is_replaced_by_a_little_worse(challenger, status):
    champion = {"version": 1, "fits": True, "failure": FAILURE}
    comparison = {**WORSE, "challenger": challenger, "champion": 0.1}

    decided = decide_approval(Retraining(when_worse_than=1.2), champion, comparison)

    assert decided.status == status


def test_setting_below_one_asks_no_more_of_a_challenger():
    champion = {"version": 1, "fits": True, "failure": FAILURE}
    comparison = {**WORSE, "challenger": 0.1, "champion": 0.1}

    decided = decide_approval(Retraining(when_worse_than=0.5), champion, comparison)

    assert decided.status == APPROVED


def test_replaced_champion_is_said_to_have_failed(store, registry):
    prepare(store, champion=registry.keep(make_version(1)), failure=FAILURE)
    store.write_json(f"runs/{RUN_ID}/comparison.json", WORSE)

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["reason"] == (
        "trained, as asked; version 2 is the champion now: version 1 failed, with "
        "6.00 times the WQL of its backtest, though it is worse"
    )


def test_challenger_that_is_far_worse_is_rejected_and_says_so():
    champion = {"version": 1, "fits": True, "failure": FAILURE}
    comparison = {**WORSE, "challenger": 0.5, "champion": 0.1}

    decided = decide_approval(Retraining(), champion, comparison)

    assert decided.status == REJECTED
    assert decided.reason == (
        "it is worse, which is too much even beside version 1 that failed, with "
        f"{FAILURE}"
    )


@pytest.mark.parametrize("approval", ["automatic", "manual"])
@pytest.mark.parametrize("fate", ["deleted", "rejected"])
def test_champion_that_is_gone_holds_nobody_up(store, registry, fate, approval):
    gone = registry.keep(make_version(1))
    prepare(store, champion=gone, Approval=approval)
    store.write_json(f"runs/{RUN_ID}/comparison.json", WORSE)
    if fate == "deleted":
        registry.delete_model_package(gone.arn)
    else:
        set_approval(registry, gone.arn, REJECTED, reason="by hand")

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["forecast_by"]["run_id"] == RUN_ID
    assert (document["registered"]["approval"] == APPROVED) == (approval == "automatic")


def test_decision_meanwhile_keeps_its_reason(store, registry):
    prepare(store, champion=registry.keep(make_version(1)))
    register(store, registry)
    newest = list(registry.packages)[-1]
    set_approval(registry, newest, REJECTED, reason="it looked odd")

    _, document = register(store, registry)

    assert document["reason"].endswith(
        "version 2 is rejected, and version 1 forecasts: it looked odd"
    )


def test_manual_approval_lets_the_champion_forecast(store, registry):
    prepare(store, champion=registry.keep(make_version(1)), Approval="manual")
    store.write_json(f"runs/{RUN_ID}/comparison.json", BETTER)

    containers, document = register(store, registry)

    assert containers == [CONTAINER]
    assert document["registered"]["approval"] == PENDING
    assert document["reason"].endswith(
        "version 2 waits for approval, and version 1 forecasts: it waits for a "
        "person's approval; it is better"
    )


def test_approval_meanwhile_is_kept(store, registry):
    prepare(store, champion=registry.keep(make_version(1)), Approval="manual")
    register(store, registry)
    (_, package) = registry.packages.values()
    package["ModelApprovalStatus"] = APPROVED

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["registered"]["approval"] == APPROVED


@pytest.mark.parametrize("champion", [None, make_version(1)])
def test_what_was_paid_for_forecasts_where_nobody_else_can(store, registry, champion):
    if champion:
        registry.keep(champion)
    prepare(store, champion=champion, fits=False, Approval="manual")

    containers, document = register(store, registry)

    assert containers == [OWN]
    assert document["registered"]["approval"] == PENDING


def test_failure_is_noted_and_told(store, registry):
    prepare(store)
    registry.broken["CreateModelPackage"] = "AccessDeniedException"
    registration = Registration(store, registry, PLACE, GROUP)

    registration.note_failure(RuntimeError("it broke"))

    document = store.read_json(f"runs/{RUN_ID}/model.json")
    assert list(list_warnings(document, succeeded=True)) == [
        "the model was not registered (RuntimeError: it broke)"
    ]


def test_silent_failure_is_told_of_a_success_alone(store):
    prepare(store)
    document = store.read_json(f"runs/{RUN_ID}/model.json")

    warned = [list(list_warnings(document, succeeded=one)) for one in (True, False)]

    assert warned == [
        [
            "it is not known whether the model was registered, as RegisterModel failed "
            "(no answer came in time)"
        ],
        [],
    ]


def test_failed_state_is_told_with_its_reason(store):
    prepare(store)
    document = store.read_json(f"runs/{RUN_ID}/model.json")
    caught = {"uncompared": "it was killed", "unregistered": "it was denied"}

    unknown, registered = (
        list(list_warnings(found, succeeded=True, caught=caught))
        for found in (document, {**document, "registered": {"version": 1}})
    )

    uncompared = "the new model was not compared with the champion (it was killed)"
    assert unknown == [
        uncompared,
        "it is not known whether the model was registered, as RegisterModel failed (it "
        "was denied)",
    ]
    assert registered == [
        uncompared,
        "the run's own model forecasts, as RegisterModel failed (it was denied)",
    ]


@pytest.mark.parametrize(
    ("operation", "warning"),
    [
        ("UpdateModelPackage", "the reason of version 2 was not added (ClientError"),
        ("ListModelPackages", "older versions were not removed (ClientError"),
    ],
)
def test_lesser_failure_changes_no_forecaster(store, registry, operation, warning):
    prepare(store, champion=registry.keep(make_version(1)), Approval="manual")
    registry.broken[operation] = "AccessDeniedException"

    containers, document = register(store, registry)

    assert containers == [CONTAINER]
    assert document["forecast_by"]["version"] == 1
    assert document["warning"].startswith(warning)


def test_version_that_is_there_is_not_denied(store, registry):
    prepare(store)
    registry.broken["DescribeModelPackage"] = "AccessDeniedException"
    registration = Registration(store, registry, PLACE, GROUP)

    with pytest.raises(HalfRegistered, match="version 1 was registered, and then"):
        registration.register([OWN], now=NOW)


def test_half_registered_model_is_told_as_such(store, registry):
    prepare(store)
    registration = Registration(store, registry, PLACE, GROUP)

    registration.note_failure(HalfRegistered("version 1 was registered, and then no"))

    assert store.read_json(f"runs/{RUN_ID}/model.json")["warning"] == (
        "the run's own model forecasts, whoever is the champion: version 1 was "
        "registered, and then no"
    )


@pytest.mark.parametrize(
    ("approval", "champion", "comparison", "status"),
    [
        ("automatic", None, None, APPROVED),
        ("automatic", {"version": 1, "fits": True}, BETTER, APPROVED),
        ("automatic", {"version": 1, "fits": True}, WORSE, REJECTED),
        ("automatic", {"version": 1, "fits": True}, None, APPROVED),
        ("automatic", {"version": 1, "fits": False}, None, APPROVED),
        ("manual", {"version": 1, "fits": True}, WORSE, PENDING),
        ("manual", None, None, PENDING),
    ],
)
def test_approval_follows_from_the_comparison(approval, champion, comparison, status):
    allowed = Retraining(approval=approval)

    decided = decide_approval(allowed, champion, comparison)

    assert decided.status == status
    assert decided.reason


def test_facts_say_what_the_model_was_trained_on():
    score = {"data_end": "2026-11-22", "series": 7}

    facts = build_facts(PLACE, make_settings(), CANDIDATES, score)

    assert facts["run_id"] == RUN_ID
    assert (facts["metric"], facts["backtest"]) == ("WQL", 0.2)
    assert (facts["data_end"], facts["series"]) == ("2026-11-22", 7)
    assert facts["quantiles"] == "p10 p50 p90"
    assert facts["training_seconds"] == 70 * 60


def test_training_without_times_has_no_length():
    assert measure_training({"candidates": [{"name": "best"}]}) is None
    assert measure_training({}) is None


def test_status_says_whose_model_forecast():
    champion = make_version(training_seconds="3600")
    document = build_model(
        PLACE, Choice(CHAMPION, "forecast by version 3"), champion, fits=True
    )

    assert summarise_model(document) == {
        "road": "champion",
        "reason": "forecast by version 3",
        "version": 3,
        "forecast_by": champion.run_id,
        "trained": False,
        "registered": None,
        "approval": None,
        "saved": {"seconds": 3600, "least_usd": 3, "most_usd": 20},
    }
    assert summarise_model(None) is None
