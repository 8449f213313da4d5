import pytest

from chalicelib.autopilot import (
    RunPlace,
    build_autopilot_request,
    build_candidates,
    build_transform,
    explain_unusable,
    find_best_candidate,
    has_usable_model,
    is_unfinished,
)
from chalicelib.environment import Security
from glue.bucket import RunKeys
from tests.building.lambda_inputs import (
    ROLE_ARN,
    RUN_ID,
    make_candidate,
    make_job,
    make_settings,
)
from tests.building.service_models import find_faults

PLACE = RunPlace(RUN_ID, "sales", "bucket", "dev")


def test_job_request_fits_the_service_model():
    request = build_autopilot_request(
        PLACE, make_settings(), role_arn=ROLE_ARN, security=Security()
    )

    assert find_faults("sagemaker", "CreateAutoMLJobV2", request) == []


def test_run_reads_and_writes_its_own_folders():
    request = build_autopilot_request(
        PLACE, make_settings(), role_arn=ROLE_ARN, security=Security()
    )

    (channel,) = request["AutoMLJobInputDataConfig"]
    source = channel["DataSource"]["S3DataSource"]["S3Uri"]
    assert source == f"s3://bucket/input/{RUN_ID}/train/"
    assert request["OutputDataConfig"]["S3OutputPath"].endswith(f"/{RUN_ID}")


def test_transform_writes_below_the_runs_results():
    transform = build_transform(PLACE, make_settings(), security=Security())

    assert transform["output_uri"] == (
        f"s3://bucket/output-forecasted-data/sales/{RUN_ID}/raw/"
    )


def test_settings_that_lie_change_no_place():
    lie = {
        **make_settings(),
        **dict.fromkeys(("run_id", "dataset", "bucket"), "other"),
        **dict.fromkeys(("train_uri", "transform_uri"), "s3://other/x/"),
    }

    for settings in (lie, make_settings()):
        request = build_autopilot_request(
            PLACE, settings, role_arn=ROLE_ARN, security=Security()
        )
        transform = build_transform(PLACE, settings, security=Security())
        assert "other" not in str((request, transform))


def test_places_are_those_that_preprocess_writes_to():
    prefix = f"s3://bucket/{RunKeys(RUN_ID).input}"

    request = build_autopilot_request(
        PLACE, make_settings(), role_arn=ROLE_ARN, security=Security()
    )
    transform = build_transform(PLACE, make_settings(), security=Security())

    assert f"{prefix}train/" in str(request)
    assert transform["input_uri"] == f"{prefix}transform/"


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_job_at_work_is_unfinished(status):
    assert is_unfinished(make_job(status))


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_ended_job_is_finished(status):
    assert not is_unfinished(make_job(status))


def test_stopped_job_with_a_model_is_used():
    job = make_job(
        "Stopped", secondary="MaxAutoMLJobRuntimeReached", best=make_candidate()
    )

    assert has_usable_model(job)


@pytest.mark.parametrize(
    "best",
    [None, make_candidate("Failed"), make_candidate(containers=0)],
)
def test_job_without_a_model_is_not_used(best):
    assert not has_usable_model(make_job(best=best))


CANDIDATES = [
    make_candidate("Failed", name="failed", Value=0.1),
    make_candidate(containers=0, name="empty", Value=0.2),
    make_candidate(name="unscored", Value=float("nan")),
    make_candidate(name="good", Value=0.4),
    make_candidate(name="fair", Value=0.5),
]


def test_job_that_names_no_candidate_gets_its_best():
    assert find_best_candidate(make_job(), CANDIDATES)["CandidateName"] == "good"
    assert find_best_candidate(make_job(), CANDIDATES[:2]) is None
    assert find_best_candidate(make_job(), []) is None


def test_candidate_without_a_score_is_better_than_none():
    assert find_best_candidate(make_job(), CANDIDATES[:3])["CandidateName"] == (
        "unscored"
    )


def test_candidate_that_the_job_names_goes_before_all():
    job = make_job(best=make_candidate(name="named", Value=9.9))

    assert find_best_candidate(job, CANDIDATES)["CandidateName"] == "named"


@pytest.mark.parametrize(
    "best", [make_candidate("Failed"), make_candidate(containers=0)]
)
def test_named_candidate_that_is_no_model_is_passed_over(best):
    found = find_best_candidate(make_job(best=best), CANDIDATES)

    assert found["CandidateName"] == "good"


def test_objective_that_is_to_grow_is_maximised():
    candidates = [
        make_candidate(name=name, Value=value, Type="Maximize")
        for name, value in (("low", 0.1), ("high", 0.9))
    ]

    assert find_best_candidate(make_job(), candidates)["CandidateName"] == "high"


def test_candidates_say_which_was_taken():
    kept = build_candidates(make_job("Stopped"), CANDIDATES)

    assert (kept["best_candidate"], kept["best_candidate_named_by_job"]) == (
        "good",
        False,
    )


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (14400, "your limit of 4 h"),
        (5400, "your limit of 90 min"),
        (1, "your limit of 1 s"),
        (None, "its limit"),
    ],
)
def test_training_that_was_cut_is_warned_of(limit, words):
    criteria = {} if limit is None else {"MaxAutoMLJobRuntimeInSeconds": limit}
    config = {"TimeSeriesForecastingJobConfig": {"CompletionCriteria": criteria}}
    job = make_job(
        secondary="MaxAutoMLJobRuntimeReached", AutoMLProblemTypeConfig=config
    )

    assert build_candidates(job, CANDIDATES)["warnings"] == [
        f"training was cut at {words}: 4 of 5 candidates were done"
    ]
    assert build_candidates(make_job(), CANDIDATES)["warnings"] == []


@pytest.mark.parametrize(
    "metric",
    [
        {
            "MetricName": "AVERAGE_WEIGHTED_QUANTILE_LOSS",
            "StandardMetricName": "AverageWeightedQuantileLoss",
        },
        {"MetricName": "AVERAGE_WEIGHTED_QUANTILE_LOSS"},
        {"MetricName": "AverageWeightedQuantileLoss"},
    ],
)
def test_metric_has_one_name_however_spelt(metric):
    candidate = make_candidate(**metric)
    job = make_job(best=candidate, AutoMLJobObjective=metric)

    kept = build_candidates(job, [candidate])

    (only,) = kept["candidates"]
    assert only["objective"]["name"] == "AverageWeightedQuantileLoss"
    assert kept["objective"]["name"] == "AverageWeightedQuantileLoss"


def test_unusable_job_is_explained_with_every_reason():
    job = make_job(
        "Failed",
        FailureReason="no rows",
        PartialFailureReasons=[{"PartialFailureMessage": "no deepar"}],
    )

    assert "no rows; no deepar" in str(explain_unusable(job))


def test_candidates_are_kept_with_their_metrics():
    job = make_job(best=make_candidate(), AutoMLJobObjective={"MetricName": "RMSE"})

    kept = build_candidates(job, [make_candidate()])

    assert kept["best_candidate"] == "ensemble"
    assert kept["candidates"] == [
        {
            "name": "ensemble",
            "label": "ensemble",
            "status": "Completed",
            "failure_reason": None,
            "objective": {"name": "RMSE", "value": 1.5},
            "metrics": [{"name": "WAPE", "value": 0.2, "set": "Validation"}],
            "backtest_results_uri": "s3://b/backtest",
            "explainability_uri": "s3://b/explained",
            "created_at": "2026-11-23T00:00:00+00:00",
            "ended_at": None,
        }
    ]


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab"
SECURED = Security(KEY, ("subnet-1", "subnet-2"), ("sg-1",))


def test_key_and_network_reach_the_job():
    request = build_autopilot_request(
        PLACE, make_settings(), role_arn=ROLE_ARN, security=SECURED
    )

    assert request["OutputDataConfig"]["KmsKeyId"] == KEY
    assert request["SecurityConfig"] == {
        "VolumeKmsKeyId": KEY,
        "VpcConfig": {
            "SecurityGroupIds": ["sg-1"],
            "Subnets": ["subnet-1", "subnet-2"],
        },
    }
    assert find_faults("sagemaker", "CreateAutoMLJobV2", request) == []


def test_key_reaches_the_instances_of_the_transform():
    transform = build_transform(PLACE, make_settings(), security=SECURED)

    assert transform["resources"]["VolumeKmsKeyId"] == KEY
    assert "VolumeKmsKeyId" not in make_settings()["TransformResources"]
