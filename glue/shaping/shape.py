"""What the forecast input is to be: what every part needs to know about the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Findings
from glue.frequency import DAY, Frequency
from glue.rows import Rows
from glue.shaping.horizon import Clock, Outlook, write_moment
from glue.shaping.input_files import InputLayout
from glue.shaping.parts import Parts
from glue.shaping.survey import Survey
from glue.understanding.column_settings import Transformations
from glue.understanding.history import HistoryTable
from glue.understanding.related import RelatedTable


@dataclass(frozen=True)
class Shape:
    """What the forecast input is to be.

    ``related`` and ``metadata`` are RTS.csv and metadata.csv, where they are given;
    ``empty`` are columns without any value in the history, which are left out, and
    ``named_blanks`` those of texts whose blanks are a kind of their own.
    """

    history: HistoryTable
    survey: Survey
    outlook: Outlook
    fitted: Transformations
    related: RelatedTable | None = None
    metadata: RelatedTable | None = None
    drop_short: bool = False
    empty: frozenset[str] = frozenset()
    named_blanks: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """The history's file."""
        return self.history.table.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a series."""
        return self.history.roles.keys

    @property
    def target(self) -> str:
        """The column that is forecast."""
        return self.history.roles.target

    @property
    def clock(self) -> Clock:
        """How moments are counted and written."""
        return self.outlook.clock

    @property
    def frequency(self) -> Frequency:
        """The forecast's step."""
        return self.outlook.frequency

    @property
    def horizon(self) -> int:
        """The steps to forecast; 0 when the history is too short for any."""
        return self.outlook.horizon

    @property
    def last(self) -> int:
        """The last moment of history; later rows are the future's."""
        return int(self.clock.cut(np.array([self.survey.last]))[0])

    @property
    def is_aggregated(self) -> bool:
        """Whether the settings say how to combine rows of one moment."""
        return bool(self.fitted.aggregation)

    @property
    def static(self) -> tuple[str, ...]:
        """The columns of the history that never change within a series."""
        others = self.history.roles.others
        return tuple(name for name in others if name not in self.survey.changing)

    @property
    def changing(self) -> tuple[str, ...]:
        """The columns of the history that change with time."""
        others = self.history.roles.others
        return tuple(name for name in others if name in self.survey.changing)

    @property
    def covariates(self) -> tuple[str, ...]:
        """All columns that change with time."""
        return (*self.changing, *(self.related.columns if self.related else ()))

    @property
    def unfilled(self) -> tuple[str, ...]:
        """The covariates whose future nobody fills."""
        filled = self.fitted.futurefill
        return tuple(name for name in self.covariates if name not in filled)

    @property
    def layout(self) -> InputLayout:
        """The columns of the forecast input."""
        roles = self.history.roles
        tables = [table for table in (self.related, self.metadata) if table]
        added = [name for table in tables for name in table.columns]
        return InputLayout(
            keys=roles.keys,
            timestamp=roles.timestamp,
            target=roles.target,
            others=tuple(n for n in (*roles.others, *added) if n not in self.empty),
            whole=self.history.whole.union(*(table.whole for table in tables)),
            with_time=self.clock.with_time,
        )

    def without(self, empty: frozenset[str], named: frozenset[str]) -> Shape:
        """Leave out columns, and what settings say of them; name blanks of others."""
        filling = self.fitted.filling
        kept = {name: fills for name, fills in filling.items() if name not in empty}
        fitted = replace(self.fitted, filling=kept)
        return replace(self, empty=empty, named_blanks=named, fitted=fitted)

    def steps_ahead(self, seconds: Array) -> Array:
        """Count the steps from the last moment of history to others, [n]."""
        return self.frequency.periods(seconds, self.last)

    def is_history(self, rows: Rows) -> Array:
        """Mark the rows that are no future, [n]."""
        return rows.seconds <= self.last


@dataclass(frozen=True)
class Parted:
    """A related table with its rows on disk, parted as the history is.

    One that ``is_shared`` is not parted: each of its rows is for many parts.
    """

    table: RelatedTable
    parts: Parts
    is_shared: bool = False


def infer_kinds(shape: Shape, findings: Findings) -> None:
    """Say which of the columns beside the keys change with time and which do not."""
    related = shape.related.columns if shape.related else ()
    attributes = shape.metadata.columns if shape.metadata else ()
    for names, kind, evidence in (
        (shape.changing, "covariate", "it changes within series"),
        (related, "covariate", "it is in RTS.csv"),
        (shape.static, "attribute", "it never changes within a series"),
        (attributes, "attribute", "it is in metadata.csv"),
    ):
        for name in (each for each in names if each not in shape.empty):
            findings.infer(f"column {name!r}", kind, evidence)


def name_row(rows: Rows, keys: tuple[str, ...], at: int) -> str:
    """Name a row: its series and its moment."""
    seconds = int(rows.seconds[at])
    moment = write_moment(seconds, with_time=seconds % DAY != 0)
    return f"{rows.name(keys, at)} at {moment}" if keys else moment
