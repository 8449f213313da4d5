"""The rows of the future are changed, those that are meant, and nothing else."""

import csv

import pytest

from client.errors import SourceError
from client.what_if.change import Changer
from client.what_if.scenario import build_scenario
from glue.run_documents import read_settings

SETTINGS = read_settings(
    {
        "TimeSeriesForecastingJobConfig": {
            "ForecastFrequency": "D",
            "ForecastHorizon": 2,
            "ForecastQuantiles": ["p10", "p50", "p90"],
            "TimeSeriesConfig": {
                "TargetAttributeName": "sold",
                "TimestampAttributeName": "day",
                "ItemIdentifierAttributeName": "item",
            },
        },
        "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
    }
)
HEADER = ["item", "day", "sold", "price", "promo"]
ROWS = [
    ["007", "2026-01-01", "5", "2.50", "0"],
    ["007", "2026-01-02", "", "2.50", "0"],
    ["007", "2026-01-03", "", "3", ""],
    ["NA", "2026-01-01", "7", "4", "1"],
    ["NA", "2026-01-02", "", "4", "1"],
    ["NA", "2026-01-03", "", "4", "1"],
]


def change(folder, *changes, rows=ROWS, header=HEADER, **which):
    source, target = folder / "source.csv", folder / "target.csv"
    with source.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    changer = Changer(build_scenario(changes, **which), SETTINGS, "2026-01-02")
    changer.rewrite(source, target)
    changer.check_done()
    with target.open(newline="") as file:
        return changer.changed, list(csv.reader(file))[1:]


def test_only_the_future_is_changed(tmp_path):
    changed, rows = change(tmp_path, "price=-10%")

    assert [row[3] for row in rows] == ["2.50", "2.25", "2.7", "4", "3.6", "3.6"]
    assert (changed.future, changed.meant) == (4, 4)


def test_all_else_stays_to_the_letter(tmp_path):
    _, rows = change(tmp_path, "price+=1")

    assert [[*row[:3], row[4]] for row in rows] == [[*r[:3], r[4]] for r in ROWS]


def test_items_and_days_narrow_it(tmp_path):
    changed, rows = change(
        tmp_path, "price=9", items=["NA"], first="2026-01-03", last="2026-01-03"
    )

    assert [row[3] for row in rows] == ["2.50", "2.50", "3", "4", "4", "9"]
    assert changed.items == {("NA",)}


def test_beginning_before_the_forecast_changes_no_history(tmp_path):
    _, rows = change(tmp_path, "price=9", first="2020-01-01")

    assert [row[3] for row in rows] == ["2.50", "9", "9", "4", "9", "9"]


def test_word_may_be_set_where_some_are_words(tmp_path):
    rows = [[*row[:4], "a" if row[1] == "2026-01-01" else "1"] for row in ROWS]

    _, changed = change(tmp_path, "promo=b", rows=rows)

    assert [row[4] for row in changed] == ["a", "b", "b", "a", "b", "b"]


def test_value_may_be_set_where_there_is_none(tmp_path):
    _, rows = change(tmp_path, "promo=1")

    assert [row[4] for row in rows] == ["0", "1", "1", "1", "1", "1"]


@pytest.mark.parametrize(
    ("changes", "which", "said"),
    [
        (["cost=1"], {}, "no covariate 'cost' \\(found price, promo\\)"),
        (["sold=1"], {}, "no covariate 'sold'"),
        (["price=1"], {"items": ["8"]}, "found 4 rows of the future"),
        (["price=1"], {"first": "2027-01-01"}, "nothing would change"),
        (["price=1"], {"first": "soon"}, "'soon' is no date"),
        (["promo=+10%"], {}, "no value in 1 of 4 rows"),
        (["price=cheap"], {}, "'price' is a number in the run .found 'cheap'"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path, changes, which, said):
    with pytest.raises(SourceError, match=said):
        change(tmp_path, *changes, **which)


def test_data_without_covariates_say_so(tmp_path):
    rows = [row[:3] for row in ROWS]

    with pytest.raises(SourceError, match="found none"):
        change(tmp_path, "price=1", rows=rows, header=HEADER[:3])
