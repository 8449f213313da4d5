"""Glue jobs and their code: named by content, complete, valid to Glue's own model."""

import io
import subprocess
import sys
import zipfile

import pytest

from deployment.errors import DeploymentError
from deployment.options import Options
from deployment.pipeline import Pipeline
from deployment.resources.glue_code import (
    WHEEL,
    GlueCode,
    read_glue_code,
    review_glue_code,
)
from deployment.resources.glue_jobs import build_job, review_glue_job
from tests.building.made_up_account import made_up_client, make_stage
from tests.building.paths import ROOT
from tests.building.service_models import find_faults

STAGE = make_stage()
PLAIN = Options()
FILES = {"preprocess.py": b"one", "report.py": b"two", WHEEL: b"three"}
JOBS = Pipeline(ROOT).glue_jobs


def make_code(**changed):
    files = {**FILES, **{f"{name}.py": text for name, text in changed.items()}}
    return GlueCode(files)


def write_package(folder, order=1):
    files = ["preprocess.py", "report.py", "__init__.py", "page/page.html", "notes.txt"]
    for name in files[::order]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def read_members(code):
    with zipfile.ZipFile(io.BytesIO(code.files[WHEEL])) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def test_hash_changes_with_any_file():
    hashes = {
        make_code().sha256,
        make_code(report=b"four").sha256,
        make_code(more=b"").sha256,
        GlueCode({"renamed.py": b"one"}).sha256,
    }

    assert len(hashes) == 4


def test_scripts_and_wheel_hold_the_package(tmp_path):
    code = read_glue_code(write_package(tmp_path), JOBS)

    members = read_members(code)
    assert set(code.files) == {"preprocess.py", "report.py", WHEEL}
    assert members["glue/page/page.html"] == b"page/page.html"
    assert not any("notes" in name for name in members)


def test_equal_sources_give_equal_bytes(tmp_path):
    first = read_glue_code(write_package(tmp_path / "a"), JOBS)
    again = read_glue_code(write_package(tmp_path / "b", order=-1), JOBS)

    assert first.files == again.files


def test_wheel_requires_nothing(tmp_path):
    members = read_members(read_glue_code(write_package(tmp_path), JOBS))

    (metadata,) = [text for name, text in members.items() if "METADATA" in name]
    assert b"Requires-Dist" not in metadata


def test_pip_installs_the_wheel_of_this_project(tmp_path):
    code = read_glue_code(ROOT / "glue", JOBS)
    wheel, place = tmp_path / WHEEL, tmp_path / "installed"
    wheel.write_bytes(code.files[WHEEL])

    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--target", str(place)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)

    used = "import glue.check, glue.reporting.page; print(glue.__file__)"
    environ = {"PYTHONPATH": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", used],
        check=True,
        capture_output=True,
        text=True,
        env=environ,
        cwd=tmp_path,
    )
    assert done.stdout.strip() == str(place / "glue" / "__init__.py")
    assert (place / "glue" / "reporting" / "page" / "page.js").is_file()


def test_folder_without_scripts_is_refused(tmp_path):
    with pytest.raises(DeploymentError, match="no Glue scripts"):
        read_glue_code(tmp_path, JOBS)


def test_code_is_uploaded_once():
    with made_up_client("s3") as s3:
        s3.create_bucket(
            Bucket=STAGE.bucket,
            CreateBucketConfiguration={"LocationConstraint": STAGE.region},
        )
        changes = [
            review_glue_code(s3, STAGE, make_code()).settle().change for _ in "12"
        ]

        assert changes == ["created", "unchanged"]
        key = f"code/{make_code().sha256}/{WHEEL}"
        assert s3.get_object(Bucket=STAGE.bucket, Key=key)["Body"].read() == b"three"


def test_code_can_be_reviewed_before_the_bucket():
    with made_up_client("s3") as s3:
        assert review_glue_code(s3, STAGE, make_code()).outcome.change == "created"


@pytest.mark.parametrize("job", JOBS)
def test_job_gets_its_script_and_one_wheel(job):
    code = make_code()

    definition = build_job(STAGE, job, code=code, options=PLAIN)

    folder = f"s3://{STAGE.bucket}/{code.prefix}"
    assert definition["Command"]["ScriptLocation"] == f"{folder}{job}.py"
    assert definition["DefaultArguments"]["--extra-py-files"] == f"{folder}{WHEEL}"


@pytest.mark.parametrize("job", JOBS)
def test_job_is_valid_to_glue(job):
    wanted = build_job(STAGE, job, code=make_code(), options=PLAIN)

    create = {"Name": STAGE.resource(job), "Tags": STAGE.tags, **wanted}
    update = {"JobName": STAGE.resource(job), "JobUpdate": wanted}
    assert find_faults("glue", "CreateJob", create) == []
    assert find_faults("glue", "UpdateJob", update) == []


def test_job_is_created_once():
    with made_up_client("glue") as glue:
        changes = [
            review_glue_job(glue, STAGE, "report", code=make_code(), options=PLAIN)
            .settle()
            .change
            for _ in "12"
        ]

        assert changes == ["created", "unchanged"]


def test_new_code_is_an_update_of_script_and_arguments():
    with made_up_client("glue") as glue:
        review_glue_job(glue, STAGE, "report", code=make_code(), options=PLAIN).settle()

        found = review_glue_job(
            glue, STAGE, "report", code=make_code(report=b"4"), options=PLAIN
        )

        assert found.outcome.aspects == ("script, arguments",)
