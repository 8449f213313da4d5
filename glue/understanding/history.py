"""What a history table is: its roles, its columns' types, how it is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from glue.findings.finding import Finding, has_errors, list_some, make_finding
from glue.reading.csv_file import CsvFile
from glue.reading.numbers import NumberEvidence, find_decimal_mark
from glue.reading.profile import TableProfile, profile_table, read_sample
from glue.reading.timestamp_choice import choose_reading
from glue.reading.typed_rows import ReadPlan
from glue.settings.layers import Settings
from glue.understanding.roles import (
    GROUPS,
    ITEM,
    TARGET,
    TIME,
    Roles,
    find_groups,
    find_roles,
    find_wide_columns,
    match_column,
    missing_column,
    order_group_candidates,
    renamed_column,
)


@dataclass(frozen=True)
class Inferred:
    """Something that no settings gave: its key, its value, and why."""

    key: str
    value: Any
    evidence: str


@dataclass
class Understanding:
    """How a table is to be read, and everything noticed on the way."""

    roles: Roles | None = None
    plan: ReadPlan | None = None
    whole: frozenset[str] = frozenset()
    rows: int = 0
    lost_rows: bool = False
    inferred: list[Inferred] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


_CONFIG = "TimeSeriesForecastingJobConfig.TimeSeriesConfig"


def understand_history(table: CsvFile, settings: Settings) -> Understanding:
    """Find the roles of the columns, then pass over the table once."""
    known = Understanding()
    sample = read_sample(table)
    if not len(sample[table.header[0]]):
        what = f"{table.name} has a header and no rows"
        known.findings.append(make_finding("csv-no-rows", what))
        return known
    wide = find_wide_columns(table.header)
    if wide:
        what = f"{table.name} has a column for each date (found {list_some(wide, 3)})"
        known.findings.append(make_finding("table-wide", what))
        return known
    search = find_roles(table.header, sample, settings.columns, table.name)
    known.findings += search.findings
    groups = _configured_groups(table, settings, known)
    if len(search.found) < 3 or has_errors(known.findings):
        return known
    for role in (ITEM, TIME, TARGET):
        if role not in settings.columns:
            evidence = search.evidence[role]
            known.inferred.append(
                Inferred(f"{_CONFIG}.{role}", search.found[role], evidence)
            )
    roles = Roles(search.found[ITEM], search.found[TIME], search.found[TARGET])
    free = GROUPS not in settings.columns
    keys = (roles.item_id, *groups)
    profile = profile_table(table, roles.timestamp, keys, with_items=free)
    known.rows, known.lost_rows = profile.rows, bool(profile.bad_rows.count)
    known.findings += profile_findings(profile, table)
    if not profile.rows:
        return known
    if free:
        groups = _infer_groups(profile, table, roles, known)
    roles = _with_groups(table, roles, groups)
    _complete(known, table, profile, settings=settings, roles=roles)
    return known


def _with_groups(table: CsvFile, roles: Roles, groups: Sequence[str]) -> Roles:
    taken = (roles.item_id, roles.timestamp, roles.target, *groups)
    others = tuple(name for name in table.header if name not in taken)
    return Roles(roles.item_id, roles.timestamp, roles.target, tuple(groups), others)


def _configured_groups(
    table: CsvFile, settings: Settings, known: Understanding
) -> list[str]:
    groups = []
    for name in settings.columns.get(GROUPS, []):
        column = match_column(name, table.header)
        if column is None:
            known.findings.append(
                missing_column(name, table.header, "grouping", table.name)
            )
            continue
        if column != name:
            known.findings.append(renamed_column(name, column, table.name))
        groups.append(column)
    return groups


def _infer_groups(
    profile: TableProfile, table: CsvFile, roles: Roles, known: Understanding
) -> list[str]:
    items = profile.items
    assert items is not None
    others = [name for name in profile.numbers if name != roles.target]
    numeric = {name: profile.is_numeric(name) for name in others}
    candidates = order_group_candidates(others, numeric)
    groups = find_groups(
        items.column(roles.item_id),
        items.column(roles.timestamp),
        {name: items.column(name) for name in candidates},
    )
    if groups:
        evidence = f"without it, {roles.item_id!r} has several rows at one timestamp"
        known.inferred.append(Inferred(f"{_CONFIG}.{GROUPS}", list(groups), evidence))
    return list(groups)


def profile_findings(profile: TableProfile, table: CsvFile) -> list[Finding]:
    """Say what a pass over a table noticed about its rows."""
    findings = []
    if not profile.rows and not profile.bad_rows.count:
        what = f"{table.name} has a header and no rows"
        findings.append(make_finding("csv-no-rows", what))
    if profile.bad_rows.count:
        count, width = profile.bad_rows.count, len(table.header)
        what = f"{count} row(s) of {table.name} do not have the header's {width} fields"
        findings.append(profile.bad_rows.as_finding("csv-row-width", what))
    if profile.trims.count:
        columns = list_some(sorted(profile.trimmed))
        what = (
            f"{profile.trims.count} value(s) of {table.name} had white space at "
            f"their ends (in {columns})"
        )
        findings.append(profile.trims.as_finding("spaces-trimmed", what))
    return findings


def _complete(
    known: Understanding,
    table: CsvFile,
    profile: TableProfile,
    *,
    settings: Settings,
    roles: Roles,
) -> None:
    """Decide how each column is read."""
    reading, words, findings = choose_reading(
        profile.timestamps,
        settings.preparation.get("DateOrder"),
        table.name,
        roles.timestamp,
    )
    known.findings += findings
    types = choose_types(table, profile, settings, roles.others)
    known.findings += types.findings
    target = profile.numbers[roles.target]
    if not target.filled - target.missing:
        what = f"{table.name}'s column {roles.target!r} holds no value"
        known.findings.append(make_finding("target-empty", what))
    mark = choose_mark(table, roles.target, target, settings)
    known.findings += mark.findings
    if reading is None or mark.value is None:
        return
    dropped = types.dropped
    known.roles = Roles(
        roles.item_id,
        roles.timestamp,
        roles.target,
        roles.groups,
        tuple(name for name in roles.others if name not in dropped),
    )
    numbers = {roles.target: mark.value, **types.numbers}
    known.whole = frozenset(
        name for name in numbers if not profile.numbers[name].fractional
    )
    known.plan = ReadPlan(
        keys=known.roles.keys,
        timestamp=roles.timestamp,
        reading=reading,
        target=roles.target,
        numbers=numbers,
        plain=frozenset(n for n in numbers if profile.numbers[n].is_all_plain),
        texts=tuple(types.texts),
        trimmed=frozenset(profile.trimmed),
    )
    known.inferred.append(Inferred("timestamp form", reading.form, words))


@dataclass
class Mark:
    """The decimal mark of a column; None when it is unclear."""

    value: str | None
    findings: list[Finding] = field(default_factory=list)


def choose_mark(
    table: CsvFile, column: str, evidence: NumberEvidence, settings: Settings
) -> Mark:
    """Choose the decimal mark of a numeric column."""
    value = settings.preparation.get("DecimalMark") or find_decimal_mark(evidence)
    if value is None:
        what = f"{table.name}'s column {column!r} has numbers like 1,234"
        return Mark(None, [make_finding("decimal-ambiguous", what)])
    odd = evidence.comma + evidence.dotted
    if not odd:
        return Mark(value)
    what = f"{odd} number(s) in {table.name}'s column {column!r} were rewritten"
    what += f" (the decimal mark is {value!r})"
    return Mark(value, [make_finding("number-marks", what, count=odd)])


@dataclass
class Types:
    """Which columns are numbers, which are texts, and which are left out."""

    numbers: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def choose_types(
    table: CsvFile, profile: TableProfile, settings: Settings, columns: Sequence[str]
) -> Types:
    """Choose the type of each column that is neither key, timestamp nor target."""
    types = Types()
    wanted = settings.preparation.get("ColumnTypes", {})
    unwanted = settings.preparation.get("DropColumns", [])
    for name in columns:
        evidence = profile.numbers[name]
        if name in unwanted:
            types.dropped.add(name)
        elif not evidence.filled and name not in wanted:
            types.dropped.add(name)
            what = f"{table.name}'s column {name!r} holds no value"
            types.findings.append(make_finding("column-empty", what))
        elif wanted.get(name, "number" if evidence.is_numeric else "text") == "text":
            types.texts.append(name)
            types.findings += _check_mixed(table, name, evidence, name in wanted)
        else:
            mark = choose_mark(table, name, evidence, settings)
            types.findings += mark.findings
            types.numbers[name] = mark.value or "."
    return types


def _check_mixed(
    table: CsvFile, name: str, evidence: NumberEvidence, wanted: bool
) -> list[Finding]:
    if wanted or not 0.5 <= evidence.numeric_share < 1.0:
        return []
    what = (
        f"{table.name}'s column {name!r} was taken as text "
        f"({evidence.numeric_share:.0%} of its values are numbers)"
    )
    return [make_finding("covariate-mixed", what)]
