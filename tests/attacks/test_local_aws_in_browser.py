"""Web pages in a real browser get nothing out of a local AWS, and nothing done."""

import json
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from localaws.server import serve

selenium = pytest.importorskip("selenium", reason="needs selenium, and has none")
from selenium.webdriver import Chrome, ChromeOptions, ChromeService  # noqa: E402 - it may not be installed

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
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # A name that leads to loopback, as an attacker's own would once it is rebound.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
)
BUCKET, KEY, BODY = "owned", "raw/a.txt", "the owner's data"
# Each is sent by the page; what the page learns of it is what comes back.
SENT = {
    "read": "ask('GET', '/owned/raw/a.txt')",
    "list": "ask('GET', '/')",
    "read without asking": "ask('GET', '/owned/raw/a.txt', {mode: 'no-cors'})",
    "read without a referrer": (
        "ask('GET', '/owned/raw/a.txt',"
        " {mode: 'no-cors', referrerPolicy: 'no-referrer'})"
    ),
    "reset": "ask('POST', '/moto-api/reset', {mode: 'no-cors', body: ''})",
    "record": (
        "ask('POST', '/moto-api/recorder/upload-recording',"
        " {mode: 'no-cors', body: '{}'})"
    ),
    "replay": (
        "ask('POST', '/moto-api/recorder/replay-recording',"
        " {mode: 'no-cors', body: ''})"
    ),
    "create a user": (
        "ask('POST', '/', {mode: 'no-cors', body: new URLSearchParams("
        "{Action: 'CreateUser', UserName: 'planted', Version: '2010-05-08'})})"
    ),
    "write": "ask('PUT', '/owned/raw/planted.zip', {body: 'planted'})",
    "sign": (
        "ask('GET', '/owned/raw/a.txt', {headers: {Authorization: 'AWS4-HMAC-SHA256"
        " Credential=made-up-key/20260101/us-east-1/s3/aws4_request,"
        " SignedHeaders=host, Signature=00'}})"
    ),
    "beacon": "String(navigator.sendBeacon(TARGET + '/moto-api/reset', 'x'))",
    "image": "load('img')",
    "script": "load('script')",
    "form": "post('/owned', {key: 'raw/planted.zip', file: 'planted'})",
    "form to the recorder": "post('/moto-api/recorder/upload-recording', {a: 'b'})",
}
LIBRARY = """
    const TARGET = arguments[0];
    const done = arguments[arguments.length - 1];
    async function ask(method, path, options = {}) {
        const answer = await fetch(TARGET + path, {method, ...options});
        return `${answer.type} ${answer.status} ${await answer.text()}`;
    }
    function load(kind) {
        return new Promise((resolve) => {
            const made = document.createElement(kind);
            made.onload = () => resolve('loaded');
            made.onerror = () => resolve('refused');
            made.src = TARGET + '/owned/raw/a.txt';
            document.body.append(made);
        });
    }
    function post(path, fields) {
        return new Promise((resolve) => {
            const frame = document.createElement('iframe');
            frame.name = 'frame' + path;
            const form = document.createElement('form');
            Object.assign(form, {method: 'POST', action: TARGET + path});
            form.enctype = 'multipart/form-data';
            form.target = frame.name;
            for (const [name, value] of Object.entries(fields)) {
                const field = document.createElement('input');
                Object.assign(field, {name, value});
                form.append(field);
            }
            document.body.append(frame, form);
            frame.onload = () => resolve('posted');
            form.submit();
        });
    }
    async function attempt(act) {
        const silence = new Promise((resolve) => setTimeout(resolve, 3000, 'silence'));
        try {
            return await Promise.race([act(), silence]);
        } catch (error) {
            return error.name;
        }
    }
"""
# What a page learns when it may learn nothing.
NOTHING = {"TypeError", "opaque 0 ", "refused", "posted", "true", "loaded", "silence"}


class Quiet(SimpleHTTPRequestHandler):
    """Serve a folder without a word."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def target():
    with serve() as server:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=BODY)
        yield server.endpoint_url


@pytest.fixture(scope="module")
def attacker(tmp_path_factory):
    """A site of its own, whose port is all that a page knows."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><title>evil</title><body>")
    handler = partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield site.server_address[1]
        site.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    with Chrome(options=options, service=ChromeService(DRIVER)) as driver:
        driver.set_script_timeout(60)
        yield driver


def attack(browser, page, target):
    """Send everything from a page; give what it learnt and what was answered."""
    browser.get(page)
    browser.get_log("performance")
    acts = ",".join(f"{json.dumps(name)}: () => {act}" for name, act in SENT.items())
    script = f"""{LIBRARY}
        (async () => {{
            const learnt = {{}};
            for (const [name, act] of Object.entries({{{acts}}}))
                learnt[name] = await attempt(act);
            done(learnt);
        }})();
    """
    learnt = browser.execute_async_script(script, target)
    return learnt, list_statuses(browser, target)


def list_statuses(browser, target):
    """List what a server has answered, whether the page could see it or not."""
    events = [
        json.loads(e["message"])["message"] for e in browser.get_log("performance")
    ]
    asked = {
        event["params"]["requestId"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
        and event["params"]["request"]["url"].startswith(f"{target}/")
    }
    return [
        event["params"]["statusCode"]
        for event in events
        if event["method"] == "Network.responseReceivedExtraInfo"
        and event["params"]["requestId"] in asked
    ]


def list_state():
    users = boto3.client("iam").list_users()["Users"]
    objects = boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    return users, [found["Key"] for found in objects]


@pytest.mark.parametrize("site", ["127.0.0.1", "localhost", "evil.example"])
def test_page_of_another_site_gets_nothing(browser, attacker, target, site):
    learnt, statuses = attack(browser, f"http://{site}:{attacker}/", target)

    assert set(learnt.values()) <= NOTHING, learnt
    assert set(statuses) == {403}
    assert len(statuses) >= len(SENT) - 2
    assert list_state() == ([], [KEY])


def test_page_of_another_site_gets_nothing_by_the_other_name(browser, attacker, target):
    target = target.replace("127.0.0.1", "localhost")

    learnt, statuses = attack(browser, f"http://127.0.0.1:{attacker}/", target)

    assert set(learnt.values()) <= NOTHING, learnt
    assert set(statuses) == {403}
    assert list_state() == ([], [KEY])


@pytest.mark.parametrize("name", ["rebound.example", "localhost", "127.0.0.1"])
def test_page_on_the_very_port_gets_nothing(browser, target, name):
    """A name that is bound anew to loopback makes a page one of the same origin."""
    origin = target.replace("127.0.0.1", name)

    learnt, statuses = attack(browser, f"{origin}/", origin)

    assert set(statuses) == {403}
    assert BODY not in "".join(learnt.values())
    assert learnt["reset"].startswith("basic 403 ")
    assert list_state() == ([], [KEY])
