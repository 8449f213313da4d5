"""How often objects are gone through while a local AWS runs, and afterwards."""

import gc

from localaws.host.collecting import collect_nothing, collect_rarely
from localaws.patches import Patches


def test_nothing_is_collected_during_an_import():
    with collect_nothing():
        meanwhile = gc.isenabled()

    assert (meanwhile, gc.isenabled()) == (False, True)


def test_what_is_loaded_is_left_out():
    with Patches() as patches:
        collect_rarely(patches)
        left_out = gc.get_freeze_count()

    assert left_out > gc.get_freeze_count() == 0


def test_usual_pace_comes_back():
    before = gc.get_threshold()
    with Patches() as patches:
        collect_rarely(patches)
        meanwhile = gc.get_threshold()

    assert meanwhile > before == gc.get_threshold()


class Ring:
    """What holds itself."""

    ended = 0

    def __init__(self):
        self.ring = self

    def __del__(self):
        Ring.ended += 1


def test_new_rings_are_collected_all_the_same():
    with Patches() as patches:
        collect_rarely(patches)
        for _ in range(30_000):
            Ring()

    assert Ring.ended > 10_000
