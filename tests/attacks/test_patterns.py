"""No text makes a pattern backtrack: steps grow as the text does, and no faster.

Every regular expression of what meets the texts of users is found by itself.
"""

import hashlib
import re
import sys

import pytest

from glue.limits import FREQUENCY_PATTERN
from glue.settings.rules import SETTINGS, ListOf, MapOf, Struct, Text
from tests.building.regex_steps import (
    Pattern,
    TooManySteps,
    find_worst,
    list_patterns,
)

SHORT, LONG, LONGEST = 80, 240, 131_000
# Three times the text: three is linear, nine quadratic.
MOST_GROWTH = 4
FOUND = list(list_patterns("glue", "client", "chalicelib"))
# What calls patterns that are handed to it, and where these stand.
HANDED = {
    "glue.settings.rules": "those of SETTINGS",
    "client.what_if.transform": "a run's name, escaped, before letters of fixed number",
    "chalicelib.autopilot": "on names of candidates, which have 64 characters at most",
    "glue.reading.encodings": "a cell's letters, escaped, a few broken ones between",
    "glue.reading.clocks": "at the beginning only, with one repeat at its end",
}


def list_rules(rule):
    """List every rule of settings that is a text."""
    if isinstance(rule, Struct):
        for member in rule.members.values():
            yield from list_rules(member)
    elif isinstance(rule, ListOf):
        yield from list_rules(rule.member)
    elif isinstance(rule, MapOf):
        yield from [*list_rules(rule.key), *list_rules(rule.value)]
    elif isinstance(rule, Text):
        yield rule


def name(pattern):
    """Name a pattern by its module and what it reads like: its line may change."""
    module = pattern.place.split(":")[0]
    words = re.sub(r"[^a-zA-Z0-9]+", "-", pattern.text).strip("-")[:40]
    mark = hashlib.sha256(pattern.text.encode()).hexdigest()[:4]
    return f"{module} {pattern.method} {words} {mark}"


OF_SETTINGS = {rule.pattern for rule in list_rules(SETTINGS) if rule.pattern}
ALL = [
    *(one for one in FOUND if one.text is not None),
    *(Pattern("setting", text, "fullmatch") for text in sorted(OF_SETTINGS)),
]
PATTERNS = {name(one): one for one in ALL}


@pytest.fixture(autouse=True)
def deep_recursion():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    yield
    sys.setrecursionlimit(before)


def measure_growth(pattern):
    """Say how many times more steps the longer of two worst texts takes."""
    (_, few), (_, many) = (find_worst(pattern, length) for length in (SHORT, LONG))
    return many / few


def try_long(pattern):
    """Try the real pattern on the longest cell, filled as its worst text is."""
    text, _ = find_worst(pattern, SHORT)
    long = text[: SHORT // 2] + text[SHORT // 2 : -1] * (LONGEST * 2 // SHORT) + "\0"
    compiled = re.compile(pattern.text, pattern.flags)
    method = getattr(compiled, pattern.method)
    return method("", long) if pattern.method == "sub" else method(long)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_does_not_backtrack(pattern):
    assert measure_growth(PATTERNS[pattern]) < MOST_GROWTH
    try_long(PATTERNS[pattern])


def test_no_pattern_is_forgotten():
    places = {one.place.split(":")[0] for one in FOUND if one.text is None}
    texts = {one.text for one in FOUND}

    assert places == set(HANDED)
    assert FREQUENCY_PATTERN in texts
    assert len(PATTERNS) == len({(one.place, one.method, one.text) for one in ALL})


# Patterns that once were here, and others of their kind.
BACKTRACKING = {
    "number": (r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", "fullmatch"),
    "blanks behind a time": (r"\d\d:\d\d\s*(am|pm)?\s*(Z|UTC)?", "fullmatch"),
    "blanks behind a mark that comes twice": (
        r"\d(?P<mark>[-/])\d(?P=mark)\d\s*(am)?\s*(Z)?",
        "fullmatch",
    ),
    "mark behind words": (r"(\w+\s?)+!", "fullmatch"),
    "blanks at the end": (r"\s+$", "search"),
    "digits before a unit": (r"\d+%", "findall"),
}


@pytest.mark.parametrize("kind", BACKTRACKING)
def test_backtracking_is_found(kind):
    pattern = Pattern(kind, *BACKTRACKING[kind])

    try:
        growth = measure_growth(pattern)
    except TooManySteps:
        growth = float("inf")

    assert growth > 1.5 * MOST_GROWTH
