import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.building.uploads import as_zip, make_tts, make_zip, prepare

ROOT = Path(__file__).parents[2]
# Measures one preparation alone: its codes, and the memory that it took on top of
# what the imports need.
SCRIPT = """
import json, resource, sys
from pathlib import Path
from glue.preparation import prepare_upload
def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
before = peak()
made = prepare_upload(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
codes = [found.code for found in made.findings if found.level == "error"]
print(json.dumps([codes, peak() - before]))
"""


def measure(path, key, folder):
    """Prepare an upload in a process of its own."""
    work = folder / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), key, str(work)],
        check=True,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=60,
    )
    return json.loads(done.stdout)


def write_archive(path, name, start, block, times):
    """Write an archive with one large member, a block at a time."""
    packing = {"compression": zipfile.ZIP_DEFLATED, "compresslevel": 1}
    with (
        zipfile.ZipFile(path, "w", **packing) as archive,
        archive.open(name, "w") as member,
    ):
        member.write(start)
        for _ in range(times):
            member.write(block)


MEGABYTE = 1024 * 1024
HEADER = b"item_id,timestamp,target_value\n"
LINE = b"A,2020-01-01," + b"1234567890" * 10


@pytest.mark.parametrize(
    ("start", "block", "times", "code"),
    [
        pytest.param(b"", bytes(MEGABYTE), 100, "zip-bomb", id="zeros"),
        pytest.param(HEADER, LINE * 10_000, 100, "zip-bomb", id="repeats"),
        pytest.param(HEADER, LINE * 10_000, 50, "csv-line-too-long", id="a line"),
        pytest.param(
            b"", b"a,b,c,d,e," * 100_000, 50, "csv-line-too-long", id="header"
        ),
    ],
)
def test_hostile_archive_takes_little_memory(tmp_path, start, block, times, code):
    path = tmp_path / "data.zip"
    write_archive(path, "TTS.csv", start, block, times)

    codes, megabytes = measure(path, "raw/data.zip", tmp_path)

    assert codes == [code]
    assert megabytes < 100


def test_line_of_a_hundred_megabytes_is_refused(tmp_path):
    path = tmp_path / "sales.csv"
    with path.open("wb") as file:
        file.write(HEADER)
        for _ in range(100):
            file.write(b"x" * MEGABYTE)

    codes, megabytes = measure(path, "raw/sales.csv", tmp_path)

    assert codes == ["csv-line-too-long"]
    assert megabytes < 50


def test_endless_quote_takes_little_memory(tmp_path):
    path = tmp_path / "sales.csv"
    with path.open("wb") as file:
        file.write(HEADER + b'"')
        for _ in range(400_000):
            file.write(b"A,2020-01-01,1.5,and so on\n")

    codes, megabytes = measure(path, "raw/sales.csv", tmp_path)

    assert codes == ["csv-unreadable"]
    assert megabytes < 50


def test_list_of_many_members_is_never_loaded(tmp_path):
    path = tmp_path / "data.zip"
    path.write_bytes(make_zip({f"m{n}/": "" for n in range(20_000)}))

    codes, megabytes = measure(path, "raw/data.zip", tmp_path)

    assert codes == ["zip-too-many-members"]
    assert megabytes < 20


def test_nothing_is_written_outside_the_folder(tmp_path):
    names = ["../out.csv", "/tmp/out.csv", "a/../../out.csv", "..\\out.csv"]
    upload = make_zip({"TTS.csv": make_tts(), **dict.fromkeys(names, "x")})
    path = tmp_path / "data.zip"
    path.write_bytes(upload)

    codes, _ = measure(path, "raw/data.zip", tmp_path)

    assert codes == ["zip-unsafe-path"]
    left = {found.relative_to(tmp_path).parts[0] for found in tmp_path.rglob("*")}
    assert left == {"data.zip", "work"}


def test_single_series_is_one_part():
    made = prepare(as_zip(make_tts(items=("A",), steps=1_000)), parts=5)

    assert made.accepted
    assert made.table["rows"] == 1_000
