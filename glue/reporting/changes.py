"""What changed since the last run: the forecast of the same time, then and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array
from glue.bucket import Bucket, RunKeys, dataset_folder
from glue.log import log_error
from glue.reporting.earlier import NoOverlapError, check_same, list_earlier_runs
from glue.reporting.history import Key, number_keys
from glue.reporting.panel import Panel, Shard
from glue.run_documents import Run, read_settings

_MOVERS = 10
_CHUNK_ROWS = 200_000
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

    def as_data(self, keys: Sequence[Key]) -> dict[str, Any]:
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
                    "key": list(keys[at]),
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


def find_changes(run: Run, bucket: Bucket, panel: Panel) -> Changes:
    """Compare this forecast with that of the last run of the dataset."""
    stored = bucket.list_objects(dataset_folder(run.dataset))
    runs = list_earlier_runs([one.key for one in stored], run.run_id)
    if not runs:
        return Changes()
    try:
        return _compare_run(runs[0], run, bucket, panel)
    except NoOverlapError as error:
        return Changes(reason=f"the last run ({runs[0]}) is of another kind: {error}")
    except Exception as error:
        # What an earlier run has left, or has not, is no fault of this one's report.
        log_error(error)
        return Changes(reason=f"the last run ({runs[0]}) could not be read ({error})")


def _compare_run(run_id: str, run: Run, bucket: Bucket, panel: Panel) -> Changes:
    keys = RunKeys(run_id)
    document = bucket.read_json(keys.settings)
    check_same(run.settings, read_settings(document))
    key = f"{keys.results(run.dataset)}forecast.csv"
    path = bucket.download(key, "last.csv")
    differing = tuple(list_differences(document, run.resolved))[:_MOST_SETTINGS]
    found = compare_forecasts(path, Changes(None, run_id, settings=differing), panel)
    path.unlink()
    return found


def compare_forecasts(path: Path, found: Changes, panel: Panel) -> Changes:
    """Add up both forecasts on the timestamps that they have in common."""
    settings, histories = panel.settings, panel.histories
    wanted = [*settings.row_keys, "mean"]
    header = pd.read_csv(path, nrows=0, dtype=str, encoding="utf-8").columns
    if any(name not in header for name in wanted):
        return Changes(reason=f"the last run ({found.run_id}) left no means")
    ours = {stamp for shard in panel for stamp in pd.unique(shard.grid.stamps)}
    then = _Then(len(histories.keys))
    for table in pd.read_csv(
        path,
        usecols=wanted,
        dtype=str,
        keep_default_na=False,
        chunksize=_CHUNK_ROWS,
        encoding="utf-8",
    ):
        then.add(table[table[settings.timestamp].isin(ours)], panel)
    if not then.stamps:
        return Changes(
            reason=f"the last run ({found.run_id}) forecast no timestamp of this one"
        )
    return Changes(
        reason=None,
        run_id=found.run_id,
        first=min(then.stamps),
        last=max(then.stamps),
        steps=len(then.stamps),
        before=np.where(then.counts > 0, then.sums, np.nan),
        now=np.concatenate([_add_up_now(shard, then.stamps) for shard in panel]),
        gone=len(then.unknown),
        settings=found.settings,
    )


class _Then:
    """What an earlier forecast says of this one's timestamps, added up by series."""

    def __init__(self, count: int) -> None:
        self.sums, self.counts = np.zeros(count), np.zeros(count, dtype=np.int64)
        self.stamps: set[str] = set()
        self.unknown: set[Key] = set()

    def add(self, table: pd.DataFrame, panel: Panel) -> None:
        """Add some rows."""
        found: dict[Key, int] = {}
        codes = number_keys(table, panel.settings.keys, found)
        numbers = [panel.histories.numbers.get(key, -1) for key in found]
        self.unknown.update(k for k, number in zip(found, numbers) if number < 0)
        self.stamps.update(table[panel.settings.timestamp])
        owners = np.array(numbers, dtype=np.int64)[codes]
        means = pd.to_numeric(table["mean"], errors="coerce").to_numpy(dtype=float)
        known = owners >= 0
        np.add.at(self.sums, owners[known], np.nan_to_num(means[known]))
        np.add.at(self.counts, owners[known], 1)


def _add_up_now(shard: Shard, stamps: set[str]) -> Array:
    grid, count = shard.grid, len(shard.history.keys)
    some = np.isin(grid.stamps.astype(str), sorted(stamps))
    owners, values = grid.series[some], np.nan_to_num(grid.mean[some])
    sums = np.bincount(owners, values, minlength=count)
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
