"""A page about an upload that a person reads in ten seconds, as plain text."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from glue.check.estimate import describe_estimate

WIDTH = 80
_MOST_COLUMNS = 12
_MOST_FINDINGS = 6
_CELL = 24
# A season shows only when the history holds it twice.
_SEASONS_NEEDED = 2
_TITLES = {"error": "Errors", "warning": "Warnings", "fixed": "Repaired"}


def render_explanation(
    report: Mapping[str, Any], *, verbose: bool = False, width: int = WIDTH
) -> str:
    """Write the report of an upload as text for a person at a terminal.

    Parameters
    ----------
    report
        As ``explain_upload`` gives it.
    verbose
        Whether to say every setting, file, finding and place.
    width
        Characters in a line.
    """
    page = _Page(_clean(report), verbose=verbose, width=max(width, 40))
    return "\n".join(line.rstrip() for line in page.lines()) + "\n"


def _clean(value: Any) -> Any:
    """Replace in each text what would move a cursor, colour or begin a line."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "\ufffd" for c in value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


class _Page:
    """One report on its way to lines of text."""

    def __init__(self, report: Mapping[str, Any], *, verbose: bool, width: int) -> None:
        self._report = report
        self._verbose = verbose
        self._width = width
        self._findings: list[Mapping[str, Any]] = list(report["findings"])

    def lines(self) -> Iterator[str]:
        """Give the lines: what matters most comes first."""
        yield from self._wrap(self._verdict())
        yield from self._findings_of("error")
        yield from self._what_is_forecast()
        yield from self._columns()
        yield from self._rows()
        yield from self._findings_of("warning")
        yield from self._findings_of("fixed")
        yield from self._estimate()
        if self._verbose:
            yield from self._everything()
        elif self._hides_something():
            yield ""
            yield from self._wrap("Add --verbose for every setting, file and place.")

    @property
    def _accepted(self) -> bool:
        return bool(self._report["outcome"] == "accepted")

    def _verdict(self) -> str:
        if self._accepted:
            return "The upload would be accepted."
        count = sum(one["level"] == "error" for one in self._findings)
        return f"The upload would be refused: {_count(count, 'error')}."

    def _what_is_forecast(self) -> Iterator[str]:
        table, ahead = self._report["table"], self._report.get("forecast")
        if not table:
            return
        target = next(
            (one["name"] for one in self._report["columns"] if one["role"] == "target"),
            "the target",
        )
        yield ""
        if ahead:
            yield from self._wrap(
                f"Forecast: {target} of {_count(table['series'], 'series')}, every "
                f"{ahead['every']} from {ahead['first']} to {ahead['last']} "
                f"({_count(ahead['steps'], 'step')})."
            )
        yield from self._wrap(
            f"History: {_count(table['rows'], 'row')}, "
            f"{_count(table['series'], 'series')}, from {table['first']} to "
            f"{table['last']} ({_count(table['steps'], 'step')})."
        )
        if note := self._note_season():
            yield from self._wrap(note)

    def _note_season(self) -> str | None:
        table = self._report["table"]
        season, steps = table.get("seasonality") or 1, table["steps"]
        if season <= 1 or not steps or steps >= _SEASONS_NEEDED * season:
            return None
        return (
            f"Season: {season} steps would be usual, but the history is too short to "
            f"show one (found {steps} steps, needs {_SEASONS_NEEDED * season})."
        )

    def _columns(self) -> Iterator[str]:
        columns = self._report.get("columns") or []
        if not columns:
            return
        shown = columns if self._verbose else columns[:_MOST_COLUMNS]
        rows = [("column", "is", "")]
        rows += [(one["name"], one["role"], one["note"]) for one in shown]
        yield ""
        yield from self._table(rows)
        if len(columns) > len(shown):
            yield f"  and {len(columns) - len(shown)} more columns"

    def _rows(self) -> Iterator[str]:
        rows = self._report.get("rows") or []
        if not rows:
            return
        names = list(rows[0])
        fitting = self._fit(names, rows)
        left = names[fitting:]
        yield ""
        yield "The first rows, as they are understood:"
        cells = [[row[name] or "-" for name in names[:fitting]] for row in rows]
        yield from self._table([names[:fitting], *cells])
        if left:
            yield from self._wrap(f"and {', '.join(left[:5])}", indent="  ")

    def _fit(self, names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> int:
        """Count the columns that fit beside each other."""
        used = 0
        for place, name in enumerate(names):
            widest = max(
                _width(_cut(text)) for text in (name, *(r[name] for r in rows))
            )
            used += widest + 2
            if used > self._width and place:
                return place
        return len(names)

    def _findings_of(self, level: str) -> Iterator[str]:
        found = [one for one in self._findings if one["level"] == level]
        if not found:
            return
        shown = found if self._verbose or level == "error" else found[:_MOST_FINDINGS]
        yield ""
        yield f"{_TITLES[level]}:"
        for one in shown:
            yield from self._finding(one)
        if len(found) > len(shown):
            yield f"  and {len(found) - len(shown)} more"

    def _finding(self, finding: Mapping[str, Any]) -> Iterator[str]:
        places = list(map(_describe_place, finding["examples"]))
        if not self._verbose:
            places = places[: 3 if finding["level"] == "error" else 1]
        yield from self._wrap(f"{finding['what']} [{finding['code']}]", indent="  ")
        for place in places:
            yield from self._wrap(place, indent="      ")
        if self._verbose or finding["level"] != "fixed":
            yield from self._wrap(f"-> {finding['remedy']}", indent="    ")

    def _estimate(self) -> Iterator[str]:
        estimate = self._report.get("estimate")
        if estimate and self._accepted:
            yield ""
            yield from self._wrap(f"A run on AWS: {describe_estimate(estimate)}.")

    def _hides_something(self) -> bool:
        return bool(self._report["settings"] or self._report["files"])

    def _everything(self) -> Iterator[str]:
        yield from self._section("Files", map(_describe_file, self._report["files"]))
        yield from self._section(
            "Settings", map(_describe_setting, self._report["settings"])
        )
        inferred = (
            f"{one['key']} = {_write(one['value'])} ({one['evidence']})"
            for one in self._report["inferred"]
        )
        yield from self._section("Found in the data", inferred)

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        lines = list(lines)
        if lines:
            yield ""
            yield f"{title}:"
            for line in lines:
                yield from self._wrap(line, indent="  ")

    def _wrap(self, text: str, *, indent: str = "") -> Iterator[str]:
        yield from textwrap.wrap(
            text,
            self._width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  " if indent else "",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [indent]

    def _table(self, rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """Write cells below each other; the last column takes what room is left."""
        cut = [[_cut(cell) for cell in row[:-1]] + [row[-1]] for row in rows]
        widths = [max(map(_width, column)) for column in zip(*cut)]
        for row in cut:
            cells = [_pad(cell, width) for cell, width in zip(row, widths)]
            line = "  " + "  ".join(cells)
            yield _cut(line.rstrip(), self._width)


def _count(number: int, noun: str) -> str:
    plural = noun if number == 1 or noun.endswith("s") else f"{noun}s"
    return f"{number:,} {plural}"


def _cut(text: str, most: int = _CELL) -> str:
    """Cut a text to so many places on the screen."""
    if _width(text) <= most:
        return text
    kept = ""
    for character in text:
        if _width(kept + character) > most - 1:
            break
        kept += character
    return kept + "\u2026"


def _width(text: str) -> int:
    """Count the places that a text takes on the screen."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    joined = sum(unicodedata.combining(character) != 0 for character in text)
    return len(text) + wide - joined


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _describe_place(example: Mapping[str, Any]) -> str:
    words = [str(example["file"])]
    words += [f"{k} {example[k]}" for k in ("row", "column") if example[k]]
    if example["value"] is not None:
        words.append(f"value {example['value']!r}")
    return ", ".join(words)


def _describe_file(file: Mapping[str, Any]) -> str:
    use = f"read as {file['read_as']}" if file["read_as"] else "not read"
    return f"{file['name']}: {file['bytes']:,} bytes, {use}"


def _describe_setting(setting: Mapping[str, Any]) -> str:
    return f"{setting['key']} = {_write(setting['value'])} ({setting['source']})"


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
