"""Is the report's tick to be trusted? Small random panels, and what then happens.

    python -m benchmarks.verdicts --panels 300

Each panel is forecast by the embedded engine, and its backtest is judged as a report
judges it. As the process behind a panel is known, it goes on many times from where the
history ends: the forecast is truly better if its expected loss over these futures is
less than that of the simple forecast that the verdict named. A tick on a random walk is
false whatever happens.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecaster import fit
from glue.frequency import parse_frequency
from glue.reporting.backtest import BacktestOutcome, read_backtest
from glue.reporting.figures import Known, compute_figures
from glue.reporting.grid import ForecastGrid, build_grid
from glue.reporting.histories import keep_history
from glue.reporting.history import History, read_history
from glue.reporting.judged import Judged
from glue.reporting.panel import make_panel
from glue.reporting.plausibility import check_plausible
from glue.reporting.scoring import Points, Scored, compare, list_errors
from glue.reporting.shelf import Shelf
from glue.reporting.verdict import BETTER, Engine
from glue.run_documents import RunSettings

LEVELS = ("p10", "p50", "p90")
Numbers = Any
# Panels of each kind: series, steps of history, steps to forecast, frequency.
_SHAPES = ((1, 60, 6), (4, 48, 6), (12, 60, 6), (30, 40, 4), (8, 90, 12))
_FREQUENCIES = ("M", "W", "D")


@dataclass(frozen=True)
class Size:
    """How large a panel is: series, steps of history, steps ahead, and futures."""

    series: int
    steps: int
    horizon: int
    futures: int

    @property
    def past(self) -> tuple[int, int]:
        """The shape of the history."""
        return self.series, self.steps

    @property
    def ahead(self) -> tuple[int, int, int]:
        """The shape of all futures."""
        return self.futures, self.series, self.horizon


# A process gives a history, [series, steps], and futures, [futures, series, horizon].
Made = tuple[Numbers, Numbers]


def make_walks(random: Numbers, size: Size) -> Made:
    """Make random walks: nothing is better than the last value."""
    past = 200 + random.normal(0, 5, size.past).cumsum(axis=1)
    return past, past[:, -1:] + random.normal(0, 5, size.ahead).cumsum(axis=2)


def make_common_walks(random: Numbers, size: Size) -> Made:
    """Make random walks that go together in part."""
    common = random.normal(0, 4, size.steps).cumsum()
    past = 200 + common + random.normal(0, 4, size.past).cumsum(axis=1)
    together = random.normal(0, 4, (size.futures, 1, size.horizon))
    moves = together + random.normal(0, 4, size.ahead)
    return past, past[:, -1:] + moves.cumsum(axis=2)


def make_noise(random: Numbers, size: Size) -> Made:
    """Make white noise: nothing is better than the mean."""
    level = random.uniform(50, 150, (size.series, 1))
    past = level + random.normal(0, 10, size.past)
    return past, level + random.normal(0, 10, size.ahead)


def make_seasons(random: Numbers, size: Size) -> Made:
    """Make a season of a year, a strong one, with noise."""
    time_axis = np.arange(size.steps + size.horizon)
    phase = random.uniform(0, 2 * np.pi, (size.series, 1))
    wave = 120 + 40 * np.sin(2 * np.pi * time_axis / 12 + phase)
    past = wave[:, : size.steps] + random.normal(0, 12, size.past)
    return past, wave[:, size.steps :] + random.normal(0, 12, size.ahead)


def make_trends(random: Numbers, size: Size) -> Made:
    """Make trends, the level of which wanders a little."""
    slope = random.normal(1, 1, (size.series, 1))
    level = 150 + (slope + random.normal(0, 0.1, size.past)).cumsum(axis=1)
    ahead = (slope + random.normal(0, 0.1, size.ahead)).cumsum(axis=2)
    past = level + random.normal(0, 10, size.past)
    return past, level[:, -1:] + ahead + random.normal(0, 10, size.ahead)


def make_intermittent(random: Numbers, size: Size) -> Made:
    """Make small counts, most of which are zero."""
    rate = random.uniform(0.2, 1.5, (size.series, 1))
    past, ahead = (random.poisson(rate, shape) for shape in (size.past, size.ahead))
    return past.astype(float), ahead.astype(float)


def make_shifts(random: Numbers, size: Size) -> Made:
    """Make noise around a level that moves now and then."""
    past, ahead = (
        ((random.random(shape) < 0.04) * random.normal(0, 40, shape)).cumsum(axis=-1)
        for shape in (size.past, size.ahead)
    )
    noisy = 100 + past + random.normal(0, 8, size.past)
    return noisy, 100 + past[:, -1:] + ahead + random.normal(0, 8, size.ahead)


KINDS: Mapping[str, Callable[[Numbers, Size], Made]] = {
    "random walk": make_walks,
    "common walk": make_common_walks,
    "white noise": make_noise,
    "season": make_seasons,
    "trend": make_trends,
    "intermittent": make_intermittent,
    "level shifts": make_shifts,
}


@dataclass(frozen=True)
class Truth:
    """By how many per cent the forecast's expected loss is less than the baseline's.

    Parameters
    ----------
    gain
        Over all futures.
    low, high
        Where it lies with 95% confidence, as the futures are a sample only.
    """

    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """What was said of one panel, and what is true."""

    number: int
    kind: str
    verdict: str
    gain: float
    low: float
    true_gain: float
    true_low: float
    true_high: float
    implausible: int
    sentence: str
    series: int
    windows: int
    seconds: float = 0.0

    @property
    def has_tick(self) -> bool:
        """Whether the report said that the forecast is better."""
        return self.verdict == BETTER

    @property
    def is_better(self) -> bool:
        """Whether the forecast is expected to be better."""
        return self.true_gain > 0


@dataclass(frozen=True)
class Panel:
    """A panel with its futures, and what the engine made of it."""

    kind: str
    size: Size
    frequency: str
    futures: Numbers
    known: pd.DataFrame
    backtests: pd.DataFrame
    forecast: pd.DataFrame

    @property
    def settings(self) -> RunSettings:
        """The settings of a run with it."""
        return _settings(self.frequency, self.size.horizon)


def forecast_panel(number: int, *, seed: int, futures: int) -> Panel:
    """Make one panel and forecast it."""
    kind = list(KINDS)[number % len(KINDS)]
    random = np.random.default_rng([seed, number])
    size = Size(*_SHAPES[(number // len(KINDS)) % len(_SHAPES)], futures)
    frequency = _FREQUENCIES[int(random.integers(len(_FREQUENCIES)))]
    frequency = "M" if kind == "season" else frequency
    past, ahead = (np.maximum(one, 0).round(2) for one in KINDS[kind](random, size))
    known = _make_table(past, frequency)
    model = fit(known, _config(frequency, size.horizon), workers=1)
    return Panel(
        kind=kind,
        size=size,
        frequency=frequency,
        futures=ahead,
        known=known,
        backtests=model.backtests,
        forecast=model.forecast(known),
    )


def judge_panel(panel: Panel, number: int = 0) -> Outcome:
    """Judge the backtest of a panel, and find what is true."""
    settings = panel.settings
    history = _read_history(panel)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "past.csv"
        _write(panel.backtests, path)
        backtest = read_backtest([path], history, settings)
    judged = Judged(lambda _: backtest.points, keep_history(history, Shelf()), settings)
    forecast = _as_texts(panel.forecast)
    grid = build_grid(forecast, history, settings)
    shown = make_panel(history, forecast, settings)
    figures = compute_figures(
        shown,
        Known(
            candidates=None,
            outcome=BacktestOutcome(judged, backtest.windows),
            plausibility=check_plausible(shown, settings),
            engine=Engine(local=True),
        ),
    )
    truth = find_truth(panel, history, grid, judged.choice.name)
    verdict = figures.verdict
    return Outcome(
        number=number,
        kind=panel.kind,
        verdict=verdict.outcome,
        gain=_or_nan(verdict.improvement_percent),
        low=_or_nan(verdict.improvement_low),
        true_gain=truth.gain,
        true_low=truth.low,
        true_high=truth.high,
        implausible=figures.plausibility.count,
        sentence=verdict.sentence,
        series=panel.size.series,
        windows=len(backtest.windows),
    )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def find_truth(
    panel: Panel, history: History, grid: ForecastGrid, baseline: str
) -> Truth:
    """Compare the expected losses of the forecast and of the named simple one.

    The baseline on the futures is the one that the verdict named, made from the whole
    history as the forecast is.
    """
    ahead = Points(
        series=grid.series,
        cutoff=np.full(len(grid.series), history.steps - 1),
        step=grid.step + 1,
        actual=panel.futures[0][grid.series, grid.step],
        mean=grid.mean,
        quantiles=grid.quantiles,
    )
    both = compare(ahead, history, panel.settings)
    sides = (both.forecast, both.simple[baseline])
    losses = np.array(
        [
            [_sum_loss(side, future[grid.series, grid.step]) for side in sides]
            for future in panel.futures
        ]
    )
    ours, theirs = losses.mean(axis=0)
    ratio = ours / theirs
    # The error of a ratio of means, to first order.
    spread = (losses[:, 0] - ratio * losses[:, 1]).std(ddof=1) / theirs
    error = 1.96 * spread / np.sqrt(len(losses))
    return Truth(*(100 * (1 - one) for one in (ratio, ratio + error, ratio - error)))


def _sum_loss(scored: Scored, actual: Numbers) -> float:
    points = replace(scored.points, actual=actual)
    return float(list_errors(replace(scored, points=points), "WQL").sum())


def _read_history(panel: Panel) -> History:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        _write(panel.known, path)
        return read_history(path, panel.settings)


def _make_table(values: Numbers, frequency: str) -> pd.DataFrame:
    code = {"M": "MS", "W": "W-MON", "D": "D"}[frequency]
    stamps = pd.date_range("2019-01-07", periods=values.shape[1], freq=code)
    count = len(values)
    return pd.DataFrame(
        {
            "item": np.repeat([f"item {n:02d}" for n in range(count)], len(stamps)),
            "day": np.tile(stamps, count),
            "units": values.ravel(),
        }
    )


def _write(frame: pd.DataFrame, path: Path) -> None:
    _as_texts(frame).to_csv(path, index=False)


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame.copy()
    for name in {"day", "cutoff"} & set(texts.columns):
        texts[name] = pd.to_datetime(texts[name]).dt.strftime("%Y-%m-%d")
    return texts


def _config(frequency: str, horizon: int) -> dict[str, Any]:
    return {
        "ForecastFrequency": frequency,
        "ForecastHorizon": horizon,
        "ForecastQuantiles": list(LEVELS),
        "TimeSeriesConfig": {
            "TargetAttributeName": "units",
            "TimestampAttributeName": "day",
            "ItemIdentifierAttributeName": "item",
        },
    }


def _settings(frequency: str, horizon: int) -> RunSettings:
    parsed = parse_frequency(frequency)
    return RunSettings(
        keys=("item",),
        timestamp="day",
        target="units",
        asked_quantiles=LEVELS,
        frequency=parsed,
        horizon=horizon,
        season=parsed.season,
        filling={"middlefill": "zero", "backfill": "zero"},
    )


def run_panel(number: int, *, seed: int, futures: int) -> Outcome:
    """Make, forecast and judge one panel."""
    started = time.monotonic()
    panel = forecast_panel(number, seed=seed, futures=futures)
    outcome = judge_panel(panel, number)
    return replace(outcome, seconds=time.monotonic() - started)


def run_panels(
    panels: int, *, seed: int, futures: int, workers: int
) -> Iterator[Outcome]:
    """Judge panels, some at a time."""
    judged = partial(run_panel, seed=seed, futures=futures)
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(judged, range(panels))


def print_table(outcomes: list[Outcome]) -> None:
    """Print a line a kind: how many got a tick, how many rightly, and who got none."""
    print(f"{'kind':14s} panels  ticks  share  truly better  better, with a tick")
    for kind in KINDS:
        some = [one for one in outcomes if one.kind == kind]
        if some:
            _print_line(kind, some)
    _print_line("all", outcomes)
    for one in outcomes:
        if one.has_tick and not one.is_better:
            print(
                f"false: {one.kind} {one.number}, {one.series} series: said "
                f"{one.gain:.1f}% ({one.low:.1f} or more), true {one.true_gain:.1f}% "
                f"({one.true_low:.1f} to {one.true_high:.1f})"
            )


def _print_line(kind: str, some: list[Outcome]) -> None:
    ticks = [one for one in some if one.has_tick]
    better = [one for one in some if one.is_better]
    right = sum(one.is_better for one in ticks)
    print(
        f"{kind:14s} {len(some):6d} {len(ticks):6d} {len(ticks) / len(some):6.0%}"
        f" {right:6d} of {len(ticks):<4d} {right:6d} of {len(better)}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Judge panels, and print how often the tick was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--panels", type=int, default=300)
    parser.add_argument("--futures", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, help="every outcome as CSV")
    options = parser.parse_args(arguments)
    outcomes = []
    running = run_panels(
        options.panels,
        seed=options.seed,
        futures=options.futures,
        workers=options.workers,
    )
    with contextlib.suppress(KeyboardInterrupt):
        for one in running:
            outcomes.append(one)
    if options.out:
        pd.DataFrame([vars(one) for one in outcomes]).to_csv(options.out, index=False)
    print_table(outcomes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
