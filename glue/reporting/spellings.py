"""The ids in the forecast, held against those that were asked for.

What the model's container reads from its CSV it may write otherwise: ``001`` as ``1``
or ``1.0``, ``NA`` as nothing, another case, a blank at an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from glue.findings.finding import Example, Findings, list_some
from glue.reporting.history import History, Key, number_keys
from glue.reporting.raw_output import ForecastUnreadableError, sort_forecast
from glue.run_documents import RunSettings

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII)
# What readers of CSV take for a missing value, in lower case.
_NOTHING = {"", "na", "n/a", "nan", "none", "null", "<na>", "#n/a", "nil"}
# Above this share of rows of other series the output is not this run's forecast.
_FOREIGN_SHARE = 0.5


class ForecastForeignError(ForecastUnreadableError):
    """The raw output is a forecast of series that nobody asked for."""


def match_ids(
    table: pd.DataFrame, history: History, settings: RunSettings, findings: Findings
) -> pd.DataFrame:
    """Write ids as they were asked for, where it is plain which one is meant.

    An id of the output stands for one of the history when both have one normal form,
    and when no other of either side has it.
    """
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    foreign = [key for key in found if key not in history.numbers]
    meant = find_meant(foreign, history.keys, taken=set(found)) if foreign else {}
    if not meant:
        return table
    findings.add(
        "forecast-ids-respelt",
        count=len(meant),
        examples=[
            Example("forecast.csv", value=f"{', '.join(wanted)} came as {_quote(key)}")
            for key, wanted in meant.items()
        ],
    )
    new = [meant.get(key, key) for key in found]
    columns = {
        name: np.array([key[at] for key in new], dtype=object)[codes]
        for at, name in enumerate(settings.keys)
    }
    return sort_forecast(table.assign(**columns), settings)


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


def refuse_foreign(
    table: pd.DataFrame, history: History, settings: RunSettings
) -> None:
    """Refuse a forecast most of whose rows are of series that were not asked for.

    Raises
    ------
    ForecastForeignError
        With what was found and what was wanted.
    """
    found: dict[Key, int] = {}
    codes = number_keys(table, settings.keys, found)
    ours = np.array([key in history.numbers for key in found], dtype=bool)
    foreign = int((~ours[codes]).sum())
    if foreign <= _FOREIGN_SHARE * len(table):
        return
    strange = [_quote(key) for key in found if key not in history.numbers]
    wanted = [_quote(key) for key in history.keys if key not in found]
    raise ForecastForeignError(
        f"the model returned ids that were not asked for in {foreign:,} of "
        f"{len(table):,} rows (found {list_some(strange)}; needs {list_some(wanted)}); "
        "the raw output is kept beside forecast.csv; choose ids that no reader of CSV "
        "takes for numbers, such as 'id-001', and upload again"
    )


def _quote(key: Key) -> str:
    return repr(", ".join(map(str, key)))
