"""What an attribute is worth: much where the target follows it, nothing where not."""

import numpy as np
import pandas as pd
import pytest

from forecaster import fit, load
from forecaster.data.problem import Problem

HORIZON = 6
LENGTH = 72


def make_table(seed=0, *, n_items=10):
    """Days that a promotion doubles and a weekend lifts, beside mere noise."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2024-01-01", periods=LENGTH + HORIZON, freq="D")
    count = n_items * len(days)
    promotion = (rng.random(count) < 0.2).astype(int)
    weekend = np.tile(days.day_of_week >= 5, n_items)
    level = np.repeat(rng.uniform(50, 200, n_items), len(days))
    table = pd.DataFrame(
        {
            "item_id": np.repeat([f"i{n}" for n in range(n_items)], len(days)),
            "timestamp": np.tile(days, n_items),
            "target": level * (1 + promotion) * (1 + 0.5 * weekend),
            "promotion": promotion,
            "noise": rng.normal(size=count),
        }
    )
    table["target"] *= rng.lognormal(0, 0.05, count)
    ahead = np.tile(np.arange(len(days)) >= LENGTH, n_items)
    table.loc[ahead, "target"] = np.nan
    return table


@pytest.fixture(scope="module")
def model():
    return fit(make_table(), Problem(frequency="D", horizon=HORIZON), workers=1)


def test_what_the_target_follows_is_worth_most(model):
    impacts = {one.attribute: one for one in model.explain()}

    assert next(iter(impacts)) == "promotion"
    assert impacts["promotion"].error_increase_percent > 100
    assert abs(impacts["noise"].error_increase_percent) < 5
    assert impacts["calendar"].kind == "calendar"
    assert impacts["calendar"].error_increase_percent > 5


def test_same_model_explains_itself_the_same(model):
    assert model.explain() == model.explain()


def test_hidden_covariate_is_not_among_them():
    table = make_table()
    history = table[table["target"].notna()]

    found = fit(history, Problem(frequency="D", horizon=HORIZON), workers=1).explain()

    assert [one.attribute for one in found] == ["calendar"]


@pytest.mark.parametrize("length", [1, 3, 8])
def test_short_history_is_explained_by_nothing_false(length):
    table = make_table(n_items=1).groupby("item_id").head(length)

    found = fit(table, Problem(frequency="D", horizon=1), workers=1).explain()

    assert all(np.isfinite(one.error_increase_percent) for one in found)


def test_model_from_its_archive_has_no_backtest_to_explain(model, tmp_path):
    assert load(model.save(tmp_path / "model.tar.gz")).explain() == []
