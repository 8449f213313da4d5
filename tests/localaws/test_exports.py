"""The file to source is replaced where a killed server left it, and nothing else is."""

import stat

import pytest

from localaws.exports import ExportsError, write_exports

EXPORTS = "export AWS_ENDPOINT_URL=http://127.0.0.1:1\n"


def test_exports_of_a_killed_server_are_replaced(tmp_path):
    path = tmp_path / "env"
    write_exports(path, EXPORTS)
    write_exports(path, f"{EXPORTS}export B=2\n")

    assert path.read_text() == f"{EXPORTS}export B=2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_holds_the_old_file_open_reads_no_new_keys(tmp_path):
    path = tmp_path / "env"
    path.write_text(EXPORTS)
    with path.open() as held:
        write_exports(path, f"{EXPORTS}export SECRET=2\n")

        assert held.read() == EXPORTS


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_other_files_are_not_replaced(tmp_path, there):
    path, elsewhere = tmp_path / "env", tmp_path / "elsewhere"
    elsewhere.write_text(EXPORTS)
    if there == "file":
        path.write_text("export PATH=/mine\n")
    elif there == "link":
        path.symlink_to(elsewhere)
    else:
        path.mkdir()

    with pytest.raises(ExportsError, match="--env-file"):
        write_exports(path, "secret")
    assert elsewhere.read_text() == EXPORTS
