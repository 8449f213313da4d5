"""What each covariate is worth is read as far as an engine's file can be told."""

import json

import pytest

from glue.reporting.explanation import read_impacts
from tests.building.reports import RunBuilder, make_report

OURS = {
    "schema": 1,
    "backtest_knows": "forecast",
    "impacts": [
        {"attribute": "price", "kind": "covariate", "error_increase_percent": 12.5},
        {"attribute": "noise", "kind": "covariate", "error_increase_percent": -0.1},
    ],
}
LONG = "feature_name,impact_score\nprice,0.2\npromotion,-0.7\nprice,0.4\n"
WIDE = (
    "item_id,timestamp,price-NormalizedImpactScore,promotion-NormalizedImpactScore\n"
    "a,2026-01-01,0.2,-0.6\nb,2026-01-01,0.4,-0.8\n"
)


def read(folder, name, text):
    path = folder / name
    path.write_text(text)
    return read_impacts(path)


def test_local_engine_s_file_is_read(tmp_path):
    found = read(tmp_path, "impact-scores.json", json.dumps(OURS))

    assert [(one.attribute, one.impact) for one in found.impacts] == [
        ("price", 12.5),
        ("noise", -0.1),
    ]
    assert found.unit == "error_increase_percent"
    assert found.backtest_knows == "forecast"


@pytest.mark.parametrize("text", [LONG, WIDE], ids=["long", "wide"])
def test_tables_of_impact_scores_are_read(tmp_path, text):
    found = read(tmp_path, "scores.csv", text)

    assert found.unit == "impact_score"
    assert [one.attribute for one in found.impacts] == ["promotion", "price"]
    assert [one.impact for one in found.impacts] == pytest.approx([-0.7, 0.3])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "{}"),
        ("b.json", "[1]"),
        ("c.json", "no json"),
        ("d.csv", "a,b\n1,2\n"),
        ("e.csv", ""),
        ("f.csv", "feature,impact_score\nprice,much\n"),
    ],
)
def test_other_files_are_no_explanation(tmp_path, name, text):
    found = read(tmp_path, name, text)

    assert found is None or found.impacts == ()


class Explained(RunBuilder):
    """A run whose engine left an explanation beside its model."""

    def candidates(self):
        document = super().candidates()
        for one in document["candidates"]:
            one["explainability_uri"] = "s3://bucket/autopilot-output/explained/"
        return document


def test_explanation_reaches_the_report(tmp_path):
    others = {"autopilot-output/explained/impact-scores.json": json.dumps(OURS)}

    reported = make_report(Explained(), tmp_path, others=others)

    assert reported.document["explanation"]["impacts"][0]["attribute"] == "price"
    assert reported.document["assumed_future"]["backtest_knows"] == "forecast"
    assert reported.warnings == []


def test_run_without_an_explanation_says_nothing(tmp_path):
    reported = make_report(Explained(), tmp_path)

    assert reported.document["explanation"]["impacts"] == []
    assert reported.warnings == []
