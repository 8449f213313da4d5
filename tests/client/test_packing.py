"""A zip, a folder or a CSV becomes one upload, the same bytes for the same content."""

import os
import zipfile
from pathlib import Path

import pytest

from chalicelib.datasets import name_dataset
from client import packing
from client.errors import SourceError
from client.packing import check_source, pack_source

CSV = "item_id,timestamp,target_value\nA,2026-01-01,1\n"


def make_folder(path, *names):
    for name in names:
        member = path / name
        member.parent.mkdir(parents=True, exist_ok=True)
        member.write_text(CSV)
    return path


def pack(source, settings=None):
    with pack_source(source, settings) as package:
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
    source = make_folder(tmp_path / "sales", "tts.CSV", "RTS.csv", "more/metadata.csv")

    name, members, _ = pack(source)

    assert name == "sales.zip"
    assert members == ["RTS.csv", "TTS.csv", "metadata.csv"]


def test_folder_leaves_out_what_the_pipeline_does_not_read(tmp_path):
    names = ["TTS.csv", "private.docx", "sub/notes.txt", "sub/deep/RTS.csv"]
    source = make_folder(tmp_path / "sales", *names)

    with pack_source(source) as package:
        assert package.holds == ("TTS.csv",)
        assert package.notes == ("left out of the upload: private.docx, sub/notes.txt",)


def test_two_files_for_one_thing_are_refused(tmp_path):
    source = make_folder(tmp_path / "sales", "TTS.csv", "old/TTS.csv")

    with pytest.raises(SourceError, match=r"'TTS.csv' and 'old/TTS.csv'"):
        pack(source)


def test_only_table_of_a_folder_is_the_history(tmp_path):
    source = make_folder(tmp_path / "my sales", "export 1.csv", "notes.txt")

    name, members, _ = pack(source)

    assert (name, members) == ("my sales.zip", ["TTS.csv"])


def test_folder_that_is_not_meant_is_not_read_through(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "_MOST_ENTRIES", 3)
    source = make_folder(tmp_path / "home", "a/1", "b/2", "TTS.csv")

    with pytest.raises(SourceError, match="more than 3 files"):
        pack(source)


@pytest.mark.parametrize("kind", ["folder", "table", "zip"])
def test_settings_become_config_json(tmp_path, kind):
    settings = tmp_path / "mine.json"
    settings.write_text("{}")
    source = make_folder(tmp_path / "sales", "TTS.csv")
    if kind == "table":
        source = source / "TTS.csv"
    elif kind == "zip":
        source = tmp_path / "sales.zip"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("TTS.csv", CSV)
    before = source.read_bytes() if kind == "zip" else None

    with pack_source(source, settings) as made, zipfile.ZipFile(made.path) as archive:
        packed = archive.read("config.json")

    assert packed == b"{}"
    assert before is None or source.read_bytes() == before


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_settings_beside_others_are_refused(tmp_path, kind):
    settings = tmp_path / "mine.json"
    settings.write_text("{}")
    source = make_folder(tmp_path / "sales", "TTS.csv", "config.json")
    if kind == "zip":
        source = tmp_path / "sales.zip"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("in/Config.json", "{}")

    with pytest.raises(SourceError, match=r"config.json of its own"):
        pack(source, settings)


def test_settings_that_are_not_there_are_said(tmp_path):
    source = make_folder(tmp_path / "sales", "TTS.csv")

    with pytest.raises(SourceError, match=r"the settings .* cannot be read"):
        pack(source, tmp_path / "none.json")


def test_misspelt_source_is_guessed(tmp_path):
    (tmp_path / "sales.csv").write_text(CSV)

    with pytest.raises(SourceError, match=r"did you mean '.*sales.csv'\?"):
        check_source(tmp_path / "slaes.csv")


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

    with pytest.raises(SourceError, match=complaint):
        check_source(source)


def test_folder_without_csv_is_refused(tmp_path):
    source = make_folder(tmp_path / "sales", "notes.txt")

    with pytest.raises(SourceError, match=r"holds no TTS.csv \(found: notes.txt\)"):
        pack(source)


PARTS = ("part-00000.parquet", "part-00001.parquet")


def test_folder_of_parts_goes_as_it_is(tmp_path):
    source = make_folder(tmp_path / "My shop", "_SUCCESS", *PARTS)

    with pack_source(source) as package:
        assert (package.name, package.key) == ("My shop", "raw/My shop/_SUCCESS")
        assert package.holds == PARTS
        assert package.size == len(PARTS) * len(CSV)
        assert [part.path for part in package.parts] == [source / p for p in PARTS]
        # As the jobs of its run call them.
        assert sorted(path.name for path in package.path.iterdir()) == [
            f"0000{number}-{name}" for number, name in enumerate(PARTS)
        ]
        assert package.notes == ()


def test_current_folder_of_parts_gives_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(make_folder(tmp_path / "shop", *PARTS))

    with pack_source(Path()) as package:
        assert package.name == "shop"
        assert (package.path / "00000-part-00000.parquet").read_text() == CSV


def test_new_names_of_parts_are_said(tmp_path):
    with pack_source(make_folder(tmp_path / "shop", "a.parquet", "b.parquet")) as made:
        assert made.holds == ("part-0-a.parquet", "part-0-b.parquet")
        assert made.notes[0].startswith("a.parquet is uploaded as part-0-a.parquet")


def test_parts_beside_tables_are_no_table(tmp_path):
    source = make_folder(tmp_path / "shop", "TTS.csv", *PARTS)

    name, members, _ = pack(source)

    assert (name, members) == ("shop.zip", ["TTS.csv"])


def test_one_csv_beside_a_mark_is_packed(tmp_path):
    source = make_folder(tmp_path / "shop", "_SUCCESS", "part-00000-4f.csv")

    name, members, _ = pack(source)

    assert (name, members) == ("shop.zip", ["TTS.csv"])


@pytest.mark.parametrize("way", ["given", "beside"])
def test_settings_of_parts_have_a_place_in_the_bucket(tmp_path, way):
    source = make_folder(tmp_path / "shop", *PARTS)
    settings = (source if way == "beside" else tmp_path) / "config.json"
    settings.write_text("{}")

    with pytest.raises(SourceError) as caught:
        pack(source, settings if way == "given" else None)

    dataset = name_dataset("raw/shop/_SUCCESS")
    assert f"bucket as config/{dataset}.json, where its" in str(caught.value)


def test_empty_part_is_refused(tmp_path):
    source = make_folder(tmp_path / "shop", *PARTS)
    (source / PARTS[1]).write_bytes(b"")

    with pytest.raises(SourceError, match=r"part-00001.parquet' is empty"):
        pack(source)
