"""What to do about an item that is odd, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from glue.reporting.words import spell_short

IMPLAUSIBLE, WORSE, BIASED, CHANGED, WIDE, ENDED, SHORT = (
    "implausible",
    "worse than the baseline",
    "biased",
    "changed",
    "wide",
    "ended",
    "short",
)
REASONS = (IMPLAUSIBLE, WORSE, BIASED, CHANGED, WIDE, ENDED, SHORT)
# By what has to be settled first: only that is said.
_ADVICE = {
    IMPLAUSIBLE: "Set it by hand: this forecast is hard to believe",
    ENDED: "Plan 0 if it is discontinued; if not, upload the values that are missing",
    WORSE: "Hold it against {simple}, which was closer on the backtest",
    BIASED: "Set it by hand",
    CHANGED: "Look at what is new in its data since the last run",
    WIDE: "Decide by what too much and too little cost, not by the mean",
    SHORT: "Hold it against a similar item with a longer history",
}


def advise(reasons: Sequence[str], *, forecast: float, bias: float, simple: str) -> str:
    """Say what to do about the reason that has to be settled first.

    Parameters
    ----------
    reasons
        What is odd about the item, at least one.
    forecast
        The sum of its means.
    bias
        By how many per cent of the actual values its means were too high.
    simple
        What the best simple forecast is called, and says.
    """
    reason = next(name for name in _ADVICE if name in reasons)
    if reason == BIASED and forecast > 0 and bias > -100:
        side = "less" if bias > 0 else "more"
        likely = spell_short(forecast / (1 + bias / 100))
        return f"Plan {side}, about {likely} in all if the bias stays"
    return _ADVICE[reason].format(simple=simple)
