"""What is said of a local AWS that does not start, and of a command that waits."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from client.local.home import Home, LocalError
from client.local.server import ensure_server, hold, stop_server


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "local")
    made.make()
    return made


def make_server(folder, text):
    """Write a package that is started in the server's place."""
    package = folder / "localaws"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('error: no room')", r"\(no room\); read .*server.log"),
        ("import no_such_library", "pip install -r requirements-run.txt"),
        ("", "it said nothing"),
    ],
)
def test_server_that_does_not_start_is_told_with_its_reason(home, tmp_path, text, said):
    project = make_server(tmp_path, text)

    with pytest.raises(LocalError, match=said):
        ensure_server(home, project, lambda _line: None)


def test_log_is_for_its_owner_alone(home, tmp_path):
    project = make_server(tmp_path, "raise SystemExit('x')")
    with pytest.raises(LocalError):
        ensure_server(home, project, lambda _line: None)

    assert home.log.stat().st_mode & 0o777 == 0o600


def test_command_waits_for_the_one_before(home):
    said, order = [], []
    with hold(home, said.append):
        other = threading.Thread(target=wait_in_line, args=(home, said, order))
        other.start()
        while not said:
            pass
        order.append("first")
    other.join()

    assert order == ["first", "second"]
    assert said == ["another command is starting the local AWS; waiting for it"]


def wait_in_line(home, said, order):
    with hold(home, said.append):
        order.append("second")


def test_lock_of_a_command_that_died_blocks_nobody(home):
    (home.folder / "lock").write_text("1\n")
    said = []

    with hold(home, said.append):
        pass

    assert said == []


def test_process_of_a_stale_lock_is_not_stopped(home):
    home.state.mkdir()
    (home.state / "lock").write_text(f"{os.getpid()}\n")

    assert stop_server(home) is None
    guard = os.open(Path(home.state / "lock"), os.O_RDWR)
    fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(guard)
