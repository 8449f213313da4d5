"""What is forked of a template is as what is started anew."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from localaws import serve
from localaws.host.libraries import ENGINE, GLUE_ANALYTICS, Libraries
from localaws.host.processes import Isolation, Processes
from localaws.host.templates import Warmth
from tests.building.local_resources import (
    client,
    invoke,
    make_archive,
    make_function,
    make_job,
    make_role,
    name,
    run_job,
)

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="templates are for Linux, others start anew"
)
WARM = (
    "import sys\ndef handler(event, context):\n    return 'botocore' in sys.modules\n"
)


@pytest.fixture(scope="module", autouse=True)
def _server():
    with serve():
        yield


@pytest.fixture
def processes():
    running = Processes()
    yield running
    running.stop()
    running.close()


@pytest.fixture
def empty(tmp_path):
    """Give what a template has that shows no libraries."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    return Warmth(folder, modules=("decimal",))


def run_script(processes, folder, text, *, warmth=None, environ=None, after=()):
    """Run a script; return its exit code and what it printed."""
    script, output = folder / "script.py", folder / "output.txt"
    script.write_text(text)
    with output.open("wb") as printed:
        process = processes.start(
            Isolation(script, after=after, warmth=warmth),
            environ={"TMPDIR": str(folder), **(environ or {})},
            folder=folder,
            stdout=printed,
            stderr=printed,
        )
    code = process.wait(30)
    processes.forget(process)
    return code, output.read_text()


def make_function_of(files, **options):
    """Create a function of several files."""
    created = client("lambda").create_function(
        FunctionName=name("function"),
        Role=make_role("lambda"),
        Runtime="python3.11",
        Handler="app.handler",
        Code={"ZipFile": make_archive(files)},
        **options,
    )
    return created["FunctionArn"]


BARE = {"LANG": "en_US.UTF-8"}
DESCRIBE = """
import gc, json, os, signal, sys, threading
print(json.dumps({
    "files": sorted(os.listdir("/proc/self/fd")),
    "leads": os.getsid(0) == os.getpid() == os.getpgid(0),
    "parent": os.getppid(),
    "folder": os.getcwd(),
    "environ": dict(os.environ),
    "path": sys.path,
    "arguments": sys.argv,
    "name": __name__,
    "flags": sys.flags,
    "streams": [stream.encoding for stream in (sys.stdin, sys.stdout, sys.stderr)],
    "mask": os.umask(0),
    "threads": len(os.listdir("/proc/self/task")),
    "signals": [str(signal.getsignal(n)) for n in (2, 13, 15)],
    "nice": os.nice(0),
    "collects": gc.isenabled(),
    "no new privileges": "NoNewPrivs:\\t1" in open("/proc/self/status").read(),
}))
"""


def test_forked_one_finds_what_a_new_one_does(processes, empty, tmp_path):
    environ = {"LANG": "en_US.UTF-8", "ANY": "thing"}
    warm = run_script(processes, tmp_path, DESCRIBE, warmth=empty, environ=environ)
    new = run_script(processes, tmp_path, DESCRIBE, environ=environ)

    assert json.loads(warm[1]) == json.loads(new[1])
    assert json.loads(warm[1])["parent"] == os.getpid()


def test_forked_one_has_what_is_imported_ahead(processes, empty, tmp_path):
    script = "import sys; print('decimal' in sys.modules)"
    warm = run_script(processes, tmp_path, script, warmth=empty, environ=BARE)
    new = run_script(processes, tmp_path, script, environ=BARE)

    assert (warm, new) == ((0, "True\n"), (0, "False\n"))


@pytest.fixture
def more(empty, tmp_path):
    """Give what a template has that is forked of another."""
    folder = tmp_path / "more libraries"
    folder.mkdir()
    folder.joinpath("parcel.py").write_text("TEXT = 'from the folder'\n")
    return Warmth(folder, modules=("decimal", "parcel"), base=empty)


def test_fork_of_a_forked_template_finds_the_same(processes, more, tmp_path):
    warm = run_script(processes, tmp_path, DESCRIBE, warmth=more, environ=BARE)
    new = run_script(processes, tmp_path, DESCRIBE, environ=BARE)

    assert json.loads(warm[1]) == json.loads(new[1])


@pytest.mark.parametrize("killed", [(), (0,), (1,), (0, 1)])
def test_forked_template_has_more_than_its_base(
    processes, empty, more, tmp_path, killed
):
    script = "import sys; print([m in sys.modules for m in ('decimal', 'parcel')])"

    def run():
        return [
            run_script(processes, tmp_path, script, warmth=warmth, environ=BARE)
            for warmth in (more, empty)
        ]

    before = run()
    templates = sorted(find_templates())
    for index in killed:
        kill(templates[index])

    assert before == run() == [(0, "[True, True]\n"), (0, "[True, False]\n")]


def test_base_that_ended_is_made_anew(processes, more, tmp_path):
    run_script(processes, tmp_path, "", warmth=more, environ=BARE)
    for template in find_templates():
        kill(template)

    run_script(processes, tmp_path, "", warmth=more, environ=BARE)

    assert len(find_templates()) == 2


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_forked_template_ends_with_all_others(empty, tmp_path, seconds):
    slow = tmp_path / "slow libraries"
    slow.mkdir()
    slow.joinpath("parcel.py").write_text("import time\ntime.sleep(0.2)\n")
    running = Processes()
    running.prepare(Warmth(slow, modules=("parcel",), base=empty))
    time.sleep(seconds)
    running.stop()
    running.close()

    assert find_templates() == []


IMPORTED = """
import sys
from pathlib import Path
shown = Path(sys.path[-1])
files = [Path(getattr(m, "__file__", None) or "/") for m in list(sys.modules.values())]
found = {path.relative_to(shown.parent).parts[1]
         for path in files if path.is_relative_to(shown.parent)}
print(len(found) > 1, found - {path.name for path in shown.iterdir()})
"""


@pytest.mark.parametrize("names", [GLUE_ANALYTICS, ENGINE], ids=["Glue", "engine"])
def test_template_imports_what_it_shows_alone(processes, tmp_path, names):
    warmth = Libraries(tmp_path / "shown").warm(names)
    code, printed = run_script(
        processes,
        tmp_path,
        IMPORTED,
        warmth=warmth,
        environ=BARE,
        after=(warmth.libraries,),
    )

    assert (code, printed) == (0, "True set()\n")


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os._exit(7)", 7),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
    ],
)
def test_exit_code_is_that_of_a_new_one(processes, empty, tmp_path, ending, code):
    warm = run_script(processes, tmp_path, ending, warmth=empty, environ=BARE)

    assert warm[0] == code


def test_module_of_the_same_name_is_the_functions_own():
    own = make_function_of({"app.py": "from decimal import handler", **OWN_DECIMAL})
    ahead = make_function_of({"app.py": "from botocore import handler", **OWN_BOTOCORE})

    assert (invoke(own), invoke(ahead)) == (("own", None), ("own", None))


OWN_DECIMAL = {"decimal.py": "def handler(event, context):\n    return 'own'\n"}
OWN_BOTOCORE = {"botocore/__init__.py": OWN_DECIMAL["decimal.py"]}


READ = """
import boto3, botocore.loaders, os

def handler(event, context):
    told = []
    for _ in range(2):
        loader = boto3.session.Session()._session.get_component("data_loader")
        read, places = len(loader._cache), loader.search_paths
        models = [loader.load_service_model("s3", kind) for kind in KINDS]
        new = botocore.loaders.create_loader()
        found = [new.load_service_model("s3", kind) for kind in KINDS]
        told.append([read > 0, models == found, len(places) - len(new.search_paths)])
    return told

KINDS = ("service-2", "endpoint-rule-set-1", "paginators-1")
"""


def test_first_session_finds_models_read():
    function = make_function(READ)

    assert invoke(function) == ([[True, True, 1], [False, True, 1]], None)


def test_models_of_a_folder_of_ones_own_are_read():
    function = make_function(READ, Environment={"Variables": {"AWS_DATA_PATH": "/x"}})

    assert invoke(function) == ([[False, True, 2], [False, True, 2]], None)


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "LD_LIBRARY_PATH", "LC_ALL"])
def test_variable_that_is_read_early_starts_anew(variable):
    warm = make_function(WARM)
    new = make_function(WARM, Environment={"Variables": {variable: "1"}})

    assert (invoke(warm), invoke(new)) == ((True, None), (False, None))


# The pattern itself is no match, so that only a copy of the secret is.
FIND = """
import re

def handler(event, context):
    found = 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, *rest = line.split()
            if rights.startswith("rw") and "[v" not in line:
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                held = memory.read(end - start)
                found += len(re.findall(rb"the-[o]ther-function-s-secret", held))
    return found > 0
"""


def test_memory_holds_nothing_of_another_function():
    secret = {"SECRET": "the-other-function-s-secret"}
    other = make_function(FIND, Environment={"Variables": secret})
    function = make_function(FIND)

    assert invoke(other) == (True, None)
    assert invoke(function) == (False, None)


def test_two_jobs_draw_other_random_numbers():
    job = make_job(
        "import numpy, random\n"
        "raise SystemExit(f'{random.random()} {numpy.random.rand()}')"
    )
    drawn = [run_job(job)["ErrorMessage"].split()[1:] for _ in range(2)]

    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]


def test_algebra_runs_after_a_fork():
    job = make_job(
        "import numpy\na = numpy.random.rand(200, 200)\n"
        "assert numpy.allclose(numpy.linalg.inv(a) @ a, numpy.eye(200), atol=1e-5)\n"
    )

    assert run_job(job)["JobRunState"] == "SUCCEEDED"


def test_killed_template_is_replaced(processes, empty, tmp_path):
    script = "import os, sys; print('decimal' in sys.modules)"
    run_script(processes, tmp_path, script, warmth=empty, environ=BARE)
    (template,) = find_templates()
    os.kill(template, signal.SIGKILL)
    again = run_script(processes, tmp_path, script, warmth=empty, environ=BARE)

    assert again == (0, "True\n")


def kill(template):
    """Kill a template, and wait until it has closed what it had open."""
    os.kill(template, signal.SIGKILL)
    while "\nState:\tZ" not in read(Path(f"/proc/{template}/status")):
        time.sleep(0.01)


def find_templates():
    """List the templates of this process that show no libraries of a server."""
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit()
        and f"\nPPid:\t{os.getpid()}\n" in read(folder / "status")
        and "template.py" in read(folder / "cmdline")
        and "localaws-" not in read(folder / "cmdline")
    ]


def read(path):
    try:
        return path.read_text()
    except OSError:
        return ""
