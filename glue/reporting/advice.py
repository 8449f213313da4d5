"""What to do about an item that is odd, in one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from glue.reporting.words import spell_percent, spell_short

IMPLAUSIBLE, WORSE, BIASED, CHANGED, JUMPED, WIDE, ENDED, SHORT = (
    "implausible",
    "worse than the baseline",
    "biased",
    "changed",
    "jumped",
    "wide",
    "ended",
    "short",
)
REASONS = (IMPLAUSIBLE, WORSE, BIASED, CHANGED, JUMPED, WIDE, ENDED, SHORT)
# By what has to be settled first: only that is said.
_ADVICE = {
    IMPLAUSIBLE: "Set it by hand: this forecast is hard to believe",
    ENDED: "Plan 0 if it is discontinued; if not, upload the values that are missing",
    JUMPED: "Find out whether its last value is right, and whether it will last",
    WORSE: "Use {baseline} instead: {simple}",
    BIASED: "",
    CHANGED: "Look at what is new in its data since the last run",
    WIDE: "Decide by what too much and too little cost, not by the mean",
    SHORT: "Hold it against a similar item with a longer history",
}
# A bias of more per cent says on which side of the forecast the truth is likely to be.
_TELLING = 10.0
# Windows that disagree by more than this factor give no amount to plan.
_AGREE = 1.5


@dataclass(frozen=True)
class Baseline:
    """The best simple forecast, and whether it is the one to plan with."""

    words: str
    is_advised: bool = False


@dataclass(frozen=True)
class Judged:
    """What is known of an item whose forecast is odd.

    Parameters
    ----------
    forecast
        The sum of its means.
    bias
        By how many per cent of the actual values its means were too high.
    windows
        The same of each window of the backtest.
    simple
        The sum that the best simple forecast says.
    simple_bias
        By how many per cent that was too high; NaN where it is unknown.
    """

    forecast: float
    bias: float
    windows: Sequence[float]
    simple: float
    simple_bias: float

    @property
    def words(self) -> tuple[str, str]:
        """Which way to plan, and what the means were too much of."""
        return ("less", "high") if self.bias > 0 else ("more", "low")


def advise(reasons: Sequence[str], item: Judged, baseline: Baseline) -> str:
    """Say what to do about the reason that has to be settled first.

    Parameters
    ----------
    reasons
        What is odd about the item, at least one.
    item
        What is known of it.
    baseline
        The best simple forecast.
    """
    reason = next(name for name in _ADVICE if name in reasons)
    if baseline.is_advised and reason in {WORSE, BIASED}:
        return _keep_to(item, baseline)
    # A forecast that was too low is not mended by a lower one.
    leads_on = abs(item.bias) > _TELLING and (
        (item.bias > 0) == (item.simple > item.forecast)
    )
    if reason == BIASED or (reason == WORSE and leads_on):
        also = f", and {baseline.words} says no {item.words[0]}"
        return _correct(item) + (also if reason == WORSE else "")
    return _ADVICE[reason].format(
        baseline=baseline.words, simple=spell_short(item.simple)
    )


def _keep_to(item: Judged, baseline: Baseline) -> str:
    """Stay with the simple forecast that all is planned with."""
    said = f"Plan with {baseline.words}: {spell_short(item.simple)}"
    if not math.isfinite(item.simple_bias):
        return said
    side = "high" if item.simple_bias > 0 else "low"
    share = spell_percent(abs(item.simple_bias))
    return f"{said}; on the backtest that was {share} too {side} here"


def _correct(item: Judged) -> str:
    """Say how much to plan, if the windows agree on that; if not, why not."""
    side, was = item.words
    known = [one for one in item.windows if math.isfinite(one)]
    same = known and all(one > -100 and (one > 0) == (item.bias > 0) for one in known)
    if not same:
        share = spell_percent(abs(item.bias))
        return f"Look at it: on the backtest it was {share} too {was} in all"
    amounts = [item.forecast / (1 + one / 100) for one in known]
    if item.forecast <= 0 or max(amounts) > _AGREE * min(amounts):
        least, most = (spell_percent(end) for end in _find_ends(map(abs, known)))
        return (
            f"Look at it: it was too {was} in every window of the backtest, but by "
            f"{least} to {most}"
        )
    words = [spell_short(float(f"{end:.3g}")) for end in _find_ends(amounts)]
    return (
        f"Plan {side} than this: {' to '.join(dict.fromkeys(words))}, by how far it "
        f"was too {was} in every window of the backtest"
    )


def _find_ends(values: Iterable[float]) -> tuple[float, float]:
    some = sorted(values)
    return some[0], some[-1]
