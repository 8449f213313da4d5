"""forecast.parquet: the forecast with real timestamps; in parts, where it is large."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from glue.bucket import Bucket
from glue.reporting.tables import Tables
from glue.run_documents import Run

NAME = "forecast.parquet"
_TYPE = "application/vnd.apache.parquet"
# Rows of one file at most: a reader that takes a file at a time needs memory for it.
MOST_ROWS = 5_000_000


def write_parquet(
    tables: Tables, run: Run, bucket: Bucket, most: int = MOST_ROWS
) -> None:
    """Write forecast.parquet where there is a pyarrow.

    Parameters
    ----------
    most
        Rows of one file; what is more becomes a folder of that name, which readers of
        Parquet take as they take a file.
    """
    if importlib.util.find_spec("pyarrow") is None:
        print(f"no {NAME}: this environment has no pyarrow")
        return
    groups = group_shards(tables.sizes, most)
    for number, shards in enumerate(groups):
        name = NAME if len(groups) == 1 else f"{NAME}/part-{number:05d}.parquet"
        path = bucket.folder / "forecast.parquet"
        _write_file(path, map(tables.read, shards), run.settings.timestamp)
        bucket.upload(path, run.result(name), _TYPE)
        path.unlink()


def group_shards(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Put shards together as long as they have no more than so many rows in all."""
    groups: list[list[int]] = [[]]
    rows = 0
    for shard, size in enumerate(sizes):
        if groups[-1] and rows + size > most:
            groups.append([])
            rows = 0
        groups[-1].append(shard)
        rows += size
    return groups


def _write_file(path: Path, tables: Iterable[pd.DataFrame], timestamp: str) -> None:
    """Write a file, a row group a table."""
    # Not every environment has it.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    with ExitStack() as files:
        writer, schema = None, None
        for table in tables:
            moments = pd.to_datetime(table[timestamp])
            rows = pa.Table.from_pandas(
                table.assign(**{timestamp: moments}), schema, preserve_index=False
            )
            if writer is None:
                schema = rows.schema
                writer = files.enter_context(ParquetWriter(path, schema))
            writer.write_table(rows)
