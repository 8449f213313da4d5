"""A package that is not the one that was locked is not installed."""

import hashlib
import subprocess
import sys
import zipfile

import pytest

NAME = "locked_thing-1.0-py3-none-any.whl"


def build_wheel(folder, body):
    folder.mkdir(exist_ok=True)
    info = "locked_thing-1.0.dist-info"
    with zipfile.ZipFile(folder / NAME, "w") as wheel:
        wheel.writestr("locked_thing.py", body)
        metadata = "Metadata-Version: 2.1\nName: locked-thing\nVersion: 1.0\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", "")
    return hashlib.sha256((folder / NAME).read_bytes()).hexdigest()


def install(tmp_path, requirement):
    """Install as the Makefile does, from a folder instead of an index."""
    lock = tmp_path / "lock.txt"
    lock.write_text(requirement)
    place = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--isolated", "--no-index"]
    options = ["--find-links", str(tmp_path / "index"), "--target", str(place)]
    done = subprocess.run(
        [*pip, *options, "--require-hashes", "-r", str(lock)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (place / "locked_thing.py").exists()


def test_locked_package_is_installed(tmp_path):
    digest = build_wheel(tmp_path / "index", "good = 1\n")
    pin = f"locked-thing==1.0 --hash=sha256:{digest}\n"

    assert install(tmp_path, pin) == (0, True)


BODIES = {"other": "evil = 1\n", "longer": "good = 1\nimport os\n", "empty": ""}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_other_bytes_are_not_installed(tmp_path, body):
    digest = build_wheel(tmp_path / "index", "good = 1\n")
    build_wheel(tmp_path / "index", body)

    code, installed = install(tmp_path, f"locked-thing==1.0 --hash=sha256:{digest}\n")

    assert code != 0
    assert not installed


@pytest.mark.parametrize("version", ["==1.0", "", ">=1"])
def test_pin_without_a_hash_is_not_installed(tmp_path, version):
    build_wheel(tmp_path / "index", "good = 1\n")

    code, installed = install(tmp_path, f"locked-thing{version}\n")

    assert code != 0
    assert not installed
