"""A year of weekly uploads of one dataset: train each week, never again, or when due.

    python -m benchmarks.year [--weeks N] [--list]

Three datasets with the same data on a local AWS, which differ in their settings alone.
In week 20 the level of every item shifts, in week 30 an item is new, and in week 40
the covariate has another name. What was forecast is scored on what the made-up data
then did. ``--list`` prints each choice of the second with its reason.
"""

import argparse
import csv
import io
import json
import random
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sin, tau
from typing import Any

from benchmarks.broken_stage import STAGE, BrokenStage, break_stage, wait_for

HORIZON, HISTORY, ITEMS = 4, 104, 20
_FIRST = date(2023, 1, 2)
_NEVER = {"MaxAgeDays": 3650, "WhenWorseThan": 100, "MaxNewSeriesPercent": 100}
# The second is the example of the README.
POLICIES: dict[str, dict[str, Any]] = {
    "each week": {"MaxAgeDays": 0},
    "as the example": {"MaxAgeDays": 91, "WhenWorseThan": 1.5},
    "never again": _NEVER,
}
_PATIENCE = 600.0
_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Events:
    """The weeks in which something changes."""

    shift: int = 20
    new_item: int = 30
    rename: int = 40


@dataclass(frozen=True)
class World:
    """The made-up sales: what was, what will be, and what is uploaded each week."""

    events: Events = field(default_factory=Events)
    items: int = ITEMS

    def list_items(self, week: int) -> list[str]:
        """Name the items that are sold in a week of the year."""
        more = week >= self.events.new_item
        return [f"item-{number:02d}" for number in range(self.items + more)]

    def find_price(self, item: str, week: int) -> float:
        """Give the price of an item: lower every now and then."""
        is_cut = random.Random(f"price {item} {week}").random() < 0.2
        return 7.5 if is_cut else 10.0

    def find_sales(self, item: str, week: int) -> float:
        """Give what is sold of an item in a week of the year, which may be before it.

        By season, by price, by an event, and by chance.
        """
        number = int(item.rpartition("-")[2])
        chance = random.Random(f"sales {item} {week}").gauss(0, 0.08)
        level = 40.0 + 15.0 * number
        level *= 1 + 0.25 * sin(tau * (week + 3 * number) / 52)
        level *= 1.5 if self.find_price(item, week) < 10 else 1.0
        level *= 1.6 if week >= self.events.shift else 1.0
        return round(max(level * (1 + chance), 0.0), 1)

    def build_upload(self, week: int) -> bytes:
        """Build the upload of a week: its history, and prices to the horizon's end."""
        price = "unit_price" if week >= self.events.rename else "price"
        sales, prices = (
            [["item_id", "timestamp", "sales"]],
            [["item_id", "timestamp", price]],
        )
        for item in self.list_items(week):
            is_new = item not in self.list_items(-HISTORY)
            begin = self.events.new_item if is_new else -HISTORY
            for at in range(begin, week + 1 + HORIZON):
                prices.append([item, name_week(at), f"{self.find_price(item, at)}"])
                if at <= week:
                    sales.append([item, name_week(at), f"{self.find_sales(item, at)}"])
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("TTS.csv", write_csv(sales))
            archive.writestr("RTS.csv", write_csv(prices))
        return file.getvalue()


def name_week(week: int) -> str:
    """Name the day that a week of the year begins on."""
    return str(_FIRST + timedelta(weeks=HISTORY + week))


def write_csv(rows: list[list[str]]) -> str:
    """Write rows as CSV."""
    return "".join(",".join(row) + "\n" for row in rows)


@dataclass
class Year:
    """What became of one dataset's year."""

    trained: int = 0
    loss: float = 0.0
    volume: float = 0.0
    least: float = 0.0
    most: float = 0.0
    choices: list[str] = field(default_factory=list)

    @property
    def error(self) -> float:
        """The WQL over all forecasts of the year."""
        return self.loss / self.volume

    def add_forecast(self, rows: list[dict[str, str]], world: World, week: int) -> None:
        """Score a forecast on what the world then does."""
        names = {name_week(week + step): week + step for step in range(1, HORIZON + 1)}
        for row in rows:
            actual = world.find_sales(row["item_id"], names[row["timestamp"]])
            self.volume += actual
            for name, level in _LEVELS.items():
                error = actual - float(row[name])
                pinball = max(level * error, (level - 1) * error)
                self.loss += 2 * pinball / len(_LEVELS)

    def add_run(self, week: int, model: Mapping[str, Any], cost: Any) -> None:
        """Take note of how a run was made, and of what it costs on AWS."""
        self.trained += bool(model["trained"])
        self.least += cost["least"]
        self.most += cost["most"]
        self.choices.append(f"week {week:2d}: {model['reason']}")


def live(stage: BrokenStage, world: World, weeks: int) -> dict[str, Year]:
    """Upload week by week, for all policies at once, and score what comes."""
    years = {name: Year() for name in POLICIES}
    datasets = {name: name.replace(" ", "-") for name in POLICIES}
    for name, retraining in POLICIES.items():
        job = {"ForecastFrequency": "W", "ForecastHorizon": HORIZON}
        settings = {"Retraining": retraining, "TimeSeriesForecastingJobConfig": job}
        stage.s3.put_object(
            Bucket=STAGE.bucket,
            Key=f"config/{datasets[name]}.json",
            Body=json.dumps(settings).encode(),
        )
    for week in range(weeks):
        body = world.build_upload(week)
        for dataset in datasets.values():
            stage.put(f"{dataset}.zip", body)
        for name, dataset in datasets.items():
            follow(stage, dataset, week, world=world, year=years[name])
        done = ", ".join(f"{name} {year.trained}" for name, year in years.items())
        print(f"  week {week}: trained {done}", flush=True)
    return years


def follow(
    stage: BrokenStage, dataset: str, week: int, *, world: World, year: Year
) -> None:
    """Wait for the end of a dataset's newest run, and take note of it."""
    run = wait_for(lambda: find_run(stage, dataset, week), seconds=_PATIENCE)
    asked = {"dataset": dataset, "run_id": run}
    text = stage.read_forecast(asked) or ""
    year.add_forecast(list(csv.DictReader(io.StringIO(text))), world, week)
    report = stage.read_json(f"output-forecasted-data/{dataset}/{run}/report.json")
    status = wait_for(lambda: find_status(stage, run), seconds=_PATIENCE)
    year.add_run(week, status["model"], report["took"]["cost"])


def find_run(stage: BrokenStage, dataset: str, count: int) -> str | None:
    """Find a dataset's newest run once it is over, and there are so many before it.

    Raises
    ------
    RuntimeError
        When it has no forecast.
    """
    runs = [run for run in stage.list_runs() if is_of(run, dataset)]
    newest = max(runs, key=lambda run: run["startDate"], default=None)
    if newest is None or len(runs) <= count or newest["status"] == "RUNNING":
        return None
    if newest["status"] != "SUCCEEDED":
        raise RuntimeError(f"run {newest['name']} ended {newest['status']}")
    return str(newest["name"])


def is_of(run: Mapping[str, Any], dataset: str) -> bool:
    """Tell whether a run is a dataset's, by as much of it as is in the name."""
    return dataset.startswith(run["name"].rsplit("-", 3)[0])


def find_status(stage: BrokenStage, run: str) -> dict[str, Any] | None:
    """Find a run's status.json once it is whole."""
    status: dict[str, Any] | None = stage.read_json(f"runs/{run}/status.json")
    return status if status and status["complete"] else None


def build_table(years: Mapping[str, Year]) -> str:
    """Build the table of the README."""
    best = years["each week"].error
    lines = [
        "| trained | times | WQL | ratio | US dollars on AWS |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {name} | {year.trained} | {year.error:.4f} | {year.error / best:.3f} | "
        f"{year.least:.0f} to {year.most:.0f} |"
        for name, year in years.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Live through the year, and print what it was like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--list", action="store_true", help="print each choice")
    asked = parser.parse_args()
    with break_stage(autopilot_jobs=4) as stage:
        years = live(stage, World(), asked.weeks)
    if asked.list:
        print("\n".join(years["as the example"].choices))
    print(build_table(years))


if __name__ == "__main__":
    main()
