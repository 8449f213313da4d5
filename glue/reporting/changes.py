"""What changed since the last run: the forecast of the same time, then and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket, RunKeys, dataset_folder
from glue.log import log_error
from glue.reporting.earlier import NoOverlapError, check_same, list_earlier_runs
from glue.reporting.grid import ForecastGrid
from glue.reporting.history import History
from glue.run_documents import Run, read_settings

_MOVERS = 10
_MOST_SETTINGS = 30
NO_RUN = "this is the dataset's first forecast"


@dataclass(frozen=True)
class Changes:
    """The last run's forecast beside this one's, on the timestamps of both.

    Parameters
    ----------
    reason
        Why there is nothing to compare; None where there is.
    run_id
        The last run.
    first, last, steps
        The timestamps in common.
    before, now
        What each series' means add up to there, [n_series]; NaN where one is missing.
    gone
        Series of the last forecast that this one has not.
    settings
        The settings that differ, with both values.
    """

    reason: str | None = NO_RUN
    run_id: str | None = None
    first: str | None = None
    last: str | None = None
    steps: int = 0
    before: Array = field(default_factory=lambda: np.zeros(0))
    now: Array = field(default_factory=lambda: np.zeros(0))
    gone: int = 0
    settings: tuple[dict[str, Any], ...] = ()

    @property
    def relative(self) -> Array:
        """By what part each series changed, [n_series]; NaN where that is unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.abs(self.now - self.before) / np.abs(self.before)
        return np.where(np.isfinite(moved), moved, np.nan)

    def as_data(self, history: History) -> dict[str, Any]:
        """Give it for report.json."""
        both = np.isfinite(self.before) & np.isfinite(self.now)
        moved = np.where(both, np.abs(self.now - self.before), -1.0)
        order = np.argsort(-moved, kind="stable")[:_MOVERS]
        total = float(self.before[both].sum()), float(self.now[both].sum())
        return {
            "reason": self.reason,
            "run_id": self.run_id,
            "first": self.first,
            "last": self.last,
            "steps": self.steps,
            "total_before": total[0] if self.reason is None else None,
            "total_now": total[1] if self.reason is None else None,
            "movers": [
                {
                    "key": list(history.keys[at]),
                    "before": float(self.before[at]),
                    "now": float(self.now[at]),
                }
                for at in order.tolist()
                if moved[at] > 0
            ],
            "new": int((np.isnan(self.before) & np.isfinite(self.now)).sum()),
            "gone": self.gone,
            "settings": list(self.settings),
        }


def find_changes(
    run: Run, bucket: Bucket, grid: ForecastGrid, history: History
) -> Changes:
    """Compare this forecast with that of the last run of the dataset."""
    stored = bucket.list_objects(dataset_folder(run.dataset))
    runs = list_earlier_runs([one.key for one in stored], run.run_id)
    if not runs:
        return Changes()
    try:
        return _compare_run(runs[0], run, bucket, grid, history=history)
    except NoOverlapError as error:
        return Changes(reason=f"the last run ({runs[0]}) is of another kind: {error}")
    except Exception as error:
        # What an earlier run has left, or has not, is no fault of this one's report.
        log_error(error)
        return Changes(reason=f"the last run ({runs[0]}) could not be read ({error})")


def _compare_run(
    run_id: str, run: Run, bucket: Bucket, grid: ForecastGrid, *, history: History
) -> Changes:
    keys = RunKeys(run_id)
    document = bucket.read_json(keys.settings)
    check_same(run.settings, read_settings(document))
    key = f"{keys.results(run.dataset)}forecast.csv"
    path = bucket.download(key, "last.csv")
    differing = tuple(list_differences(document, run.resolved))[:_MOST_SETTINGS]
    return compare_forecasts(
        path, Changes(None, run_id, settings=differing), grid, history, run=run
    )


def compare_forecasts(
    path: Path, found: Changes, grid: ForecastGrid, history: History, *, run: Run
) -> Changes:
    """Add up both forecasts on the timestamps that they have in common."""
    settings = run.settings
    wanted = [*settings.row_keys, "mean"]
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if any(name not in table.columns for name in wanted):
        return Changes(reason=f"the last run ({found.run_id}) left no means")
    ours = grid.stamps.astype(str)
    theirs = table[settings.timestamp].to_numpy(dtype=str)
    common = np.intersect1d(ours, theirs)
    if not len(common):
        return Changes(
            reason=f"the last run ({found.run_id}) forecast no timestamp of this one"
        )
    table = table[np.isin(theirs, common)]
    series = [
        history.numbers.get(key, -1)
        for key in zip(*(table[name] for name in settings.keys))
    ]
    owners = np.array(series, dtype=np.int64)
    means = pd.to_numeric(table["mean"], errors="coerce").to_numpy(dtype=float)
    known, count = owners >= 0, len(history.keys)
    some = np.isin(ours, common)
    unknown = table[list(settings.keys)][~known].drop_duplicates()
    return Changes(
        reason=None,
        run_id=found.run_id,
        first=str(common[0]),
        last=str(common[-1]),
        steps=len(common),
        before=_add_up(owners[known], means[known], count),
        now=_add_up(grid.series[some], grid.mean[some], count),
        gone=len(unknown),
        settings=found.settings,
    )


def _add_up(owners: Array, values: Array, count: int) -> Array:
    sums = np.bincount(owners, np.nan_to_num(values), minlength=count)
    return np.where(np.bincount(owners, minlength=count) > 0, sums, np.nan)


def list_differences(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """List the settings that differ, by their paths."""
    then, today = (
        dict(_flatten({name: document.get(name) for name in now}, ""))
        for document in (before, now)
    )
    for key in sorted({*then, *today}):
        if then.get(key) != today.get(key):
            yield {"key": key, "before": then.get(key), "now": today.get(key)}


def _flatten(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, inner in value.items():
        yield from _flatten(inner, f"{path}.{name}" if path else str(name))
