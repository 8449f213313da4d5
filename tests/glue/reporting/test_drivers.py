"""What drives the forecast is said in the page, as far as it is known."""

import json

import pytest

from tests.building.reports import RunBuilder, make_report
from tests.glue.reporting.test_assumed import Covered
from tests.glue.reporting.test_page import read_text

PLACE = "autopilot-output/explained/impact-scores.json"


def explain(*impacts):
    listed = [
        {"attribute": name, "kind": kind, "error_increase_percent": value}
        for name, kind, value in impacts
    ]
    return {PLACE: json.dumps({"backtest_knows": "forecast", "impacts": listed})}


class PlainExplained(RunBuilder):
    """A run whose engine explains itself."""

    def candidates(self):
        document = super().candidates()
        for one in document["candidates"]:
            one["explainability_uri"] = "s3://bucket/autopilot-output/explained/"
        return document


class Explained(PlainExplained, Covered):
    """The same with covariates."""


def read_section(reported):
    text = read_text(reported.text("report.html"))
    start = text.rindex("What drives the forecast")
    return " ".join(text[start : text.rindex("Leaderboard")].split())


def test_each_covariate_has_its_future_and_its_worth(tmp_path):
    others = explain(("price", "covariate", 40.0), ("calendar", "calendar", 3.0))

    section = read_section(make_report(Explained(), tmp_path, others=others))

    assert "price assumed to be 1 1.10 +40%" in section
    assert "calendar known" in section
    assert "promotion assumed to be 0" in section


def test_worth_that_is_unknown_is_said(tmp_path):
    section = read_section(make_report(Covered(), tmp_path))

    assert "What each is worth is not known" in section
    assert "worth" not in section.partition("attribute")[2]


def test_promotion_that_is_assumed_away_is_said_first(tmp_path):
    class Promoted(Covered):
        def value(self, item, step):
            return super().value(item, step) * (2 if step % 10 == 9 else 1)

    notes = make_report(Promoted(), tmp_path).document["verdict"]["notes"]

    assert notes[1].startswith("What the history had and the forecast lacks: promotion")


@pytest.mark.parametrize(
    ("worth", "shown"), [(14.0, True), (0.1, False)], ids=["much", "little"]
)
def test_calendar_alone_is_shown_where_it_is_worth_it(tmp_path, worth, shown):
    reported = make_report(
        PlainExplained(), tmp_path, others=explain(("calendar", "calendar", worth))
    )

    assert ("What drives the forecast" in reported.text("report.html")) == shown
