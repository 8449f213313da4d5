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


def slow_line(values, cutoff):
    """Give an item's values up to a month, its gaps filled with zero."""
    known = [step for step in values if step <= cutoff]
    return [values.get(step, 0.0) for step in range(min(known), cutoff + 1)]


def slow_naive(values, cutoff, steps):
    """Forecast an item from its values up to a month, as the report defines it."""
    if not [step for step in values if step <= cutoff]:
        return None
    line = slow_line(values, cutoff)
    lag = SEASON if len(line) > SEASON + 1 else 1
    changes = [line[at] - line[at - lag] for at in range(lag, len(line))]
    scale = sum(abs(c) for c in changes) / len(changes) if changes else math.nan
    return slow_repeat(line, lag, steps), scale


def slow_repeat(line, lag, steps):
    """Repeat the last values, as wide as the changes over so many steps were."""
    changes = [line[at] - line[at - lag] for at in range(lag, len(line))]
    spread = math.sqrt(sum(c * c for c in changes) / len(changes)) if changes else 0
    return [
        slow_row(
            line,
            line[len(line) - lag + step % lag],
            spread * math.sqrt(step // lag + 1),
        )
        for step in range(steps)
    ]


def slow_row(line, center, width):
    """Put normal quantiles around a centre; not below zero if the item never is."""
    floor = 0.0 if min(line) >= 0 else -math.inf
    row = {"mean": max(center, floor)}
    for name, level in LEVELS.items():
        row[name] = max(center + width * NormalDist().inv_cdf(level), floor)
    return row


def slow_mean(line, steps):
    """Forecast the mean of each month of the year, or of a short line."""
    season = SEASON if len(line) > SEASON + 1 else 1
    places = {}
    for back, value in enumerate(reversed(line)):
        places.setdefault((-back - 1) % season, []).append(value)
    means = {place: sum(some) / len(some) for place, some in places.items()}
    squares = sum(
        (value - means[place]) ** 2 for place, some in places.items() for value in some
    )
    spread = math.sqrt(squares / max(len(line) - len(places), 1))
    rows = []
    for step in range(steps):
        place = step % season
        width = spread * math.sqrt(1 + 1 / len(places[place]))
        rows.append(slow_row(line, means[place], width))
    return rows


def slow_drift(line, steps):
    """Go on along the line from the first value to the last."""
    span = max(len(line) - 1, 1)
    slope = (line[-1] - line[0]) / span
    changes = [line[at] - line[at - 1] - slope for at in range(1, len(line))]
    spread = math.sqrt(sum(c * c for c in changes) / len(changes)) if changes else 0
    return [
        slow_row(
            line,
            line[-1] + slope * ahead,
            spread * math.sqrt(ahead * (1 + ahead / span)),
        )
        for ahead in range(1, steps + 1)
    ]


def slow_simple(values, cutoff, steps):
    """Give the rows of each simple forecast, and the scale; None without history."""
    naive = slow_naive(values, cutoff, steps)
    if naive is None:
        return None
    line = slow_line(values, cutoff)
    return {
        "SeasonalNaive": naive[0],
        "LastValue": slow_repeat(line, 1, steps),
        "SeasonalMean": slow_mean(line, steps),
        "Drift": slow_drift(line, steps),
    }, naive[1]


def slow_best(points):
    """Name the simple forecast of least WQL over points."""
    names = ("SeasonalNaive", "LastValue", "SeasonalMean", "Drift")
    return min(names, key=lambda name: slow_scores(simple(points, name))["WQL"])


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
    """Give (item, step, actual, forecast, simple, scale) of each backtest point."""
    place = {stamp: at for at, stamp in enumerate(months(80))}
    rows = reported_rows(reported, "autopilot-output/", "backtest.csv")
    known_of = cache(lambda item, cut: slow_simple(history[item], cut, BUILDER.horizon))
    found = []
    for row in rows:
        cutoff = place[row["cutoff"]]
        known = known_of(row["item"], cutoff)
        if known is None:
            continue
        step = place[row["month"]] - cutoff
        forecast = {name: float(row[name]) for name in ("mean", *LEVELS)}
        forecasts, scale = known
        actual = float(row["actual"])
        rows_of = {name: rows[step - 1] for name, rows in forecasts.items()}
        found.append((row["item"], step, actual, forecast, rows_of, scale))
    return found


def ours(points):
    return [(actual, forecast, scale) for _, _, actual, forecast, _, scale in points]


def simple(points, name):
    return [(actual, rows[name], scale) for _, _, actual, _, rows, scale in points]


@pytest.fixture(scope="module")
def naives(points):
    """Give what takes the baseline's part of some points."""
    name = slow_best(points)
    return lambda some: simple(some, name)


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


def test_winner_and_baseline_equal_slow_scores(reported, points, naives):
    backtest = reported.document["backtest"]

    same(backtest["winner"], slow_scores(ours(points)))
    same(backtest["baseline"], slow_scores(naives(points)))


def test_simple_forecasts_equal_slow_scores(reported, points):
    found = reported.document["backtest"]["simple"]

    assert reported.document["baseline"]["name"] == slow_best(points)
    for name, metrics in found.items():
        same(metrics, slow_scores(simple(points, name)))


def test_verdict_equals_slow_scores(reported, points, naives):
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


def test_steps_equal_slow_scores(reported, points, naives):
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


def test_items_equal_slow_figures(reported, history, points, naives):
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
            "last_season_total": sum(f["mean"] for f in ahead)
            if len(slow_line(history[item], end)) > SEASON + 1
            else None,
            "WQL": slow_scores(ours(some))["WQL"] if some else None,
            "WQL_baseline": slow_scores(naives(some))["WQL"] if some else None,
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


def test_leaderboard_equals_slow_scores(reported, points, naives):
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
        forecasts, scale = slow_simple(history[row["item"]], 45, 8)
        actual = history[row["item"]][step]
        forecast = {name: float(row[name]) for name in ("mean", *LEVELS)}
        rows_of = {name: rows[step - 46] for name, rows in forecasts.items()}
        found.append((row["item"], step - 45, actual, forecast, rows_of, scale))

    assert scored["points"] == len(found)
    assert (scored["scored_first"], scored["scored_last"]) == (
        months(50)[min(step for _, step, *_ in found) + 45],
        months(50)[max(step for _, step, *_ in found) + 45],
    )
    same(scored["metrics"], slow_scores(ours(found)))
    same(scored["baseline"], slow_scores(simple(found, slow_best(found))))
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
        known = slow_simple(values, cutoff, BUILDER.horizon)
        for step in range(1, BUILDER.horizon + 1):
            if known is not None and cutoff + step in values:
                forecasts, scale = known
                rows_of = {name: rows[step - 1] for name, rows in forecasts.items()}
                actual = values[cutoff + step]
                found.append(("", step, actual, None, rows_of, scale))

    assert alone["points"] == len(found)
    same(alone["metrics"], slow_scores(simple(found, slow_best(found))))


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
