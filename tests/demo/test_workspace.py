"""Where the demo deploys from: the project's code, and records of its own."""

import subprocess
import sys

from demo.workspace import PROJECT, link_project
from tests.building.paths import ROOT


def test_linked_project_is_the_project_but_for_its_records():
    with link_project() as folder:
        (folder / ".chalice" / "deployed").mkdir()
        code = [folder / "glue", folder / "deployment", folder / "chalicelib"]

        assert [path.resolve() for path in code] == [PROJECT / p.name for p in code]
        assert not (folder / ".chalice").is_symlink()
        assert not (folder / "deploy.py").is_symlink()

    assert not folder.exists()
    assert (ROOT / "glue" / "preprocess.py").exists()


def test_script_of_a_linked_project_knows_its_own_folder():
    with link_project() as folder:
        said = subprocess.run(
            [sys.executable, "-c", "import deploy; print(deploy.PROJECT)"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )

        assert said.stdout.strip() == str(folder.resolve())
