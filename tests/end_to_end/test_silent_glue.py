"""A Glue that says of a failed script only that it failed, as a real one may."""

import json

import pytest

from tests.building.local_stage import deploy_stage
from tests.building.whole_run_uploads import BAD_UPLOADS, assert_refused


@pytest.fixture(scope="module")
def stage():
    with deploy_stage(glue_errors="generic") as deployed:
        yield deployed


@pytest.mark.parametrize("name", BAD_UPLOADS)
def test_refusal_is_readable_without_its_message(stage, name):
    ended = stage.upload(f"raw/{name}.zip", BAD_UPLOADS[name])

    assert_refused(stage, ended)
    message = json.loads(ended["cause"])["ErrorMessage"]
    assert message == "Command failed with exit code 1"


def test_client_prints_the_finding(stage, tmp_path):
    (tmp_path / "bad.zip").write_bytes(BAD_UPLOADS["without-target"])

    printed = stage.run_script(
        "forecast.py",
        str(tmp_path / "bad.zip"),
        *("--stage", "local", "--no-check"),
        exit_code=1,
    )

    assert "has no target column" in printed.stdout + printed.stderr
    assert "exit code 1" not in printed.stdout + printed.stderr


def test_second_local_aws_in_a_process_is_refused(stage):
    with pytest.raises(RuntimeError, match="python -m localaws"), deploy_stage():
        pass
    assert stage.list_executions()
