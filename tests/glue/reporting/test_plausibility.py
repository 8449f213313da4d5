"""Implausible forecasts are found, and honest ones are left alone."""

import pytest

from tests.building.reports import RunBuilder, make_report


class Exploding(RunBuilder):
    """A run whose engine explodes on one item."""

    def predict(self, item, step):
        row = super().predict(item, step)
        if item != "harp" or step < self.steps:
            return row
        return self.explode({**row}, step - self.steps)

    def explode(self, row, ahead):
        return {**row, "p90": row["p90"] * 10 ** (ahead + 1)}


class Jumping(Exploding):
    def explode(self, row, ahead):
        return {name: value + 400 for name, value in row.items()}


class Wide(Exploding):
    def explode(self, row, ahead):
        return {**row, "p10": 0.0, "p90": row["mean"] + 480}


class Sinking(RunBuilder):
    def predict(self, item, step):
        share = 1 if step < self.steps else 0.3
        return {k: share * v for k, v in super().predict(item, step).items()}


def kinds_of(reported):
    return [one["kinds"] for one in reported.document["implausible"]["series"]]


@pytest.mark.parametrize(
    ("make", "kind"), [(Exploding, "range"), (Jumping, "jump"), (Wide, "width")]
)
def test_implausible_series_is_a_warning_at_the_top(tmp_path, make, kind):
    reported = make_report(make(skill=0.2, windows=3), tmp_path)

    (kinds,) = kinds_of(reported)
    assert kind in kinds
    assert reported.document["implausible"]["series"][0]["key"] == ["harp"]
    (warning,) = reported.warnings
    assert warning.startswith("[forecast-implausible] 1 item has an implausible")
    verdict = reported.document["verdict"]
    assert verdict["outcome"] == "doubtful"
    assert verdict["sentence"].startswith("1 item has an implausible forecast")
    assert "1 item has an implausible forecast" in reported.text("report.html")


def test_series_that_takes_over_the_total_is_told(tmp_path):
    class Taking(RunBuilder):
        def value(self, item, step):
            return round(super().value(item, step) / (50 if item == "i0" else 1), 3)

        def predict(self, item, step):
            times = 6 if item == "i0" and step >= self.steps else 1
            return {k: times * v for k, v in super().predict(item, step).items()}

    reported = make_report(Taking(items=tuple(f"i{n}" for n in range(6))), tmp_path)

    found = reported.document["implausible"]["series"]
    assert [one["key"] for one in found] == [["i0"]]
    assert "share" in found[0]["kinds"]


def test_total_that_jumps_is_told(tmp_path):
    reported = make_report(Sinking(skill=0.2, windows=3), tmp_path)

    assert "falls by" in reported.document["implausible"]["total"]
    assert reported.document["verdict"]["outcome"] == "doubtful"


@pytest.mark.parametrize(
    "builder",
    [
        RunBuilder(),
        RunBuilder(skill=2.5),
        RunBuilder(items=("only",), horizon=1),
        RunBuilder(steps=14, windows=1),
        RunBuilder(items=tuple(f"item {n}" for n in range(60))),
    ],
    ids=["usual", "bad", "one step", "short", "many"],
)
def test_honest_forecast_is_plausible(tmp_path, builder):
    reported = make_report(builder, tmp_path)

    assert reported.document["implausible"]["count"] == 0
    assert reported.warnings == []


def test_few_values_may_fall_to_nothing(tmp_path):
    class Fading(RunBuilder):
        def history(self):
            rows = super().history()
            return [r for r in rows if r["item"] != "harp" or r["month"] > "2023-08"]

        def predict(self, item, step):
            share = 0.1 if item == "harp" and step >= self.steps else 1
            return {k: share * v for k, v in super().predict(item, step).items()}

    reported = make_report(Fading(skill=0.2), tmp_path)

    assert reported.document["implausible"]["count"] == 0
