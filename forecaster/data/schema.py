"""Columns beside key, time stamp and target: which are covariates, which metadata."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecaster.data.problem import Problem


@dataclass(frozen=True)
class Feature:
    """One column; text columns carry their categories, numbers none."""

    name: str
    categories: tuple[str, ...] = ()
    static: bool = False


@dataclass(frozen=True)
class Schema:
    """Features as they were when the model was fitted."""

    features: tuple[Feature, ...] = ()

    @property
    def known(self) -> tuple[Feature, ...]:
        """Covariates that change over time."""
        return tuple(f for f in self.features if not f.static)

    @property
    def static(self) -> tuple[Feature, ...]:
        """Item metadata."""
        return tuple(f for f in self.features if f.static)

    def to_json(self) -> list[dict[str, Any]]:
        """Give the features as plain JSON types."""
        return [asdict(feature) for feature in self.features]


def schema_from_json(features: list[dict[str, Any]]) -> Schema:
    """Read back what `Schema.to_json` gave."""
    return Schema(
        tuple(
            Feature(f["name"], tuple(f["categories"]), bool(f["static"]))
            for f in features
        )
    )


def learn_schema(table: pd.DataFrame, problem: Problem) -> Schema:
    """Find the features of a table; what never changes within any item is static."""
    keys = [*problem.item, problem.timestamp, problem.target]
    others = [name for name in table.columns if name not in keys]
    if problem.known is not None:
        others = [
            name
            for name in others
            if name in problem.known or _is_static(table, problem, name)
        ]
    features = []
    for name in others:
        if table[name].isna().all():
            continue
        numeric = pd.api.types.is_numeric_dtype(table[name])
        categories = () if numeric else tuple(sorted(set(_text(table[name].dropna()))))
        static = name not in (problem.known or ()) and _is_static(table, problem, name)
        features.append(Feature(str(name), categories, static))
    return Schema(tuple(features))


def encode(table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Turn features into numbers; unseen categories and missing columns become NaN."""
    encoded = table.copy(deep=False)
    for feature in schema.features:
        if feature.name not in table.columns:
            encoded[feature.name] = np.nan
        elif feature.categories:
            codes = {name: float(code) for code, name in enumerate(feature.categories)}
            column = table[feature.name]
            numbers = _text(column).map(codes).astype(float)
            encoded[feature.name] = numbers.where(column.notna())
        else:
            encoded[feature.name] = pd.to_numeric(table[feature.name], errors="coerce")
    return encoded


def _text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column.map(str)


def _is_static(table: pd.DataFrame, problem: Problem, name: str) -> bool:
    groups = table.groupby(list(problem.item), observed=True)[name]
    return bool((groups.nunique() <= 1).all()) and table[name].nunique() > 1
