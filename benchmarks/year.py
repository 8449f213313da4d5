"""A year of weekly uploads of one dataset: trained when due, each week, never again.

    python -m benchmarks.year [--weeks N]

The settings of the README's example decide on a local AWS, upload by upload. Beside it
the same engine, which gives the same model for the same data, is trained each week, and
once for all. In week 20 the level of every item shifts, in week 30 an item is new, and
in week 40 the covariate has another name, so that no older model fits. What was
forecast is scored on what the made-up data then did. Prints each choice with its
reason.
"""

import argparse
import csv
import io
import json
import random
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sin, tau
from typing import Any

import pandas as pd

from benchmarks.broken_stage import STAGE, BrokenStage, break_stage, wait_for
from forecaster import fit
from glue.reporting.costs import estimate_cost
from glue.reporting.timeline import build_timeline
from glue.settings.layers import DEFAULTS

HORIZON, HISTORY, ITEMS = 4, 104, 20
_FIRST = date(2023, 1, 2)
# The example of the README.
RETRAINING = {"MaxAgeDays": 91, "WhenWorseThan": 1.5}
EXAMPLE, EACH_WEEK, NEVER = "as the example", "each week", "never again"
DATASET = "year"
_JOB = {"ForecastFrequency": "W", "ForecastHorizon": HORIZON}
# What the data show of themselves to the pipeline.
_COLUMNS = {
    "ItemIdentifierAttributeName": "item_id",
    "TimestampAttributeName": "timestamp",
    "TargetAttributeName": "sales",
}
_PATIENCE = 600.0
_MACHINE = DEFAULTS["TransformResources"]
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

    def list_rows(self, week: int) -> Iterator[tuple[str, str, float, float | None]]:
        """List item, week, price and sales; of the horizon the prices alone."""
        for item in self.list_items(week):
            is_new = item not in self.list_items(-HISTORY)
            begin = self.events.new_item if is_new else -HISTORY
            for at in range(begin, week + 1 + HORIZON):
                sales = self.find_sales(item, at) if at <= week else None
                yield item, name_week(at), self.find_price(item, at), sales

    def name_price(self, week: int) -> str:
        """Name the covariate as the uploads of a week do."""
        return "unit_price" if week >= self.events.rename else "price"

    def build_upload(self, week: int) -> bytes:
        """Build the upload of a week: its history, and prices to the horizon's end."""
        sales, prices = "item_id,timestamp,sales\n", ""
        for item, when, price, sold in self.list_rows(week):
            prices += f"{item},{when},{price}\n"
            sales += "" if sold is None else f"{item},{when},{sold}\n"
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("TTS.csv", sales)
            header = f"item_id,timestamp,{self.name_price(week)}\n"
            archive.writestr("RTS.csv", header + prices)
        return file.getvalue()

    def build_table(self, week: int) -> pd.DataFrame:
        """Build the same as the engine is given it."""
        names = ["item_id", "timestamp", self.name_price(week), "sales"]
        return pd.DataFrame(list(self.list_rows(week)), columns=names)


def name_week(week: int) -> str:
    """Name the day that a week of the year begins on."""
    return str(_FIRST + timedelta(weeks=HISTORY + week))


def _start_at_zero() -> defaultdict[int, float]:
    return defaultdict(float)


@dataclass
class Year:
    """What became of one dataset's year."""

    trainings: list[int] = field(default_factory=list)
    losses: defaultdict[int, float] = field(default_factory=_start_at_zero)
    volumes: defaultdict[int, float] = field(default_factory=_start_at_zero)
    least: float = 0.0
    most: float = 0.0
    choices: list[str] = field(default_factory=list)

    @property
    def trained(self) -> int:
        """How many times a model was trained."""
        return len(self.trainings)

    @property
    def error(self) -> float:
        """The WQL over all forecasts of the year."""
        return self.score(self.volumes)

    def score(self, weeks: Iterable[int]) -> float:
        """Give the WQL over the forecasts of some weeks."""
        weeks = list(weeks)
        volume = sum(self.volumes[week] for week in weeks)
        return sum(self.losses[week] for week in weeks) / volume

    def add_forecast(self, rows: list[dict[str, str]], world: World, week: int) -> None:
        """Score a forecast on what the world then does."""
        names = {name_week(week + step): week + step for step in range(1, HORIZON + 1)}
        for row in rows:
            actual = world.find_sales(row["item_id"], names[row["timestamp"]])
            self.volumes[week] += actual
            for name, level in _LEVELS.items():
                error = actual - float(row[name])
                pinball = max(level * error, (level - 1) * error)
                self.losses[week] += 2 * pinball / len(_LEVELS)

    def add_run(self, week: int, model: Mapping[str, Any], cost: Any) -> None:
        """Take note of how a run was made, and of what it costs on AWS."""
        self.trainings += [week] if model["trained"] else []
        self.least += cost["least"]
        self.most += cost["most"]
        self.choices.append(f"week {week:2d}: {model['reason']}")


def live(stage: BrokenStage, world: World, weeks: int) -> Year:
    """Upload week by week, and score what comes."""
    settings = {"Retraining": RETRAINING, "TimeSeriesForecastingJobConfig": _JOB}
    key, body = f"config/{DATASET}.json", json.dumps(settings).encode()
    stage.s3.put_object(Bucket=STAGE.bucket, Key=key, Body=body)
    year = Year()
    for week in range(weeks):
        stage.put(f"{DATASET}.zip", world.build_upload(week))
        follow(stage, week, world=world, year=year)
        print(f"  {year.choices[-1]}", flush=True)
    return year


def follow(stage: BrokenStage, week: int, *, world: World, year: Year) -> None:
    """Wait for the end of the newest run, and take note of it."""
    run = wait_for(lambda: find_run(stage, week), seconds=_PATIENCE)
    asked = {"dataset": DATASET, "run_id": run}
    text = stage.read_forecast(asked) or ""
    year.add_forecast(list(csv.DictReader(io.StringIO(text))), world, week)
    report = stage.read_json(f"output-forecasted-data/{DATASET}/{run}/report.json")
    status = wait_for(lambda: find_status(stage, run), seconds=_PATIENCE)
    year.add_run(week, status["model"], report["took"]["cost"])


def live_without(world: World, weeks: int, *, each_week: bool) -> Year:
    """Live through the same weeks with the engine alone: trained always, or never.

    What never trains again does so where no older model fits.
    """
    year, model, known = Year(), None, ""
    for week in range(weeks):
        table, price = world.build_table(week), world.name_price(week)
        trains = each_week or model is None or price != known
        if trains:
            config = {**_JOB, "TimeSeriesConfig": _COLUMNS}
            config["ForecastQuantiles"] = list(_LEVELS)
            model, known = fit(table, config), price
        rows = model.forecast(table).astype({"timestamp": str}).to_dict("records")
        year.add_forecast(rows, world, week)
        cost = estimate_cost(
            [*build_timeline({})], _MACHINE, local=True, trained=trains
        )
        year.add_run(week, {"trained": trains, "reason": ""}, cost)
    return year


def find_run(stage: BrokenStage, count: int) -> str | None:
    """Find the newest run once it is over, and there are so many before it.

    Raises
    ------
    RuntimeError
        When it has no forecast.
    """
    runs = stage.list_runs()
    newest = max(runs, key=lambda run: run["startDate"], default=None)
    if newest is None or len(runs) <= count or newest["status"] == "RUNNING":
        return None
    if newest["status"] != "SUCCEEDED":
        raise RuntimeError(f"run {newest['name']} ended {newest['status']}")
    return str(newest["name"])


def find_status(stage: BrokenStage, run: str) -> dict[str, Any] | None:
    """Find a run's status.json once it is whole."""
    status: dict[str, Any] | None = stage.read_json(f"runs/{run}/status.json")
    return status if status and status["complete"] else None


def build_table(years: Mapping[str, Year]) -> str:
    """Build the table of the README."""
    best = years[EACH_WEEK].error
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


def build_stretches(years: Mapping[str, Year]) -> str:
    """Build the table of what each model of the example was worth while it lasted."""
    example, best = years[EXAMPLE], years[EACH_WEEK]
    begins = example.trainings
    ends = [*begins[1:], max(example.volumes) + 1]
    lines = ["| weeks | WQL | trained each week | ratio |", "|---|--:|--:|--:|"]
    for begin, end in zip(begins, ends, strict=True):
        ours, theirs = (year.score(range(begin, end)) for year in (example, best))
        name = f"{begin} to {end - 1}" if end - begin > 1 else f"{begin}"
        lines.append(f"| {name} | {ours:.4f} | {theirs:.4f} | {ours / theirs:.3f} |")
    return "\n".join(lines)


def main() -> None:
    """Live through the year, and print what it was like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    asked = parser.parse_args()
    world = World()
    with break_stage() as stage:
        years = {EXAMPLE: live(stage, world, asked.weeks)}
    for name in (EACH_WEEK, NEVER):
        each_week = name == EACH_WEEK
        years[name] = live_without(world, asked.weeks, each_week=each_week)
    print(build_table(years), build_stretches(years), sep="\n\n")


if __name__ == "__main__":
    main()
