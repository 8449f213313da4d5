import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.runs import (
    build_execution_input,
    is_run_id,
    name_run,
)
from chalicelib.stages import MAX_STAGE_LENGTH
from chalicelib.uploads import Upload
from localaws.iam.authorize import matches
from tests.building.service_models import find_faults
from tests.building.upload_keys import KEYS

UPLOAD = Upload(
    bucket="bucket",
    key="raw/sales.zip",
    version_id="v1",
    etag="e1",
    size=10,
    event_time="2026-11-23T01:24:19.123Z",
    sequencer="0A1B",
)
STAGES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,7}[a-z0-9])?", fullmatch=True)


# The first example loads the service's model.
@settings(deadline=None)
@given(KEYS, STAGES)
def test_run_id_is_a_valid_job_name(key, stage):
    run_id = name_run(replace(UPLOAD, key=key), stage)

    assert is_run_id(run_id, stage)
    assert find_faults("sagemaker", "StopAutoMLJob", {"AutoMLJobName": run_id}) == []
    assert re.fullmatch(r"[a-z0-9-]{1,32}", run_id)


@pytest.mark.parametrize(
    ("stage", "start"), [("dev", "sales-"), ("local", "sale-"), ("a" * 9, "")]
)
def test_run_id_says_dataset_moment_and_stage(stage, start):
    run_id = name_run(UPLOAD, stage)

    assert re.fullmatch(rf"{start}261123012419-[0-9a-f]{{8}}-{stage}", run_id)


@given(KEYS, STAGES, STAGES)
def test_job_of_one_stage_is_no_other_stages(key, stage, other):
    run_id = name_run(replace(UPLOAD, key=key), stage)
    pattern = f"*????????????-????????-{other}"

    assert matches(pattern, run_id) == (stage == other)
    assert is_run_id(run_id, other) == (stage == other)


@pytest.mark.parametrize("end", ["-dev", "v", "-a-dev"])
def test_stage_that_ends_like_another_is_apart(end):
    for length in range(MAX_STAGE_LENGTH - len(end) + 1):
        stage = ("x" * length + end).strip("-")
        others = {"dev", "v", "a-dev"} - {stage}
        run_id = name_run(UPLOAD, stage)

        assert not any(matches(f"*{'?' * 12}-{'?' * 8}-{o}", run_id) for o in others)


@pytest.mark.parametrize("name", ["", "by-hand", "sales-261123012419-0123abcd"])
def test_execution_by_hand_is_no_run(name):
    assert not is_run_id(name, "dev")


@pytest.mark.parametrize(
    "change",
    [{"bucket": "b2"}, {"key": "raw/b.zip"}, {"version_id": "v2"}],
)
def test_other_upload_is_another_run(change):
    assert name_run(replace(UPLOAD, **change), "dev") != name_run(UPLOAD, "dev")


def test_unversioned_uploads_differ_by_content():
    first = replace(UPLOAD, version_id="null")

    assert name_run(first, "dev") != name_run(replace(first, etag="e2"), "dev")


def test_same_event_gives_the_same_bytes():
    first, second = (build_execution_input(replace(UPLOAD), "dev") for _ in range(2))

    assert first == second
    assert list(json.loads(first)) == sorted(json.loads(first))
