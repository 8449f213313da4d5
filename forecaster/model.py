"""A fitted model: forecasts from any history, leaderboard, backtests, archive."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecaster import artefact
from forecaster.arrays import mean_of_quantiles
from forecaster.data.panel import Panel
from forecaster.data.problem import quantile_name
from forecaster.setup import Setup, setup_from_json
from forecaster.training.bounds import keep_whole
from forecaster.training.combination import Ensemble, ensemble_from_json
from forecaster.training.explanation import Impact
from forecaster.training.fallback import list_fallbacks


@dataclass(frozen=True)
class Model:
    """What `fit` gives and `load` brings back.

    Parameters
    ----------
    ensemble
        What forecasts, knowing of the future's covariates what the table that was
        fitted gave.
    told
        Where that was nothing: what forecasts from tables that give all of them.
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
    ensemble: Ensemble
    leaderboard: pd.DataFrame
    told: Ensemble | None = None
    backtests: pd.DataFrame = field(default_factory=pd.DataFrame)
    fallbacks: pd.DataFrame = field(default_factory=pd.DataFrame)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    scorer: Callable[[], pd.DataFrame] | None = field(default=None, repr=False)
    explainer: Callable[[], list[Impact]] | None = field(default=None, repr=False)

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
        quantiles = self._choose(panel).forecast(panel, levels)
        asked = [quantile_name(level) for level in sorted(set(problem.quantiles))]
        steps = np.arange(1, problem.horizon + 1)
        frame = panel.keys.loc[panel.keys.index.repeat(problem.horizon)]
        frame = frame.reset_index(drop=True)
        frame[problem.timestamp] = panel.stamps(steps).ravel()
        frame["mean"] = mean_of_quantiles(quantiles, levels).ravel()
        whole = keep_whole(quantiles, panel)[..., problem.asked]
        frame[asked] = whole.reshape(-1, len(asked))
        frame.attrs["fallbacks"] = list_fallbacks(panel)
        return frame

    @property
    def weights(self) -> Mapping[str, float]:
        """Weight of every candidate in the ensemble."""
        return self.ensemble.weights

    def _choose(self, panel: Panel) -> Ensemble:
        if self.told is None or panel.unknown_names:
            return self.ensemble
        return self.told

    def scores(self) -> pd.DataFrame:
        """Every candidate's metrics by backtest window, by step ahead and by series.

        Returns
        -------
        Columns name, by (`window`, `step` or `series`), its number (the row in `keys`
        order for series), and the metrics. Empty after `load`.
        """
        return self.scorer() if self.scorer else pd.DataFrame()

    def explain(self) -> list[Impact]:
        """Measure what each covariate, metadata column and the calendar are worth.

        Returns
        -------
        By how much the error of the backtest grows without each, the most useful
        first. Takes some seconds. Empty after `load`.
        """
        return self.explainer() if self.explainer else []

    def save(self, path: str | Path) -> Path:
        """Write the model to a `model.tar.gz`; the same model gives the same bytes."""
        manifest = {
            **self.manifest,
            "format": artefact.FORMAT,
            "setup": self.setup.to_json(),
            "ensembles": {name: one.to_json() for name, one in self._ensembles()},
            "leaderboard": json.loads(self.leaderboard.to_json(orient="records")),
            "fallbacks": json.loads(self.fallbacks.to_json(orient="records")),
        }
        texts = {
            f"{which}/{name}/{part}": text
            for which, ensemble in self._ensembles()
            for name, state in ensemble.states.items()
            for part, text in state.items()
        }
        artefact.write_archive(Path(path), manifest, texts)
        return Path(path)

    def _ensembles(self) -> list[tuple[str, Ensemble]]:
        both = [("ensemble", self.ensemble), ("told", self.told)]
        return [(which, one) for which, one in both if one is not None]


def load(path: str | Path) -> Model:
    """Read a model that `Model.save` wrote.

    Raises
    ------
    ArtefactError
        When the file is not such a model.
    """
    manifest, texts = artefact.read_archive(Path(path))
    states: dict[str, dict[str, dict[str, str]]] = {}
    for member, text in texts.items():
        which, name, part = member.split("/", 2)
        states.setdefault(which, {}).setdefault(name, {})[part] = text
    ensembles = {
        which: ensemble_from_json(values, states.get(which, {}))
        for which, values in manifest.pop("ensembles").items()
    }
    return Model(
        setup=setup_from_json(manifest.pop("setup")),
        ensemble=ensembles["ensemble"],
        told=ensembles.get("told"),
        leaderboard=pd.DataFrame(manifest.pop("leaderboard")),
        fallbacks=pd.DataFrame(manifest.pop("fallbacks")),
        manifest=manifest,
    )
