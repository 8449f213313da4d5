"""A zip, a folder or a CSV becomes one zip, the same bytes for the same content."""

import os
import zipfile

import pytest

from client.errors import CommandError
from client.packing import check_source, pack_source

CSV = "item_id,timestamp,target_value\nA,2026-01-01,1\n"


def make_folder(path, *names):
    for name in names:
        member = path / name
        member.parent.mkdir(parents=True, exist_ok=True)
        member.write_text(CSV)
    return path


def pack(source):
    with pack_source(source) as package:
        with zipfile.ZipFile(package.path) as archive:
            names = archive.namelist()
        return package.name, names, package.path.read_bytes()


def test_csv_becomes_tts_in_zip(tmp_path):
    source = tmp_path / "sales.csv"
    source.write_text(CSV)

    name, members, _ = pack(source)

    assert (name, members) == ("sales.zip", ["TTS.csv"])


def test_parquet_becomes_tts_in_zip(tmp_path):
    source = tmp_path / "sales.parquet"
    source.write_bytes(b"PAR1")

    name, members, _ = pack(source)

    assert (name, members) == ("sales.zip", ["TTS.parquet"])


def test_folder_keeps_its_files_sorted(tmp_path):
    source = make_folder(tmp_path / "sales", "TTS.csv", "RTS.csv", "more/metadata.csv")

    name, members, _ = pack(source)

    assert name == "sales.zip"
    assert members == ["RTS.csv", "TTS.csv", "more/metadata.csv"]


def test_folder_leaves_junk_behind(tmp_path):
    source = make_folder(
        tmp_path / "sales", "TTS.csv", ".DS_Store", "__MACOSX/TTS.csv", ".git/x.csv"
    )

    _, members, _ = pack(source)

    assert members == ["TTS.csv"]


def test_same_content_gives_same_bytes(tmp_path):
    first = make_folder(tmp_path / "a" / "sales", "RTS.csv", "TTS.csv")
    second = make_folder(tmp_path / "b" / "sales", "TTS.csv", "RTS.csv")
    os.utime(second / "TTS.csv", (0, 0))
    (second / "TTS.csv").chmod(0o600)

    assert pack(first) == pack(second)


def test_zip_is_uploaded_as_it_is(tmp_path):
    source = tmp_path / "Data.ZIP"
    source.write_bytes(b"not a zip: that is for the pipeline to say")

    with pack_source(source) as package:
        assert (package.name, package.path) == ("Data.ZIP", source)


def test_temporary_zip_is_removed(tmp_path):
    source = tmp_path / "sales.csv"
    source.write_text(CSV)

    with pack_source(source) as package:
        made = package.path

    assert not made.exists()


def test_current_folder_gives_its_name(tmp_path, monkeypatch):
    make_folder(tmp_path / "sales", "TTS.csv")
    monkeypatch.chdir(tmp_path / "sales")

    with pack_source(tmp_path / "sales" / ".") as package:
        assert package.name == "sales.zip"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("missing.zip", None, "there is no"),
        ("notes.txt", "text", "is not an upload"),
        ("data.zip", "", "is empty"),
        ("data.csv", "", "is empty"),
    ],
)
def test_nothing_to_upload_is_said(tmp_path, name, content, complaint):
    source = tmp_path / name
    if content is not None:
        source.write_text(content)

    with pytest.raises(CommandError, match=complaint):
        check_source(source)


def test_folder_without_csv_is_refused(tmp_path):
    source = make_folder(tmp_path / "sales", "notes.txt")

    with pytest.raises(CommandError, match=r"holds no table \(found: notes.txt\)"):
        pack(source)
