"""What the words of a scenario mean."""

from dataclasses import replace

import pytest

from client.errors import SourceError
from client.what_if.scenario import Change, build_scenario, read_change


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("price=-10%", Change("price", factor=0.9)),
        ("price = +25 %", Change("price", factor=1.25)),
        ("price=-10", Change("price", value="-10")),
        ("promo=1", Change("promo", value="1")),
        ("shop type=big = best", Change("shop type", value="big = best")),
        ("price+=2.5", Change("price", offset=2.5)),
        ("price -= 2", Change("price", offset=-2.0)),
        ("share=50%", Change("share", value="50%")),
    ],
)
def test_change_is_read(text, change):
    assert read_change(text) == change


@pytest.mark.parametrize("text", ["price", "=5", "price=", "price+=ten", "price+=nan"])
def test_text_that_says_no_change_is_refused(text):
    with pytest.raises(SourceError, match="spell it so"):
        read_change(text)


def test_covariate_that_is_changed_twice_is_refused():
    with pytest.raises(SourceError, match="changed twice"):
        build_scenario(["price=1", "price=-10%"])


def test_same_question_has_the_same_name():
    one = build_scenario(["price=-10%"], ["Tee"])
    other = build_scenario(["price=-10%"], ["Tee"])

    assert one.name_for("run1") == other.name_for("run1")


@pytest.mark.parametrize(
    "other",
    [
        build_scenario(["price=-11%"], ["Tee"]),
        build_scenario(["price=-10%"], ["Tee"], "2026-01-01"),
        build_scenario(["price=-10%"]),
        build_scenario(["preis=-10%"], ["Tee"]),
    ],
)
def test_other_question_has_another_name(other):
    assert build_scenario(["price=-10%"], ["Tee"]).name_for("run1") != other.name_for(
        "run1"
    )


def test_question_of_another_run_has_another_name():
    scenario = build_scenario(["price=-10%"])

    assert scenario.name_for("run1") != scenario.name_for("run2")


def test_table_is_told_by_what_is_in_it():
    one, renamed, other = (
        replace(build_scenario(), plan=name, plan_hash=content)
        for name, content in (("a.csv", "0"), ("b.csv", "0"), ("a.csv", "1"))
    )

    assert one.name_for("run1") == renamed.name_for("run1")
    assert one.name_for("run1") != other.name_for("run1")


def test_name_of_a_question_stays_what_it_was():
    # Whoever asked before tables could be named is answered for nothing.
    assert build_scenario(["price=-10%"], ["Tee"]).name_for("run1") == "e5fde1c0"


def test_table_and_changes_are_said_together():
    scenario = replace(build_scenario(["price=-10%"], ["Tee"]), plan="plan.csv")

    assert scenario.words == "the future is as in plan.csv, price -10% for Tee"


def test_scenario_is_said_in_words():
    scenario = build_scenario(["price=-10%", "promo=1"], ["Tee"], "2026-01-01")

    assert scenario.words == "price -10%, promo is 1 for Tee from 2026-01-01"
