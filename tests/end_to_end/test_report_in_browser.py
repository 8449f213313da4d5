"""The report's page in a real browser, with what a person does in it."""

import os
import shutil
from pathlib import Path

import pytest

from tests.building.reports import ROOT, RunBuilder, make_report

selenium = pytest.importorskip("selenium", reason="needs selenium, and has none")
from selenium.webdriver import (  # noqa: E402 - it may not be installed
    Chrome,
    ChromeOptions,
    ChromeService,
    Firefox,
    FirefoxOptions,
    FirefoxService,
)
from selenium.webdriver.common.by import By  # noqa: E402 - as above
from selenium.webdriver.common.keys import Keys  # noqa: E402 - as above


def find_program(*names):
    return next(filter(None, map(shutil.which, names)), None)


CHROMIUM = find_program("chromium", "chromium-browser", "google-chrome")
CHROMEDRIVER = find_program("chromedriver")
FIREFOX = find_program("firefox", "firefox-esr")
GECKODRIVER = find_program("geckodriver")
# The file of npm's axe-core, where somebody has installed it here or named it.
AXE = Path(
    os.environ.get("AXE_CORE") or ROOT / "node_modules" / "axe-core" / "axe.min.js"
)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
MARKUP = "<img src=x onerror=\"document.title='owned'\"></script><script>1</script>"
LONG = "a very long name " * 40
UNICODE = "Ünïcödé ☃ 楽器"
NAMES = ("drum", "flute", MARKUP, LONG, UNICODE, *(f"item {n}" for n in range(30)))
READY = """
    const done = arguments[0];
    window.reportPage.ready.then(() => done(null), (error) => done(String(error)));
"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    if not (CHROMIUM and CHROMEDRIVER):
        pytest.skip("needs chromium and chromedriver on the PATH")
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    with Chrome(options=options, service=ChromeService(CHROMEDRIVER)) as driver:
        driver.set_script_timeout(60)
        yield driver


@pytest.fixture(scope="module")
def firefox():
    if not (FIREFOX and GECKODRIVER):
        pytest.skip("needs firefox and geckodriver on the PATH")
    options = FirefoxOptions()
    options.binary_location = FIREFOX
    for flag in ("--headless", "--width=1280", "--height=900"):
        options.add_argument(flag)
    with Firefox(options=options, service=FirefoxService(GECKODRIVER)) as driver:
        driver.set_script_timeout(60)
        yield driver


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request):
    return request.getfixturevalue(request.param)


def write_page(builder, folder, **others):
    """Report on a run; give the page and what was reported."""
    (folder / "work").mkdir(parents=True)
    reported = make_report(builder, folder / "work", **others)
    page = folder / "report.html"
    page.write_text(reported.text("report.html"), encoding="utf-8")
    return page, reported


def open_page(browser, page, fragment=""):
    list_complaints(browser)
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}{fragment}")
    assert browser.execute_async_script(READY) is None


def list_complaints(browser):
    """Give what Chromium logged; Firefox gives no log."""
    if browser.name == "firefox":
        return []
    return [
        e for e in browser.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}
    ]


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def read_names(browser):
    cells = browser.find_elements(By.CSS_SELECTOR, ".item-table td button")
    return [cell.get_attribute("title") for cell in cells]


def type_search(browser, text):
    """Type into the search box, and wait until what was found is drawn."""
    browser.execute_script(
        "const box = document.getElementById('search'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('input'));",
        text,
    )
    wait_for_chart(browser)


def wait_for_chart(browser):
    browser.execute_async_script(
        "const done = arguments[0]; setTimeout(() => requestAnimationFrame(() =>"
        " setTimeout(done, 150)), 150);"
    )


def read_chart(browser, number=1):
    """Read the numbers that a chart shows: the total's, or the chosen item's."""
    return browser.execute_script(
        "const { shape } = window.reportPage.charts[arguments[0]];"
        "return { values: shape.values, mean: shape.mean };",
        number,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    builder = RunBuilder(items=NAMES)
    return write_page(builder, tmp_path_factory.mktemp("page"))


@pytest.fixture
def opened(browser, page):
    open_page(browser, page[0])
    return browser


def test_page_opens_without_complaints(opened, page):
    assert list_complaints(opened) == []
    sentence = page[1].document["verdict"]["sentence"]
    assert sentence in find(opened, "#verdict").text
    pictures = opened.find_elements(By.CSS_SELECTOR, "svg.plot")
    assert len([one for one in pictures if one.is_displayed()]) == 5


def test_page_asks_no_server_for_anything(opened):
    asked = opened.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )

    assert [name for name in asked if not name.startswith(("data:", "blob:"))] == []


@pytest.mark.parametrize("name", ["flute", UNICODE, "FLUTE", "☃", "楽器 ☃"])
def test_search_finds_an_item(opened, name):
    type_search(opened, name)

    wanted = "flute" if name.lower() == "flute" else UNICODE
    assert read_names(opened) == [wanted]
    assert find(opened, "#item-title").text == wanted


def test_search_for_nothing_known_says_so(opened):
    type_search(opened, "no such thing")

    assert "No matching items" in find(opened, ".item-table").text


@pytest.mark.parametrize("name", ["drum", MARKUP, UNICODE])
def test_numbers_of_a_chart_equal_the_forecast(opened, page, name):
    type_search(opened, name)
    rows = [row for row in page[1].rows("forecast.csv") if row["item"] == name]

    chart = read_chart(opened)
    assert chart["mean"] == pytest.approx([float(r["mean"]) for r in rows], rel=1e-5)
    shown = opened.find_elements(By.CSS_SELECTOR, "#item-numbers tbody tr")
    cells = [row.find_elements(By.TAG_NAME, "td") for row in shown]
    assert [row[0].text for row in cells] == [row["month"] for row in rows]
    for place, column in enumerate(("mean", "p10", "p50", "p90"), start=1):
        read = [float(row[place].text.replace(",", "")) for row in cells]
        assert read == pytest.approx([float(r[column]) for r in rows], abs=0.06)


def test_history_of_a_chart_equals_the_training_data(opened):
    builder = RunBuilder(items=NAMES)
    type_search(opened, "drum")

    values = read_chart(opened)["values"]
    history = [builder.value("drum", step) for step in range(builder.steps)]
    assert values[: builder.steps] == history


@pytest.mark.parametrize(
    ("heading", "clicks", "column", "falling"),
    [
        ("volume", 0, "volume", True),
        ("volume", 1, "volume", False),
        ("error", 1, "WQL", True),
        ("gain", 1, "improvement_percent", False),
        ("change", 1, "change_percent", True),
        ("change", 2, "change_percent", False),
        ("bias", 1, "bias_percent", True),
        ("name", 1, "item", False),
    ],
)
def test_headings_sort_the_items(opened, page, heading, clicks, column, falling):
    for _ in range(clicks):
        find(opened, f"th[data-sort={heading}] button").click()

    # A name that is cut in the list is told by its beginning.
    rows = {row["item"][:100]: row[column] for row in page[1].rows("items.csv")}
    shown = [rows[name[:100]] for name in read_names(opened)]
    sort = find(opened, f"th[data-sort={heading}]").get_attribute("aria-sort")
    assert sort == ("descending" if falling else "ascending")
    if heading == "name":
        assert shown[:3] == [MARKUP, LONG, "drum"]
    else:
        wanted = sorted(map(float, rows.values()), reverse=falling)[: len(shown)]
        assert list(map(float, shown)) == pytest.approx(wanted, rel=1e-3)


def test_link_opens_an_item(browser, page):
    open_page(browser, page[0], "#item=item%2017")

    assert find(browser, "#item-title").text == "item 17"
    assert "item 17" in find(browser, ".item-table tr[aria-current]").text


def test_chosen_item_is_in_the_address(opened):
    find(opened, ".item-table tbody tr:nth-child(3) button").click()
    wait_for_chart(opened)

    title = find(opened, "#item-title").text
    assert opened.execute_script("return decodeURIComponent(location.hash)") == (
        f"#item={title}"
    )


def test_chart_says_its_values_at_a_step(opened):
    type_search(opened, "drum")
    chart = find(opened, "#item-chart svg")
    chart.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)

    words = find(opened, "#item-chart .readout").text
    assert words.startswith("2024-02-01: mean ")
    assert "p90" in words
    assert "a year before" in words


def test_finger_on_a_chart_scrolls_the_page(opened):
    action = opened.execute_script(
        "return getComputedStyle(document.querySelector('.chart svg')).touchAction"
    )

    assert action == "pan-y"


def test_every_item_can_be_paged_to(opened):
    names = read_names(opened)
    while find(opened, ".pager button:last-child").is_enabled():
        find(opened, ".pager button:last-child").click()
        names += read_names(opened)

    assert len(names) == len(set(names)) == len(NAMES)


def test_markup_in_a_name_stays_text(opened):
    type_search(opened, MARKUP)

    assert find(opened, "#item-title").text == MARKUP
    assert opened.title == "Forecast of data (local run)"
    assert opened.find_elements(By.TAG_NAME, "img") == []


def test_long_name_does_not_widen_a_phone(chromium, page):
    narrow = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        open_page(chromium, page[0])
        type_search(chromium, LONG.strip())
        width = chromium.execute_script("return document.documentElement.scrollWidth")
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width == 390


def test_dark_mode_turns_page_and_charts_dark(chromium, page):
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    try:
        open_page(chromium, page[0])
        colors = chromium.execute_script(
            "const style = (one) => getComputedStyle(document.querySelector(one));"
            "return [style('body').backgroundColor, style('.plot .mean').stroke]"
        )
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    assert colors == ["rgb(16, 21, 27)", "rgb(98, 181, 238)"]


def test_print_is_light_and_shows_the_largest_items(chromium, page):
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    try:
        open_page(chromium, page[0])
        printed = {"media": "print", "features": dark}
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", printed)
        found = chromium.execute_script(
            "const style = (one) => getComputedStyle(document.querySelector(one));"
            "return [style('#controls').display, style('body').backgroundColor,"
            " style('.plot .mean').stroke]"
        )
        pictures = chromium.find_elements(By.CSS_SELECTOR, "#multiples svg")
        shown = [one.is_displayed() for one in pictures]
    finally:
        none = {"media": "", "features": []}
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", none)

    assert found == ["none", "rgb(255, 255, 255)", "rgb(0, 103, 168)"]
    assert shown == [True] * 20


def test_nothing_is_printed_over_a_table_or_cut(chromium, page):
    try:
        open_page(chromium, page[0])
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        found = chromium.execute_script(
            "const box = (one) => document.querySelector(one).getBoundingClientRect();"
            "const style = (one) => getComputedStyle(document.querySelector(one));"
            "return [box('#accuracy table').bottom <= box('#accuracy ul.plain').top,"
            " style('#leaderboard th button').display, style('#total .plot').overflow]"
        )
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert found == [True, "contents", "visible"]


def test_page_without_scripts_shows_tables_and_charts(chromium, page):
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.get("about:blank")
        chromium.get(page[0].as_uri())
        sentence = find(chromium, "#verdict").text
        shown = [
            one.is_displayed()
            for one in chromium.find_elements(By.CSS_SELECTOR, "svg.plot")
        ]
        rows = len(chromium.find_elements(By.CSS_SELECTOR, ".item-table tbody tr"))
    finally:
        off = {"value": False}
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", off)

    assert page[1].document["verdict"]["sentence"] in sentence
    assert shown == [True] * 24
    assert rows == 20


def test_one_row_is_reached_by_tab_and_the_rest_by_arrows(opened):
    def reachable():
        return opened.find_elements(
            By.CSS_SELECTOR, ".item-table tbody button[tabindex='0']"
        )

    (first,) = reachable()
    first.send_keys(Keys.ARROW_DOWN)

    (second,) = reachable()
    assert second == opened.switch_to.active_element
    assert second != first


def test_targets_are_large_enough_for_a_finger(opened):
    small = opened.execute_script(
        "return [...document.querySelectorAll('button, select, input, nav a, td a')]"
        ".filter((one) => one.checkVisibility())"
        ".map((one) => [one.textContent, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < 24 || box.width < 24)"
        ".map(([text]) => text)"
    )

    assert small == []


def test_every_control_has_a_name(opened):
    nameless = opened.execute_script(
        "const named = 'button, select, input, svg, [role=region]';"
        "return [...document.querySelectorAll(named)]"
        ".filter((one) => !(one.textContent.trim() && one.tagName === 'BUTTON')"
        " && !one.getAttribute('aria-label') && !(one.labels && one.labels.length))"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )

    assert nameless == []


def test_item_is_chosen_by_keyboard(opened):
    button = opened.find_elements(By.CSS_SELECTOR, ".item-table td button")[3]
    button.send_keys(Keys.ENTER)
    wait_for_chart(opened)

    assert find(opened, "#item-title").text == button.get_attribute("title")
    row = find(opened, ".item-table tr[aria-current]")
    assert button.get_attribute("title") in row.text


@pytest.mark.parametrize(
    "builder",
    [
        RunBuilder(items=("only",)),
        RunBuilder(horizon=1),
        RunBuilder(skill=2.5),
        RunBuilder(quantiles=("p50", "p60", "p70", "p80", "p90")),
        RunBuilder(quantiles=("p90",)),
        RunBuilder(
            findings=[
                {
                    "code": "c",
                    "level": level,
                    "what": "odd",
                    "remedy": "look",
                    "examples": [
                        {"file": "T", "row": 2, "column": None, "value": "<b>x</b>"}
                    ],
                }
                for level in ("warning", "fixed")
            ]
        ),
    ],
    ids=["one series", "one step", "naive wins", "high quantiles", "one", "findings"],
)
def test_page_of_any_run_opens_without_complaints(browser, tmp_path, builder):
    page, reported = write_page(builder, tmp_path)

    open_page(browser, page)

    assert list_complaints(browser) == []
    assert reported.document["verdict"]["sentence"] in find(browser, "#verdict").text
    item = builder.items[0]
    type_search(browser, item)
    rows = [row for row in reported.rows("forecast.csv") if row["item"] == item]
    means = read_chart(browser)["mean"]
    assert means == pytest.approx([float(row["mean"]) for row in rows], rel=1e-5)


def test_page_without_comparison_opens_without_complaints(browser, tmp_path):
    page, _ = write_page(RunBuilder(), tmp_path / "run", without=("backtest.csv",))

    open_page(browser, page)

    assert list_complaints(browser) == []
    assert "not comparable" in find(browser, "#verdict").text
    assert "Not comparable with" in find(browser, "#leaderboard").text


def test_table_is_sorted_by_its_headings(opened):
    def read():
        rows = opened.find_elements(By.CSS_SELECTOR, "#leaderboard tbody tr")
        cells = [row.find_elements(By.TAG_NAME, "td")[1].text for row in rows]
        return [float(text) for text in cells if text[:1].isdigit()]

    head = find(opened, "#leaderboard th:nth-child(2)")
    head.find_element(By.TAG_NAME, "button").click()

    assert head.get_attribute("aria-sort") == "descending"
    assert read() == sorted(read(), reverse=True)


def test_table_is_copied(opened):
    button = find(opened, "#leaderboard .copy")
    button.click()
    wait_for_chart(opened)

    assert button.text == "Copied"


def test_single_series_is_drawn_once(browser, tmp_path):
    page, reported = write_page(RunBuilder(items=("only",)), tmp_path)

    open_page(browser, page)

    shown = [
        one
        for one in browser.find_elements(By.CSS_SELECTOR, "#items svg, #total svg")
        if one.is_displayed()
    ]
    assert len(shown) == 1
    assert not find(browser, ".item-table").is_displayed()
    assert find(browser, "#item-title").text == "only"
    assert reported.document["data"]["series"] == 1


PICTURE = """
    const done = arguments[0];
    const chart = window.reportPage.charts[1];
    const saved = [];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () { saved.push(this.download); };
    const blobs = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { blobs.push(blob.type); return "blob:x"; };
    chart.saveCsv();
    chart.saveSvg();
    chart.savePng().then(() => {
      HTMLAnchorElement.prototype.click = click;
      URL.createObjectURL = create;
      done([saved, blobs, chart.picture()]);
    });
"""


def test_chart_is_taken_along_with_title_and_legend(opened):
    type_search(opened, "drum")

    names, kinds, picture = opened.execute_async_script(PICTURE)

    assert names == ["data-drum.csv", "data-drum.svg", "data-drum.png"]
    assert kinds == ["text/csv", "image/svg+xml", "image/png"]
    assert "drum: units (Forecast of data (local run))" in picture
    assert ">backtest<" in picture
    assert ">a year before<" in picture


def find_violations(browser):
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[0]; window.axe.run().then((all) =>"
        " done(all.violations.map((one) => [one.id, one.nodes.map((n) => n.html)])));"
    )
    return [(name, [html[:120] for html in nodes]) for name, nodes in found]


needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="needs axe-core: npm install --no-save axe-core"
)


@needs_axe
def test_page_violates_no_rule_of_axe(opened):
    assert find_violations(opened) == []


@needs_axe
def test_dark_page_violates_no_rule_of_axe(chromium, page):
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    try:
        open_page(chromium, page[0])
        found = find_violations(chromium)
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    assert found == []


COPIED = """
    const done = arguments[0];
    const copied = [];
    Object.defineProperty(navigator, "clipboard", {
      configurable: true,
      value: { writeText: (text) => { copied.push(text); return Promise.resolve(); } },
    });
    document.querySelector("#first .copy").click();
    setTimeout(() => done(copied), 50);
"""


def test_copied_names_are_no_formulas(browser, tmp_path):
    class Biased(RunBuilder):
        def predict(self, item, step):
            return {n: 2 * v for n, v in super().predict(item, step).items()}

    page, _ = write_page(Biased(items=("=1+2", "drum", "flute")), tmp_path)
    open_page(browser, page)

    (copied,) = browser.execute_async_script(COPIED)

    assert "\n'=1+2\t" in copied
