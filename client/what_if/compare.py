"""Base and scenario side by side: by item, by step, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from glue.run_documents import RunSettings


@dataclass(frozen=True)
class Row:
    """An item's means in all; ``touched`` where the scenario is about it."""

    key: tuple[str, ...]
    base: float
    scenario: float
    touched: bool

    @property
    def difference(self) -> float:
        """By how much the scenario is more."""
        return self.scenario - self.base

    @property
    def percent(self) -> float | None:
        """The same in per cent of the base; None where that is zero."""
        return 100 * self.difference / abs(self.base) if self.base else None


@dataclass(frozen=True)
class Comparison:
    """Both forecasts; ``items`` by size of the difference, ``steps`` of all items."""

    items: tuple[Row, ...]
    stamps: tuple[str, ...]
    base: tuple[float, ...]
    scenario: tuple[float, ...]

    @property
    def total(self) -> Row:
        """All items together."""
        return Row((), sum(self.base), sum(self.scenario), touched=True)

    @property
    def is_changed(self) -> bool:
        """Whether any mean differs by more than rounding."""
        return any(
            abs(row.difference) > 1e-9 * max(abs(row.base), abs(row.scenario))
            for row in self.items
        )

    @property
    def untouched_percent(self) -> float:
        """The largest difference of an item that the scenario is not about."""
        return max(
            (abs(row.percent or 0.0) for row in self.items if not row.touched),
            default=0.0,
        )


def compare_forecasts(
    base: pd.DataFrame,
    scenario: pd.DataFrame,
    settings: RunSettings,
    touched: set[tuple[str, ...]],
) -> Comparison:
    """Compare two forecasts of the same series and steps, by their means."""
    keys, time = [*settings.keys], settings.timestamp
    both = base.merge(
        scenario, on=[*keys, time], suffixes=("_base", "_scenario"), how="inner"
    )
    names = ["mean_base", "mean_scenario"]
    by_item = both.groupby(keys, sort=False)[names].sum()
    rows = [
        Row(key, float(one), float(other), key in touched)
        for key, (one, other) in zip(
            _list_keys(by_item.index), by_item.to_numpy(), strict=True
        )
    ]
    rows.sort(key=lambda row: (-abs(row.difference), row.key))
    by_step = both.groupby(time, sort=True)[names].sum()
    return Comparison(
        tuple(rows),
        tuple(map(str, by_step.index)),
        tuple(map(float, by_step["mean_base"])),
        tuple(map(float, by_step["mean_scenario"])),
    )


def _list_keys(index: Any) -> list[tuple[str, ...]]:
    return [key if isinstance(key, tuple) else (key,) for key in index]
