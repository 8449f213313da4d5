"""The figures of report.json, computed once more from the CSV files, slowly."""

import csv
import io
import math
from functools import cache
from statistics import NormalDist

import pytest

from tests.building.reports import RunBuilder, make_report, write_csv
from tests.building.uploads import months

SEASON = 12
LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
METRICS = ("WQL", "WAPE", "MASE", "MAPE", "RMSE")
EARLIER = "data-250101000000-0123abcd"


class Rough(RunBuilder):
    """A run whose series have gaps, begin late, end early, or are short."""

    def history(self):
        late, early, short = "flute", "harp", "viola"
        first = {late: 20, short: self.steps - 9}
        last = {early: self.steps - 3}
        return [
            row
            for at, row in enumerate(super().history())
            for step in [at % self.steps]
            if first.get(row["item"], 0) <= step < last.get(row["item"], self.steps)
            and (step * 7 + at) % 11
        ]

    def value(self, item, step):
        return 0.0 if item == "zither" else super().value(item, step)


BUILDER = Rough(items=("drum", "flute", "harp", "viola", "zither"), steps=50)


def earlier_run():
    """Give the results of a run that was made four months before."""
    earlier = RunBuilder(
        items=BUILDER.items, steps=46, horizon=8, run_id=EARLIER, skill=0.8
    )
    folder = f"output-forecasted-data/data/{EARLIER}/"
    objects = earlier.objects()
    return {
        f"{folder}forecast.csv": objects[f"{folder}raw/part-00000.csv.out"],
        f"runs/{EARLIER}/settings.json": objects[f"runs/{EARLIER}/settings.json"],
    }


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    return make_report(BUILDER, tmp_path_factory.mktemp("r"), others=earlier_run())


@pytest.fixture(scope="module")
def history(reported):
    """Give each item's values by the number of their month."""
    place = {stamp: at for at, stamp in enumerate(months(80))}
    values = {}
    for row in reported_rows(reported, "input/", "train.csv"):
        values.setdefault(row["item"], {})[place[row["month"]]] = float(row["units"])
    return values


def reported_rows(reported, start, end):

    (key,) = [
        key
        for key in reported.bucket.objects
        if key.startswith(start) and key.endswith(end)
    ]
    return list(csv.DictReader(io.StringIO(reported.bucket.objects[key].decode())))


def slow_naive(values, cutoff, steps):
    """Forecast an item from its values up to a month, as the report defines it."""
    known = [step for step in values if step <= cutoff]
    if not known:
        return None
    line = [values.get(step, 0.0) for step in range(min(known), cutoff + 1)]
    lag = SEASON if len(line) > SEASON + 1 else 1
    changes = [line[at] - line[at - lag] for at in range(lag, len(line))]
    spread = math.sqrt(sum(c * c for c in changes) / len(changes)) if changes else 0
    scale = sum(abs(c) for c in changes) / len(changes) if changes else math.nan
    forecasts = []
    for step in range(1, steps + 1):
        center = line[len(line) - lag + (step - 1) % lag]
        width = spread * math.sqrt((step - 1) // lag + 1)
        row = {"mean": center}
        for name, level in LEVELS.items():
            quantile = center + width * NormalDist().inv_cdf(level)
            row[name] = max(quantile, 0.0) if min(line) >= 0 else quantile
        forecasts.append(row)
    return forecasts, scale


def slow_scores(points):
    """Score points of (actual, forecast by name, scale) one by one."""
    volume = sum(abs(actual) for actual, _, _ in points)
    losses = []
    for name, level in LEVELS.items():
        loss = 0.0
        for actual, forecast, _ in points:
            over = actual - forecast[name]
            loss += 2 * (level * over if over > 0 else (level - 1) * over)
        losses.append(loss)
    errors = [
        (abs(actual - forecast["p50"]), actual, scale)
        for actual, forecast, scale in points
    ]
    scaled = [error / scale for error, _, scale in errors if scale > 0]
    shares = [error / abs(actual) for error, actual, _ in errors if actual != 0]
    squares = [(actual - forecast["mean"]) ** 2 for actual, forecast, _ in points]

    def mean(numbers):
        return sum(numbers) / len(numbers) if numbers else None

    return {
        "WQL": mean(losses) / volume if volume else None,
        "WAPE": sum(error for error, _, _ in errors) / volume if volume else None,
        "MASE": mean(scaled),
        "MAPE": mean(shares),
        "RMSE": math.sqrt(mean(squares)),
    }


@pytest.fixture(scope="module")
def points(reported, history):
    """Give (item, step, actual, forecast, naive, scale) of each backtest point."""
    place = {stamp: at for at, stamp in enumerate(months(80))}
    rows = reported_rows(reported, "autopilot-output/", "backtest.csv")
    naive = cache(lambda item, cut: slow_naive(history[item], cut, BUILDER.horizon))
    found = []
    for row in rows:
        cutoff = place[row["cutoff"]]
        known = naive(row["item"], cutoff)
        if known is None:
            continue
        step = place[row["month"]] - cutoff
        forecast = {name: float(row[name]) for name in ("mean", *LEVELS)}
        forecasts, scale = known
        actual = float(row["actual"])
        found.append((row["item"], step, actual, forecast, forecasts[step - 1], scale))
    return found


def ours(points):
    return [(actual, forecast, scale) for _, _, actual, forecast, _, scale in points]


def naives(points):
    return [(actual, naive, scale) for _, _, actual, _, naive, scale in points]


def same(found, wanted):
    assert set(found) == set(METRICS)
    for name in METRICS:
        if wanted[name] is None:
            assert found[name] is None
        else:
            assert found[name] == pytest.approx(wanted[name], rel=1e-9, abs=1e-9)


def test_rough_run_leaves_points_out(reported, points):
    backtest = reported.document["backtest"]

    assert backtest["points_left_out"] > 0
    assert backtest["points"] == len(points)


def test_winner_and_baseline_equal_slow_scores(reported, points):
    backtest = reported.document["backtest"]

    same(backtest["winner"], slow_scores(ours(points)))
    same(backtest["baseline"], slow_scores(naives(points)))


def test_verdict_equals_slow_scores(reported, points):
    verdict = reported.document["verdict"]
    winner, naive = slow_scores(ours(points)), slow_scores(naives(points))
    by_item = [
        (slow_scores(ours(some))["WQL"], slow_scores(naives(some))["WQL"])
        for item in BUILDER.items
        if (some := [p for p in points if p[0] == item])
    ]
    told = [pair for pair in by_item if None not in pair]

    gain = 100 * (1 - winner["WQL"] / naive["WQL"])
    assert verdict["improvement_percent"] == pytest.approx(gain, rel=1e-9)
    assert verdict["compared"] == len(told) == 4
    assert verdict["better_on"] == sum(mine < theirs for mine, theirs in told)


def test_steps_equal_slow_scores(reported, points):
    for entry in reported.document["backtest"]["by_step"]:
        some = [p for p in points if p[1] == entry["step"]]

        assert entry["points"] == len(some)
        same(entry["winner"], slow_scores(ours(some)))
        same(entry["baseline"], slow_scores(naives(some)))


def test_calibration_equals_slow_shares(reported, points):
    for entry in reported.document["backtest"]["calibration"]:
        name = entry["quantile"]
        below = [actual <= forecast[name] for _, _, actual, forecast, _, _ in points]

        assert entry["level"] == LEVELS[name]
        assert entry["covered"] == pytest.approx(sum(below) / len(below), rel=1e-9)


def test_bias_equals_slow_sum(reported, points):
    over = sum(forecast["mean"] - actual for _, _, actual, forecast, _, _ in points)
    volume = sum(abs(actual) for _, _, actual, *_ in points)

    found = reported.document["backtest"]["bias_percent"]
    assert found == pytest.approx(100 * over / volume, rel=1e-9)


def test_items_equal_slow_figures(reported, history, points):
    forecast = reported.rows("forecast.csv")
    rows = {row["item"]: row for row in reported.rows("items.csv")}
    end = BUILDER.steps - 1

    assert set(rows) == set(BUILDER.items)
    for item, row in rows.items():
        some = [p for p in points if p[0] == item]
        last = range(BUILDER.steps - SEASON, BUILDER.steps)
        ahead, _ = slow_naive(history[item], end, BUILDER.horizon)
        wanted = {
            "volume": sum(abs(history[item].get(step, 0.0)) for step in last),
            "forecast_total": sum(
                float(f["mean"]) for f in forecast if f["item"] == item
            ),
            "last_season_total": sum(f["mean"] for f in ahead),
            "WQL": slow_scores(ours(some))["WQL"] if some else None,
            "WQL_seasonal_naive": slow_scores(naives(some))["WQL"] if some else None,
        }
        for name, value in wanted.items():
            if value is None:
                assert row[name] == ""
            else:
                assert float(row[name]) == pytest.approx(value, rel=1e-9)
        assert int(row["backtest_points"]) == len(some)


def test_items_of_the_report_equal_the_file(reported):
    rows = {row["item"]: row for row in reported.rows("items.csv")}
    listed = reported.document["items"]["items"]

    assert len(listed) == len(BUILDER.items)
    volumes = [entry["volume"] for entry in listed]
    assert volumes == sorted(volumes, reverse=True)
    for entry in listed:
        row = rows[entry["key"][0]]
        for name in ("volume", "change_percent", "improvement_percent"):
            found = "" if entry[name] is None else repr(entry[name])
            assert found == row[name]


def test_totals_equal_slow_sums(reported, history):
    total = reported.document["total"]
    wanted = {}
    for values in history.values():
        for step, value in values.items():
            wanted[step] = wanted.get(step, 0.0) + value

    assert total["history"]["timestamps"] == months(BUILDER.steps)
    for step, value in enumerate(total["history"]["values"]):
        assert (value or 0.0) == pytest.approx(wanted.get(step, 0.0), rel=1e-9)
    rows = reported.rows("forecast.csv")
    for at, stamp in enumerate(total["forecast"]["timestamps"]):
        some = [row for row in rows if row["month"] == stamp]
        for name in LEVELS:
            wanted_sum = sum(float(row[name]) for row in some)
            found = total["forecast"]["quantile_sums"][name][at]
            assert found == pytest.approx(wanted_sum, rel=1e-9)


def test_leaderboard_equals_slow_scores(reported, points):
    rows = {row["kind"]: row for row in reported.rows("leaderboard.csv")}
    winner, naive = slow_scores(ours(points)), slow_scores(naives(points))

    for kind, wanted in (("winner", winner), ("baseline", naive)):
        for name in METRICS:
            assert float(rows[kind][name]) == pytest.approx(wanted[name], rel=1e-9)
    gain = 100 * (1 - winner["WQL"] / naive["WQL"])
    assert float(rows["winner"]["improvement_percent"]) == pytest.approx(gain, rel=1e-9)


def test_earlier_forecast_equals_slow_scores(reported, history):
    (scored,) = reported.document["earlier_forecasts"]["scored"]
    place = {stamp: at for at, stamp in enumerate(months(80))}
    found = []
    for row in reported_rows(reported, "output-forecasted-data/data/data-25", ".csv"):
        step = place[row["month"]]
        if step not in history[row["item"]]:
            continue
        naive, scale = slow_naive(history[row["item"]], 45, 8)
        actual = history[row["item"]][step]
        forecast = {name: float(row[name]) for name in ("mean", *LEVELS)}
        found.append(
            (row["item"], step - 45, actual, forecast, naive[step - 46], scale)
        )

    assert scored["points"] == len(found)
    assert (scored["scored_first"], scored["scored_last"]) == (
        months(50)[min(step for _, step, *_ in found) + 45],
        months(50)[max(step for _, step, *_ in found) + 45],
    )
    same(scored["metrics"], slow_scores(ours(found)))
    same(scored["baseline"], slow_scores(naives(found)))
    for entry in scored["calibration"]:
        below = [p[2] <= p[3][entry["quantile"]] for p in found]
        assert entry["covered"] == pytest.approx(sum(below) / len(below), rel=1e-9)


def test_worst_series_of_earlier_forecast_come_first(reported, history):
    (scored,) = reported.document["earlier_forecasts"]["scored"]

    errors = [entry["error"] for entry in scored["worst"]]
    assert errors == sorted(errors, reverse=True)
    assert len(errors) == scored["series"]


def test_baseline_alone_equals_slow_scores(tmp_path, history):
    reported = make_report(BUILDER, tmp_path, without=("backtest.csv",))
    alone = reported.document["backtest"]["baseline_alone"]
    cutoff = BUILDER.steps - BUILDER.horizon - 1
    found = []
    for values in history.values():
        known = slow_naive(values, cutoff, BUILDER.horizon)
        for step in range(1, BUILDER.horizon + 1):
            if known is not None and cutoff + step in values:
                forecasts, scale = known
                found.append((values[cutoff + step], forecasts[step - 1], scale))

    assert alone["points"] == len(found)
    same(alone["metrics"], slow_scores(found))


def test_file_of_history_sums_repeated_months(tmp_path):
    builder = RunBuilder(items=("drum",))
    whole = builder.history()
    halves = [dict(row, units=row["units"] / 2) for row in whole for _ in range(2)]
    key = f"input/{builder.run_id}/train/train.csv"

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = make_report(builder, tmp_path / "a")
    second = make_report(builder, tmp_path / "b", others={key: write_csv(halves)})

    assert second.document["backtest"]["baseline"] == pytest.approx(
        first.document["backtest"]["baseline"]
    )
    assert second.document["data"]["rows"] == 2 * len(whole)
