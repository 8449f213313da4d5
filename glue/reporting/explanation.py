"""What each covariate is worth, as the engine says beside its model.

The local engine writes by how much its error grows without each. What Autopilot writes
there has no published format: a table of impact scores is taken as far as its columns
can be told, as in Amazon Forecast's exports, which have the same kind of scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from glue.bucket import Bucket, split_uri
from glue.reporting.leaderboard import find_winner

# What an impact is: per cent by which the error grows, or a score without a unit.
ERROR, SCORE = "error_increase_percent", "impact_score"
_SCORED = "-NormalizedImpactScore"
_NAMES = ("attribute", "feature", "feature_name", "name", "column")
_SCORES = ("impact_score", "impactscore", "normalizedimpactscore", "importance")
_MOST_FILES = 20


@dataclass(frozen=True)
class Impact:
    """What one attribute is worth; ``kind`` as the engine says, or empty."""

    attribute: str
    impact: float
    kind: str = ""


@dataclass(frozen=True)
class Explanation:
    """All impacts, the largest first, and what the backtest knew of the covariates.

    Parameters
    ----------
    unit
        What an impact is: ERROR or SCORE.
    backtest_knows
        As in ``candidates.json``; None where the engine does not say.
    """

    impacts: tuple[Impact, ...] = ()
    unit: str = ERROR
    backtest_knows: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Give it for report.json."""
        return {"unit": self.unit, "impacts": [asdict(one) for one in self.impacts]}


def read_explanation(
    candidates: Mapping[str, Any] | None, bucket: Bucket
) -> Explanation:
    """Read what the winner's engine left; nothing where it left nothing to read."""
    uri = (find_winner(candidates) or {}).get("explainability_uri")
    if not uri:
        return Explanation()
    name, prefix = split_uri(uri)
    if name != bucket.name:
        return Explanation()
    for number, one in enumerate(bucket.list_objects(prefix)[:_MOST_FILES]):
        ending = one.key.rpartition(".")[2].lower()
        if ending in ("json", "csv"):
            path = bucket.download(one.key, f"explanation-{number:05d}.{ending}")
            found = read_impacts(path)
            if found is not None:
                return found
    return Explanation()


def read_impacts(path: Path) -> Explanation | None:
    """Read one file; None where it is no explanation that can be told."""
    try:
        if path.suffix == ".json":
            return _read_document(json.loads(path.read_text("utf-8")))
        return _read_table(pd.read_csv(path, encoding="utf-8"))
    except (ValueError, TypeError, KeyError):
        return None  # of another kind: there may be others


def _read_document(document: Any) -> Explanation | None:
    listed = document["impacts"]
    impacts = [
        Impact(str(one["attribute"]), float(one[ERROR]), str(one.get("kind", "")))
        for one in listed
    ]
    return Explanation(_sort(impacts), ERROR, document.get("backtest_knows"))


def _read_table(table: pd.DataFrame) -> Explanation | None:
    impacts = [*_read_wide(table), *_read_long(table)]
    return Explanation(_sort(impacts), SCORE) if impacts else None


def _read_wide(table: pd.DataFrame) -> Iterator[Impact]:
    """Read a column an attribute: the mean over the rows, which are series or times."""
    for name in map(str, table.columns):
        if name.endswith(_SCORED):
            scores = pd.to_numeric(table[name], errors="coerce")
            yield Impact(name[: -len(_SCORED)], float(scores.mean()))


def _read_long(table: pd.DataFrame) -> Iterator[Impact]:
    """Read a row an attribute."""
    known = {str(name).strip().lower(): name for name in table.columns}
    attribute = next((known[name] for name in _NAMES if name in known), None)
    score = next((known[name] for name in _SCORES if name in known), None)
    if attribute is None or score is None:
        return
    numbers = pd.to_numeric(table[score], errors="coerce")
    means = numbers.groupby(table[attribute].astype(str)).mean()
    for name, value in means.items():
        yield Impact(str(name), float(value))


def _sort(impacts: list[Impact]) -> tuple[Impact, ...]:
    known = [one for one in impacts if np.isfinite(one.impact)]
    return tuple(sorted(known, key=lambda one: -abs(one.impact)))
