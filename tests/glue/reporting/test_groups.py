"""Totals by key column and by attribute: sums, and the accuracy of these."""

import numpy as np
import pandas as pd
import pytest

from glue.reporting.groups import Grouping, sum_groups
from glue.reporting.history import read_history
from glue.reporting.panel import make_panel
from glue.run_documents import read_settings
from tests.building.reports import RUN_ID, RunBuilder, make_report, write_csv
from tests.glue.reporting.test_page import read_blocks, unpack

KIND = {"drum": "percussion", "flute": "wind", "harp": "strings", "oboe": "wind"}


class Kinds(RunBuilder):
    """A run of items that have a kind each, as metadata tells."""

    def objects(self):
        rows = [
            {**row, "kind": KIND[row["item"]], "serial": f"no. {row['item']}"}
            for row in self.history()
        ]
        part = f"input/{RUN_ID}/transform/part-00000.csv"
        return {**super().objects(), part: write_csv(rows)}


@pytest.fixture
def reported(tmp_path):
    return make_report(Kinds(items=tuple(KIND)), tmp_path)


def test_groups_are_sums_of_their_items(reported):
    items = {row["item"]: row for row in reported.rows("items.csv")}
    rows = {row["value"]: row for row in reported.rows("groups.csv")}

    assert set(rows) == set(KIND.values())
    for kind, row in rows.items():
        some = [items[name] for name in KIND if KIND[name] == kind]
        assert row["column"] == "kind"
        assert int(row["series"]) == len(some)
        for column in ("volume", "forecast_total"):
            wanted = sum(float(one[column]) for one in some)
            assert float(row[column]) == pytest.approx(wanted)


def test_group_of_one_item_is_as_accurate_as_the_item(reported):
    (item,) = [row for row in reported.rows("items.csv") if row["item"] == "harp"]
    (group,) = [row for row in reported.rows("groups.csv") if row["value"] == "strings"]

    assert float(group["error"]) == pytest.approx(float(item["WQL"]))
    assert float(group["bias_percent"]) == pytest.approx(float(item["bias_percent"]))


def test_page_has_groups_and_finds_items_by_them(reported):
    page = reported.text("report.html")

    assert "By kind (3)" in page
    words = unpack(read_blocks(page)["index"])["words"]
    assert sum("wind" in text for text in words) == 2


def test_keys_of_grouped_series_are_groups(tmp_path):
    class Stores(RunBuilder):
        def settings(self):
            settings = super().settings()
            config = settings["TimeSeriesForecastingJobConfig"]["TimeSeriesConfig"]
            config["GroupingAttributeNames"] = ["store"]
            return settings

        def objects(self):
            objects = super().objects()
            for key in objects:
                if key.endswith((".csv", ".out")):
                    head, *lines = objects[key].splitlines()
                    both = [f"{line},{store}" for line in lines for store in "ab"]
                    objects[key] = "\n".join([f"{head},store", *both, ""])
            return objects

    document = make_report(Stores(), tmp_path).document

    assert [(g["column"], g["count"]) for g in document["groups"]] == [
        ("item", 3),
        ("store", 2),
    ]
    assert sum(one["series"] for one in document["groups"][1]["groups"]) == 6


def test_run_of_plain_items_has_no_groups(tmp_path):
    reported = make_report(RunBuilder(), tmp_path)

    assert reported.document["groups"] == []
    assert not reported.has("groups.csv")


def test_largest_groups_are_drawn(tmp_path):
    builder = Kinds(items=tuple(KIND))

    page = make_report(builder, tmp_path).text("report.html")

    for kind in KIND.values():
        assert f"Line chart of {kind}" in page


def test_group_s_picture_is_the_sum_of_its_items(tmp_path):
    builder = Kinds(items=tuple(KIND))
    path = tmp_path / "train.csv"
    path.write_text(write_csv(builder.history()))
    settings = read_settings(builder.settings())
    history = read_history(path, settings)
    forecast = pd.DataFrame(builder.forecast()).astype({"month": str})
    panel = make_panel(history, forecast, settings)
    kinds = ("wind", "strings", "percussion")
    places = np.array([kinds.index(KIND[item]) for (item,) in history.keys])
    grouping = Grouping("kind", kinds, {}, places)

    (sums,) = sum_groups([grouping], panel, sorted(forecast["month"].unique()), 40)

    winds = ("flute", "oboe")
    wind = [sum(builder.value(i, at) for i in winds) for at in range(40, 48)]
    harp = [builder.predict("harp", at)["mean"] for at in range(48, 54)]
    assert sums.past[0] == pytest.approx(wind)
    assert sums.ahead[1] == pytest.approx(harp)
    assert len(sums.past) == len(sums.ahead) == 3
