"""What to do about an item that is odd, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from glue.reporting.words import spell_short

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
    BIASED: "Plan {side} than this: it was too {was} in every window of the backtest",
    CHANGED: "Look at what is new in its data since the last run",
    WIDE: "Decide by what too much and too little cost, not by the mean",
    SHORT: "Hold it against a similar item with a longer history",
}
# A bias of more per cent says on which side of the forecast the truth is likely to be.
_TELLING = 10.0


def advise(
    reasons: Sequence[str],
    *,
    forecast: float,
    bias: float,
    baseline: str,
    simple: float,
) -> str:
    """Say what to do about the reason that has to be settled first.

    Parameters
    ----------
    reasons
        What is odd about the item, at least one.
    forecast
        The sum of its means.
    bias
        By how many per cent of the actual values its means were too high.
    baseline, simple
        What the best simple forecast is called, and the sum that it says.
    """
    reason = next(name for name in _ADVICE if name in reasons)
    side, was = ("less", "high") if bias > 0 else ("more", "low")
    # A forecast that was too low is not mended by a lower one.
    leads_on = abs(bias) > _TELLING and (bias > 0) == (simple > forecast)
    if reason == WORSE and leads_on:
        return f"Plan {side} than this: it was too {was}, and {baseline} says no {side}"
    return _ADVICE[reason].format(
        baseline=baseline, simple=spell_short(simple), side=side, was=was
    )
