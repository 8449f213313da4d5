from tests.building.measured_uploads import measure
from tests.building.uploads import as_zip, make_tts


def test_memory_of_the_parent_does_not_count(tmp_path):
    path = tmp_path / "data.zip"
    path.write_bytes(as_zip(make_tts()))
    held = bytearray(600 * 1024**2)
    held[::4096] = b"x" * len(held[::4096])

    measured = measure(path, "raw/data.zip", tmp_path)

    assert measured.codes == []
    assert 30 < measured.peak < 300
    assert 0 < measured.added < measured.peak
