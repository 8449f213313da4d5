"""The Glue scripts and their wheels in the bucket, in a folder named by their content.

Glue Python shell 3.9 takes packages as wheels, and installs them with pip before it
starts the script: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deployment.errors import DeploymentError
from deployment.resources.code_objects import find_digest, put_file, spell_digest
from deployment.resources.glue_source import check_source
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

WHEEL = "forecast_glue-1-py3-none-any.whl"
ENGINE_WHEEL = "forecast_engine-1-py3-none-any.whl"
# The Python that each runs on: Glue Python shell's newest, and what it will stay, and
# that of Glue 5.1.
PYTHONS = {WHEEL: (3, 9), ENGINE_WHEEL: (3, 11)}
# What each wheel is made of, by the folders of the project.
_PACKAGES = {WHEEL: ("glue",), ENGINE_WHEEL: ("forecaster", "trainer")}
# Scripts, and what the report's page is made of, by the ends of their names.
_PACKAGED = {".py", ".html", ".css", ".js"}
# No Requires-Dist: the library set of the job has what the package needs, and a job
# without a way to the internet could not fetch more.
_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"
_WHEEL_FILE = (
    "Wheel-Version: 1.0\n"
    "Generator: deploy.py\n"
    "Root-Is-Purelib: true\n"
    "Tag: py3-none-any\n"
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell


@dataclass(frozen=True)
class GlueCode:
    """What the jobs need in the bucket, by name: their scripts, and two wheels."""

    files: Mapping[str, bytes]

    @property
    def sha256(self) -> str:
        """The hash of all names and contents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    @property
    def prefix(self) -> str:
        """The folder in the bucket: a deploy never changes a script that runs."""
        return f"code/{self.sha256}/"

    def uri(self, bucket: str, name: str) -> str:
        """Locate one file in a bucket."""
        return f"s3://{bucket}/{self.prefix}{name}"


def read_glue_code(project: Path, jobs: Iterable[str]) -> GlueCode:
    """Read the jobs' scripts, and make wheels of the packages.

    Parameters
    ----------
    project
        The folder that the packages are in.
    jobs
        The jobs, each of which has a script of its name in one of them.

    Raises
    ------
    DeploymentError
        When the jobs' scripts are not there, or Glue could not load them.
    """
    scripts = {f"{job}.py": _find_script(project, f"{job}.py") for job in jobs}
    missing = [name for name, path in scripts.items() if path is None]
    if missing:
        raise DeploymentError(
            f"no Glue scripts in {str(project)!r} (needs {', '.join(missing)}); "
            "run deploy.py from the project's own folder"
        )
    files = {name: path.read_bytes() for name, path in scripts.items() if path}
    for wheel, folders in _PACKAGES.items():
        package = _read_package(project, folders)
        check_source(package, PYTHONS[wheel])
        files[wheel] = build_wheel(package, wheel.partition("-")[0])
    return GlueCode(files)


def _find_script(project: Path, name: str) -> Path | None:
    folders = (folder for folders in _PACKAGES.values() for folder in folders)
    paths = (project / folder / name for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _read_package(project: Path, folders: Iterable[str]) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for folder in folders
        for path in (project / folder).rglob("*")
        if path.suffix in _PACKAGED
    }


def build_wheel(package: Mapping[str, bytes], distribution: str) -> bytes:
    """Build a wheel of a package's files, by their names in it.

    Equal files give equal bytes, on every machine: nothing is compressed, as versions
    of zlib differ, and no file has a time.
    """
    info = f"{distribution}-1.dist-info/"
    files = {
        **package,
        f"{info}METADATA": _METADATA.format(
            name=distribution.replace("_", "-")
        ).encode(),
        f"{info}WHEEL": _WHEEL_FILE.encode(),
    }
    record = [
        f"{name},sha256={_digest(content)},{len(content)}\n"
        for name, content in sorted(files.items())
    ]
    record.append(f"{info}RECORD,,\n")
    files[f"{info}RECORD"] = "".join(record).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = 3  # Unix, whatever the deploying machine is
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def _digest(content: bytes) -> str:
    # https://packaging.python.org/specifications/binary-distribution-format/: RECORD
    digest = hashlib.sha256(content).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def review_glue_code(s3: S3Client, stage: Stage, code: GlueCode) -> Review:
    """Compare the scripts in the bucket with ours, by what S3 says is in them.

    The bucket may be one that is still to be created.
    """
    files = sorted(code.files.items())
    found = {name: find_digest(s3, stage, code.prefix + name) for name, _ in files}
    fixes = [
        Fix(name, put_file(s3, stage, key=code.prefix + name, content=content))
        for name, content in files
        if found[name] != spell_digest(content)
    ]
    exists = any(digest is not None for digest in found.values())
    return Review("Glue code", code.prefix.rstrip("/"), exists, tuple(fixes))
