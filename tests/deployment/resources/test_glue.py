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
    ENGINE_WHEEL,
    WHEEL,
    GlueCode,
    read_glue_code,
    review_glue_code,
)
from deployment.resources.glue_jobs import TRAIN, build_job, review_glue_job
from tests.building.made_up_account import made_up_client, make_stage
from tests.building.made_up_deployment import make_libraries
from tests.building.paths import ROOT
from tests.building.service_models import find_faults

STAGE = make_stage()
PLAIN = Options()
JOBS = Pipeline(ROOT).glue_jobs
SCRIPTS = [f"{job}.py" for job in JOBS]
FILES = {
    **{name: name.encode() for name in SCRIPTS},
    WHEEL: b"three",
    ENGINE_WHEEL: b"four",
}


def make_code(**changed):
    files = {**FILES, **{f"{name}.py": text for name, text in changed.items()}}
    return GlueCode(files)


def write_package(folder, order=1):
    files = [
        *(f"glue/{name}" for name in SCRIPTS if name != f"{TRAIN}.py"),
        *("glue/__init__.py", "glue/page/page.html", "glue/notes.txt"),
        *("trainer/train.py", "forecaster/fitting.py"),
    ]
    for name in files[::order]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}")
    return folder


def read_members(code, name=WHEEL):
    with zipfile.ZipFile(io.BytesIO(code.files[name])) as wheel:
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
    assert set(code.files) == set(FILES)
    assert members["glue/page/page.html"] == b"# glue/page/page.html"
    assert not any("notes" in name for name in members)


def test_engine_has_a_wheel_of_its_own(tmp_path):
    code = read_glue_code(write_package(tmp_path), JOBS)

    members = read_members(code, ENGINE_WHEEL)
    assert {name.partition("/")[0] for name in members} == {
        "forecaster",
        "trainer",
        "forecast_engine-1.dist-info",
    }


def test_equal_sources_give_equal_bytes(tmp_path):
    first = read_glue_code(write_package(tmp_path / "a"), JOBS)
    again = read_glue_code(write_package(tmp_path / "b", order=-1), JOBS)

    assert first.files == again.files


def test_wheel_requires_nothing(tmp_path):
    members = read_members(read_glue_code(write_package(tmp_path), JOBS))

    (metadata,) = [text for name, text in members.items() if "METADATA" in name]
    assert b"Requires-Dist" not in metadata


def test_pip_installs_the_wheels_of_this_project(tmp_path):
    code = read_glue_code(ROOT, JOBS)
    wheels, place = (WHEEL, ENGINE_WHEEL), tmp_path / "installed"
    for name in wheels:
        (tmp_path / name).write_bytes(code.files[name])

    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--target", str(place)]
    files = [str(tmp_path / name) for name in wheels]
    subprocess.run([*pip, *files], check=True, capture_output=True)

    used = (
        "import glue.check, glue.reporting.page, trainer.training; print(glue.__file__)"
    )
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
def test_job_gets_its_script(job):
    code = make_code()

    definition = build_job(STAGE, job, code=code, options=PLAIN)

    script = f"s3://{STAGE.bucket}/{code.prefix}{job}.py"
    assert definition["Command"]["ScriptLocation"] == script


def test_python_shell_gets_one_wheel():
    code = make_code()

    definition = build_job(STAGE, "report", code=code, options=PLAIN)

    wheel = f"s3://{STAGE.bucket}/{code.prefix}{WHEEL}"
    assert definition["DefaultArguments"]["--extra-py-files"] == wheel
    assert definition["Command"]["Name"] == "pythonshell"


def test_training_gets_the_engine_and_its_libraries():
    code = make_code()

    definition = build_job(
        STAGE, TRAIN, code=code, options=PLAIN, wheels=make_libraries().wheels
    )

    arguments = definition["DefaultArguments"]
    modules = arguments["--additional-python-modules"].split(",")
    assert [module.rpartition("/")[2] for module in modules] == [
        "fast-1-py3-none-any.whl",
        "slow-1-py3-none-any.whl",
        WHEEL,
        ENGINE_WHEEL,
    ]
    assert all(module.startswith(f"s3://{STAGE.bucket}/code/") for module in modules)
    assert arguments["--python-modules-installer-option"] == "--no-index --no-deps"
    assert "MaxCapacity" not in definition


def test_other_libraries_are_an_update_of_arguments():
    with made_up_client("glue") as glue:
        common = {"code": make_code(), "options": PLAIN}
        review_glue_job(glue, STAGE, TRAIN, **common).settle()

        found = review_glue_job(
            glue, STAGE, TRAIN, **common, wheels=make_libraries().wheels
        )

        assert found.outcome.aspects == ("arguments",)


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
