"""The client of S3 on each machine of a Spark job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

from glue.bucket import PATIENT, expect_owner

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Connection:
    """Gives the client of whichever machine it is on; a client itself cannot travel.

    ``account`` is whose the bucket has to be.
    """

    account: str

    def __call__(self) -> S3Client:
        """Give the client, made once in each process."""
        return _connect(self.account)


@cache
def _connect(account: str) -> S3Client:
    return expect_owner(boto3.client("s3", config=PATIENT), account)
