"""What runs is what was deployed, whatever the source says since."""

import json

import boto3
import pytest

from tests.building.local_resources import make_archive, read_log
from tests.building.local_stage import STAGE, deploy_stage
from tests.building.whole_run_uploads import make_table

EDIT = "EDITED AFTER THE DEPLOY"
UPLOAD = make_archive({"TTS.csv": make_table(["a"])})


@pytest.fixture(scope="module")
def edited():
    """A stage whose app and Glue script were edited after the deploy."""
    with deploy_stage() as stage:
        app = stage.project / "app.py"
        app.write_text(app.read_text().replace("%r starts run %s", f"{EDIT} %r %s"))
        script = stage.project / "glue" / "preprocess.py"
        script.write_text(f"raise SystemExit({EDIT!r})\n")
        yield stage


def read_upload_log():
    return "\n".join(
        read_log(f"/aws/lambda/automl-ts-mlops-pipeline-{STAGE}-on_upload")
    )


def test_edit_of_the_source_changes_nothing(edited):
    ended = edited.upload("raw/before.zip", UPLOAD)

    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    assert f"'raw/before.zip' starts run {ended['name']}" in read_upload_log()
    assert EDIT not in read_upload_log()


def test_next_deploy_brings_the_edit(edited):
    edited.run_script("deploy.py", "--stage", STAGE)

    ended = edited.upload("raw/after.zip", UPLOAD)

    assert EDIT in json.loads(ended["cause"])["ErrorMessage"]
    assert f"{EDIT} 'raw/after.zip'" in read_upload_log()


def test_deployed_functions_cannot_see_the_project(edited):
    lambdas = boto3.client("lambda")
    function = f"automl-ts-mlops-pipeline-{STAGE}-prepare_run"
    lambdas.update_function_code(
        FunctionName=function,
        ZipFile=make_archive({"app.py": "import chalicelib\n"}),
    )

    answer = lambdas.invoke(FunctionName=function)

    error = json.loads(answer["Payload"].read())
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["errorMessage"].endswith("No module named 'chalicelib'")
