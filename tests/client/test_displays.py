"""The same run as lines of text and as a live display."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from client.follow import Snapshot
from client.live import LiveDisplay, render_run
from client.phases import add_events
from client.plain import PlainDisplay
from client.quiet import QuietDisplay
from client.training import Candidate, Training
from tests.building.scripted_run import RUN_ID, START, at, make_events

TRAINING_EVENTS = make_events(
    (0, "TaskStateEntered", "PrepareRun"),
    (1, "TaskStateExited"),
    (1, "TaskStateEntered", "CreateAutopilotJob"),
)
FAILING_EVENTS = make_events(
    (0, "TaskStateEntered", "Preprocess"), (3, "ExecutionFailed")
)


def make_snapshot(events=(), training=None, status="RUNNING"):
    return Snapshot(
        run_id=RUN_ID,
        status=status,
        started=START,
        stopped=None if status == "RUNNING" else at(60),
        phases=add_events((), events),
        training=training,
    )


def make_training(*values, secondary="TrainingModels"):
    candidates = (
        Candidate(f"C{i}", "Completed", "MASE", value) for i, value in enumerate(values)
    )
    return Training("InProgress", secondary, tuple(candidates))


def show_plain(*snapshots, seconds=0):
    lines, clock = [], iter(at(seconds * i) for i in range(1000))
    display = PlainDisplay(lines.append, clock=lambda: next(clock))
    for snapshot in snapshots:
        display.show(snapshot)
    return [line.split("  ", 1)[1] for line in lines]


def render(snapshot, seconds=30):
    console = Console(file=io.StringIO(), width=100)
    console.print(render_run(snapshot, now=at(seconds), spinner="*"))
    return console.file.getvalue()


def test_plain_lines_say_only_what_is_new():
    first = make_snapshot(TRAINING_EVENTS, make_training(0.5))
    second = replace(first, training=make_training(0.5, 0.25))

    assert show_plain(first, first, second) == [
        f"run {RUN_ID}",
        "Prepare the run: done in 1 s",
        "Train with Autopilot ...",
        "  training: training models",
        "  candidate C0: MASE 0.5000",
        "  candidate C1: MASE 0.2500",
    ]


def test_plain_lines_end_with_the_failure():
    running = make_snapshot(FAILING_EVENTS[:1])
    failed = make_snapshot(FAILING_EVENTS, status="FAILED")

    assert show_plain(running, failed)[1:] == [
        "Check and clean the data ...",
        "Check and clean the data: failed after 3 s",
        "FAILED after 1 min 00 s",
    ]


def test_plain_lines_have_their_time():
    lines = []
    PlainDisplay(lines.append, clock=lambda: START).note("hello")

    assert lines == [f"{START.astimezone():%Y-%m-%d %H:%M:%S}  hello"]


def test_plain_lines_never_stay_silent_for_long():
    snapshot = make_snapshot(TRAINING_EVENTS)

    lines = show_plain(*[snapshot] * 20, seconds=60)

    assert 2 <= sum("still at it: Train with Autopilot" in line for line in lines) <= 4


def test_busy_account_is_explained():
    busy = [*TRAINING_EVENTS, *make_events((2, "TaskFailed", "AutopilotBusy"))]

    assert "waits for a free Autopilot job" in show_plain(make_snapshot(busy))[-1]
    assert "waits for a free Autopilot job" in render(make_snapshot(busy))


def test_long_wait_says_how_long():
    busy = [*TRAINING_EVENTS, *make_events((2, "TaskFailed", "AutopilotBusy"))]
    snapshot = make_snapshot(busy)

    lines = show_plain(*[snapshot] * 20, seconds=60)

    assert "a free Autopilot job (1 h 10 min so far)" in render(snapshot, 4202)
    assert any("still at it" in line and "so far" in line for line in lines)


def test_job_that_was_let_in_waits_no_more():
    busy = [*TRAINING_EVENTS, *make_events((2, "TaskFailed", "AutopilotBusy"))]
    let_in = [*busy, *make_events((9, "TaskSubmitted"))]

    assert "waits" not in render(make_snapshot(let_in))


def test_upload_tells_how_far_it_is():
    lines, clock = [], iter(at(6 * i) for i in range(100))
    display = PlainDisplay(lines.append, clock=lambda: next(clock))

    with display.uploading("Upload 10 bytes", 10) as tell:
        for done in range(1, 11):
            tell(done)

    shares = [line.split("  ")[-1] for line in lines[1:]]
    assert shares[0] == "20% uploaded"
    assert 2 <= len(shares) <= 9


def test_quiet_display_says_nothing(capsys):
    display = QuietDisplay()

    with display.waiting("x"), display.uploading("x", 1) as tell, display.watching():
        tell(1)
        display.note("x")
        display.show(make_snapshot(TRAINING_EVENTS))

    assert capsys.readouterr() == ("", "")


def test_live_display_has_past_present_and_future():
    text = render(make_snapshot(TRAINING_EVENTS, make_training(0.5, 0.25)))

    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == f"run {RUN_ID}  running  30 s"
    assert lines[1].startswith("✓ Prepare the run")
    assert lines[2].startswith("* Train with Autopilot")
    assert "29 s training models, 2 candidates" in lines[2]
    assert lines[4:6] == ["0.2500  C1", "0.5000  C0"]
    assert lines[-1] == "· Report"


@pytest.mark.parametrize(
    ("state", "to_come"),
    [
        (
            "Preprocess",
            ["Train with Autopilot", "Make the model and forecast", "Report"],
        ),
        ("Train", ["Report"]),
        ("CreateAutopilotJob", ["Make the model and forecast", "Report"]),
    ],
)
def test_only_the_engine_asked_for_is_announced(state, to_come):
    text = render(make_snapshot(make_events((0, "TaskStateEntered", state))))

    lines = [line.strip() for line in text.splitlines()]
    assert [line[2:] for line in lines if line.startswith("·")] == to_come


def test_live_display_shows_the_best_candidates_only():
    text = render(make_snapshot(TRAINING_EVENTS, make_training(*range(9, 0, -1))))

    assert "1.00  C8" in text
    assert "9.00  C0" not in text
    assert "and 4 more" in text


def test_live_display_marks_where_it_failed():
    text = render(make_snapshot(FAILING_EVENTS, status="FAILED"))

    assert "failed  1 min 00 s" in text
    assert "✗ Check and clean the data" in text
    assert "Train with Autopilot" not in text


def test_live_display_draws_on_a_terminal():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    display = LiveDisplay(console, clock=lambda: at(30))
    with display.watching():
        display.show(make_snapshot(TRAINING_EVENTS))
        display.note("a note")

    assert "Train with Autopilot" in console.file.getvalue()
    assert "a note" in console.file.getvalue()


def test_item_names_cannot_colour_the_terminal():
    evil = Candidate("[red]\x1b[31mX", "Completed", "MASE", 1.0)
    training = Training("InProgress", "TrainingModels", (evil,))

    text = render(make_snapshot(TRAINING_EVENTS, training))

    assert "[red]�[31mX" in text
