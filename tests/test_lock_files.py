"""The lock files pin every package, by hashes of each of its files and no addresses."""

import re

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.building.paths import ROOT

LOCKS = [
    "requirements-run",
    "requirements-dev",
    "requirements-glue",
    "requirements-spark",
]
_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.+!-]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def read_lock(name):
    """Read a lock file: each package's version, marker and hashes."""
    text = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ")
    return [read_pin(line) for line in text.splitlines() if line.strip()]


def read_pin(line):
    pin, *hashes = re.split(r" +(?=--)", line.strip())
    found = _PIN.fullmatch(pin.strip())
    assert found, line
    return canonicalize_name(found["name"]), found["version"], found["marker"], hashes


def list_asked(name):
    """Name the packages that the file of a lock asks for, its includes too."""
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if line.startswith("-r "):
            yield from list_asked(line.removeprefix("-r ").removesuffix(".in"))
        elif line and not line.startswith("#"):
            yield Requirement(line)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_its_hashes(name):
    pins = read_lock(name)

    assert len(pins) > 20
    for package, _, marker, hashes in pins:
        assert hashes, package
        assert all(_HASH.fullmatch(one) for one in hashes), package
        assert marker is None or Marker(marker)


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_is_in_a_lock(name):
    text = (ROOT / f"{name}.txt").read_text()

    assert not re.search(r"://|@ |--index|--find-links|--extra|^-", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_package_is_pinned_once(name):
    packages = [package for package, *_ in read_lock(name)]

    assert len(packages) == len(set(packages))


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_asked_for_is_pinned(name):
    pins = {package: version for package, version, *_ in read_lock(name)}

    for asked in list_asked(name):
        assert pins[canonicalize_name(asked.name)] in asked.specifier


def test_development_has_the_product_s_own_versions():
    run, dev = (
        {package: (version, hashes) for package, version, _, hashes in read_lock(name)}
        for name in LOCKS[:2]
    )

    assert {package for package in run if dev.get(package) != run[package]} == set()
    assert len(dev) > len(run)


def test_product_needs_no_test_tools():
    packages = {package for package, *_ in read_lock("requirements-run")}

    assert not packages & {"pytest", "hypothesis", "mypy", "ruff", "selenium", "uv"}


def test_chalice_packs_nothing_into_the_functions():
    assert (ROOT / "requirements.txt").read_text() == ""


def test_environments_are_made_from_hashes_only():
    makefile = (ROOT / "Makefile").read_text()
    whole = makefile.replace("\\\n", " ")
    installs = re.findall(r"^.*(?:INSTALL :=|pip install).*$", whole, re.MULTILINE)

    # The second is the checkout itself, of which nothing comes from elsewhere.
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert {"--no-index", "--no-deps", "--editable"} <= set(installs[1].split())
    assert "pip install" not in (ROOT / ".ci" / "run").read_text()
    assert [lock for lock in LOCKS if f"{lock}.txt" not in makefile] == []
