"""What the future will not know, the backtest does not know: claims that come true."""

import numpy as np
import pandas as pd
import pytest

from forecaster import fit, load
from forecaster.data.problem import Problem
from forecaster.setup import read_setup

HORIZON = 8
LENGTH = 80
SEEDS = range(20)


def make_shop(seed, *, n_items=4):
    """Weekly units that follow their price, beside the revenue they bring."""
    rng = np.random.default_rng(seed)
    time = np.arange(LENGTH + HORIZON)
    frames = []
    for number in range(n_items):
        usual = rng.uniform(5, 20)
        changes = rng.random(len(time)) < 0.15
        steps = np.cumsum(changes)
        price = usual * rng.uniform(0.7, 1.2, steps[-1] + 1)[steps]
        level = rng.uniform(50, 400)
        wave = 1 + 0.3 * np.sin(2 * np.pi * (time / 52 + rng.random()))
        pull = (price / usual) ** -2.0
        units = level * wave * pull * rng.lognormal(0, 0.12, len(time))
        revenue = units * price * (1 + rng.normal(0, 0.01, len(time)))
        frames.append(
            pd.DataFrame(
                {
                    "item_id": f"i{number}",
                    "timestamp": pd.date_range(
                        "2022-01-03", periods=len(time), freq="7D"
                    ),
                    "target": units,
                    "price": price,
                    "revenue": revenue,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def split(table, columns):
    """Give the history with some covariates, and what came after it."""
    ahead = table.groupby("item_id").cumcount() >= LENGTH
    kept = ["item_id", "timestamp", "target", *columns]
    return table.loc[~ahead, kept], table[ahead]


def make_problem(**changes):
    quantiles = tuple(q / 10 for q in range(1, 10))
    return Problem(frequency="W", horizon=HORIZON, quantiles=quantiles, **changes)


def weigh(forecast, came):
    """WAPE and WQL of a forecast, on what came."""
    both = came.merge(forecast, on=["item_id", "timestamp"], validate="one_to_one")
    actual = both["target"].to_numpy()
    losses = []
    for tenth in range(1, 10):
        error = actual - both[f"p{10 * tenth}"].to_numpy()
        losses.append(
            2 * np.maximum(tenth / 10 * error, (tenth / 10 - 1) * error).sum()
        )
    wape = np.abs(actual - both["p50"]).sum() / actual.sum()
    return wape, np.mean(losses) / actual.sum()


def claim(model):
    row = model.leaderboard.set_index("name").loc["WeightedEnsemble"]
    return row["WAPE"], row["WQL"]


@pytest.mark.parametrize("columns", [["revenue"], ["price"]], ids=lambda c: c[0])
def test_claim_comes_true_without_a_future(columns):
    claimed, came_true = [], []
    for seed in SEEDS:
        history, came = split(make_shop(seed), columns)
        model = fit(history, make_problem(), workers=1)
        claimed.append(claim(model))
        came_true.append(weigh(model.forecast(history), came))

    ratio = np.mean(claimed, axis=0) / np.mean(came_true, axis=0)

    assert ratio == pytest.approx([1.0, 1.0], abs=0.15)


def test_column_that_tells_the_target_is_named():
    history, _ = split(make_shop(0), ["price", "revenue"])

    model = fit(history, make_problem(), workers=1)

    covariates = {c["name"]: c for c in model.manifest["covariates"]}
    assert [n for n, c in covariates.items() if c["tells_target"]] == ["revenue"]
    assert all(c["known_ahead"] == 0 for c in covariates.values())


def test_known_price_is_no_record_of_the_target():
    table = make_shop(0)
    history, came = split(table, ["price"])
    future = came.drop(columns=["target", "revenue"])

    model = fit(pd.concat([history, future]), make_problem(), workers=1)

    assert [c["tells_target"] for c in model.manifest["covariates"]] == [False]
    assert [c["known_ahead"] for c in model.manifest["covariates"]] == [1.0]


def test_covariates_given_later_are_used(tmp_path):
    table = make_shop(1, n_items=12)
    history, came = split(table, ["price"])
    told = pd.concat([history, came.drop(columns=["target", "revenue"])])
    path = fit(history, make_problem(), workers=1).save(tmp_path / "model.tar.gz")
    model = load(path)

    blind, _ = weigh(model.forecast(history), came)
    seeing, _ = weigh(model.forecast(told), came)

    assert seeing < 0.85 * blind


def test_part_of_the_future_is_used_as_far_as_it_goes():
    table = make_shop(2, n_items=12)
    history, came = split(table, ["price"])
    near = came.groupby("item_id").head(3).drop(columns=["target", "revenue"])
    known = pd.concat([history, near])

    model = fit(known, make_problem(), workers=1)

    scores = model.scores()
    steps = scores[(scores["name"] == "LightGBM") & (scores["by"] == "step")]
    assert steps["WQL"][:3].mean() < 0.9 * steps["WQL"][3:].mean()
    assert model.manifest["covariates"][0]["known_ahead"] == 3 / HORIZON


def make_promoted(seed):
    """Weekly units that a promotion, announced by nobody, doubles now and then."""
    rng = np.random.default_rng(seed)
    table = make_shop(seed, n_items=8)[["item_id", "timestamp", "target"]]
    promotion = rng.random(len(table)) < 0.25
    table["target"] = 100 * rng.lognormal(0, 0.1, len(table)) * (1 + promotion)
    return table.assign(promotion=promotion.astype(int))


def make_config(**filling):
    columns = ("TargetAttributeName", "TimestampAttributeName")
    names = dict(zip(columns, ("target", "timestamp"), strict=True))
    return {
        "ForecastFrequency": "W",
        "ForecastHorizon": HORIZON,
        "TimeSeriesConfig": {**names, "ItemIdentifierAttributeName": "item_id"},
        "Transformations": {"Filling": {"promotion": filling}},
    }


def test_filled_future_is_what_every_window_is_told():
    history, _ = split(make_promoted(0), ["promotion"])
    rules = {"futurefill": "value", "futurefill_value": "1"}
    setup = read_setup(make_config(**rules))
    aligned = setup.align(history)

    panel = setup.learn(aligned).panel(aligned)

    for steps in (0, HORIZON, 3 * HORIZON):
        past = panel.cut(steps)
        assert (past.known[:, past.n_steps :] == 1).all()
    assert panel.unknown_names == ()


def test_claim_comes_true_of_a_filled_future():
    claimed, came_true = [], []
    for seed in range(6):
        history, came = split(make_promoted(seed), ["promotion"])
        model = fit(history, make_config(futurefill="zero"), workers=1)
        claimed.append(claim(model)[0])
        row = came.merge(model.forecast(history), on=["item_id", "timestamp"])
        error = (row["target"] - row["p50"]).abs().sum()
        came_true.append(error / row["target"].sum())

    assert np.mean(claimed) == pytest.approx(np.mean(came_true), rel=0.15)
