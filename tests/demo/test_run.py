"""The demo from its start to its last figure, as a person runs it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from localaws.host.isolation import isolate
from tests.building.paths import ROOT

_FAILING = """\
import sys
from demo import run
run._DEPLOY = ("deploy.py", "--stage", "a name that is none")
sys.exit(run.main([]))
"""


def run_demo(folder, *command):
    """Run it with a folder of its own for all that is temporary."""
    environ = isolate({"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def list_records():
    return sorted(path for path in (ROOT / ".chalice").rglob("*") if path.is_file())


def list_left(folder):
    """List what is left in a folder, and the processes that were told of it."""
    commands = Path("/proc").glob("[0-9]*/cmdline")
    told = [path for path in commands if bytes(folder) in read_quietly(path)]
    return [*folder.iterdir(), *told]


def read_quietly(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_demo_says_how_good_the_forecast_is(tmp_path):
    records = list_records()

    done = run_demo(tmp_path, "-m", "demo")

    assert done.returncode == 0, done.stderr
    headings = re.findall(r"^== (.*)$", done.stdout, re.MULTILINE)
    assert headings[1] == "python deploy.py --stage local"
    assert headings[2].startswith("python forecast.py ")
    assert "Plan with this forecast." in done.stdout
    assert "WQL 0.0797, seasonal naive 0.1297" in done.stdout
    (made,) = re.findall(r"^all files +(.*)$", done.stdout, re.MULTILINE)
    assert (Path(made) / "report.html").exists()
    shutil.rmtree(made)
    assert list_records() == records
    assert list_left(tmp_path) == []


def test_demo_ends_where_it_cannot_deploy(tmp_path):
    done = run_demo(tmp_path, "-c", _FAILING)

    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "python forecast.py" not in done.stdout
    assert "held out" not in done.stdout
    assert list_left(tmp_path) == []
