"""What a history table is: its roles, its columns' types, how it is to be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from glue.findings.finding import FileRejected, Findings
from glue.reading.header import MAX_LONG_COLUMNS, check_count
from glue.reading.kept_rows import RowStore
from glue.reading.odd_dates import DateColumn
from glue.reading.profile import (
    ItemSample,
    TableProfile,
    profile_table,
    read_sample,
    tell_lines,
)
from glue.reading.tables import Table
from glue.reading.timestamp_choice import choose_reading, describe_reading
from glue.reading.timestamps import Reading
from glue.reading.typed_rows import ReadPlan
from glue.reading.views import add_column, drop_columns
from glue.rows import Rows
from glue.settings.layers import Settings
from glue.understanding.column_names import (
    GROUPS,
    TIME_SERIES_CONFIG,
    is_key,
    rank_group_names,
)
from glue.understanding.column_types import choose_mark, choose_types
from glue.understanding.crossed import (
    find_crossing,
    find_trade,
    note_crossing,
)
from glue.understanding.groups import find_groups, order_group_candidates
from glue.understanding.moments import tidy_moments
from glue.understanding.roles import (
    Roles,
    find_roles,
    find_row_numbers,
    sort_columns,
)
from glue.understanding.totals import leave_sum_out, leave_totals_out
from glue.understanding.wide import melt_table

_SOME_ITEMS = 1_000
# Where fewer rows have a date, that is what is to be said.
_DATED = 0.75


@dataclass(frozen=True)
class HistoryTable:
    """A history that can be read: its roles, how each column is read.

    ``whole`` are the numeric columns without a fraction; ``reading`` is how the
    timestamps are read; ``items`` are some of the ids.
    """

    table: Table
    roles: Roles
    plan: ReadPlan
    reading: Reading
    whole: frozenset[str]
    items: frozenset[str] = frozenset()


def understand_history(
    table: Table,
    settings: Settings,
    findings: Findings,
    *,
    item: str = "series",
    store: RowStore | None = None,
) -> HistoryTable | None:
    """Find the roles of the columns, then pass over the table once.

    ``item`` is what the one series is called of a table without an item column, and
    ``store`` keeps what the pass has read.

    None when the history cannot be read, as the findings say.
    """
    sample = read_sample(table, findings)
    if not len(sample):
        return None
    try:
        table = melt_table(table, sample, settings.columns, findings)
        check_count(len(table.header), table.name, findings, MAX_LONG_COLUMNS)
    except FileRejected:
        return None
    table = tidy_moments(
        table, read_sample(table, Findings()), settings.columns, findings
    )
    sample = read_sample(table, Findings())
    roles = find_roles(sample, settings.columns, table.name, findings)
    if roles is None:
        tell_lines(table, findings)
        return None
    if roles.item_id not in table.header:
        findings.add("item-made", file=table.name, item=item, target=roles.target)
        table = leave_sum_out(add_column(table, roles.item_id, item), roles)
        sample = read_sample(table, Findings())
    others = (roles.target, *roles.others)
    crossing = find_crossing(sample, roles.item_id, others)
    if crossing is not None:
        note_crossing(crossing, sample, table.name, findings)
    trade = find_trade(sample, roles.item_id, roles.target, roles.others)
    if trade is not None:
        note_crossing(trade, sample, table.name, findings)
    numbered = find_row_numbers(sample, roles)
    if numbered:
        findings.add("row-numbers-dropped", file=table.name)
        table = drop_columns(table, numbered)
        roles = sort_columns(roles, table.header)
    table = leave_totals_out(table, roles)
    table = table if store is None else store.keep(table)
    items = ItemSample(roles.item_id)
    profile = profile_table(table, roles.timestamp, roles.keys, findings, items=items)
    if profile is None:
        return None
    if sum(profile.timestamps.forms.values()) < _DATED * profile.rows:
        findings.hold_back(["column-collision"])  # no groups can be seen without dates
    some = items.take_out()
    if GROUPS not in settings.columns:
        roles = _infer_groups(profile, some, roles, findings, file=table.name)
        roles = sort_columns(roles, table.header)
    history = _plan_reading(table, profile, roles, settings, findings=findings)
    ids = islice({text.strip() for text in some[roles.item_id].tolist()}, _SOME_ITEMS)
    return None if history is None else replace(history, items=frozenset(ids))


def _infer_groups(
    profile: TableProfile, sample: Rows, roles: Roles, findings: Findings, *, file: str
) -> Roles:
    dated = np.array([bool(text.strip()) for text in sample[roles.timestamp].tolist()])
    sample = sample.take(dated)
    numeric = {name: profile.is_numeric(name) for name in roles.others}
    candidates = order_group_candidates(roles.others, numeric)
    groups = find_groups(sample, roles.item_id, roles.timestamp, candidates)
    if groups:
        evidence = f"without it, {roles.item_id!r} has several rows at one timestamp"
        findings.infer(f"{TIME_SERIES_CONFIG}.{GROUPS}", list(groups), evidence)
    usual = rank_group_names(groups)
    odd = [name for name in groups if name not in usual and not is_key(name)]
    if odd:
        findings.add(
            "group-chosen",
            file=file,
            item=roles.item_id,
            timestamp=roles.timestamp,
            columns=" and ".join(map(repr, odd)),
        )
    return replace(roles, groups=groups)


def _plan_reading(
    table: Table,
    profile: TableProfile,
    roles: Roles,
    settings: Settings,
    *,
    findings: Findings,
) -> HistoryTable | None:
    """Decide how each column is read."""
    file, target = table.name, profile.numbers[roles.target]
    order = settings.preparation.get("DateOrder")
    reading = choose_reading(
        profile.timestamps,
        order,
        findings,
        file=file,
        column=roles.timestamp,
        look=lambda: DateColumn.of(table, roles.timestamp),
    )
    types = choose_types(profile, roles.others, settings, findings, file=file)
    if not target.filled - target.missing:
        findings.add("target-empty", file=file, column=roles.target)
    mark = choose_mark(profile, settings, findings, file=file, column=roles.target)
    if reading is None or mark is None:
        return None
    words = describe_reading(reading, profile.timestamps, order)
    findings.infer("timestamp form", reading.form, words)
    kept = tuple(name for name in roles.others if name not in types.dropped)
    roles = replace(roles, others=kept)
    numbers = {roles.target: mark, **types.numbers}
    plan = ReadPlan(
        keys=roles.keys,
        timestamp=roles.timestamp,
        reading=reading,
        target=roles.target,
        numbers=numbers,
        plain=profile.plain(numbers),
        texts=tuple(types.texts),
        trimmed=frozenset(profile.trimmed),
        placeholders=profile.placeholders(numbers),
    )
    return HistoryTable(table, roles, plan, reading, profile.whole(numbers))
