"""Builders of runs that only their report is missing of, and a bucket to hold them."""

import csv
import io
import json
import random
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from glue.bucket import Bucket
from glue.reporting.write_report import Surroundings, write_report
from tests.building.uploads import FakeS3, months

ROOT = Path(__file__).parents[2]
RUN_ID = "data-260101000000-0123abcd"
NOW = datetime.fromisoformat("2026-01-01T02:00:00+00:00")
PAGE = ROOT / "glue" / "reporting" / "page"


def write_csv(rows):
    """Write rows of dicts as CSV text."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@dataclass
class RunBuilder:
    """A run of monthly series, forecast a little better than seasonal naive would.

    ``skill`` is the share of the naive error that the forecasts have; more than 1 is
    worse than naive.
    """

    items: tuple[str, ...] = ("drum", "flute", "harp")
    steps: int = 48
    horizon: int = 6
    windows: int = 2
    skill: float = 0.5
    now: datetime = NOW
    quantiles: tuple[str, ...] = ("p10", "p50", "p90")
    run_id: str = RUN_ID
    dataset: str = "data"
    findings: list = field(default_factory=list)
    seed: int = 1

    def value(self, item, step):
        """Give the value of an item at a step: season, trend and noise."""
        noise = random.Random(f"{self.seed} {item} {step}").gauss(0, 6)
        level = 60 + 25 * (sum(map(ord, item)) % 5)
        season = (0, 2, 8, 14, 20, 26, 30, 24, 16, 8, 2, 30)[step % 12]
        return round(max(level + season + 0.4 * step + noise, 0), 2)

    def stamps(self):
        """Name all time steps, those of the horizon included."""
        return months(self.steps + self.horizon)

    def predict(self, item, step):
        """Forecast a step: what will be, moved by a share of the seasonal change."""
        actual = self.value(item, step)
        error = self.skill * (self.value(item, step - 12) - actual)
        return {
            "mean": actual + error,
            **{
                name: max(actual + error + (int(name[1:]) - 50) / 2, 0.0)
                for name in self.quantiles
            },
        }

    def settings(self):
        """Build settings.json."""
        return {
            "schema": 1,
            "run_id": self.run_id,
            "dataset": self.dataset,
            "bucket": "bucket",
            "TimeSeriesForecastingJobConfig": {
                "ForecastFrequency": "M",
                "ForecastHorizon": self.horizon,
                "ForecastQuantiles": list(self.quantiles),
                "TimeSeriesConfig": {
                    "TargetAttributeName": "units",
                    "TimestampAttributeName": "month",
                    "ItemIdentifierAttributeName": "item",
                },
            },
            "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
            "TransformResources": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
        }

    def history(self):
        """Give the rows of train.csv."""
        stamps = self.stamps()
        return [
            {"item": item, "month": stamps[step], "units": self.value(item, step)}
            for item in sorted(self.items)
            for step in range(self.steps)
        ]

    def forecast(self):
        """Give the rows of the transform's output."""
        stamps = self.stamps()
        return [
            {"item": item, "month": stamps[step], **self.predict(item, step)}
            for item in sorted(self.items)
            for step in range(self.steps, self.steps + self.horizon)
        ]

    def backtests(self):
        """Give the rows of the winner's backtest."""
        stamps = self.stamps()
        cuts = [self.steps - self.horizon * n for n in range(self.windows, 0, -1)]
        return [
            {
                "item": item,
                "cutoff": stamps[cut - 1],
                "month": stamps[step],
                "actual": self.value(item, step),
                **self.predict(item, step),
            }
            for cut in cuts
            for item in sorted(self.items)
            for step in range(cut, cut + self.horizon)
        ]

    def candidates(self):
        """Build candidates.json; its figures are not those of the backtest."""
        names = ("Ensemble", "Prophet", "ARIMA")
        return {
            "best_candidate": "Ensemble",
            "candidates": [
                {
                    "name": name,
                    "status": "Completed",
                    "objective": {
                        "name": "AverageWeightedQuantileLoss",
                        "value": 0.05 + place / 100,
                    },
                    "metrics": [{"name": "MASE", "value": 0.8 + place, "set": None}],
                    "backtest_results_uri": "s3://bucket/autopilot-output/backtests/",
                }
                for place, name in enumerate(names)
            ],
        }

    def data_report(self):
        """Build data-report.json."""
        return {
            "schema": 1,
            "upload": {"key": "raw/data.zip", "event_time": "2026-01-01T00:00:00.000Z"},
            "findings": self.findings,
            "table": {"series": len(self.items), "seasonality": 12},
            "inferred": [{"key": "ForecastFrequency", "value": "M", "evidence": "x"}],
        }

    def objects(self):
        """Give everything that the run has left in the bucket before its report."""
        own = f"runs/{self.run_id}/"
        results = f"output-forecasted-data/{self.dataset}/{self.run_id}/"
        return {
            f"{own}settings.json": json.dumps(self.settings()),
            f"{own}data-report.json": json.dumps(self.data_report()),
            f"{own}candidates.json": json.dumps(self.candidates()),
            f"input/{self.run_id}/train/train.csv": write_csv(self.history()),
            f"{results}raw/part-00000.csv.out": write_csv(self.forecast()),
            "autopilot-output/backtests/backtest.csv": write_csv(self.backtests()),
        }


def make_assets(folder, without=()):
    """Write the parts of the page, but for some."""
    folder.mkdir(exist_ok=True)
    names = ("page.html", "page.css", "page.js", "dataset.html")
    parts = {name: (PAGE / name).read_text() for name in names}
    for name, text in parts.items():
        if name not in without:
            (folder / name).write_text(text)
    return folder


@dataclass(frozen=True)
class Reported:
    """The bucket after a report, and where this run's results are in it."""

    bucket: FakeS3
    prefix: str
    run_id: str

    def text(self, name):
        """Give the text of a result."""
        return self.bucket.objects[f"{self.prefix}{name}"].decode()

    def rows(self, name):
        """Give the rows of a CSV result."""
        return list(csv.DictReader(io.StringIO(self.text(name))))

    @property
    def document(self):
        """Give report.json."""
        return json.loads(self.text("report.json"))

    @property
    def warnings(self):
        """Give the warnings that status.json will have."""
        found = self.bucket.read_json(f"runs/{self.run_id}/report-warnings.json")
        return found["warnings"]

    def has(self, name):
        """Tell whether a result is there."""
        return f"{self.prefix}{name}" in self.bucket.objects


def make_report(builder, folder, *, others=None, without=(), s3=None, **options):
    """Report on a run, with further objects in the bucket, and without some.

    ``options`` are of the surroundings.
    """
    objects = {**builder.objects(), **(others or {})}
    for ending in without:
        objects = {key: body for key, body in objects.items() if ending not in key}
    s3 = s3 or FakeS3()
    s3.objects.update(FakeS3(objects).objects)
    assets = make_assets(folder / "assets", without)
    surroundings = Surroundings(builder.now, local=True, assets=assets, **options)
    write_report(builder.run_id, Bucket(s3, "bucket", folder), surroundings)
    prefix = f"output-forecasted-data/{builder.dataset}/{builder.run_id}/"
    return Reported(s3, prefix, builder.run_id)
