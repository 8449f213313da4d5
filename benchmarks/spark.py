"""The corpus of uploads through Spark and through one process: the same, or not?

make spark
.venv-spark/bin/python -m benchmarks.spark
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from pyspark.sql import SparkSession

from glue.shaping.workers import OneByOne, make_folder
from glue.spark.workers import SparkWorkers
from tests.building.corpora import prepare_by
from tests.glue import corpus
from tests.glue.corpus.near_misses import NEAR_MISSES

ROOT = Path(__file__).parents[1]


def main():
    """Compare both roads on all cases that have more than one series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each n-th case only")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first cases")
    parser.add_argument("--only", default="", help="words of the cases' names")
    asked = parser.parse_args()
    session = start_spark()
    found = Counter()
    start = time.monotonic()
    for name, case in list(list_cases())[asked.skip :: asked.every]:
        if asked.only not in name:
            continue
        outcome, words = compare(case, session)
        found[outcome] += 1
        for word in words:
            print(f"{name}: {word}", flush=True)
    session.stop()
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
    """Name all cases of the corpus, and those just on the good side of a rule."""
    for module in iter_modules(corpus.__path__):
        if not module.name.startswith("test_"):
            found = import_module(f"{corpus.__name__}.{module.name}")
            for case in getattr(found, "CASES", ()):
                yield f"{module.name}, {case.name}", case
    for code, near in NEAR_MISSES.items():
        yield f"near misses, {code}", near.case


def compare(case, session):
    """Prepare a case by Spark and by one process; tell what differs between them.

    The process does it in one part; and, where Spark finds or makes something else
    than that, in as many parts as Spark has.
    """
    whole = prepare_by(case, OneByOne(), parts=1)
    with tempfile.TemporaryDirectory() as folder:
        workers = SparkWorkers(session, make_folder(Path(folder) / "work"))
        spark = prepare_by(case, workers, parts=3)
    count = whole["table"].get("series", 0)
    kind = "refused before" if not count else "one series" if count < 2 else "several"
    if spark == whole:
        return f"{kind}: same", []
    parted = prepare_by(case, OneByOne(), parts=3)
    if spark == parted:
        return f"{kind}: as in three parts", list_differences(parted, whole)
    return f"{kind}: OTHER", ["OTHER", *list_differences(spark, parted)]


def list_differences(made, other):
    """Show each thing in which two preparations differ, one above the other."""
    for name in made:
        if made[name] != other[name]:
            yield f"{name}\n  {made[name]}\n  {other[name]}"


if __name__ == "__main__":
    main()
