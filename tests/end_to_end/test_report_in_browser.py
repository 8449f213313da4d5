"""The report's page in a real browser, with what a person does in it."""

import shutil

import pytest

from deployment.resources.glue_code import read_chart_library
from tests.building.reports import RunBuilder, make_report

selenium = pytest.importorskip("selenium", reason="needs selenium, and has none")
from selenium.webdriver import Chrome, ChromeOptions, ChromeService  # noqa: E402 - it may not be installed
from selenium.webdriver.common.by import By  # noqa: E402 - as above
from selenium.webdriver.common.keys import Keys  # noqa: E402 - as above

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver on the PATH"
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
def browser(tmp_path_factory):
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    with Chrome(options=options, service=ChromeService(DRIVER)) as driver:
        driver.set_script_timeout(60)
        yield driver


def read_scripts():
    return {name: text.decode() for name, text in read_chart_library().items()}


def write_page(builder, folder):
    """Report on a run with the real chart library; give the page and the forecast."""
    (folder / "work").mkdir(parents=True)
    reported = make_report(builder, folder / "work", library=read_scripts())
    page = folder / "report.html"
    page.write_text(reported.text("report.html"), encoding="utf-8")
    return page, reported


def open_page(browser, page):
    browser.get_log("browser")
    browser.get(page.as_uri())
    assert browser.execute_async_script(READY) is None


def list_complaints(browser):
    return [
        e for e in browser.get_log("browser") if e["level"] in {"SEVERE", "WARNING"}
    ]


def find(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def read_names(browser):
    cells = browser.find_elements(By.CSS_SELECTOR, ".item-table td.name button")
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


def read_chart(browser, name):
    """Read the numbers that the chart library holds for the newest chart."""
    return browser.execute_script(
        """
        const found = Bokeh.documents
          .map((one) => one.get_model_by_name(arguments[0])).filter((model) => model);
        const source = found[found.length - 1];
        return Object.fromEntries(
          [...source.data.keys ? source.data.keys() : Object.keys(source.data)].map(
            (key) => [key, Array.from(source.get_column(key))]));
        """,
        name,
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
    assert len(opened.find_elements(By.CSS_SELECTOR, ".chart .bk-Figure")) == 4


def test_page_asks_no_server_for_anything(opened):
    asked = opened.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )

    assert [name for name in asked if not name.startswith(("data:", "blob:"))] == []


@pytest.mark.parametrize("name", ["flute", UNICODE, "FLUTE", "☃"])
def test_search_finds_an_item(opened, name):
    type_search(opened, name)

    wanted = UNICODE if name in UNICODE else "flute"
    assert read_names(opened) == [wanted]
    assert find(opened, "#item-title").text == wanted


def test_search_for_nothing_known_says_so(opened):
    type_search(opened, "no such thing")

    assert "No item is called that" in find(opened, ".item-table").text


@pytest.mark.parametrize("name", ["drum", MARKUP, UNICODE])
def test_numbers_of_a_chart_equal_the_forecast(opened, page, name):
    type_search(opened, name)
    rows = [row for row in page[1].rows("forecast.csv") if row["item"] == name]

    chart = read_chart(opened, "item-forecast")
    for column in ("mean", "p10", "p50", "p90"):
        assert chart[column] == [float(row[column]) for row in rows]
    shown = opened.find_elements(By.CSS_SELECTOR, "#item-numbers tbody tr")
    cells = [row.find_elements(By.TAG_NAME, "td") for row in shown]
    assert [row[0].text for row in cells] == [row["month"] for row in rows]
    for place, column in enumerate(("mean", "p10", "p50", "p90"), start=1):
        numbers = [row[place].find_element(By.TAG_NAME, "span") for row in cells]
        exact = [float(number.get_attribute("title")) for number in numbers]
        assert exact == chart[column]
        read = [float(number.text.replace(",", "")) for number in numbers]
        assert read == pytest.approx(exact, abs=1e-3)


def test_history_of_a_chart_equals_the_training_data(opened):
    builder = RunBuilder(items=NAMES)
    type_search(opened, "drum")

    chart = read_chart(opened, "item-history")
    assert chart["y"] == [builder.value("drum", step) for step in range(builder.steps)]


@pytest.mark.parametrize(
    ("sort", "column", "falling"),
    [
        ("volume", "volume", True),
        ("error", "WQL", True),
        ("gain", "improvement_percent", False),
        ("growth", "change_percent", True),
        ("decline", "change_percent", False),
        ("name", "item", False),
    ],
)
def test_items_are_sorted_as_chosen(opened, page, sort, column, falling):
    find(opened, f"#sort option[value={sort}]").click()

    # A name that is cut in the list is told by its beginning.
    rows = {row["item"][:100]: row[column] for row in page[1].rows("items.csv")}
    shown = [rows[name[:100]] for name in read_names(opened)]
    if sort == "name":
        assert shown[:3] == [MARKUP, LONG, "drum"]
    else:
        wanted = sorted(map(float, rows.values()), reverse=falling)[: len(shown)]
        assert list(map(float, shown)) == pytest.approx(wanted, rel=1e-3)


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


def test_long_name_does_not_widen_a_phone(browser, page):
    narrow = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        open_page(browser, page[0])
        type_search(browser, LONG.strip())
        width = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width == 390


def test_dark_mode_turns_page_and_charts_dark(browser, page):
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    try:
        open_page(browser, page[0])
        colors = browser.execute_script(
            "const model = Bokeh.documents[0].get_model_by_name('total');"
            "return [getComputedStyle(document.body).backgroundColor,"
            " model.border_fill_color.value ?? model.border_fill_color]"
        )
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    assert colors == ["rgb(16, 21, 27)", "#18202a"]


def test_print_is_light_and_without_controls(browser, page):
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    try:
        open_page(browser, page[0])
        printed = {"media": "print", "features": dark}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", printed)
        wait_for_chart(browser)
        found = browser.execute_script(
            "const model = Bokeh.documents.map((d) => d.get_model_by_name('total'))"
            ".filter((m) => m).pop();"
            "return [getComputedStyle(document.querySelector('.controls')).display,"
            " model.border_fill_color.value ?? model.border_fill_color]"
        )
    finally:
        none = {"media": "", "features": []}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", none)

    assert found == ["none", "#ffffff"]


def test_item_is_chosen_by_keyboard(opened):
    button = opened.find_elements(By.CSS_SELECTOR, ".item-table td.name button")[3]
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
    means = read_chart(browser, "item-forecast")["mean"]
    assert means == [float(row["mean"]) for row in rows]


def test_page_without_comparison_opens_without_complaints(browser, tmp_path):
    reported = make_report(
        RunBuilder(), tmp_path, library=read_scripts(), without=("backtest.csv",)
    )
    page = tmp_path / "page.html"
    page.write_text(reported.text("report.html"), encoding="utf-8")

    open_page(browser, page)

    assert list_complaints(browser) == []
    assert "not comparable" in find(browser, "#verdict").text
    assert "Not comparable with" in find(browser, "#leaderboard").text
