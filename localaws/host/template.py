"""A process that has imported libraries, of which those of jobs are forked.

To import boto3 takes some tenths of a second, pandas and LightGBM as much again: AWS
restores functions from snapshots and keeps instances warm, this machine forks. What is
imported ahead is what a job finds installed, and nothing that was deployed.

A forked process is as a new one would be: a child of the local AWS, in a session, a
folder and an environment of its own, with the files that were handed to it and no
others, in a domain of Landlock's of its own. What it is to do it is told itself, so
that this one never holds a job's keys, which the next would inherit. Where a new
interpreter would see something else, because the code has a module of the same name
or the environment a variable that is read at the start, it starts one in its place.

As every script that is isolated, it needs nothing but the standard library.
"""

import codecs
import ctypes
import fcntl
import gc
import importlib
import importlib.util
import json
import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

SIZE_BYTES, PID_BYTES, MOST_FILES = 4, 4, 16
# What a forked process is asked to be.
BECOME_JOB, BECOME_TEMPLATE = b"j", b"t"
# After so long without work it ends, to give back its memory.
_IDLE_SECONDS = 600.0
# Read when a process starts, or when a library is loaded.
_EARLY = ("LANG", "LC_", "LD_", "GLIBC_", "MALLOC_", "OMP_", "OPENBLAS_", "MKL_")
_ALGEBRA = "OPENBLAS_NUM_THREADS"
# In /proc/<pid>/stat, whose fields are counted from 1, and the third follows the name.
_ARGUMENTS, _FIRST_FIELD = (48, 49), 3


@dataclass(frozen=True)
class Birth:
    """What a forked process is told: what it is to run, and what it is to find."""

    spec: str
    arguments: list[str]
    # What starts a new interpreter for the same.
    command: list[str]
    environ: dict[str, str]
    folder: str
    # Which numbers the files that come along are to have.
    numbers: list[int]


def main() -> None:
    """Import what the command line says, and fork whenever that is asked for."""
    control = int(sys.argv[1])
    spec = json.loads(sys.argv[2])
    sandbox = load_sandbox()
    sandbox.look_at_oneself_only()
    bare = list(sys.path)
    while True:
        sys.path[:] = [*bare, spec["libraries"]]
        import_ahead(spec["modules"], spec["clients"])
        wanted, channel = wait_for_birth(control)
        if wanted != BECOME_TEMPLATE:
            break
        control, spec = channel, become_template(channel)
    if wanted == BECOME_JOB:
        sys.path[:] = bare
        come_to_life(channel, sandbox, spec["libraries"])


def become_template(control: int) -> dict[str, Any]:
    """Be one of which others are forked, with more that is imported than before."""
    os.setsid()
    told, _ = receive(control)
    spec: dict[str, Any] = json.loads(told)
    return spec


def load_sandbox() -> ModuleType:
    """Load what isolates; no folder of ours is where modules are looked for."""
    path = Path(__file__).with_name("sandbox.py")
    found = importlib.util.spec_from_file_location("localaws_sandbox", path)
    assert found is not None
    assert found.loader is not None
    sandbox = importlib.util.module_from_spec(found)
    found.loader.exec_module(sandbox)
    return sandbox


def import_ahead(modules: Iterable[str], clients: Sequence[str]) -> None:
    """Import modules, and what boto3 imports for clients; what is missing is not."""
    # numpy's second thread waits for work at full speed, and does not outlive a fork.
    os.environ[_ALGEBRA] = "1"
    # What is imported stays: it is never gone through, and its pages are shared.
    gc.disable()
    for name in modules:
        with suppress(ImportError):
            importlib.import_module(name)
    if clients:
        hand_out(read_ahead(clients))
    gc.freeze()
    gc.enable()
    del os.environ[_ALGEBRA]


def read_ahead(clients: Iterable[str]) -> Any:
    """Make clients, and give the loader that has read botocore's data for them.

    Nothing is asked of them: they are made for what botocore imports meanwhile.
    """
    # What the first connection needs of a host's name.
    codecs.lookup("idna")
    botocore_session = sys.modules["botocore.session"].Session()
    loader = botocore_session.get_component("data_loader")
    places = list(loader.search_paths)
    session = sys.modules["boto3"].session.Session(
        aws_access_key_id="none",
        aws_secret_access_key="none",
        botocore_session=botocore_session,
    )
    for service in clients:
        session.client(service, region_name="us-east-1")
        loader.load_service_model(service, "paginators-1")
    # boto3 adds its own, for each session.
    loader.search_paths[:] = places
    return loader


def hand_out(loader: Any) -> None:
    """Let the first session of a forked process have a loader, and others their own.

    Each reads the data anew otherwise, for some tenths of a second.
    """
    sessions, read = sys.modules["botocore.session"], [loader]
    create = vars(sessions)["create_loader"]

    def create_loader(search_path_string: str | None = None) -> Any:
        if search_path_string is None and read:
            return read.pop()
        return create(search_path_string)

    vars(sessions)["create_loader"] = create_loader


def wait_for_birth(control: int) -> tuple[bytes, int]:
    """Fork until nobody asks any more; give each what it is to be, and its channel."""
    asked = socket.socket(fileno=control)
    asked.settimeout(_IDLE_SECONDS)
    while True:
        try:
            wanted, files, *_ = socket.recv_fds(asked, 1, 1)
        except OSError:
            return b"", -1
        if not wanted:
            return b"", -1
        if fork_for_parent():
            # Who asks sees the end of the other by its end alone.
            asked.close()
            return wanted, files[0]
        os.close(files[0])


def fork_for_parent() -> bool:
    """Fork a child of this process's parent; tell whether this is it.

    The one between ends at once, and what it leaves is adopted. Its own child waits
    for that, and ends if this process does before it is known of.
    """
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        if _fork_or_end():
            os._exit(0)
        os.close(writing)
        if not os.read(reading, 1):
            os._exit(1)
        os.close(reading)
        return True
    os.close(reading)
    os.waitpid(between, 0)
    with suppress(BrokenPipeError):
        os.write(writing, b"!")
    os.close(writing)
    return False


def _fork_or_end() -> int:
    try:
        return os.fork()
    except OSError:
        os._exit(1)


def come_to_life(channel: int, sandbox: ModuleType, libraries: str) -> None:
    """Become what the channel says."""
    os.setsid()
    told, files = receive(channel)
    os.close(channel)
    birth = Birth(**json.loads(told))
    place_files(files, birth.numbers)
    os.chdir(birth.folder)
    spec = json.loads(birth.spec)
    if not take_environ(birth.environ) or is_shadowed(spec["before"], libraries):
        os.execv(birth.command[0], birth.command)  # no shell is meant
    time.tzset()
    if "numpy.random" in sys.modules:
        # Python's own does so itself.
        sys.modules["numpy.random"].seed()
    show_command(birth.command)
    sandbox.run(spec, birth.arguments)


def receive(channel: int) -> tuple[bytes, list[int]]:
    """Say who this is, and read what to become, and the files for it."""
    told = socket.socket(fileno=channel)
    told.sendall(os.getpid().to_bytes(PID_BYTES, "big"))
    first, files, *_ = socket.recv_fds(told, SIZE_BYTES, MOST_FILES)
    # Not a byte more: what follows may come with files.
    text = told.recv(int.from_bytes(first, "big"), socket.MSG_WAITALL)
    told.detach()
    return text, files


def place_files(files: list[int], numbers: list[int]) -> None:
    """Give files their numbers, and close all others."""
    above = max(*files, *numbers) + 1
    copies = [fcntl.fcntl(file, fcntl.F_DUPFD, above) for file in files]
    for copy, number in zip(copies, numbers, strict=True):
        os.dup2(copy, number)
    for number in {int(file.name) for file in Path("/dev/fd").iterdir()} - {*numbers}:
        # The listing had one too.
        with suppress(OSError):
            os.close(number)


def take_environ(environ: dict[str, str]) -> bool:
    """Replace the environment; tell whether that is not too late for any of it."""
    before = _choose_early(os.environ)
    # https://peps.python.org/pep-0538/: where there is none, Python chooses it.
    coerced = {name: os.environ[name] for name in ("LC_CTYPE",) if name in os.environ}
    os.environ.clear()
    os.environ.update({**coerced, **environ})
    return _choose_early(os.environ) == before


def _choose_early(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(_EARLY)}


def is_shadowed(folders: Iterable[str], libraries: str) -> bool:
    """Tell whether folders have modules of the names of those that are imported."""
    imported = {name.partition(".")[0] for name in sys.modules}
    return any(
        path.name.partition(".")[0] in imported
        for folder in folders
        if folder != libraries
        for path in Path(folder).iterdir()
    )


def show_command(command: list[str]) -> None:
    """Let ``ps`` show a command as this process's own, where it has room for it.

    https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
    """
    stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = (int(stat[field - _FIRST_FIELD]) for field in _ARGUMENTS)
    if start:
        text = b"\0".join(os.fsencode(part) for part in command)[: end - start - 1]
        ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)


if __name__ == "__main__":
    main()
