"""The Glue scripts and their wheel in the bucket, in a folder named by their content.

Glue Python shell 3.9 takes packages as wheels, and installs them with pip before it
starts the script: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import error_code
from deployment.errors import DeploymentError
from deployment.patience import insist
from deployment.resources.glue_source import check_source
from deployment.review import Fix, Review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

WHEEL = "forecast_glue-1-py3-none-any.whl"
# Scripts, and what the report's page is made of, by the ends of their names.
_PACKAGED = {".py", ".html", ".css", ".js"}
_DIST_INFO = "forecast_glue-1.dist-info/"
# No Requires-Dist: the library set of the job has what the package needs, and a job
# without a way to the internet could not fetch more.
_METADATA = "Metadata-Version: 2.1\nName: forecast-glue\nVersion: 1\n"
_WHEEL_FILE = (
    "Wheel-Version: 1.0\n"
    "Generator: deploy.py\n"
    "Root-Is-Purelib: true\n"
    "Tag: py3-none-any\n"
)
# HeadObject has no body to say more in.
_MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell


@dataclass(frozen=True)
class GlueCode:
    """What the jobs need in the bucket, by name: their scripts, and one wheel."""

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


def read_glue_code(folder: Path, jobs: Iterable[str]) -> GlueCode:
    """Read the ``glue`` package, and make a wheel of it.

    Parameters
    ----------
    folder
        Where it is.
    jobs
        The jobs, each of which has a script of its name.

    Raises
    ------
    DeploymentError
        When the jobs' scripts are not there, or Glue could not load them.
    """
    names = [f"{job}.py" for job in jobs]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise DeploymentError(
            f"no Glue scripts in {str(folder)!r} (needs {', '.join(missing)}); "
            "run deploy.py from the project's own folder"
        )
    package = {
        f"glue/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in _PACKAGED
    }
    check_source(package)
    scripts = {name: (folder / name).read_bytes() for name in names}
    return GlueCode({**scripts, WHEEL: build_wheel(package)})


def build_wheel(package: Mapping[str, bytes]) -> bytes:
    """Build a wheel of a package's files, by their names in it.

    Equal files give equal bytes, on every machine: nothing is compressed, as versions
    of zlib differ, and no file has a time.
    """
    files = {
        **package,
        f"{_DIST_INFO}METADATA": _METADATA.encode(),
        f"{_DIST_INFO}WHEEL": _WHEEL_FILE.encode(),
    }
    record = [
        f"{name},sha256={_digest(content)},{len(content)}\n"
        for name, content in sorted(files.items())
    ]
    record.append(f"{_DIST_INFO}RECORD,,\n")
    files[f"{_DIST_INFO}RECORD"] = "".join(record).encode()
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
    found = {name: _find_digest(s3, stage, code.prefix + name) for name, _ in files}
    fixes = [
        Fix(name, _put_file(s3, stage, key=code.prefix + name, content=content))
        for name, content in files
        if found[name] != _digest_for_s3(content)
    ]
    exists = any(digest is not None for digest in found.values())
    return Review("Glue code", code.prefix.rstrip("/"), exists, tuple(fixes))


def _put_file(
    s3: S3Client, stage: Stage, *, key: str, content: bytes
) -> Callable[[], object]:
    content_type = "text/x-python" if key.endswith(".py") else "application/zip"

    def put() -> object:
        return s3.put_object(
            Bucket=stage.bucket,
            ExpectedBucketOwner=stage.account,
            Key=key,
            Body=content,
            ContentType=content_type,
            # S3 refuses other bytes, keeps it, and gives no object another's.
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=_digest_for_s3(content),
        )

    # Another deployer's policy may still stand for some seconds.
    return lambda: insist(put, attempts=4, also={"AccessDenied"})


def _find_digest(s3: S3Client, stage: Stage, key: str) -> str | None:
    """Read an object's digest; None without one, empty when S3 was never asked for it.

    Nobody but S3 can say what it is: it is computed over what was written.
    """
    try:
        found = s3.head_object(
            Bucket=stage.bucket,
            ExpectedBucketOwner=stage.account,
            Key=key,
            ChecksumMode="ENABLED",
        )
    except ClientError as error:
        if error_code(error) in _MISSING:
            return None
        raise
    return found.get("ChecksumSHA256", "")


def _digest_for_s3(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
