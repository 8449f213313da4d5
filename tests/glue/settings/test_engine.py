"""Who trains: an upload may choose what costs less, and nothing that costs more."""

import json

import pytest

from glue.check.estimate import describe_estimate, estimate_run
from glue.engines import AUTOPILOT, BOTH, EMBEDDED
from glue.findings.finding import Findings
from glue.settings.layers import OWN_LAYER, Layer, merge_settings


def merge(bucket, own):
    findings = Findings()
    layers = [
        Layer(source, json.dumps({"Engine": engine}))
        for source, engine in (("config/default.json", bucket), (OWN_LAYER, own))
        if engine is not None
    ]
    settings = merge_settings(layers, findings)
    return settings.values["Engine"], [found.code for found in findings]


@pytest.mark.parametrize(
    ("bucket", "own", "engine"),
    [
        (None, None, AUTOPILOT),
        (None, EMBEDDED, EMBEDDED),
        (EMBEDDED, None, EMBEDDED),
        (BOTH, AUTOPILOT, AUTOPILOT),
        (BOTH, EMBEDDED, EMBEDDED),
        (BOTH, BOTH, BOTH),
    ],
)
def test_upload_may_choose_what_costs_less(bucket, own, engine):
    assert merge(bucket, own) == (engine, [])


@pytest.mark.parametrize(
    ("bucket", "own", "engine"),
    [
        (None, BOTH, AUTOPILOT),
        (EMBEDDED, AUTOPILOT, EMBEDDED),
        (EMBEDDED, BOTH, EMBEDDED),
        (AUTOPILOT, BOTH, AUTOPILOT),
    ],
)
def test_upload_may_not_choose_what_costs_more(bucket, own, engine):
    assert merge(bucket, own) == (engine, ["setting-capped"])


def test_unknown_engine_is_refused_with_those_known():
    findings = Findings()

    layers = [Layer(OWN_LAYER, '{"Engine": "embeded"}')]
    settings = merge_settings(layers, findings)

    (found,) = findings
    assert "did you mean 'embedded'" in found.what
    assert settings.values["Engine"] == AUTOPILOT


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        (AUTOPILOT, "about $3 to $20 and half an hour to 2 hours"),
        (EMBEDDED, "about $0.02 to $0.15 and 5 to 20 minutes"),
        (BOTH, "about $3 to $20 and half an hour to 2 hours"),
    ],
)
def test_estimate_is_that_of_the_engine(engine, words):
    resources = {
        "TransformResources.InstanceType": "ml.m5.4xlarge",
        "TransformResources.InstanceCount": 1,
    }

    estimate = estimate_run({"Engine": engine, **resources})

    assert describe_estimate(estimate) == words
