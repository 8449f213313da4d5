import json

import pytest

from localaws.sagemaker import automl_jobs
from localaws.sagemaker.automl_jobs import AutoMLJob

ARTIFACTS = {
    "model": "s3://b/o/j/model.tar.gz",
    "backtests": "s3://b/o/j/backtests/",
    "insights": "s3://b/o/j/insights/",
    "explainability": "s3://b/o/j/explainability",
    "step": "j-me-1-0123456789abcdef0123456789abcdef",
}


def make_job(**criteria):
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://b/train/"}
    request = {
        "AutoMLJobName": "j",
        "AutoMLJobInputDataConfig": [{"DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/o/"},
        "AutoMLProblemTypeConfig": {
            "TimeSeriesForecastingJobConfig": {"CompletionCriteria": criteria}
        },
        "AutoMLJobObjective": {"MetricName": "WAPE"},
        "RoleArn": "arn:aws:iam::123456789012:role/r",
    }
    return AutoMLJob(request, account="123456789012", region="us-east-1")


def candidate(name, value=None, *, status="Completed", reason=""):
    return {
        "name": name,
        "algorithm": "ets",
        "status": status,
        "reason": reason,
        "seconds": 1.0,
        "metrics": {} if value is None else {"WAPE": value, "MASE": 1.0},
    }


def tell(job, folder, *news):
    """Let a job hear news, and tell whether it may go on."""
    with (folder / "progress.jsonl").open("a") as file:
        file.writelines(json.dumps(one) + "\n" for one in news)
    return job.look(folder)


def get_status(job):
    described = job.describe()
    return described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]


def test_stage_is_what_the_process_said_last(tmp_path):
    job = make_job()

    tell(
        job,
        tmp_path,
        {"secondary_status": "AnalyzingData"},
        {"secondary_status": "TrainingModels"},
    )

    assert get_status(job) == ("InProgress", "TrainingModels")


def test_half_a_line_is_not_read(tmp_path):
    job = make_job()
    (tmp_path / "progress.jsonl").write_text('{"secondary_status": "Anal')

    assert job.look(tmp_path)
    assert get_status(job) == ("InProgress", "Starting")


def test_leader_has_no_containers_yet(tmp_path):
    job = make_job()

    tell(job, tmp_path, {"candidate": candidate("A", 0.3)})
    tell(job, tmp_path, {"candidate": candidate("B", 0.2)})

    best = job.describe()["BestCandidate"]
    assert best["CandidateName"] == "j-trial-B-1"
    assert "InferenceContainers" not in best


def test_finished_job_has_a_model(tmp_path):
    job = make_job()

    last = {
        "candidate": candidate("Both", 0.1),
        "artifacts": ARTIFACTS,
        "out_of_time": False,
    }
    tell(job, tmp_path, {"candidate": candidate("A", 0.3)}, last)
    job.conclude(tmp_path, 0)

    assert get_status(job) == ("Completed", "Completed")
    best = job.describe()["BestCandidate"]
    assert best["InferenceContainers"][0]["ModelDataUrl"] == ARTIFACTS["model"]
    assert best["FinalAutoMLJobObjectiveMetric"] == {
        "Type": "Minimize",
        "MetricName": "WAPE",
        "StandardMetricName": "WAPE",
        "Value": 0.1,
    }


def test_job_short_of_time_keeps_what_it_has(tmp_path):
    job = make_job()

    last = {"candidate": candidate("A", 0.1), "artifacts": ARTIFACTS}
    tell(job, tmp_path, {**last, "out_of_time": True})
    job.conclude(tmp_path, 0)

    assert get_status(job) == ("Completed", "MaxAutoMLJobRuntimeReached")


def test_job_that_ignores_its_time_limit_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(automl_jobs, "_GRACE_SECONDS", -2.0)
    job = make_job(MaxAutoMLJobRuntimeInSeconds=1)

    assert not job.look(tmp_path)
    job.conclude(tmp_path, None)

    assert get_status(job) == ("Stopped", "MaxAutoMLJobRuntimeReached")


def test_stop_ends_the_process(tmp_path):
    job = make_job()

    job.stop()

    assert get_status(job) == ("Stopping", "Stopping")
    assert not job.look(tmp_path)
    job.conclude(tmp_path, None)
    assert get_status(job) == ("Stopped", "Stopped")


def test_failure_keeps_its_first_reason(tmp_path):
    job = make_job()

    tell(job, tmp_path, {"failure": "no data"})
    job.conclude(tmp_path, 1)

    assert get_status(job) == ("Failed", "Failed")
    assert job.describe()["FailureReason"] == "no data"


def test_process_that_dies_fails_the_job(tmp_path):
    job = make_job()

    job.conclude(tmp_path, -9)

    assert "was killed (signal 9)" in job.describe()["FailureReason"]


def test_process_that_failed_is_quoted(tmp_path):
    job = make_job()
    (tmp_path / "output.log").write_text("Traceback\nOSError: no space\n")

    job.conclude(tmp_path, 1)

    assert job.describe()["FailureReason"].endswith("ended with 1: OSError: no space")


def test_long_reason_is_cut(tmp_path):
    job = make_job()

    tell(job, tmp_path, {"failure": "x" * 3000})

    assert len(job.describe()["FailureReason"]) == 1024


def test_failed_candidate_says_why(tmp_path):
    job = make_job()

    tell(job, tmp_path, {"candidate": candidate("A", status="Failed", reason="why")})

    (found,) = job.candidates
    assert (found["CandidateStatus"], found["FailureReason"]) == ("Failed", "why")
    assert found["ObjectiveStatus"] == "Failed"
    assert "BestCandidate" not in job.describe()


@pytest.mark.parametrize("path", ["s3://b/o", "s3://b/o/"])
def test_output_is_below_the_job_s_name(tmp_path, path):
    job = make_job()
    job.request["OutputDataConfig"]["S3OutputPath"] = path

    assert job.build_spec(tmp_path)["output_uri"] == "s3://b/o/j"
