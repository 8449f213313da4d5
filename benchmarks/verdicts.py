"""Is the report's tick to be trusted? Small random panels, and what then happened.

    python -m benchmarks.verdicts --panels 300

Each panel is forecast by the embedded engine; its backtest is judged as a report judges
it, and its forecast is scored on fresh data that neither has seen. A tick on a random
walk is false whatever happens; elsewhere it is right where the forecast then beats the
best simple one as well.
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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecaster import fit
from glue.frequency import parse_frequency
from glue.reporting.backtest import BacktestOutcome, read_backtest
from glue.reporting.figures import Known, compute_figures
from glue.reporting.grid import build_grid
from glue.reporting.history import read_history
from glue.reporting.plausibility import check_plausible
from glue.reporting.scoring import Points, compare, find_gain, score_whole
from glue.reporting.verdict import BETTER, Engine
from glue.run_documents import RunSettings

LEVELS = ("p10", "p50", "p90")
Numbers = Any
# Panels of each kind: series, steps of history, steps to forecast, frequency.
_SHAPES = ((1, 60, 6), (4, 48, 6), (12, 60, 6), (30, 40, 4), (8, 90, 12))
_FREQUENCIES = ("M", "W", "D")


def make_walks(random: Numbers, count: int, steps: int) -> Numbers:
    """Make random walks: nothing is better than the last value."""
    return 200 + random.normal(0, 5, (count, steps)).cumsum(axis=1)


def make_common_walks(random: Numbers, count: int, steps: int) -> Numbers:
    """Make random walks that go together in part."""
    common = random.normal(0, 4, steps).cumsum()
    return 200 + common + random.normal(0, 4, (count, steps)).cumsum(axis=1)


def make_noise(random: Numbers, count: int, steps: int) -> Numbers:
    """Make white noise: nothing is better than the mean."""
    return random.uniform(50, 150, (count, 1)) + random.normal(0, 10, (count, steps))


def make_seasons(random: Numbers, count: int, steps: int) -> Numbers:
    """Make a season of a year, a strong one, with noise."""
    time_axis = np.arange(steps)
    phase = random.uniform(0, 2 * np.pi, (count, 1))
    wave = 40 * np.sin(2 * np.pi * time_axis / 12 + phase)
    return 120 + wave + random.normal(0, 12, (count, steps))


def make_trends(random: Numbers, count: int, steps: int) -> Numbers:
    """Make trends whose slope changes slowly."""
    slope = random.normal(1, 1, (count, 1)) + random.normal(0, 0.1, (count, steps))
    return 150 + slope.cumsum(axis=1) + random.normal(0, 10, (count, steps))


def make_intermittent(random: Numbers, count: int, steps: int) -> Numbers:
    """Make small counts, most of which are zero."""
    rate = random.uniform(0.2, 1.5, (count, 1))
    return random.poisson(rate, (count, steps)).astype(float)


def make_shifts(random: Numbers, count: int, steps: int) -> Numbers:
    """Make noise around a level that moves now and then."""
    moves = random.random((count, steps)) < 0.04
    level = 100 + (moves * random.normal(0, 40, (count, steps))).cumsum(axis=1)
    return level + random.normal(0, 8, (count, steps))


KINDS: Mapping[str, Callable[[Numbers, int, int], Numbers]] = {
    "random walk": make_walks,
    "common walk": make_common_walks,
    "white noise": make_noise,
    "season": make_seasons,
    "trend": make_trends,
    "intermittent": make_intermittent,
    "level shifts": make_shifts,
}


@dataclass(frozen=True)
class Outcome:
    """What was said of one panel, and what was true."""

    kind: str
    verdict: str
    gain: float
    low: float
    fresh_gain: float
    implausible: int
    sentence: str
    series: int
    seconds: float = 0.0

    @property
    def has_tick(self) -> bool:
        """Whether the report said that the forecast is better."""
        return self.verdict == BETTER


def judge_panel(number: int, seed: int) -> Outcome:
    """Make one panel, forecast it, judge the backtest, and look at what came."""
    started = time.monotonic()
    kind = list(KINDS)[number % len(KINDS)]
    random = np.random.default_rng([seed, number])
    count, steps, horizon = _SHAPES[(number // len(KINDS)) % len(_SHAPES)]
    frequency = _FREQUENCIES[int(random.integers(len(_FREQUENCIES)))]
    frequency = "M" if kind == "season" else frequency
    values = np.maximum(KINDS[kind](random, count, steps + horizon), 0)
    table = _make_table(values, frequency)
    known = table[table["step"] < steps].drop(columns="step")
    model = fit(known, _config(frequency, horizon), workers=1)
    forecast = model.forecast(known)
    settings = _settings(frequency, horizon)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, frame in (
            ("train", known),
            ("all", table),
            ("past", model.backtests),
        ):
            _write(frame, folder / f"{name}.csv")
        history = read_history(folder / "train.csv", settings)
        backtest = read_backtest([folder / "past.csv"], history, settings)
        future = read_history(folder / "all.csv", settings)
    comparison = compare(backtest.points, history, settings)
    grid = build_grid(_as_texts(forecast), history, settings)
    figures = compute_figures(
        grid,
        history,
        settings,
        Known(
            candidates=None,
            outcome=BacktestOutcome(comparison, backtest.windows),
            plausibility=check_plausible(grid, history, settings),
            engine=Engine(local=True),
        ),
    )
    ahead = Points(
        series=grid.series,
        cutoff=np.full(len(grid.series), history.steps - 1),
        step=grid.step + 1,
        actual=future.look_up(grid.series, history.steps + grid.step),
        mean=grid.mean,
        quantiles=grid.quantiles,
    )
    # The baseline on fresh data is the one that the verdict named.
    fresh = compare(ahead, future, settings)
    theirs = score_whole(fresh.simple[comparison.name])
    return Outcome(
        kind=kind,
        verdict=figures.verdict.outcome,
        gain=figures.verdict.improvement_percent or np.nan,
        low=figures.verdict.improvement_low or np.nan,
        fresh_gain=find_gain(score_whole(fresh.forecast)["WQL"], theirs["WQL"]) or 0.0,
        implausible=figures.plausibility.count,
        sentence=figures.verdict.sentence,
        series=count,
        seconds=time.monotonic() - started,
    )


def _make_table(values: Numbers, frequency: str) -> pd.DataFrame:
    code = {"M": "MS", "W": "W-MON", "D": "D"}[frequency]
    stamps = pd.date_range("2019-01-07", periods=values.shape[1], freq=code)
    count = len(values)
    return pd.DataFrame(
        {
            "item": np.repeat([f"item {n:02d}" for n in range(count)], len(stamps)),
            "day": np.tile(stamps, count),
            "units": values.ravel().round(2),
            "step": np.tile(np.arange(len(stamps)), count),
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


def run_panels(panels: int, seed: int, workers: int) -> Iterator[Outcome]:
    """Judge panels, some at a time."""
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(partial(judge_panel, seed=seed), range(panels))


def print_table(outcomes: list[Outcome]) -> None:
    """Print a line a kind: how many got a tick, and how many of these were right."""
    print(f"{'kind':14s} panels  ticks  share  ticks that held  better after all")
    for kind in KINDS:
        some = [one for one in outcomes if one.kind == kind]
        if some:
            _print_line(kind, some)
    _print_line("all", outcomes)


def _print_line(kind: str, some: list[Outcome]) -> None:
    ticks = [one for one in some if one.has_tick]
    held = sum(one.fresh_gain > 0 for one in ticks)
    better = sum(one.fresh_gain > 0 for one in some)
    print(
        f"{kind:14s} {len(some):6d} {len(ticks):6d} {len(ticks) / len(some):6.0%}"
        f" {held:9d} of {len(ticks):<4d} {better:10d} of {len(some)}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Judge panels, and print how often the tick was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--panels", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path, help="every outcome as CSV")
    options = parser.parse_args(arguments)
    outcomes = []
    with contextlib.suppress(KeyboardInterrupt):
        for one in run_panels(options.panels, options.seed, options.workers):
            outcomes.append(one)
    if options.out:
        pd.DataFrame([vars(one) for one in outcomes]).to_csv(options.out, index=False)
    print_table(outcomes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
