import gzip
import io
import os
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.upload_size import MOST_READ, SHRINKS, find_unpacked_size, measure

CSV = b"item_id,timestamp,sales\n" + b"A,2020-01-01,1\n" * 1000


def measure_bytes(data):
    return measure(lambda start, length: data[start : start + length], len(data))


def make_zip(members, *, comment=b"", zip64=False):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(content)
    return buffer.getvalue()


@given(
    st.dictionaries(st.text("abc", min_size=1), st.binary(max_size=2000), max_size=5),
    st.binary(max_size=300).filter(lambda comment: b"PK" not in comment),
    st.booleans(),
)
def test_archive_is_as_long_as_its_members(members, comment, zip64):
    data = make_zip(members, comment=comment, zip64=zip64)

    unpacked = sum(map(len, members.values()))
    assert measure_bytes(data) == max(unpacked, len(data))


def test_only_ends_of_an_archive_are_read():
    data, asked = make_zip({"TTS.csv": os.urandom(3_000_000)}), []

    def read(start, length):
        asked.append(length)
        return data[start : start + length]

    assert measure(read, len(data)) == len(data)
    assert sum(asked) < 1000
    assert len(asked) < 10


@pytest.mark.parametrize("size", [5 * 1024**3, 40 * 1024**3])
def test_archive_beyond_four_gibibytes_is_measured(size):
    data = make_zip({"TTS.csv": CSV})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.infolist()[0]
        member.file_size = size
        member.extra = b""
        archive.fp = buffer = io.BytesIO(data[: archive.start_dir])
        buffer.seek(0, io.SEEK_END)
        archive._write_end_record()

    assert measure_bytes(buffer.getvalue()) == size


def test_packed_members_count_as_what_they_hold():
    data = make_zip({"TTS.csv.gz": gzip.compress(CSV), "RTS.parquet": b"PAR1" * 10})

    assert measure_bytes(data) == SHRINKS * (len(gzip.compress(CSV)) + 40)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (CSV, len(CSV)),
        (b"", 0),
        (gzip.compress(CSV, mtime=0), len(CSV)),
        (b"PAR1" + bytes(96), 1000),
        (make_zip({"TTS.csv": CSV})[:-30], len(make_zip({"TTS.csv": CSV})) - 30),
        (b"PK\x03\x04", 4),
        (b"PK\x05\x06" + bytes(18), 22),
    ],
    ids=["csv", "empty", "gzip", "parquet", "cut", "begun", "no members"],
)
def test_other_files_are_measured_too(data, size):
    assert measure_bytes(data) == size


@pytest.mark.parametrize("gibibytes", [1, 3, 5, 9, 30])
def test_length_of_gzip_that_wraps_is_found(gibibytes):
    size = gibibytes * 1024**3
    packed, told = size // SHRINKS, (size % 2**32).to_bytes(4, "little")

    def read(start, _):
        return b"\x1f\x8b\x08\x00" if start == 0 else told

    assert measure(read, packed) == size


def test_endless_list_of_members_is_not_read():
    data = bytearray(make_zip({f"{n}.csv": b"" for n in range(3)}))
    end = data.rindex(b"PK\x05\x06")
    padded = data[:end] + bytes(MOST_READ) + data[end:]
    at = end + MOST_READ + 12
    padded[at : at + 4] = (MOST_READ + 100).to_bytes(4, "little")

    assert measure_bytes(bytes(padded)) == len(padded)


def test_folder_is_as_large_as_its_parts():
    parts = [{"size": 100}, {"size": 20}]

    assert find_unpacked_size(None, {}, parts) == 120 * SHRINKS
