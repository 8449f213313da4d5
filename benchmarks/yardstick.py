"""Time statsforecast's AutoTheta on a folder of datasets: a machine's speed.

Runs under an interpreter of its own that has statsforecast (`python -m venv`,
`pip install statsforecast`); prints CPU seconds per dataset as JSON.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoTheta

LEVELS = [20, 40, 60, 80]  # intervals whose ends are p10 to p90


def main() -> None:
    folder = Path(sys.argv[1])
    seconds = {}
    for path in sorted(folder.glob("*.csv.gz")):
        name = path.name.removesuffix(".csv.gz")
        settings = json.loads((folder / f"{name}.json").read_text())
        table = pd.read_csv(path, dtype={"item_id": str}, parse_dates=["timestamp"])
        from_end = table.groupby("item_id").cumcount(ascending=False)
        history = table.loc[from_end >= settings["horizon"]]
        history = history[["item_id", "timestamp", "target"]]
        history.columns = ["unique_id", "ds", "y"]
        history["y"] = history.groupby("unique_id")["y"].transform(
            lambda values: values.ffill().bfill()
        )
        model = AutoTheta(season_length=settings["season"])
        started = time.process_time()
        engine = StatsForecast(models=[model], freq=settings["freq"], n_jobs=1)
        engine.forecast(df=history, h=settings["horizon"], level=LEVELS)
        seconds[name] = round(time.process_time() - started, 2)
        print(name, seconds[name], file=sys.stderr, flush=True)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
