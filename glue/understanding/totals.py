"""Rows that sum up others: recognised by their words, and left out."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from glue.arrays import as_texts
from glue.findings.finding import Findings, Tallies
from glue.reading.numbers import parse_numbers
from glue.reading.tables import Table
from glue.reading.views import View
from glue.rows import Rows
from glue.understanding.roles import Roles

_WORDS = frozenset(
    [
        *("total", "totals", "subtotal", "subtotals", "sum", "result", "results"),
        *("summe", "gesamt", "gesamtergebnis", "gesamtsumme", "ergebnis"),
        *("zwischensumme", "insgesamt", "somme", "totale", "totali", "somma"),
        *("suma", "summa", "totaal", "soma", "all", "alle"),
    ]
)
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=16_384)
def is_total(text: str) -> bool:
    """Say whether a text names a sum of others."""
    text = text.strip()
    if len(text) > 100 or not _LETTER.search(text):
        return text.startswith("* ") and len(text) <= 100
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return text.startswith("* ") or not _WORDS.isdisjoint(words)


def leave_sum_out(table: Table, roles: Roles) -> Table:
    """Leave out the last row of one series if it has no moment and sums up the others.

    Reports end so. Any other row without a moment stays, and is refused.
    """
    sums = dict.fromkeys(".,", 0.0)
    numbers: list[int] = []
    for rows in table.chunks(Findings(), Tallies()):
        blank = np.array([not t.strip() for t in rows[roles.timestamp].tolist()])
        numbers += rows.numbers[blank].tolist()
        texts = as_texts(text.strip() for text in rows[roles.target].tolist())
        for mark in sums:
            values, bad = parse_numbers(texts, mark)
            last = np.nansum(values[blank & ~bad])
            sums[mark] += float(np.nansum(values[~blank & ~bad]) - last)
    close = any(abs(left) < 0.005 for left in sums.values())
    return _drop_row(table, numbers[0], roles) if len(numbers) == 1 and close else table


def _drop_row(table: Table, number: int, roles: Roles) -> Table:
    def change(rows: Rows, tallies: Tallies) -> Rows:
        mask = rows.numbers == number
        if mask.any():
            examples = rows.first_texts(mask, table.name, roles.target)
            done = "it was left out"
            tallies.add("total-rows", examples, count=1, file=table.name, done=done)
        return rows.take(~mask)

    return View(table, table.header, change)


def leave_totals_out(table: Table, roles: Roles) -> Table:
    """Leave out the rows without a moment whose id, or moment, names a total."""
    named = [roles.timestamp, *roles.keys]

    def change(rows: Rows, tallies: Tallies) -> Rows:
        codes, uniques = rows.factorize(roles.timestamp)
        blank = np.array([not text.strip() for text in uniques.tolist()])
        named_so = np.array([is_total(text) for text in uniques.tolist()])
        if not (blank | named_so).any():
            return rows
        suspect, blank = (blank | named_so)[codes], blank[codes]
        totals = np.zeros(len(rows), dtype=bool)
        for at in np.flatnonzero(suspect).tolist():
            totals[at] = any(is_total(str(rows[name][at])) for name in named)
        if totals.any():
            examples = [
                *rows.first_texts(totals, table.name, roles.item_id),
                *rows.first_texts(totals & ~blank, table.name, roles.timestamp),
            ]
            count = int(totals.sum())
            done = "they were left out"
            tallies.add("total-rows", examples, count=count, file=table.name, done=done)
        return rows.take(~totals)

    return View(table, table.header, change)
