"""What changed since the last run, on the timestamps that both forecast."""

import json

from tests.building.reports import RunBuilder, make_report

LAST = "data-251101000000-0123abcd"


def last_run(**others):
    """Give what a run two months before has left."""
    builder = RunBuilder(**{"steps": 46, "run_id": LAST, "seed": 2, **others})
    objects = builder.objects()
    folder = f"output-forecasted-data/data/{LAST}/"
    return {
        f"{folder}forecast.csv": objects[f"{folder}raw/part-00000.csv.out"],
        f"runs/{LAST}/settings.json": objects[f"runs/{LAST}/settings.json"],
    }


def test_totals_and_movers_are_of_the_common_time(tmp_path):
    builder = RunBuilder()

    document = make_report(builder, tmp_path, others=last_run()).document

    changes = document["changes"]
    assert (changes["first"], changes["last"]) == ("2024-01-01", "2024-04-01")
    now = sum(
        builder.predict(item, step)["mean"]
        for item in builder.items
        for step in range(48, 52)
    )
    assert abs(changes["total_now"] - now) < 1e-6
    moved = [abs(one["now"] - one["before"]) for one in changes["movers"]]
    assert moved == sorted(moved, reverse=True)
    assert len(moved) == 3


def test_new_and_lost_items_are_counted(tmp_path):
    earlier = last_run(items=("drum", "flute", "gone", "lost"))

    document = make_report(RunBuilder(), tmp_path, others=earlier).document

    assert (document["changes"]["new"], document["changes"]["gone"]) == (1, 2)


def test_settings_that_differ_are_listed(tmp_path):
    document = make_report(RunBuilder(), tmp_path, others=last_run(horizon=5)).document

    assert document["changes"]["settings"] == [
        {
            "key": "TimeSeriesForecastingJobConfig.ForecastHorizon",
            "before": 5,
            "now": 6,
        }
    ]


def test_item_that_moved_much_is_looked_at_first(tmp_path):
    class Doubled(RunBuilder):
        def predict(self, item, step):
            row = super().predict(item, step)
            return {name: 1.6 * value for name, value in row.items()}

    objects = Doubled(steps=46, run_id=LAST).objects()
    folder = f"output-forecasted-data/data/{LAST}/"
    others = {
        **last_run(),
        f"{folder}forecast.csv": objects[f"{folder}raw/part-00000.csv.out"],
    }

    reported = make_report(RunBuilder(skill=0.2), tmp_path, others=others)

    first = reported.document["attention"]["first"]
    assert "changed" in first[0]["kinds"]
    assert "in the last run" in "; ".join(first[0]["reasons"])
    assert "What changed since the last run" in reported.text("report.html")


def test_first_run_has_nothing_to_compare(tmp_path):
    document = make_report(RunBuilder(), tmp_path).document

    assert document["changes"]["reason"] == "this is the dataset's first forecast"
    assert document["changes"]["movers"] == []


def test_another_target_is_not_compared(tmp_path):
    earlier = last_run()
    key = f"runs/{LAST}/settings.json"
    settings = json.loads(earlier[key])
    columns = settings["TimeSeriesForecastingJobConfig"]["TimeSeriesConfig"]
    columns["TargetAttributeName"] = "money"

    document = make_report(
        RunBuilder(), tmp_path, others={**earlier, key: json.dumps(settings)}
    ).document

    assert "another target" in document["changes"]["reason"]


def test_last_run_without_settings_is_no_fault(tmp_path):
    earlier = {k: v for k, v in last_run().items() if k.endswith(".csv")}

    reported = make_report(RunBuilder(), tmp_path, others=earlier)

    assert "could not be read" in reported.document["changes"]["reason"]
    assert reported.warnings == []
