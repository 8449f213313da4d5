import pytest

from localaws.patches import Patches


class Base:
    value = "old"


class Derived(Base):
    pass


@pytest.mark.parametrize("owner", [Base, Derived])
def test_replacement_holds_within_the_block(owner):
    with Patches() as patches:
        old = patches.replace(owner, "value", "new")
        assert owner.value == "new"

    assert (old, Base.value, Derived.value) == ("old", "old", "old")
    assert "value" not in vars(Derived)


def test_replacements_are_undone_in_turn():
    with Patches() as patches:
        patches.replace(Base, "value", "first")
        patches.replace(Base, "value", "second")

    assert Base.value == "old"
