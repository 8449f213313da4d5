"""A dataset by what a person types of its name: all of it, its beginning, or a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from chalicelib.datasets import name_dataset
from chalicelib.keys import RESULTS_FOLDER, upload_key
from client.errors import SourceError, WrongStateError
from client.parts_source import mark_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from chalicelib.stages import Stage

_NAMED = 6


def find_dataset(s3: S3Client, stage: Stage, text: str) -> str:
    """Find the one dataset that is meant.

    Parameters
    ----------
    text
        Its name, the beginning of one, or the file or folder that was uploaded.

    Raises
    ------
    WrongStateError
        When the stage has no forecast of such a dataset.
    SourceError
        When it has several.
    """
    return choose_dataset(list_datasets(s3, stage), text, stage.name)


def list_datasets(s3: S3Client, stage: Stage) -> list[str]:
    """List the datasets that have results."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=stage.bucket, Prefix=RESULTS_FOLDER, Delimiter="/"
    )
    return [
        prefix["Prefix"].removeprefix(RESULTS_FOLDER).rstrip("/")
        for page in pages
        for prefix in page.get("CommonPrefixes", [])
    ]


def choose_dataset(names: Iterable[str], text: str, stage: str) -> str:
    """Choose the dataset that a text means; raises as ``find_dataset`` does."""
    known = sorted(names)
    path = PurePath(text)
    keys = (upload_key(f"{path.stem}.zip"), mark_key(path.name))
    for meant in (text, *map(name_dataset, keys)):
        if meant in known:
            return meant
    matching = [name for name in known if name.startswith(text.lower())]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise SourceError(
            f"{text!r} begins the names of {len(matching)} datasets (found "
            f"{_list_some(matching)}); give more of one"
        )
    if not known:
        raise WrongStateError(
            f"stage {stage!r} has no dataset with a forecast yet; upload one first"
        )
    close = difflib.get_close_matches(text.lower(), known, n=_NAMED)
    raise WrongStateError(
        f"stage {stage!r} has no forecast of a dataset {text!r} (found "
        f"{_list_some(close or known)}); give one of these"
    )


def _list_some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if names[_NAMED:] else ""
    return f"{', '.join(names[:_NAMED])}{more}"
