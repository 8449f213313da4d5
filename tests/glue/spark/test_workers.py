"""Parts as tasks of Spark: needs PySpark and Java, as `make spark` says."""

import shutil
import sys

import pytest

from glue.shaping.workers import OneByOne, make_folder
from tests.building.corpora import prepare_by
from tests.building.paths import ROOT
from tests.building.uploads import Case, make_tts
from tests.glue.corpus import related, series, settings

sql = pytest.importorskip("pyspark.sql", reason="no PySpark here; see make test-spark")
if shutil.which("java") is None:
    pytest.skip("no Java here, which Spark needs", allow_module_level=True)

from glue.spark.workers import SparkWorkers  # noqa: E402  # needs what is looked for

NAMED = {
    "future of one series",
    "hook that looks at other series",
    "holidays that are mostly blank",
}
MANY = Case("many series", {"TTS.csv": make_tts(items=tuple("ABCDEFGHIJ"))})
CASES = [MANY, *(c for m in (related, series, settings) for c in m.CASES)]


@pytest.fixture(scope="module")
def session():
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    patch.setenv("PYTHONPATH", str(ROOT))
    options = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    session = sql.SparkSession.builder.config(map=options).getOrCreate()
    try:
        yield session
    finally:
        session.stop()
        patch.undo()


@pytest.mark.parametrize(
    "case", [c for c in CASES if c in (MANY,) or c.name in NAMED], ids=lambda c: c.name
)
def test_spark_finds_and_makes_the_same(case, session, tmp_path):
    workers = SparkWorkers(session, make_folder(tmp_path / "work"))

    assert prepare_by(case, workers) == prepare_by(case, OneByOne())


def test_failure_of_a_part_is_told_by_spark(session, tmp_path):
    workers = SparkWorkers(session, make_folder(tmp_path / "work"))

    with pytest.raises(Exception, match="ZeroDivisionError"):
        list(workers.run(lambda number: 1 // number, 2))
