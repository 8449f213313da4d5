"""What a local AWS runs, and whoever else is on the machine, learns nothing of it."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import boto3
import pytest

from localaws import serve
from localaws.exports import write_secret
from localaws.host import sandbox
from localaws.host.clean_start import choose_variables
from tests.building.local_resources import (
    invoke,
    make_function,
    make_job,
    make_role,
    run_job,
    wait_for,
)
from tests.building.training_jobs import create_job, put_sales

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-caller"
NOBODY = 65534
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root, to become another user"
)
needs_landlock = pytest.mark.skipif(
    not sandbox.has_landlock(), reason="needs Landlock, which Linux has since 5.19"
)
# Look wherever one process can look into another, and name what was to be seen.
LOOK = textwrap.dedent(
    """
    import os, pathlib

    def look():
        seen = []
        for folder in pathlib.Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                for part in ("environ", "mem", "maps"):
                    try:
                        with open(folder / part, "rb") as file:
                            if part == "mem" or file.read(1):
                                seen.append(f"{folder.name} {part}")
                    except OSError:
                        pass
        return seen
    """
)
SLOW = "import time\n{}\n    time.sleep(600)\n"


@pytest.fixture(scope="module")
def server():
    with serve() as running:
        yield running


@needs_landlock
@pytest.mark.usefixtures("server")
def test_function_sees_no_other_process():
    function = make_function(
        LOOK + "def handler(event, context):\n    return [os.getppid(), look()]\n"
    )

    (parent, seen), error = invoke(function)

    assert (parent, seen, error) == (os.getpid(), [], None)


@needs_landlock
@pytest.mark.usefixtures("server")
def test_glue_job_sees_no_other_process():
    run = run_job(make_job(LOOK + "raise SystemExit(f'{os.getppid()} {look()}')\n"))

    assert run["ErrorMessage"] == f"SystemExit: {os.getpid()} []"


@needs_landlock
def test_whatever_begins_so_sees_no_other_process():
    script = LOOK + textwrap.dedent(
        """
        import sys
        from localaws.host import sandbox

        assert look(), "there was nothing to be seen before"
        sandbox.begin(int(sys.argv[1]))
        print(look())
        """
    )
    lifeline, other_end = os.pipe()
    ended = subprocess.run(
        [sys.executable, "-c", script, str(lifeline)],
        cwd=ROOT,
        pass_fds=[lifeline],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(other_end)
    os.close(lifeline)

    assert ended.stdout == "[]\n", ended.stderr


@needs_landlock
@pytest.mark.usefixtures("server")
def test_training_begins_so_as_well():
    create_job(put_sales(), make_role("sagemaker"), "watched")

    wait_for(
        lambda: [
            pid
            for pid in find_children(os.getpid())
            if "automl_process" in read_proc(pid, "cmdline")
            and "NoNewPrivs:\t1" in read_proc(pid, "status")
        ]
    )


@needs_landlock
@pytest.mark.usefixtures("server")
def test_what_has_turned_inwards_can_still_move_files():
    function = make_function(
        "import os, pathlib, tempfile\n"
        "def handler(event, context):\n"
        "    one, two = (pathlib.Path(tempfile.mkdtemp()) for _ in range(2))\n"
        "    (one / 'a').write_text('moved')\n"
        "    os.rename(one / 'a', two / 'b')\n"
        "    return (two / 'b').read_text()\n"
    )

    assert invoke(function) == ("moved", None)


def test_subprocess_is_not_told_the_owner_s_keys(server):
    function = make_function(
        "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    )

    environ, _ = invoke(function)

    assert server.environ["AWS_SECRET_ACCESS_KEY"] not in environ.values()
    assert environ["AWS_ACCESS_KEY_ID"] != server.environ["AWS_ACCESS_KEY_ID"]


def read_proc(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def find_children(parent):
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit()
        and f"\nPPid:\t{parent}\n" in read_proc(folder.name, "status")
    ]


class Served:
    """A local AWS of its own, started as a person does."""

    def __init__(self, folder):
        self.env_file = folder / "local.env"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localaws", "--env-file", str(self.env_file)],
            cwd=ROOT,
            env=os.environ
            | {
                "TOKEN": SECRET,
                "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_PROFILE": "nobody",
                "HTTPS_PROXY": f"http://{SECRET}@proxy.example",
                "TMPDIR": str(folder),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        self.printed = [self.process.stdout.readline() for _ in range(2)]

    @property
    def environ(self):
        lines = self.env_file.read_text().splitlines()
        return dict(line.removeprefix("export ").split("=", 1) for line in lines)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    # Not below the folder of all tests, which another user cannot enter anyway.
    folder = tmp_path_factory.mktemp("served")
    running = Served(folder)
    yield running
    assert running.stop() == 0
    assert list(folder.iterdir()) == []


def test_keys_are_in_the_file_and_not_on_the_screen(served):
    environ = served.environ
    s3 = boto3.client(
        "s3",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )

    assert s3.list_buckets()["Buckets"] == []
    assert stat.S_IMODE(served.env_file.stat().st_mode) == 0o600
    assert environ["AWS_SECRET_ACCESS_KEY"] not in "".join(served.printed)
    assert served.printed[0] == f". {served.env_file}\n"


def test_file_is_sourced_by_a_shell(served):
    printed = subprocess.run(
        ["sh", "-c", f". {served.env_file}; echo $AWS_ENDPOINT_URL $NO_PROXY"],
        capture_output=True,
        text=True,
        check=True,
    )

    endpoint = served.environ["AWS_ENDPOINT_URL"]
    assert printed.stdout == f"{endpoint} 127.0.0.1,localhost,::1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_server_has_forgotten_what_it_was_started_with(served):
    environ = read_proc(served.process.pid, "environ")

    assert SECRET not in environ
    assert served.environ["AWS_SECRET_ACCESS_KEY"] not in environ
    assert not [name for name in environ.split("\0") if name.startswith("AWS_")]


def test_only_harmless_variables_are_kept():
    kept = choose_variables(
        dict.fromkeys(("PATH", "HOME", "LC_ALL", "PYTHONPATH"), "x")
        | dict.fromkeys(("AWS_PROFILE", "GITHUB_TOKEN", "https_proxy", "LD_PRELOAD"))
    )

    assert set(kept) == {"PATH", "HOME", "LC_ALL", "PYTHONPATH"}


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_secret_is_written_to_nothing_that_is_there(tmp_path, there):
    path, elsewhere = tmp_path / "local.env", tmp_path / "elsewhere"
    if there == "file":
        path.touch()
    elif there == "link":
        path.symlink_to(elsewhere)
    else:
        path.mkdir()

    with pytest.raises(FileExistsError):
        write_secret(path, "secret")
    assert not elsewhere.exists()


def test_secret_is_for_its_owner_whatever_the_mask(tmp_path):
    before = os.umask(0)
    try:
        write_secret(tmp_path / "local.env", "secret")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "local.env").stat().st_mode) == 0o600


ATTEMPT = textwrap.dedent(
    """
    import encodings.idna, http.client, os
    from pathlib import Path

    os.setgroups([])
    os.setgid({uid})
    os.setuid({uid})

    def attempt(what, act):
        try:
            print(what, act())
        except OSError as error:
            print(what, type(error).__name__)

    def ask(method, target, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", {port}, timeout=20)
        connection.request(method, target, headers=headers)
        return connection.getresponse().status

    attempt("list", lambda: ask("GET", "/"))
    attempt("reset", lambda: ask("POST", "/moto-api/reset"))
    attempt("file", Path({env_file!r}).read_text)
    attempt("environ", Path("/proc/{pid}/environ").read_bytes)
    attempt("memory", lambda: open("/proc/{pid}/mem", "rb"))
    for folder in Path({temporary!r}).glob("localaws-*"):
        attempt("folder", lambda: list(folder.iterdir()))
    """
)


@needs_root
def test_other_user_gets_nothing(served):
    # Where another user may come, so that it is the file alone that refuses.
    for folder in (served.env_file.parent, *served.env_file.parents[1:-1]):
        folder.chmod(folder.stat().st_mode | 0o055)
    script = ATTEMPT.format(
        uid=NOBODY,
        port=served.environ["AWS_ENDPOINT_URL"].rpartition(":")[2],
        env_file=str(served.env_file),
        pid=served.process.pid,
        temporary=str(served.env_file.parent),
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert ended.stdout.splitlines() == [
        "list 403",
        "reset 403",
        "file PermissionError",
        "environ PermissionError",
        "memory PermissionError",
        "folder PermissionError",
    ], ended.stderr


CLOSED = textwrap.dedent(
    """
    import ctypes, os
    from localaws.host import clean_start

    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid({uid})
        os.setuid({uid})
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)

    def ask_another_process():
        parent, child = os.getpid(), os.fork()
        if child == 0:
            try:
                open(f"/proc/{{parent}}/environ", "rb").read()
            except OSError:
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    before = ask_another_process()
    clean_start.close_memory()
    print(before, ask_another_process())
    """
)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_other_process_of_the_same_user_sees_no_environment():
    ended = subprocess.run(
        [sys.executable, "-c", CLOSED.format(uid=NOBODY)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout == "0 1\n", ended.stderr
