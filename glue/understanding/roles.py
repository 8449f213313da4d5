"""Which column is what: taken from the settings, else from names and content."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from glue.findings.finding import Finding, list_some, make_finding, shorten
from glue.reading.numbers import NumberEvidence
from glue.reading.timestamps import TimestampEvidence

Array = Any  # numpy's generic arrays are not worth their types at version 1.22

ITEM, TIME, TARGET = (
    "ItemIdentifierAttributeName",
    "TimestampAttributeName",
    "TargetAttributeName",
)
GROUPS = "GroupingAttributeNames"
WORDS = {ITEM: "item id", TIME: "timestamp", TARGET: "target"}
# Names by which people call these columns, the clearest first.
_NAMES: dict[str, tuple[str, ...]] = {
    ITEM: (
        "itemid",
        "item",
        "seriesid",
        "series",
        "uniqueid",
        "tsid",
        "timeseriesid",
        "productid",
        "productcode",
        "product",
        "sku",
        "skuid",
        "articleid",
        "article",
        "materialid",
        "material",
        "partid",
        "part",
        "meterid",
        "sensorid",
        "assetid",
        "storeid",
        "key",
        "id",
        "code",
        "name",
    ),
    TIME: (
        "timestamp",
        "date",
        "datetime",
        "time",
        "ds",
        "day",
        "week",
        "month",
        "year",
        "period",
        "orderdate",
        "salesdate",
        "saledate",
        "invoicedate",
        "datum",
        "fecha",
    ),
    TARGET: (
        "targetvalue",
        "target",
        "y",
        "value",
        "values",
        "sales",
        "unitsales",
        "salesqty",
        "demand",
        "quantity",
        "qty",
        "units",
        "unitssold",
        "amount",
        "volume",
        "consumption",
        "load",
        "count",
        "total",
        "revenue",
        "traffic",
        "orders",
        "usage",
        "turnover",
    ),
}
_GROUP_NAMES = (
    "locationcode",
    "location",
    "locationid",
    "store",
    "storeid",
    "shop",
    "site",
    "region",
    "market",
    "channel",
    "warehouse",
    "country",
    "state",
    "city",
    "branch",
    "department",
    "customer",
    "segment",
    "group",
)
MAX_GROUPS = 5


@dataclass(frozen=True)
class Roles:
    """The columns of the history table by what they are."""

    item_id: str
    timestamp: str
    target: str
    groups: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a series."""
        return (self.item_id, *self.groups)


@dataclass
class RoleSearch:
    """The roles found so far, the evidence for each, and what went wrong."""

    found: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def simplify(name: str) -> str:
    """Reduce a column's name to what its spellings have in common."""
    return re.sub(r"[\W_]+", "", name).casefold()


def match_column(name: str, header: Sequence[str]) -> str | None:
    """Find a column by its name, else by its one other spelling."""
    if name in header:
        return name
    alike = [one for one in header if simplify(one) == simplify(name)]
    return alike[0] if len(alike) == 1 else None


def find_wide_columns(header: Sequence[str]) -> list[str]:
    """List the columns whose names are dates, when there are several."""
    dates = [name for name in header if _date_share([name], named=True) == 1.0]
    return dates if len(dates) > 1 else []


def missing_column(name: str, header: Sequence[str], role: str, file: str) -> Finding:
    """Say that the settings name a column that the file has not."""
    near = difflib.get_close_matches(name, header, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    what = (
        f"{file} has no {role} column {shorten(name)!r} "
        f"(found {list_some(header)}{hint})"
    )
    remedy = "add the column, or name the right one in TimeSeriesConfig of the settings"
    return make_finding("column-missing", what, remedy=remedy)


def renamed_column(name: str, column: str, file: str) -> Finding:
    """Say that a column was found under another spelling of its name."""
    what = f"{file} has {column!r} where {shorten(name)!r} was asked for"
    return make_finding("column-spelling", what)


def find_roles(
    header: Sequence[str],
    sample: Mapping[str, Array],
    configured: Mapping[str, Any],
    file: str,
) -> RoleSearch:
    """Find item id, timestamp and target.

    Parameters
    ----------
    header
        The column names of the file.
    sample
        Some rows as text, by column.
    configured
        The TimeSeriesConfig of the settings; what it names is taken as named.
    file
        The file's name, for the messages.
    """
    search = RoleSearch()
    for role in (TIME, ITEM, TARGET):
        if role in configured:
            name = configured[role]
            _take_configured(search, role, header, name=name, file=file)
    grouping = {
        match_column(name, header) for name in configured.get(GROUPS) or [] if name
    }
    taken = {*search.found.values(), *grouping}
    for role in (TIME, TARGET, ITEM):
        if role not in search.found and role not in configured:
            free = [name for name in header if name not in taken]
            _infer(search, role, {name: sample[name] for name in free}, file)
            taken.add(search.found.get(role))
    repeated = [name for name in search.found.values() if name in grouping]
    if len(set(search.found.values())) < len(search.found) or repeated:
        what = f"one column of {file} is named for two roles"
        search.findings.append(make_finding("column-two-roles", what))
    return search


def _take_configured(
    search: RoleSearch, role: str, header: Sequence[str], *, name: str, file: str
) -> None:
    column = match_column(name, header)
    if column is None:
        search.findings.append(missing_column(name, header, WORDS[role], file))
        return
    if column != name:
        search.findings.append(renamed_column(name, column, file))
    search.found[role] = column
    search.evidence[role] = "named in the settings"


def _infer(
    search: RoleSearch, role: str, sample: Mapping[str, Array], file: str
) -> None:
    able = [name for name, texts in sample.items() if _is_able(role, name, texts)]
    named = sorted(able, key=lambda name: _rank(role, name))
    if named and _rank(role, named[0]) < len(_NAMES[role]):
        search.found[role] = named[0]
        search.evidence[role] = "its name and its content"
    elif len(able) == 1:
        search.found[role] = able[0]
        search.evidence[role] = "the only column whose content fits"
    elif able:
        what = (
            f"{file} has more than one column that could be the {WORDS[role]} "
            f"(found {list_some(able)})"
        )
        remedy = (
            f"call it {_DEFAULT_NAMES[role]!r}, or name it as {role} in the "
            "TimeSeriesConfig of config.json"
        )
        search.findings.append(make_finding("column-unclear", what, remedy=remedy))
    else:
        search.findings.append(_nothing_fits(role, sample, file))


_DEFAULT_NAMES = {ITEM: "item_id", TIME: "timestamp", TARGET: "target_value"}
_NEEDS = {
    ITEM: "a column that names the series, such as 'item_id'",
    TIME: "a column of dates, such as 'timestamp'",
    TARGET: "a column of numbers, such as 'target_value'",
}


def _nothing_fits(role: str, sample: Mapping[str, Array], file: str) -> Finding:
    named = sorted(sample, key=lambda name: _rank(role, name))
    if named and _rank(role, named[0]) < 4:
        texts = [text for text in sample[named[0]].tolist() if text.strip()]
        example = f", such as {shorten(texts[0])!r}" if texts else ""
        what = f"{file}'s column {named[0]!r} does not hold what a {WORDS[role]} needs"
        what += f" (needs {_NEEDS[role]}{example and '; found'}{example[1:]})"
        return make_finding("column-missing", what)
    what = f"{file} has no {WORDS[role]} column (needs {_NEEDS[role]}"
    what += f"; left are {list_some(sample)})" if sample else ")"
    return make_finding("column-missing", what)


def _rank(role: str, name: str) -> int:
    names = _NAMES[role]
    plain = simplify(name)
    return names.index(plain) if plain in names else len(names)


def _is_able(role: str, name: str, texts: Array) -> bool:
    """Say whether a column's content can play a role."""
    filled = [text.strip() for text in texts.tolist() if text.strip()]
    if role == ITEM:
        return bool(filled) and not _looks_continuous(filled)
    if not filled:
        return False
    if role == TARGET:
        return _numeric_share(filled) >= 0.9
    return _date_share(filled, named=_rank(TIME, name) < len(_NAMES[TIME])) >= 0.9


def _numeric_share(filled: list[str]) -> float:
    evidence = NumberEvidence()
    for text in filled:
        evidence.add_text(text)
    return evidence.numeric_share


def _looks_continuous(filled: list[str]) -> bool:
    """Recognise measurements: numbers with a fraction."""
    fractions = sum(re.fullmatch(r"-?\d+[.,]\d+", text) is not None for text in filled)
    return fractions > 0.5 * len(filled)


# Plain digits, and digits with a dot, are dates only where the name says so.
_NEED_A_NAME = ("yyyymmdd", "year", "month/year", "year-month")


def _date_share(filled: list[str], *, named: bool) -> float:
    evidence = TimestampEvidence()
    evidence.add(filled)
    good = sum(evidence.forms.values()) - evidence.forms["unknown"]
    if not named:
        good -= sum(evidence.forms[form] for form in _NEED_A_NAME)
    return good / len(filled)


def order_group_candidates(
    others: Iterable[str], numeric: Mapping[str, bool]
) -> list[str]:
    """List the columns that could tell series of one item apart, likeliest first.

    Parameters
    ----------
    others
        Columns that are neither key nor target.
    numeric
        Whether a column holds numbers; those need a name that says "place".
    """
    names = list(others)
    named = [name for name in names if simplify(name) in _GROUP_NAMES]
    named.sort(key=lambda name: _GROUP_NAMES.index(simplify(name)))
    return named + [name for name in names if name not in named and not numeric[name]]


def find_groups(
    series: Array, timestamps: Array, candidates: Mapping[str, Array]
) -> tuple[str, ...]:
    """Find the columns without which an item has two values at one moment.

    Parameters
    ----------
    series, timestamps
        Item ids and timestamps as text, of whole items, [n].
    candidates
        The columns that could be groups, likeliest first, each [n].

    Returns
    -------
    tuple of str
        Empty when an item has one value at each moment, or when no column
        explains that it has several.
    """
    moments = factorize([series, timestamps])
    before = len(moments) - len(np.unique(moments))
    chosen: list[str] = []
    repeats, rows = before, len(moments)
    for name, values in candidates.items():
        if not repeats or len(chosen) == MAX_GROUPS:
            break
        now = factorize([moments, values])
        left = rows - len(np.unique(now))
        if left < 0.9 * repeats:
            chosen.append(name)
            moments, repeats = now, left
    if not chosen or repeats > 0.05 * rows:
        return ()
    wholes = factorize([series, *(candidates[name] for name in chosen)])
    grouped = len(np.unique(wholes)) <= rows / 3  # else a row's number, not a group
    return tuple(chosen) if grouped else ()


def factorize(columns: Sequence[Array], *, sort: bool = False) -> Array:
    """Number the distinct rows of some columns; in their order when sorted."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        inner, uniques = pd.factorize(column, sort=sort)
        wide = codes * max(len(uniques), 1) + inner
        codes = pd.factorize(wide, sort=sort)[0].astype(np.int64)
    return codes
