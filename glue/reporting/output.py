"""The raw output of the batch transform, made into the forecast that people get."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from glue.findings.finding import Finding, list_some
from glue.reading.timestamps import Reading, TimestampParser, format_timestamps

_QUANTILE = re.compile(r"p\d{1,2}")


class ForecastUnreadableError(Exception):
    """The raw output has not the columns that a forecast needs."""


@dataclass(frozen=True)
class ForecastLayout:
    """What a forecast has to hold, by the settings of its run."""

    keys: tuple[str, ...]
    timestamp: str
    quantiles: tuple[str, ...]
    with_time: bool
    horizon: int

    @property
    def columns(self) -> list[str]:
        """The columns of forecast.csv, in order."""
        return [*self.keys, self.timestamp, "mean", *self.quantiles]


@dataclass
class Forecast:
    """The forecast as a table of the layout's columns, and what is odd about it."""

    table: pd.DataFrame
    findings: list[Finding] = field(default_factory=list)


def read_layout(settings: Mapping[str, Any]) -> ForecastLayout:
    """Take the layout of a run's forecast from its settings.json."""
    job = settings["TimeSeriesForecastingJobConfig"]
    columns = job["TimeSeriesConfig"]
    groups = columns.get("GroupingAttributeNames", [])
    return ForecastLayout(
        keys=(columns["ItemIdentifierAttributeName"], *groups),
        timestamp=columns["TimestampAttributeName"],
        quantiles=tuple(job["ForecastQuantiles"]),
        with_time=job["ForecastFrequency"].endswith(("H", "min")),
        horizon=job["ForecastHorizon"],
    )


def read_forecast(paths: Sequence[Path], layout: ForecastLayout) -> Forecast:
    """Read raw output files by column name, sorted by series and timestamp.

    Raises
    ------
    ForecastUnreadableError
        When there is no output, or keys, timestamps or quantiles are missing.
    """
    tables = [_read_output(path, layout) for path in paths]
    if not tables:
        raise ForecastUnreadableError(
            "the transform wrote no output (found no .out file); look at its log"
        )
    table = pd.concat(tables, ignore_index=True)
    order = [*layout.keys, layout.timestamp]
    table = table.sort_values(order, kind="stable").reset_index(drop=True)
    return Forecast(table[layout.columns])


def _read_output(path: Path, layout: ForecastLayout) -> pd.DataFrame:
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    needed = [name for name in layout.columns if name != "mean"]
    missing = [name for name in needed if name not in raw.columns]
    if missing:
        raise ForecastUnreadableError(
            f"{path.name} lacks the columns {list_some(missing)} "
            f"(found {list_some(map(str, raw.columns))}); look at the model's log"
        )
    table = raw[[*layout.keys]].astype(object)
    table[layout.timestamp] = _normalise(raw[layout.timestamp], layout)
    for name in layout.columns[len(layout.keys) + 1 :]:
        texts = raw[name] if name in raw.columns else pd.Series("", index=raw.index)
        table[name] = pd.to_numeric(texts, errors="coerce")
    return table


def _normalise(texts: pd.Series[Any], layout: ForecastLayout) -> Any:
    """Write timestamps as the input has them, whatever the model writes."""
    codes, uniques = pd.factorize(texts.to_numpy(dtype=object))
    seconds, good = TimestampParser(Reading("year-month-day")).parse(uniques)
    if not good.all():
        bad = uniques[~good][0]
        raise ForecastUnreadableError(
            f"a timestamp of the forecast cannot be read (found {bad!r}); look at the "
            "raw output"
        )
    return format_timestamps(seconds[codes], with_time=layout.with_time)
