"""What the attacks share, and the table of them all.

    python -m pytest tests/attacks --table

prints each attack, how it ended now, and how the same one ended at 699381e, before most
of what stops them was there: seen.csv has what was seen then. Those that it does not
have are new: what they attack was not there, or nobody had thought of them.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

SEEN = Path(__file__).with_name("seen.csv")
NOW = {"passed": "held", "failed": "FELL", "error": "FELL", "skipped": "skipped"}
# No attack, but what must go on working beside it.
USE, NEW = "use", "new"


def read_seen():
    """Read how the attacks of then ended at 699381e: they fell or were held."""
    with SEEN.open(newline="") as file:
        return {row["attack"]: row["at_699381e"] for row in csv.DictReader(file)}


def pytest_addoption(parser):
    help_text = "print every attack, and how it ended now and at 699381e"
    parser.addoption("--table", action="store_true", help=help_text)


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("table", default=False):
        return
    seen = read_seen()
    rows = [
        row
        for row in list_rows(terminalreporter.stats, seen)
        if row[1] != USE and not row[2].startswith("seen:")
    ]
    write = terminalreporter.write_line
    terminalreporter.section("attacks")
    for now, before, attack, took in rows:
        write(f"{now:8} {before:5} {attack}{took}")
    write("")
    for name, place in (("now", 0), ("at 699381e", 1)):
        counts = Counter(row[place] for row in rows)
        ended = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
        write(f"{len(rows)} attacks {name}: {ended}")


def list_rows(stats, seen):
    """List how each attack ended, in the order of their names."""
    ended = {}
    for outcome, now in NOW.items():
        for report in stats.get(outcome, ()):
            took = "".join(f"  ({text})" for _, text in report.user_properties)
            ended[name_attack(report.nodeid)] = now, took
    for attack, (now, took) in sorted(ended.items()):
        yield now, seen.get(attack, NEW), describe(attack), took


def name_attack(nodeid):
    """Name an attack as seen.csv does: without the folder."""
    return nodeid.rpartition("tests/attacks/")[2] or nodeid


def describe(attack):
    """Put a test's name into words, and what was tried behind it."""
    module, _, rest = attack.partition(".py::test_")
    name, bracket, tried = rest.partition("[")
    words = f"{module.removeprefix('test_')}: {name}".replace("_", " ")
    return f"{words}: {tried.removesuffix(']')}" if bracket else words


@pytest.fixture
def no_policies_on_buckets(monkeypatch):
    # moto takes the TLS-only policy for one that denies everything.
    monkeypatch.setattr("moto.s3.models.FakeBucket.get_permission", lambda *given: None)
