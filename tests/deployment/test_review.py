"""What a comparison says, and that only settling changes anything."""

import pytest

from deployment.review import Fix, Review, review_removal, review_tags


def make_review(*, exists=True, aspects=(), applied=None):
    calls = [] if applied is None else applied
    fixes = tuple(Fix(aspect, lambda a=aspect: calls.append(a)) for aspect in aspects)
    return Review("role", "states", exists, fixes)


@pytest.mark.parametrize(
    ("exists", "aspects", "line"),
    [
        (False, ("role", "policy"), "created    role states"),
        (True, (), "unchanged  role states"),
        (True, ("policy", "tags", "tags"), "updated    role states (policy, tags)"),
    ],
)
def test_line_says_what_differs(exists, aspects, line):
    review = make_review(exists=exists, aspects=aspects)

    assert str(review.outcome) == line


def test_settling_applies_every_fix_in_order():
    applied = []
    review = make_review(aspects=("trust", "policy"), applied=applied)

    assert applied == []
    assert review.settle().change == "updated"
    assert applied == ["trust", "policy"]


@pytest.mark.parametrize(("exists", "change"), [(True, "removed"), (False, "absent")])
def test_what_is_unwanted_is_removed_once(exists, change):
    removed = []

    review = review_removal(
        "role", "states", exists=exists, remove=lambda: removed.append("states")
    )

    assert review.settle().change == change
    assert removed == ["states"] * exists


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ({}, [{"Stage": "dev"}]),
        ({"Stage": "prod"}, [{"Stage": "dev"}]),
        ({"Stage": "dev", "Owner": "somebody"}, []),
    ],
)
def test_missing_tags_are_written_and_others_stay(found, written):
    wrote = []

    for fix in review_tags(lambda: found, wrote.append, {"Stage": "dev"}):
        fix.apply()

    assert wrote == written
