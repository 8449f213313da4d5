"""Which column is what: taken from the settings, else from names and content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from glue.arrays import Array, as_texts, factorize
from glue.findings.finding import Example, FileRejected, Findings, list_some, shorten
from glue.limits import RESULT_NAMES
from glue.reading.numbers import MISSING, NumberEvidence, is_number
from glue.reading.odd_values import (
    Oddity,
    explain_by_home,
    explain_moment,
    explain_number,
)
from glue.reading.profile import unwrap_formula
from glue.reading.timestamps import (
    NEED_A_NAME,
    Reading,
    TimestampEvidence,
    TimestampParser,
    find_form,
    find_order,
    is_date,
    is_moment,
    parse_timestamp,
    share_moments,
)
from glue.rows import Rows
from glue.understanding.column_names import (
    DEFAULT_NAMES,
    GROUPS,
    ITEM,
    TARGET,
    TIME,
    TIME_SERIES_CONFIG,
    WORDS,
    find_column,
    is_key,
    is_measure,
    is_sort,
    is_time_name,
    is_usual,
    match_column,
    rank_name,
    simplify,
)

_NEEDS = {
    ITEM: "a column that names the series, such as 'item_id'",
    TIME: "a column of dates, such as 'timestamp'",
    TARGET: "a column of numbers, such as 'target_value'",
}
_CONTENT = {ITEM: "ids", TIME: "dates", TARGET: "numbers"}
# What is said of a column whose name speaks of a role that its values do not fit.
_UNFIT = {
    ITEM: "column-missing",
    TIME: "timestamp-unreadable",
    TARGET: "target-not-number",
}
_WRITE_THEM = {
    ITEM: "fill it",
    TIME: "write all of them as YYYY-MM-DD, with HH:MM:SS behind it below daily",
    TARGET: "write plain numbers such as 1234.5, and nothing where there is no value",
}
# An id that a program has read as a number, such as 104000.0 or 104,000.
_WHOLE = re.compile(r"\d+\.0|\d{1,3}(?:,\d{3})+")
_FRACTION = re.compile(r"-?\d+[.,]\d+")
# Where so many of the ids differ, from row to row, they are amounts.
_UNIQUE = 0.5
# What the name of the ids is called where it is gone.
FIRST_NAME = "item_id"
# In fewer rows than this, a series may well have one row only.
_LEAST_ROWS = 8
# So many values are each at every moment once, and so many more places than rows.
_LEAST_VALUES, _FULL = 2, 1.1
# A column that names series has so many rows for each of its values, at least.
_LEAST_OF_A_SERIES = 4
# So many columns of numbers, and none of moments, must be a table in wide form.
_WIDE = 10
# An id stands in so many rows at least, on average.
_ROWS_OF_EACH = 3
_ROW_NUMBERS = {"", "unnamed0", "index", "id", "nr", "no", "row", "rownumber", "rowid"}
_PRICES = {"open", "high", "low", "close"}


def reject_wide(
    file: str,
    columns: Sequence[str],
    findings: Findings,
    why: str,
    *,
    remedy: str | None = None,
) -> FileRejected:
    """Refuse a table that has a column for each moment; give what is to be raised."""
    shown = [columns[0], columns[-1]] if len(columns) > 3 else columns
    names = " to ".join(map(repr, shown))
    return findings.reject(
        "table-wide",
        count=len(columns),
        remedy=remedy,
        file=file,
        columns=names,
        why=why,
    )


def _explain_wide(columns: Sequence[str]) -> str:
    """Say why columns that may be moments are not taken for them."""
    counted = [re.fullmatch(r"([A-Za-z_ ]*)(\d{1,4})", name) for name in columns]
    numbers = {int(match[2]): match[1] for match in counted if match}
    if len(numbers) >= _WIDE:
        missing = sorted(set(range(min(numbers), max(numbers))) - numbers.keys())
        prefix = numbers[min(numbers)]
        if 0 < len(missing) <= len(numbers) // 2:
            names = list_some((f"{prefix}{number}" for number in missing), 3)
            return f"its columns count steps, and {names} is missing among them"
    return "none of its columns holds dates, and no name of a column is a date"


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


def sort_columns(roles: Roles, header: Sequence[str]) -> Roles:
    """Take all columns that have no role as the others."""
    taken = (*roles.keys, roles.timestamp, roles.target)
    return replace(roles, others=tuple(name for name in header if name not in taken))


def find_roles(
    sample: Rows, configured: Mapping[str, Any], file: str, findings: Findings
) -> Roles | None:
    """Find the item id, the timestamp, the target and the groups that are configured.

    Parameters
    ----------
    sample
        Some rows as text.
    configured
        The TimeSeriesConfig of the settings; what it names is taken as named.
    file
        The file's name, for the messages.
    findings
        Takes what is wrong, and why a column was chosen that no settings name.

    Returns
    -------
    Roles
        None when a column is missing or unclear.
    """
    before = findings.errors
    search = _RoleSearch(sample, configured, file, findings)
    for role in (TIME, ITEM, TARGET):
        if role in configured:
            search.take_configured(role)
    for role in (TIME, TARGET, ITEM):
        if role not in configured and findings.errors == before:
            search.infer(role)
    search.check_twice()
    search.check_names_swapped()
    search.check_amounts_for_ids()
    search.check_reserved()
    groups = search.find_groups()
    if findings.errors > before:
        return None
    search.tell_evidence()
    return search.make_roles(groups)


@dataclass
class _RoleSearch:
    """Looks for the columns of one table, a role at a time."""

    sample: Rows
    configured: Mapping[str, Any]
    file: str
    findings: Findings
    columns: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def header(self) -> list[str]:
        """The columns that there are."""
        return list(self.sample.columns)

    @property
    def grouping(self) -> set[str | None]:
        """The columns that the settings name as groups."""
        names = self.configured.get(GROUPS) or []
        return {match_column(name, self.header) for name in names if name} - {None}

    def _find(self, name: str, role: str) -> str | None:
        return find_column(name, self.header, self.findings, role=role, file=self.file)

    def take_configured(self, role: str) -> None:
        """Take the column that the settings name."""
        column = self._find(self.configured[role], WORDS[role])
        if column is not None:
            self.columns[role] = column

    def find_groups(self) -> tuple[str, ...]:
        """Give the groups that the settings name, as the table spells them."""
        names = self.configured.get(GROUPS, [])
        columns = [self._find(name, "grouping") for name in names]
        return tuple(column for column in columns if column is not None)

    def tell_evidence(self) -> None:
        """Say why a column was chosen that no settings name."""
        for role in (ITEM, TIME, TARGET):
            if role not in self.configured:
                key = f"{TIME_SERIES_CONFIG}.{role}"
                self.findings.infer(key, self.columns[role], self.evidence[role])

    def make_roles(self, groups: tuple[str, ...]) -> Roles:
        """Put the columns together; what has no role is among the others."""
        item_id, timestamp, target = (self.columns[r] for r in (ITEM, TIME, TARGET))
        return sort_columns(Roles(item_id, timestamp, target, groups), self.header)

    def infer(self, role: str) -> None:
        """Choose a column by its name and its content."""
        taken = {*self.columns.values(), *self.grouping}
        free = [name for name in self.header if name not in taken]
        able = [name for name in free if _is_able(role, name, self.sample[name])]
        if role == TARGET:
            able = [name for name in able if is_usual(TARGET, name) or not is_key(name)]
        if role == ITEM:
            able = [name for name in able if not self._is_unique(name)]
        if role == TARGET and _has_prices(able):
            self._note_unclear(role, able)
            return
        unsure = self._list_merged(able) if role == TARGET else []
        if role == ITEM:
            unsure = self._list_unlikely(free, able)
        if unsure:
            self._note_unclear(role, unsure)
            return
        able.sort(key=lambda name: rank_name(role, name))
        misnamed = role == TIME and self._is_misnamed(free, able)
        if misnamed or (role != ITEM and self._has_spoilt(role, free, able)):
            self._note_missing(role, free)
        elif able and is_usual(role, able[0]):
            self._take(role, able[0], "its name and its content")
        elif role == ITEM and self._is_one_series(able):
            self._take_one_series(able)
        elif len(able) == 1:
            self._take(role, able[0], "the only column whose content fits")
        elif role == TIME and len(able) >= _WIDE:
            reject_wide(self.file, able, self.findings, _explain_wide(able))
        elif able:
            self._infer_by_rows(role, [name for name in free if name in able])
        else:
            self._note_missing(role, free)

    def _list_merged(self, able: list[str]) -> list[str]:
        """List the two sides of a target that stands twice, as a merge leaves it."""
        sides = (
            [name[:-1] + side for side in "xy"] for name in able if name[-2:] == "_x"
        )
        both = [
            one for one in sides if one[1] in able and is_usual(TARGET, one[0][:-2])
        ]
        return both[0] if both else []

    def _list_unlikely(self, free: list[str], able: list[str]) -> list[str]:
        """List what says of what sort things are, and numbers that are called as items.

        One of them would have to be the item, and the header may be in another order.
        """
        named = [n for n in free if is_usual(ITEM, n) and n not in able]
        named = [n for n in named if all(map(is_number, self.sample[n].tolist()))]
        only_sorts = bool(able) and all(map(is_sort, able))
        return [*named, *able] if named and only_sorts else []

    def _has_spoilt(self, role: str, free: list[str], able: list[str]) -> bool:
        """Say whether a column has the name of a role, and values that are spoilt.

        Another column is no choice then, unless it has such a name as well.
        """
        if able and is_usual(role, able[0]):
            return False
        named = [name for name in free if is_usual(role, name) and name not in able]
        return any(_share_of_digits(self.sample[name]) >= 0.5 for name in named)

    def _is_misnamed(self, free: list[str], able: list[str]) -> bool:
        """Say whether dates stand under the name of another role, and not under theirs.

        The names of the header are in another order than the columns then.
        """
        if not able or is_time_name(able[0]):
            return False
        other = is_usual(TARGET, able[0]) or is_key(able[0])
        return other and any(is_usual(TIME, n) for n in free if n not in able)

    def _infer_by_rows(self, role: str, able: list[str]) -> None:
        """Choose among several columns by what they make of the rows."""
        tellers = self._list_tellers(able)
        if role == ITEM and tellers and self._say_the_same(tellers):
            words = "with it, no timestamp comes twice"
            self._choose_item(tellers[0], words, able)
            return
        rest = [name for name in able if name not in tellers]
        if role == TARGET and len(rest) == 1:
            words = "the only column of numbers beside the one that names series"
            self._take(role, rest[0], words)
            return
        self._note_unclear(role, able)

    def _choose_item(self, column: str, why: str, able: list[str]) -> None:
        """Take one of several columns, and say which others it could have been.

        What is always the same tells no series apart.
        """
        self._take(ITEM, column, why)
        others = [
            repr(name)
            for name in able
            if name != column and len(set(self.sample[name].tolist())) > 1
        ]
        if others:
            self.findings.add(
                "column-chosen",
                file=self.file,
                column=column,
                role=WORDS[ITEM],
                why=why,
                others=list_some(others),
            )

    def _list_tellers(self, able: list[str]) -> list[str]:
        """List the columns of few values with which no timestamp comes twice."""
        time, rows = self.columns.get(TIME), len(self.sample)
        if time is None or rows < _LEAST_ROWS or not self._count_repeats([]):
            return []
        return [
            name
            for name in able
            if len(set(self.sample[name].tolist())) <= rows / _LEAST_OF_A_SERIES
            and self._count_repeats([name]) <= 0.01 * rows
        ]

    def _say_the_same(self, names: list[str]) -> bool:
        """Say whether columns split the rows alike, such as a code and its name."""
        kinds = {len(np.unique(self.sample.key([name]))) for name in names}
        return len(kinds) == 1 and len(np.unique(self.sample.key(names))) in kinds

    def _count_repeats(self, names: list[str]) -> int:
        """Count the rows whose moment, and these columns, another row has too."""
        codes = factorize([self._moments, *(self.sample[name] for name in names)])
        return len(codes) - len(np.unique(codes))

    @cached_property
    def _moments(self) -> Array:
        """The moments in seconds since 1970, or whatever tells their texts apart."""
        texts = self.sample[self.columns[TIME]]
        seconds, good = _read_moments(texts.tolist())
        return seconds if good.all() else factorize([texts])

    def _is_one_series(self, able: list[str]) -> bool:
        """Say whether a table is one series: a row for each moment, at even steps.

        Without any column beside them, the steps need not be even.
        """
        time, rows = self.columns.get(TIME), len(self.sample)
        if time is None or rows < 2 or self.grouping:
            return False
        if self._count_repeats([]) > 0.05 * rows:
            return False
        changing = [n for n in able if len(set(self.sample[n].tolist())) > 1]
        texts = self.sample[time].tolist()
        return not changing or (rows >= _LEAST_ROWS and _is_even(texts))

    def _take_one_series(self, able: list[str]) -> None:
        """Take the one column that is always the same, else make one.

        A unit or a category is no name of a series that stands alone.
        """
        still = [n for n in able if len(set(self.sample[n].tolist())) == 1]
        if len(still) == 1 and not is_sort(still[0]):
            self._take(ITEM, still[0], "the only column that is always the same")
            return
        names = (DEFAULT_NAMES[ITEM], "series_id", "series_name")
        made = next(name for name in names if name not in self.header)
        self._take(ITEM, made, "the table is one series")

    def _is_unique(self, name: str) -> bool:
        """Say whether a column numbers or names the rows, and no series."""
        rows, time = len(self.sample), self.columns.get(TIME)
        if rows < _LEAST_ROWS or time is None:
            return False
        moments = len(set(self.sample[time].tolist()))
        return (
            len(set(self.sample[name].tolist())) == rows and moments >= _LEAST_ROWS // 2
        )

    def _take(self, role: str, column: str, evidence: str) -> None:
        self.columns[role], self.evidence[role] = column, evidence

    def _note_unclear(self, role: str, able: list[str]) -> None:
        likely = able[-1] if role == TARGET else able[0]
        remedy = (
            f"name the right one as {role} in TimeSeriesConfig of config.json, such as "
            f'"{role}": "{shorten(likely)}"; or call it {DEFAULT_NAMES[role]!r}'
        )
        if role == ITEM:
            remedy += "; where several tell series apart together, name the others in "
            remedy += "GroupingAttributeNames"
        columns = list_some((self._show_column(name) for name in able), 6)
        self.findings.add(
            "column-unclear",
            remedy=remedy,
            file=self.file,
            role=WORDS[role],
            columns=columns,
        )

    def _note_missing(self, role: str, free: list[str]) -> None:
        numbers = [n for n in free if _is_able(TARGET, n, self.sample[n])]
        if role == TIME and len(numbers) >= _WIDE:
            named = [name for name in free if _is_named(TIME, name)]
            if not named:
                why = _explain_wide(numbers)
                reject_wide(self.file, numbers, self.findings, why)
                return
        if len(self.header) == 1:
            self._note_one_column()
            return
        named = [name for name in free if _is_named(role, name)]
        named = named or self._list_marred(role, free)
        if named:
            self._note_unfit(role, min(named, key=lambda name: rank_name(role, name)))
            return
        problem = f"{self.file} has no {WORDS[role]} column (needs {_NEEDS[role]}"
        left = self._describe_left(role, free)
        problem += f"; {left})" if left else ")"
        key = f"{role} in TimeSeriesConfig of config.json"
        fits = {TIME: is_date, TARGET: is_number}.get(role)
        able = [name for name in free if fits and self._fits_any(name, fits)]
        remedy = f"add the column, or name the right one as {key}"
        if fits and not able:
            remedy = f"export the table again with its column of {_CONTENT[role]}, "
            remedy += "which is missing"
        self.findings.add(
            "column-missing", remedy=remedy, problem=problem, file=self.file
        )

    def _list_marred(self, role: str, free: list[str]) -> list[str]:
        """Give the one column of numbers with something behind them, as in 2.5M."""
        if role != TARGET:
            return []
        marred = []
        for name in free:
            texts = [text.strip() for text in self.sample[name].tolist()]
            first = next(filter(None, texts), "")
            if first[:1].isdigit() and not is_key(name) and explain_number(first):
                marred.append(name)
        return marred if len(marred) == 1 else []

    def _fits_any(self, name: str, fits: Callable[[str], bool]) -> bool:
        """Say whether any value of a column that is no key could be one of a role."""
        texts = (text.strip() for text in self.sample[name].tolist())
        return not is_key(name) and any(map(fits, texts))

    def _note_one_column(self) -> None:
        """Say that the table was not cut into columns."""
        name = self.header[0]
        if self.findings.has("column-missing", self.file):
            return
        self.findings.add(
            "column-missing",
            examples=[Example(self.file, 1, None, name)],
            remedy="separate the columns by commas, semicolons or tabs, without quotes "
            "around whole lines",
            problem=f"{self.file} has one column only, called {shorten(name)!r}",
            file=self.file,
        )

    def _time_texts(self) -> list[str]:
        time = self.columns.get(TIME)
        texts: list[str] = [] if time is None else self.sample[time].tolist()
        return texts

    def _describe_left(self, role: str, free: list[str]) -> str:
        """Say what the columns are that are left, with a value of each."""
        moments = [text.strip() for text in self._time_texts()]
        if role == ITEM and len(set(moments)) < len(moments):
            again = next(text for text, n in Counter(moments).items() if n > 1)
            rows = [n for n, text in zip(self.sample.numbers, moments) if text == again]
            return (
                f"without one, {shorten(again)} comes twice, in rows {rows[0]} and "
                f"{rows[1]}"
            )
        return f"found {list_some((self._show_column(name) for name in free), 5)}"

    def _show_column(self, name: str) -> str:
        """Name a column with its first value."""
        text = next((t for t in self.sample[name].tolist() if t.strip()), None)
        return (
            f"{name!r}, empty" if text is None else f"{name!r} with {shorten(text)!r}"
        )

    def _note_unfit(self, role: str, name: str) -> None:
        """Say that a column has the name of a role, and which value does not fit."""
        texts = self.sample[name]
        filled = np.array([bool(text.strip()) for text in texts.tolist()])
        bad = filled & np.array([not _fits(role, text) for text in texts.tolist()])
        if role == TIME:
            bad |= filled & _mark_digits(texts[~bad & filled].tolist(), texts.tolist())
        count, total = int(bad.sum()), int(filled.sum())
        odd = self._explain(role, name, bad, filled & ~bad)
        what = f"{count} of {total} values of {self.file}'s column {name!r} are no "
        what += f"{_CONTENT[role]}{': ' + odd.why if odd else ''}"
        if not total:
            what = f"{self.file}'s column {name!r} is empty (needs {_CONTENT[role]})"
        if role == ITEM and total:
            what = f"{self.file}'s column {name!r} holds no ids, as its numbers differ "
            what += "from row to row"
            bad = filled
            remedy = self._advise_swapped(name) or (
                "bring the names of the header into the order of the columns, if two "
                f"are swapped; or name another column as {role} in the "
                "TimeSeriesConfig of config.json"
            )
        elif odd is None:
            remedy = f"{_WRITE_THEM[role]}; or name another column as {role} in the "
            remedy += "TimeSeriesConfig of config.json"
        remedy = odd.remedy if odd else remedy
        self.findings.add(
            _UNFIT[role] if count else "column-missing",
            count=max(count, 1),
            examples=self.sample.first_texts(bad, self.file, name),
            remedy=remedy,
            problem=what,
            column=name,
            why=f": {odd.why}" if odd else "",
            file=self.file,
        )

    def _advise_swapped(self, name: str) -> str | None:
        """Say that a target's name stands above the ids, if one does."""
        for other in self.header:
            texts = [text.strip() for text in self.sample[other].tolist()]
            few = len(set(texts)) < len(texts) / _ROWS_OF_EACH
            if is_usual(TARGET, other) and few and all(map(str.isalnum, texts)):
                return (
                    f"swap the names {name!r} and {other!r} in the header, as ids such "
                    f"as {shorten(texts[0])!r} stand under {other!r}"
                )
        return None

    def _explain(self, role: str, name: str, bad: Array, good: Array) -> Oddity | None:
        """Say why values of a column do not fit its role."""
        texts = self.sample[name]
        if not bad.any():
            return None
        shift = None if good.any() else self._explain_header(role, name)
        home = None
        if good.any():
            fits = is_number if role == TARGET else is_date
            home = explain_by_home(self.sample.columns, name, bad, fits=fits)
        like = str(texts[good][0]).strip() if good.any() else ""
        explain = explain_number if role == TARGET else explain_moment
        odd = explain(str(texts[bad][0]).strip(), like=like, column=name)
        return shift or home or odd

    def _explain_header(self, role: str, name: str) -> Oddity | None:
        """Say that the names of the header stand above other columns, if they do.

        No value under a name fits it then, and all under another one do.
        """
        free = [n for n in self.header if n != name and not is_usual(role, n)]
        fit = [n for n in free if _fits_well(role, n, self.sample[n])]
        if len(fit) != 1:
            return None
        at, found = self.header.index(name), self.header.index(fit[0])
        value = next(t.strip() for t in self.sample[fit[0]].tolist() if t.strip())
        return Oddity(
            f"{_CONTENT[role]} such as {shorten(value)!r} stand under {fit[0]!r} "
            "instead",
            self._advise_header(at, found),
        )

    def _advise_header(self, at: int, found: int) -> str:
        """Say how to mend a header whose name at a place belongs to another one."""
        name, other = self.header[at], self.header[found]
        last = self.header[-1]
        has_keys = any(is_usual(ITEM, one) for one in self.header)
        is_odd = not has_keys and not is_usual(TARGET, last) and not is_measure(last)
        swapped = [
            role
            for role in (TARGET, ITEM)
            if is_usual(role, other) and _is_able(role, other, self.sample[name])
        ]
        if swapped and not (found == at + 1 and is_odd):
            return f"swap the names {name!r} and {other!r} in the header"
        if found == at + 1 and is_odd:
            line = ",".join([FIRST_NAME, *self.header[:-1]])
            return (
                "the first name of the header is gone, so that the others stand one "
                f"column too far left, and {self.header[-1]!r} at the end is one too "
                f"many: the names are {line}"
            )
        remedy = "bring the names of the header into the order of the columns"
        if abs(at - found) == 1:
            side = "left" if at < found else "right"
            remedy += f": they seem to stand one column too far {side}, or two of them "
            remedy += "are swapped"
        return remedy

    def check_reserved(self) -> None:
        """Refuse columns that are called as a forecast's own columns will be."""
        for name in {*self.columns.values(), *self.grouping} - {None}:
            if re.fullmatch(RESULT_NAMES, str(name).casefold()):
                self.findings.add("column-reserved", file=self.file, column=name)

    def check_names_swapped(self) -> None:
        """Refuse ids that are amounts, where a target's name stands above texts."""
        item, target = self.columns.get(ITEM), self.columns.get(TARGET)
        if item not in self.header or target is None or is_usual(TARGET, target):
            return
        if is_usual(TARGET, item) and not is_usual(ITEM, item):
            self._tell_ids_for_target(item)
            return
        ids = [text.strip() for text in self.sample[item].tolist()]
        if len(set(ids)) < _UNIQUE * len(ids) or not all(map(is_number, ids)):
            return
        named = [name for name in self.header if is_usual(TARGET, name)]
        for name in named[:1]:
            if not any(_fits(TARGET, text) for text in self.sample[name].tolist()):
                shown = shorten(ids[0])
                why = f": {item!r} stands above the numbers instead, such as {shown}"
                self._tell_swapped(item, name, why=why)

    def _tell_ids_for_target(self, column: str) -> None:
        """Say that a target's name stands above what could only be the ids."""
        others = [name for name in self.header if is_usual(ITEM, name)]
        if ITEM in self.configured or not others:
            return
        why = f": ids seem to stand there, and numbers under {others[0]!r}"
        self._tell_swapped(others[0], column, why=why)

    def _tell_swapped(self, item: str, target: str, *, why: str) -> None:
        """Say that the names of the item and of the target are exchanged."""
        count = len(self.sample[target].tolist())
        self.findings.add(
            "target-not-number",
            count=count,
            examples=self.sample.first_texts(
                np.ones(count, dtype=bool), self.file, target
            ),
            remedy=f"swap the names {item!r} and {target!r} in the header",
            column=target,
            why=why,
            file=self.file,
        )

    def check_amounts_for_ids(self) -> None:
        """Refuse amounts that stand under the ids' name, and ids under the target's.

        Each value of the target is there once at each moment then, as an id is, while
        the ids change from moment to moment, as amounts do. The ranks of some items,
        or a log of sales of one or two each, are not so.
        """
        roles = (ITEM, TIME, TARGET)
        names = [self.columns.get(role) for role in roles]
        if {ITEM, TARGET} & self.configured.keys() or not {*names} <= {*self.header}:
            return
        ids, moments, values = (self.sample.key([str(name)]) for name in names)
        place = self.sample.key([str(name) for name in (names[1], *self.grouping)])
        pairs = np.unique(np.stack([place, values]), axis=1).shape[1]
        counts = [len(np.unique(codes)) for codes in (ids, place, values)]
        rows = len(moments)
        if rows < _LEAST_ROWS or pairs < rows or counts[2] < _LEAST_VALUES:
            return
        if counts[1] * counts[2] > _FULL * rows or counts[0] <= 2 * counts[2]:
            return
        if all(map(is_number, map(str.strip, self.sample[str(names[0])].tolist()))):
            shown = shorten(str(self.sample[str(names[2])][0]).strip())
            remedy = (
                f"swap the names {names[0]!r} and {names[2]!r} in the header, as ids "
                f"such as {shown} seem to stand under {names[2]!r}; if not, "
                "name both columns in the TimeSeriesConfig of config.json"
            )
            self.findings.add(
                "column-unclear",
                remedy=remedy,
                file=self.file,
                role=WORDS[ITEM],
                columns=f"{names[0]}, {names[2]}",
            )

    def check_twice(self) -> None:
        """Refuse a column that has two roles."""
        columns = list(self.columns.values())
        twice = [name for name in columns if columns.count(name) > 1]
        twice += [name for name in columns if name in self.grouping]
        if twice:
            self.findings.add("column-two-roles", file=self.file, column=twice[0])


def _read_moments(texts: list[str]) -> tuple[Array, Array]:
    """Give moments in seconds since 1970, and which could be read, both [n]."""
    evidence = TimestampEvidence()
    evidence.add(text.strip() for text in texts if text.strip())
    form = evidence.forms.most_common(1)[0][0] if evidence.forms else "unknown"
    if form == "unknown":
        return np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=bool)
    reading = Reading(form, find_order(evidence) or "day-first")
    return TimestampParser(reading).parse(text.strip() for text in texts)


def _is_even(texts: list[str]) -> bool:
    """Say whether moments follow each other at about even steps, in any order."""
    seconds, good = _read_moments(texts)
    steps = np.diff(np.unique(seconds[good]))
    usual = float(np.median(steps)) if len(steps) else 0.0
    near = (steps > 0.85 * usual) & (steps < 1.15 * usual)
    return bool(usual > 0 and near.mean() >= 0.75)


def _is_able(role: str, name: str, texts: Array) -> bool:
    """Say whether a column's content can play a role."""
    filled = [unwrap_formula(text.strip()) for text in texts.tolist() if text.strip()]
    if role == ITEM:
        named = is_usual(ITEM, name) and all(_WHOLE.fullmatch(text) for text in filled)
        return bool(filled) and (named or not _looks_continuous(filled))
    if not filled:
        return False
    if role == TARGET:
        return _numeric_share(filled) >= 0.9
    return share_moments(filled, named=is_time_name(name)) >= 0.9


def _fits_well(role: str, name: str, texts: Array) -> bool:
    """Say whether a column's content fits a role that its name does not speak of."""
    return role in (TIME, TARGET) and _is_able(role, name, texts)


def is_moments(name: str, texts: Array) -> bool:
    """Say whether a column holds moments."""
    return _is_able(TIME, name, texts)


def _is_named(role: str, name: str) -> bool:
    """Say whether a column's name speaks of a role."""
    return is_usual(role, name) or (role == TIME and is_time_name(name))


def _fits(role: str, text: str) -> bool:
    """Say whether one value could stand in a column of this role."""
    text = unwrap_formula(text.strip())
    if role == TARGET:
        return is_number(text) or text.casefold() in MISSING
    return role == ITEM or is_moment(text, named=True)


def _mark_digits(good: list[str], texts: list[str]) -> Array:
    """Mark the texts that are months or years, where most are dates with a day, [n].

    A number such as 1884.25 looks like a month of a year, and is none among dates.
    """
    usual = Counter(find_form(text) for text in good).most_common(1)
    are_days = bool(usual) and usual[0][0] not in NEED_A_NAME
    return np.array(
        [
            form in NEED_A_NAME
            and (are_days or parse_timestamp(text.strip(), Reading(form)) is None)
            for text in texts
            for form in [find_form(text)]
        ],
        dtype=bool,
    )


def _share_of_digits(texts: Array) -> float:
    """Give the share of the filled texts that hold a digit."""
    filled = [text for text in texts.tolist() if text.strip()]
    return sum(map(_has_digit, filled)) / len(filled) if filled else 0.0


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _has_prices(names: Sequence[str]) -> bool:
    """Recognise the prices of a market, of which any could be meant."""
    return len({simplify(name) for name in names} & _PRICES) >= 3


def find_row_numbers(sample: Rows, roles: Roles) -> list[str]:
    """List the columns that number the rows, and not the steps of one series."""
    if len(sample) < _LEAST_ROWS:
        return []
    moments = sample[roles.timestamp].tolist()
    several = len(set(moments)) < len(moments)
    return [
        name
        for name in roles.others
        if (several or simplify(name) in _ROW_NUMBERS) and _counts_up(sample[name])
    ]


def _counts_up(texts: Array) -> bool:
    start = int(texts[0]) if texts[0].isdecimal() and len(texts[0]) < 19 else None
    if start is None:
        return False
    return bool(texts.tolist() == [str(start + n) for n in range(len(texts))])


def _numeric_share(filled: list[str]) -> float:
    evidence = NumberEvidence()
    evidence.add(as_texts(filled))
    return evidence.numeric_share


def _looks_continuous(filled: list[str]) -> bool:
    """Recognise measurements: numbers with a fraction."""
    fractions = sum(map(bool, map(_FRACTION.fullmatch, filled)))
    return fractions > 0.5 * len(filled)
