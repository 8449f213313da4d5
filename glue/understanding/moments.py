"""Moments that stand in two columns, in numbers, or as a beginning and an end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts
from glue.findings.finding import Example, Findings, Tallies, list_some
from glue.reading.clocks import (
    Joining,
    find_clock,
    find_parts,
    is_begin,
    is_end,
)
from glue.reading.serials import find_count, is_counted_name
from glue.reading.tables import Table
from glue.reading.timestamps import (
    Reading,
    TimestampEvidence,
    find_order,
    is_moment,
    parse_timestamp,
    share_moments,
)
from glue.reading.views import View, drop_columns
from glue.rows import Rows
from glue.understanding.column_names import (
    GROUPS,
    ITEM,
    TARGET,
    TIME,
    is_time_name,
    is_usual,
    match_column,
    rank_group_names,
)

# Further blanks are stripped from the sides: one that repeats would be tried anew
# from each of them.
_INTERVAL = re.compile(r"\s(?:-|\u2013|\u2014|to|bis|until|/)\s|/(?=\d{4}-)")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*\(?[A-Z]{3,4}\)?)?")
_MOST = 0.95


@dataclass(frozen=True)
class _Sampled:
    """A table with its first rows as text."""

    table: Table
    sample: Rows
    _filled: dict[str, list[str]] = field(default_factory=dict, init=False)

    def apply(self, view: View) -> _Sampled:
        """Change both alike."""
        return _Sampled(view, view.change(self.sample, Tallies()))

    def filled(self, name: str) -> list[str]:
        """Give the texts of a column that are not blank."""
        if name not in self._filled:
            stripped = map(str.strip, self.sample[name].tolist())
            self._filled[name] = list(filter(None, stripped))
        return self._filled[name]

    def change(self, name: str, change: Callable[[str], str]) -> _Sampled:
        """Write the texts of one column otherwise."""

        def rewrite(rows: Rows, _: Tallies) -> Rows:
            known = {text: change(text.strip()) for text in set(rows[name].tolist())}
            texts = as_texts(known[text] for text in rows[name].tolist())
            return rows.with_columns({name: texts})

        return self.apply(View(self.table, self.table.header, rewrite))

    def first(self, name: str) -> tuple[int, str]:
        """Give the first text of a column that is not blank, with its row."""
        texts = self.sample[name].tolist()
        at = next(n for n, text in enumerate(texts) if text.strip())
        return int(self.sample.numbers[at]), texts[at].strip()

    def is_time(self, name: str) -> bool:
        """Say whether a column holds moments, as it is."""
        return share_moments(self.filled(name), named=is_time_name(name)) >= 0.9

    def times(self) -> list[str]:
        """List the columns that hold moments."""
        return [name for name in self.table.header if self.is_time(name)]


def tidy_moments(
    table: Table, sample: Rows, configured: Mapping[str, Any], findings: Findings
) -> Table:
    """Bring the moments of a table into one column of texts, and say how.

    Parameters
    ----------
    table
        The file.
    sample
        Its first rows.
    configured
        The TimeSeriesConfig of the settings, whose timestamp column is kept.
    findings
        Takes what was understood.
    """
    wanted = match_column(str(configured.get(TIME, "")), list(table.header))
    tidy = _Tidy(_Sampled(table, sample), configured, wanted, findings)
    tidy.take_beginnings()
    tidy.read_counts()
    tidy.drop_ends()
    tidy.join_columns()
    return tidy.now.table


@dataclass
class _Tidy:
    """Tidies the moments of one table, a step at a time; ``wanted`` is set by name."""

    now: _Sampled
    configured: Mapping[str, Any]
    wanted: str | None
    findings: Findings

    @property
    def file(self) -> str:
        """The file's name, for the messages."""
        return self.now.table.name

    def _suspects(self) -> list[str]:
        """List the columns that may hold moments, where none does as it is."""
        if self.wanted is not None:
            return [] if self.now.is_time(self.wanted) else [self.wanted]
        return [] if self.now.times() else list(self.now.table.header)

    def take_beginnings(self) -> None:
        """Take the beginnings of intervals that stand in one cell."""
        for name in self._suspects():
            texts = self.now.filled(name)
            good = sum(map(_is_interval, texts))
            if texts and good >= _MOST * len(texts):
                row, text = self.now.first(name)
                self.findings.add(
                    "timestamp-interval",
                    examples=[Example(self.file, row, name, text)],
                    file=self.file,
                    column=name,
                    what="holds intervals",
                )
                self.now = self.now.change(name, _take_beginning)

    def read_counts(self) -> None:
        """Read days since 1899 and seconds since 1970, where the name says moment."""
        for name in self._suspects():
            count = find_count(self.now.filled(name))
            if count is None or not is_counted_name(name, count):
                continue
            row, text = self.now.first(name)
            shown = f"{text} is {count.write(text)}"
            self.findings.add(
                "timestamp-number",
                examples=[Example(self.file, row, name, shown)],
                file=self.file,
                column=name,
                what=count.words,
            )
            self.now = self.now.change(name, count.write)

    def drop_ends(self) -> None:
        """Leave out the column of ends beside one of beginnings."""
        times = self.now.times()
        begins = [name for name in times if is_begin(name)]
        ends = [name for name in times if is_end(name) and name != self.wanted]
        if (
            len(begins) != 1
            or len(ends) != 1
            or not self._is_length(begins[0], ends[0])
        ):
            return
        row, text = self.now.first(ends[0])
        self.findings.add(
            "timestamp-interval",
            examples=[Example(self.file, row, ends[0], text)],
            file=self.file,
            column=begins[0],
            what=f"has its ends in the column {ends[0]!r}",
        )
        self.now = self.now.apply(drop_columns(self.now.table, ends))

    def _is_length(self, begin: str, end: str) -> bool:
        """Say whether two columns are always about as far apart."""
        both = [self._read(name) for name in (begin, end)]
        good = [b - a for a, b in zip(*both) if a is not None and b is not None]
        if len(good) < 0.9 * len(both[0]) or not good:
            return False
        usual = Counter(good).most_common(1)[0][0]
        near = sum(0.85 * usual <= length <= 1.15 * usual for length in good)
        return bool(usual >= 0 and near >= 0.9 * len(good))

    def _read(self, name: str) -> list[int | None]:
        evidence = TimestampEvidence()
        evidence.add(self.now.filled(name))
        form = evidence.forms.most_common(1)[0][0]
        if form == "unknown":
            return []
        reading = Reading(form, find_order(evidence) or "day-first")
        texts = self.now.sample[name].tolist()
        return [parse_timestamp(text.strip(), reading) for text in texts]

    def join_columns(self) -> None:
        """Join a date and its time of day, or a year and its month, where needed."""
        joining = self._find_joining()
        if joining is None:
            return
        first, *others = joining.columns
        if not self._is_needed(first, others, joining.dropped):
            return
        view = _join(self.now.table, joining)
        joined = self.now.apply(view)
        self.findings.add(
            "timestamp-two-columns",
            examples=_show(self.now, joined, joining),
            file=self.file,
            columns=list_some(joining.columns),
        )
        self.now = joined

    def _find_joining(self) -> Joining | None:
        header = list(self.now.table.header)
        texts = {name: self.now.filled(name) for name in header}
        if self.wanted is not None and self._has_clock(self.wanted):
            return None
        years = [n for n in header if self._is_year(n)]
        dates = [
            n
            for n in self.now.times()
            if n not in years and not self._has_clock(n) and n in (self.wanted or n)
        ]
        if len(dates) == 1 and self.wanted in (None, dates[0]):
            clock = find_clock({n: t for n, t in texts.items() if n != dates[0]})
            return None if clock is None else clock.after(dates[0])
        if not dates and len(years) == 1 and self.wanted in (None, years[0]):
            return find_parts(years[0], texts)
        return None

    def _is_year(self, name: str) -> bool:
        texts = self.now.filled(name)
        return bool(texts) and all(re.fullmatch(r"(?:19|20|21)\d\d", t) for t in texts)

    def _has_clock(self, name: str) -> bool:
        evidence = TimestampEvidence()
        evidence.add(dict.fromkeys(self.now.filled(name)))
        return evidence.with_time > 0

    def _is_needed(
        self, first: str, others: Sequence[str], dropped: Sequence[str]
    ) -> bool:
        """Say whether a series has several rows at a date, and one at each moment."""
        sample = self.now.sample
        if _is_full(sample, first, others):
            return True
        ids = self._list_ids({first, *others, *dropped})
        before = _count_repeats(sample, [*ids, first])
        after = _count_repeats(sample, [*ids, first, *others])
        return before > 0.02 * len(sample) and after < 0.5 * before

    def _list_ids(self, taken: Iterable[str]) -> list[str]:
        """List the columns that may name series."""
        sample, named = self.now.sample, self.configured
        chosen = [named.get(ITEM), *(named.get(GROUPS) or [])]
        target = match_column(str(named.get(TARGET, "")), list(sample.columns))
        names = [n for n in sample.columns if n not in taken and n != target]
        groups = rank_group_names(names)
        return [
            name
            for name in names
            if name in chosen or name in groups or self._may_name(name)
        ]

    def _may_name(self, name: str) -> bool:
        texts = self.now.filled(name)
        kinds = len(set(texts))
        if not texts or is_usual(TARGET, name) or self.now.is_time(name):
            return False
        numeric = sum(t.lstrip("-").replace(".", "", 1).isdigit() for t in texts)
        if numeric > 0.5 * len(texts):
            whole = not any("." in t or "," in t for t in texts)
            return whole and kinds <= len(texts) / 10
        return kinds <= max(len(texts) / 2, 1)


def _is_interval(text: str) -> bool:
    sides = _INTERVAL.split(text, maxsplit=1)
    if len(sides) != 2:
        return False
    begin, end = (side.strip() for side in sides)
    ends = _CLOCK.fullmatch(end) is not None or is_moment(end, named=True)
    return is_moment(begin, named=False) and ends


def _take_beginning(text: str) -> str:
    return _INTERVAL.split(text, maxsplit=1)[0].strip() if _is_interval(text) else text


def _is_full(sample: Rows, first: str, others: Sequence[str]) -> bool:
    """Say whether nearly every date has the same times of day, each equally often."""
    dates, times = sample.key([first]), sample.key(list(others))
    pairs, counts = np.unique(np.stack([dates, times]), axis=1, return_counts=True)
    kinds = np.bincount(pairs[0])
    usual = int(np.median(kinds))
    if len(kinds) < 3 or usual < 2 or len(np.unique(times)) > 1.1 * usual:
        return False
    return bool(
        (kinds == usual).mean() >= 0.8 and (counts == np.median(counts)).mean() >= 0.9
    )


def _count_repeats(rows: Rows, names: Sequence[str]) -> int:
    codes = rows.key(list(names))
    return len(codes) - len(np.unique(codes))


def _join(table: Table, joining: Joining) -> View:
    """Put the parts of moments into the first column, and leave the others out."""
    first, *others = joining.columns
    left = {*others, *joining.dropped}

    def change(rows: Rows, _: Tallies) -> Rows:
        texts = [[t.strip() for t in rows[n].tolist()] for n in joining.columns]
        known: dict[tuple[str, ...], str] = {}
        for parts in set(zip(*texts)):
            known[parts] = joining.write(parts)
        columns: dict[str, Array] = {
            name: values for name, values in rows.columns.items() if name not in left
        }
        columns[first] = as_texts(known[parts] for parts in zip(*texts))
        return replace(rows, columns=columns)

    return View(table, [name for name in table.header if name not in left], change)


def _show(before: _Sampled, after: _Sampled, joining: Joining) -> list[Example]:
    """Show the first two moments, as they stood and as they are read."""
    examples: dict[str, Example] = {}
    for at, number in enumerate(before.sample.numbers[:200].tolist()):
        parts = " + ".join(before.sample[n][at].strip() for n in joining.columns)
        text = f"{parts} is {after.sample[joining.columns[0]][at]}"
        place = Example(before.table.name, int(number), joining.columns[0], text)
        examples.setdefault(parts, place)
        if len(examples) == 2:
            break
    return list(examples.values())
