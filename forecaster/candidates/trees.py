"""A global gradient-boosted quantile model: direct forecasts for every step ahead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecaster.arrays import Array, normal_scores
from forecaster.candidates.features import (
    ENOUGH_ROWS,
    FeatureMaker,
    TooLittleHistory,
    end_origins,
    learnable,
    memorable,
    sample_origins,
)
from forecaster.data.panel import Panel
from forecaster.time_limit import Clock

_LEVELS = (0.1, 0.5, 0.9)
_TREES = 80
_FEWEST_ROWS = 60
_FAR = 50.0  # relative values are held within this

_PARAMETERS: dict[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.12,
    "num_leaves": 24,
    "min_data_in_leaf": 25,
    "feature_fraction_bynode": 0.4,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def fit_trees(panel: Panel, levels: Array, seed: int, clock: Clock) -> dict[str, str]:
    """Fit one model per level; their text is the state, and the steps learned from."""
    import lightgbm  # noqa: PLC0415 - half a second that not every caller needs

    panel = learnable(panel)
    origins = sample_origins(panel, ENOUGH_ROWS, seed)
    if len(origins.item) < _FEWEST_ROWS:
        raise TooLittleHistory(len(origins.item), _FEWEST_ROWS)
    frame = FeatureMaker(panel).make(origins)
    actual = panel.target[origins.item, origins.at + origins.step]
    label = np.clip((actual - frame.level) / frame.scale, -_FAR, _FAR)
    data = lightgbm.Dataset(
        frame.rows,
        label,
        categorical_feature=list(frame.categorical),
        params=_PARAMETERS,
    )
    state = {"span": str(panel.n_steps)}
    for level in _LEVELS:
        parameters = _PARAMETERS | {"alpha": level, "seed": seed}
        booster = lightgbm.train(
            parameters,
            data,
            _TREES,
            # Only its text is kept: it is not read back from that first.
            keep_training_booster=True,
            callbacks=[lambda _: clock.check()],
        )
        state[f"{level}"] = booster.model_to_string()
    return state


def predict_trees(state: Mapping[str, str], panel: Panel, levels: Array) -> Array:
    """Forecast from the end of every series."""
    import lightgbm  # noqa: PLC0415

    panel = memorable(panel)
    frame = FeatureMaker(panel, span=int(state["span"])).make(end_origins(panel))
    known = []
    for level in _LEVELS:
        booster = lightgbm.Booster(model_str=state[f"{level}"])
        relative = booster.predict(frame.rows, num_threads=1)
        known.append(frame.level + relative * frame.scale)
    spread = between_levels(np.sort(np.stack(known, axis=1), axis=1), levels)
    return spread.reshape(panel.n_items, panel.horizon, len(levels))


def between_levels(values: Array, levels: Array) -> Array:
    """Other quantiles from those at 0.1, 0.5 and 0.9, on the normal-score axis."""
    scores = normal_scores(levels)
    reach = normal_scores(np.array(_LEVELS))[-1]
    low, middle, high = (values[:, k, None] for k in range(3))
    down = middle + (middle - low) / reach * scores
    up = middle + (high - middle) / reach * scores
    return np.asarray(np.where(scores < 0, down, up))
