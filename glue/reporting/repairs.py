"""Repairs of what Autopilot returned, so that a forecast keeps its promises.

Quantiles do not cross, what is never negative is not forecast below zero, and every
series has every step of the horizon.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import Example, Finding, make_finding
from glue.findings.report_codes import make_report_finding
from glue.reporting.baseline import forecast_naive
from glue.reporting.history import History, Key
from glue.reporting.output import Forecast, ForecastLayout
from glue.reporting.run_settings import ReportSettings

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


def repair_rows(forecast: Forecast, layout: ForecastLayout) -> None:
    """Mend each row by itself: no row twice, a mean in all, quantiles in order."""
    _drop_repeated(forecast, layout)
    table, names = forecast.table, sorted(layout.quantiles, key=_level)
    values = table[names].to_numpy(dtype=float)
    _fill_means(forecast, values, names)
    whole = np.isfinite(values).all(axis=1)
    crossed = whole & (np.diff(values, axis=1) < 0).any(axis=1)
    if crossed.any():
        values[crossed] = np.sort(values[crossed], axis=1)
        table[names] = values
        what = f"quantiles cross in {int(crossed.sum())} row(s) of the forecast"
        _note(forecast, layout, "forecast-quantiles-crossed", what=what, rows=crossed)


def _level(name: str) -> int:
    return int(name[1:])


def _drop_repeated(forecast: Forecast, layout: ForecastLayout) -> None:
    repeated = forecast.table.duplicated([*layout.keys, layout.timestamp]).to_numpy()
    if not repeated.any():
        return
    what = f"{int(repeated.sum())} row(s) of the forecast repeat a series and timestamp"
    forecast.findings.append(
        make_finding("forecast-row-repeated", what, count=int(repeated.sum()))
    )
    forecast.table = forecast.table[~repeated].reset_index(drop=True)


def _fill_means(forecast: Forecast, values: Array, names: list[str]) -> None:
    mean = forecast.table["mean"].to_numpy(dtype=float)
    missing = ~np.isfinite(mean) & np.isfinite(values).all(axis=1)
    if not missing.any():
        return
    middle = values[:, names.index("p50")] if "p50" in names else values.mean(axis=1)
    forecast.table["mean"] = np.where(missing, middle, mean)
    what = f"the forecast has no mean in {int(missing.sum())} row(s)"
    finding = make_report_finding(
        "forecast-mean-missing", what, count=int(missing.sum())
    )
    forecast.findings.append(finding)


def repair_by_history(
    forecast: Forecast,
    layout: ForecastLayout,
    history: History,
    settings: ReportSettings,
) -> None:
    """Mend the forecast by what the history has: its series, and its least value."""
    if history.never_negative:
        _raise_to_zero(forecast, layout)
    grid = find_grid(forecast.table, layout)
    if grid is None:
        _check_rows(forecast, layout, len(history.keys))
        return
    _drop_foreign(forecast, layout, history, grid)
    _complete(forecast, layout, (history, settings), grid)


def _raise_to_zero(forecast: Forecast, layout: ForecastLayout) -> None:
    names = ["mean", *layout.quantiles]
    values = forecast.table[names].to_numpy(dtype=float)
    negative = (values < 0).any(axis=1)
    if negative.any():
        forecast.table[names] = np.where(values < 0, 0.0, values)
        what = (
            f"the forecast is below zero in {int(negative.sum())} row(s), "
            "the history never"
        )
        _note(forecast, layout, "forecast-negative", what=what, rows=negative)


def _check_rows(forecast: Forecast, layout: ForecastLayout, series: int) -> None:
    """Tell of missing rows that there is no timestamp for."""
    sizes = forecast.table.groupby(list(layout.keys), sort=False).size()
    odd = int((sizes != layout.horizon).sum()) + abs(series - len(sizes))
    if odd:
        what = (
            f"{odd} series have not {layout.horizon} rows in the forecast, and the "
            "others have no timestamps in common to complete them by"
        )
        forecast.findings.append(make_finding("forecast-rows", what, count=odd))


def find_grid(table: pd.DataFrame, layout: ForecastLayout) -> list[str] | None:
    """Find the timestamps that all whole series have; None when they differ."""
    stamps = table[layout.timestamp]
    groups = table.groupby(list(layout.keys), sort=False)[layout.timestamp]
    whole = groups.transform("size") == layout.horizon
    uniques = sorted(stamps[whole].unique())
    return uniques if len(uniques) == layout.horizon else None


def _drop_foreign(
    forecast: Forecast, layout: ForecastLayout, history: History, grid: list[str]
) -> None:
    table = forecast.table
    keys = zip(*(table[name] for name in layout.keys))
    ours = np.array([key in history.numbers for key in keys], dtype=bool)
    foreign = ~(ours & table[layout.timestamp].isin(grid).to_numpy())
    if foreign.any():
        what = (
            f"{int(foreign.sum())} row(s) of the forecast are of other series or "
            "timestamps than were asked for"
        )
        _note(forecast, layout, "forecast-rows-dropped", what=what, rows=foreign)
        forecast.table = table[~foreign].reset_index(drop=True)


def _complete(
    forecast: Forecast,
    layout: ForecastLayout,
    known: tuple[History, ReportSettings],
    grid: list[str],
) -> None:
    """Put naive forecasts where rows or values are missing."""
    history, settings = known
    table, names = forecast.table, ["mean", *settings.quantiles]
    sound = np.isfinite(table[names].to_numpy(dtype=float)).all(axis=1)
    kept = table[sound]
    have = set(zip(*(kept[name] for name in (*layout.keys, layout.timestamp))))
    if len(have) == len(history.keys) * len(grid):
        return
    missing = [
        (number, step)
        for number, key in enumerate(history.keys)
        for step, stamp in enumerate(grid)
        if (*key, stamp) not in have
    ]
    rows = _naive_rows(missing, history, settings, grid)
    added = pd.DataFrame(rows, columns=[*layout.keys, layout.timestamp, *names])
    table = pd.concat([kept, added[list(kept.columns)]], ignore_index=True)
    order = [*layout.keys, layout.timestamp]
    forecast.table = table.sort_values(order, kind="stable").reset_index(drop=True)
    series = {history.keys[number] for number, _ in missing}
    what = f"{len(missing)} row(s) of {len(series)} series are missing in the forecast"
    examples = [Example("forecast.csv", None, None, _name(k)) for k in sorted(series)]
    forecast.findings.append(
        make_report_finding(
            "forecast-completed", what, count=len(missing), examples=examples
        )
    )


def _naive_rows(
    missing: list[tuple[int, int]],
    history: History,
    settings: ReportSettings,
    grid: list[str],
) -> list[list[Any]]:
    numbers = np.array(sorted({number for number, _ in missing}), dtype=np.int64)
    naive = forecast_naive(history, numbers, history.steps, settings)
    places = {int(number): place for place, number in enumerate(numbers)}
    return [
        [
            *history.keys[number],
            grid[step],
            naive.center[places[number], step],
            *naive.quantiles[places[number], step],
        ]
        for number, step in missing
    ]


def _note(
    forecast: Forecast, layout: ForecastLayout, code: str, *, what: str, rows: Array
) -> None:
    first = np.flatnonzero(rows)[:5]
    keys = forecast.table[list(layout.keys)].iloc[first].itertuples(index=False)
    stamps = forecast.table[layout.timestamp].iloc[first]
    examples = [
        Example("forecast.csv", None, layout.timestamp, f"{_name(tuple(key))}, {stamp}")
        for key, stamp in zip(keys, stamps)
    ]
    forecast.findings.append(
        make_report_finding(code, what, count=int(rows.sum()), examples=examples)
    )


def _name(key: Key) -> str:
    return ", ".join(map(str, key))


def check_complete(forecast: Forecast, layout: ForecastLayout) -> list[Finding]:
    """List what could not be repaired: values that are still missing."""
    blank = {
        name: int((~np.isfinite(forecast.table[name])).sum())
        for name in ("mean", *layout.quantiles)
    }
    return [
        make_finding(
            "forecast-value-missing",
            f"{count} value(s) of {name!r} are missing in the forecast",
            count=count,
        )
        for name, count in blank.items()
        if count
    ]
