"""Repairs of what Autopilot returned, so that a forecast keeps its promises.

Quantiles do not cross, what is never negative is not forecast below zero, and every
series has every step of the horizon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.findings.finding import MAX_EXAMPLES, Example, Findings
from glue.reporting.baseline import forecast_naive
from glue.reporting.gathered import Gathered
from glue.reporting.histories import Histories
from glue.reporting.history import History, Key
from glue.reporting.raw_output import sort_forecast
from glue.reporting.tables import Tables
from glue.run_documents import RunSettings

# What is found out, in the order in which it is mended.
_OF_ROWS = (
    "forecast-row-repeated",
    "forecast-mean-missing",
    "forecast-quantiles-crossed",
)
_OF_SERIES = (
    "forecast-negative",
    "forecast-rows",
    "forecast-dates-differ",
    "forecast-rows-dropped",
)


def repair_rows(tables: Tables, settings: RunSettings, findings: Findings) -> Tables:
    """Mend each row by itself: no row twice, a mean in all, quantiles in order."""
    gathered = Gathered(_OF_ROWS)

    def repair(_: int, table: pd.DataFrame) -> pd.DataFrame:
        table = _drop_repeated(table, settings, gathered)
        table = _fill_means(table, settings, gathered)
        return _sort_quantiles(table, settings, gathered)

    repaired = tables.change("repaired", repair)
    gathered.tell(findings)
    return repaired


def _drop_repeated(
    table: pd.DataFrame, settings: RunSettings, findings: Gathered
) -> pd.DataFrame:
    repeated = table.duplicated(settings.row_keys).to_numpy()
    if not repeated.any():
        return table
    findings.add("forecast-row-repeated", count=int(repeated.sum()))
    return table[~repeated].reset_index(drop=True)


def _fill_means(
    table: pd.DataFrame, settings: RunSettings, findings: Gathered
) -> pd.DataFrame:
    mean = table["mean"].to_numpy(dtype=float)
    quantiles = table[list(settings.quantiles)].to_numpy(dtype=float)
    missing = ~np.isfinite(mean) & np.isfinite(quantiles).all(axis=1)
    if not missing.any():
        return table
    findings.add("forecast-mean-missing", count=int(missing.sum()))
    middle = quantiles.mean(axis=1)
    if settings.median is not None:
        middle = quantiles[:, settings.median]
    return table.assign(mean=np.where(missing, middle, mean))


def _sort_quantiles(
    table: pd.DataFrame, settings: RunSettings, findings: Gathered
) -> pd.DataFrame:
    names = list(settings.quantiles)
    values = table[names].to_numpy(dtype=float)
    whole = np.isfinite(values).all(axis=1)
    crossed = whole & (np.diff(values, axis=1) < 0).any(axis=1)
    if not crossed.any():
        return table
    values[crossed] = np.sort(values[crossed], axis=1)
    findings.add(
        "forecast-quantiles-crossed",
        count=int(crossed.sum()),
        examples=_list_rows(table, crossed, settings),
    )
    return _replace(table, names, values)


def _replace(table: pd.DataFrame, names: list[str], values: Array) -> pd.DataFrame:
    return table.assign(**dict(zip(names, values.T)))


# More completed series than this share are no small repair any more.
NAIVE_SHARE = 0.05


@dataclass(frozen=True)
class Mended:
    """A forecast as it is delivered.

    ``completed`` counts the series for which simple forecasts stand in, in part or
    whole, of ``asked`` series.
    """

    tables: Tables
    completed: int = 0
    asked: int = 0

    @property
    def is_naive(self) -> bool:
        """Whether that is more than a small repair."""
        return self.completed > NAIVE_SHARE * self.asked


@dataclass(frozen=True)
class Expected:
    """What a forecast must hold: each series of the history at each timestamp."""

    history: History
    stamps: list[str]

    @property
    def rows(self) -> int:
        """How many rows that makes."""
        return len(self.history.keys) * len(self.stamps)


def repair_by_history(
    tables: Tables, histories: Histories, settings: RunSettings, findings: Findings
) -> Mended:
    """Mend the forecast by what the history has: its series, and its least value."""
    gathered, completed = Gathered(_OF_SERIES), Completed()
    stamps = find_stamps(tables, settings)
    usual = _find_usual(tables, settings) if stamps is None else ()

    def mend(shard: int, table: pd.DataFrame) -> pd.DataFrame:
        history = histories.read(shard)
        if history.never_negative:
            table = _raise_to_zero(table, settings, gathered)
        if stamps is None:
            _check_rows(table, len(history.keys), settings, gathered)
            _check_dates(table, usual, settings, gathered)
            return table
        expected = Expected(history, stamps)
        table = _drop_foreign(table, expected, settings, gathered)
        return _complete(table, expected, settings, completed)

    mended = tables.change("mended", mend)
    gathered.tell(findings)
    if stamps is None:
        return Mended(mended)
    whole = Mended(mended, completed.series, len(histories.keys))
    if completed.values:
        findings.add(
            "forecast-naive" if whole.is_naive else "forecast-completed",
            count=completed.values,
            examples=completed.examples,
            series=completed.series,
            asked=whole.asked,
        )
    return whole


def _raise_to_zero(
    table: pd.DataFrame, settings: RunSettings, findings: Gathered
) -> pd.DataFrame:
    names = ["mean", *settings.quantiles]
    values = table[names].to_numpy(dtype=float)
    negative = (values < 0).any(axis=1)
    if not negative.any():
        return table
    findings.add(
        "forecast-negative",
        count=int(negative.sum()),
        examples=_list_rows(table, negative, settings),
    )
    return _replace(table, names, np.where(values < 0, 0.0, values))


def _check_rows(
    table: pd.DataFrame, series: int, settings: RunSettings, findings: Gathered
) -> None:
    """Tell of missing rows that there is no timestamp for."""
    sizes = table.groupby(list(settings.keys), sort=False).size()
    odd = int((sizes != settings.horizon).sum()) + abs(series - len(sizes))
    if odd:
        findings.add("forecast-rows", count=odd, horizon=settings.horizon)


def _check_dates(
    table: pd.DataFrame, usual: Key, settings: RunSettings, findings: Gathered
) -> None:
    """Tell of series that are forecast for other dates than most others are."""
    dates = _list_dates(table, settings)
    odd = dates[dates != usual]
    if len(odd):
        findings.add(
            "forecast-dates-differ",
            count=len(odd),
            examples=[
                Example("forecast.csv", value=f"{_name(_as_key(key))} from {found[0]}")
                for key, found in odd.items()
            ],
            first=usual[0],
        )


def _list_dates(table: pd.DataFrame, settings: RunSettings) -> pd.Series[Any]:
    """Give the dates that each series is forecast for."""
    groups = table.groupby(list(settings.keys), sort=False)[settings.timestamp]
    return groups.agg(tuple)


def _find_usual(tables: Tables, settings: RunSettings) -> Key:
    """Find the dates that most series are forecast for; of several, the earliest."""
    counts: Counter[Key] = Counter()
    for table in tables:
        counts.update(_list_dates(table, settings))
    most = max(counts.values(), default=0)
    return min((dates for dates, count in counts.items() if count == most), default=())


def _as_key(label: Any) -> Key:
    return label if isinstance(label, tuple) else (label,)


def find_stamps(
    tables: Iterable[pd.DataFrame], settings: RunSettings
) -> list[str] | None:
    """Find the timestamps that all whole series have; None when they differ."""
    found: set[str] = set()
    for table in tables:
        stamps = table[settings.timestamp]
        groups = table.groupby(list(settings.keys), sort=False)[settings.timestamp]
        whole = groups.transform("size") == settings.horizon
        found.update(stamps[whole].unique())
    return sorted(found) if len(found) == settings.horizon else None


def _drop_foreign(
    table: pd.DataFrame, expected: Expected, settings: RunSettings, findings: Gathered
) -> pd.DataFrame:
    keys = zip(*(table[name] for name in settings.keys))
    ours = np.array([key in expected.history.numbers for key in keys], dtype=bool)
    foreign = ~(ours & table[settings.timestamp].isin(expected.stamps).to_numpy())
    if not foreign.any():
        return table
    findings.add(
        "forecast-rows-dropped",
        count=int(foreign.sum()),
        examples=_list_rows(table, foreign, settings),
    )
    return table[~foreign].reset_index(drop=True)


@dataclass
class Completed:
    """How many values and series were completed, and some of the series."""

    values: int = 0
    series: int = 0
    examples: list[Example] = field(default_factory=list)


def _complete(
    table: pd.DataFrame, expected: Expected, settings: RunSettings, completed: Completed
) -> pd.DataFrame:
    """Put naive forecasts where rows or values are missing."""
    numbers = table[["mean", *settings.quantiles]].to_numpy(dtype=float)
    kept = table[np.isfinite(numbers).all(axis=1)]
    have = set(zip(*(kept[name] for name in settings.row_keys)))
    if len(have) == expected.rows:
        return table
    keys = expected.history.keys
    missing = [
        (number, step)
        for number, key in enumerate(keys)
        for step, stamp in enumerate(expected.stamps)
        if (*key, stamp) not in have
    ]
    series = sorted({keys[number] for number, _ in missing})
    added = _forecast_rows(missing, expected, settings)
    completed.values += len(missing)
    completed.series += len(series)
    completed.examples += [
        Example("forecast.csv", value=_name(key))
        for key in series[: MAX_EXAMPLES - len(completed.examples)]
    ]
    return sort_forecast(pd.concat([kept, added], ignore_index=True), settings)


def _forecast_rows(
    missing: list[tuple[int, int]], expected: Expected, settings: RunSettings
) -> pd.DataFrame:
    """Forecast by seasonal naive what is missing, by numbers of series and step."""
    history = expected.history
    numbers = np.array(sorted({number for number, _ in missing}), dtype=np.int64)
    naive = forecast_naive(history, numbers, history.steps, settings)
    places = {int(number): place for place, number in enumerate(numbers)}
    rows = [
        [
            *history.keys[number],
            expected.stamps[step],
            naive.center[places[number], step],
            *naive.quantiles[places[number], step],
        ]
        for number, step in missing
    ]
    columns = [*settings.row_keys, "mean", *settings.quantiles]
    return pd.DataFrame(rows, columns=columns)[settings.forecast_columns]


def _list_rows(
    table: pd.DataFrame, which: Array, settings: RunSettings
) -> list[Example]:
    """Name the first few of some rows by what tells them apart."""
    first = np.flatnonzero(which)[:MAX_EXAMPLES]
    rows = table[settings.row_keys].iloc[first].itertuples(index=False)
    return [
        Example("forecast.csv", None, settings.timestamp, _name(tuple(row)))
        for row in rows
    ]


def _name(key: Key) -> str:
    return ", ".join(map(str, key))


def check_complete(tables: Tables, settings: RunSettings, findings: Findings) -> None:
    """Say what could not be repaired: values that are still missing."""
    names = ("mean", *settings.asked_quantiles)
    blank = Counter(dict.fromkeys(names, 0))
    for table in tables:
        blank.update({name: int((~np.isfinite(table[name])).sum()) for name in names})
    for name, count in blank.items():
        if count:
            findings.add("forecast-value-missing", count=count, column=name)
