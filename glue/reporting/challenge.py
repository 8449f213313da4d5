"""A newly trained model beside the champion, on what both forecast and what came true.

The champion's are forecasts that it really made; the challenger's are those of its
backtest. Only points that both made from the same data are compared: the same series,
the same last period known, the same step after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glue.arrays import Array
from glue.bucket import SCHEMAS, Bucket, RunKeys
from glue.reporting.backtest import NotComparableError, download_backtest, read_backtest
from glue.reporting.champion import find_forecasts
from glue.reporting.earlier import NoOverlapError, check_same, read_earlier
from glue.reporting.evidence import Evidence, weigh_gain
from glue.reporting.history import History
from glue.reporting.scoring import (
    Comparison,
    Points,
    Scored,
    compare,
    find_gain,
    score_whole,
)
from glue.run_documents import Run, RunSettings, read_settings

_CHAMPION = "champion"


@dataclass(frozen=True)
class Challenge:
    """Both on the same points; ``evidence`` is that of the challenger's gain."""

    challenger: float | None
    champion: float | None
    evidence: Evidence

    @property
    def gain(self) -> float | None:
        """By how many per cent the challenger's error is less."""
        return find_gain(self.challenger, self.champion)

    @property
    def is_worse(self) -> bool:
        """Whether the challenger is worse by more than chance may explain."""
        return self.evidence.high is not None and self.evidence.high < 0


def compare_models(
    run: Run, bucket: Bucket, history: History, champion: Mapping[str, Any]
) -> dict[str, Any]:
    """Build comparison.json.

    Parameters
    ----------
    champion
        As model.json has it: its ``version``, and the ``run_id`` that trained it.
    """
    settings, name = run.settings, f"version {champion['version']}"
    try:
        candidates = bucket.read_json(run.keys.candidates)
        paths = download_backtest(candidates, bucket)
        ours = read_backtest(paths, history, settings).points
        theirs = _read_forecasts(run, str(champion["run_id"]), bucket, history)
        challenge = _hold_together(ours, theirs, history, settings)
    except (NotComparableError, NoOverlapError) as error:
        sentence = f"it was not compared with {name}: {error}"
        return {**_head(run, champion), "is_worse": False, "sentence": sentence}
    evidence = challenge.evidence
    return {
        **_head(run, champion),
        "points": evidence.points,
        "series": evidence.series,
        "windows": evidence.windows,
        "challenger": challenge.challenger,
        "champion": challenge.champion,
        "improvement_percent": challenge.gain,
        "low": evidence.low,
        "high": evidence.high,
        "is_worse": challenge.is_worse,
        "sentence": _spell(challenge, settings.metric, name),
    }


def _head(run: Run, champion: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMAS["comparison.json"],
        "run_id": run.run_id,
        "dataset": run.dataset,
        "champion_version": champion["version"],
        "champion_run_id": champion["run_id"],
        "metric": run.settings.metric,
        "points": 0,
        "series": 0,
        "windows": 0,
        "challenger": None,
        "champion": None,
        "improvement_percent": None,
        "low": None,
        "high": None,
    }


def _read_forecasts(
    run: Run, champion_run_id: str, bucket: Bucket, history: History
) -> list[Points]:
    """Read the champion's own forecasts, as far as their moments have actuals."""
    found: list[Points] = []
    for run_id in find_forecasts(run, champion_run_id, bucket):
        keys = RunKeys(run_id)
        then = read_settings(bucket.read_json(keys.settings))
        check_same(run.settings, then)
        key = f"{keys.results(run.dataset)}forecast.csv"
        path = bucket.download(key, "champion-forecast.csv")
        points = read_earlier(path, history, run.settings)
        found.append(points.take(np.flatnonzero(np.isfinite(points.actual))))
    return found


def _hold_together(
    ours: Points, theirs: Sequence[Points], history: History, settings: RunSettings
) -> Challenge:
    """Score both on the points that they have in common.

    Raises
    ------
    NotComparableError
        When there is none.
    """
    if not any(len(points) for points in theirs):
        raise NotComparableError("none of its forecasts has an actual value yet")
    both = _join(theirs)
    mine, yours = _match(ours, both)
    if not len(mine):
        raise NotComparableError(
            "none of its forecasts was made from the same data as a window of the "
            "backtest"
        )
    challenger = compare(ours.take(mine), history, settings).forecast
    champion = compare(both.take(yours), history, settings).forecast
    mine, yours = _match(challenger.points, champion.points)
    if not len(mine):
        raise NotComparableError("no series has a history before its backtest")
    challenger, champion = _take(challenger, mine), _take(champion, yours)
    together = Comparison(challenger, {_CHAMPION: champion}, _CHAMPION, 0)
    return Challenge(
        score_whole(challenger)[settings.metric],
        score_whole(champion)[settings.metric],
        weigh_gain(together, settings.metric),
    )


def _join(several: Sequence[Points]) -> Points:
    return Points(
        *(
            np.concatenate([getattr(points, name) for points in several])
            for name in ("series", "cutoff", "step", "actual", "mean", "quantiles")
        )
    )


def _match(ours: Points, theirs: Points) -> tuple[Array, Array]:
    """Pair the points of the same series, cutoff and step; gives the places of both."""
    _, mine, yours = np.intersect1d(
        _name(ours), _name(theirs), assume_unique=False, return_indices=True
    )
    return mine, yours


def _name(points: Points) -> Array:
    """Number each point by its series, cutoff and step, [n]."""
    span = 1_000_000
    cutoff = points.cutoff.astype(np.int64) + span // 2
    return (points.series.astype(np.int64) * span + cutoff) * 1000 + points.step


def _take(scored: Scored, some: Array) -> Scored:
    return replace(scored, points=scored.points.take(some), scale=scored.scale[some])


def _spell(challenge: Challenge, metric: str, name: str) -> str:
    evidence = challenge.evidence
    where = (
        f"on the same {evidence.points:,} points of {evidence.windows} "
        f"{'window' if evidence.windows == 1 else 'windows'}"
    )
    if challenge.challenger is None or challenge.champion is None:
        return f"{where} no {metric} can be told of it and {name}"
    words = (
        f"{where} it has a {metric} of {challenge.challenger:.4g} in its backtest, and "
        f"{name} had {challenge.champion:.4g} in truth"
    )
    if evidence.low is None or evidence.high is None:
        return f"{words}, too few to tell them apart"
    return (
        f"{words} (a gain of {challenge.gain or 0:.0f}%, 95% interval "
        f"{evidence.low:.0f}% to {evidence.high:.0f}%)"
    )
