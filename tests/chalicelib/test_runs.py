import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.runs import build_execution_input, name_dataset, name_run
from chalicelib.uploads import Upload
from tests.building.service_models import find_faults

UPLOAD = Upload(
    bucket="bucket",
    key="raw/sales.zip",
    version_id="v1",
    etag="e1",
    size=10,
    event_time="2026-11-23T01:24:19.123Z",
    sequencer="0A1B",
)
KEYS = st.text(max_size=60).map(lambda name: f"raw/{name}.zip")


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("raw", "data"),
        ("raw/data.zip", "data"),
        ("raw/sales-2026.zip", "sales-2026"),
        ("raw/" + "a" * 40 + ".zip", "a" * 40),
    ],
)
def test_plain_key_is_the_dataset(key, dataset):
    assert name_dataset(key) == dataset


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("raw/Sales.zip", "sales"),
        ("raw/sales.csv", "sales"),
        ("raw/team/sales.zip", "team-sales"),
        ("raw/.zip", "data"),
        ("raw/日本.zip", "data"),
        ("raw/" + "a" * 41 + ".zip", "a" * 33),
    ],
)
def test_changed_key_gets_a_hash(key, start):
    assert re.fullmatch(f"{start}-[0-9a-f]{{6}}", name_dataset(key))


@given(st.lists(KEYS, min_size=2, max_size=2, unique=True))
def test_two_keys_never_share_a_dataset(keys):
    first, second = map(name_dataset, keys)

    assert first != second
    assert max(len(first), len(second)) <= 40


@given(KEYS)
def test_run_id_is_a_valid_job_name(key):
    run_id = name_run(replace(UPLOAD, key=key))

    assert find_faults("sagemaker", "StopAutoMLJob", {"AutoMLJobName": run_id}) == []
    assert re.fullmatch(r"[a-z0-9-]{1,32}", run_id)


def test_run_id_says_dataset_and_moment():
    assert re.fullmatch(r"sales-261123012419-[0-9a-f]{8}", name_run(UPLOAD))


@pytest.mark.parametrize(
    "change",
    [{"bucket": "b2"}, {"key": "raw/b.zip"}, {"version_id": "v2"}, {"sequencer": "1"}],
)
def test_other_upload_is_another_run(change):
    assert name_run(replace(UPLOAD, **change)) != name_run(UPLOAD)


def test_unversioned_uploads_differ_by_content():
    first = replace(UPLOAD, version_id="null")

    assert name_run(first) != name_run(replace(first, etag="e2"))


def test_same_event_gives_the_same_bytes():
    assert build_execution_input(UPLOAD) == build_execution_input(replace(UPLOAD))
    assert list(json.loads(build_execution_input(UPLOAD))) == sorted(
        json.loads(build_execution_input(UPLOAD))
    )
