"""What the forecast assumes of covariates, and what that does to the verdict."""

import pytest

from tests.building.reports import RUN_ID, RunBuilder, make_report, write_csv

FILLING = {
    "promotion": {"futurefill": "zero"},
    "price": {"futurefill": "value", "futurefill_value": "1"},
}


class Covered(RunBuilder):
    """A run with a promotion, a price and an attribute, whose future is told or not."""

    told = 0
    filling = FILLING
    knows = None

    def settings(self):
        settings = super().settings()
        job = settings["TimeSeriesForecastingJobConfig"]
        job["Transformations"] = {"Filling": self.filling}
        return settings

    def candidates(self):
        known = {} if self.knows is None else {"backtest_knows": self.knows}
        return {**super().candidates(), **known}

    def objects(self):
        rows = []
        for item in sorted(self.items):
            for step in range(self.steps + self.told):
                future = step >= self.steps
                rows.append(
                    {
                        "item": item,
                        "month": self.stamps()[step],
                        "units": "" if future else self.value(item, step),
                        "promotion": step % 10 // 9,
                        "price": 1 + step % 3 / 10,
                        "colour": f"colour of {item}",
                    }
                )
        part = f"input/{RUN_ID}/transform/part-00000.csv"
        return {**super().objects(), part: write_csv(rows)}


def report(folder, **figures):
    builder = Covered(skill=0.2, windows=4)
    for name, value in figures.items():
        setattr(builder, name, value)
    return make_report(builder, folder).document


def test_filled_future_is_said_and_claims_nothing(tmp_path):
    document = report(tmp_path)

    assumed = document["assumed_future"]
    assert [one["words"] for one in assumed["covariates"]] == [
        "promotion = 0",
        "price = 1",
    ]
    assert assumed["sentence"].startswith(
        "The forecast assumes promotion = 0, price = 1, over its 6 steps; their means "
        "so far: promotion 0.0833, price 1.10"
    )
    assert assumed["withheld"]
    assert document["verdict"]["outcome"] == "unknown"
    assert "With known covariates" in document["verdict"]["sentence"]
    assert document["verdict"]["notes"][0] == assumed["sentence"]


def test_known_future_keeps_the_claim(tmp_path):
    document = report(tmp_path, told=6)

    assert [one["words"] for one in document["assumed_future"]["covariates"]] == [
        "promotion as given",
        "price as given",
    ]
    assert document["verdict"]["outcome"] == "better"


def test_part_of_the_future_is_counted(tmp_path):
    document = report(tmp_path, told=3, filling={})

    (promotion, _) = document["assumed_future"]["covariates"]
    assert (promotion["given"], promotion["wanted"]) == (9, 18)
    assert promotion["words"] == "promotion as given for 50% of the steps, else unknown"
    assert document["verdict"]["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("knows", "outcome", "words"),
    [
        ("forecast", "better", "assumed the same"),
        ("future", "unknown", "backtest knew their real values"),
        ("nonsense", "unknown", "may have known"),
    ],
)
def test_what_the_backtest_knew_decides(tmp_path, knows, outcome, words):
    document = report(tmp_path, knows=knows)

    assert document["verdict"]["outcome"] == outcome
    assert words in document["assumed_future"]["caveat"]


def test_run_without_covariates_assumes_nothing(tmp_path):
    document = make_report(RunBuilder(), tmp_path).document

    assert document["assumed_future"]["covariates"] == []
    assert document["assumed_future"]["sentence"] is None
    assert not document["assumed_future"]["withheld"]


def test_promotion_s_effect_is_that_within_its_series(tmp_path):
    builder = Covered()
    steps = range(builder.steps)

    (promotion, price) = report(tmp_path)["assumed_future"]["covariates"]

    with_it, expected = [], []
    for item in builder.items:
        told = [builder.value(item, step) for step in steps if step % 10 == 9]
        rest = [builder.value(item, step) for step in steps if step % 10 != 9]
        with_it += told
        expected += [sum(rest) / len(rest)] * len(told)
    effect = promotion["effect"]
    assert effect["steps"] == len(with_it)
    assert effect["with_mean"] == pytest.approx(sum(with_it) / len(with_it))
    assert effect["without_mean"] == pytest.approx(sum(expected) / len(expected))
    assert price["effect"] is None
