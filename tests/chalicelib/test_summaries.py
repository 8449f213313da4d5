"""A report's few figures, as far as the report has them."""

import pytest

from chalicelib.summaries import read_summary
from tests.building.reports import RunBuilder, make_report


def test_summary_is_the_report_s_own(tmp_path):
    finding = {"code": "c", "level": "warning", "what": "odd", "remedy": "look"}
    findings = [finding] * 3 + [{**finding, "level": "info"}]
    reported = make_report(RunBuilder(findings=findings), tmp_path)

    summary = read_summary(reported.document)

    rows = reported.rows("forecast.csv")
    months = sorted({row["month"] for row in rows})
    total = sum(float(row["mean"]) for row in rows)
    assert (summary["first"], summary["last"]) == (months[0], months[-1])
    assert summary["total"] == pytest.approx(total)
    assert summary["outcome"] == reported.document["verdict"]["outcome"]
    assert summary["data_warnings"] == 3
    assert summary["first_data_warnings"] == ["odd", "odd"]


@pytest.mark.parametrize(
    "report",
    [{"run_id": "a"}, {"verdict": None, "total": []}, {"total": {"forecast": None}}],
)
def test_report_of_another_form_gives_no_figures(report):
    summary = read_summary(report)

    assert summary["total"] is None
    assert summary["outcome"] is None


def test_no_report_has_no_summary():
    assert read_summary(None) is None
