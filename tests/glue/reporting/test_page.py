"""The page's making: bounded, escaped, and the same series as the forecast."""

import base64
import gzip
import html
import json
import re

import pytest

from glue.reporting.page import page as report_page
from tests.building.reports import ROOT, RunBuilder, make_report

MARKUP = "</script><script>alert(1)</script><!-- & ' \""
BLOCK = re.compile(r'<script type="[^"]+" id="([^"]+)">([^<]*)</script>')


def read_blocks(page):
    """Give the page's blocks of data by their ids."""
    return dict(BLOCK.findall(page))


def unpack(text):
    return json.loads(gzip.decompress(base64.b64decode(text)))


def read_series(blocks):
    """Give each charted series by its label."""
    labels = unpack(blocks["index"])["labels"]
    count = sum(name.startswith("chunk-") for name in blocks)
    chunks = [unpack(blocks[f"chunk-{number}"]) for number in range(count)]
    series = [one for chunk in chunks for one in chunk]
    return {labels[rank]: one for rank, one in enumerate(series)}


def read_text(page):
    """Give the words of a page as they are read without any script."""
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def test_page_holds_every_number_of_the_forecast(tmp_path):
    builder = RunBuilder(items=tuple(f"item {n}" for n in range(220)))

    reported = make_report(builder, tmp_path)

    blocks = read_blocks(reported.text("report.html"))
    series, facts = read_series(blocks), json.loads(blocks["facts"])
    assert set(series) == set(builder.items)
    for item, one in series.items():
        rows = [r for r in reported.rows("forecast.csv") if r["item"] == item]
        ahead = facts["stamps"][-len(rows) :]
        assert ahead == [row["month"] for row in rows]
        assert one["m"] == pytest.approx([float(r["mean"]) for r in rows], rel=1e-5)
        for place, name in enumerate(builder.quantiles):
            wanted = [float(row[name]) for row in rows]
            assert one["q"][place] == pytest.approx(wanted, rel=1e-5)
        assert one["v"] == [builder.value(item, s) for s in range(builder.steps)]


def test_backtest_lies_over_what_happened(tmp_path):
    builder = RunBuilder()

    page = make_report(builder, tmp_path).text("report.html")

    windows = read_series(read_blocks(page))["harp"]["b"]
    assert [window[0] for window in windows] == [36, 42]
    means = [builder.predict("harp", 36 + step)["mean"] for step in range(6)]
    assert windows[0][1] == pytest.approx(means, rel=1e-2)


def test_names_never_become_markup(tmp_path):
    builder = RunBuilder(items=(MARKUP, "drum"), dataset="d<b>")

    page = make_report(builder, tmp_path).text("report.html")

    assert "<script>alert(1)" not in page
    assert "<title>Forecast of data (local run)</title>" in page
    assert MARKUP in read_series(read_blocks(page))
    assert page.count("<script") == page.count("</script>")


def test_size_is_bounded_and_what_is_left_out_is_said(tmp_path, monkeypatch):
    builder = RunBuilder(items=tuple(f"item {n}" for n in range(600)))
    whole = make_report(builder, tmp_path).text("report.html")
    limit = len(whole.encode()) - 60_000
    monkeypatch.setattr(report_page.build_page, "__defaults__", (limit,))

    reported = make_report(builder, tmp_path)

    page = reported.text("report.html")
    blocks = read_blocks(page)
    shown = json.loads(blocks["facts"])["shown"]
    assert len(page.encode()) <= limit
    assert 0 < shown["charted"] < shown["listed"] == shown["series"] == 600
    series = read_series(blocks)
    assert len(series) == shown["charted"]
    volumes = {row["item"]: float(row["volume"]) for row in reported.rows("items.csv")}
    least = min(volumes[item] for item in series)
    assert all(volumes[item] <= least for item in volumes if item not in series)


def test_page_of_few_series_is_small(tmp_path):
    builder = RunBuilder(items=tuple(f"item {n}" for n in range(48)), steps=96)

    page = make_report(builder, tmp_path).text("report.html")

    assert len(page.encode()) < 200_000


def test_long_history_is_cut_for_the_charts(tmp_path):
    reported = make_report(RunBuilder(items=("drum",), steps=400), tmp_path)

    blocks = read_blocks(reported.text("report.html"))
    shown = json.loads(blocks["facts"])["shown"]
    assert shown["history_steps"] == 120
    assert len(read_series(blocks)["drum"]["v"]) == 120


def test_series_with_gaps_keep_their_places(tmp_path):
    class Gappy(RunBuilder):
        def history(self):
            return [row for at, row in enumerate(super().history()) if at % 5 != 3]

    builder = Gappy(items=("drum",))

    page = make_report(builder, tmp_path).text("report.html")

    one = read_series(read_blocks(page))["drum"]
    assert one["p"] == [step for step in range(builder.steps) if step % 5 != 3]
    assert one["v"] == [builder.value("drum", step) for step in one["p"]]


def test_page_refers_to_nothing_outside(tmp_path):
    page = make_report(RunBuilder(), tmp_path).text("report.html")

    assert not re.search(r'(src|href)="(?!#)', page)
    assert "default-src 'none'" in page


def test_policy_names_the_very_script_and_style(tmp_path):
    page = make_report(RunBuilder(), tmp_path).text("report.html")

    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"script-src '{report_page.hash_text(script)}'" in page
    assert f"style-src '{report_page.hash_text(style)}'" in page
    assert "unsafe-inline" not in page
    assert not re.search(r"<[^>]* (style|on[a-z]+)=", page)


def test_page_is_read_without_scripts(tmp_path):
    finding = {
        "code": "series-gaps",
        "level": "warning",
        "what": "3 series have gaps",
        "remedy": "fill them",
        "examples": [{"file": "TTS.csv", "row": 2, "column": None, "value": "x"}],
    }
    builder = RunBuilder(
        items=tuple(f"item {n}" for n in range(30)), findings=[finding]
    )

    reported = make_report(builder, tmp_path)

    page = reported.text("report.html")
    text = read_text(page)
    document = reported.document
    assert document["verdict"]["sentence"] in text
    assert "1 warning about the data" in text
    assert "3 series have gaps; fill them" in text
    for entry in document["leaderboard"]:
        assert entry["name"] in text
    largest = [one["key"][0] for one in document["items"]["items"][:20]]
    assert all(text.count(f" {name} ") >= 2 for name in largest)
    assert page.count("<svg") == 4 + 20


def test_items_to_look_at_first_are_linked(tmp_path):
    class Ended(RunBuilder):
        def history(self):
            rows = super().history()
            return [r for r in rows if r["item"] != "flute" or r["month"] < "2023-01"]

    reported = make_report(Ended(skill=0.2), tmp_path)

    first = reported.document["attention"]["first"]
    assert [one["key"] for one in first] == [["flute"]]
    assert "no value in the last horizon" in first[0]["reasons"]
    assert 'href="#item=flute"' in reported.text("report.html")


@pytest.mark.parametrize("name", ["{{STYLE}}", "{{", "}}", "{{ITEM}}"])
def test_slots_in_names_are_not_filled(tmp_path, name):
    page = make_report(RunBuilder(items=(name, "drum")), tmp_path).text("report.html")

    assert name in read_series(read_blocks(page))


def read_colors(css):
    """Give the colours of the light and the dark page by their names."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark, printed = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks
    )
    return [light, {**light, **dark}, {**light, **printed}]


def find_contrast(one, other):
    """Compute the contrast of two colours as WCAG 2 defines it."""

    def luminance(color):
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("ink", "page"),
        ("ink", "card"),
        ("soft", "page"),
        ("soft", "card"),
        ("forecast", "card"),
        ("naive", "card"),
        ("history", "card"),
        ("good", "good-back"),
        ("good", "card"),
        ("bad", "bad-back"),
        ("plain", "plain-back"),
        ("soft", "plain-back"),
    ],
)
def test_colors_are_told_apart_by_weak_eyes(text, back):
    css = (ROOT / "glue" / "reporting" / "page" / "page.css").read_text()

    assert [find_contrast(one[text], one[back]) >= 4.5 for one in read_colors(css)] == [
        True,
        True,
        True,
    ]


def test_same_run_gives_the_same_bytes(tmp_path):
    pages = [make_report(RunBuilder(), tmp_path).text("report.html") for _ in "12"]

    assert pages[0] == pages[1]


class Named(RunBuilder):
    """A run whose report has a title, and its target a unit."""

    title, unit = "Sales <North>", "pieces"

    def settings(self):
        labels = {"Title": self.title, "Unit": self.unit}
        return {**super().settings(), "Preparation": labels}


def test_title_and_unit_are_those_of_the_settings(tmp_path):
    page = make_report(Named(), tmp_path).text("report.html")

    assert "<title>Sales &lt;North&gt; (local run)</title>" in page
    assert "total units in pieces" in read_text(page)
    assert read_text(page).count("units in pieces") >= 3


def test_baseline_stands_beside_the_backtest(tmp_path):
    builder = RunBuilder()

    page = make_report(builder, tmp_path).text("report.html")

    window = read_series(read_blocks(page))["harp"]["b"][0]
    first = window[0]
    naive = [builder.value("harp", first + step - 12) for step in range(6)]
    assert window[2] == pytest.approx(naive, rel=1e-2)


def test_bias_is_given_by_step(tmp_path):
    class High(RunBuilder):
        def predict(self, item, step):
            return {n: 1.1 * v for n, v in super().predict(item, step).items()}

    document = make_report(High(skill=0), tmp_path).document

    steps = document["backtest"]["by_step"]
    assert [one["bias_percent"] for one in steps] == pytest.approx([10.0] * 6)
    assert any("10% too high in all" in note for note in document["verdict"]["notes"])


def test_single_series_is_drawn_with_its_backtest(tmp_path):
    page = make_report(RunBuilder(items=("only",)), tmp_path).text("report.html")

    chart = page.partition('id="item-chart"')[2].partition("</svg>")[0]
    for kind, count in (("back", 2), ("base", 2), ("band past-band", 2), ("ghost", 1)):
        assert chart.count(f'class="{kind}"') == count
