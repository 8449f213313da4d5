"""A fitted model: forecasts from any history, leaderboard, backtests, archive."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecaster import artefact
from forecaster.arrays import Array, mean_of_quantiles
from forecaster.candidates.catalogue import State, candidates_by_name
from forecaster.clock import usable_cores
from forecaster.data.panel import Panel
from forecaster.data.problem import quantile_name
from forecaster.setup import Setup, setup_from_json
from forecaster.training.calibration import stretch
from forecaster.training.ensemble import blend
from forecaster.training.fallback import (
    forecast_new_items,
    list_fallbacks,
    mend,
    settle_constant,
)


@dataclass(frozen=True)
class Model:
    """What `fit` gives and `load` brings back.

    Parameters
    ----------
    leaderboard
        One row per candidate, best first: name, algorithm, status, weight, the
        metrics on the backtest, seconds and, where it was dropped, the reason.
    backtests
        What the ensemble would have forecast: key columns, cutoff, timestamp, actual,
        mean and quantiles. Empty after `load`.
    fallbacks
        Series that are forecast by less than the whole ensemble: key columns, reason.
    manifest
        Data hash, versions, seed, settings, and whether the clock's guard fired.
    """

    setup: Setup
    weights: Mapping[str, float]
    factors: Array
    states: Mapping[str, State]
    leaderboard: pd.DataFrame
    backtests: pd.DataFrame = field(default_factory=pd.DataFrame)
    fallbacks: pd.DataFrame = field(default_factory=pd.DataFrame)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    scorer: Callable[[], pd.DataFrame] | None = field(default=None, repr=False)

    def forecast(self, table: pd.DataFrame) -> pd.DataFrame:
        """Forecast the horizon after each series' last value; nothing is fitted anew.

        Parameters
        ----------
        table
            History with the columns of the table that was fitted, and any future rows
            (no target) with known covariates. It may hold new items.

        Returns
        -------
        Key columns, time stamp, `mean` and the quantiles asked for; one row per series
        and step, sorted by key. `attrs["fallbacks"]` lists what is in `fallbacks`.
        """
        problem = self.setup.problem
        panel = self.setup.panel(self.setup.align(table))
        levels = problem.levels
        quantiles = self._quantiles(panel, levels)
        asked = [quantile_name(level) for level in sorted(set(problem.quantiles))]
        steps = np.arange(1, problem.horizon + 1)
        frame = panel.keys.loc[panel.keys.index.repeat(problem.horizon)]
        frame = frame.reset_index(drop=True)
        frame[problem.timestamp] = panel.stamps(steps).ravel()
        frame["mean"] = mean_of_quantiles(quantiles, levels).ravel()
        frame[asked] = quantiles[..., problem.asked].reshape(-1, len(asked))
        frame.attrs["fallbacks"] = list_fallbacks(panel)
        return frame

    def _quantiles(self, panel: Panel, levels: Array) -> Array:
        names = [name for name, weight in self.weights.items() if weight > 0]
        known = candidates_by_name()

        def predict(name: str) -> Array:
            with np.errstate(all="ignore"):  # what is not finite is mended
                state = self.states.get(name, {})
                return mend(known[name].predict(state, panel, levels), panel, levels)

        with ThreadPoolExecutor(usable_cores()) as pool:
            forecasts = list(pool.map(predict, names))
        weights = np.array([self.weights[name] for name in names])
        blended = stretch(blend(forecasts, weights), levels, self.factors)
        settled = settle_constant(within_bounds(blended, panel), panel)
        return forecast_new_items(settled, panel)

    def scores(self) -> pd.DataFrame:
        """Every candidate's metrics by backtest window, by step ahead and by series.

        Returns
        -------
        Columns name, by (`window`, `step` or `series`), its number (the row in `keys`
        order for series), and the metrics. Empty after `load`.
        """
        return self.scorer() if self.scorer else pd.DataFrame()

    def save(self, path: str | Path) -> Path:
        """Write the model to a `model.tar.gz`; the same model gives the same bytes."""
        manifest = {
            **self.manifest,
            "format": artefact.FORMAT,
            "setup": self.setup.to_json(),
            "weights": list(self.weights.items()),
            "factors": self.factors.tolist(),
            "leaderboard": json.loads(self.leaderboard.to_json(orient="records")),
            "fallbacks": json.loads(self.fallbacks.to_json(orient="records")),
        }
        texts = {
            f"{name}/{part}": text
            for name, state in self.states.items()
            for part, text in state.items()
        }
        artefact.write_archive(Path(path), manifest, texts)
        return Path(path)


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Raises
    ------
    ArtefactError
        When the file is not such a model.
    """
    manifest, texts = artefact.read_archive(Path(path))
    states: dict[str, dict[str, str]] = {}
    for member, text in texts.items():
        name, part = member.split("/", 1)
        states.setdefault(name, {})[part] = text
    return Model(
        setup=setup_from_json(manifest.pop("setup")),
        weights=dict(manifest.pop("weights")),
        factors=np.array(manifest.pop("factors")),
        states=states,
        leaderboard=pd.DataFrame(manifest.pop("leaderboard")),
        fallbacks=pd.DataFrame(manifest.pop("fallbacks")),
        manifest=manifest,
    )


def within_bounds(quantiles: Array, panel: Panel) -> Array:
    """Let quantiles rise with their level, and none be negative if history never is."""
    ordered = np.sort(quantiles, axis=-1)
    history = np.where(np.isnan(panel.target), 0.0, panel.target)
    never = history.min(axis=1, initial=0.0) >= 0
    return np.where(never[:, None, None], np.maximum(ordered, 0.0), ordered)
