"""What the forecast takes for granted of each covariate's future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.bucket import Bucket
from glue.findings.finding import list_some
from glue.reporting.covariate_count import CovariateCount
from glue.reporting.covariates import Covariate
from glue.reporting.histories import Histories
from glue.reporting.history import History
from glue.reporting.words import spell_change, spell_count, spell_metric
from glue.run_documents import Run

# What candidates.json may say that the backtest knew of the covariates: no more than
# the forecast does, or what really happened.
KNOWS_FORECAST, KNOWS_FUTURE, KNOWS_UNKNOWN = "forecast", "future", "unknown"
_NAMED = 5
# From so many per cent on, an effect is worth a sentence.
_TELLING = 5.0


@dataclass(frozen=True)
class AssumedFuture:
    """All covariates, what the backtest knew of them, and what never changes.

    ``attributes`` are the columns that are the same at all times: the value of each
    series, in the history's order.
    """

    covariates: tuple[Covariate, ...] = ()
    backtest_knows: str = KNOWS_UNKNOWN
    horizon: int = 0
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[Covariate, ...]:
        """The covariates whose future the upload does not tell."""
        return tuple(one for one in self.covariates if not one.is_known)

    @property
    def is_withheld(self) -> bool:
        """Whether the backtest says nothing sure of the forecast that was made."""
        return bool(self.unknown) and self.backtest_knows != KNOWS_FORECAST

    @property
    def sentence(self) -> str | None:
        """What the forecast assumes; None where there are no covariates."""
        if not self.covariates:
            return None
        ordered = [*self.unknown, *(one for one in self.covariates if one.is_known)]
        words = list_some([one.words for one in ordered], _NAMED)
        if not self.unknown:
            return f"The forecast knows the future of its covariates: {words}"
        steps = spell_count(self.horizon, "step")
        usual = [
            f"{one.name} {spell_metric(one.usual)}"
            for one in self.unknown[:_NAMED]
            if one.usual is not None
        ]
        before = f"; their means so far: {', '.join(usual)}" if usual else ""
        return f"The forecast assumes {words}, over its {steps}{before}"

    @property
    def without(self) -> list[str]:
        """Name what the history had, with an effect, and the forecast has not."""
        return [one.name for one in self._list_left_out()]

    def _list_left_out(self) -> list[Covariate]:
        return [
            one
            for one in self.unknown
            if one.filled == "0"
            and one.effect is not None
            and abs(one.effect.percent or 0) >= _TELLING
        ]

    @property
    def left_out(self) -> str | None:
        """What the history had and the forecast has not; None for nothing."""
        words = [
            f"{one.name}, {spell_change(one.effect.percent)}"
            for one in self._list_left_out()
            if one.effect is not None
        ]
        if not words:
            return None
        return (
            f"What the history had and the forecast lacks: {list_some(words, _NAMED)} "
            "in the steps that had it; add what is planned"
        )

    @property
    def caveat(self) -> str | None:
        """What that means for the accuracy; None where it means nothing."""
        if not self.unknown:
            return None
        if self.backtest_knows == KNOWS_FORECAST:
            return "The backtest assumed the same: its accuracy is this forecast's"
        knew = "knew" if self.backtest_knows == KNOWS_FUTURE else "may have known"
        return (
            f"The backtest {knew} their real values: its accuracy is that of a "
            "forecast whose covariates are known, not of this one"
        )

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {
            "covariates": [one.as_data() for one in self.covariates],
            "backtest_knows": self.backtest_knows,
            "withheld": self.is_withheld,
            "sentence": self.sentence,
            "left_out": self.left_out,
            "caveat": self.caveat,
        }


def read_assumed(
    run: Run, bucket: Bucket, history: Histories | History, knows: str | None
) -> AssumedFuture:
    """Read what the transform's input tells of the covariates' future.

    Parameters
    ----------
    knows
        What the backtest knew of it, where the engine says.
    """
    stored = bucket.list_objects(run.keys.transform_folder)
    count = CovariateCount(history, run.settings)
    for number, one in enumerate(stored):
        path = bucket.download(one.key, f"input-{number:05d}.csv")
        if not count.take(path):
            break
        path.unlink()
    is_told = knows in (KNOWS_FORECAST, KNOWS_FUTURE)
    return AssumedFuture(
        covariates=tuple(count.describe(_read_filling(run))),
        backtest_knows=str(knows) if is_told else KNOWS_UNKNOWN,
        horizon=run.settings.horizon,
        attributes=dict(count.list_attributes()),
    )


def _read_filling(run: Run) -> Mapping[str, Mapping[str, str]]:
    job = run.resolved.get("TimeSeriesForecastingJobConfig") or {}
    return (job.get("Transformations") or {}).get("Filling") or {}
