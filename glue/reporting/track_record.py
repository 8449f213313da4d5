"""How the forecasts of a dataset did over time: each beside what then happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """A run and, as far as later uploads tell, what came true of its forecast.

    Parameters
    ----------
    truth
        The scores of its forecast on the most points that any upload had; None while
        none had any.
    """

    summary: Summary
    truth: Mapping[str, Any] | None = None

    @property
    def run_id(self) -> str:
        """The run's name."""
        return str(self.summary["run_id"])

    @property
    def made_on(self) -> str:
        """The day of its report."""
        return str(self.summary["made_at"])[:10]

    @property
    def is_whole(self) -> bool:
        """Whether all that it forecast has happened."""
        truth = self.truth
        return truth is not None and truth["scored_last"] >= truth["forecast_last"]

    @property
    def error(self) -> float | None:
        """The WAPE of its forecast on what happened."""
        return self.truth["metrics"]["WAPE"] if self.truth else None

    @property
    def baseline(self) -> float | None:
        """The same of the simple forecast beside it."""
        return self.truth["baseline"]["WAPE"] if self.truth else None

    @property
    def bias_percent(self) -> float | None:
        """By how many per cent of the volume its means were too high."""
        return self.truth["bias_percent"] if self.truth else None

    @property
    def covered(self) -> tuple[float, float] | None:
        """The share of actuals between the outer quantiles, and what it should be."""
        quantiles: Sequence[Any] = self.truth["calibration"] if self.truth else ()
        if len(quantiles) < 2 or quantiles[0]["covered"] is None:
            return None
        low, high = quantiles[0], quantiles[-1]
        return high["covered"] - low["covered"], high["level"] - low["level"]


def build_record(summaries: Iterable[Summary]) -> list[Past]:
    """Put to each run what later ones tell of it, the oldest run first."""
    known = sorted(summaries, key=lambda one: (one["made_at"], one["run_id"]))
    truths: dict[str, Mapping[str, Any]] = {}
    for summary in known:
        for scored in summary["came_true"]:
            before = truths.get(scored["run_id"])
            if before is None or scored["points"] >= before["points"]:
                truths[scored["run_id"]] = scored
    return [Past(one, truths.get(one["run_id"])) for one in known]


@dataclass(frozen=True)
class Balance:
    """All forecasts together that something is known of, weighed by their points.

    ``error`` and ``baseline`` are over the forecasts that have both.
    """

    runs: int
    known: int
    whole: int
    trained: int
    error: float | None
    baseline: float | None
    bias_percent: float | None
    covered: float | None
    target: float | None


def strike_balance(record: Iterable[Past]) -> Balance:
    """Sum up how the forecasts did."""
    past = list(record)
    known = [one for one in past if one.truth]
    both = [one for one in known if one.error is not None and one.baseline is not None]
    ranged = [one for one in known if one.covered is not None]
    return Balance(
        runs=len(past),
        known=len(known),
        whole=sum(one.is_whole for one in known),
        trained=sum(bool(one.summary["model"]["trained"]) for one in past),
        error=_average((one, one.error) for one in both),
        baseline=_average((one, one.baseline) for one in both),
        bias_percent=_average((one, one.bias_percent) for one in known),
        covered=_average((one, (one.covered or (None,))[0]) for one in ranged),
        target=ranged[-1].covered[1] if ranged and ranged[-1].covered else None,
    )


def _average(pairs: Iterable[tuple[Past, float | None]]) -> float | None:
    """Average values of forecasts by the number of their points."""
    weighed = [
        (value, (past.truth or {})["points"])
        for past, value in pairs
        if value is not None
    ]
    points = sum(weight for _, weight in weighed)
    return sum(v * weight for v, weight in weighed) / points if points else None


def list_unfinished(record: Iterable[Past], run_id: str) -> list[Past]:
    """List the runs before one whose forecast has not all happened, newest first."""
    return [
        one
        for one in reversed(list(record))
        if one.run_id != run_id and not one.is_whole
    ]
