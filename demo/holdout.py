"""How good the engine is on data it has not seen: the end of a table, held out."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from forecaster import fit

LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
ITEM, TIMESTAMP, TARGET = "item_id", "timestamp", "target_value"
SEASON = 12


@dataclass(frozen=True)
class HoldoutScore:
    """Weighted quantile losses on the same points: the forecast's, the baseline's."""

    forecast: float
    baseline: float
    n_points: int


def score_holdout(archive: Path, *, steps: int) -> HoldoutScore:
    """Hold out the last ``steps`` months of an archive's ``TTS.csv`` and forecast them.

    Series that have ended before, and those that begin later, are not scored: there
    is nothing to compare a forecast of them with.
    """
    table = _read_table(archive)
    cutoff = table[TIMESTAMP].max() - pd.DateOffset(months=steps)
    history, held_out = (
        table[table[TIMESTAMP] <= cutoff],
        table[table[TIMESTAMP] > cutoff],
    )
    known = held_out[held_out[ITEM].isin(history[ITEM]) & held_out[TARGET].notna()]
    forecast = fit(history, _config(steps)).forecast(history)
    baseline = forecast_seasonal_naive(history, known)
    return HoldoutScore(
        forecast=weighted_quantile_loss(known, forecast),
        baseline=weighted_quantile_loss(known, baseline),
        n_points=len(known),
    )


def forecast_seasonal_naive(history: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Forecast the value of a year before, spread as last year's changes were.

    Returns
    -------
    The keys of ``asked`` with a column for each quantile. Where a year before there
    was nothing, the series' last value stands in; an unknown spread is none.
    """
    lagged = history.assign(
        **{TIMESTAMP: history[TIMESTAMP] + pd.DateOffset(months=SEASON)}
    ).rename(columns={TARGET: "last_year"})
    changes = history.merge(lagged, on=[ITEM, TIMESTAMP])
    squares = (changes[TARGET] - changes["last_year"]) ** 2
    spread = squares.groupby(changes[ITEM]).mean() ** 0.5
    last = history.sort_values(TIMESTAMP).groupby(ITEM)[TARGET].last()
    naive = asked[[ITEM, TIMESTAMP]].merge(lagged, on=[ITEM, TIMESTAMP], how="left")
    center = naive["last_year"].fillna(naive[ITEM].map(last))
    width = naive[ITEM].map(spread).fillna(0.0)
    columns = {
        name: np.maximum(center + NormalDist().inv_cdf(level) * width, 0.0)
        for name, level in LEVELS.items()
    }
    return naive[[ITEM, TIMESTAMP]].assign(**columns)


def weighted_quantile_loss(actual: pd.DataFrame, forecast: pd.DataFrame) -> float:
    """Mean over the quantiles of 2 rho summed over all points, over the sum of |y|."""
    both = actual.merge(forecast, on=[ITEM, TIMESTAMP], validate="one_to_one")
    if len(both) != len(actual):
        raise ValueError(
            f"forecast of {len(both)} of {len(actual)} points; forecast them all"
        )
    losses = [
        np.maximum(level * error, (level - 1) * error).sum()
        for name, level in LEVELS.items()
        for error in [both[TARGET] - both[name]]
    ]
    return float(2 * np.mean(losses) / both[TARGET].abs().sum())


def _read_table(archive: Path) -> pd.DataFrame:
    with zipfile.ZipFile(archive) as opened, opened.open("TTS.csv") as file:
        return pd.read_csv(file, dtype={ITEM: str}, parse_dates=[TIMESTAMP])


def _config(steps: int) -> dict[str, object]:
    return {
        "ForecastFrequency": "M",
        "ForecastHorizon": steps,
        "ForecastQuantiles": list(LEVELS),
        "TimeSeriesConfig": {
            "TargetAttributeName": TARGET,
            "TimestampAttributeName": TIMESTAMP,
            "ItemIdentifierAttributeName": ITEM,
        },
    }
