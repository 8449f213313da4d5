"""What is written out where a setting is wrong."""

import json

import pytest

from glue.findings.finding import Findings
from glue.settings.layers import Layer, read_layer

JOB = "TimeSeriesForecastingJobConfig"
WRITTEN = [
    ({JOB: {"ForecastHorizon": "14 days"}}, 'write "ForecastHorizon": 14'),
    ({JOB: {"ForecastHorizon": [7]}}, 'write "ForecastHorizon": 7'),
    ({JOB: {"ForecastHorizon": 0}}, 'such as "ForecastHorizon": 14'),
    ({JOB: {"ForecastHorizon": 2.5}}, 'such as "ForecastHorizon": 14'),
    ({JOB: {"horizon": 6}}, 'write "ForecastHorizon": 6 instead'),
    ({"ForecastHorizon": 6}, f'"{JOB}": {{"ForecastHorizon": 6}}'),
    ({"Preparation": {"ForecastHorizon": 6}}, f'"{JOB}": {{"ForecastHorizon": 6}}'),
    (
        {"AutoMLProblemTypeConfig": {JOB: {"ForecastHorizon": 6}}},
        f'write {{"{JOB}": {{"ForecastHorizon": 6}}}}',
    ),
    ([{"ForecastHorizon": 6}], f'write {{"{JOB}": {{"ForecastHorizon": 6}}}}'),
    ({JOB: {"ForecastQuantiles": "p50"}}, 'write "ForecastQuantiles": ["p50"]'),
    (
        {JOB: {"HolidayConfig": [{"CountryCode": "Germany"}]}},
        'write "CountryCode": "DE"',
    ),
    (
        {JOB: {"HolidayConfig": [{"CountryCode": "fr"}]}},
        'write "CountryCode": "FR"',
    ),
    (
        {JOB: {"Transformations": {"Filling": {"y": "zero"}}}},
        'write "y": {"middlefill": "zero"}',
    ),
    (
        {JOB: {"Transformations": {"Filling": {"y": {"middlefill": "linear"}}}}},
        'such as "middlefill": "mean"',
    ),
    (
        {JOB: {"Transformations": {"Filling": {"y": {"backfill_value": "3"}}}}},
        'write "backfill": "value", "backfill_value": "3"',
    ),
    ({"Preparation": {"DropShortSeries": "yes"}}, 'write "DropShortSeries": true'),
]


def read(text):
    findings = Findings()
    read_layer(Layer("config.json", text), findings, set())
    return [found.remedy for found in findings]


@pytest.mark.parametrize(("values", "written"), WRITTEN)
def test_right_setting_is_written_out(values, written):
    (remedy,) = read(json.dumps(values))

    assert written in remedy


def test_empty_settings_may_be_left_out():
    (remedy,) = read("")

    assert "leave the file out of the archive" in remedy


def test_long_value_is_not_written_out():
    (remedy,) = read(json.dumps({JOB: {"horizon": "x" * 500}}))

    assert len(remedy) < 100
