"""The leaderboard: every candidate, the winner, and the simple forecasts."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

from glue.engines import AUTOPILOT
from glue.formulas import defuse
from glue.reporting.baseline import NAME
from glue.reporting.scoring import find_gain
from glue.run_documents import METRICS, SHORT_METRICS

WINNER, CANDIDATE, BASELINE = "winner", "candidate", "baseline"
# A simple forecast that is not the best of them.
SIMPLE = "simple"
# By how much Autopilot's figure of the winner may differ from the one recomputed on
# its backtest before the other candidates' figures are called incomparable, too.
_TOLERANCE = 0.01
REPORT, LAST_HORIZON = "report", "report, last horizon"


@dataclass(frozen=True)
class Entry:
    """One line; ``improvement_percent`` over the baseline, where comparable.

    ``scored_by`` says whose figures these are: the engine's own, or the report's, which
    scores the winner and the simple forecasts on the winner's backtest. ``reason`` says
    why a candidate failed.
    """

    name: str
    kind: str
    status: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    improvement_percent: float | None = None
    rank: int | None = None
    scored_by: str = AUTOPILOT
    reason: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Give the line as JSON data, its metrics in a fixed order."""
        return {name: get(self) for name, get in COLUMNS}


# What a line holds, in leaderboard.csv and in report.json: each thing once, here.
COLUMNS: tuple[tuple[str, Callable[[Entry], Any]], ...] = (
    ("rank", lambda entry: entry.rank),
    ("name", lambda entry: entry.name),
    ("kind", lambda entry: entry.kind),
    ("status", lambda entry: entry.status),
    ("metrics", lambda entry: {name: entry.metrics.get(name) for name in METRICS}),
    ("improvement_percent", lambda entry: entry.improvement_percent),
    ("scored_by", lambda entry: entry.scored_by),
    ("reason", lambda entry: entry.reason),
)


def build_leaderboard(
    candidates: Mapping[str, Any] | None,
    metric: str,
    *,
    winner: Mapping[str, float | None] | None = None,
    simple: Mapping[str, Mapping[str, float | None]] | None = None,
    name: str = NAME,
    alone: Mapping[str, float | None] | None = None,
) -> list[Entry]:
    """Rank the candidates and the baseline by a metric, least first.

    Parameters
    ----------
    candidates
        A run's candidates.json; None when it is missing.
    metric
        The metric that the run was asked to minimise.
    winner, simple
        The winner and the simple forecasts scored on the winner's backtest; None when
        that could not be read.
    name
        Which of the simple forecasts is the baseline.
    alone
        Then, the baseline scored on the last horizon of the history: it is listed and
        not ranked.
    """
    reported = [_read(found, candidates) for found in _list(candidates)]
    if winner is None or not simple:
        own = replace(_simple(name, alone or {}, BASELINE), scored_by=LAST_HORIZON)
        return [*_rank(reported, metric), own]
    baseline = simple[name]
    comparable = are_comparable(reported, metric, winner)
    entries = [
        replace(entry, metrics=_drop_unknown(winner), scored_by=REPORT)
        if entry.kind == WINNER
        else entry
        for entry in reported
    ]
    entries = [
        _improve(entry, metric, baseline)
        if comparable or entry.kind == WINNER
        else entry
        for entry in entries
    ]
    ours = [
        _simple(one, metrics, BASELINE if one == name else SIMPLE)
        for one, metrics in simple.items()
    ]
    others = [_improve(e, metric, baseline) if e.kind == SIMPLE else e for e in ours]
    return _rank([*entries, *others], metric)


def _simple(name: str, metrics: Mapping[str, float | None], kind: str) -> Entry:
    known = _drop_unknown(metrics)
    return Entry(name, kind, "Completed", known, scored_by=REPORT)


def _drop_unknown(metrics: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if value is not None}


def are_comparable(entries: Iterable[Entry], metric: str, winner: Any) -> bool:
    """Tell whether Autopilot's figures mean what those recomputed here mean."""
    reported = next((e.metrics.get(metric) for e in entries if e.kind == WINNER), None)
    ours = (winner or {}).get(metric)
    if not reported or not ours:
        return False
    return bool(abs(reported - ours) <= _TOLERANCE * abs(ours))


def write_leaderboard(entries: Sequence[Entry], file: TextIO) -> None:
    """Write leaderboard.csv, a column a metric; what is unknown stays empty."""
    lines = [_spread(entry.as_data()) for entry in entries]
    writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)


def _spread(line: Mapping[str, Any]) -> dict[str, Any]:
    """Put each metric in a column of its own."""
    columns: dict[str, Any] = {}
    for name, value in line.items():
        columns.update(value if name == "metrics" else {name: defuse(value)})
    return columns


def find_winner(candidates: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Find the best candidate in candidates.json; None when that is missing."""
    best = (candidates or {}).get("best_candidate")
    return next((found for found in _list(candidates) if found["name"] == best), None)


def _list(candidates: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return list((candidates or {}).get("candidates") or [])


def _read(found: Mapping[str, Any], candidates: Mapping[str, Any] | None) -> Entry:
    best = (candidates or {}).get("best_candidate")
    return Entry(
        name=str(found.get("label") or found["name"]),
        kind=WINNER if found["name"] == best else CANDIDATE,
        status=str(found.get("status") or "unknown"),
        metrics=read_metrics(found),
        scored_by=str((candidates or {}).get("engine") or AUTOPILOT),
        reason=found.get("failure_reason"),
    )


def read_metrics(found: Mapping[str, Any]) -> dict[str, float]:
    """Read a candidate's metrics by their short names; validation before training."""
    listed = [found.get("objective") or {}, *(found.get("metrics") or [])]
    listed.sort(key=lambda metric: metric.get("set") == "Train")
    metrics: dict[str, float] = {}
    for metric in listed:
        name = SHORT_METRICS.get(str(metric.get("name")))
        if name and metric.get("value") is not None:
            metrics.setdefault(name, float(metric["value"]))
    return metrics


def _improve(entry: Entry, metric: str, baseline: Mapping[str, float | None]) -> Entry:
    gain = find_gain(entry.metrics.get(metric), baseline.get(metric))
    return replace(entry, improvement_percent=gain)


def _rank(entries: Sequence[Entry], metric: str) -> list[Entry]:
    unscored = float("inf")
    ordered = sorted(
        entries, key=lambda e: (e.metrics.get(metric, unscored), e.kind != WINNER)
    )
    return [
        replace(entry, rank=place) if metric in entry.metrics else entry
        for place, entry in enumerate(ordered, start=1)
    ]
