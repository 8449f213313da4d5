"""Made-up wheels of the embedded engine, so that a deploy needs no package index."""

import hashlib
import io
import zipfile

from deployment.resources.engine_wheels import LOCK

NAMES = ("fast", "slow")


def give_wheelhouse(project, folder):
    """Pin two small wheels in a copy of the project; say where pip finds them.

    Returns
    -------
    dict[str, str]
        The variables of the environment that a deploy is then run with.
    """
    wheels = {name: _make_wheel(name) for name in NAMES}
    for name, wheel in wheels.items():
        (folder / _name_file(name)).write_bytes(wheel)
    lines = [_pin(name, wheel) for name, wheel in wheels.items()]
    (project / LOCK).write_text("\n".join(lines) + "\n")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def _pin(name, wheel):
    sha256 = hashlib.sha256(wheel).hexdigest()
    return f"{name}==1 --hash=sha256:{sha256}  # {_name_file(name)}"


def _name_file(name):
    return f"{name}-1-py3-none-any.whl"


def _make_wheel(name):
    about = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, text in about.items():
            archive.writestr(f"{name}-1.dist-info/{file}", text)
    return packed.getvalue()
