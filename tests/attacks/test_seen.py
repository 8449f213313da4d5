"""What was seen of an attack before is said of one that is tried now."""

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
    return {name_attack(line) for line in done.stdout.splitlines() if ".py::" in line}


def test_attacks_of_then_are_tried_now():
    assert read_seen().keys() - list_attacks() == set()


def test_attacks_of_then_are_many():
    counts = Counter(read_seen().values())

    assert set(counts) == {"fell", "held", USE}
    assert counts["fell"] + counts["held"] > 500
