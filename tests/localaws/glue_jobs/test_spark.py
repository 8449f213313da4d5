"""Where jobs that import pyspark find it."""

import shutil

import pytest

from localaws.glue_jobs.spark import SparkNotInstalled, find_spark

NEEDS_JAVA = pytest.mark.skipif(shutil.which("java") is None, reason="no Java here")


def write_script(folder, text):
    script = folder / "script.py"
    script.write_text(text)
    return script


@pytest.fixture
def place(tmp_path):
    (tmp_path / "spark/lib/python3.11/site-packages/pyspark").mkdir(parents=True)
    return tmp_path / "spark"


@pytest.mark.parametrize("text", ["import pandas", "pyspark = 1", "not Python at all"])
def test_script_without_spark_has_none(text, tmp_path, place):
    assert find_spark(write_script(tmp_path, text), place) is None


@NEEDS_JAVA
@pytest.mark.parametrize(
    "text", ["import pyspark", "def run():\n    from pyspark.sql import SparkSession"]
)
def test_script_with_spark_has_its_own_python(text, tmp_path, place):
    spark = find_spark(write_script(tmp_path, text), place)

    told = spark.environ([tmp_path / "wheel"], tmp_path / "work")
    assert told["PYSPARK_PYTHON"] == str(place / "bin" / "python")
    assert told["PYTHONPATH"] == str(tmp_path / "wheel")
    assert f"spark.local.dir={tmp_path / 'work'}" in told["PYSPARK_SUBMIT_ARGS"]


def test_spark_that_is_not_there_is_said(tmp_path):
    script = write_script(tmp_path, "import pyspark")

    with pytest.raises(SparkNotInstalled, match="run `make spark`"):
        find_spark(script, tmp_path / "nowhere")
