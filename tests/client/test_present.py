"""What a person reads at the end of a run."""

import io
import json

import pytest
from rich.console import Console

from client.present import present_findings, present_outcome
from client.results import Results
from client.session import Outcome
from tests.building.scripted_run import RUN_ID

FORECAST = "item_id,timestamp,mean,p10,p90\n" + "".join(
    f"item {i},2026-{t + 1:02}-01,{10 * i + t},{10 * i + t - 1},{10 * i + t + 1}\n"
    for i in range(5)
    for t in range(12)
)
CANDIDATES = {
    "objective": {"name": "AverageWeightedQuantileLoss"},
    "best_candidate": "Theta",
    "candidates": [
        {"name": f"C{i}", "status": "Completed", "objective": {}, "metrics": []}
        for i in range(7)
    ]
    + [
        {
            "name": "Theta",
            "status": "Completed",
            "objective": {"name": "AverageWeightedQuantileLoss", "value": 0.125},
            "metrics": [{"name": "MASE", "value": 0.75, "set": "Test"}],
        }
    ],
}


def make_finding(code, level="warning"):
    return {"code": code, "level": level, "what": f"found {code}", "remedy": "act"}


def spell(*words):
    return f"forecast {' '.join(words)} --stage dev"


def present(folder, files, status="SUCCEEDED", reason="", *, width=120, **ended):
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text)
    results = Results(folder, tuple(folder / name for name in files))
    outcome = Outcome(RUN_ID, "sales", status, reason, results, **ended)
    console = Console(file=io.StringIO(), width=width)
    for part in (*present_findings(outcome), *present_outcome(outcome, spell)):
        console.print(part)
    return console.file.getvalue()


def test_forecast_shows_largest_series_and_total(tmp_path):
    text = present(tmp_path, {"forecast.csv": FORECAST})

    assert "5 series x 12 steps, 1,530 in all; the 3 largest are shown" in text
    assert "2026-04-01" in text
    assert "2026-05-01" not in text
    assert "item 2" in text
    assert "item 1" not in text
    assert text.index("item 4") < text.index("item 3")
    assert "▁▂▂▃▄▄▅▅▆▇▇█" in text
    assert str(tmp_path / "forecast.csv") in text


def test_simple_forecast_is_shown_where_it_is_advised(tmp_path):
    report = {"next": {"file": "baseline.csv"}}
    baseline = "id,timestamp,mean\nA,2026-01-01,7\n"
    files = {"report.json": report, "baseline.csv": baseline, "forecast.csv": FORECAST}

    text = present(tmp_path, files)

    assert "baseline.csv: 1 series x 1 step, 7.00 in all" in text
    assert "1,530 in all" not in text
    assert f"baseline    {tmp_path / 'baseline.csv'}" in text


def test_forecast_without_mean_draws_a_quantile(tmp_path):
    text = present(tmp_path, {"forecast.csv": "id,timestamp,p50\nA,2026-01-01,7\n"})

    assert "p50, 1 step" in text


def test_forecast_without_values_is_only_counted(tmp_path):
    text = present(tmp_path, {"forecast.csv": "id,timestamp\nA,2026-01-01\n"})

    assert "1 series x 1 step" in text


def test_leaderboard_has_best_first_and_says_the_rest(tmp_path):
    text = present(tmp_path, {"candidates.json": CANDIDATES})

    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert lines[1] == ["candidate", "WQL"]
    assert lines[3] == ["Theta", "(chosen)", "0.1250"]
    assert lines[4] == ["C0", "-"]
    assert "2 more in candidates.json" in text


def test_warnings_of_the_data_are_short(tmp_path):
    findings = [make_finding("x", "fixed"), make_finding("e", "error")]
    findings += [make_finding(f"w{i}") for i in range(6)]

    text = present(tmp_path, {"data-report.json": {"findings": findings}})

    assert "warning: found w4; act" in text
    assert "found w5" not in text
    assert "found e" not in text
    assert "and 2 more in data-report.json" in text


def test_warnings_alike_are_told_once(tmp_path):
    findings = [make_finding(code) for code in ("a", "b", "a", "a")]

    text = present(tmp_path, {"data-report.json": {"findings": findings}})

    assert text.strip().splitlines()[:2] == [
        "warning: found a; act (and 2 more like it)",
        "warning: found b; act",
    ]


def test_warning_of_the_report_is_passed_on(tmp_path):
    text = present(tmp_path, {"status.json": {"warnings": ["no report.html: x"]}})

    assert "warning: no report.html: x" in text


def test_verdict_stands_alone(tmp_path):
    text = present(tmp_path, {"report.json": {"verdict": {"sentence": "31% better"}}})

    assert "31% better" in text.splitlines()


def test_failure_has_its_reason_and_no_forecast(tmp_path):
    text = present(
        tmp_path,
        {"forecast.csv": FORECAST, "status.json": {}},
        status="FAILED",
        reason="[a] one; act\n[b] two; act",
    )

    assert text.splitlines()[:3] == [
        f"Run {RUN_ID} failed:",
        "  [a] one; act",
        "  [b] two; act",
    ]
    assert "steps" not in text


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        ("redrive", f"is paid for twice:\n  forecast resume {RUN_ID} --stage dev"),
        ("upload", "upload again:\n  forecast run SOURCE --stage dev"),
        ("", ""),
    ],
)
def test_failure_says_where_and_what_helps(tmp_path, remedy, expected):
    text = present(
        tmp_path, {}, status="FAILED", reason="x", step="BatchTransform", remedy=remedy
    )

    assert f"Run {RUN_ID} failed while forecasting (BatchTransform):" in text
    assert expected in text
    assert ("What helps" in text) is bool(remedy)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_keys_and_dates_are_never_cut(tmp_path, width):
    quantiles = ",".join(f"p{level}" for level in (10, 30, 50, 70, 90))
    rows = "".join(
        f"a product,a store,2026-{t + 1:02}-01,{'1234.5,' * 5}1\n" for t in range(9)
    )
    forecast = f"product,location,week,mean,{quantiles}\n{rows}"

    lines = present(tmp_path, {"forecast.csv": forecast}, width=width).splitlines()

    header = next(line for line in lines if "location" in line)
    assert "a product" in lines[lines.index(header) + 2]
    assert "2026-01-01" in lines[lines.index(header) + 2]
    assert "mean" in header
    assert ("p50" in header) is (width == 200)
    assert max(map(len, lines[:9])) <= width


def test_stopped_run_is_not_called_failed(tmp_path):
    text = present(tmp_path, {}, status="ABORTED", reason="stopped by hand")

    assert f"Run {RUN_ID} was stopped:" in text


def test_markup_in_names_is_only_text(tmp_path):
    forecast = "[red]id,timestamp,mean\n[bold]A,2026-01-01,1\n"

    text = present(tmp_path, {"forecast.csv": forecast})

    assert "[red]id" in text
    assert "[bold]A" in text
