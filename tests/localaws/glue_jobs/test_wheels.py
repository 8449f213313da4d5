"""Wheels are installed as pip does it, and refused where pip refuses them."""

import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from localaws.glue_jobs.wheels import WheelNotInstalled, Wheels
from tests.building.local_resources import make_archive, make_wheel

FILES = {"parcel/__init__.py": "TEXT = 'from the wheel'\n"}
NAME = "parcel-1-py3-none-any.whl"
METADATA = "parcel-1.dist-info/METADATA"


@pytest.fixture
def wheels(tmp_path):
    return Wheels(tmp_path / "wheels")


def test_wheel_is_installed_once(wheels):
    place = wheels.install(NAME, make_wheel("parcel", FILES))

    assert (place / "parcel" / "__init__.py").read_text() == FILES["parcel/__init__.py"]
    assert place == wheels.install(NAME, make_wheel("parcel", FILES))
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_new_content_is_installed_beside_the_old(wheels):
    other = {"parcel/__init__.py": "TEXT = 'from another'\n"}

    places = [wheels.install(NAME, make_wheel("parcel", f)) for f in (FILES, other)]

    assert len(set(places)) == 2


def make_wheel_for(python):
    """Make a wheel that says which Python it needs."""
    metadata = f"Metadata-Version: 2.1\nName: parcel\nVersion: 1\n{python}\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    listed = [*FILES, METADATA, "parcel-1.dist-info/WHEEL"]
    return make_archive(
        {
            **FILES,
            METADATA: metadata,
            "parcel-1.dist-info/WHEEL": kind,
            "parcel-1.dist-info/RECORD": "".join(f"{name},,\n" for name in listed),
        }
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (NAME, b"no archive", "not a zip file"),
        (NAME, make_archive(FILES), "dist-info"),
        (NAME, make_wheel("other", FILES), "doesn't match"),
        (NAME, make_wheel_for("Requires-Python: <3"), "requires a different Python"),
        (NAME, make_wheel("parcel", {"../out.py": ""}), "outside of the target"),
        (NAME, make_wheel("parcel", {"/out.py": ""}), "absolute"),
        ("parcel.whl", make_wheel("parcel", FILES), "Invalid wheel filename"),
        ("parcel-1-py2-none-any.whl", make_wheel("parcel", FILES), "not a supported"),
        ("parcel-1-cp311-cp311-win32.whl", make_wheel("parcel", FILES), "not a supp"),
    ],
)
def test_what_pip_refuses_is_refused(wheels, tmp_path, name, content, reason):
    with pytest.raises(WheelNotInstalled, match=reason):
        wheels.install(name, content)

    assert not list(tmp_path.rglob("out.py"))


HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


# The last is none that can be read, which pip takes too.
@pytest.mark.parametrize("needed", [f">={HERE}", f"=={HERE}.*", ">=3.6.*"])
def test_wheel_for_this_python_is_installed(wheels, needed):
    wheel = make_wheel_for(f"Requires-Python: {needed}")

    assert wheels.install(NAME, wheel).is_dir()


def test_refused_wheel_is_looked_at_again(wheels):
    for _ in range(2):
        with pytest.raises(WheelNotInstalled, match="not a zip file"):
            wheels.install(NAME, b"no archive")


def test_wheel_is_compiled_once(wheels):
    place = wheels.install(NAME, make_wheel("parcel", FILES))
    compiled = Path(cache_from_source(str(place / "parcel" / "__init__.py")))
    wheels.compile(place, hurries=True)
    first = compiled.exists()
    compiled.unlink()
    wheels.compile(place, hurries=True)

    assert (first, compiled.exists()) == (True, False)
