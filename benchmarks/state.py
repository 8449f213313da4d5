"""Measure what it costs a local AWS to keep its state, by how much there is of it.

    python -m benchmarks.state [--runs N ...]

Fills a bucket and a log as that many runs do, in this process and without a server,
and prints the CPU time that one more object, and one more line, take to be written
down, in milliseconds.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from moto.logs.models import logs_backends
from moto.s3.models import FakeKey, s3_backends

from localaws import moto_memory
from localaws.host.isolation import isolate
from localaws.patches import Patches
from localaws.state.keeper import Keeper
from localaws.state.shelves import shelve_keys

ACCOUNT = "123456789012"
BUCKET, GROUP = "bucket", "/aws/lambda/a-function"
# Of a run of the pipeline on the local AWS.
OBJECTS, STREAMS, LINES = 40, 14, 8
_LEAST_OF = 5


def fill(first: int, end: int) -> None:
    """Leave what some runs leave."""
    keys = s3_backends[ACCOUNT]["aws"].buckets[BUCKET].keys
    group: Any = logs_backends[ACCOUNT]["us-east-1"].groups[GROUP]
    lines = [{"timestamp": 1, "message": "a line of a log, as many are"}] * LINES
    for run in range(first, end):
        for number in range(OBJECTS):
            name = f"runs/sales-261126123456-{run:08x}-local/{number}.json"
            keys[name] = FakeKey(
                name,
                b"{}" * 200,
                account_id=ACCOUNT,
                region_name="us-east-1",
                bucket_name=BUCKET,
                version_id=f"{run}-{number}",
                is_versioned=True,
            )
        for number in range(STREAMS):
            group.create_log_stream(f"{run}/{number}")
            group.put_log_events(f"{run}/{number}", lines)


def measure(keeper: Keeper, service: str, change: Any) -> float:
    """Measure the milliseconds of CPU that keeping a change takes, at the least."""
    found = []
    for _ in range(_LEAST_OF):
        change()
        began = time.process_time()
        keeper.save_call(service)
        found.append(time.process_time() - began)
    return 1000 * min(found)


def main() -> None:
    """Print a row for each number of runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 400, 1000])
    counts = sorted(parser.parse_args().runs)
    os.environ.update(isolate({}) | {"AWS_DEFAULT_REGION": "us-east-1"})
    print("| runs | a PUT | a line of a log |\n|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder, mock_aws(), Patches() as patches:
        moto_memory.install(patches)
        shelve_keys(patches)
        s3, keeper = boto3.client("s3"), Keeper(Path(folder))
        s3.create_bucket(Bucket=BUCKET)
        boto3.client("logs").create_log_group(logGroupName=GROUP)
        group: Any = logs_backends[ACCOUNT]["us-east-1"].groups[GROUP]
        line = [{"timestamp": 1, "message": "one more"}]
        for before, runs in zip([0, *counts], counts, strict=False):
            fill(before, runs)
            keeper.save_call("s3")
            keeper.save_call("logs")
            put = measure(
                keeper, "s3", lambda: s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
            )
            written = measure(keeper, "logs", lambda: group.put_log_events("0/0", line))
            print(f"| {runs:,} | {put:.1f} | {written:.1f} |", flush=True)


if __name__ == "__main__":
    main()
