import pytest

from localaws.patches import Patches


class Base:
    value = "old"

    def say(self, *, to):
        return f"hello {to}"

    @staticmethod
    def count():
        return 1


class Derived(Base):
    pass


@pytest.mark.parametrize("owner", [Base, Derived])
def test_replacement_holds_within_the_block(owner):
    with Patches() as patches:
        patches.replace(owner, "value", "new")
        assert owner.value == "new"

    assert (Base.value, Derived.value) == ("old", "old")
    assert "value" not in vars(Derived)


def test_nothing_is_replaced_that_is_not_there():
    with Patches() as patches, pytest.raises(AttributeError):
        patches.replace(Base, "vaule", "new")


def test_given_attribute_is_taken_back():
    with Patches() as patches:
        patches.give(Base, "more", "new")
        assert Base.more == "new"

    assert not hasattr(Base, "more")


def test_wrapper_gets_the_original_first():
    with Patches() as patches:

        @patches.wrap(Derived, "say")
        def say(original, derived, *, to):
            return f"{original(derived, to=to)}!"

        assert Derived().say(to="you") == "hello you!"

    assert Derived().say(to="you") == "hello you"
    assert "say" not in vars(Derived)


def test_static_method_stays_one():
    with Patches() as patches:
        patches.replace(Base, "count", staticmethod(lambda: 2))
        assert Base().count() == 2

    assert Base().count() == 1


def test_replacements_are_undone_in_turn():
    with Patches() as patches:
        patches.replace(Base, "value", "first")
        patches.replace(Base, "value", "second")

    assert Base.value == "old"
