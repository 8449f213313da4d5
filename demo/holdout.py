"""How good the engine is on data it has not seen: the end of a table, held out.

``python -m demo.holdout`` says it of the sample.
"""

import atexit
import gc
import signal
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecaster import fit
from forecaster.candidates.naive import seasonal_naive
from forecaster.data.frequency import parse_frequency
from forecaster.data.panel import build_panel
from forecaster.data.problem import Problem
from forecaster.metrics import METRIC_OF_OBJECTIVE, Scored, score

SAMPLE = Path(__file__).parents[1] / "sample-data" / "data.zip"
STEPS = 12
LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
ITEM, TIMESTAMP, TARGET = "item_id", "timestamp", "target_value"
WQL = METRIC_OF_OBJECTIVE["AverageWeightedQuantileLoss"]


@dataclass(frozen=True)
class HoldoutScore:
    """Weighted quantile losses (WQL) on the same points: engine's and naive's."""

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
    history = table[table[TIMESTAMP] <= cutoff]
    held_out = table[table[TIMESTAMP] > cutoff]
    known = held_out[held_out[ITEM].isin(history[ITEM]) & held_out[TARGET].notna()]
    forecast = fit(history, _config(steps)).forecast(history)
    baseline = forecast_seasonal_naive(history, steps=steps)
    return HoldoutScore(
        forecast=score_wql(known, forecast),
        baseline=score_wql(known, baseline),
        n_points=len(known),
    )


def forecast_seasonal_naive(history: pd.DataFrame, *, steps: int) -> pd.DataFrame:
    """Forecast with the engine's own baseline, from the history as it stands.

    Returns
    -------
    ``steps`` rows a series, all after the last month of the table: the keys, and a
    column for each quantile.
    """
    problem = Problem(timestamp=TIMESTAMP, target=TARGET, frequency="M", horizon=steps)
    frequency = parse_frequency(problem.frequency)
    panel = build_panel(history, problem, frequency, common_end=True)
    naive = panel.keys.loc[panel.keys.index.repeat(steps)].reset_index(drop=True)
    naive[TIMESTAMP] = panel.stamps(np.arange(1, steps + 1)).ravel()
    quantiles = seasonal_naive(panel, np.array(list(LEVELS.values())))
    naive[list(LEVELS)] = quantiles.reshape(-1, len(LEVELS))
    return naive


def score_wql(actual: pd.DataFrame, forecast: pd.DataFrame) -> float:
    """Score the weighted quantile loss over all points, by the engine's definition."""
    both = actual.merge(forecast, on=[ITEM, TIMESTAMP], validate="one_to_one")
    if len(both) != len(actual):
        raise ValueError(
            f"forecast of {len(both)} of {len(actual)} points; forecast them all"
        )
    points = Scored(
        actual=both[TARGET].to_numpy(float)[None, None],
        forecast=both[list(LEVELS)].to_numpy(float)[None, None],
        levels=np.array(list(LEVELS.values())),
        asked=np.arange(len(LEVELS)),
        scale=np.full((1, 1), np.nan),
    )
    return float(score(points, metrics=(WQL,))[WQL])


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


def main() -> None:
    """Say it of the sample."""
    score = score_holdout(SAMPLE, steps=STEPS)
    print(f"  WQL {score.forecast:.4f}, seasonal naive {score.baseline:.4f}:", end=" ")
    print(f"{score.forecast / score.baseline:.2f} of seasonal naive")


if __name__ == "__main__":
    # What is left at the end is not gone through again, object by object.
    atexit.register(gc.freeze)
    # An end by Ctrl-C is told by the demo.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
