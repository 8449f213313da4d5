"""Measure the engine on an upload with covariates: its last horizon, held out.

    python -m benchmarks.upload data.zip --settings config.json

The zip holds TTS.csv and RTS.csv; the settings are those of a run. The covariates of
the held-out steps stay known, the target is removed. Series count that are active at
the end and have at least 20 points.
"""

import argparse
import json
import resource
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.points import line_up, score_wql
from forecaster import fit

QUANTILES = {f"p{10 * tenth}": tenth / 10 for tenth in range(1, 10)}
MIN_POINTS = 20


@dataclass(frozen=True)
class Columns:
    """The key columns and the target, under the upload's own names."""

    items: list[str]
    timestamp: str
    target: str

    @property
    def keys(self) -> list[str]:
        """The columns that name a row."""
        return [*self.items, self.timestamp]


def read_columns(config: dict[str, Any]) -> Columns:
    """Take the columns' names from a run's settings."""
    names = config["TimeSeriesConfig"]
    groups = names.get("GroupingAttributeNames", [])
    return Columns(
        items=[names["ItemIdentifierAttributeName"], *groups],
        timestamp=names["TimestampAttributeName"],
        target=names["TargetAttributeName"],
    )


def read_table(upload: Path, columns: Columns) -> pd.DataFrame:
    """Read the history with its covariates; no row of it is lost or multiplied."""
    text = dict.fromkeys(columns.items, str)
    with zipfile.ZipFile(upload) as archive:
        tts, rts = (
            pd.read_csv(archive.open(name), dtype=text, parse_dates=[columns.timestamp])
            for name in ("TTS.csv", "RTS.csv")
        )
    return tts.merge(rts, on=columns.keys, how="left", validate="one_to_one")


def hold_out(
    table: pd.DataFrame, columns: Columns, horizon: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give what the engine may see, and the rows that it is scored on."""
    stamps = np.sort(table[columns.timestamp].unique())
    series = table.groupby(columns.items)[columns.timestamp]
    active = series.transform("max") == stamps[-1]
    table = table[active & (series.transform("size") >= MIN_POINTS)]
    held_out = table[columns.timestamp] >= stamps[-horizon]
    seen = table.assign(**{columns.target: table[columns.target].mask(held_out)})
    return seen, table[held_out]


def build_config(config: dict[str, Any], columns: Columns) -> dict[str, Any]:
    """Ask for nine quantiles, and leave gaps as they are."""
    return {
        "ForecastFrequency": config["ForecastFrequency"],
        "ForecastHorizon": config["ForecastHorizon"],
        "ForecastQuantiles": list(QUANTILES),
        "TimeSeriesConfig": config["TimeSeriesConfig"],
        "Transformations": {
            "Filling": {columns.target: {"middlefill": "nan", "backfill": "nan"}}
        },
    }


def weighted_quantile_loss(
    test: pd.DataFrame, forecast: pd.DataFrame, columns: Columns
) -> float:
    """Score every held-out point, the missing ones too: there must be none."""
    kept = forecast[[*columns.keys, *QUANTILES]]
    joined = test.merge(kept, on=columns.keys, how="left")
    if joined[list(QUANTILES)].isna().any(axis=None):
        raise SystemExit("a test point has no forecast")
    actual = joined[columns.target].to_numpy(float)
    forecast_points = joined[list(QUANTILES)].to_numpy(float)
    return score_wql(line_up(actual, forecast_points, list(QUANTILES.values())))


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("upload", type=Path)
    parser.add_argument("--settings", type=Path, required=True)
    options = parser.parse_args()
    settings = json.loads(options.settings.read_text())
    config = settings["TimeSeriesForecastingJobConfig"]
    columns = read_columns(config)
    table = read_table(options.upload, columns)
    seen, test = hold_out(table, columns, config["ForecastHorizon"])
    started = time.process_time()
    forecast = fit(seen, build_config(config, columns)).forecast(seen)
    cpu = time.process_time() - started
    loss = weighted_quantile_loss(test, forecast, columns)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{test.groupby(columns.items).ngroups} series, WQL {loss:.4f}, "
        f"{cpu:.1f} CPU s, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
