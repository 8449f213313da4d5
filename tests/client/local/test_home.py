"""A local AWS is found by the lock that it holds, and by nothing that it has left."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from client.local.home import Home, LocalError, find_holder, find_home, find_running


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "local")
    made.make()
    made.state.mkdir()
    return made


@pytest.fixture
def hold_lock(home):
    """Hold the state's lock as a server does, and say which process does."""
    guards = []

    def hold(pid):
        guard = os.open(home.state / "lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(guard, fcntl.LOCK_EX)
        os.write(guard, f"{pid}\n".encode())
        guards.append(guard)

    yield hold
    for guard in guards:
        os.close(guard)


def write_exports(home, pid):
    home.exports.write_text(
        "export AWS_ENDPOINT_URL=http://127.0.0.1:4\n"
        f"export AWS_ACCESS_KEY_ID=key\nexport LOCALAWS_PID={pid}\n"
    )


def test_folder_is_below_the_users_data():
    assert find_home({"XDG_DATA_HOME": "/data"}).folder.parts[:2] == ("/", "data")


@pytest.mark.parametrize("named", ["", "relative/folder"])
def test_folder_without_a_place_is_below_home(named):
    folder = find_home({"XDG_DATA_HOME": named}).folder

    assert folder.is_relative_to(Path.home() / ".local" / "share")


def test_nobody_else_may_look_into_the_folder(home):
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(LocalError, match="XDG_DATA_HOME"):
        Home(tmp_path / "file" / "local").make()


@pytest.mark.parametrize("look", [find_holder, find_running])
def test_folder_that_is_none_is_told_of(tmp_path, look):
    (tmp_path / "file").touch()

    with pytest.raises(LocalError, match="XDG_DATA_HOME"):
        look(Home(tmp_path / "file" / "local"))


def test_server_that_holds_the_lock_is_found(home, hold_lock):
    hold_lock(77)
    write_exports(home, 77)

    running = find_running(home)

    assert (running.pid, running.endpoint_url) == (77, "http://127.0.0.1:4")
    assert running.environ["AWS_ACCESS_KEY_ID"] == "key"


def test_what_a_killed_server_left_means_nothing(home):
    (home.state / "lock").write_text(f"{os.getpid()}\n")
    write_exports(home, os.getpid())

    assert find_holder(home) is None
    assert find_running(home) is None


def test_server_is_not_ready_by_older_exports(home, hold_lock):
    hold_lock(78)
    write_exports(home, 77)

    assert find_holder(home) == 78
    assert find_running(home) is None


def test_server_that_has_not_said_its_process_holds_the_state(home, hold_lock):
    hold_lock("")

    assert find_holder(home) == 0


def test_look_leaves_the_lock_free(home):
    (home.state / "lock").touch()
    find_holder(home)

    guard = os.open(home.state / "lock", os.O_RDWR)
    fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(guard)
