"""Did the last forecast come true? Earlier forecasts beside what then happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.arrays import Array, add_parts, join_parts
from glue.bucket import Bucket, RunKeys, dataset_folder
from glue.log import log_error
from glue.reading.timestamps import UnreadableTimestampError
from glue.reporting.added import Held, count_held
from glue.reporting.calibration import describe_coverage
from glue.reporting.histories import Histories, keep_history
from glue.reporting.history import History, Key, number_keys
from glue.reporting.judged import Judged
from glue.reporting.scoring import (
    Bias,
    Errors,
    Points,
    Scored,
    as_number,
    find_gain,
    score,
    sum_bias,
    sum_errors,
)
from glue.reporting.shelf import Shelf
from glue.reporting.words import spell_count, spell_percent
from glue.run_documents import Run, RunSettings, read_settings

# Earlier runs that are scored at most, and those that are looked at for it.
_MOST_SCORED, _MOST_LOOKED_AT = 3, 20
_WORST = 10
_CHUNK_ROWS = 200_000
# What report.json says where not even the looking was possible.
NOT_READ: Mapping[str, Any] = {
    "scored": [],
    "reason": "earlier forecasts could not be read",
}
_RUN = re.compile(r"(?:.*-)?(\d{12})-[0-9a-f]{8}(?:-[a-z0-9-]+)?")


class NoOverlapError(Exception):
    """Why an earlier forecast cannot be scored with this upload."""


def find_earlier(run: Run, bucket: Bucket, histories: Histories) -> Mapping[str, Any]:
    """Score the newest forecasts of the dataset that this upload has actuals for."""
    stored = bucket.list_objects(dataset_folder(run.dataset))
    earlier_runs = list_earlier_runs([one.key for one in stored], run.run_id)
    looked_at = earlier_runs[:_MOST_LOOKED_AT]
    scored, reasons = score_runs(looked_at, run, bucket, histories, most=_MOST_SCORED)
    return {"scored": scored, "reason": None if scored else explain_none(reasons)}


def score_runs(
    run_ids: Iterable[str], run: Run, bucket: Bucket, histories: Histories, *, most: int
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Score so many earlier runs at most; the others have a reason each by run."""
    scored: list[dict[str, Any]] = []
    reasons: dict[str, str] = {}
    for run_id in run_ids:
        try:
            scored.append(score_run(run_id, run, bucket, histories))
        except NoOverlapError as error:
            reasons[run_id] = str(error)
        except Exception as error:
            log_error(error)
            reasons[run_id] = f"it could not be read ({error})"
        if len(scored) == most:
            break
    return scored, reasons


def score_run(
    run_id: str, run: Run, bucket: Bucket, histories: Histories
) -> dict[str, Any]:
    """Score the forecast of an earlier run on the history of this one.

    Raises
    ------
    NoOverlapError
        When it forecast nothing that this history has.
    """
    keys = RunKeys(run_id)
    then = read_settings(bucket.read_json(keys.settings))
    key = f"{keys.results(run.dataset)}forecast.csv"
    path = bucket.download(key, "earlier.csv")
    try:
        return score_earlier(path, run_id, histories, now=run.settings, then=then)
    finally:
        path.unlink()


def list_earlier_runs(keys: Iterable[str], run_id: str) -> list[str]:
    """List the runs before this one that left a forecast, newest first.

    Parameters
    ----------
    keys
        The keys of the dataset's results.
    """
    found = {
        key.split("/")[-2]
        for key in keys
        if key.endswith("/forecast.csv") and key.count("/") == 3
    }
    mine = find_moment(run_id)
    earlier = [(find_moment(run), run) for run in found if run != run_id]
    return [run for moment, run in sorted(earlier, reverse=True) if "" < moment <= mine]


def find_moment(run_id: str) -> str:
    """Find when a run's upload came; empty for what is no run's name."""
    match = _RUN.fullmatch(run_id)
    return match[1] if match else ""


def score_earlier(
    path: Path,
    run_id: str,
    histories: Histories,
    *,
    now: RunSettings,
    then: RunSettings,
) -> dict[str, Any]:
    """Score the forecast.csv of an earlier run on the history of this one.

    Raises
    ------
    NoOverlapError
        When none of the days forecast has an actual value yet, or the two runs do not
        forecast the same thing.
    """
    check_same(now, then)
    settings = replace(
        now,
        timestamp=then.timestamp,
        horizon=then.horizon,
        asked_quantiles=then.asked_quantiles,
    )
    earlier = part_earlier(path, histories, settings)
    judged = Judged(earlier.read, histories, settings)
    choice = judged.choice
    if not choice.points:
        raise NoOverlapError(
            f"it forecast {earlier.first} to {earlier.last}, and this upload has no "
            "actual value for any of these days yet"
        )
    scored = _join_scores([*_score_shards(judged)])
    first, last = histories.name_periods(np.array([scored.first, scored.last]))
    metrics, baseline = scored.errors.whole(), choice.simple[choice.name].whole()
    coverage = describe_coverage(scored.held, settings)
    return {
        "run_id": run_id,
        "forecast_first": earlier.first,
        "forecast_last": earlier.last,
        "scored_first": first,
        "scored_last": last,
        "points": choice.points,
        "series": scored.series,
        "metrics": metrics,
        "baseline": baseline,
        "calibration": coverage,
        "bias_percent": scored.bias.whole(),
        "worst": [one.as_data() for one in scored.worst],
        "sentence": _spell(metrics, baseline, coverage, choice.words),
    }


@dataclass(frozen=True)
class _Worst:
    """A series whose errors add much to the whole error."""

    key: Key
    actual: float
    forecast: float
    error: float
    wape: float | None

    def as_data(self) -> dict[str, Any]:
        return {
            "key": list(self.key),
            "actual": self.actual,
            "forecast": self.forecast,
            "error": self.error,
            "WAPE": self.wape,
        }


@dataclass(frozen=True)
class _Scores:
    """How an earlier forecast came true, of some series or all."""

    errors: Errors
    bias: Bias
    held: Held
    series: int
    first: int
    last: int
    worst: list[_Worst]


def _score_shards(judged: Judged) -> Iterator[_Scores]:
    for shard, history in enumerate(judged.histories):
        comparison = judged.compare(shard, history)
        scored = comparison.forecast
        if len(scored.points):
            periods = scored.points.cutoff + scored.points.step
            yield _Scores(
                errors=sum_errors(scored),
                bias=sum_bias(scored),
                held=count_held(scored),
                series=len(np.unique(scored.points.series)),
                first=int(periods.min()),
                last=int(periods.max()),
                worst=_list_worst(scored, history),
            )


def _join_scores(parts: Sequence[_Scores]) -> _Scores:
    worst = sorted(chain(*(part.worst for part in parts)), key=lambda one: -one.error)
    return _Scores(
        errors=add_parts([part.errors for part in parts]),
        bias=add_parts([part.bias for part in parts]),
        held=add_parts([part.held for part in parts]),
        series=sum(part.series for part in parts),
        first=min(part.first for part in parts),
        last=max(part.last for part in parts),
        worst=worst[:_WORST],
    )


def check_same(now: RunSettings, then: RunSettings) -> None:
    """Refuse to compare runs that forecast different things.

    Raises
    ------
    NoOverlapError
        Which says what differs.
    """
    for name, what in (
        ("keys", "other key columns"),
        ("target", "another target"),
        ("frequency", "another frequency"),
    ):
        if getattr(now, name) != getattr(then, name):
            found = getattr(then, name)
            words = ", ".join(found) if isinstance(found, tuple) else str(found)
            raise NoOverlapError(f"it had {what} ({words})")


@dataclass(frozen=True)
class Earlier:
    """An earlier forecast, and the first and last day that it forecast.

    Parameters
    ----------
    pieces
        How many pieces of it each shard has.
    """

    histories: Histories
    settings: RunSettings
    pieces: list[int]
    first: str
    last: str

    def read(self, shard: int) -> Points:
        """Read the points of a shard, whose series are numbered from 0 on."""
        shelf = self.histories.shelf
        names = [_name(shard, number) for number in range(self.pieces[shard])]
        width = 1 + len(self.settings.quantiles)
        pieces = [*map(shelf.fetch, names)] or [_no_rows(width)]
        history = self.histories.read(shard)
        return _make_points(join_parts(pieces), history, self.settings)


@dataclass(frozen=True)
class _Rows:
    """Rows of an earlier forecast whose series this history has, [n]."""

    series: Array
    periods: Array
    numbers: Array

    def take(self, some: Array, first: int) -> _Rows:
        """Keep some rows, of a shard whose first series has a number."""
        return _Rows(self.series[some] - first, self.periods[some], self.numbers[some])


def _no_rows(width: int) -> _Rows:
    whole = np.empty(0, dtype=np.int64)
    return _Rows(whole, whole, np.empty((0, width)))


def _name(shard: int, piece: int) -> str:
    return f"earlier-{shard:05d}-{piece:05d}"


def part_earlier(path: Path, histories: Histories, settings: RunSettings) -> Earlier:
    """Read an earlier forecast.csv, some rows at a time, parted as the history is.

    Raises
    ------
    NoOverlapError
        When it lacks a column, or has timestamps that cannot be read.
    """
    ends: set[str] = set()
    pieces = [0] * len(histories)
    with pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        encoding="utf-8",
        chunksize=_CHUNK_ROWS,
    ) as chunks:
        for chunk in chunks:
            rows = _read_rows(chunk, histories, settings)
            stamps = chunk[settings.timestamp]
            ends.update([stamps.min(), stamps.max()] if len(stamps) else [])
            places = np.searchsorted(histories.firsts[1:], rows.series, side="right")
            for shard in np.unique(places).tolist():
                some = np.flatnonzero(places == shard)
                mine = rows.take(some, histories.firsts[shard])
                histories.shelf.keep(_name(shard, pieces[shard]), mine)
                pieces[shard] += 1
    first, last = min(ends, default="nan"), max(ends, default="nan")
    return Earlier(histories, settings, pieces, first, last)


def read_earlier(path: Path, history: History, settings: RunSettings) -> Points:
    """Read an earlier forecast.csv as points of a history that is in memory.

    Raises
    ------
    NoOverlapError
        When it lacks a column, or has timestamps that cannot be read.
    """
    return part_earlier(path, keep_history(history, Shelf()), settings).read(0)


def _read_rows(
    table: pd.DataFrame, histories: Histories, settings: RunSettings
) -> _Rows:
    wanted = [*settings.row_keys, "mean", *settings.quantiles]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise NoOverlapError(f"its forecast.csv lacks {', '.join(missing)}")
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    numbers = [histories.numbers.get(key, -1) for key in found]
    series = np.array(numbers, dtype=np.int64)[codes]
    try:
        periods = histories.number_periods(table[settings.timestamp])
    except UnreadableTimestampError as error:
        raise NoOverlapError(f"its forecast.csv: {error}") from error
    ours = np.flatnonzero(series >= 0)
    values = table[["mean", *settings.quantiles]].iloc[ours]
    columns = values.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    return _Rows(series[ours], periods[ours], columns)


def _make_points(rows: _Rows, history: History, settings: RunSettings) -> Points:
    cutoff = _find_cutoffs(rows.series, rows.periods, len(history.keys))
    points = Points(
        series=rows.series,
        cutoff=cutoff,
        step=rows.periods - cutoff,
        actual=history.look_up(rows.series, rows.periods),
        mean=rows.numbers[:, 0],
        quantiles=rows.numbers[:, 1:],
    )
    sound = np.isfinite(rows.numbers).all(axis=1) & (points.step <= settings.horizon)
    return points.take(np.flatnonzero(sound))


def _find_cutoffs(series: Array, periods: Array, count: int) -> Array:
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, series, periods)
    return first[series] - 1


def _list_worst(scored: Scored, history: History) -> list[_Worst]:
    """List the series whose errors add most to the whole error."""
    points = scored.points
    series, groups = np.unique(points.series, return_inverse=True)
    groups = groups.reshape(-1)
    wape = score(scored, groups, len(series))["WAPE"]
    error = np.bincount(groups, np.abs(points.actual - scored.middle))
    actual = np.bincount(groups, points.actual)
    forecast = np.bincount(groups, scored.middle)
    return [
        _Worst(
            history.keys[series[at]],
            actual=float(actual[at]),
            forecast=float(forecast[at]),
            error=float(error[at]),
            wape=as_number(wape[at]),
        )
        for at in np.argsort(-error, kind="stable")[:_WORST].tolist()
    ]


def _spell(
    metrics: dict[str, Any],
    baseline: dict[str, Any],
    coverage: Sequence[dict[str, Any]],
    words_of_baseline: str,
) -> str:
    wape = metrics["WAPE"]
    if wape is None:
        return "All that happened since is zero, so that no relative error can be told"
    words = f"It was off by {spell_percent(100 * wape)} of the volume"
    gain = find_gain(wape, baseline["WAPE"])
    if gain is not None:
        side = "less" if gain >= 0 else "more"
        words += f", {spell_percent(abs(gain))} {side} than {words_of_baseline}"
    if len(coverage) > 1:
        low, high = coverage[0], coverage[-1]
        words += (
            f"; {100 * (high['covered'] - low['covered']):.0f}% of actuals fell "
            f"between {low['quantile']} and {high['quantile']} "
            f"(target {100 * (high['level'] - low['level']):.0f}%)"
        )
    return words


def explain_none(reasons: Mapping[str, str]) -> str:
    """Say why no earlier forecast is scored, by the reasons of the newest first."""
    if not reasons:
        return "this is the dataset's first forecast: there is none to compare with"
    run_id, reason = next(iter(reasons.items()))
    more = len(reasons) - 1
    rest = f"; neither do {spell_count(more, 'run')} before it" if more else ""
    return f"no overlap with the last forecast (run {run_id}): {reason}{rest}"
