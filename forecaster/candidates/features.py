"""What a global model sees of a series at an origin, for a step ahead.

Values are relative to the series' level at the origin and in units of its scale there,
so that one model serves series of any size.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array, fill_gaps
from forecaster.candidates.paths import QUICK, SLOW, TREND, Paths
from forecaster.data.panel import Panel

Index = NDArray[np.int64]
Rows = NDArray[np.float32]

ENOUGH_ROWS = 24_000  # more teach a global model little
_LAGS = 4
_SMALLEST_HISTORY = 4  # steps before an origin that is learned from
_DAY = 86_400
_YEARLY_SPAN = 300 * _DAY
_MONTHLY_SPAN = 180 * _DAY
# Below daily, where histories are long:
_CELLS = 1_000_000  # that are learned from, of all series together
_DAYS_AT_LEAST = 56
_DAYS_OF_MEMORY = 84


class TooLittleHistory(Exception):
    """There are too few rows for a global model to learn from."""

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(f"too little history to learn from ({found} rows of {needed})")


def learnable(panel: Panel) -> Panel:
    """Keep the part of the history that global models learn from: all, if it fits."""
    if not _is_short(panel):
        return panel
    room = _CELLS // max(panel.n_items, 1)
    return panel.recent(max(_DAYS_AT_LEAST * panel.season, 4 * panel.horizon, room))


def memorable(panel: Panel) -> Panel:
    """Keep the part of the history that the features at its end depend on."""
    return panel.recent(_memory(panel)) if _is_short(panel) else panel


def _memory(panel: Panel) -> int:
    """Steps before an origin that are looked at."""
    if not _is_short(panel):
        return panel.n_steps
    return max(_DAYS_OF_MEMORY * panel.season, 4 * panel.horizon)


def _is_short(panel: Panel) -> bool:
    return 0 < panel.frequency.seconds < _DAY


@dataclass(frozen=True)
class Origins:
    """Where to look from: series, column of the origin, and steps ahead; each [n]."""

    item: Index
    at: Index
    step: Index


@dataclass(frozen=True)
class Frame:
    """Features of origins, and what puts relative values back into target units."""

    rows: Rows  # [n, n_features]
    categorical: tuple[int, ...]
    level: Array
    scale: Array


def sample_origins(panel: Panel, rows: int, seed: int) -> Origins:
    """Draw origins evenly over series, steps ahead, and all there is to learn from.

    Of long histories below daily, every other origin is of the last days: all days
    tell what weather and weekdays do, the last ones what has changed.
    """
    rng = np.random.default_rng(seed)
    first = panel.starts + _SMALLEST_HISTORY
    items, targets = np.nonzero(~np.isnan(panel.target))
    use = targets >= first[items]
    items, targets = items[use], targets[use]
    total = len(items) * panel.horizon
    recent = np.flatnonzero(targets >= panel.n_steps - _DAYS_AT_LEAST * panel.season)
    if total <= rows:
        picked = np.arange(total)
    elif _is_short(panel) and len(recent) < len(items):
        some = rng.integers(0, total, rows // 2)
        late = rng.integers(0, len(recent) * panel.horizon, rows - rows // 2)
        of_late = recent[late // panel.horizon] * panel.horizon + late % panel.horizon
        picked = np.sort(np.concatenate([some, of_late]))
    else:
        picked = np.sort(rng.integers(0, total, rows))
    items, targets = items[picked // panel.horizon], targets[picked // panel.horizon]
    step = picked % panel.horizon + 1
    at = targets - step
    use = at >= first[items] - 1
    return Origins(items[use], at[use], step[use])


def end_origins(panel: Panel) -> Origins:
    """Look from the end of every series at every step ahead."""
    items = np.repeat(np.arange(panel.n_items), panel.horizon)
    steps = np.tile(np.arange(1, panel.horizon + 1), panel.n_items)
    return Origins(items, np.full(len(items), panel.n_steps - 1), steps)


class FeatureMaker:
    """Looks things up in one panel; building it costs one pass over the history.

    Parameters
    ----------
    span
        Steps that a model learns from, if they are more than the panel's.
    """

    def __init__(self, panel: Panel, *, span: int = 0) -> None:
        self._panel = panel
        self._span = max(span, panel.n_steps) * panel.frequency.seconds
        season = panel.season
        self._season = season
        self._long = panel.frequency.long_season
        self._filled = fill_gaps(panel.target, season)
        self._starts = np.minimum(panel.starts, panel.n_steps - 1)
        self._sums = _cumulate(self._filled)
        self._squares = _cumulate(self._filled**2)
        self._moves = _cumulate(np.abs(_difference(self._filled, 1)))
        self._seasonal_moves = _cumulate(np.abs(_difference(self._filled, season)))
        self._zeros = _cumulate((self._filled == 0).astype(float))
        smoothers = [SLOW, QUICK, TREND]
        self._paths = [Paths(self._filled, self._starts, season, smoothers)]
        self._weekly = [SLOW, QUICK] if self._long else []
        if self._long and panel.n_steps > 2 * self._long:
            weekly = Paths(self._filled, self._starts, self._long, self._weekly)
            self._paths.append(weekly)

    def make(self, origins: Origins) -> Frame:
        """Compute the features of some origins."""
        level, scale = self._yardsticks(origins)
        columns: list[Array] = [origins.step.astype(float)]
        columns += self._recent(origins, level, scale)
        columns += self._seasons(origins, level, scale)
        columns += self._smoothed(origins, level, scale)
        columns += self._shape(origins, level, scale)
        columns += self._calendar(origins)
        columns += self._covariates(origins)
        categorical = []
        for number in range(self._panel.static.shape[1]):
            if self._panel.static_categorical[number]:
                categorical.append(len(columns))
            columns.append(self._panel.static[origins.item, number])
        rows = np.stack(columns, axis=1).astype(np.float32)
        return Frame(rows, tuple(categorical), level, scale)

    def _window(
        self, sums: Array, origins: Origins, width: int, skip: int = 0
    ) -> Array:
        """Mean over the `width` columns that end `skip` columns before the origin."""
        start = self._starts[origins.item]
        stop = np.maximum(origins.at + 1 - skip, start + 1)
        begin = np.maximum(stop - width, start)
        total = sums[origins.item, stop] - sums[origins.item, begin]
        return np.asarray(total / (stop - begin))

    def _yardsticks(self, origins: Origins) -> tuple[Array, Array]:
        season = self._season
        level = self._window(self._sums, origins, max(season, 4))
        moves = self._window(self._moves, origins, max(3 * season, 12))
        if season > 1:
            seasonal = self._window(self._seasonal_moves, origins, max(3 * season, 12))
            enough = origins.at - self._starts[origins.item] >= 2 * season
            moves = np.where(enough, (moves + seasonal) / 2, moves)
        size = np.abs(self._window(self._sums, origins, max(3 * season, 12)))
        scale = moves + 0.02 * np.maximum(size, np.abs(level))
        return level, np.where(scale > 0, scale, 1.0)

    def _value(self, origins: Origins, columns: Index) -> Array:
        """Values at some columns; NaN before the series starts."""
        values = self._filled[origins.item, np.maximum(columns, 0)]
        return np.where(columns >= self._starts[origins.item], values, np.nan)

    def _recent(self, origins: Origins, level: Array, scale: Array) -> list[Array]:
        lags = range(min(_LAGS, self._panel.n_steps))
        return [(self._value(origins, origins.at - k) - level) / scale for k in lags]

    def _seasons(self, origins: Origins, level: Array, scale: Array) -> list[Array]:
        """The same step of past seasons, and their neighbours."""
        season = self._season
        if season == 1:
            return []
        target = origins.at + origins.step
        back = -(-origins.step // season) * season
        columns: list[Array] = []
        for k in range(3):
            columns.append(self._value(origins, target - back - k * season))
        columns.append(self._value(origins, target - back - 1))
        after = np.minimum(target - back + 1, origins.at)
        columns.append(self._value(origins, after))
        if self._long:
            long_back = -(-origins.step // self._long) * self._long
            columns.append(self._value(origins, target - long_back))
            columns.append(self._value(origins, target - long_back - self._long))
        return [(column - level) / scale for column in columns]

    def _smoothed(self, origins: Origins, level: Array, scale: Array) -> list[Array]:
        """What fixed exponential smoothers forecast for the step.

        The weekly ones are unknown, not absent, in a short history: a model must
        find the same features in every panel.
        """
        columns = [
            (forecast - level) / scale
            for paths in self._paths
            for forecast in paths.forecasts(origins.item, origins.at, origins.step)
        ]
        if len(self._paths) == 1:
            columns += [np.full(len(level), np.nan) for _ in self._weekly]
        return columns

    def _shape(self, origins: Origins, level: Array, scale: Array) -> list[Array]:
        """Means of several lengths, spread, and how the series is made."""
        season = self._season
        short = max(season // 4, 2)
        columns = [
            (self._window(self._sums, origins, width) - level) / scale
            for width in (short, 2 * max(season, 6), 6 * max(season, 6))
        ]
        before = self._window(self._sums, origins, max(season, 4), max(season, 4))
        columns.append((before - level) / scale)
        width = max(2 * season, 8)
        mean = self._window(self._sums, origins, width)
        power = self._window(self._squares, origins, width)
        columns.append(np.sqrt(np.maximum(power - mean**2, 0)) / scale)
        columns.append(self._window(self._moves, origins, width) / scale)
        columns.append(self._window(self._zeros, origins, width))
        columns.append(level / scale)
        ever = self._window(self._sums, origins, _memory(self._panel))
        columns.append(np.clip(ever / (np.abs(level) + 1e-9), -20, 20))
        columns.append(np.log1p(np.abs(level)))
        return columns

    def _calendar(self, origins: Origins) -> list[Array]:
        """Month, week, weekday and hour of the step that is forecast."""
        frequency = self._panel.frequency
        ahead = origins.at + origins.step - (self._panel.n_steps - 1)
        stamps = frequency.shift(self._panel.last[origins.item], ahead)
        columns: list[Array] = []
        days = stamps.astype("M8[D]")
        if frequency.months:
            if frequency.months < 12:
                columns.append(stamps.astype("M8[M]").astype(float) % 12)
            return columns
        into_year = days - days.astype("M8[Y]").astype("M8[D]")
        # In a short history the day of the year or month only tells how late it is.
        columns.append(self._if_learned(into_year, _YEARLY_SPAN))
        if frequency.seconds < 7 * _DAY:
            columns.append((days.astype(float) + 3) % 7)
            into_month = days - days.astype("M8[M]").astype("M8[D]")
            columns.append(self._if_learned(into_month, _MONTHLY_SPAN))
        if frequency.seconds < _DAY:
            columns.append((stamps - days.astype("M8[s]")).astype(float))
        return columns

    def _if_learned(self, days: NDArray[Any], span: int) -> Array:
        """Days since some date; unknown where history is shorter than a span."""
        return np.where(self._span > span, days.astype(float), np.nan)

    def _covariates(self, origins: Origins) -> list[Array]:
        """Known covariates at the step: their value, and against recent ones."""
        columns: list[Array] = []
        target = origins.at + origins.step
        season = max(self._season, 4)
        for number in range(self._panel.known.shape[2]):
            values = self._panel.known[:, :, number]
            there = values[origins.item, target]
            if self._panel.hidden.size:
                hidden = self._panel.hidden[origins.item, origins.step - 1, number]
                there = np.where(hidden, np.nan, there)
            filled = _cumulate(np.nan_to_num(values[:, : self._panel.n_steps]))
            columns.append(there)
            columns.append(there - self._window(filled, origins, season))
            if self._season > 1:
                back = -(-origins.step // self._season) * self._season
                column = np.maximum(target - back, 0)
                columns.append(there - values[origins.item, column])
        return columns


def _cumulate(values: Array) -> Array:
    """Running sums [n_items, n_steps + 1] along the steps."""
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _difference(values: Array, lag: int) -> Array:
    change = np.zeros_like(values)
    change[:, lag:] = values[:, lag:] - values[:, :-lag]
    return change
