"""Read and write the tables of training and inference as Autopilot does."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import pandas as pd

_PARQUET = "x-application/vnd.amazon+parquet"


def read_tables(
    bodies: Iterable[bytes], columns: Mapping[str, Any], *, content_type: str = ""
) -> pd.DataFrame:
    """Read files of one table; ``columns`` is a TimeSeriesConfig.

    Ids stay the text that they are: an item may be called ``007`` or ``NA``.
    """
    if content_type.startswith(_PARQUET):
        return pd.concat([pd.read_parquet(BytesIO(body)) for body in bodies])
    return pd.concat([_read_csv(body, columns) for body in bodies], ignore_index=True)


def write_csv(table: pd.DataFrame) -> bytes:
    """Write a table with its header."""
    return table.to_csv(index=False).encode()


def _read_csv(body: bytes, columns: Mapping[str, Any]) -> pd.DataFrame:
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    texts = [
        columns["ItemIdentifierAttributeName"],
        *columns.get("GroupingAttributeNames", ()),
        columns["TimestampAttributeName"],
    ]
    return pd.read_csv(
        BytesIO(body),
        dtype=dict.fromkeys(texts, str),
        keep_default_na=False,
        na_values=_blanks(body, texts),
    )


def _blanks(body: bytes, texts: list[str]) -> dict[str, list[str]]:
    header = pd.read_csv(BytesIO(body), nrows=0).columns
    return {name: ["", "NaN", "nan"] for name in header if name not in texts}
