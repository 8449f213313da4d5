"""A copy of the app is known by what is in it."""

import pytest

from client.local.app_copy import PARTS, compute_fingerprint, copy_parts
from tests.building.paths import ROOT

SOME = ("app.py", "chalicelib")


@pytest.fixture
def project(tmp_path):
    made = tmp_path / "project"
    (made / "chalicelib").mkdir(parents=True)
    (made / "app.py").write_text("app")
    (made / "chalicelib" / "a.py").write_text("a")
    return made


def test_parts_are_all_there():
    assert all((ROOT / part).exists() for part in PARTS)


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "app.py").write_text("other"),
        lambda project: (project / "chalicelib" / "b.py").touch(),
        lambda project: (project / "chalicelib" / "a.py").unlink(),
        lambda project: (project / "chalicelib" / "a.py").rename(
            project / "chalicelib" / "c.py"
        ),
    ],
    ids=["content", "added", "removed", "renamed"],
)
def test_changed_code_has_another_fingerprint(project, change):
    before = compute_fingerprint(project, SOME)
    change(project)

    assert compute_fingerprint(project, SOME) != before


def test_compiled_code_changes_no_fingerprint(project):
    before = compute_fingerprint(project, SOME)
    (project / "chalicelib" / "__pycache__").mkdir()
    (project / "chalicelib" / "__pycache__" / "a.pyc").touch()

    assert compute_fingerprint(project, SOME) == before


def test_copy_drops_what_is_gone_and_keeps_records(project, tmp_path):
    copy = tmp_path / "copy"
    record = copy / ".chalice" / "deployed" / "local.json"
    record.parent.mkdir(parents=True)
    record.touch()
    (copy / "chalicelib").mkdir()
    (copy / "chalicelib" / "gone.py").touch()

    copy_parts(project, copy, SOME)

    assert compute_fingerprint(copy, SOME) == compute_fingerprint(project, SOME)
    assert record.exists()
