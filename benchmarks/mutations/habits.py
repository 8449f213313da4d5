"""Mutations by habits of people and programs: plans, units, merges, time zones."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random

from benchmarks.mutations.draft import (
    GROUP,
    ITEM,
    SENSELESS,
    TARGET,
    TIME,
    Cell,
    Draft,
    Row,
    spell_number,
)
from benchmarks.mutations.kinds import (
    IDS,
    LINES,
    MOMENTS,
    STRAYS,
    kind,
    pick_sheet,
    some_rows,
)

SORTS = ("column-unclear", "column-chosen", "group-chosen", "duplicate-rows")
RELATED = (
    *("rts-history-missing", "rts-rows-unmatched", "rts-nothing-matched"),
    *("future-partial", "future-none", "future-blank"),
)


@kind(*SORTS, "future-blank", "future-partial")
def plan_beside_the_actual(draft: Draft, random: Random) -> bool:
    """Give each row a twin with the plan, told apart by a column of their own."""
    sheet = draft.tts
    name = random.choice(("Version", "Scenario", "Type", "Value Type"))
    words = random.choice((("Actual", "Plan"), ("Ist", "Plan"), ("A", "F")))
    at, decimals = sheet.at(TARGET), sheet.decimals[TARGET]
    plans = []
    for row in sheet.rows:
        cells = list(row.cells)
        value = round((cells[at].value or 0) * random.uniform(0.8, 1.2), decimals)
        text = spell_number(value, decimals, draft.writing.mark)
        cells[at] = Cell(text, value)
        plans.append(Row(cells, meant=False))
    count = len(sheet.rows)
    sheet.rows += plans
    cells = [Cell(words[n >= count], words[n >= count]) for n in range(2 * count)]
    sheet.add_column(name, cells, random.choice((0, len(sheet.columns))))
    return True


@kind(*SORTS, "units-vary", "future-blank")
def unit_in_a_column(draft: Draft, random: Random) -> bool:
    """Count some rows in boxes of twelve, as a column says."""
    sheet = draft.tts
    name = random.choice(("Unit", "UoM", "Einheit"))
    at, decimals = sheet.at(TARGET), sheet.decimals[TARGET]
    boxes = set(some_rows(sheet, random))
    for row in boxes:
        cell = sheet.rows[row].cells[at]
        text = spell_number((cell.value or 0) / 12, decimals, draft.writing.mark)
        sheet.put(row, TARGET, text)
    words = ["box" if row in boxes else "pcs" for row in range(len(sheet.rows))]
    cells = [Cell(word, word) for word in words]
    sheet.add_column(name, cells, len(sheet.columns))
    return True


@kind(*SORTS, "future-blank", "column-collision", "row-numbers-dropped")
def parts_of_the_date_beside(draft: Draft, random: Random) -> bool:
    """Put the year, the month or the week into columns of their own."""
    sheet = draft.tts
    parts = {
        "Year": lambda at: at.year,
        "Month": lambda at: at.month,
        "Week": lambda at: at.isocalendar()[1],
        "Jahr": lambda at: at.year,
        "Day": lambda at: at.day,
    }
    for name in random.sample(sorted(parts), random.choice((1, 2))):
        values = [parts[name](cell.value) for cell in sheet.cells(TIME)]
        cells = [Cell(str(value), float(value)) for value in values]
        sheet.add_column(name, cells, random.choice((0, len(sheet.columns))))
        sheet.decimals[name] = 0
    return True


@kind(*IDS, "rts-rows-unmatched")
def groups_as_fractions_in_one_table(draft: Draft, random: Random) -> bool:
    """Write numbers of groups as a program does that had blanks among them."""
    if not draft.tts.has(GROUP) or "RTS" not in draft.sheets:
        return False
    sheet = random.choice([draft.tts, draft.sheets["RTS"]])
    texts = {cell.text for cell in sheet.cells(GROUP)}
    if not all(text.isdecimal() for text in texts):
        return False
    for row, cell in enumerate(sheet.cells(GROUP)):
        sheet.put(row, GROUP, f"{cell.text}.0")
    return True


@kind(*MOMENTS, "timestamp-time-dropped", "off-boundary", "timestamp-timezone")
def days_as_universal_time(draft: Draft, random: Random) -> bool:
    """Stamp midnights of Berlin by the hour that it is in London then."""
    if draft.frequency == "H":
        return False
    mark = random.choice(("", "Z", "+00:00"))
    for sheet in draft.sheets.values():
        if not sheet.has(TIME):
            continue
        for row, cell in enumerate(sheet.cells(TIME)):
            at = cell.value
            hours = 2 if 4 <= at.month <= 10 else 1
            text = f"{at - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}{mark}"
            sheet.put(row, TIME, text)
    return True


@kind(*LINES, "csv-unreadable", "column-missing", "header-blank")
def header_by_another_delimiter(draft: Draft, random: Random) -> bool:
    """Write the header by commas above rows by semicolons, or the other way."""
    mark = draft.writing.delimiter
    other = random.choice([one for one in (",", ";", "\t") if one != mark])

    def edit(text: str) -> str:
        head, line_end, rest = text.partition(draft.writing.newline)
        return head.replace(mark, other) + line_end + rest

    draft.edit_text(random.choice([r for r in draft.sheets if r != "metadata"]), edit)
    return True


@kind("csv-not-text", "csv-row-width", "header-missing", *LINES)
def lines_of_json(draft: Draft, random: Random) -> bool:
    """Write an object a line, in a file that is called as a table is."""
    sheet = draft.tts
    lines = [
        json.dumps(dict(zip(sheet.header, [c.text for c in row.cells], strict=True)))
        for row in sheet.rows
    ]
    draft.edit_text("TTS", lambda _: "\n".join(lines) + "\n")
    return True


@kind("column-missing", "column-unclear", "column-spelling", "header-blank")
def units_in_the_header(draft: Draft, random: Random) -> bool:
    """Write the unit behind the target's name."""
    sheet = draft.tts
    at = sheet.at(TARGET)
    unit = random.choice((" (pcs)", " [EUR]", "\n(Stk.)", " in kg", " - total", ":"))
    sheet.header[at] += unit
    return True


@kind("column-missing", "column-spelling", "column-unclear")
def blanks_around_the_header(draft: Draft, random: Random) -> bool:
    """Write names with blanks around them, in one of the tables."""
    sheet = random.choice(list(draft.sheets.values()))
    blank = random.choice((" {} ", " {}", "{}\u00a0", "{} \t", "{}\n"))
    if draft.writing.delimiter == "\t" and "\t" in blank:
        return False
    sheet.header = [blank.format(name) for name in sheet.header]
    return True


@kind(*RELATED, loses=True)
def covariates_of_the_future_only(draft: Draft, random: Random) -> bool:
    """Leave out of RTS.csv what it says of the past."""
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    at = related.at(TIME)
    first = min(draft.future)
    related.rows = [row for row in related.rows if row.cells[at].value >= first]
    return bool(related.rows)


@kind(*RELATED, loses=True)
def covariates_that_begin_late(draft: Draft, random: Random) -> bool:
    """Leave the first part of RTS.csv out, as where prices were not kept then."""
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    at = related.at(TIME)
    moments = sorted({row.cells[at].value for row in related.rows})
    first = moments[random.randint(1, len(moments) // 2)]
    related.rows = [row for row in related.rows if row.cells[at].value >= first]
    return True


@kind(*RELATED, "rts-off-boundary", "rts-duplicate-rows", "finer-than-frequency")
def covariates_of_finer_steps(draft: Draft, random: Random) -> bool:
    """Give each covariate at half of each step too."""
    related = draft.sheets.get("RTS")
    if related is None or draft.frequency in ("H", "D"):
        return False
    at = related.at(TIME)
    rows = []
    for row in related.rows:
        cells = list(row.cells)
        moment = cells[at].value + timedelta(days=random.choice((3, 4)))
        cells[at] = Cell(moment.strftime(draft.writing.dates), moment)
        rows += [row, Row(cells, meant=False)]
    related.rows = rows
    return True


@kind("series-twice")
def series_under_two_ids(draft: Draft, random: Random) -> bool:
    """Copy an item under another id, as where an article was numbered anew."""
    sheet = draft.tts
    at = sheet.at(ITEM)
    item = random.choice(sorted({cell.text for cell in sheet.cells(ITEM)}))
    other = f"{item[::-1]}7"
    for each in draft.sheets.values():
        own = [row for row in each.rows if row.cells[each.at(ITEM)].text == item]
        for row in own:
            cells = list(row.cells)
            cells[each.at(ITEM)] = Cell(other, SENSELESS)
            each.rows.append(Row(cells, meant=False))
    return at >= 0


@kind(*SORTS, "column-collision", "target-copied", "rts-has-target", "future-blank")
def columns_of_a_merge(draft: Draft, random: Random) -> bool:
    """Merge the table with itself, as programs do that mark both sides' columns."""
    sheet = draft.tts
    at = sheet.at(TARGET)
    name = sheet.header[at]
    cells = list(sheet.cells(TARGET))
    sheet.header[at] = f"{name}_x"
    sheet.add_column(f"{name}_y", cells, len(sheet.columns))
    sheet.columns[-1] = "the target again"
    sheet.decimals["the target again"] = sheet.decimals[TARGET]
    return True


@kind(*MOMENTS, *STRAYS, "steps-irregular", "off-boundary", "frequency-unclear")
def holidays_moved(draft: Draft, random: Random) -> bool:
    """Stamp some weeks by their second day, as where the first was a holiday."""
    if draft.frequency != "W":
        return False
    sheet = draft.tts
    moments = sorted({cell.value for cell in sheet.cells(TIME)})
    late = set(random.sample(moments, random.randint(1, 3)))
    for row, cell in enumerate(sheet.cells(TIME)):
        if cell.value in late:
            moved = cell.value + timedelta(days=1)
            sheet.put(row, TIME, moved.strftime(draft.writing.dates))
    return True


@kind(*MOMENTS, *STRAYS, "finer-than-frequency")
def orders_not_summed(draft: Draft, random: Random) -> bool:
    """Part some rows in two of the same date, as orders are."""
    sheet = pick_sheet(draft, random)
    if sheet is not draft.tts:
        return False
    at, decimals = sheet.at(TARGET), sheet.decimals[TARGET]
    for row in reversed(some_rows(sheet, random)):
        value = sheet.rows[row].cells[at].value or 0
        part = round(value / 3, decimals)
        texts = [
            spell_number(one, decimals, draft.writing.mark)
            for one in (part, value - part)
        ]
        twin = Row(list(sheet.rows[row].cells), meant=False)
        sheet.put(row, TARGET, texts[0])
        twin.cells[at] = Cell(texts[1], None)
        sheet.rows.insert(row + 1, twin)
    return True
