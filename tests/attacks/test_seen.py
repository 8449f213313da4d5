"""Each attack is known to have fallen or held before, as it was seen."""

import subprocess
import sys
from collections import Counter

from tests.attacks.conftest import USE, name_attack, read_seen
from tests.building.paths import ROOT


def list_attacks():
    """List every attack of the folder, as pytest names them."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/attacks", "--collect-only", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if ".py::" in line]
    return {name_attack(line) for line in lines if "test_seen.py" not in line}


def test_every_attack_was_seen_before():
    assert list_attacks() == set(read_seen())


def test_attacks_are_many():
    counts = Counter(read_seen().values())

    assert set(counts) == {"fell", "held", "new", USE}
    assert counts["fell"] + counts["held"] > 500
