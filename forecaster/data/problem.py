"""What is to be forecast: columns, time steps, horizon, quantiles and limits."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecaster.errors import SettingsError

_INNER_LEVELS = tuple(q / 10 for q in range(1, 10))


@dataclass(frozen=True)
class Problem:
    """A forecasting task on a long table, in the engine's own words.

    Parameters
    ----------
    item
        Key columns: the item id, then any grouping columns.
    frequency
        As AWS or pandas spells it (`M`, `W-FRI`, `30min`).
    horizon
        Steps to forecast after the last one of each series.
    quantiles
        Levels asked for, each from 0.01 to 0.99.
    known
        Covariates whose future values are given; None takes every other column.
    season
        Steps in a season; 0 infers it from the frequency.
    country
        Whose public holidays matter, as in `US`, or empty.
    algorithms
        Autopilot algorithms to stand in for; empty means all of them.
    max_seconds
        The clock's guard on the whole fit; 0 means none.
    """

    item: tuple[str, ...] = ("item_id",)
    timestamp: str = "timestamp"
    target: str = "target"
    frequency: str = "D"
    horizon: int = 1
    quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)
    known: tuple[str, ...] | None = None
    season: int = 0
    country: str = ""
    algorithms: tuple[str, ...] = ()
    max_seconds: float = 0.0
    max_candidate_seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise SettingsError(
                f"no horizon (found {self.horizon!r}); give one step or more"
            )
        bad = [q for q in self.quantiles if not 0.01 <= q <= 0.99]
        if bad or not self.quantiles:
            raise SettingsError(
                f"quantiles out of range (found {list(self.quantiles)}); "
                "give levels from 0.01 to 0.99"
            )

    @property
    def levels(self) -> NDArray[np.float64]:
        """Levels every candidate forecasts: those asked for and 0.1 to 0.9."""
        return np.array(sorted({*_INNER_LEVELS, *self.quantiles}))

    @property
    def asked(self) -> NDArray[np.int64]:
        """Where the quantiles asked for, in rising order, stand among the levels."""
        return np.searchsorted(self.levels, sorted(set(self.quantiles)))

    def to_json(self) -> dict[str, Any]:
        """Give the values as plain JSON types."""
        return asdict(self)


def problem_from_json(values: dict[str, Any]) -> Problem:
    """Read back what `Problem.to_json` gave."""
    known = {field.name for field in fields(Problem)}
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in known
    }
    return Problem(**plain)


def quantile_name(level: float) -> str:
    """Name a quantile column: 0.1 is p10."""
    return f"p{round(level * 100)}"
