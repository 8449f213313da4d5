"""Fitting: every candidate over every backtest window, on all cores.

Results do not depend on the number of workers: each task is a function of its
arguments alone, and results are put together in the order of the tasks.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.arrays import Array
from forecaster.candidates.catalogue import BASELINE, Candidate, State
from forecaster.candidates.features import ENOUGH_ROWS
from forecaster.data.panel import Panel
from forecaster.metrics import score
from forecaster.time_limit import Clock, OutOfTime
from forecaster.training.backtest import Backtest
from forecaster.training.bounds import keep_near
from forecaster.training.fallback import mend
from forecaster.training.queueing import TaskQueue

OUT_OF_TIME = "out of time"
_MOST_OF_IT = 0.6  # of the values, from which on one fit serves all windows


@dataclass(frozen=True)
class Report:
    """A candidate as it finished, for whoever watches."""

    name: str
    algorithm: str
    metrics: Mapping[str, float]
    seconds: float
    status: str  # Completed, Failed or Stopped
    reason: str = ""


@dataclass(frozen=True)
class Trained:
    """A candidate that works: its state and what it would have forecast.

    Parameters
    ----------
    quantiles
        [n_windows, n_items, horizon, n_levels].
    states
        What it had learned before windows of the backtest, with their numbers.
    """

    candidate: Candidate
    state: State
    quantiles: Array
    report: Report
    states: tuple[tuple[tuple[int, ...], State], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Candidates that work, in the order given, and reports of those that do not."""

    trained: list[Trained]
    dropped: list[Report]

    def without(self, skipped: list[Report]) -> "Outcome":
        """Count some that were never run among those dropped."""
        return Outcome(self.trained, [*self.dropped, *skipped])


@dataclass(frozen=True)
class Plan:
    """What every task needs to know."""

    panel: Panel
    backtest: Backtest
    levels: Array
    asked: NDArray[np.int64]
    seed: int = 0
    workers: int = 1
    clock: Clock = field(default_factory=Clock)
    max_candidate_seconds: float = 0.0

    @property
    def abundant(self) -> bool:
        """Tell whether the oldest cutoff leaves enough for a model to learn from."""
        seen = ~np.isnan(self.panel.target)
        past = seen[:, : self.panel.n_steps - self.backtest.cuts[0]].sum()
        enough = past * self.panel.horizon >= ENOUGH_ROWS
        return bool(enough or past >= _MOST_OF_IT * seen.sum())


@dataclass(frozen=True)
class _Part:
    """One task's outcome: windows' forecasts, or the final state."""

    windows: tuple[int, ...]  # none for the final fit
    state: State
    quantiles: list[NDArray[Any]]
    seconds: float


_Task = tuple[Candidate, tuple[int, ...]]


def train_candidates(
    plan: Plan, candidates: list[Candidate], watch: Callable[[Report], None]
) -> Outcome:
    """Run all candidates; drop one that fails or runs out of time, with a reason."""
    trained: dict[str, Trained] = {}
    dropped: dict[str, Report] = {}
    for candidate, parts in _finished(plan, candidates):
        if isinstance(parts, Report):
            dropped[candidate.name] = parts
            watch(parts)
        else:
            done = _assemble(plan, candidate, parts)
            trained[candidate.name] = done
            watch(done.report)
    names = [candidate.name for candidate in candidates]
    return Outcome(
        [trained[name] for name in names if name in trained],
        [dropped[name] for name in names if name in dropped],
    )


def _finished(
    plan: Plan, candidates: list[Candidate]
) -> Iterator[tuple[Candidate, list[_Part] | Report]]:
    """Yield each candidate once all of its tasks have ended."""
    tasks = [
        (candidate, windows)
        for candidate in candidates
        for windows in _shares(plan, candidate)
    ]
    queue = TaskQueue(
        compiled=[task for task in tasks if task[0].compiled],
        interpreted=[task for task in tasks if not task[0].compiled],
    )
    parts: dict[str, list[_Part]] = {c.name: [] for c in candidates}
    waiting = Counter(candidate.name for candidate, _ in tasks)
    with ThreadPoolExecutor(plan.workers) as pool:
        for done in as_completed([pool.submit(_run_next, plan, queue) for _ in tasks]):
            candidate, outcome = done.result()
            name = candidate.name
            if name not in waiting:
                continue
            if isinstance(outcome, Exception):
                del waiting[name]
                yield candidate, _failed(candidate, outcome, parts[name])
                continue
            parts[name].append(outcome)
            waiting[name] -= 1
            if not waiting[name]:
                yield candidate, parts[name]


def _run_next(
    plan: Plan, queue: TaskQueue[_Task]
) -> tuple[Candidate, _Part | Exception]:
    with queue.take() as (candidate, windows):
        try:
            return candidate, _run(plan, candidate, windows)
        except Exception as failure:  # one candidate's failure must not end the others
            return candidate, failure


def _shares(plan: Plan, candidate: Candidate) -> list[tuple[int, ...]]:
    """Divide the windows among tasks; the empty task is the final fit.

    Where rows abound, one fit at the oldest cutoff serves all windows: it has seen
    nothing of any, and costs once.
    """
    windows = tuple(range(len(plan.backtest.cuts)))
    alone: list[tuple[int, ...]] = [(window,) for window in windows]
    if candidate.fit is None:
        return alone or [()]
    if len(windows) > 1 and plan.abundant:
        return [(), windows]
    return [(), *alone]


def _run(plan: Plan, candidate: Candidate, windows: tuple[int, ...]) -> _Part:
    """Fit at the oldest cutoff and forecast every window, or fit on everything."""
    clock = plan.clock.within(plan.max_candidate_seconds)
    if candidate.name != BASELINE:
        clock.check()
    started = time.monotonic()
    cuts = [plan.backtest.cuts[window] for window in windows]
    state: State = {}
    with np.errstate(all="ignore"):
        if candidate.fit is not None:
            past = plan.panel.cut(cuts[0] if cuts else 0)
            state = candidate.fit(past, plan.levels, plan.seed, clock)
        quantiles = []
        for cut in cuts:
            past = plan.panel.cut(cut)
            forecast = candidate.predict(state, past, plan.levels)
            mended = keep_near(mend(forecast, past, plan.levels), past)
            # Half the memory; backtests decide on weights, not on the forecast.
            quantiles.append(np.nan_to_num(mended).astype(np.float32))
    return _Part(windows, state, quantiles, time.monotonic() - started)


def _failed(candidate: Candidate, failure: Exception, parts: list[_Part]) -> Report:
    stopped = isinstance(failure, OutOfTime)
    return Report(
        name=candidate.name,
        algorithm=candidate.algorithm,
        metrics={},
        seconds=sum(part.seconds for part in parts),
        status="Stopped" if stopped else "Failed",
        reason=OUT_OF_TIME if stopped else f"{type(failure).__name__}: {failure}",
    )


def _assemble(plan: Plan, candidate: Candidate, parts: list[_Part]) -> Trained:
    parts = sorted(parts, key=lambda part: part.windows)
    forecasts = [quantiles for part in parts for quantiles in part.quantiles]
    shape = (*plan.backtest.actual.shape, len(plan.levels))
    quantiles = np.stack(forecasts) if forecasts else np.zeros(shape)
    report = Report(
        name=candidate.name,
        algorithm=candidate.algorithm,
        metrics=score_quantiles(plan, quantiles),
        seconds=sum(part.seconds for part in parts),
        status="Completed",
    )
    states = tuple((part.windows, part.state) for part in parts if part.windows)
    return Trained(candidate, parts[0].state, quantiles, report, states)


def score_quantiles(plan: Plan, quantiles: Array) -> dict[str, float]:
    """Score backtest forecasts over all windows, series and steps."""
    scored = plan.backtest.scored(quantiles, plan.levels, plan.asked)
    return {name: float(value) for name, value in score(scored).items()}
