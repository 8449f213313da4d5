"""The engine's libraries: listed with their hashes, sent once, fetched when needed."""

import json

import pytest
from packaging.utils import parse_wheel_filename

from deployment.errors import DeploymentError
from deployment.fetch_wheels import FOR_GLUE, fetch_wheel
from deployment.lock_wheels import list_wheels
from deployment.resources.engine_wheels import (
    LOCK,
    Wheel,
    read_wheels,
    review_engine_wheels,
)
from tests.building.made_up_account import made_up_client, make_stage
from tests.building.made_up_deployment import make_libraries
from tests.building.paths import ROOT

STAGE = make_stage()
LIBRARIES = make_libraries()


@pytest.fixture
def s3():
    with made_up_client("s3") as client:
        client.create_bucket(
            Bucket=STAGE.bucket,
            CreateBucketConfiguration={"LocationConstraint": STAGE.region},
        )
        yield client


def review(s3, fetch=LIBRARIES.fetch):
    return review_engine_wheels(s3, STAGE, LIBRARIES.wheels, fetch)


def test_libraries_are_sent_once(s3):
    changes = [review(s3).settle().change for _ in "12"]

    assert changes == ["created", "unchanged"]
    wheel = LIBRARIES.wheels[0]
    stored = s3.get_object(Bucket=STAGE.bucket, Key=wheel.key)["Body"].read()
    assert stored == LIBRARIES.fetch(wheel)


def test_nothing_is_fetched_to_plan(s3):
    def fetch(wheel):
        raise AssertionError(wheel.name)

    assert review(s3, fetch).outcome.change == "created"


def test_planted_library_is_replaced(s3):
    review(s3).settle()
    wheel = LIBRARIES.wheels[0]
    s3.put_object(Bucket=STAGE.bucket, Key=wheel.key, Body=b"planted")

    outcome = review(s3).settle()

    assert (outcome.change, outcome.aspects) == ("updated", (wheel.name,))
    stored = s3.get_object(Bucket=STAGE.bucket, Key=wheel.key)["Body"].read()
    assert stored == LIBRARIES.fetch(wheel)


def test_other_bytes_than_those_listed_are_refused(s3):
    with pytest.raises(DeploymentError, match="is not the file"):
        review(s3, lambda wheel: b"tampered").settle()


def test_every_library_of_the_list_runs_on_glue():
    wheels = read_wheels(ROOT)

    tags = {str(tag) for wheel in wheels for tag in parse_wheel_filename(wheel.name)[3]}
    allowed = {"none-any", *(p for p in FOR_GLUE if p.startswith("manylinux"))}
    assert {wheel.pin.partition("==")[0] for wheel in wheels} >= {"lightgbm", "scipy"}
    assert all(any(tag.endswith(one) for one in allowed) for tag in tags)


def test_libraries_are_those_that_the_engine_was_measured_with():
    locked = (ROOT / "requirements-run.txt").read_text().splitlines()
    versions = {line.split(" ")[0] for line in locked}

    assert {wheel.pin for wheel in read_wheels(ROOT)} <= versions


@pytest.mark.parametrize("text", ["", "numpy\n", "numpy==1 --hash=sha256:0\n"])
def test_list_that_pins_nothing_is_refused(tmp_path, text):
    (tmp_path / LOCK).write_text(text)

    with pytest.raises(DeploymentError, match="make lock"):
        read_wheels(tmp_path)


def test_report_of_pip_becomes_the_list(tmp_path):
    digest = "ab" * 32
    report = {
        "install": [
            {
                "metadata": {"name": "fast", "version": "1.0"},
                "download_info": {
                    "url": "https://example.org/fast-1.0-py3-none-any.whl",
                    "archive_info": {"hashes": {"sha256": digest}},
                },
            }
        ]
    }

    lines = list_wheels(json.loads(json.dumps(report)))

    (tmp_path / LOCK).write_text("\n".join(lines))
    assert read_wheels(tmp_path) == (
        Wheel("fast-1.0-py3-none-any.whl", "fast==1.0", digest),
    )


def test_library_that_pip_does_not_find_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    with pytest.raises(DeploymentError, match="could not bring fast-1-py3"):
        fetch_wheel(LIBRARIES.wheels[0])
