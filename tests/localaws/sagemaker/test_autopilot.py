import json
import re

import pytest

from forecaster import load
from localaws import serve
from tests.building.local_resources import (
    client,
    find_answer_misfits,
    make_bucket,
    make_role,
    name,
    wait_for,
)
from tests.building.training_jobs import (
    HORIZON,
    build_request,
    create_job,
    describe_job,
    find_error,
    list_candidates,
    make_loose_client,
    put_sales,
    read,
    read_table,
    train_job,
    wait_for_job,
    with_config,
)


@pytest.fixture(scope="module", autouse=True)
def local():
    with serve() as local:
        yield local


@pytest.fixture(scope="module")
def trained(local):
    return train_job("Trained-Job")


def test_job_ends_completed(trained):
    assert trained["AutoMLJobStatus"] == "Completed"
    assert trained["AutoMLJobSecondaryStatus"] == "Completed"
    assert trained["EndTime"] >= trained["CreationTime"]
    assert trained["AutoMLJobArn"].endswith(":automl-job/trained-job")
    assert trained["AutoMLJobObjective"] == {
        "MetricName": "AverageWeightedQuantileLoss"
    }


def load_model(uri, folder):
    path = folder / "model.tar.gz"
    path.write_bytes(read(uri))
    return load(path)


def test_best_candidate_can_become_a_model(trained, tmp_path):
    best = trained["BestCandidate"]

    assert best["CandidateStatus"] == "Completed"
    assert best["FinalAutoMLJobObjectiveMetric"]["Value"] >= 0
    (container,) = best["InferenceContainers"]
    assert re.fullmatch(
        f"{trained['OutputDataConfig']['S3OutputPath']}/Trained-Job/"
        "Trained-Job-trial-TimeSeriesModelTraining/models/model-ensemble/full-dataset/"
        r"Trained-Job-me-1-[0-9a-f]{32}/output/model\.tar\.gz",
        container["ModelDataUrl"],
    )
    assert (
        load_model(container["ModelDataUrl"], tmp_path).setup.problem.horizon == HORIZON
    )
    assert container["Image"].endswith("/autopilot-timeseries:latest")
    assert container["Environment"] == {}
    assert best["InferenceContainerDefinitions"] == {"CPU": [container]}


def test_best_candidate_is_spelt_as_the_service_does(trained):
    best = trained["BestCandidate"]
    objective = best["FinalAutoMLJobObjectiveMetric"]

    assert best["CandidateName"] == "Trained-Job-trial-me-1"
    assert objective["MetricName"] == "AVERAGE_WEIGHTED_QUANTILE_LOSS"
    assert objective["StandardMetricName"] == "AverageWeightedQuantileLoss"


def test_candidates_have_metrics_by_sagemaker_s_names(trained):
    candidates = list_candidates("Trained-Job", MaxResults=100)

    assert len(candidates) > 2
    assert trained["BestCandidate"]["CandidateName"] in {
        c["CandidateName"] for c in candidates
    }
    best = trained["BestCandidate"]["CandidateProperties"]["CandidateMetrics"]
    assert {m["StandardMetricName"] for m in best} == {
        *("AverageWeightedQuantileLoss", "WAPE", "MASE", "MAPE", "RMSE")
    }
    assert not any("Set" in metric for metric in best)


def test_backtest_results_are_a_table(trained):
    artifacts = trained["BestCandidate"]["CandidateProperties"][
        "CandidateArtifactLocations"
    ]

    assert artifacts["BacktestResults"].endswith("/model-ensemble/backtest-1")
    folder = f"{artifacts['BacktestResults']}/forecasted-values/"
    table = read_table(f"{folder}part-00000.csv")

    names = {"target_value", "backtestwindow_start_time", "mean", "p50"}
    assert {"item", "shop", "month", *names} <= set(table[0])
    assert {row["item"] for row in table} == {"007", "NA"}


def put_promoted(folder, *, ahead):
    """Put sales with a promotion, and the forecast's input that knows it ahead."""
    header = "item,shop,month,sold,promotion"
    rows = []
    for month in range(36 + ahead):
        stamp = f"{2021 + month // 12}-{month % 12 + 1:02}-01"
        flag = int(month % 5 == 2)
        sold = "" if month >= 36 else 100 + 80 * flag + month % 3
        rows.append(f"007,north,{stamp},{sold},{flag}")
    bucket = put_sales("\n".join([header, *rows[:36], ""]))
    client("s3").put_object(
        Bucket=bucket, Key=f"{folder}part.csv", Body="\n".join([header, *rows, ""])
    )
    return bucket


@pytest.mark.parametrize(
    ("folder", "known"), [("transform/", "promotion"), ("elsewhere/", None)]
)
def test_job_learns_what_the_forecast_will_know(folder, known):
    bucket = put_promoted(folder, ahead=HORIZON)
    trained = wait_for_job(create_job(bucket, make_role("sagemaker"), name("job")))

    properties = trained["BestCandidate"]["CandidateProperties"]
    uri = properties["CandidateArtifactLocations"]["Explainability"]
    explained = json.loads(read(f"{uri}/impact-scores.json"))
    impacts = {one["attribute"] for one in explained["impacts"]}
    assert explained["backtest_knows"] == "forecast"
    assert ("promotion" in impacts) == (known is not None)


def test_candidates_come_sorted_and_in_pages(trained):
    def value(candidate):
        return candidate["FinalAutoMLJobObjectiveMetric"]["Value"]

    by_value = {"SortBy": "FinalObjectiveMetricValue", "SortOrder": "Descending"}
    pages = client("sagemaker").get_paginator("list_candidates_for_auto_ml_job")

    paged = [
        candidate
        for page in pages.paginate(
            AutoMLJobName="Trained-Job", PaginationConfig={"PageSize": 2}, **by_value
        )
        for candidate in page["Candidates"]
    ]

    assert paged == sorted(paged, key=value, reverse=True)
    assert len(paged) == len(list_candidates("Trained-Job", MaxResults=100))


def test_candidates_are_chosen_by_name_and_status(trained):
    best = trained["BestCandidate"]["CandidateName"]

    found = list_candidates("Trained-Job", CandidateNameEquals=best)

    assert [c["CandidateName"] for c in found] == [best]
    assert list_candidates("Trained-Job", StatusEquals="Failed") == []


def test_jobs_are_listed(trained):
    summaries = client("sagemaker").list_auto_ml_jobs()["AutoMLJobSummaries"]

    assert "Trained-Job" in {summary["AutoMLJobName"] for summary in summaries}


STAGES = {"PreTraining", "TrainingModels", "EnsemblingModels"}


def test_running_job_shows_its_stage_and_a_leader():
    job = create_job(put_sales(), make_role("sagemaker"), name("job"))

    seen = set()

    def watch():
        found = describe_job(job)
        seen.add(found["AutoMLJobSecondaryStatus"])
        return found if found["AutoMLJobStatus"] == "Completed" else None

    wait_for(watch)
    assert {"Starting", "Completed"} <= seen
    assert seen - {"Starting", "Completed"} <= STAGES
    assert len(seen) > 2


def test_job_without_data_fails():
    job = create_job(make_bucket(), make_role("sagemaker"), name("job"))

    ended = wait_for_job(job)

    assert "No S3 objects found under S3 URL" in ended["FailureReason"]


def test_job_reads_with_its_own_role():
    role = make_role("sagemaker")
    client("iam").delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="all")
    job = create_job(put_sales(), role, name("job"))

    assert "AccessDenied" in wait_for_job(job)["FailureReason"]


def test_stopped_job_ends_stopped():
    job = create_job(put_sales(), make_role("sagemaker"), name("job"))

    client("sagemaker").stop_auto_ml_job(AutoMLJobName=job)

    ended = wait_for_job(job)
    assert (ended["AutoMLJobStatus"], ended["AutoMLJobSecondaryStatus"]) == (
        "Stopped",
        "Stopped",
    )
    error = find_error(client("sagemaker").stop_auto_ml_job, AutoMLJobName=job)
    assert error["Code"] == "ValidationException"


@pytest.mark.parametrize("spelling", [str.upper, str.lower, str])
def test_name_of_a_job_is_taken_in_any_case(trained, spelling):
    bucket = put_sales()

    error = find_error(create_job, bucket, trained["RoleArn"], spelling("Trained-Job"))

    assert error["Code"] == "ResourceInUse"


def test_role_must_trust_sagemaker():
    error = find_error(create_job, put_sales(), make_role("glue"), name("job"))

    assert error["Code"] == "ValidationException"
    assert "Could not assume role" in error["Message"]


@pytest.mark.parametrize(
    "operation",
    ["describe_auto_ml_job_v2", "stop_auto_ml_job", "list_candidates_for_auto_ml_job"],
)
def test_unknown_job_is_not_found(operation):
    error = find_error(getattr(client("sagemaker"), operation), AutoMLJobName="none")

    assert error["Code"] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AutoMLJobName": "has_underscore"}, "at 'autoMLJobName'"),
        ({"AutoMLJobName": "x" * 33}, "less than or equal to 32"),
        ({"RoleArn": "none"}, "at 'roleArn'"),
        (with_config(ForecastFrequency="7D"), "forecastFrequency"),
        (with_config(ForecastHorizon=0), "greater than or equal to 1"),
        (with_config(ForecastQuantiles=["p0"]), "forecastQuantiles.1.member"),
        (with_config(ForecastQuantiles=[f"p{n}" for n in range(10, 60, 8)]), "5"),
        ({"AutoMLJobObjective": {"MetricName": "wQL"}}, "enum value set"),
        ({"AutoMLJobObjective": {"MetricName": "F1"}}, "not supported for time-series"),
    ],
)
def test_impossible_request_is_refused(trained, changes, said):
    request = build_request("bucket", trained["RoleArn"], name("job"), **changes)

    error = find_error(make_loose_client("sagemaker").create_auto_ml_job_v2, **request)

    assert error["Code"] == "ValidationException"
    assert said in error["Message"]


def test_answers_fit_the_service_s_model(trained):
    candidates = {"Candidates": list_candidates("Trained-Job")}
    summaries = client("sagemaker").list_auto_ml_jobs()

    misfits = [
        *find_answer_misfits("sagemaker", "DescribeAutoMLJobV2", trained),
        *find_answer_misfits("sagemaker", "ListCandidatesForAutoMLJob", candidates),
        *find_answer_misfits("sagemaker", "ListAutoMLJobs", summaries),
    ]
    # The service itself answers so, past its own model.
    assert [m for m in misfits if "'AVERAGE_WEIGHTED_QUANTILE_LOSS'" not in m] == []
