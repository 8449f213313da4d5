"""Run the preprocessing of one upload in a process of its own, and measure it.

The peak of a process that was forked off a large one, as ``ru_maxrss`` gives it, counts
the parent's memory too. So the kernel's own mark is read, which starts anew with the
program; elsewhere than on Linux there is none, and what is read is too much at worst.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from glue.bucket import Bucket
from glue.findings.finding import UploadRejected
from glue.preprocess import preprocess
from tests.building.paths import ROOT

RUN_ID = "data-260101000000-0123abcd"


@dataclass(frozen=True)
class Measured:
    """What came of an upload, and what it took.

    Parameters
    ----------
    codes
        The errors of data-report.json; None where there is no such report.
    peak
        The most memory that the process ever had, in MB.
    added
        The same without what it had before it began, mostly its imports.
    seconds
        Of CPU time.
    """

    codes: list[str] | None
    peak: float
    added: float
    seconds: float


def measure(path, key, folder, *, timeout=60):
    """Preprocess an upload in a process of its own, with no more memory than that."""
    work = folder / "measured"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(path), key, str(work)],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=timeout,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def read_peak():
    """Read the most memory that this process ever had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [ln for ln in status.read_text().splitlines() if "VmHWM" in ln]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


class DiskS3:
    """A bucket with one upload on disk, which keeps the documents that it is given."""

    def __init__(self, path, run):
        self.path = path
        self.documents = {f"runs/{RUN_ID}/run.json": json.dumps(run).encode()}

    def get_object(self, **request):
        if request["Key"] in self.documents:
            return {"Body": io.BytesIO(self.documents[request["Key"]])}
        return {"Body": _Blocks(self.path.open("rb"))}

    def put_object(self, **request):
        self.documents[request["Key"]] = request["Body"]

    def upload_file(self, path, bucket, key, **options):
        pass

    def get_paginator(self, operation):
        return self

    def paginate(self, **request):
        return [{}]


class _Blocks:
    def __init__(self, file):
        self.file = file

    def iter_chunks(self, size):
        return iter(lambda: self.file.read(size), b"")


def build_run(path, key):
    upload = {
        "key": key,
        "version_id": "1",
        "etag": "e",
        "size": path.stat().st_size,
    }
    nothing = {"source": None, "version_id": None, "text": None}
    names = {"schema": 1, "run_id": RUN_ID, "dataset": "data", "bucket": "b"}
    return {**names, "upload": upload, "settings": nothing}


def main(path, key, folder):
    """Print what came of an upload, and what it took."""
    s3 = DiskS3(Path(path), build_run(Path(path), key))
    before, began = read_peak(), time.process_time()
    with suppress(UploadRejected):
        preprocess(RUN_ID, Bucket(s3, "b", Path(folder)))
    seconds, peak = time.process_time() - began, read_peak()
    text = s3.documents.get(f"runs/{RUN_ID}/data-report.json")
    codes = None if text is None else list_errors(json.loads(text))
    measured = {"codes": codes, "peak": peak, "added": peak - before}
    print(json.dumps({**measured, "seconds": seconds}))


def list_errors(report):
    return [one["code"] for one in report["findings"] if one["level"] == "error"]


if __name__ == "__main__":
    main(*sys.argv[1:])
