"""A global linear model: ridge regression on the global features."""

import json
from collections.abc import Mapping

import numpy as np

from forecaster.arrays import Array
from forecaster.candidates.features import (
    FeatureMaker,
    Origins,
    TooLittleHistory,
    end_origins,
    learnable,
    memorable,
    sample_origins,
)
from forecaster.data.panel import Panel
from forecaster.time_limit import Clock

_ROWS = 20_000
_FEWEST_ROWS = 60
_RIDGE = 3e-3  # of the number of rows, per standardised feature
_FAR = 6.0  # standardised features and labels are held within this
_RESIDUAL_LEVELS = np.array([0.01, *np.arange(0.05, 0.96, 0.05), 0.99])


def fit_linear(panel: Panel, levels: Array, seed: int, clock: Clock) -> dict[str, str]:
    """Fit one regression for all steps; residual quantiles are kept by step."""
    panel = learnable(panel)
    origins = sample_origins(panel, _ROWS, seed)
    if len(origins.item) < _FEWEST_ROWS:
        raise TooLittleHistory(len(origins.item), _FEWEST_ROWS)
    clock.check()
    frame = FeatureMaker(panel).make(origins)
    actual = panel.target[origins.item, origins.at + origins.step]
    label = np.clip((actual - frame.level) / frame.scale, -20, 20)
    rows = frame.rows.astype(float)
    center, spread = _standards(rows)
    design = _design(rows, center, spread)
    # einsum, not BLAS: the same bits on any number of cores.
    gram = np.einsum("np,nq->pq", design, design)
    gram[np.diag_indices_from(gram)] += _RIDGE * len(design)
    weights = np.linalg.solve(gram, np.einsum("np,n->p", design, label))
    residual = label - np.einsum("np,p->n", design, weights)
    state = {
        "span": panel.n_steps,
        "center": center.tolist(),
        "spread": spread.tolist(),
        "weights": weights.tolist(),
        "residuals": _residuals(residual, origins, panel.horizon).tolist(),
    }
    return {"linear.json": json.dumps(state)}


def predict_linear(state: Mapping[str, str], panel: Panel, levels: Array) -> Array:
    """Forecast from the end of every series."""
    fitted = json.loads(state["linear.json"])
    panel = memorable(panel)
    frame = FeatureMaker(panel, span=fitted["span"]).make(end_origins(panel))
    design = _design(
        frame.rows.astype(float),
        np.array(fitted["center"]),
        np.array(fitted["spread"]),
    )
    center = np.einsum("np,p->n", design, np.array(fitted["weights"]))
    by_step = np.array(fitted["residuals"])  # [horizon, n_residual_levels]
    around = np.stack([np.interp(levels, _RESIDUAL_LEVELS, row) for row in by_step])
    shape = (panel.n_items, panel.horizon, 1)
    relative = center.reshape(shape) + around
    return np.asarray(
        frame.level.reshape(shape) + relative * frame.scale.reshape(shape)
    )


def _standards(rows: Array) -> tuple[Array, Array]:
    """Mean and deviation of every feature over the rows where it is there."""
    seen = np.isfinite(rows)
    count = np.maximum(seen.sum(axis=0), 1)
    center = np.where(seen, rows, 0.0).sum(axis=0) / count
    power = np.where(seen, (rows - center) ** 2, 0.0).sum(axis=0) / count
    spread = np.sqrt(power)
    return center, np.where(spread > 1e-9, spread, np.inf)


def _design(rows: Array, center: Array, spread: Array) -> Array:
    """Standardised features and a constant; what is missing is average."""
    scaled = np.clip(np.nan_to_num((rows - center) / spread), -_FAR, _FAR)
    return np.concatenate([scaled, np.ones((len(rows), 1))], axis=1)


def _residuals(residual: Array, origins: Origins, horizon: int) -> Array:
    """Residual quantiles [horizon, n_levels], each step with its neighbours."""
    reach = max(horizon // 8, 1)
    rows = []
    for step in range(1, horizon + 1):
        near = np.abs(origins.step - step) <= reach
        some = residual[near] if near.any() else residual
        rows.append(np.quantile(some, _RESIDUAL_LEVELS))
    return np.array(rows)
