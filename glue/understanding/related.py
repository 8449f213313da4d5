"""RTS.csv and metadata.csv: understood by the history's columns, and parted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glue.findings.finding import Finding, has_errors, list_some, make_finding
from glue.reading.csv_file import CsvFile
from glue.reading.profile import TableProfile, profile_table
from glue.reading.timestamp_choice import choose_reading
from glue.reading.timestamps import Reading
from glue.reading.typed_rows import ReadPlan, ReadTallies, read_rows
from glue.settings.layers import Settings
from glue.shaping.parts import SECONDS, Parts, PartWriter, choose_parts
from glue.understanding.history import choose_types, profile_findings
from glue.understanding.roles import Roles, match_column, missing_column, renamed_column


@dataclass
class RelatedTable:
    """A table that adds columns to the history.

    ``keys`` are those of the history's key columns that it has; ``numbers`` and
    ``texts`` are the columns that it adds. Without a ``plan`` it cannot be read.
    """

    table: CsvFile
    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    whole: frozenset[str] = frozenset()
    plan: ReadPlan | None = None
    parts: Parts | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it adds, in the file's order."""
        added = {*self.numbers, *self.texts}
        return tuple(name for name in self.table.header if name in added)


def understand_related(
    table: CsvFile, roles: Roles, settings: Settings, reading: Reading
) -> RelatedTable:
    """Find out how RTS.csv is to be read.

    Parameters
    ----------
    table
        The file.
    roles
        The history's columns, by which it is joined.
    settings
        They may give types, drop columns, and tell the order of dates.
    reading
        How the history's timestamps are read; its order helps where this file's
        own is unclear.
    """
    related = RelatedTable(table)
    target = _find_alike(table.header, [roles.target])
    if target:
        what = f"{table.name} has the target column {target[0]!r}"
        related.findings.append(make_finding("rts-has-target", what))
    _match_header(related, (roles.item_id, roles.timestamp), roles.groups)
    _check_collisions(related, roles.others)
    if has_errors(related.findings):
        return related
    related.keys = tuple(name for name in roles.keys if name in table.header)
    if len(related.keys) < len(roles.keys):
        left = list_some(name for name in roles.groups if name not in table.header)
        what = f"{table.name} has no column {left}; its rows hold for every such group"
        related.findings.append(make_finding("rts-without-groups", what))
    profile = profile_table(table, roles.timestamp, related.keys)
    related.findings += profile_findings(profile, table)
    if not profile.rows:
        return related
    order = settings.preparation.get("DateOrder") or reading.order
    own, _, findings = choose_reading(
        profile.timestamps, order, table.name, roles.timestamp
    )
    related.findings += findings
    if own is not None:
        _complete(related, profile, settings, timestamp=roles.timestamp)
        if related.plan is not None:
            related.plan = replace(related.plan, reading=own)
    return related


def understand_metadata(
    table: CsvFile, roles: Roles, settings: Settings, taken: Sequence[str]
) -> RelatedTable:
    """Find out how metadata.csv is to be read; ``taken`` are the columns so far."""
    related = RelatedTable(table)
    timestamp = _find_alike(table.header, [roles.timestamp])
    if timestamp:
        what = f"{table.name} has the timestamp column {timestamp[0]!r}"
        related.findings.append(make_finding("metadata-with-timestamp", what))
    _match_header(related, (roles.item_id,), roles.groups)
    _check_collisions(related, [*taken, roles.target])
    if has_errors(related.findings):
        return related
    related.keys = tuple(name for name in roles.keys if name in table.header)
    profile = profile_table(table, None, related.keys)
    related.findings += profile_findings(profile, table)
    if profile.rows:
        _complete(related, profile, settings, timestamp=None)
    return related


def _match_header(
    related: RelatedTable, needed: Sequence[str], optional: Sequence[str]
) -> None:
    """Rename the file's key columns to the history's spelling of them."""
    table = related.table
    for name in (*needed, *optional):
        column = match_column(name, table.header)
        if column is None:
            if name in needed:
                missing = missing_column(name, table.header, "key", table.name)
                related.findings.append(missing)
        elif column != name:
            related.findings.append(renamed_column(name, column, table.name))
            at = table.header.index(column)
            table.header[at] = name


def _find_alike(header: Sequence[str], names: Iterable[str]) -> list[str]:
    """List the columns that have one of the names, apart from case."""
    folded = {name.casefold() for name in names}
    return [name for name in header if name.casefold() in folded]


def _check_collisions(related: RelatedTable, taken: Sequence[str]) -> None:
    both = _find_alike(related.table.header, taken)
    if both:
        what = f"{related.table.name} has columns that another file has too"
        what += f" (found {list_some(both)})"
        related.findings.append(make_finding("column-collision", what, count=len(both)))


def _complete(
    related: RelatedTable,
    profile: TableProfile,
    settings: Settings,
    *,
    timestamp: str | None,
) -> None:
    table = related.table
    others = [
        name for name in table.header if name not in related.keys and name != timestamp
    ]
    types = choose_types(table, profile, settings, others)
    related.findings += types.findings
    related.numbers, related.texts = tuple(types.numbers), tuple(types.texts)
    related.whole = frozenset(
        name for name in types.numbers if not profile.numbers[name].fractional
    )
    related.plan = ReadPlan(
        keys=related.keys,
        timestamp=timestamp,
        reading=Reading("year-month-day"),
        numbers=types.numbers,
        plain=frozenset(n for n in types.numbers if profile.numbers[n].is_all_plain),
        texts=related.texts,
        trimmed=frozenset(profile.trimmed),
    )


def part_related(
    related: RelatedTable, folder: Path, count: int, by: Sequence[str]
) -> None:
    """Read the rows and part them as the history is, by the columns ``by``."""
    assert related.plan is not None
    writer = PartWriter(folder, count)
    tallies = ReadTallies()
    for columns in read_rows(related.table, related.plan, tallies):
        if len(columns[SECONDS]):
            keys = [columns[name] for name in by]
            writer.add(columns, choose_parts(keys, count))
    related.findings += tallies.findings(related.table.name, None)
    related.parts = writer.close()
