import json

import botocore.session
import pytest

from glue.findings.finding import Findings
from glue.settings.layers import DEFAULTS, Layer, merge_settings, read_layer
from glue.settings.rules import (
    ALGORITHMS,
    JOB_CONFIG,
    OBJECTIVES,
    SETTINGS,
    ListOf,
    MapOf,
    Struct,
    Text,
    Whole,
    check_settings,
)

MODEL = botocore.session.get_session().get_service_model("sagemaker")
NEW = pytest.mark.skipif(
    "TimeSeriesForecastingJobConfig" not in MODEL.shape_names,
    reason="this botocore is older than Autopilot's time series API",
)
# Where the documents allow less than the API's model does.
NARROWER = {
    "TimeSeriesForecastingJobConfig.CompletionCriteria.MaxCandidates",
    "TimeSeriesForecastingJobConfig.ForecastHorizon",
    "TimeSeriesForecastingJobConfig.CandidateGenerationConfig.AlgorithmsConfig"
    "[].AutoMLAlgorithms[]",
    "AutoMLJobObjective.MetricName",
    "TransformResources.InstanceType",
    "TransformResources.InstanceCount",
}
# An empty list takes back what a lower layer has set; it is never sent.
EMPTY_ALLOWED = {
    "TimeSeriesForecastingJobConfig.TimeSeriesConfig.GroupingAttributeNames"
}
# Keys of the model that have no place in this pipeline's settings.
LEFT_OUT = {
    "TimeSeriesForecastingJobConfig.FeatureSpecificationS3Uri",
    "TransformResources.VolumeKmsKeyId",
    "TransformResources.TransformAmiVersion",
}


def walk(rule, shape, path):
    """Pair every rule with the model's shape of the same path."""
    yield path, rule, shape
    if isinstance(rule, Struct):
        for name, member in rule.members.items():
            yield from walk(member, shape.members[name], f"{path}.{name}")
    elif isinstance(rule, ListOf):
        yield from walk(rule.member, shape.member, f"{path}[]")
    elif isinstance(rule, MapOf):
        yield from walk(rule.key, shape.key, f"{path}.key")
        yield from walk(rule.value, shape.value, f"{path}.value")


def pairs():
    if "TimeSeriesForecastingJobConfig" not in MODEL.shape_names:
        return []
    roots = (
        "TimeSeriesForecastingJobConfig",
        "AutoMLJobObjective",
        "TransformResources",
    )
    return [
        pair
        for root in roots
        for pair in walk(SETTINGS.members[root], MODEL.shape_for(root), root)
    ]


def by_path(kind):
    found = [pytest.param(*pair, id=pair[0]) for pair in pairs()]
    return [one for one in found if isinstance(one.values[1], kind)]


@NEW
@pytest.mark.parametrize(("path", "rule", "shape"), by_path(Struct))
def test_known_keys_are_the_models(path, rule, shape):
    ours = {f"{path}.{name}" for name in rule.members}

    assert ours == {f"{path}.{name}" for name in shape.members} - LEFT_OUT


@NEW
@pytest.mark.parametrize(("path", "rule", "shape"), by_path((ListOf, MapOf)))
def test_sizes_are_the_models(path, rule, shape):
    assert shape.type_name == ("list" if isinstance(rule, ListOf) else "map")
    assert rule.max == shape.metadata.get("max")
    if path not in EMPTY_ALLOWED:
        assert rule.min == shape.metadata.get("min", 0)


@NEW
@pytest.mark.parametrize(("path", "rule", "shape"), by_path(Text))
def test_texts_have_the_models_form(path, rule, shape):
    assert shape.type_name == "string"
    if path in NARROWER:
        assert not shape.enum or set(rule.choices) <= set(shape.enum) or rule.pattern
        return
    assert set(rule.choices) == set(shape.enum)
    assert rule.pattern == shape.metadata.get("pattern")
    if not shape.enum:
        assert rule.max == shape.metadata.get("max")
        assert rule.min == shape.metadata.get("min", 0)


@NEW
@pytest.mark.parametrize(("path", "rule", "shape"), by_path(Whole))
def test_numbers_have_the_models_bounds(path, rule, shape):
    assert shape.type_name == "integer"
    assert rule.min == shape.metadata["min"]
    if path not in NARROWER:
        assert rule.max == shape.metadata.get("max")


@NEW
def test_every_instance_type_of_the_model_passes():
    choices = SETTINGS.members["TransformResources"].members["InstanceType"].choices

    assert set(choices) == set(MODEL.shape_for("TransformInstanceType").enum)


def job(**values):
    return {"TimeSeriesForecastingJobConfig": values}


def filling(**methods):
    return job(Transformations={"Filling": {"price": methods}})


GOOD = [
    {},
    DEFAULTS,
    *[
        job(ForecastFrequency=text)
        for text in ["D", "1D", "W", "1W", "M", "1M", "H", "1H", "Y", "30min", "1min"]
    ],
    job(ForecastFrequency="6D"),
    job(ForecastFrequency="11M"),
    job(ForecastHorizon=500),
    job(ForecastQuantiles=["p1", "p10", "p50", "p90", "p99"]),
    job(TimeSeriesConfig={"GroupingAttributeNames": []}),
    filling(middlefill="mean", backfill="value", backfill_value="-2"),
    job(HolidayConfig=[{"CountryCode": "DE"}]),
    job(CandidateGenerationConfig={"AlgorithmsConfig": []}),
    job(
        CandidateGenerationConfig={
            "AlgorithmsConfig": [{"AutoMLAlgorithms": list(ALGORITHMS)}]
        }
    ),
    *[{"AutoMLJobObjective": {"MetricName": name}} for name in OBJECTIVES],
    {"TransformResources": {"InstanceType": "ml.m5.12xlarge", "InstanceCount": 2}},
    {"Preparation": {"DateOrder": "day-first", "DecimalMark": ","}},
    {"_comment": "anything", "TimeSeriesForecastingJobConfig": {"_why": 1}},
]
BAD = [
    *[
        job(ForecastFrequency=text)
        for text in ["7D", "24H", "60min", "12M", "2Y", "min", "Q", "MS", "d"]
    ],
    job(ForecastFrequency=""),
    job(ForecastFrequency=1),
    job(ForecastHorizon=0),
    job(ForecastHorizon=501),
    job(ForecastHorizon="4"),
    job(ForecastHorizon=4.0),
    job(ForecastHorizon=True),
    job(ForecastQuantiles=[]),
    job(ForecastQuantiles=["p10", "p10"]),
    job(ForecastQuantiles=["p1", "p2", "p3", "p4", "p5", "p6"]),
    *[job(ForecastQuantiles=[text]) for text in ("0.5", "mean", "P50", "p0", "p100")],
    job(TimeSeriesConfig={"GroupingAttributeNames": list("abcdef")}),
    job(TimeSeriesConfig={"ItemIdentifierAttributeName": "x" * 257}),
    job(TimeSeriesConfig={"TargetAttributeName": ""}),
    filling(),
    filling(middlefill="linear"),
    filling(frontfill="zero"),
    filling(backfill="value"),
    filling(backfill="value", backfill_value="1.5"),
    filling(backfill="zero", backfill_value="1"),
    filling(middlefil="zero"),
    job(Transformations={"Filling": {}}),
    job(Transformations={"Aggregation": {"units": "median"}}),
    job(
        Transformations={"Filling": {str(n): {"middlefill": "zero"} for n in range(51)}}
    ),
    job(HolidayConfig=[{"CountryCode": "de"}]),
    job(HolidayConfig=[]),
    job(HolidayConfig=[{"CountryCode": "DE"}, {"CountryCode": "FR"}]),
    job(CompletionCriteria={"MaxCandidates": 2}),
    job(CompletionCriteria={"MaxAutoMLJobRuntimeInSeconds": 0}),
    job(CandidateGenerationConfig={"AlgorithmsConfig": [{"AutoMLAlgorithms": ["x"]}]}),
    job(
        CandidateGenerationConfig={
            "AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost"]}]
        }
    ),
    job(FeatureSpecificationS3Uri="s3://own/features.json"),
    {"AutoMLJobObjective": {"MetricName": "wQL"}},
    {"AutoMLJobObjective": {"MetricName": "Accuracy"}},
    {"TransformResources": {"InstanceType": "m5.large"}},
    {"TransformResources": {"InstanceCount": 0}},
    {"Preparation": {"DropShortSeries": "yes"}},
    {"Preparation": {"Seasonality": 0}},
    {"TimeSeriesForecastingJobConfig": []},
]


def read(text):
    """Read one layer; give its values and what was said of it."""
    findings = Findings()
    return read_layer(Layer("config.json", text), findings, set()), list(findings)


def check(values):
    """Check one layer's values; give what was said of them."""
    findings = Findings()
    check_settings(values, "config.json", findings)
    return list(findings)


@pytest.mark.parametrize("values", GOOD, ids=json.dumps)
def test_good_settings_pass(values):
    _, findings = read(json.dumps(values))

    assert findings == []


@pytest.mark.parametrize("values", BAD, ids=json.dumps)
def test_bad_settings_are_refused(values):
    findings = check(values)

    assert findings
    assert {found.code for found in findings} <= {"setting-invalid", "setting-unknown"}
    assert all("config.json" in found.what for found in findings)


def test_all_errors_of_a_layer_come_together():
    values = {
        **job(ForecastFrequency="7D", ForecastHorizon=0),
        "AutoMLJobObjective": {"MetricName": "wQL"},
    }

    assert len(check(values)) == 3


@pytest.mark.parametrize(
    ("values", "suggestion"),
    [
        (job(ForecastHorizn=4), "ForecastHorizon"),
        (job(forecasthorizon=4), "ForecastHorizon"),
        ({"TimeSeriesForecastingConfig": {}}, "TimeSeriesForecastingJobConfig"),
        (filling(midlefill="zero"), "middlefill"),
    ],
)
def test_unknown_key_gets_the_nearest_known(values, suggestion):
    (found,) = check(values)

    assert found.code == "setting-unknown"
    assert f'write "{suggestion}": ' in found.remedy


def test_split_of_the_data_is_refused_with_reason():
    (found,) = check({"DataSplitConfig": {}})

    assert "Autopilot refuses it" in found.remedy


def merge(*values):
    return merge_all(*values)[0]


def merge_all(*values):
    """Merge layers; give the settings and what was said of them."""
    layers = [Layer(f"layer {n}", json.dumps(one)) for n, one in enumerate(values, 1)]
    findings = Findings()
    return merge_settings(layers, findings), list(findings)


def test_later_layer_wins_key_by_key():
    first = job(ForecastHorizon=4, HolidayConfig=[{"CountryCode": "DE"}])
    settings = merge(first, job(ForecastHorizon=8))

    assert settings.job["ForecastHorizon"] == 8
    assert settings.job["HolidayConfig"] == [{"CountryCode": "DE"}]
    path = "TimeSeriesForecastingJobConfig."
    assert settings.source_of(path + "ForecastHorizon") == "layer 2"
    assert settings.source_of(path + "HolidayConfig") == "layer 1"
    assert settings.source_of(path + "ForecastQuantiles") == "built-in default"


def test_lists_are_replaced_whole():
    settings = merge(job(ForecastQuantiles=["p50"]))

    assert settings.job["ForecastQuantiles"] == ["p50"]


def test_null_takes_a_value_back():
    settings = merge(
        job(ForecastHorizon=4, ForecastQuantiles=["p50"]),
        job(ForecastHorizon=None, ForecastQuantiles=None),
    )

    assert "ForecastHorizon" not in settings.job
    assert settings.job["ForecastQuantiles"] == ["p10", "p50", "p90"]
    path = "TimeSeriesForecastingJobConfig.ForecastHorizon"
    assert settings.source_of(path) is None


def test_null_takes_back_all_that_an_object_holds():
    filling = {"price": {"middlefill": "zero"}}
    settings, findings = merge_all(
        job(Transformations={"Filling": filling}),
        job(Transformations={"Filling": {"price": {"middlefill": None}}}),
    )

    assert findings == []
    assert settings.transformations == {}
    assert settings.job == merge().job


def test_broken_layer_is_left_out():
    settings, findings = merge_all(job(ForecastHorizon=4), job(ForecastHorizon=0))

    assert settings.job["ForecastHorizon"] == 4
    assert [found.code for found in findings] == ["setting-invalid"]


def test_merging_changes_no_default():
    merge(job(ForecastQuantiles=["p50"], CompletionCriteria={"MaxCandidates": 1}))

    assert merge().job["ForecastQuantiles"] == ["p10", "p50", "p90"]
    assert "MaxCandidates" not in merge().job["CompletionCriteria"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", '{"a": NaN}', "[" * 100_000, "{}" + " " * 300_000]
)
def test_text_that_is_no_settings_is_refused(text):
    values, findings = read(text)

    assert values is None
    assert [found.code for found in findings] == ["settings-unreadable"]


def test_key_held_twice_is_a_warning():
    text = '{"Preparation": {"Seasonality": 7, "Seasonality": 12}}'
    values, findings = read(text)

    assert values == {"Preparation": {"Seasonality": 12}}
    assert [found.code for found in findings] == ["settings-key-twice"]


def test_comments_are_no_column_names():
    text = json.dumps(
        {"_note": 1, **job(Transformations={"Filling": {"_x": {"middlefill": "zero"}}})}
    )
    values, findings = read(text)

    assert findings == []
    assert list(values) == ["TimeSeriesForecastingJobConfig"]
    transformations = values["TimeSeriesForecastingJobConfig"]["Transformations"]
    assert list(transformations["Filling"]) == ["_x"]


def test_rules_cover_the_whole_job_config():
    assert set(JOB_CONFIG.members) >= {"ForecastFrequency", "TimeSeriesConfig"}


BUCKETS = {
    "Retraining": {
        "MaxAgeDays": 28,
        "WhenWorseThan": 2,
        "MaxNewSeriesPercent": 20,
        "Approval": "manual",
        "KeepVersions": 5,
        "KeepDays": 30,
    },
    "Schedule": {"Retrain": "every 28 days"},
}


def merge_own(own):
    """Merge an upload's own settings over those of the bucket."""
    findings = Findings()
    layers = [
        Layer("config/default.json", json.dumps(BUCKETS)),
        Layer("config.json", json.dumps(own)),
    ]
    values = merge_settings(layers, findings).values
    return values, [found.code for found in findings]


@pytest.mark.parametrize(
    "own",
    [
        {"Retraining": {"MaxAgeDays": 27}},
        {"Retraining": {"WhenWorseThan": 1.9}},
        {"Retraining": {"MaxNewSeriesPercent": 0}},
        {"Retraining": {"Approval": "automatic"}},
        {"Retraining": {"KeepVersions": 2}},
        {"Retraining": {"KeepDays": 31}},
        {"Schedule": {"Retrain": "every 1 hours"}},
        {"Schedule": {"Reforecast": "every 1 hours"}},
    ],
    ids=json.dumps,
)
def test_upload_may_not_train_more_often_or_remove(own):
    values, codes = merge_own(own)

    assert {name: values[name] for name in BUCKETS} == BUCKETS
    assert codes == ["setting-capped"]


@pytest.mark.parametrize("own", [{"Retraining": None}, {"Schedule": None}])
def test_null_takes_nothing_of_it_away(own):
    values, codes = merge_own(own)

    assert {name: values[name] for name in BUCKETS} == BUCKETS
    assert codes == []


@pytest.mark.parametrize(
    "own",
    [
        {"Retraining": {"MaxAgeDays": 29, "WhenWorseThan": 2.5}},
        {"Retraining": {"MaxNewSeriesPercent": 100}},
        {"Retraining": {"Approval": "manual"}},
    ],
    ids=json.dumps,
)
def test_upload_may_train_more_rarely(own):
    values, codes = merge_own(own)

    assert values["Retraining"] == {**BUCKETS["Retraining"], **own["Retraining"]}
    assert codes == []


@pytest.mark.parametrize(
    "section",
    [
        {"Retraining": {"MaxAgeDays": 1.5}},
        {"Retraining": {"WhenWorseThan": "1.2"}},
        {"Retraining": {"WhenWorseThan": 0}},
        {"Retraining": {"WhenWorseThan": True}},
        {"Retraining": {"Approval": "none"}},
        {"Retraining": {"KeepVersions": 1}},
        {"Schedule": {"Retrain": "daily"}},
        {"Schedule": {"Reforecast": "rate(1 day)"}},
        {"Schedule": {"Reforecast": "cron(0 6 L * ? *)"}},
    ],
    ids=json.dumps,
)
def test_retraining_that_cannot_be_is_refused(section):
    findings = Findings()

    merge_settings([Layer("config/default.json", json.dumps(section))], findings)

    assert [found.code for found in findings] == ["setting-invalid"]
