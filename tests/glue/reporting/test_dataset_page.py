"""The page of a dataset: every run, what came true of it, and how it was made."""

import html
import json
import re
from dataclasses import replace

import pytest

from tests.building.reports import RunBuilder, make_report

PAGE = "output-forecasted-data/data/dataset.html"
IDS = [f"data-26010{day}000000-0123abc{day}" for day in range(1, 6)]


def report_runs(folder, *, count=3, step=2, horizon=6, others=None):
    """Report on runs whose histories grow by some steps each."""
    s3 = None
    for place in range(count):
        builder = RunBuilder(
            steps=48 + step * place, horizon=horizon, run_id=IDS[place]
        )
        reported = make_report(builder, folder, s3=s3, others=others)
        s3 = reported.bucket
    return reported


def read_page(reported):
    return reported.bucket.objects[PAGE].decode()


def read_rows(page):
    """Read the table of runs as text, row by row."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td.*?</td>", row)]
        for row in re.findall(r"<tr.*?</tr>", body)
    ]


def test_page_tells_what_came_true_of_each_run(tmp_path):
    rows = read_rows(read_page(report_runs(tmp_path, count=4)))

    assert rows[0][3] == "not yet"
    assert rows[1][3].startswith("up to ")
    assert rows[-1][3] == "all of it"
    assert all(re.fullmatch(r"[\d.]+%", row[4]) for row in rows[1:])


def test_older_forecast_is_scored_until_it_has_ended(tmp_path):
    # Five runs a step apart: the first one is none of the three newest before the last.
    reported = report_runs(tmp_path, count=5, step=1, horizon=6)

    newest = reported.bucket.read_json(f"{reported.prefix}summary.json")

    assert [one["run_id"] for one in newest["came_true"]] == IDS[3::-1]


def test_first_run_has_a_page_that_promises_nothing(tmp_path):
    page = read_page(report_runs(tmp_path, count=1))

    assert "Nothing that was forecast has happened yet" in page
    assert "<svg" not in page


def test_page_opens_offline_and_runs_nothing(tmp_path):
    page = read_page(report_runs(tmp_path))

    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "default-src 'none'" in page


def test_page_is_the_same_when_a_report_is_made_again(tmp_path):
    reported = report_runs(tmp_path)
    before = read_page(reported)
    again = make_report(
        RunBuilder(steps=52, horizon=6, run_id=IDS[2]), tmp_path, s3=reported.bucket
    )

    assert read_page(again) == before


def test_champion_without_training_is_told(tmp_path):
    model = {
        "schema": 1,
        "road": "champion",
        "reason": "the champion is 7 days old",
        "forecast_by": {"version": 3, "run_id": "x"},
    }
    builder = RunBuilder(run_id=IDS[0])
    key = f"runs/{IDS[0]}/model.json"

    page = read_page(make_report(builder, tmp_path, others={key: json.dumps(model)}))

    words = "<summary>version 3, no training</summary>the champion is 7 days old"
    assert words in page
    assert "0 of 1" in page


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "{{STYLE}} & <b>"])
def test_title_of_the_data_is_no_markup(tmp_path, title):
    class Named(RunBuilder):
        def settings(self):
            return {**super().settings(), "Preparation": {"Title": title}}

    page = read_page(make_report(Named(run_id=IDS[0]), tmp_path))

    assert page.count(html.escape(title)) == 2
    assert "<script" not in page
    assert page.count(":root {") == page.count("<style>") * 3


def test_summary_that_cannot_be_read_is_passed_over(tmp_path):
    broken = f"output-forecasted-data/data/{IDS[0]}/summary.json"
    builder = replace(RunBuilder(), run_id=IDS[1])

    reported = make_report(builder, tmp_path, others={broken: "not json"})

    assert len(read_rows(read_page(reported))) == 1
