"""The engine by itself: a CSV in, a forecast and a leaderboard out."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from forecaster import ForecasterError, fit
from forecaster.data.problem import Problem
from forecaster.metrics import METRIC_OF_OBJECTIVE
from forecaster.training.train import Report


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m forecaster",
        description="Forecast every series of a CSV file.",
    )
    parser.add_argument("table", type=Path, help="CSV: item, timestamp, target, ...")
    parser.add_argument(
        "--freq", required=True, help="time step: Y, Q, M, W, D, H, min"
    )
    parser.add_argument("--horizon", required=True, type=int, help="steps to forecast")
    parser.add_argument("--item", nargs="+", metavar="COLUMN", help="key columns")
    parser.add_argument("--timestamp", metavar="COLUMN")
    parser.add_argument("--target", metavar="COLUMN")
    parser.add_argument(
        "--quantiles", nargs="+", type=float, default=[0.1, 0.5, 0.9], metavar="Q"
    )
    parser.add_argument("--country", default="", help="public holidays, as in US")
    parser.add_argument(
        "--objective",
        choices=list(METRIC_OF_OBJECTIVE),
        default="AverageWeightedQuantileLoss",
    )
    parser.add_argument("--out", type=Path, default=Path("forecast.csv"))
    parser.add_argument("--model", type=Path, help="where to save model.tar.gz")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, help="default: every core")
    return parser.parse_args(arguments)


def read_table(options: argparse.Namespace) -> tuple[pd.DataFrame, Problem]:
    """Read the CSV; columns that are not named are the first three."""
    head = pd.read_csv(options.table, nrows=0)
    names = [*map(str, head.columns), "item_id", "timestamp", "target"]
    item = options.item or names[:1]
    problem = Problem(
        item=tuple(item),
        timestamp=options.timestamp or names[1],
        target=options.target or names[2],
        frequency=options.freq,
        horizon=options.horizon,
        quantiles=tuple(options.quantiles),
        country=options.country,
    )
    # Keys are text: 007 is not 7, and an item may be called NA.
    text = dict.fromkeys(item, str)
    table = pd.read_csv(
        options.table,
        dtype=text,
        keep_default_na=False,
        na_values=_no_value(head, item),
    )
    return table, problem


def _no_value(head: pd.DataFrame, item: list[str]) -> dict[str, list[str]]:
    return {name: ["", "NA", "NaN"] for name in head.columns if name not in item}


def tell(report: Report) -> None:
    """Print a line as a candidate finishes."""
    score = report.metrics.get("WQL")
    what = report.reason or (f"WQL {score:.4f}" if score is not None else "")
    print(f"{report.name:18s} {report.seconds:6.2f} s  {what}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Forecast a CSV file; errors of the caller are one line."""
    options = parse_arguments(arguments)
    try:
        table, problem = read_table(options)
        model = fit(
            table,
            problem,
            objective=options.objective,
            seed=options.seed,
            workers=options.workers,
            on_candidate=tell,
        )
        forecast = model.forecast(table)
    except (ForecasterError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    forecast.to_csv(options.out, index=False)
    if options.model:
        model.save(options.model)
    shown = ["name", "algorithm", "weight", "WQL", "WAPE", "MASE", "seconds"]
    print(model.leaderboard[shown].round(4).to_string(index=False))
    print(f"{len(forecast)} rows in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
