"""The last pass: checks, joins and hooks each part, and writes forecast input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glue.findings.finding import FileRejected, Finding, Tally, has_errors, make_finding
from glue.frequency import DAY
from glue.shaping.covariates import (
    JoinContext,
    JoinTallies,
    check_future,
    describe_join,
    join_metadata,
    join_related,
)
from glue.shaping.hook import Hook, HookCaller
from glue.shaping.horizon import Outlook
from glue.shaping.input_files import BlockWriter, InputFiles, InputLayout
from glue.shaping.parts import SECONDS, Parts, number_series
from glue.shaping.series_checks import (
    SeriesContext,
    SeriesTallies,
    check_series,
    keep_long_series,
    series_findings,
)
from glue.shaping.survey import Survey
from glue.understanding.related import RelatedTable
from glue.understanding.roles import Roles

Array = Any  # numpy's generic arrays are not worth their types at version 1.22


@dataclass(frozen=True)
class Shape:
    """What the forecast input is to be.

    ``filled`` names the columns whose filling is set, ``futurefill`` those of them
    whose future Autopilot fills.
    """

    file: str
    roles: Roles
    whole: frozenset[str]
    survey: Survey
    outlook: Outlook
    related: RelatedTable | None = None
    metadata: RelatedTable | None = None
    futurefill: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    aggregated: bool = False
    drop_short: bool = False

    @property
    def added(self) -> tuple[str, ...]:
        """The columns that the related files add."""
        tables = [table for table in (self.related, self.metadata) if table]
        return tuple(name for table in tables for name in table.columns)

    @property
    def static(self) -> frozenset[str]:
        """The columns of the history that never change within a series."""
        return frozenset(self.roles.others) - self.survey.changing

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that change with time."""
        related = self.related.columns if self.related else ()
        own = (name for name in self.roles.others if name not in self.static)
        return (*own, *related)

    @property
    def layout(self) -> InputLayout:
        """The columns of the forecast input."""
        tables = [table for table in (self.related, self.metadata) if table]
        return InputLayout(
            keys=self.roles.keys,
            timestamp=self.roles.timestamp,
            target=self.roles.target,
            others=(*self.roles.others, *self.added),
            whole=self.whole.union(*(table.whole for table in tables)),
            with_time=self.outlook.with_time,
        )


class Shaper:
    """Sends each part of the history through checks, joins and hook."""

    def __init__(self, shape: Shape, hook: Hook, folder: Path) -> None:
        survey, outlook, roles = shape.survey, shape.outlook, shape.roles
        assert survey.last is not None
        assert outlook.frequency is not None
        self.shape = shape
        self.findings: list[Finding] = []
        self._last = survey.last
        if outlook.truncate:
            self._last = self._last // DAY * DAY
        self._checks = SeriesContext(
            file=shape.file,
            keys=roles.keys,
            target=roles.target,
            frequency=outlook.frequency,
            origin=int(survey.moments[0]),
            last=self._last,
        )
        self._joins = JoinContext(
            file=shape.file,
            keys=roles.keys,
            target=roles.target,
            frequency=outlook.frequency,
            last=self._last,
            horizon=outlook.horizon or 0,
            truncate=outlook.truncate,
            static=shape.static,
        )
        self._series, self._joined = SeriesTallies(), JoinTallies()
        self._beyond, self._tail, self._dropped = Tally(), Tally(), 0
        caller = HookCaller(
            hook,
            shape.layout,
            self._last,
            repeats=shape.aggregated,
            filled=shape.filled,
        )
        self._writer = HookedWriter(caller, folder)

    def shape_parts(self, history: Parts, *, write: bool) -> None:
        """Check and join every part; then hook and write, if there is no error."""
        for number in range(history.count):
            checked = self._check(history.load(number))
            before = self._count_history(checked)
            columns = self._join(checked, number)
            if self._count_history(columns) != before:
                raise AssertionError("a join lost or multiplied rows of history")
            columns = self._drop_short(columns) if self.shape.drop_short else columns
            history.replace(number, columns)
        self.findings += self._describe()
        if write and not has_errors(self.findings):
            for number in range(history.count):
                self._writer.write(history.load(number))
            self.findings += self._writer.findings

    def _check(self, columns: dict[str, Array]) -> dict[str, Array]:
        if not columns:
            return {}
        shape = self.shape
        if shape.outlook.truncate:
            columns[SECONDS] = columns[SECONDS] // DAY * DAY
        series = number_series(columns, shape.roles.keys)
        check_series(self._checks, columns, series, self._series)
        return self._cut_horizon(columns)

    def _join(self, columns: dict[str, Array], number: int) -> dict[str, Array]:
        shape, context, tallies = self.shape, self._joins, self._joined
        if shape.related:
            columns = join_related(
                context, columns, shape.related, tallies, number=number
            )
        if columns and shape.covariates:
            file = shape.related.table.name if shape.related else shape.file
            check_future(context, columns, shape.covariates, tallies, file=file)
        if shape.metadata:
            columns = join_metadata(
                context, columns, shape.metadata, tallies, number=number
            )
        return columns

    def _count_history(self, columns: Mapping[str, Array]) -> int:
        return int((columns[SECONDS] <= self._last).sum()) if columns else 0

    def _cut_horizon(self, columns: dict[str, Array]) -> dict[str, Array]:
        """Leave out the rows that lie beyond the horizon."""
        context = self._joins
        ahead = context.frequency.periods(columns[SECONDS], context.last)
        beyond = ahead > context.horizon
        self._beyond.add([], count=int(beyond.sum()))
        self._tail.add([], count=int((columns[SECONDS] > context.last).sum()))
        if not context.horizon or not beyond.any():
            return columns
        return {name: values[~beyond] for name, values in columns.items()}

    def _drop_short(self, columns: dict[str, Array]) -> dict[str, Array]:
        if not columns:
            return {}
        series = number_series(columns, self.shape.roles.keys)
        kept = keep_long_series(columns[self.shape.roles.target], series)
        self._dropped += len(np.unique(series[~kept]))
        return {name: values[kept] for name, values in columns.items()}

    def _describe(self) -> list[Finding]:
        shape = self.shape
        findings = series_findings(
            self._series, self._checks, aggregated=shape.aggregated
        )
        findings += describe_join(
            self._joined,
            shape.related.table.name if shape.related else "",
            shape.metadata.table.name if shape.metadata else "",
        )
        findings += self._describe_future()
        if self._dropped:
            what = f"{self._dropped} series with fewer than four values were left out"
            findings.append(make_finding("series-dropped", what, count=self._dropped))
        return findings

    def _describe_future(self) -> list[Finding]:
        shape, tallies = self.shape, self._joined
        findings = []
        if self._beyond.count and self._joins.horizon:
            what = f"{self._beyond.count} row(s) of {shape.file} lie beyond the horizon"
            findings.append(self._beyond.as_finding("beyond-horizon", what))
        if not shape.covariates:
            if self._tail.count:
                what = (
                    f"{self._tail.count} row(s) of {shape.file} follow the last value"
                )
                findings.append(self._tail.as_finding("future-rows", what))
            return findings
        if not tallies.future_rows:
            what = f"no row tells the future of {_list(shape.covariates)}"
            findings.append(make_finding("future-none", what))
            return findings
        unfilled = self._unfilled()
        if tallies.future_partial.count:
            what = (
                f"{tallies.future_partial.count} of {tallies.series} series have no "
                f"covariates for each of the {self._joins.horizon} steps to come"
            )
            code = "future-partial" if unfilled else "future-partial-filled"
            if unfilled:
                what += f"; nothing fills {_list(unfilled)}"
            findings.append(tallies.future_partial.as_finding(code, what))
        for name, tally in tallies.future_blank.items():
            if tally.count:
                what = f"{tally.count} future value(s) of {name!r} are blank"
                code = "future-blank"
                if name in shape.futurefill:
                    code = "future-blank-filled"
                findings.append(tally.as_finding(code, what))
        return findings

    def _unfilled(self) -> tuple[str, ...]:
        """Name the covariates whose future nobody fills."""
        shape = self.shape
        return tuple(name for name in shape.covariates if name not in shape.futurefill)

    def merge(self, limit: int) -> InputFiles:
        """Merge what all parts gave into the forecast input."""
        return self._writer.merge(limit)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names[:5])) + (" and others" if names[5:] else "")


class HookedWriter:
    """Sends each part through the hook, and its result to the block writer."""

    def __init__(self, caller: HookCaller, folder: Path) -> None:
        self.findings: list[Finding] = []
        self.folder = folder
        self._caller = caller
        self._writer: BlockWriter | None = None
        self._others: dict[str, Any] = {}

    def write(self, columns: Mapping[str, Array]) -> None:
        """Write a part; after the hook's first failure there is no second."""
        if self.findings or not columns or not len(columns[SECONDS]):
            return
        try:
            if self._writer is None:
                self._caller.try_parting(columns)
            self._write(*self._caller.call(columns))
        except FileRejected as rejected:
            self.findings.append(rejected.finding)

    def _write(self, columns: dict[str, Array], others: list[str]) -> None:
        if not len(columns[SECONDS]):
            return
        kinds = {name: columns[name].dtype for name in others}
        if self._writer is None:
            self._others = kinds
            layout = replace(self._caller.layout, others=tuple(others))
            self._writer = BlockWriter(self.folder / "blocks", layout)
        if kinds != self._others:
            what = "transform() returned other columns, or types, for another part"
            raise FileRejected(make_finding("hook-result", what))
        self._writer.write_part(columns, columns[SECONDS], self._caller.last)

    def merge(self, limit: int) -> InputFiles:
        """Merge the parts; refuse an upload of which nothing is left."""
        if self._writer is not None:
            train, transform = self.folder / "train.csv", self.folder / "transform"
            files = self._writer.merge(train, transform, limit)
            if files.series:
                return files
        raise FileRejected(
            make_finding("nothing-left", "no series is left to forecast")
        )
