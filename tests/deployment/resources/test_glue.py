"""Glue jobs and their code: named by content, complete, valid to Glue's own model."""

import pytest

from deploying import made_up_client, make_target
from deployment.chart_library import read_chart_library
from deployment.errors import DeploymentError
from deployment.glue_code import GlueCode, read_glue_code, review_glue_code
from deployment.glue_jobs import build_job, review_glue_job
from deployment.options import Options
from service_models import find_faults

TARGET = make_target()
PLAIN = Options()
FILES = {"preprocess.py": b"one", "report.py": b"two", "rules.py": b"three"}


def make_code(**changed):
    files = {**FILES, **{f"{name}.py": text for name, text in changed.items()}}
    return GlueCode(files)


def test_hash_changes_with_any_file():
    hashes = {
        make_code().sha256,
        make_code(rules=b"four").sha256,
        make_code(more=b"").sha256,
        GlueCode({"renamed.py": b"one"}).sha256,
    }

    assert len(hashes) == 4


def test_scripts_and_parts_of_the_page_are_read(tmp_path):
    for name in ("report.py", "page.html", "page.css", "page.js", "notes.txt"):
        (tmp_path / name).write_text(name)

    code = read_glue_code(tmp_path, {"charts.js": b"charts"})

    parts = {"page.html", "page.css", "page.js", "charts.js"}
    assert set(code.files) == {"report.py", *parts}
    assert code.modules == ["report.py"]


def test_chart_library_is_in_its_package():
    library = read_chart_library()

    assert library
    assert all(b"Bokeh" in script for script in library.values())


def test_report_is_told_where_its_parts_are():
    code = GlueCode({**FILES, "page.js": b""})

    arguments = build_job(TARGET, "report", code=code, options=PLAIN)[
        "DefaultArguments"
    ]

    assert arguments["--assets_uri"] == f"s3://{TARGET.bucket}/{code.prefix}"
    assert "page.js" not in arguments["--extra-py-files"]


def test_folder_without_scripts_is_refused(tmp_path):
    with pytest.raises(DeploymentError, match="no Glue scripts"):
        read_glue_code(tmp_path)


def test_code_is_uploaded_once():
    with made_up_client("s3") as s3:
        s3.create_bucket(
            Bucket=TARGET.bucket,
            CreateBucketConfiguration={"LocationConstraint": TARGET.region},
        )
        changes = [
            review_glue_code(s3, TARGET.bucket, make_code()).settle().change
            for _ in "12"
        ]

        assert changes == ["created", "unchanged"]
        key = f"code/{make_code().sha256}/rules.py"
        assert s3.get_object(Bucket=TARGET.bucket, Key=key)["Body"].read() == b"three"


def test_code_can_be_reviewed_before_the_bucket():
    with made_up_client("s3") as s3:
        assert (
            review_glue_code(s3, TARGET.bucket, make_code()).outcome.change == "created"
        )


@pytest.mark.parametrize("job", ["preprocess", "report"])
def test_job_gets_all_other_modules(job):
    definition = build_job(TARGET, job, code=make_code(), options=PLAIN)

    script = definition["Command"]["ScriptLocation"]
    extra = definition["DefaultArguments"]["--extra-py-files"].split(",")
    names = [uri.rsplit("/", 1)[1] for uri in (script, *extra)]
    assert names[0] == f"{job}.py"
    assert sorted(names) == sorted(FILES)


@pytest.mark.parametrize("job", ["preprocess", "report"])
def test_job_is_valid_to_glue(job):
    wanted = build_job(TARGET, job, code=make_code(), options=PLAIN)

    create = {"Name": TARGET.name(job), "Tags": TARGET.tags, **wanted}
    update = {"JobName": TARGET.name(job), "JobUpdate": wanted}
    assert find_faults("glue", "CreateJob", create) == []
    assert find_faults("glue", "UpdateJob", update) == []


def test_job_is_created_once():
    with made_up_client("glue") as glue:
        changes = [
            review_glue_job(glue, TARGET, "report", code=make_code(), options=PLAIN)
            .settle()
            .change
            for _ in "12"
        ]

        assert changes == ["created", "unchanged"]


def test_new_code_is_an_update_of_script_and_arguments():
    with made_up_client("glue") as glue:
        review_glue_job(
            glue, TARGET, "report", code=make_code(), options=PLAIN
        ).settle()

        found = review_glue_job(
            glue, TARGET, "report", code=make_code(rules=b"4"), options=PLAIN
        )

        assert found.outcome.aspects == ("script, arguments",)
