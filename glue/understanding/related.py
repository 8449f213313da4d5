"""RTS.csv and metadata.csv: understood by the history's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Findings, list_some
from glue.reading.header import MAX_LONG_COLUMNS, check_count
from glue.reading.kept_rows import RowStore
from glue.reading.numbers import is_number
from glue.reading.odd_dates import DateColumn
from glue.reading.profile import TableProfile, profile_table, read_sample
from glue.reading.tables import Table
from glue.reading.timestamp_choice import choose_reading
from glue.reading.timestamps import shows_order
from glue.reading.typed_rows import ReadPlan
from glue.rows import Rows
from glue.settings.layers import Settings
from glue.understanding.column_names import (
    GROUPS,
    ITEM,
    TARGET,
    TIME,
    WORDS,
    find_column,
    is_usual,
    match_column,
)
from glue.understanding.column_types import choose_types
from glue.understanding.history import HistoryTable
from glue.understanding.moments import tidy_moments
from glue.understanding.roles import Roles, is_moments

# Where the history's dates are so, those of RTS.csv may be too.
UNREADABLE_DATES = frozenset(
    ["timestamp-unreadable", "timestamp-ambiguous", "timestamp-mixed"]
)


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


# So large a share of the values of one column stands in another that is the same.
_SAME = 0.9


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
        remedy=_advise_swap(history.table.name, table.name, named[0]),
        file=f"{history.table.name} or {table.name}",
        role="target",
        columns=list_some([target, *named]),
    )
    return True


def _advise_swap(history: str, related: str, target: str) -> str:
    """Say that two files have each other's names, if that is so."""
    return (
        f"the two files seem to be swapped, as {target!r} stands in {related}: rename "
        f"{related} to {history}, and {history} to {related}"
    )


def advise_swapped(history: str, table: Table, findings: Findings) -> None:
    """Say that files are swapped, where only RTS.csv has a column called as a target.

    It is said of a history whose target is unclear.
    """
    named = [name for name in table.header if is_usual(TARGET, name)]
    if named:
        findings.advise(
            "column-unclear",
            _advise_swap(history, table.name, named[0]),
            about=f"could be the {WORDS[TARGET]}",
        )


def check_dates(
    table: Table, name: str, findings: Findings, *, order: str | None
) -> None:
    """Say whether the dates of RTS.csv cannot be read, as those of TTS.csv cannot."""
    column = match_column(name, table.header)
    if column is None:
        return
    profile = profile_table(table, column, (), Findings())
    if profile is not None:
        choose_reading(
            profile.timestamps,
            order,
            findings,
            file=table.name,
            column=column,
            look=lambda: DateColumn.of(table, column),
        )


def understand_related(
    table: Table,
    history: HistoryTable,
    settings: Settings,
    findings: Findings,
    *,
    store: RowStore | None = None,
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
    store
        Keeps what the pass over the table has read.
    """
    before, roles, file = findings.errors, history.roles, table.name
    check_count(len(table.header), file, findings, MAX_LONG_COLUMNS)
    target = _find_alike(table.header, [roles.target])
    if target:
        findings.add("rts-has-target", file=file, column=target[0])
    named = {TIME: roles.timestamp, ITEM: roles.item_id, GROUPS: list(roles.groups)}
    sample = read_sample(table, findings)
    if not len(sample):
        return None
    table = tidy_moments(table, sample, named, findings)
    shifted = _find_shift(table, sample, roles)
    if shifted is not None:
        _note_shift(table, shifted, roles, findings)
        return None
    is_general = _is_general(table, history)
    needed = (roles.timestamp,) if is_general else (roles.item_id, roles.timestamp)
    guesses = _guess_keys(table, history, needed)
    table = _match_header(table, history.table.name, guesses, roles, findings=findings)
    _check_collisions(
        table, roles.others, history.table.name, findings, first=history.table
    )
    if findings.errors > before:
        return None
    left = [name for name in roles.groups if name not in table.header]
    if is_general:
        findings.add("rts-for-every-item", file=file, item=roles.item_id)
    elif left:
        findings.add("rts-without-groups", file=file, columns=list_some(left))
    keys = _shared_keys(table, roles)
    table = table if store is None else store.keep(table)
    profile = profile_table(table, roles.timestamp, keys, findings)
    if profile is None:
        return None
    order = settings.preparation.get("DateOrder")
    if order is None and not shows_order(profile.timestamps):
        order = history.reading.order
    reading = choose_reading(
        profile.timestamps,
        order,
        findings,
        file=file,
        column=roles.timestamp,
        look=lambda: DateColumn.of(table, roles.timestamp),
    )
    if reading is None:
        return None
    plan = ReadPlan(keys, roles.timestamp, reading)
    return _complete(table, plan, profile, settings, findings=findings)


def _find_shift(table: Table, sample: Rows, roles: Roles) -> list[str] | None:
    """Give the names of a table whose first one is gone; None where none is.

    The moments stand one column right of their name then.
    """
    header = list(table.header)
    time = match_column(roles.timestamp, header)
    if time is None or match_column(roles.item_id, header) or time == header[-1]:
        return None
    at = header.index(time)
    beside = header[at + 1]
    is_moved = is_moments(beside, sample[beside]) and not is_moments(time, sample[time])
    return [roles.item_id, *header[:-1]] if is_moved else None


def _note_shift(
    table: Table, names: Sequence[str], roles: Roles, findings: Findings
) -> None:
    """Say that the names of a table stand one column too far left."""
    last = table.header[-1]
    findings.add(
        "column-missing",
        remedy="the others stand one column too far left, and "
        f"{last!r} at the end is one too many: the names are {','.join(names)}",
        problem=f"the first name in the header of {table.name} is gone, "
        f"{roles.item_id!r} (found {list_some(table.header)})",
        file=table.name,
    )


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
    history: HistoryTable,
    settings: Settings,
    findings: Findings,
    *,
    taken: Sequence[str],
) -> RelatedTable | None:
    """Find out how metadata.csv is to be read; ``taken`` are the columns so far."""
    before, roles = findings.errors, history.roles
    check_count(len(table.header), table.name, findings, MAX_LONG_COLUMNS)
    timestamp = _find_alike(table.header, [roles.timestamp])
    if timestamp:
        findings.add("metadata-with-timestamp", file=table.name, column=timestamp[0])
    guesses = _guess_keys(table, history, (roles.item_id,))
    table = _match_header(table, history.table.name, guesses, roles, findings=findings)
    others = "TTS.csv or RTS.csv"
    _check_collisions(table, [*taken, roles.target], others, findings)
    if findings.errors > before:
        return None
    keys = _shared_keys(table, roles)
    profile = profile_table(table, None, keys, findings)
    if profile is None:
        return None
    plan = ReadPlan(keys, None, None)
    return _complete(table, plan, profile, settings, findings=findings)


def _guess_keys(
    table: Table, history: HistoryTable, needed: Sequence[str]
) -> dict[str, str | None]:
    """Find which column a key that is missing could be, by its content.

    A key that is not missing is its own guess; None where no one column fits.
    """
    missing = [name for name in needed if match_column(name, table.header) is None]
    guesses: dict[str, str | None] = {name: name for name in needed}
    if not missing:
        return guesses
    sample = read_sample(table, Findings())
    for name in missing:
        is_time = name == history.roles.timestamp
        fits = [
            column
            for column in table.header
            if (
                is_moments(column, sample[column])
                if is_time
                else _holds_ids(sample[column], history.items)
            )
        ]
        guesses[name] = fits[0] if len(fits) == 1 else None
    item, time = history.roles.item_id, history.roles.timestamp
    both = item in missing and time in missing
    if both and guesses[item] is None and guesses[time] is not None:
        del guesses[item]  # a calendar or weather, which needs none
    return guesses


def _holds_ids(texts: Array, items: frozenset[str]) -> bool:
    filled = {text.strip() for text in texts.tolist()} - {""}
    return len(filled & items) > 0.5 * len(filled)


def _match_header(
    table: Table,
    history: str,
    needed: Mapping[str, str | None],
    roles: Roles,
    *,
    findings: Findings,
) -> Table:
    """Rename the file's key columns to the history's spelling of them."""
    header, names, file = table.header, {}, table.name
    for name in (*needed, *roles.groups):
        column = match_column(name, header)
        if column is not None:
            find_column(name, header, findings, role="key", file=file)
            names[column] = name
        elif name in needed:
            role = "timestamp" if name == roles.timestamp else "item id"
            what = f"the {role} column of {history}, {name!r}"
            findings.add(
                "column-missing",
                remedy=_advise_order(table, name, needed, roles)
                or _advise_key(name, needed[name], roles),
                problem=f"{file} lacks {what} (found {list_some(header)})",
                file=file,
            )
    return table.rename(names)


def _advise_order(
    table: Table, name: str, guesses: Mapping[str, str | None], roles: Roles
) -> str | None:
    """Say that the names of a header stand one column too far left, if they do."""
    header = list(table.header)
    if name != roles.item_id or guesses[name] != header[0] or len(header) < 3:
        return None
    sample = read_sample(table, Findings())
    time = match_column(roles.timestamp, header)
    at = header.index(time) + 1 if time else len(header)
    if at >= len(header) or not is_moments(header[at], sample[header[at]]):
        return None
    names = list_some(map(repr, (name, *header[:-1])))
    return (
        "the names of its header stand one column too far left: call its columns, from "
        f"the left, {names}, as {header[-1]!r} is left over at the end"
    )


def _advise_key(name: str, guess: str | None, roles: Roles) -> str:
    """Say which column to rename, as it seems to be a key that is missing."""
    if guess is None:
        return f"rename the column that holds it to {name!r}, or add it"
    if guess in (roles.timestamp, roles.item_id):
        return (
            "bring the names of its header into the order of its columns: what "
            f"{name!r} should hold stands under {guess!r}"
        )
    return (
        f"rename its column {guess!r} to {name!r} in the header, as it seems to hold "
        "just that"
    )


def _shared_keys(table: Table, roles: Roles) -> tuple[str, ...]:
    return tuple(name for name in roles.keys if name in table.header)


def _find_alike(header: Sequence[str], names: Iterable[str]) -> list[str]:
    """List the columns that have one of the names, apart from case."""
    folded = {name.casefold() for name in names}
    return [name for name in header if name.casefold() in folded]


def _check_collisions(
    table: Table,
    taken: Sequence[str],
    other: str,
    findings: Findings,
    *,
    first: Table | None = None,
) -> None:
    both = _find_alike(table.header, taken)
    if both:
        findings.add(
            "column-collision",
            count=len(both),
            file=table.name,
            columns=list_some(map(repr, both)),
            other=other,
            remedy=_advise_collision(both[0], table, first) if first else None,
        )


def _advise_collision(name: str, table: Table, history: Table) -> str | None:
    """Say what to do about a column of two files, by what it holds in each."""
    ours, theirs = (_list_values(one, name) for one in (history, table))
    if not ours or not theirs:
        return None
    both = list(set(ours) & set(theirs))
    if not all(map(is_number, (*ours, *theirs))) and both:
        return None  # it may tell series apart
    if len(both) >= _SAME * len(set(ours)):
        return f"it holds the same in both: take {name!r} out of {history.name}"
    return (
        f"row 2 has {ours[0]!r} in {history.name} and {theirs[0]!r} in {table.name}: "
        f"rename one of the two, such as to '{name}_2' in {history.name}, or take it "
        "out there"
    )


def _list_values(table: Table, name: str) -> list[str]:
    column = match_column(name, table.header)
    if column is None:
        return []
    sample = read_sample(table, Findings())
    return [text.strip() for text in sample[column].tolist() if text.strip()]


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
