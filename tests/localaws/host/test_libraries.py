import csv
import subprocess
import sys
from importlib.metadata import Distribution, distributions

import pytest

from localaws.host.libraries import (
    GLUE_ANALYTICS,
    LAMBDA,
    Libraries,
    _read_requirements,
    _top_level,
    close_over,
)


def test_closure_holds_what_is_required():
    found = close_over(["boto3"])

    assert {"boto3", "botocore", "jmespath", "s3transfer", "urllib3"} <= set(found)
    assert "moto" not in found
    assert "pandas" not in found


def test_missing_library_is_left_out():
    assert close_over(["no-such-library"]) == {}


def test_extras_are_not_required():
    assert "pytest" not in close_over(["pandas"])


def test_folder_is_made_once(tmp_path):
    libraries = Libraries(tmp_path)

    assert libraries.show(LAMBDA) == libraries.show(LAMBDA)
    assert libraries.show(("six",)) != libraries.show(LAMBDA)


def test_interpreter_sees_the_folder_only(tmp_path):
    folder = Libraries(tmp_path).show(LAMBDA)
    script = (
        "import sys, importlib.util\n"
        f"sys.path.append({str(folder)!r})\nimport boto3\n"
        "print([m for m in ('moto', 'pandas', 'rich') if importlib.util.find_spec(m)])"
    )

    printed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout == "[]\n"


def test_glue_has_pyarrow_without_awswrangler(tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow")

    folder = Libraries(tmp_path).show(GLUE_ANALYTICS)

    assert (folder / "pyarrow").is_dir()


def test_quick_looks_find_what_importlib_finds():
    for installed in distributions():
        record = csv.reader((installed.read_text("RECORD") or "").splitlines())
        tops = {row[0].partition("/")[0] for row in record if row}

        assert _top_level(installed) == tops - {"..", "__pycache__"}
        assert _read_requirements(installed) == list(installed.requires or [])


def test_quoted_paths_of_a_record_are_read(tmp_path):
    info = tmp_path / "parcel-1.dist-info"
    info.mkdir()
    info.joinpath("RECORD").write_text(
        '"par,cel/__init__.py",,\n"one,two.py",,\nsix.py,sha256=a,1\n../bin/six,,\n'
    )

    assert _top_level(Distribution.at(info)) == {"par,cel", "one,two.py", "six.py"}
