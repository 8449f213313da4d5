"""Change what a transform reads: the rows of the future, and of them those meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from client.errors import SourceError
from client.what_if.plan import SECONDS, Plan
from client.what_if.scenario import Change, Scenario
from glue.arrays import Array
from glue.reading.timestamps import UnreadableTimestampError, parse_stamps
from glue.run_documents import RunSettings

_ROWS = 100_000
_NAMED = 6


@dataclass
class Changed:
    """How many rows of the future there are, were meant, and were changed.

    ``planned`` are those that a table of the future is about, ``names`` the covariates
    that have another value.
    """

    future: int = 0
    meant: int = 0
    planned: int = 0
    empty: dict[str, int] = field(default_factory=dict)
    items: set[tuple[str, ...]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Changer:
    """Writes files for a transform anew, with the scenario's changes in them.

    Parameters
    ----------
    first_ahead
        The first timestamp of the forecast: what is before has happened.
    plan
        A table of the future whose values stand in place of the run's own.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: RunSettings,
        first_ahead: str,
        plan: Plan | None = None,
    ) -> None:
        self._scenario = scenario
        self._plan = plan
        self._settings = settings
        first = read_moment(first_ahead)
        begin = read_moment(scenario.first) if scenario.first else first
        self._begin = max(begin, first)
        self._end = read_moment(scenario.last) if scenario.last else np.inf
        self._first = first
        self.changed = Changed()

    def check_columns(self, columns: Sequence[str]) -> None:
        """See that a file has all that is to be changed.

        Raises
        ------
        SourceError
            When it has not.
        """
        settings = self._settings
        own = {*settings.keys, settings.timestamp, settings.target}
        covariates = [name for name in columns if name not in own]
        for change in self._scenario.changes:
            if change.name not in covariates:
                has = _list_some(covariates) if covariates else "none"
                raise SourceError(
                    f"the run knows no covariate {change.name!r} (found {has}); "
                    "change one that the upload had"
                )
        plan = self._plan
        unknown = (
            [name for name in plan.columns if name not in covariates] if plan else []
        )
        if plan and unknown:
            raise SourceError(
                f"{plan.name} has columns that the run does not know (found "
                f"{_list_some(unknown)}; needs {_list_some(covariates) or 'none'}); "
                "take them out"
            )

    def rewrite(self, source: Path, target: Path) -> None:
        """Write one file anew."""
        chunks = pd.read_csv(
            source, dtype=str, keep_default_na=False, chunksize=_ROWS, encoding="utf-8"
        )
        for number, chunk in enumerate(chunks):
            if number == 0:
                self.check_columns(list(chunk.columns))
            self._change(chunk)
            chunk.to_csv(
                target,
                index=False,
                mode="w" if number == 0 else "a",
                header=number == 0,
                lineterminator="\n",
            )

    def check_done(self) -> None:
        """See that something was changed.

        Raises
        ------
        SourceError
            When nothing was, or not all that was meant.
        """
        self._check_plan()
        if not self.changed.meant:
            raise SourceError(
                f"nothing would change (found {self.changed.future} rows of the "
                "future, and none of them with such --items, --from and --to); name "
                "others"
            )
        for name, empty in self.changed.empty.items():
            raise SourceError(
                f"{name!r} has no value in {empty:,} of {self.changed.meant:,} rows of "
                f"the future, so that nothing can be added to it; set it, as in "
                f"--set {name}=VALUE"
            )

    def _check_plan(self) -> None:
        plan, changed = self._plan, self.changed
        if plan is None or not changed.meant:
            return
        if not changed.planned:
            raise SourceError(
                f"{plan.name} is about no row of the forecast (found "
                f"{len(plan.table):,} rows of the future, and none of a series and "
                "moment that is forecast); write both as the upload did"
            )
        if not changed.names and not self._scenario.changes:
            raise SourceError(
                f"nothing would change (found all of {plan.name} to be as the run knew "
                "it); change a value"
            )

    def _change(self, chunk: pd.DataFrame) -> None:
        seconds = parse_stamps(chunk[self._settings.timestamp])
        ahead = seconds >= self._first
        self.changed.future += int(ahead.sum())
        meant = (seconds >= self._begin) & (seconds <= self._end)
        if self._scenario.items:
            named = [
                chunk[key].isin(self._scenario.items) for key in self._settings.keys
            ]
            meant &= np.logical_or.reduce(named)
        self.changed.meant += int(meant.sum())
        touched = meant & self._follow_plan(chunk, meant, seconds)
        for change in self._scenario.changes:
            if change.value is not None:
                new = np.array([change.value], dtype=object)
                _check_numbers(change.name, chunk[change.name], new)
            chunk.loc[meant, change.name] = self._apply(
                change, chunk.loc[meant, change.name]
            )
            self.changed.names.add(change.name)
            touched = meant
        keys = chunk.loc[touched, [*self._settings.keys]]
        self.changed.items.update(keys.itertuples(index=False, name=None))

    def _follow_plan(self, chunk: pd.DataFrame, meant: Array, seconds: Array) -> Array:
        """Put in what the table of the future says; tell which rows differ, [n]."""
        differs = np.zeros(len(chunk), dtype=bool)
        if self._plan is None:
            return differs
        on = [*self._plan.keys, SECONDS]
        rows = chunk[[*self._plan.keys]].assign(**{SECONDS: seconds})
        found = rows.merge(self._plan.table, how="left", on=on, indicator=True)
        hit = meant & (found["_merge"] == "both").to_numpy()
        self.changed.planned += int(hit.sum())
        for name in self._plan.columns:
            said = found[name].fillna("").to_numpy()
            new = hit & (said != "") & _differ(said, chunk[name].to_numpy())
            _check_numbers(name, chunk[name], said[new])
            chunk.loc[new, name] = said[new]
            if new.any():
                self.changed.names.add(name)
            differs |= new
        return differs

    def _apply(self, change: Change, values: pd.Series[str]) -> Any:
        if change.value is not None:
            return change.value
        numbers = pd.to_numeric(values, errors="coerce")
        empty = int(numbers.isna().sum())
        if empty:
            found = self.changed.empty
            found[change.name] = found.get(change.name, 0) + empty
        changed = numbers * change.factor + change.offset
        return changed.map(lambda number: f"{number:.10g}")


def _check_numbers(name: str, before: pd.Series[str], after: Array) -> None:
    """See that a covariate of numbers gets no words, which no model could read.

    Raises
    ------
    SourceError
        When it does.
    """
    known = before[before != ""]
    words = pd.to_numeric(pd.Series(after, dtype=object), errors="coerce").isna()
    if not words.any() or not len(known):
        return
    if pd.to_numeric(known, errors="coerce").notna().all():
        raise SourceError(
            f"{name!r} is a number in the run (found {after[words][0]!r}); give one"
        )


def _differ(ours: Array, theirs: Array) -> Array:
    """Tell which texts differ, where 2.5 and 2.50 do not, [n]."""
    numbers = [pd.to_numeric(pd.Series(one), errors="coerce") for one in (ours, theirs)]
    same = (ours == theirs) | (numbers[0] == numbers[1]).to_numpy()
    return np.asarray(~same, dtype=bool)


def read_moment(text: str) -> float:
    """Read a day or a moment, in seconds since 1970.

    Raises
    ------
    SourceError
        When it is none.
    """
    try:
        return float(parse_stamps(pd.Series([text]))[0])
    except UnreadableTimestampError as error:
        raise SourceError(
            f"{text!r} is no date (needs YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS); spell it "
            "so"
        ) from error


def _list_some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if names[_NAMED:] else ""
    return f"{', '.join(names[:_NAMED])}{more}"
