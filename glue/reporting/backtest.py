"""Autopilot's backtest results, read as far as their unpublished format allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array, as_texts, join_parts
from glue.bucket import Bucket, split_uri
from glue.findings.finding import list_some
from glue.reading.timestamps import UnreadableTimestampError
from glue.reporting.histories import Histories, keep_history
from glue.reporting.history import History, Key, number_keys
from glue.reporting.judged import Judged
from glue.reporting.leaderboard import find_winner
from glue.reporting.scoring import Points
from glue.reporting.shelf import Shelf
from glue.run_documents import RunSettings

_ACTUAL = ("actual", "actuals", "actual_value", "target_value", "y_true", "true")
# Amazon Forecast's export, which Autopilot's looks like, has the names with no line:
# https://docs.aws.amazon.com/forecast/latest/dg/howitworks-backtest-export.html
_CUTOFF = (
    "cutoff",
    "backtestwindow_start_time",
    "backtest_window_start",
    "forecast_start_time",
)
# What its export calls the first key and the timestamp, whatever the data do.
_ITEM, _TIMESTAMP = ("item_id",), ("timestamp", "date")
_READABLE = (".csv", ".csv.out")
_CHUNK_ROWS = 200_000


class NotComparableError(Exception):
    """Why the baseline cannot be scored on the windows that Autopilot used."""


@dataclass(frozen=True)
class Backtest:
    """Autopilot's forecasts of the past, and the windows that they were made for."""

    points: Points
    windows: tuple[int, ...]


@dataclass(frozen=True)
class BacktestOutcome:
    """The winner's backtest beside the simple forecasts; or why there is none.

    Parameters
    ----------
    windows
        The last period known to each.
    """

    judged: Judged | None
    windows: tuple[int, ...] = ()
    reason: str | None = None


def compare_backtest(
    candidates: Mapping[str, Any] | None,
    bucket: Bucket,
    histories: Histories,
    settings: RunSettings,
) -> BacktestOutcome:
    """Put simple forecasts beside the winner's backtest, where that can be read."""
    try:
        paths = download_backtest(candidates, bucket)
        backtest = part_backtest(paths, histories, settings)
        judged = Judged(backtest.read, histories, settings)
        if not judged.choice.points:
            raise NotComparableError("no series has a history before its backtest")
    except NotComparableError as error:
        return BacktestOutcome(None, reason=str(error))
    return BacktestOutcome(judged, backtest.windows)


def load_backtest(
    candidates: Mapping[str, Any] | None,
    bucket: Bucket,
    history: History,
    settings: RunSettings,
) -> Backtest:
    """Bring the winner's backtest results here, and read them.

    Raises
    ------
    NotComparableError
        When there are none, or they cannot be read.
    """
    return read_backtest(download_backtest(candidates, bucket), history, settings)


def download_backtest(
    candidates: Mapping[str, Any] | None, bucket: Bucket
) -> list[Path]:
    """Bring the winner's backtest results here.

    Raises
    ------
    NotComparableError
        When there are none, or none that can be read.
    """
    uri = (find_winner(candidates) or {}).get("backtest_results_uri")
    if not uri:
        raise NotComparableError("the training left no backtest results")
    name, prefix = split_uri(uri)
    if name != bucket.name:
        raise NotComparableError("the backtest results are elsewhere")
    keys = list_below(prefix, [one.key for one in bucket.list_objects(prefix)])
    readable = [key for key in keys if _is_readable(key)]
    if keys and not readable:
        endings = {PurePosixPath(key).suffix or "no ending" for key in keys}
        raise NotComparableError(
            "the backtest results are no CSV files (found: "
            f"{list_some(sorted(endings))})"
        )
    return [
        bucket.download(key, f"backtest-{number:05d}.csv")
        for number, key in enumerate(readable)
    ]


def list_below(prefix: str, keys: Iterable[str]) -> list[str]:
    """List the objects that a prefix names: itself, or what lies in that folder.

    Autopilot gives it without a slash, and ``backtest-1`` begins ``backtest-10`` too.
    """
    folder = f"{prefix.rstrip('/')}/"
    return [key for key in keys if key == prefix or key.startswith(folder)]


def _is_readable(key: str) -> bool:
    return key.lower().endswith(_READABLE)


def read_backtest(
    paths: Sequence[Path], history: History, settings: RunSettings
) -> Backtest:
    """Read backtest results by column name.

    Raises
    ------
    NotComparableError
        When they do not hold items, timestamps, actuals and quantiles, or not of the
        series and time steps that the run was trained on.
    """
    parted = part_backtest(paths, keep_history(history, Shelf()), settings)
    return Backtest(parted.read(0), parted.windows)


@dataclass(frozen=True)
class PartedBacktest:
    """The points of a backtest, parted as the history is.

    Parameters
    ----------
    windows
        The last period known to each.
    """

    histories: Histories
    windows: tuple[int, ...]

    def read(self, shard: int) -> Points:
        """Read the points of a shard, whose series are numbered from 0 on."""
        points: Points = self.histories.shelf.fetch(f"points-{shard:05d}")
        return points


def part_backtest(
    paths: Sequence[Path], histories: Histories, settings: RunSettings
) -> PartedBacktest:
    """Read backtest results, some rows at a time, and part them as the history is.

    Raises
    ------
    NotComparableError
        As ``read_backtest`` does.
    """
    shelf, windows = histories.shelf, Windows()
    counts = _keep_pieces(paths, histories, settings, windows)
    cutoffs: set[int] = set()
    for shard, count in enumerate(counts):
        names = [_name(shard, number) for number in range(count)]
        pieces = [shelf.fetch(name) for name in names] or [_no_piece(settings)]
        points = _make_points(join_parts(pieces), windows, histories, settings)
        points = points.take(np.flatnonzero(np.isfinite(points.actual)))
        cutoffs.update(np.unique(points.cutoff).tolist())
        shelf.keep(f"points-{shard:05d}", points)
        for name in names:
            shelf.drop(name)
    if not cutoffs:
        raise NotComparableError("the backtest results hold no actual value")
    return PartedBacktest(histories, tuple(sorted(cutoffs)))


def _name(shard: int, piece: int) -> str:
    return f"backtest-{shard:05d}-{piece:05d}"


@dataclass(frozen=True)
class _Piece:
    """Some rows of a backtest: what points are made of, [n]."""

    series: Array
    window: Array
    periods: Array
    actual: Array
    mean: Array
    quantiles: Array

    def take(self, some: Array, first: int) -> _Piece:
        """Keep some rows, of a shard whose first series has a number."""
        kept = [getattr(self, one.name)[some] for one in fields(self)]
        return _Piece(kept[0] - first, *kept[1:])


def _no_piece(settings: RunSettings) -> _Piece:
    whole, number = np.empty(0, dtype=np.int64), np.empty(0)
    quantiles = np.empty((0, len(settings.quantiles)))
    return _Piece(whole, whole, whole, number, number, quantiles)


def _keep_pieces(
    paths: Sequence[Path],
    histories: Histories,
    settings: RunSettings,
    windows: Windows,
) -> list[int]:
    """Part the rows of all files; say how many pieces each shard has."""
    headers: list[str] = []
    unknown: set[Key] = set()
    counts, rows, tables = [0] * len(histories), 0, 0
    for path in paths:
        for table in _read(path, settings, headers):
            tables, rows = tables + 1, rows + len(table)
            series = find_series(table, histories, settings.keys, unknown)
            if unknown or not len(table):
                continue
            piece = _read_piece(
                table, series, windows, histories=histories, settings=settings
            )
            places = np.searchsorted(histories.firsts[1:], series, side="right")
            for shard in np.unique(places).tolist():
                some = np.flatnonzero(places == shard)
                first = histories.firsts[shard]
                mine = piece.take(some, first)
                histories.shelf.keep(_name(shard, counts[shard]), mine)
                counts[shard] += 1
    if not tables:
        found = list_some(dict.fromkeys(headers)) or f"{len(paths)} files, no columns"
        raise NotComparableError(
            "the backtest results hold no table with items, timestamps, "
            f"actuals and quantiles (found: {found})"
        )
    if unknown:
        example = ", ".join(map(str, min(unknown)))
        raise NotComparableError(
            f"{len(unknown)} series of the forecast are not in the history "
            f"(such as {example!r})"
        )
    if not rows:
        raise NotComparableError("the backtest results hold no row")
    return counts


def _read(
    path: Path, settings: RunSettings, headers: list[str]
) -> Iterator[pd.DataFrame]:
    try:
        with pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8",
            chunksize=_CHUNK_ROWS,
        ) as chunks:
            for number, chunk in enumerate(chunks):
                headers += map(str, chunk.columns if not number else ())
                table = _choose_columns(chunk, path, settings)
                if table is None:
                    return
                yield table
    except (ValueError, UnicodeDecodeError):
        return  # not a table: there may be others


def _choose_columns(
    raw: pd.DataFrame, path: Path, settings: RunSettings
) -> pd.DataFrame | None:
    """Find the columns by their names; None where some are not there."""
    names = {str(name).strip().lower(): name for name in raw.columns}
    actual = _find(names, (*_ACTUAL, settings.target.lower()))
    wanted = [*settings.row_keys, *settings.quantiles]
    aliases = {settings.keys[0]: _ITEM, settings.timestamp: _TIMESTAMP}
    found = [_find(names, (name.lower(), *aliases.get(name, ()))) for name in wanted]
    if actual is None or any(name is None for name in found):
        return None
    table = raw[found].set_axis(wanted, axis=1)
    numbers = {"actual": raw[actual], "mean": raw.get(names.get("mean"))}
    for name, texts in numbers.items():
        table[name] = np.nan if texts is None else pd.to_numeric(texts, errors="coerce")
    for name in settings.quantiles:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    cutoff = _find(names, _CUTOFF)
    # Where windows have no names, a file may be one.
    table["window"] = path.name if cutoff is None else raw[cutoff]
    return table


def _find(names: dict[str, Any], wanted: Iterable[str]) -> Any:
    return next((names[name] for name in wanted if name in names), None)


def _read_piece(
    table: pd.DataFrame,
    series: Array,
    windows: Windows,
    *,
    histories: Histories,
    settings: RunSettings,
) -> _Piece:
    try:
        periods = histories.number_periods(table[settings.timestamp])
    except UnreadableTimestampError as error:
        raise NotComparableError(f"the backtest results: {error}") from error
    return _Piece(
        series=series,
        window=windows.number(table["window"].to_numpy(dtype=object), periods),
        periods=periods,
        actual=table["actual"].to_numpy(dtype=float),
        mean=table["mean"].to_numpy(dtype=float),
        quantiles=table[list(settings.quantiles)].to_numpy(dtype=float),
    )


def _make_points(
    piece: _Piece, windows: Windows, histories: Histories, settings: RunSettings
) -> Points:
    cutoff = windows.find_cutoffs(piece, histories, settings.horizon)
    quantiles, mean, middle = piece.quantiles, piece.mean, settings.median
    stand_in = quantiles.mean(axis=1) if middle is None else quantiles[:, middle]
    points = Points(
        series=piece.series,
        cutoff=cutoff,
        step=piece.periods - cutoff,
        actual=piece.actual,
        mean=np.where(np.isnan(mean), stand_in, mean),
        quantiles=quantiles,
    )
    if _has_repeats(points):
        raise NotComparableError("the backtest results hold a point twice")
    if (points.step > settings.horizon).any() or np.isnan(quantiles).any():
        raise NotComparableError(
            "the backtest results have windows longer than the horizon, or "
            "values that are not numbers"
        )
    return points


def _has_repeats(points: Points) -> bool:
    if not len(points):
        return False
    cutoffs, steps = points.cutoff - points.cutoff.min(), points.step
    keys = points.series * (cutoffs.max() + 1) + cutoffs
    keys = keys * (steps.max() + 1) + steps
    return len(np.unique(keys)) < len(points)


def find_series(
    table: pd.DataFrame, histories: Histories, names: Sequence[str], unknown: set[Key]
) -> Array:
    """Number the series of each row as the history does, [n]; -1 for no such series.

    Parameters
    ----------
    unknown
        Takes the series that are not in the history.
    """
    found: dict[Key, int] = {}
    codes = number_keys(table, names, found)
    numbers = [histories.numbers.get(key, -1) for key in found]
    unknown.update(key for key, number in zip(found, numbers) if number < 0)
    return np.array(numbers, dtype=np.int64)[codes]


class Windows:
    """The windows of a backtest, as they are met: their first and last periods.

    A named cutoff is the last known moment, or the first that was forecast: which of
    the two, the timestamps tell. Without such names, each file is a window; files that
    are longer than a horizon hold windows of one, up to the last period.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._first: list[int] = []
        self._last: list[int] = []

    def number(self, names: Array, periods: Array) -> Array:
        """Number the window of each row, [n]."""
        codes, uniques = pd.factorize(names)
        numbers = [
            self._numbers.setdefault(name, len(self._numbers)) for name in uniques
        ]
        places = np.array(numbers, dtype=np.int64)[codes]
        fresh = len(self._numbers) - len(self._first)
        self._first += [np.iinfo(np.int64).max] * fresh
        self._last += [np.iinfo(np.int64).min] * fresh
        for code, number in enumerate(numbers):
            some = periods[codes == code]
            self._first[number] = min(self._first[number], int(some.min()))
            self._last[number] = max(self._last[number], int(some.max()))
        return places

    def find_cutoffs(self, piece: _Piece, histories: Histories, horizon: int) -> Array:
        """Find the last period known to each row's forecast, [n]."""
        first, last = np.array(self._first), np.array(self._last)
        try:
            named = histories.number_periods(as_texts(self._numbers))
        except UnreadableTimestampError:
            if (last - first < horizon).all():
                return (first - 1)[piece.window]
            back = last.max() - piece.periods
            return last.max() - horizon * (back // horizon + 1)
        return np.where(named < first, named, first - 1)[piece.window]
