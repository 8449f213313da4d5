"""What an upload means, joined in the slow and obvious way, and what was made of it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.mutations.draft import GROUP, ITEM, KEYS, TARGET, TIME, Draft, Sheet

# A row of the forecast input: its series, its moment, and its other columns.
InputRow = tuple[Any, ...]
_ROLES = {
    "ItemIdentifierAttributeName": ITEM,
    "TimestampAttributeName": TIME,
    "TargetAttributeName": TARGET,
}


@dataclass(frozen=True)
class Outcome:
    """The forecast input as values, whatever the order of its rows and columns.

    ``roles`` are those of the columns that were taken for item, time and target.
    """

    frequency: str
    horizon: int
    train: Counter[InputRow] = field(default_factory=Counter)
    transform: Counter[InputRow] = field(default_factory=Counter)
    roles: tuple[str, ...] = (ITEM, TIME, TARGET)


def tell_meaning(draft: Draft) -> Outcome:
    """Say what forecast input a draft asks for."""
    history = _records(draft.tts)
    seen = [record for record in history if record[TARGET] is not None]
    moments = [record[TIME] for record in seen]
    last = max((at for at in moments if _is_moment(at)), default=datetime.min)
    others = [name for name in draft.tts.columns if name not in (*KEYS, TIME, TARGET)]
    rows = [*history, *_future_rows(draft, history, others, last)]
    if "RTS" in draft.sheets:
        _join(rows, draft.sheets["RTS"], [*KEYS, TIME])
    if "metadata" in draft.sheets:
        _join(rows, draft.sheets["metadata"], list(KEYS))
    blank = {n for n in others if all(row[n] is None for row in rows)}
    rows = [{n: v for n, v in row.items() if n not in blank} for row in rows]
    past = [r for r in rows if not _is_moment(r[TIME]) or r[TIME] <= last]
    ahead = [r for r in rows if r[TIME] in draft.future and r[TIME] > last]
    return Outcome(
        draft.frequency,
        len(draft.future),
        Counter(map(_freeze, past)),
        Counter(map(_freeze, [*past, *ahead])),
    )


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime)


def _records(sheet: Sheet) -> list[dict[str, Any]]:
    return [
        {name: cell.value for name, cell in zip(sheet.columns, row.cells, strict=True)}
        for row in sheet.rows
        if row.meant
    ]


def _future_rows(
    draft: Draft, history: list[dict[str, Any]], others: list[str], last: datetime
) -> list[dict[str, Any]]:
    """Give each series the moments of RTS.csv that lie ahead of it."""
    if "RTS" not in draft.sheets:
        return []
    related = draft.sheets["RTS"]
    by = [name for name in KEYS if related.has(name)]
    series: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for record in history:
        series.setdefault(_key(record, KEYS), []).append(record)
    ahead: dict[tuple[Any, ...], dict[datetime, None]] = {}
    for record in _records(related):
        if _is_moment(record[TIME]) and record[TIME] > last:
            ahead.setdefault(_key(record, by), {})[record[TIME]] = None
    rows = []
    for own in series.values():
        known = {record[TIME] for record in own}
        kept = {n: own[0][n] for n in others if len({r[n] for r in own}) == 1}
        for moment in ahead.get(_key(own[0], by), {}):
            if moment not in known:
                keys = {name: own[0].get(name) for name in KEYS}
                blank = dict.fromkeys(others)
                rows.append({**keys, **blank, **kept, TIME: moment, TARGET: None})
    return rows


def _key(record: dict[str, Any], names: Any) -> tuple[Any, ...]:
    return tuple(record.get(name) for name in names)


def _join(rows: list[dict[str, Any]], sheet: Sheet, names: list[str]) -> None:
    """Give each row what the first row of a sheet with the same key says."""
    by = [name for name in names if sheet.has(name)]
    added = [name for name in sheet.columns if name not in by]
    known: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in _records(sheet):
        known.setdefault(_key(record, by), record)
    for row in rows:
        match = known.get(_key(row, by), {})
        row.update({name: match.get(name) for name in added})


def _freeze(record: dict[str, Any]) -> InputRow:
    """Make a row comparable; without an item column it is the dataset's one series."""
    others = sorted(set(record) - {*KEYS, TIME, TARGET})
    return (
        record.get(ITEM, "data"),
        record.get(GROUP),
        record[TIME],
        record[TARGET],
        *((name, record[name]) for name in others),
    )


def read_outcome(
    job: dict[str, Any], train: str, transform: str, draft: Draft
) -> Outcome:
    """Read the forecast input back as values.

    Parameters
    ----------
    job
        The TimeSeriesForecastingJobConfig that was made.
    train, transform
        The files' texts.
    draft
        Says which column is what, and which are numbers.
    """
    names: dict[str, str] = {}
    for sheet in draft.sheets.values():
        names.update(zip(sheet.header, sheet.columns, strict=False))
    config = job["TimeSeriesConfig"]
    taken = {config[key]: role for key, role in _ROLES.items()}
    roles = tuple(names.get(name, role) for name, role in taken.items())
    names.update(taken)
    names.update(dict.fromkeys(config.get("GroupingAttributeNames", [])[:1], GROUP))
    return Outcome(
        job["ForecastFrequency"],
        job["ForecastHorizon"],
        _read_rows(train, names, draft),
        _read_rows(transform, names, draft),
        roles,
    )


def _read_rows(text: str, names: dict[str, str], draft: Draft) -> Counter[InputRow]:
    numeric = {TARGET}.union(*(sheet.decimals for sheet in draft.sheets.values()))
    reader = csv.reader(io.StringIO(text))
    header = [names.get(name, name) for name in next(reader)]
    rows: Counter[InputRow] = Counter()
    for record in reader:
        values = {
            name: _read_value(name, cell, name in numeric)
            for name, cell in zip(header, record, strict=True)
        }
        rows[_freeze(values)] += 1
    return rows


def _read_value(name: str, text: str, numeric: bool) -> Any:
    if name == TIME:
        return datetime.fromisoformat(text)
    if not text:
        return None
    return _read_number(text) if numeric else text


def _read_number(text: str) -> float | str:
    """Read what was written as a number; a text that only looks like one stays text."""
    try:
        value = float(text)
    except ValueError:
        return text
    written = (repr(value), str(int(value)) if value == value // 1 else "")
    return round(value, 9) if text in written else text
