import pytest

from chalicelib.autopilot import (
    build_autopilot_request,
    build_candidates,
    build_transform,
    explain_unusable,
    has_usable_model,
    is_unfinished,
)
from chalicelib.environment import Security
from tests.building.lambda_inputs import (
    RUN_ID,
    make_candidate,
    make_job,
    make_settings,
)
from tests.building.service_models import find_faults

ROLE_ARN = "arn:aws:iam::123456789012:role/sagemaker"


def test_job_request_fits_the_service_model():
    request = build_autopilot_request(
        make_settings(), role_arn=ROLE_ARN, stage="dev", security=Security()
    )

    assert find_faults("sagemaker", "CreateAutoMLJobV2", request) == []


def test_run_reads_and_writes_its_own_folders():
    request = build_autopilot_request(
        make_settings(), role_arn=ROLE_ARN, stage="dev", security=Security()
    )

    (channel,) = request["AutoMLJobInputDataConfig"]
    source = channel["DataSource"]["S3DataSource"]["S3Uri"]
    assert source == f"s3://bucket/input/{RUN_ID}/train/"
    assert request["OutputDataConfig"]["S3OutputPath"].endswith(f"/{RUN_ID}")


def test_transform_writes_below_the_runs_results():
    transform = build_transform(make_settings(), security=Security())

    assert transform["output_uri"] == (
        f"s3://bucket/output-forecasted-data/sales/{RUN_ID}/raw/"
    )


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
            "status": "Completed",
            "failure_reason": None,
            "objective": {"name": "RMSE", "value": 1.5},
            "metrics": [{"name": "WAPE", "value": 0.2, "set": "Validation"}],
            "backtest_results_uri": "s3://b/backtest",
            "created_at": "2026-11-23T00:00:00+00:00",
            "ended_at": None,
        }
    ]


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab"
SECURED = Security(KEY, ("subnet-1", "subnet-2"), ("sg-1",))


def test_key_and_network_reach_the_job():
    request = build_autopilot_request(
        make_settings(), role_arn=ROLE_ARN, stage="dev", security=SECURED
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
    transform = build_transform(make_settings(), security=SECURED)

    assert transform["resources"]["VolumeKmsKeyId"] == KEY
    assert "VolumeKmsKeyId" not in make_settings()["TransformResources"]
