"""A folder that Spark and others write is one table, whole and as it was found."""

import os

import pytest

from client.errors import SourceError
from client.parts_source import check_unchanged, is_in_parts, list_parts

PARTS = ("part-00000-4f.snappy.parquet", "part-00001-4f.snappy.parquet")


def make_folder(path, *names):
    path.mkdir(exist_ok=True)
    for name in names:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"" if name == "_SUCCESS" else b"PAR1")
    return path


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "shop", *PARTS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a.parquet", "b.parquet"), True),
        (("a.parquet", "_SUCCESS"), True),
        (("a.PARQUET", "b.parquet", "notes.txt"), True),
        (("a.parquet",), False),
        (("a.parquet", "_metadata", ".a.parquet.crc"), False),
        (("part-0.csv", "_SUCCESS"), False),
        (("part-0.csv", "part-1.csv", "_SUCCESS"), True),
        (("a.csv", "b.csv"), False),
        (("_SUCCESS",), True),
        ((), False),
        (("year=2024/a.parquet",), True),
        (("year=2024/month=1/a.parquet",), True),
        (("2024/a.parquet", "2025/a.parquet"), True),
        (("2024/a.parquet", "2024/b.parquet"), True),
    ],
)
def test_folder_is_meant_as_parts(tmp_path, names, expected):
    assert is_in_parts(make_folder(tmp_path / "shop", *names)) is expected


def test_parts_are_listed_in_order(folder):
    make_folder(folder, "_SUCCESS", "_metadata", ".x.parquet.crc", "Thumbs.db")

    parts = list_parts(folder)

    assert [part.name for part in parts] == list(PARTS)
    assert [part.path for part in parts] == [folder / name for name in PARTS]
    assert {part.size for part in parts} == {4}


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("more.csv", "'more.csv' is not called .parquet"),
        ("year=2024/a.parquet", "'year=2024/a.parquet' lies in a folder of its own"),
        ("x/y/z.parquet", "'x/y/z.parquet' lies in a folder of its own"),
    ],
)
def test_what_is_no_part_is_refused(folder, name, complaint):
    make_folder(folder, name)

    with pytest.raises(SourceError, match=complaint) as caught:
        list_parts(folder)

    assert str(caught.value).endswith("move away what is no part of the table")


def test_folder_inside_is_what_was_meant(tmp_path):
    make_folder(tmp_path / "export", *(f"shop/{name}" for name in PARTS))

    with pytest.raises(SourceError, match=r"did you mean '.*/export/shop'\?$"):
        list_parts(tmp_path / "export")


def test_marked_folder_without_parts_is_refused(tmp_path):
    with pytest.raises(SourceError, match="there is no file in it"):
        list_parts(make_folder(tmp_path / "shop", "_SUCCESS"))


@pytest.mark.parametrize(
    "name",
    [
        "_temporary/0/part-00002.parquet",
        "part-00002.parquet._COPYING_",
        ".part-0-2.inprogress.3c",
    ],
)
def test_folder_that_is_still_written_is_refused(folder, name):
    make_folder(folder, "_SUCCESS", name)

    with pytest.raises(SourceError, match="is not whole, as somebody still writes"):
        list_parts(folder)


@pytest.mark.parametrize(
    ("name", "kind"), [("_delta_log/0.json", "Delta"), (".hoodie/x", "Hudi")]
)
def test_table_that_keeps_deleted_rows_is_refused(folder, name, kind):
    make_folder(folder, name)

    with pytest.raises(SourceError, match=f"is a {kind} table, whose files hold rows"):
        list_parts(folder)


def test_files_of_other_names_are_called_as_parts(tmp_path):
    folder = make_folder(tmp_path / "shop", "000000000000.parquet", "part-0.parquet")

    parts = list_parts(folder)

    assert [(part.path.name, part.name) for part in parts] == [
        ("000000000000.parquet", "part-0-000000000000.parquet"),
        ("part-0.parquet", "part-0-part-0.parquet"),
    ]


@pytest.mark.parametrize(
    "name", ["sales 2024", "Käse", "売上　二月", "_x", "a.parquet"]
)
def test_names_of_any_language_are_kept(tmp_path, name):
    folder = make_folder(tmp_path / name, f"part-0 {name}.parquet", *PARTS)

    assert list_parts(folder)[0].name == f"part-0 {name}.parquet"


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", os.fsdecode(b"latin-\xe9")])
@pytest.mark.parametrize("place", ["folder", "part"])
def test_names_that_are_no_text_are_refused(tmp_path, name, place):
    names = ("shop", f"part-0 {name}.parquet") if place == "part" else (name, PARTS[0])
    folder = make_folder(tmp_path / names[0], names[1], PARTS[1])

    with pytest.raises(SourceError, match="cannot be the name of an upload"):
        list_parts(folder)


def test_link_to_a_part_is_a_part(folder, tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"PAR1...")
    (folder / "part-00002.parquet").symlink_to(tmp_path / "elsewhere")

    assert list_parts(folder)[-1].size == 7


@pytest.mark.parametrize("kind", ["dangling", "pipe"])
def test_what_is_no_file_is_refused(folder, kind):
    path = folder / "part-00002.parquet"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere")

    with pytest.raises(SourceError, match=r"part-00002.parquet' cannot be read"):
        list_parts(folder)


def _append(folder):
    with (folder / PARTS[0]).open("ab") as file:
        file.write(b"more")


def _replace(folder):
    (folder / PARTS[1]).unlink()
    (folder / PARTS[1]).write_bytes(b"PAR2")
    os.utime(folder / PARTS[1], ns=(0, 0))


CHANGES = {
    "grown": _append,
    "replaced": _replace,
    "removed": lambda folder: (folder / PARTS[0]).unlink(),
    "added": lambda folder: make_folder(folder, "part-00002.parquet"),
    "nested": lambda folder: make_folder(folder, "year=2024/a.parquet"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_since_the_look_is_noticed(folder, change):
    parts = list_parts(folder)
    CHANGES[change](folder)

    with pytest.raises(SourceError, match="changed while it was uploaded"):
        check_unchanged(parts)


def test_job_that_began_since_the_look_is_noticed(folder):
    parts = list_parts(folder)
    make_folder(folder, "_temporary/0/x")

    with pytest.raises(SourceError, match="somebody still writes to it"):
        check_unchanged(parts)


def test_folder_that_stayed_is_unchanged(folder):
    parts = list_parts(folder)
    make_folder(folder, "_SUCCESS")

    check_unchanged(parts)
