"""A dataset's runs in words, as its page and the command line have them."""

from __future__ import annotations

from glue.reporting.scoring import find_gain
from glue.reporting.track_record import Balance, Past
from glue.reporting.words import (
    NO_VALUE,
    spell_change,
    spell_count,
    spell_percent,
)

# What is told of every run beside what was forecast; those of words, and of figures.
HEADINGS = ("came true", "WAPE", "simple", "in range", "bias", "model", "cost")
WORDED = frozenset({"came true", "model"})


def list_cells(past: Past) -> list[str]:
    """Give a run's cells, one for each of ``HEADINGS``."""
    return [
        word_truth(past),
        spell_share(past.error),
        spell_share(past.baseline),
        spell_share(past.covered[0] if past.covered else None),
        spell_change(past.bias_percent),
        name_model(past),
        spell_cost(past),
    ]


def word_balance(balance: Balance) -> str:
    """Say in a sentence what came true so far."""
    if not balance.known:
        return "Nothing that was forecast has happened yet, as far as uploads tell"
    of = f"Of {spell_count(balance.runs, 'forecast')}, {balance.known} can be judged"
    if balance.error is None or balance.baseline is None:
        return f"{of}; all that happened is zero, so that no relative error can be told"
    gain = find_gain(balance.error, balance.baseline)
    told = f"{of}: they were off by {spell_percent(100 * balance.error)} of the volume"
    if gain is None:
        return told
    side = "less" if gain >= 0 else "more"
    gap = f"{spell_percent(abs(gain))} {side}"
    return f"{told}, {gap} than the simple forecasts beside them"


def word_truth(past: Past) -> str:
    """Say how much of a forecast has happened."""
    if past.truth is None:
        return "not yet"
    return "all of it" if past.is_whole else f"up to {past.truth['scored_last']}"


def name_model(past: Past) -> str:
    """Say which version forecast, and whether the run trained."""
    model = past.summary["model"]
    version = f" {model['version']}" if model["version"] else ""
    return f"trained{version}" if model["trained"] else f"version{version}, no training"


def spell_cost(past: Past) -> str:
    """Write what a run cost, from least to most."""
    cost = past.summary["cost"]
    if cost["local"]:
        return "nothing"
    if cost["least"] is None or cost["most"] is None:
        return NO_VALUE
    ends = dict.fromkeys(f"{cost[name]:,.2f}" for name in ("least", "most"))
    return f"${' to '.join(ends)}"


def spell_share(value: float | None) -> str:
    """Write a share as per cent."""
    return NO_VALUE if value is None else spell_percent(100 * value)
