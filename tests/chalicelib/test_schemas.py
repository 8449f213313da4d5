import pytest

from chalicelib.schemas import describe_schema, hash_schema, list_differences
from tests.building.lambda_inputs import make_settings

COLUMNS = ["item_id", "timestamp", "target_value", "b", "a"]


def make_schema(columns=COLUMNS, **job):
    settings = make_settings()
    settings["TimeSeriesForecastingJobConfig"].update(job)
    return describe_schema({**settings, "Columns": columns})


def test_schema_names_covariates_alone():
    assert make_schema()["covariates"] == ["a", "b"]


def test_order_of_columns_and_quantiles_does_not_matter():
    other = make_schema(COLUMNS[::-1], ForecastQuantiles=["p90", "p10", "p50"])

    assert hash_schema(other) == hash_schema(make_schema())


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"ForecastHorizon": 8}, "the horizon is 8 instead of 12"),
        ({"ForecastFrequency": "W"}, "the frequency is W instead of M"),
        (
            {"ForecastQuantiles": ["p5", "p50"]},
            "the quantiles are p5, p50 instead of p10, p50, p90",
        ),
        (
            {"Transformations": {"Filling": {"a": {"futurefill": "zero"}}}},
            'the filling is {"a": {"futurefill": "zero"}} instead of none',
        ),
        (
            {"HolidayConfig": [{"CountryCode": "DE"}]},
            "the holidays are those of DE instead of none",
        ),
        (
            {
                "CandidateGenerationConfig": {
                    "AlgorithmsConfig": [{"AutoMLAlgorithms": ["ets"]}]
                }
            },
            "the algorithms are ets instead of none",
        ),
    ],
)
def test_difference_is_said_in_words(job, words):
    assert list_differences(make_schema(), make_schema(**job)) == [words]


def test_same_schema_has_no_difference():
    assert list_differences(make_schema(), make_schema()) == []


def test_many_new_covariates_are_not_all_named():
    more = [*COLUMNS, *(f"c{number}" for number in range(9))]

    (words,) = list_differences(make_schema(), make_schema(more))

    assert words == "the covariates 'c0', 'c1', 'c2' and 6 more are new"


def test_time_limit_is_no_part_of_the_schema():
    limit = {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 60}}

    assert make_schema(**limit) == make_schema()
