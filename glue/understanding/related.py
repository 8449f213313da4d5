"""RTS.csv and metadata.csv: understood by the history's columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glue.findings.finding import Findings, list_some
from glue.reading.profile import TableProfile, profile_table, read_sample
from glue.reading.tables import Table
from glue.reading.timestamp_choice import choose_reading
from glue.reading.typed_rows import ReadPlan
from glue.settings.layers import Settings
from glue.understanding.column_names import (
    GROUPS,
    ITEM,
    TARGET,
    TIME,
    find_column,
    is_usual,
    match_column,
)
from glue.understanding.column_types import choose_types
from glue.understanding.history import HistoryTable
from glue.understanding.moments import tidy_moments
from glue.understanding.roles import Roles


@dataclass(frozen=True)
class RelatedTable:
    """A table that adds columns to the history, and how it is read.

    ``whole`` are the numeric columns without a fraction.
    """

    table: Table
    plan: ReadPlan
    whole: frozenset[str]

    @property
    def name(self) -> str:
        """The file's name, for the messages."""
        return self.table.name

    @property
    def keys(self) -> tuple[str, ...]:
        """Those of the history's key columns that it has."""
        return self.plan.keys

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it adds, in the file's order."""
        added = {*self.plan.numbers, *self.plan.texts}
        return tuple(name for name in self.table.header if name in added)


def check_swapped(
    history: HistoryTable, table: Table, settings: Settings, findings: Findings
) -> bool:
    """Refuse a history whose target only RTS.csv has by its name; say whether."""
    target = history.roles.target
    if TARGET in settings.columns or is_usual(TARGET, target):
        return False
    named = [name for name in table.header if is_usual(TARGET, name)]
    if not named or _find_alike(table.header, [target]):
        return False
    findings.add(
        "column-unclear",
        remedy=f"put the history into TTS.csv, or name the {TARGET} in the "
        "TimeSeriesConfig of config.json",
        file=f"{history.table.name} or {table.name}",
        role="target",
        columns=list_some([target, *named]),
    )
    return True


def understand_related(
    table: Table, history: HistoryTable, settings: Settings, findings: Findings
) -> RelatedTable | None:
    """Find out how RTS.csv is to be read; None when it cannot be.

    Parameters
    ----------
    table
        The file.
    history
        The table that it is joined to; the order of its dates helps where this
        file's own is unclear.
    settings
        They may give types, drop columns, and tell the order of dates.
    findings
        Takes what is wrong.
    """
    before, roles, file = findings.errors, history.roles, table.name
    target = _find_alike(table.header, [roles.target])
    if target:
        findings.add("rts-has-target", file=file, column=target[0])
    named = {TIME: roles.timestamp, ITEM: roles.item_id, GROUPS: list(roles.groups)}
    sample = read_sample(table, findings)
    if not len(sample):
        return None
    table = tidy_moments(table, sample, named, findings)
    is_general = _is_general(table, history)
    needed = (roles.timestamp,) if is_general else (roles.item_id, roles.timestamp)
    table = _match_header(table, needed, roles.groups, findings)
    _check_collisions(table, roles.others, findings)
    if findings.errors > before:
        return None
    left = [name for name in roles.groups if name not in table.header]
    if is_general:
        findings.add("rts-for-every-item", file=file, item=roles.item_id)
    elif left:
        findings.add("rts-without-groups", file=file, columns=list_some(left))
    keys = _shared_keys(table, roles)
    profile = profile_table(table, roles.timestamp, keys, findings)
    if profile is None:
        return None
    order = settings.preparation.get("DateOrder") or history.reading.order
    reading = choose_reading(
        profile.timestamps, order, findings, file=file, column=roles.timestamp
    )
    if reading is None:
        return None
    plan = ReadPlan(keys, roles.timestamp, reading)
    return _complete(table, plan, profile, settings, findings=findings)


def _is_general(table: Table, history: HistoryTable) -> bool:
    """Say whether a table without an item column is meant for every item.

    It is not when its moments repeat, or when a column holds ids of the history under
    another name.
    """
    roles, header = history.roles, list(table.header)
    time = match_column(roles.timestamp, header)
    if match_column(roles.item_id, header) is not None or time is None:
        return False
    sample = read_sample(table, Findings())
    keys = [match_column(name, header) for name in roles.groups]
    codes = sample.key([time, *(name for name in keys if name is not None)])
    if not len(codes) or len(codes) - len(np.unique(codes)) > 0.01 * len(codes):
        return False
    others = [name for name in header if name not in (time, *keys)]
    values = [{text.strip() for text in sample[name].tolist()} for name in others]
    return not any(len(some) == 1 and some <= history.items for some in values)


def understand_metadata(
    table: Table,
    roles: Roles,
    settings: Settings,
    findings: Findings,
    *,
    taken: Sequence[str],
) -> RelatedTable | None:
    """Find out how metadata.csv is to be read; ``taken`` are the columns so far."""
    before = findings.errors
    timestamp = _find_alike(table.header, [roles.timestamp])
    if timestamp:
        findings.add("metadata-with-timestamp", file=table.name, column=timestamp[0])
    table = _match_header(table, (roles.item_id,), roles.groups, findings)
    _check_collisions(table, [*taken, roles.target], findings)
    if findings.errors > before:
        return None
    keys = _shared_keys(table, roles)
    profile = profile_table(table, None, keys, findings)
    if profile is None:
        return None
    plan = ReadPlan(keys, None, None)
    return _complete(table, plan, profile, settings, findings=findings)


def _match_header(
    table: Table, needed: Sequence[str], optional: Sequence[str], findings: Findings
) -> Table:
    """Rename the file's key columns to the history's spelling of them."""
    header, names = table.header, {}
    for name in (*needed, *optional):
        if name in needed or match_column(name, header) is not None:
            column = find_column(name, header, findings, role="key", file=table.name)
            names[column or name] = name
    return table.rename(names)


def _shared_keys(table: Table, roles: Roles) -> tuple[str, ...]:
    return tuple(name for name in roles.keys if name in table.header)


def _find_alike(header: Sequence[str], names: Iterable[str]) -> list[str]:
    """List the columns that have one of the names, apart from case."""
    folded = {name.casefold() for name in names}
    return [name for name in header if name.casefold() in folded]


def _check_collisions(table: Table, taken: Sequence[str], findings: Findings) -> None:
    both = _find_alike(table.header, taken)
    if both:
        columns = list_some(both)
        findings.add(
            "column-collision", count=len(both), file=table.name, columns=columns
        )


def _complete(
    table: Table,
    plan: ReadPlan,
    profile: TableProfile,
    settings: Settings,
    *,
    findings: Findings,
) -> RelatedTable:
    """Decide how each column is read that is no key."""
    taken = (*plan.keys, plan.timestamp)
    others = [name for name in table.header if name not in taken]
    types = choose_types(profile, others, settings, findings, file=table.name)
    plan = replace(
        plan,
        numbers=types.numbers,
        plain=profile.plain(types.numbers),
        texts=tuple(types.texts),
        trimmed=frozenset(profile.trimmed),
        placeholders=profile.placeholders(types.numbers),
    )
    return RelatedTable(table, plan, profile.whole(types.numbers))
