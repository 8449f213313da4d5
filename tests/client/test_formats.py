"""Durations, sizes, numbers and sparklines read well at every size."""

from datetime import timedelta

import pytest

from cli.terminal import printable
from client.formats import (
    format_age,
    format_duration,
    format_numbers,
    format_size,
    format_sparkline,
    name_metric,
)


@pytest.mark.parametrize(
    ("seconds", "duration", "age"),
    [
        (-2, "0 s", "0 s ago"),
        (0.4, "0 s", "0 s ago"),
        (59, "59 s", "59 s ago"),
        (61, "1 min 01 s", "1 min ago"),
        (3600, "1 h 00 min", "1 h ago"),
        (90_000, "1 d 1 h", "1 d ago"),
    ],
)
def test_durations_have_two_units(seconds, duration, age):
    length = timedelta(seconds=seconds)

    assert (format_duration(length), format_age(length)) == (duration, age)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (22, "22 bytes"),
        (1_000, "1.0 kB"),
        (123_456, "123.5 kB"),
        (5_000_000, "5.0 MB"),
        (7_200_000_000_000, "7200.0 GB"),
    ],
)
def test_sizes_have_a_fitting_unit(size, expected):
    assert format_size(size) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1234.5, 1.0], ["1,234", "1"]),
        ([123.45, None], ["123.5", "-"]),
        ([1.234], ["1.23"]),
        ([0.12345, -0.5], ["0.1235", "-0.5000"]),
        ([0.0], ["0"]),
        ([0.00012], ["0.000120"]),
        ([], []),
    ],
)
def test_numbers_share_their_decimals(values, expected):
    assert format_numbers(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), ([5, 5], "▅▅"), ([0, 7], "▁█"), ([3, 2, 1], "█▅▁")],
)
def test_sparkline_spans_its_values(values, expected):
    assert format_sparkline(values) == expected


def test_long_sparkline_is_averaged_to_its_width():
    bars = format_sparkline(list(range(1000)), width=8)

    assert bars == "▁▂▃▄▅▆▇█"


def test_terminal_commands_are_made_harmless():
    assert printable("Flöte\x1b[31m\n") == "Flöte�[31m�"


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("AverageWeightedQuantileLoss", "WQL"), ("MASE", "MASE"), ("Odd", "Odd")],
)
def test_metric_has_the_name_of_the_report(metric, expected):
    assert name_metric(metric) == expected
