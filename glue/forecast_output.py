"""The raw output of the batch transform, made into the forecast that people get."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from findings import Example, Finding, list_some, make_finding
from timestamp_text import Reading, TimestampParser, format_timestamps

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


def read_forecast(
    paths: Sequence[Path], layout: ForecastLayout, series: int | None = None
) -> Forecast:
    """Read raw output files by column name.

    Parameters
    ----------
    paths
        The ``.out`` files, each with a header.
    layout
        What the forecast has to hold.
    series
        How many series were given to the transform; None when unknown.

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
    forecast = Forecast(pd.concat(tables, ignore_index=True))
    _check_values(forecast, layout)
    _check_rows(forecast, layout, series)
    order = [*layout.keys, layout.timestamp]
    forecast.table = forecast.table.sort_values(order, kind="stable")[layout.columns]
    return forecast


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


def _check_values(forecast: Forecast, layout: ForecastLayout) -> None:
    for name in ["mean", *layout.quantiles]:
        blank = int((~np.isfinite(forecast.table[name])).sum())
        if blank:
            what = f"{blank} value(s) of {name!r} are missing in the forecast"
            found = make_finding("forecast-value-missing", what, count=blank)
            forecast.findings.append(found)


def _check_rows(forecast: Forecast, layout: ForecastLayout, series: int | None) -> None:
    keys, table = list(layout.keys), forecast.table
    repeats = int(table.duplicated([*keys, layout.timestamp]).sum())
    if repeats:
        what = f"{repeats} row(s) of the forecast repeat a series and timestamp"
        forecast.findings.append(
            make_finding("forecast-row-repeated", what, count=repeats)
        )
    steps = table.groupby(keys, sort=True).size()
    odd = steps[steps != layout.horizon]
    if len(odd):
        what = f"{len(odd)} series have not {layout.horizon} rows in the forecast"
        places = [
            Example("forecast.csv", None, keys[0], f"{_name(key)}: {count} row(s)")
            for key, count in odd.iloc[:5].items()
        ]
        forecast.findings.append(
            make_finding("forecast-rows", what, count=len(odd), examples=places)
        )
    if series is not None and len(steps) != series:
        what = f"the forecast has {len(steps)} series (needs {series})"
        forecast.findings.append(make_finding("forecast-series", what))


def _name(key: object) -> str:
    """Name a series; pandas gives a tuple for several key columns, or for one."""
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
