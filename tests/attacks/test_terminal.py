"""No text of an upload, a bucket or a service steers the terminal that shows it."""

import io
import json
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import deploy
import forecast
from cli.terminal import printable, printable_lines
from client.accuracy import present_accuracy
from client.command.doctor import show_sign
from client.command.work import Manner, Work
from client.connection import Place
from client.doctor import Sign
from client.errors import explain_aws_error
from client.explain import explain_source
from client.follow import Snapshot
from client.listing import ListedRun, Listing, LostUpload
from client.listing_table import render_listing
from client.live import render_run
from client.phases import Phase
from client.plain import PlainDisplay
from client.present import present_findings, present_outcome
from client.results import Results
from client.session import Outcome
from client.terminal import CleanConsole
from client.training import Candidate, Training
from deployment.review import Outcome as Change
from glue.check.page import render_explanation
from tests.building.scripted_run import STAGE, START, at, make_error

EVIL = {
    "colour": "\x1b[31mred",
    "title of the window": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "link": "\x1b]8;;https://attacker.example\x07click\x1b]8;;\x07",
    "clear the screen": "\x1b[2J\x1b[H",
    "line above": "\x1b[1A\x1b[2Kverdict: better",
    "back to the start": "safe\rverdict: better",
    "backspace": "safe\b\b\b\bevil",
    "bell": "\x07",
    "eight bits": "\x9b31mred",
    "string of eight bits": "\x9d0;owned\x9c",
    "answer back": "\x05",
    "nul": "a\x00b",
    "delete": "\x7f",
    "another line": "x\nerror: none; it is accepted",
    "line of unicode": "x\u2028accepted",
    "paragraph of unicode": "x\u2029accepted",
    "next line": "x\x85accepted",
    "right to left": "abc\u202efed",
    "isolate": "\u2066abc",
    "no width": "a\u200bb",
    "half a character": "a\udc9bb",
    "tabulator": "a\tb",
    "form feed": "a\x0cb",
}
LEVELS = ("error", "warning", "fixed")
ANY_TEXT = st.text(
    st.one_of(st.characters(categories=["Cc", "Cf", "Zl", "Zp"]), st.characters()),
    min_size=1,
    max_size=20,
)


def show(*parts, console=None):
    file = io.StringIO()
    console = console or CleanConsole(file=file, width=200, highlight=False)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def spell(*words):
    return " ".join(words)


def list_runs(text):
    run = ListedRun(text, text, "FAILED", START, verdict=text, waits=text)
    lost = [LostUpload(key, text, START) for key in (text, f"raw/{text}.zip")]
    listing = Listing((run,), tuple(lost), True)
    return show(*render_listing(listing, stage="dev", now=at(60)))


def make_snapshot(text):
    candidate = Candidate(text, text, text, 1.0)
    return Snapshot(
        run_id=text,
        status="RUNNING",
        started=START,
        phases=(
            Phase(text, START, ended=at(1)),
            Phase(text, at(1), state=text, retrying=text, waiting_since=at(2)),
            Phase(text, at(3), state="CheckAutopilotJob"),
        ),
        training=Training("InProgress", text, (candidate,)),
    )


def watch_live(text):
    return show(render_run(make_snapshot(text), now=at(60), spinner="*"))


def watch_plain(text):
    console = CleanConsole(file=io.StringIO(), width=200)
    display = PlainDisplay(lambda line: console.print(line, markup=False))
    display.show(make_snapshot(text))
    display.note(text)
    return console.file.getvalue()


def write_results(folder, text):
    """Write what a run may have left, with the text wherever there is one."""
    finding = {"level": "warning", "code": text, "what": text, "remedy": text}
    entry = {"name": text, "kind": "winner", "metrics": {text: 1.0}}
    documents = {
        "data-report.json": {"findings": [finding, {**finding, "level": "fixed"}]},
        "status.json": {"warnings": [text]},
        "report.json": {
            "metric": text,
            "verdict": {"sentence": text, "outcome": text},
            "leaderboard": [entry],
            "earlier_forecasts": {"scored": [{"run_id": text, "sentence": text}]},
        },
        "settings.json": {},
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    line = text.replace('"', '""')
    table = f'"{line}",timestamp,mean,p10\n"{line}","{line}",1,2\n'
    (folder / "forecast.csv").write_text(table, errors="replace", newline="")
    files = [folder / name for name in (*documents, "forecast.csv")]
    return Results(folder, tuple(files))


def present_success(text, folder):
    results = write_results(folder, text)
    outcome = Outcome(text, text, "SUCCEEDED", "", results)
    return show(
        *present_accuracy(results),
        *present_findings(outcome),
        *present_outcome(outcome, spell),
    )


def present_failure(text, folder):
    results = write_results(folder, text)
    ended = {"step": text, "remedy": "redrive"}
    outcome = Outcome(text, text, text, text, results, **ended)
    return show(*present_findings(outcome), *present_outcome(outcome, spell))


def explain(text):
    example = {"file": text, "row": 1, "column": text, "value": text}
    finding = {"code": text, "what": text, "remedy": text, "examples": [example]}
    report = {
        "outcome": "refused",
        "table": {},
        "files": [{"name": text, "bytes": 1, "read_as": text}],
        "settings": [{"key": text, "value": [text, {text: text}], "source": text}],
        "inferred": [{"key": text, "value": text, "evidence": text}],
        "findings": [{**finding, "level": level} for level in LEVELS],
        "columns": [{"name": text, "role": text, "note": text}],
        "rows": [{text: text}],
    }
    return "".join(
        render_explanation(report, verbose=verbose, width=10_000)
        for verbose in (False, True)
    )


def capture(call, *arguments):
    """Give what a function prints, by both ways."""
    kept = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = said = io.StringIO()
    try:
        call(*arguments)
    finally:
        sys.stdout, sys.stderr = kept
    return said.getvalue()


def complain(text):
    error = make_error(text, text, text)
    return capture(forecast.complain, explain_aws_error(error, STAGE)) + capture(
        forecast.complain, text
    )


def show_signs(text):
    work = Work(Place("dev"), Manner(), None)
    work.out = work.err = CleanConsole(file=io.StringIO(), width=200)
    show_sign(work, Sign(text, "wrong", text, text))
    return work.out.file.getvalue()


def say_in_deploy(text):
    line = str(Change("model", text, "updated", (text,)))
    return capture(deploy.say, line) + capture(deploy.fail, text)


ROADS = {
    "list": list_runs,
    "live display": watch_live,
    "plain display": watch_plain,
    "explanation": explain,
    "complaint": complain,
    "doctor": show_signs,
    "deploy": say_in_deploy,
}
WITH_FILES = {"results": present_success, "failure": present_failure}


def find_control(said):
    return sorted({c for c in said if not c.isprintable() and c != "\n"})


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("road", ROADS)
def test_evil_text_stays_text(road, evil):
    assert find_control(ROADS[road](EVIL[evil])) == []


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("road", WITH_FILES)
def test_evil_text_in_results_stays_text(tmp_path, road, evil):
    assert find_control(WITH_FILES[road](EVIL[evil], tmp_path)) == []


@pytest.mark.parametrize("road", ROADS)
@given(text=ANY_TEXT)
@settings(max_examples=40, deadline=None)
def test_no_text_commands_the_terminal(road, text):
    assert find_control(ROADS[road](text)) == []


@pytest.mark.parametrize("road", WITH_FILES)
@given(text=ANY_TEXT)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_text_in_results_commands_the_terminal(tmp_path, road, text):
    assert find_control(WITH_FILES[road](text, tmp_path)) == []


@pytest.mark.parametrize("evil", EVIL)
def test_text_takes_no_line_of_its_own(evil):
    plain = explain("x" * len(EVIL[evil]))

    assert explain(EVIL[evil]).count("\n") == plain.count("\n")


MEMBERS = ["\x1b[2J.csv", "a\x1b]0;x\x07.txt", "a\nb.csv", "\u202evsc.x"]


@pytest.mark.parametrize("member", MEMBERS, ids=ascii)
def test_member_of_an_archive_stays_text(tmp_path, member):
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
        archive.writestr("config.json", json.dumps({member: 1}))

    said = render_explanation(explain_source(path), verbose=True)

    assert find_control(said) == []


def test_terminal_gets_styles_of_ours_only():
    console = CleanConsole(file=io.StringIO(), force_terminal=True, width=80)

    said = show(f"[bold]{EVIL['title of the window']}[/bold]", console=console)

    assert "\x1b[1m" in said
    assert "\x1b]" not in said
    assert "\x07" not in said


def test_other_consoles_would_let_it_through():
    console = Console(file=io.StringIO(), width=80)

    assert "\x1b" in show("\x1b]0;owned", console=console)


@given(text=ANY_TEXT)
def test_clean_text_is_left_alone(text):
    clean = printable(text)

    assert printable(clean) == printable_lines(clean) == clean
    assert len(clean) == len(text)
