"""Series side by side: one row each, all ending in the last column."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecaster.data.frequency import Frequency, Stamps
from forecaster.data.future import find_hidden
from forecaster.data.problem import Problem
from forecaster.data.schema import Schema
from forecaster.errors import TableError

Array = NDArray[np.float64]

# Cells of the dense matrix per row of the table, beyond a free first part; older
# points of very long series are left out when lengths differ more than that.
_CELLS_PER_ROW = 4
_FREE_CELLS = 1_000_000
_MOSTLY = 0.5  # share of steps


@dataclass(frozen=True)
class Panel:
    """History and covariates of many series.

    Parameters
    ----------
    keys
        One row per series: its key columns, as text.
    target
        [n_items, n_steps]; NaN before a series starts and where a value is missing.
    last
        [n_items] time stamp of the last column.
    known
        [n_items, n_steps + horizon, n_known], NaN where not given.
    hidden
        [n_items, horizon, n_known]: which covariates will not be known so many steps
        after a cutoff, now or in the past; empty where all are.
    static
        [n_items, n_static] codes or numbers of what does not change over time.
    assumed
        [n_items, horizon, n_known] what is supposed of the covariates after any
        cutoff, NaN where they are given or hidden; empty where nothing is.
    """

    keys: pd.DataFrame
    target: Array
    last: Stamps
    frequency: Frequency
    season: int
    horizon: int
    known: Array
    known_names: tuple[str, ...] = ()
    static: Array = field(default_factory=lambda: np.zeros((0, 0)))
    static_categorical: tuple[bool, ...] = ()
    known_categorical: tuple[bool, ...] = ()
    hidden: NDArray[np.bool_] = field(
        default_factory=lambda: np.zeros((0, 0, 0), dtype=bool)
    )
    assumed: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))

    @property
    def n_items(self) -> int:
        """Count the series."""
        return len(self.target)

    @property
    def n_steps(self) -> int:
        """Count the steps of the longest series."""
        return int(self.target.shape[1])

    @property
    def starts(self) -> NDArray[np.int64]:
        """First column with a value, `n_steps` where there is none."""
        seen = ~np.isnan(self.target)
        return np.where(seen.any(axis=1), seen.argmax(axis=1), self.n_steps)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps from a series' first value to the last column."""
        return self.n_steps - self.starts

    @property
    def counts(self) -> NDArray[np.int64]:
        """Values that each series has."""
        return np.asarray((~np.isnan(self.target)).sum(axis=1), dtype=np.int64)

    @property
    def knows_covariates(self) -> bool:
        """Tell whether any covariate will be known at any step of the future."""
        return bool(self.known.shape[2]) and not (
            self.hidden.size and self.hidden.all()
        )

    @property
    def unknown_names(self) -> tuple[str, ...]:
        """Covariates that will mostly be unknown in the future."""
        if not self.hidden.size:
            return ()
        share = self.hidden.mean(axis=(0, 1))
        names = zip(self.known_names, share, strict=True)
        return tuple(name for name, hidden in names if hidden > _MOSTLY)

    def cut(self, steps: int) -> "Panel":
        """Forget the last steps of every series, as if today were that long ago."""
        if steps == 0:
            return self
        back = np.full(self.n_items, -steps)
        return replace(
            self,
            target=self.target[:, : self.n_steps - steps],
            last=self.frequency.shift(self.last, back),
            known=self.known[:, : self.known.shape[1] - steps],
        ).blinded()

    def blinded(self) -> "Panel":
        """Know of the covariates of the future what will be known, or supposed."""
        supposed = np.isfinite(self.assumed)
        if not (self.hidden.any() or supposed.any()):
            return self
        known = self.known.copy()
        ahead = known[:, self.n_steps :]
        if self.hidden.size:
            ahead[self.hidden] = np.nan
        if supposed.size:
            ahead[supposed] = self.assumed[supposed]
        return replace(self, known=known)

    def supposing(self, known: Array) -> "Panel":
        """Take covariates of which the future was filled: none of that is hidden.

        The same is supposed after every cutoff, whatever then happened.
        """
        ahead = known[:, self.n_steps :]
        assumed = np.where(self.hidden, ahead, np.nan)
        hidden = self.hidden & np.isnan(assumed)
        return replace(self, known=known, hidden=hidden, assumed=assumed)

    def recent(self, steps: int) -> "Panel":
        """Forget what is longer ago than some steps."""
        if steps >= self.n_steps:
            return self
        return replace(
            self,
            target=self.target[:, -steps:],
            known=self.known[:, -(steps + self.horizon) :],
        )

    def hiding(self, names: Collection[str]) -> "Panel":
        """Suppose that some covariates will not be known."""
        if not names:
            return self
        shape = (self.n_items, self.horizon, len(self.known_names))
        hidden = self.hidden.copy() if self.hidden.size else np.zeros(shape, dtype=bool)
        some = [name in names for name in self.known_names]
        hidden[:, :, some] = True
        assumed = self.assumed.copy()
        if assumed.size:
            assumed[:, :, some] = np.nan
        return replace(self, hidden=hidden, assumed=assumed).blinded()

    def all_told(self) -> "Panel":
        """Suppose that every covariate will be known."""
        nothing = np.full_like(self.assumed, np.nan)
        return replace(self, hidden=np.zeros_like(self.hidden), assumed=nothing)

    def take(self, rows: NDArray[np.int64]) -> "Panel":
        """Keep some series."""
        return replace(
            self,
            keys=self.keys.iloc[rows],
            target=self.target[rows],
            last=self.last[rows],
            known=self.known[rows],
            static=self.static[rows],
            hidden=self.hidden[rows] if self.hidden.size else self.hidden,
            assumed=self.assumed[rows] if self.assumed.size else self.assumed,
        )

    def stamps(self, steps: NDArray[np.int64]) -> Stamps:
        """Time stamps [n_items, n] at steps after the last column (1 is the next)."""
        flat = np.tile(steps, self.n_items)
        last = np.repeat(self.last, len(steps))
        return self.frequency.shift(last, flat).reshape(self.n_items, len(steps))


def build_panel(
    table: pd.DataFrame,
    problem: Problem,
    frequency: Frequency,
    *,
    schema: Schema = Schema(),  # noqa: B008 - frozen
    common_end: bool = False,
) -> Panel:
    """Lay a long table out as a panel; repeated time stamps keep their last row.

    Rows after a series' last target value are future rows: they only carry known
    covariates. With `common_end` every series ends where the last one does.
    """
    if table.empty:
        raise TableError("no rows (found an empty table); give at least one value")
    table = _in_order(table, problem)
    items = table.groupby(list(problem.item), sort=True, observed=True)
    codes: NDArray[np.int64] = np.asarray(items.ngroup(), dtype=np.int64)
    stamps = table[problem.timestamp].to_numpy().astype("M8[s]")
    values = table[problem.target].to_numpy(dtype=float, copy=True)
    values[~np.isfinite(values)] = np.nan
    frequency = frequency.at_month_ends(stamps)
    last = _last_stamps(codes, stamps, values, frequency)
    if common_end:
        last = np.full(len(last), last.max())
    at = frequency.steps_after(stamps, last[codes])
    seen = ~np.isnan(values)
    longest = int(max(-at[seen].min() + 1, 1)) if seen.any() else 1
    room = (_CELLS_PER_ROW * len(table) + _FREE_CELLS) // len(last)
    longest = min(longest, max(room, 1))
    keep = (at > -longest) & (at <= 0)
    target = np.full((len(last), longest), np.nan)
    # A later row of the same step wins only if it holds a value.
    now = keep & seen
    target[codes[now], at[now] + longest - 1] = values[now]
    inside = (at > -longest) & (at <= problem.horizon)
    known = tuple(feature.name for feature in schema.known)
    covariates = np.full((len(last), longest + problem.horizon, len(known)), np.nan)
    for column, name in enumerate(known):
        numbers = table[name].to_numpy(dtype=float)
        covariates[codes[inside], at[inside] + longest - 1, column] = numbers[inside]
    keys = table.drop_duplicates(list(problem.item))[list(problem.item)]
    panel = Panel(
        keys=keys.reset_index(drop=True),
        target=target,
        last=last,
        frequency=frequency,
        season=problem.season or frequency.season,
        horizon=problem.horizon,
        known=covariates,
        known_names=known,
        static_categorical=tuple(bool(f.categories) for f in schema.static),
        known_categorical=tuple(bool(f.categories) for f in schema.known),
        static=_static(items, [feature.name for feature in schema.static]),
    )
    return replace(panel, hidden=find_hidden(covariates, panel.starts, longest))


def _in_order(table: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Sort by key and time stamp, unless that is how it stands: large tables do."""
    items = table.groupby(list(problem.item), sort=True, observed=True)
    codes = np.asarray(items.ngroup(), dtype=np.int64)
    stamps = table[problem.timestamp].to_numpy()
    later = stamps[1:] >= stamps[:-1]
    if ((codes[1:] > codes[:-1]) | ((codes[1:] == codes[:-1]) & later)).all():
        return table
    return table.iloc[np.lexsort((stamps, codes))]


def _static(items: Any, names: list[str]) -> Array:
    """First value of each series that is there, [n_items, n_names]."""
    if not names:
        return np.zeros((items.ngroups, 0))
    return np.asarray(items[names].first().to_numpy(dtype=float))


def _last_stamps(
    codes: NDArray[np.int64], stamps: Stamps, values: Array, frequency: Frequency
) -> Stamps:
    """Time stamp of each series' last value; of new items, the step before the first.

    `codes` rise, and time stamps rise within a code.
    """
    count = int(codes[-1]) + 1
    seen = ~np.isnan(values)
    last = np.full(count, np.datetime64("NaT"), dtype="M8[s]")
    last[codes[seen]] = stamps[seen]  # the latest assignment wins
    new = np.isnat(last)
    if new.any():
        first_rows = np.searchsorted(codes, np.arange(count))
        before = frequency.shift(stamps[first_rows], np.full(count, -1))
        # New items start where the history of the others ends.
        start = last[~new].max() if (~new).any() else before.max()
        last[new] = start
    return last
