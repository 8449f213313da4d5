"""Hostile uploads: each is refused, or bounded, in little time and memory.

Those that fell took the job's memory, its time, or the operator's money.
"""

import gzip
import json
import struct
import zipfile
from io import BytesIO

import pytest

from glue.findings.finding import MAX_FINDINGS
from glue.preparation import refuse_size
from glue.reading import timestamps
from glue.reading.written_numbers import tidy_number
from glue.settings.layers import Layer
from tests.building.measured_uploads import measure
from tests.building.uploads import (
    HEADER,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    make_zip,
    prepare,
)

TTS = make_tts()
ROWS = make_rows()
JOB = "TimeSeriesForecastingJobConfig"
MEGABYTES, SECONDS = 400, 10


def store(tts):
    """Pack a table as it is; one that packs far smaller is refused for that."""
    return make_zip({"TTS.csv": tts}, zipfile.ZIP_STORED)


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
    return store("item_id,timestamp,target_value\n" + ("," * 500_000 + "x\n") * 60)


def endless_record(lines):
    """Join lines to one record by quoted line breaks."""
    return store(",".join(HEADER) + "\n" + '"a\n","b","c",' * lines)


def wide_numbers(columns):
    """Write a table of so many columns of numbers beside the keys."""
    names = [*HEADER, *(f"c{n}" for n in range(columns - len(HEADER)))]
    rows = [(*row, *range(len(names) - len(row))) for row in make_rows()]
    return as_zip(make_csv(names, rows))


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


def gzip_in_zip():
    """Pack 32 GB of zeros twice, into a few kilobytes."""
    return make_zip({"TTS.csv.gz": gzip.compress(bytes(64 * 1024**2)) * 500})


# What is uploaded, and the error that it ends with, if any.
ATTACKS = {
    "gzip in a zip": (gzip_in_zip(), "zip-bomb"),
    "four million equal rows": (
        as_zip(TTS + "A,2020-01-01,1\n" * 4_000_000),
        "zip-bomb",
    ),
    "ids of sixty thousand characters": (
        store(TTS + "".join(f"{'x' * 60_000}{n},2020-01-01,1\n" for n in range(900))),
        None,
    ),
    "names of members of sixty thousand characters": (
        make_zip({"TTS.csv": TTS, **{f"{n}" + "x" * 60_000: "" for n in range(60)}}),
        None,
    ),
    "settings of lists in lists": (
        as_zip(
            TTS,
            config='{"Preparation": {"DropColumns": ' + "[" * 900 + "]" * 900 + "}}",
        ),
        "setting-invalid",
    ),
    "numbers of nines without an end": (
        change("9" * 400),
        "target-not-number",
    ),
    "exponent beyond all numbers": (change("1e999"), "target-not-number"),
    "year zero and year ten thousand": (moment("0000-01-01"), "timestamp-unreadable"),
    "timestamps of every calendar": (moment("2020-02-30"), "timestamp-unreadable"),
    **{
        f"number of {k}": (change(f'"{v}"'), "target-not-number")
        for k, v in CELLS.items()
    },
    **{
        f"timestamp of {k}": (moment(v), "timestamp-unreadable")
        for k, v in MOMENTS.items()
    },
    "rows of half a million fields": (wide_rows(), "csv-row-width"),
    "record without an end": (endless_record(2_000_000), "csv-line-too-long"),
    "record of a megabyte": (endless_record(70_000), "csv-row-width"),
    "a million blank lines": (as_zip(TTS + "\n" * 1_000_000), None),
    "a million rows of delimiters": (as_zip(TTS + ",,\n" * 1_000_000), None),
    "a million notes below": (as_zip(TTS + "note\n" * 200_000), "csv-row-width"),
    "header of a hundred thousand names": (
        as_zip(",".join(f"c{n}" for n in range(100_000)) + "\n1\n"),
        "csv-too-many-columns",
    ),
    "four thousand columns of numbers": (
        wide_numbers(4_000),
        "csv-too-many-columns",
    ),
    "quote that is never closed": (
        as_zip(TTS + '"' + "A,2020-01-01,1\n" * 300_000),
        "csv-unreadable",
    ),
    "zero bytes": (as_zip(TTS + "\0" * 1_000_000), "csv-broken-bytes"),
    "settings of five megabytes": (
        as_zip(TTS, config="{" + " " * 5_000_000 + "}"),
        "file-too-large",
    ),
    "settings nested deeply": (
        as_zip(TTS, config="[" * 100_000),
        "settings-unreadable",
    ),
    "settings of eighteen thousand keys": (
        as_zip(TTS, config={f"key{n}": 1 for n in range(18_000)}),
        "setting-unknown",
    ),
    "settings of a key thirty thousand times": (
        as_zip(TTS, config="{" + ",".join('"a": 1' for _ in range(30_000)) + "}"),
        "setting-unknown",
    ),
    "eighteen thousand columns to drop": (
        cost(Preparation={"DropColumns": [f"c{n}" for n in range(18_000)]}),
        "setting-invalid",
    ),
    "a number of two hundred thousand digits": (
        as_zip(TTS, config='{"_": ' + "9" * 200_000 + "}"),
        "settings-unreadable",
    ),
    "steps of two minutes since 1700": (
        two_series("1700-01-01 00:00", "2024-01-01 00:", 2),
        "grid-too-large",
    ),
    "steps of a minute since 1800": (
        two_series("1800-01-01 00:00", "2024-01-01 00:", 1),
        "grid-too-large",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_upload_takes_little_and_is_told(tmp_path, record_property, attack):
    content, code = ATTACKS[attack]
    path = tmp_path / "data.zip"
    path.write_bytes(content)

    measured = measure(path, "raw/data.zip", tmp_path)

    record_property("took", f"{measured.peak:.0f} MB, {measured.seconds:.1f} s")
    assert (code in measured.codes) if code else (measured.codes == [])
    assert measured.peak < MEGABYTES
    assert measured.seconds < SECONDS


def test_long_cell_meets_no_pattern():
    assert tidy_number("1" * 65 + "x") is None
    assert (
        timestamps.parse_timestamp(
            "2020-01-01" + " " * 60, timestamps.Reading("year-month-day")
        )
        is None
    )


COSTS = [
    ("TransformResources", {"InstanceType": "ml.m5.large", "InstanceCount": 100}),
    ("TransformResources", {"InstanceType": "ml.p3.16xlarge"}),
    ("TransformResources", {"InstanceType": "ml.m5.24xlarge"}),
    ("TransformResources", None),
    ("TransformResources", {"InstanceCount": None}),
    (JOB, {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 31_536_000}}),
    (JOB, {"CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 1_801}}),
    (JOB, {"CompletionCriteria": None}),
    (JOB, {"CompletionCriteria": {"MaxRuntimePerTrainingJobInSeconds": 90_000}}),
    (JOB, None),
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


@pytest.mark.parametrize(("key", "value"), COSTS, ids=json.dumps)
def test_upload_never_raises_what_operator_pays(key, value):
    made = prepare(as_zip(TTS, config={key: value}), settings=OPERATORS)

    assert made.accepted
    assert read_costs(made) == ("ml.m5.large", 1, 1_800)


@pytest.mark.parametrize(("key", "value"), COSTS, ids=json.dumps)
def test_ceilings_hold_without_bucket_settings(key, value):
    made = prepare(as_zip(TTS, config={key: value}))

    instance, count, seconds = read_costs(made)
    assert made.accepted
    assert instance in ("ml.m5.4xlarge", "ml.m5.large")
    assert (count, seconds <= 14_400) == (1, True)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("TransformResources", {"InstanceType": "ml.p4d.24xlarge"}, "setting-invalid"),
        (JOB, {"FeatureSpecificationS3Uri": "s3://other/x.json"}, "setting-unknown"),
        (
            JOB,
            {"FeatureSpecificationS3Uri": "https://example.org/x"},
            "setting-unknown",
        ),
        ("OutputDataConfig", {"S3OutputPath": "s3://other/"}, "setting-unknown"),
        ("RoleArn", "arn:aws:iam::1:role/x", "setting-unknown"),
        ("SecurityConfig", {"VolumeKmsKeyId": "x"}, "setting-unknown"),
        ("Tags", [], "setting-unknown"),
    ],
    ids=json.dumps,
)
def test_key_that_is_not_the_uploaders_is_refused(key, value, code):
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

    measured = measure(path, "raw/data.zip", tmp_path)

    assert measured.codes in (["zip-too-many-members"], ["zip-unreadable"])
    assert measured.added < 20
