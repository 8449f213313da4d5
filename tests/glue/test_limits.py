import zipfile

import pytest

from tests.building.measured_uploads import measure
from tests.building.uploads import as_zip, make_tts, make_zip, prepare


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
        pytest.param(HEADER, LINE * 10_000, 12, "csv-line-too-long", id="a line"),
        pytest.param(
            b"", b"a,b,c,d,e," * 100_000, 14, "csv-line-too-long", id="header"
        ),
    ],
)
def test_hostile_archive_takes_little_memory(tmp_path, start, block, times, code):
    path = tmp_path / "data.zip"
    write_archive(path, "TTS.csv", start, block, times)

    measured = measure(path, "raw/data.zip", tmp_path)

    assert measured.codes == [code]
    assert measured.added < 100


def test_line_of_a_hundred_megabytes_is_refused(tmp_path):
    path = tmp_path / "sales.csv"
    with path.open("wb") as file:
        file.write(HEADER)
        for _ in range(100):
            file.write(b"x" * MEGABYTE)

    measured = measure(path, "raw/sales.csv", tmp_path)

    assert measured.codes == ["csv-line-too-long"]
    assert measured.added < 50


def test_endless_quote_takes_little_memory(tmp_path):
    path = tmp_path / "sales.csv"
    with path.open("wb") as file:
        file.write(HEADER + b'"')
        for _ in range(400_000):
            file.write(b"A,2020-01-01,1.5,and so on\n")

    measured = measure(path, "raw/sales.csv", tmp_path)

    assert measured.codes == ["csv-unreadable"]
    assert measured.added < 50


def test_list_of_many_members_is_never_loaded(tmp_path):
    path = tmp_path / "data.zip"
    path.write_bytes(make_zip({f"m{n}/": "" for n in range(20_000)}))

    measured = measure(path, "raw/data.zip", tmp_path)

    assert measured.codes == ["zip-too-many-members"]
    assert measured.added < 20


def test_nothing_is_written_outside_the_folder(tmp_path):
    names = ["../out.csv", "/tmp/out.csv", "a/../../out.csv", "..\\out.csv"]
    upload = make_zip({"TTS.csv": make_tts(), **dict.fromkeys(names, "x")})
    path = tmp_path / "data.zip"
    path.write_bytes(upload)

    measured = measure(path, "raw/data.zip", tmp_path)

    assert measured.codes == ["zip-unsafe-path"]
    left = {found.relative_to(tmp_path).parts[0] for found in tmp_path.rglob("*")}
    assert left == {"data.zip", "measured"}


def test_single_series_is_one_part():
    made = prepare(as_zip(make_tts(items=("A",), steps=1_000)), parts=5)

    assert made.accepted
    assert made.table["rows"] == 1_000
