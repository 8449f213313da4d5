"""Hostile uploads: each is refused, or bounded, in little time and memory.

``before`` says whether the same upload was held before these bounds were made: fell
ones took the job's memory, its time, or the operator's money.
"""

import resource
import struct
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from glue.findings.finding import MAX_FINDINGS
from glue.preparation import refuse_size
from glue.reading import numbers, timestamp_choice, timestamps
from glue.reading.written_numbers import tidy_number
from glue.settings.layers import Layer
from tests.building.uploads import (
    HEADER,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    prepare,
)
from tests.glue.test_limits import measure

TTS = make_tts()
ROWS = make_rows()
JOB = "TimeSeriesForecastingJobConfig"
FELL, HELD = "fell", "held"
MEGABYTES, SECONDS = 400, 10


@dataclass(frozen=True)
class Attack:
    """An upload, how it went before, and the error that it ends with now, if any."""

    name: str
    before: str
    content: Any
    code: str | None


def change(value):
    """Write a table with one odd value of the target."""
    return as_zip(
        TTS.replace("2020-03-01,", f"2020-03-01,{value}#", 1).replace("#", "")
    )


def moment(text):
    """Write a table with one odd timestamp."""
    return as_zip(TTS.replace("2020-03-01", text, 1))


def wide_rows():
    """Write one header of three names, and rows of half a million fields."""
    return as_zip("item_id,timestamp,target_value\n" + ("," * 500_000 + "x\n") * 60)


def endless_record(lines):
    """Join lines to one record by quoted line breaks."""
    return as_zip(",".join(HEADER) + "\n" + '"a\n","b","c",' * lines)


def two_series(first, last, step):
    return as_zip(
        make_csv(
            HEADER,
            [
                ("A", first, 1),
                *[("A", f"{last}{n:02d}:00", n) for n in range(0, 60, step)],
            ],
        )
    )


def cost(**values):
    return as_zip(TTS, config=values)


LONG = 131_000
CELLS = {
    "digits": "1" * LONG + "x",
    "digits and points": "1." * (LONG // 2),
    "grouped digits": "1" + ",111" * (LONG // 4) + "x",
    "grouped by points": "1" + ".111" * (LONG // 4) + "x",
    "grouped by blanks": "1" + " 111" * (LONG // 4) + "x",
    "exponents": "1e" * (LONG // 2),
    "signs": "+" * LONG,
    "parentheses": "(" * LONG,
}
MOMENTS = {
    "blanks behind a time": "2020-03-01 10:00" + " " * LONG + "x",
    "blanks before a time": "2020-03-01T" + " " * LONG + "x",
    "blanks before a zone": "2020-03-01 10:00 am" + " " * LONG + "x",
    "letters": "a" * LONG,
    "digits of a year": "2" * LONG,
    "marks between days": "01" + "-" * LONG,
}
ATTACKS = [
    *(Attack(f"number of {k}", FELL if k == "digits" else HELD, change(f'"{v}"'),
             "target-not-number") for k, v in CELLS.items()),
    *(Attack(f"timestamp of {k}", FELL if "blanks" in k else HELD, moment(v),
             "timestamp-unreadable") for k, v in MOMENTS.items()),
    Attack("rows of half a million fields", FELL, wide_rows(), "csv-row-width"),
    Attack("record without an end", FELL, endless_record(2_000_000),
           "csv-line-too-long"),
    Attack("record of a megabyte", FELL, endless_record(70_000), "csv-row-width"),
    Attack("a million blank lines", HELD, as_zip(TTS + "\n" * 1_000_000), None),
    Attack("a million rows of delimiters", HELD,
           as_zip(TTS + ",,\n" * 1_000_000), None),
    Attack("a million notes below", HELD,
           as_zip(TTS + "note\n" * 200_000), "csv-row-width"),
    Attack("header of a million names", HELD,
           as_zip(",".join(f"c{n}" for n in range(100_000)) + "\n1\n"),
           "csv-too-many-columns"),
    Attack("quote that is never closed", HELD,
           as_zip(TTS + '"' + "A,2020-01-01,1\n" * 300_000), "csv-unreadable"),
    Attack("zero bytes", HELD, as_zip(TTS + "\0" * 1_000_000), "csv-not-text"),
    Attack("settings of five megabytes", FELL,
           as_zip(TTS, config="{" + " " * 5_000_000 + "}"), "file-too-large"),
    Attack("settings nested deeply", HELD, as_zip(TTS, config="[" * 100_000),
           "settings-unreadable"),
    Attack("settings of twenty thousand keys", FELL,
           as_zip(TTS, config={f"key{n}": 1 for n in range(18_000)}),
           "setting-unknown"),
    Attack("settings of a key twenty thousand times", FELL,
           as_zip(TTS, config="{" + ",".join('"a": 1' for _ in range(30_000)) + "}"),
           "setting-unknown"),
    Attack("twenty thousand columns to drop", FELL,
           cost(Preparation={"DropColumns": [f"c{n}" for n in range(18_000)]}),
           "setting-invalid"),
    Attack("a number of two hundred thousand digits", HELD,
           as_zip(TTS, config='{"_": ' + "9" * 200_000 + "}"), "settings-unreadable"),
    Attack("steps of two minutes since 1700", FELL,
           two_series("1700-01-01 00:00", "2024-01-01 00:", 2), "grid-too-large"),
    Attack("steps of a minute since 1800", FELL,
           two_series("1800-01-01 00:00", "2024-01-01 00:", 1), "grid-too-large"),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_hostile_upload_takes_little_and_is_told(tmp_path, attack):
    path = tmp_path / "data.zip"
    path.write_bytes(attack.content)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    codes, megabytes = measure(path, "raw/data.zip", tmp_path)

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (attack.code in codes) if attack.code else (codes == [])
    assert megabytes < MEGABYTES
    assert after.ru_utime - before.ru_utime < SECONDS


# Each pattern that meets the text of users, with the start and the filling of its
# worst case.
PATTERNS = {
    "plain number": (numbers._PLAIN, "", "1"),
    "number with an exponent": (numbers._PLAIN, "1e", "1"),
    "decimal comma": (numbers._COMMA_DECIMAL, "", "1"),
    "commas of thousands": (numbers._COMMA_THOUSANDS, "1", ",111"),
    "points of thousands": (numbers._DOT_THOUSANDS, "1", ".111"),
    "number by comma": (numbers._BY_COMMA, "", "1"),
    "thousands by points only": (numbers._DOTS_ONLY, "1", ".111"),
    "blanks behind a time": (
        timestamps._FORMS["year-month-day"],
        "2020-01-01 10:00",
        " ",
    ),
    "blanks behind a half": (
        timestamps._FORMS["day and month"],
        "01.01.2020 10:00 am",
        " ",
    ),
    "letters of a month": (timestamps._FORMS["month-name year"], "", "a"),
    "blanks before a time": (timestamps._FORMS["year-month-day"], "2020-01-01T", " "),
    "plain timestamp": (timestamp_choice._PLAIN, "2020-01-01 00:00:00+", "1"),
}


def count_time(pattern, text):
    """Give the least time of some tries, in seconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        pattern.fullmatch(text)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("name", PATTERNS)
def test_pattern_does_not_backtrack(name):
    pattern, start, filling = PATTERNS[name]

    short, long = (
        count_time(pattern, start + filling * count + "!") for count in (8_000, 128_000)
    )

    # Sixteen times the text: linear is 16, quadratic 256.
    assert long < max(160 * short, 0.5)


def test_long_cell_meets_no_pattern():
    assert tidy_number("1" * 65 + "x") is None
    assert (
        timestamps.parse_timestamp(
            "2020-01-01" + " " * 60, timestamps.Reading("year-month-day")
        )
        is None
    )


COSTS = [
    (FELL, "TransformResources", {"InstanceType": "ml.m5.large", "InstanceCount": 100}),
    (FELL, "TransformResources", {"InstanceType": "ml.p3.16xlarge"}),
    (FELL, "TransformResources", {"InstanceType": "ml.m5.24xlarge"}),
    (FELL, "TransformResources", None),
    (FELL, "TransformResources", {"InstanceCount": None}),
    (FELL, JOB, {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 31_536_000}}),
    (FELL, JOB, {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 1_801}}),
    (FELL, JOB, {"CompletionCriteria": None}),
    (FELL, JOB, {"CompletionCriteria": {"MaxRuntimePerTrainingJobInSeconds": 90_000}}),
    (FELL, JOB, None),
]
OPERATORS = {
    JOB: {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 1_800}},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


def read_costs(made):
    """Give what the run may cost: instance, count, seconds."""
    values = made.made.settings.values
    criteria = values[JOB]["CompletionCriteria"]
    transform = values["TransformResources"]
    longest = criteria["MaxAutoMLJobRuntimeInSeconds"]
    each = criteria.get("MaxRuntimePerTrainingJobInSeconds", longest)
    return transform["InstanceType"], transform["InstanceCount"], max(longest, each)


@pytest.mark.parametrize(("before", "key", "value"), COSTS)
def test_upload_never_raises_what_operator_pays(before, key, value):
    made = prepare(as_zip(TTS, config={key: value}), settings=OPERATORS)

    assert made.accepted
    assert read_costs(made) == ("ml.m5.large", 1, 1_800)


@pytest.mark.parametrize(("before", "key", "value"), COSTS)
def test_ceilings_hold_without_bucket_settings(before, key, value):
    made = prepare(as_zip(TTS, config={key: value}))

    instance, count, seconds = read_costs(made)
    assert made.accepted
    assert instance in ("ml.m5.4xlarge", "ml.m5.large")
    assert (count, seconds <= 14_400) == (1, True)


@pytest.mark.parametrize(
    ("before", "key", "value", "code"),
    [
        (FELL, "TransformResources", {"InstanceType": "ml.p4d.24xlarge"},
         "setting-invalid"),
        (FELL, JOB, {"FeatureSpecificationS3Uri": "s3://other/x.json"},
         "setting-unknown"),
        (FELL, JOB, {"FeatureSpecificationS3Uri": "https://example.org/x"},
         "setting-unknown"),
        (HELD, "OutputDataConfig", {"S3OutputPath": "s3://other/"}, "setting-unknown"),
        (HELD, "RoleArn", "arn:aws:iam::1:role/x", "setting-unknown"),
        (HELD, "SecurityConfig", {"VolumeKmsKeyId": "x"}, "setting-unknown"),
        (HELD, "Tags", [], "setting-unknown"),
    ],
)  # fmt: skip
def test_key_that_is_not_the_uploaders_is_refused(before, key, value, code):
    made = prepare(as_zip(TTS, config={key: value}))

    assert code in made.codes
    assert not made.accepted


@pytest.mark.parametrize("name", ["mean", "p50", "P10"])
@pytest.mark.parametrize("role", [0, 1, 2])
def test_column_of_the_forecast_is_refused(name, role):
    header = list(HEADER)
    header[role] = name
    roles = ("ItemIdentifierAttributeName", "TimestampAttributeName",
             "TargetAttributeName")  # fmt: skip
    config = {JOB: {"TimeSeriesConfig": {roles[role]: name}}}

    made = prepare(as_zip(make_csv(header, ROWS), config=config))

    assert made.codes == ["column-reserved"]


def test_findings_of_a_code_stay_few_and_short():
    config = {"x" * 300 + str(n): 1 for n in range(700)}

    made = prepare(as_zip(TTS, config=config))

    assert len(made.findings) == MAX_FINDINGS
    assert max(len(found.what) + len(found.remedy) for found in made.findings) < 1_200


def test_archive_is_refused_by_its_size_alone():
    made = refuse_size(4 * 1024**3, Layer("config/default.json", "{}"))

    assert made is not None
    assert [found.code for found in made.findings] == ["upload-too-large"]
    assert refuse_size(1024, None) is None


def many_members():
    """Make an archive of more members than are allowed, and where its end begins."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"m{number}/", "")
    return buffer.getvalue()


def hide_in_comment(data):
    """Put a record of a wide archive, with few members, into the comment."""
    at = data.rindex(b"PK\x05\x06")
    false = (
        b"PK\x06\x06"
        + struct.pack("<Q", 44)
        + bytes(12)
        + struct.pack("<4Q", 1, 1, 46, 0)
    )
    return data[:at] + data[at : at + 20] + struct.pack("<H", len(false)) + false


def spell_signature(data):
    """Let the place of the list spell the mark of an end record."""
    at = data.rindex(b"PK\x05\x06")
    return data[:at] + data[at:].replace(data[at + 16 : at + 20], b"PK\x05\x06", 1)


@pytest.mark.parametrize("trick", [hide_in_comment, spell_signature])
def test_list_of_members_cannot_be_hidden(tmp_path, trick):
    path = tmp_path / "data.zip"
    path.write_bytes(trick(many_members()))

    codes, megabytes = measure(path, "raw/data.zip", tmp_path)

    assert codes in (["zip-too-many-members"], ["zip-unreadable"])
    assert megabytes < 20
