"""The corpus of uploads through Spark and through one process: the same, or not?

make spark
.venv-spark/bin/python -m benchmarks.spark
"""

import argparse
import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from pyspark.sql import SparkSession

from glue.shaping.workers import OneByOne, make_folder
from glue.spark.workers import SparkWorkers
from tests.building.corpora import prepare_by
from tests.glue import corpus

ROOT = Path(__file__).parents[1]


def main():
    """Compare both roads on all cases that have more than one series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each n-th case only")
    asked = parser.parse_args()
    session = start_spark()
    found = {"same": 0, "other": 0, "one series": 0, "refused before": 0}
    start = time.monotonic()
    for name, case in list(list_cases())[:: asked.every]:
        outcome = compare(case, session)
        found[outcome] += 1
        if outcome == "other":
            print(f"{name}: Spark finds or makes something else")
    counts = ", ".join(f"{count} {word}" for word, count in found.items())
    print(f"{counts}; {time.monotonic() - start:.0f} s")


def start_spark():
    """Start Spark in this process, with two tasks at a time."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = str(ROOT)
    options = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    return SparkSession.builder.config(map=options).getOrCreate()


def list_cases():
    """Name all cases of the corpus."""
    for module in iter_modules(corpus.__path__):
        if not module.name.startswith("test_"):
            cases = import_module(f"{corpus.__name__}.{module.name}").CASES
            yield from ((f"{module.name}, {case.name}", case) for case in cases)


def compare(case, session):
    """Prepare a case on both roads, in as many parts, and in one part."""
    whole = prepare_by(case, OneByOne(), parts=1)
    if not whole["table"]:
        return "refused before"  # any row was parted
    if whole["table"]["series"] < 2:
        return "one series"
    with tempfile.TemporaryDirectory() as folder:
        workers = SparkWorkers(session, make_folder(Path(folder) / "work"))
        parted = prepare_by(case, workers, parts=3)
    return "same" if parted in (whole, prepare_by(case, OneByOne())) else "other"


if __name__ == "__main__":
    main()
