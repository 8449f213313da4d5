"""The ids in the forecast, held against those that were asked for.

What the model's container reads from its CSV it may write otherwise: ``001`` as ``1``
or ``1.0``, ``NA`` as nothing, another case, a blank at an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

import numpy as np
import pandas as pd

from glue.findings.finding import MAX_EXAMPLES, Example, Findings, list_some
from glue.reporting.histories import Histories
from glue.reporting.history import Key, number_keys
from glue.reporting.raw_output import (
    ForecastUnreadableError,
    Split,
    list_keys,
    part_again,
)
from glue.reporting.tables import Tables
from glue.run_documents import RunSettings

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII)
# What readers of CSV take for a missing value, in lower case.
_NOTHING = {"", "na", "n/a", "nan", "none", "null", "<na>", "#n/a", "nil"}
# Above this share of rows of other series the output is not this run's forecast.
_FOREIGN_SHARE = 0.5


class ForecastForeignError(ForecastUnreadableError):
    """The raw output is a forecast of series that nobody asked for."""


def match_ids(
    split: Split, histories: Histories, settings: RunSettings, findings: Findings
) -> Tables:
    """Write ids as they were asked for, where it is plain which one is meant.

    An id of the output stands for one of the history when both have one normal form,
    and when no other of either side has it.
    """
    foreign: list[Key] = []
    seen = np.zeros(len(histories.keys), dtype=bool)
    for table in split.tables:
        found = list_keys(table, settings)
        numbers = [histories.numbers.get(key, -1) for key in found]
        foreign += [key for key, number in zip(found, numbers) if number < 0]
        seen[[number for number in numbers if number >= 0]] = True
    if not foreign:
        return _part_as_asked(split, settings)
    taken = {histories.keys[number] for number in np.flatnonzero(seen)}
    meant = find_meant(foreign, histories.keys, taken=taken)
    if not meant:
        return _part_as_asked(split, settings)
    findings.add(
        "forecast-ids-respelt",
        count=len(meant),
        examples=[
            Example("forecast.csv", value=f"{', '.join(wanted)} came as {_quote(key)}")
            for key, wanted in islice(meant.items(), MAX_EXAMPLES)
        ],
    )
    return part_again(split, lambda table: _respell(table, meant, settings), settings)


def _part_as_asked(split: Split, settings: RunSettings) -> Tables:
    if split.bounds == split.asked:
        return split.tables
    return part_again(split, lambda table: table, settings)


def _respell(
    table: pd.DataFrame, meant: dict[Key, Key], settings: RunSettings
) -> pd.DataFrame:
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    new = [meant.get(key, key) for key in found]
    columns = {
        name: np.array([key[at] for key in new], dtype=object)[codes]
        for at, name in enumerate(settings.keys)
    }
    return table.assign(**columns)


def find_meant(
    foreign: Iterable[Key], asked: Iterable[Key], *, taken: set[Key]
) -> dict[Key, Key]:
    """Find which id each foreign one stands for; those that are unclear are left out.

    Parameters
    ----------
    taken
        The ids that the output has as they were asked for, among others.
    """
    by_form = _group(asked)
    meant = {}
    for form, keys in _group(foreign).items():
        wanted = by_form.get(form, [])
        if len(keys) == len(wanted) == 1 and wanted[0] not in taken:
            meant[keys[0]] = wanted[0]
    return meant


def _group(keys: Iterable[Key]) -> dict[Key, list[Key]]:
    groups: dict[Key, list[Key]] = {}
    for key in keys:
        groups.setdefault(tuple(map(normalise, key)), []).append(key)
    return groups


def normalise(text: str) -> str:
    """Give what is left of an id when it is read as a value and written again."""
    plain = " ".join(str(text).split()).casefold()
    if plain in _NOTHING:
        return ""
    if _NUMBER.fullmatch(plain):
        number = format(Decimal(plain).normalize(), "f")
        return "0" if number == "-0" else number
    return plain


def refuse_foreign(tables: Tables, histories: Histories, settings: RunSettings) -> None:
    """Refuse a forecast most of whose rows are of series that were not asked for.

    Raises
    ------
    ForecastForeignError
        With what was found and what was wanted.
    """
    foreign = sum(_count_foreign(table, histories, settings) for table in tables)
    if foreign <= _FOREIGN_SHARE * tables.rows:
        return
    found = {key for table in tables for key in list_keys(table, settings)}
    strange = [_quote(key) for key in sorted(found) if key not in histories.numbers]
    wanted = [_quote(key) for key in histories.keys if key not in found]
    raise ForecastForeignError(
        f"the model returned ids that were not asked for in {foreign:,} of "
        f"{tables.rows:,} rows (found {list_some(strange)}; needs "
        f"{list_some(wanted)}); the raw output is kept beside forecast.csv; choose ids "
        "that no reader of CSV takes for numbers, such as 'id-001', and upload again"
    )


def _count_foreign(
    table: pd.DataFrame, histories: Histories, settings: RunSettings
) -> int:
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    ours = np.array([key in histories.numbers for key in found], dtype=bool)
    return int((~ours[codes]).sum())


def _quote(key: Key) -> str:
    return repr(", ".join(map(str, key)))
