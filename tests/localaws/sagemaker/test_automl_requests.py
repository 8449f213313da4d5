import pytest

from localaws.sagemaker.automl_requests import find_refusals

CONFIG = {
    "ForecastFrequency": "D",
    "ForecastHorizon": 7,
    "TimeSeriesConfig": {
        "TargetAttributeName": "target",
        "TimestampAttributeName": "timestamp",
        "ItemIdentifierAttributeName": "item_id",
    },
}
SOURCE = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b"}}}


def build_request(config=None, **changes):
    problem = {"TimeSeriesForecastingJobConfig": {**CONFIG, **(config or {})}}
    return {
        "AutoMLJobInputDataConfig": [SOURCE],
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
        "AutoMLProblemTypeConfig": problem,
        **changes,
    }


def fill(column, **rules):
    return {"Transformations": {"Filling": {column: rules}}}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"CompletionCriteria": {"MaxCandidates": 1}},
        {"ForecastHorizon": 500},
        {"Transformations": {"Aggregation": {"target": "avg"}}},
        fill("target", frontfill="none", middlefill="zero"),
        fill("price", futurefill="value", futurefill_value="2"),
    ],
)
def test_documented_request_is_taken(config):
    assert list(find_refusals(build_request(config))) == []


@pytest.mark.parametrize(
    ("config", "refusal"),
    [
        ({"ForecastHorizon": 501}, "exceeds the limit of 500"),
        ({"CompletionCriteria": {"MaxCandidates": 5}}, "MaxCandidates must be 1"),
        ({"ForecastQuantiles": ["p10", "p10"]}, "must not repeat"),
        ({"Transformations": {"Aggregation": {"price": "avg"}}}, "for the target only"),
        (fill("target", futurefill="zero"), "futurefill is not supported"),
        (fill("price", frontfill="none"), "frontfill is supported for the target"),
        (fill("price", backfill="value"), "backfill of price needs backfill_value"),
    ],
)
def test_impossible_config_is_refused(config, refusal):
    (found,) = find_refusals(build_request(config))

    assert refusal in found


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"DataSplitConfig": {"ValidationFraction": 0.2}}, "DataSplitConfig"),
        ({"AutoMLJobObjective": {"MetricName": "Accuracy"}}, "MetricName Accuracy"),
        (
            {"OutputDataConfig": {"S3OutputPath": "s3://" + "b" * 508}},
            "512 characters or less",
        ),
        (
            {
                "AutoMLJobInputDataConfig": [
                    {
                        "DataSource": {
                            "S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s"}
                        }
                    }
                ]
            },
            "must be S3Prefix",
        ),
        ({"AutoMLProblemTypeConfig": {"TabularJobConfig": {}}}, "only TimeSeries"),
    ],
)
def test_impossible_request_is_refused(changes, refusal):
    (found,) = find_refusals(build_request(**changes))

    assert refusal in found


def test_all_refusals_come_at_once():
    request = build_request(
        {"ForecastHorizon": 501}, DataSplitConfig={"ValidationFraction": 0.2}
    )

    assert len(list(find_refusals(request))) == 2
