"""The folder of the bucket that the parts of one table are uploaded to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws_errors import is_denied
from chalicelib.keys import FOLDER_MARK, build_uri, upload_key
from client.errors import CommandError, WrongStateError
from client.parts_source import PartFile, is_hidden
from client.program import spell_aws

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Stored:
    """What the bucket holds of a part; ``etag`` is without quotes."""

    etag: str
    size: int


@dataclass(frozen=True)
class PartsPlace:
    """The folder ``raw/<name>/`` of a bucket."""

    s3: S3Client
    bucket: str
    name: str

    def key(self, name: str = "") -> str:
        """Build the key of a part, or of the folder itself."""
        return f"{upload_key(self.name)}/{name}"

    def find_ours(self, parts: Sequence[PartFile]) -> Mapping[str, Stored]:
        """Find the parts that are there already, by their names.

        Raises
        ------
        WrongStateError
            When there are others, which would become rows of the table.
        CommandError
            When these credentials may not look.
        """
        there = self._list_there()
        others = sorted(there.keys() - {part.name for part in parts})
        if others:
            raise WrongStateError(self._tell_others(others))
        return there

    def check_sent(self, parts: Sequence[PartFile], sent: Mapping[str, str]) -> None:
        """See that the folder holds what was sent, and that alone, before the mark.

        Parameters
        ----------
        sent
            The ETag of each part, by its name.

        Raises
        ------
        WrongStateError
            When somebody else wrote to the folder meanwhile.
        """
        there = self.find_ours(parts)
        found = {name: stored.etag for name, stored in there.items()}
        changed = sorted(name for name in sent if found.get(name) != sent[name])
        if changed:
            raise WrongStateError(
                f"{build_uri(self.bucket, self.key())} was written to by somebody else "
                f"meanwhile (found another {changed[0]!r}); no run was started; upload "
                "the folder again once nobody else does"
            )

    def _list_there(self) -> dict[str, Stored]:
        folder = self.key()
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=folder
            )
            found = [item for page in pages for item in page.get("Contents", [])]
        except ClientError as error:
            if not is_denied(error):
                raise
            raise CommandError(
                "these credentials may not look whether "
                f"{build_uri(self.bucket, folder)} holds other parts, which would "
                f"become rows of the table (AWS denied {error.operation_name}); use "
                "credentials that have s3:ListBucket on the bucket"
            ) from error
        return {
            name: Stored(item["ETag"].strip('"'), item["Size"])
            for item in found
            if (name := item["Key"].removeprefix(folder)) and _is_part(name)
        }

    def _tell_others(self, others: Sequence[str]) -> str:
        more = f" and {len(others) - 1:,} more" if others[1:] else ""
        return (
            f"{build_uri(self.bucket, self.key())} holds parts that are not of this "
            f"folder, and would become rows of its table (found {others[0]!r}{more}); "
            f"no run was started; remove them with {self._spell_removal(others)}, or "
            "give the folder another name"
        )

    def _spell_removal(self, others: Sequence[str]) -> str:
        """Spell the command of AWS's own program that removes what is there."""
        if not others[1:]:
            return spell_aws("s3", "rm", build_uri(self.bucket, self.key(others[0])))
        # Without its mark, what a run has not read of the folder yet is refused.
        options = ["--recursive", "--exclude", FOLDER_MARK]
        return spell_aws("s3", "rm", *options, build_uri(self.bucket, self.key()))


def _is_part(name: str) -> bool:
    return not (is_hidden(name) or name.endswith("/"))
