"""Mutations of timestamps: their order, their years, their zones, their form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random

from benchmarks.mutations.draft import (
    GROUP,
    ITEM,
    TARGET,
    TIME,
    Cell,
    Draft,
    Row,
    Sheet,
)
from benchmarks.mutations.kinds import (
    MOMENTS,
    STRAYS,
    block_of_rows,
    kind,
    pick_sheet,
    some_rows,
)

Spell = Callable[[datetime], str]
EPOCH = datetime(1970, 1, 1)
SERIAL = datetime(1899, 12, 30)
WIDE = (
    "column-missing",
    "column-unclear",
    *MOMENTS,
)  # the column itself is not recognised any more

BEYOND = (
    "beyond-horizon",
    "rts-beyond-horizon",
    "future-partial",
    "rts-history-missing",
    "rts-off-boundary",
)


def _respell(sheet: Sheet, spell: Spell, rows: Iterable[int]) -> bool:
    """Write the timestamps of some rows another way; they mean the same."""
    changed = False
    for row in rows:
        cell = sheet.rows[row].cells[sheet.at(TIME)]
        if isinstance(cell.value, datetime):
            text = spell(cell.value)
            changed |= text != cell.text
            sheet.put(row, TIME, text)
    return changed


def _everywhere(draft: Draft, random: Random, spell: Spell) -> bool:
    """Write all timestamps another way: in one table, or in both."""
    sheets = [sheet for sheet in draft.sheets.values() if sheet.has(TIME)]
    if random.random() < 0.4:
        sheets = [pick_sheet(draft, random)]
    changed = [_respell(sheet, spell, range(len(sheet.rows))) for sheet in sheets]
    return any(changed)


def _in_some_rows(draft: Draft, random: Random, spell: Spell) -> bool:
    sheet = pick_sheet(draft, random)
    rows: Iterable[int] = some_rows(sheet, random)
    if random.random() < 0.5:
        rows = block_of_rows(sheet, random)
    return _respell(sheet, spell, rows)


def _form(draft: Draft, date: str) -> str:
    """Give a form of dates, with the time of day where the data has one."""
    return f"{date} %H:%M" if draft.frequency == "H" else date


def _swapped(form: str) -> str:
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


@kind(*MOMENTS)
def day_and_month_swapped_in_a_block(draft: Draft, random: Random) -> bool:
    form = random.choice(("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m-%d-%Y"))
    form = _form(draft, form)
    sheet = pick_sheet(draft, random)
    _respell(sheet, lambda at: at.strftime(form), range(len(sheet.rows)))
    rows = block_of_rows(sheet, random)
    return _respell(sheet, lambda at: at.strftime(_swapped(form)), rows)


@kind(*MOMENTS)
def day_and_month_swapped_by_a_spreadsheet(draft: Draft, random: Random) -> bool:
    """Read month-first what was day-first, where that gives a date at all."""
    sheet = pick_sheet(draft, random)

    def spell(at: datetime) -> str:
        if at.day > 12:
            return at.strftime(draft.writing.dates)
        return at.replace(month=at.day, day=at.month).strftime(draft.writing.dates)

    return _respell(sheet, spell, range(len(sheet.rows)))


@kind(*MOMENTS)
def other_order_everywhere(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d")))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS)
def years_of_two_digits(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%d.%m.%y", "%m/%d/%y", "%d-%b-%y")))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS)
def years_of_two_digits_in_some_rows(draft: Draft, random: Random) -> bool:
    form = draft.writing.dates.replace("%Y", "%y")
    return _in_some_rows(draft, random, lambda at: at.strftime(form))


@kind(*WIDE)
def years_of_two_digits_first(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%y-%m-%d", "%y/%m/%d", "%y.%m.%d")))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS, *STRAYS, *BEYOND, "grid-too-large")
def year_mistyped_in_one_row(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    row = random.randrange(len(sheet.rows))
    off = random.choice((-1, 1, -10, 10, 100, -1000, 9))
    at = sheet.cells(TIME)[row].value
    if (at.month, at.day) == (2, 29):
        return False
    wrong = at.replace(year=at.year + off).strftime(draft.writing.dates)
    sheet.put(row, TIME, wrong.replace(str(at.year + off), f"{at.year + off:04d}"))
    return True


@kind(
    *(*MOMENTS, *STRAYS, *BEYOND),
    *("steps-irregular", "frequency-unclear", "off-boundary"),
)
def day_mistyped_in_one_row(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    row = random.randrange(len(sheet.rows))
    at = sheet.cells(TIME)[row].value
    wrong = at.replace(day=random.choice([n for n in range(1, 29) if n != at.day]))
    sheet.put(row, TIME, wrong.strftime(draft.writing.dates))
    return True


@kind(*MOMENTS)
def day_that_is_not(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    row = random.randrange(len(sheet.rows))
    text = random.choice(("2021-02-30", "2021-13-01", "00.00.0000", "31/04/2021"))
    sheet.put(row, TIME, text)
    return True


@kind(*MOMENTS, "timestamp-zones", "timestamp-zone-dropped")
def zone_in_some_rows(draft: Draft, random: Random) -> bool:
    zone = random.choice(("Z", "+02:00", " +0100", " CET", " UTC", "-05"))
    return _in_some_rows(
        draft, random, lambda at: f"{at.strftime(draft.writing.dates)}{zone}"
    )


@kind(*WIDE, "timestamp-zones", "timestamp-zone-dropped", "rts-rows-unmatched")
def zone_everywhere(draft: Draft, random: Random) -> bool:
    zone = random.choice(("Z", "+02:00", " CET", " UTC"))
    return _everywhere(
        draft, random, lambda at: f"{at.strftime('%Y-%m-%dT%H:%M:%S')}{zone}"
    )


@kind(*MOMENTS, "timestamp-zones", "timestamp-utc")
def offsets_of_a_clock_change(draft: Draft, random: Random) -> bool:
    if draft.frequency not in ("H", "D", "M"):
        return False
    # Never the first moment, so that there are two offsets.
    change = random.choice(sorted({c.value for c in draft.tts.cells(TIME)})[1:])

    def spell(at: datetime) -> str:
        summer = at >= change
        local = at + timedelta(hours=2 if summer else 1)
        return f"{local:%Y-%m-%d %H:%M:%S}{'+02:00' if summer else '+01:00'}"

    return _everywhere(draft, random, spell)


@kind(
    *(*MOMENTS, "timestamp-time-dropped", "finer-than-frequency"),
    *("off-boundary", "steps-irregular"),
)
def time_of_day_in_some_rows(draft: Draft, random: Random) -> bool:
    if draft.frequency == "H":
        return False
    time = random.choice((" 00:00:00", " 12:00:00", " 23:59:59", "T06:00"))
    return _in_some_rows(
        draft, random, lambda at: f"{at.strftime(draft.writing.dates)}{time}"
    )


@kind(*MOMENTS)
def midnights_without_time(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False
    form = draft.writing.dates

    def spell(at: datetime) -> str:
        return at.strftime(
            form.split(" %H")[0].split("T%H")[0] if at.hour == 0 else form
        )

    return _everywhere(draft, random, spell)


@kind(*MOMENTS)
def hour_24(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False

    def spell(at: datetime) -> str:
        if at.hour:
            return at.strftime(draft.writing.dates)
        before = (at - timedelta(days=1)).strftime(draft.writing.dates)
        return before.replace("00:00", "24:00", 1)

    return _everywhere(draft, random, spell)


@kind(*MOMENTS)
def hours_without_half_of_the_day(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False
    return _everywhere(draft, random, lambda at: at.strftime("%Y-%m-%d %I:%M"))


@kind(*MOMENTS, "timestamp-ambiguous")
def hours_of_the_us(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False
    return _everywhere(draft, random, lambda at: at.strftime("%m/%d/%Y %I:%M:%S %p"))


def _serial(at: datetime) -> str:
    days = (at - SERIAL) / timedelta(days=1)
    return f"{days:.6f}".rstrip("0").rstrip(".")


@kind(*WIDE)
def days_of_spreadsheets_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(draft, random, _serial)


@kind(*MOMENTS)
def days_of_spreadsheets_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, _serial)


@kind(*WIDE)
def eight_digits_everywhere(draft: Draft, random: Random) -> bool:
    if draft.frequency == "H":
        return False
    return _everywhere(draft, random, lambda at: at.strftime("%Y%m%d"))


@kind(*MOMENTS)
def eight_digits_in_some_rows(draft: Draft, random: Random) -> bool:
    if draft.frequency == "H":
        return False
    return _in_some_rows(draft, random, lambda at: at.strftime("%Y%m%d"))


@kind(*WIDE)
def six_digits(draft: Draft, random: Random) -> bool:
    if draft.frequency not in ("M", "3M"):
        return False
    form = random.choice(("%Y%m", "%Y.%m", "%m.%Y", "%Y-%m"))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*WIDE)
def digits_to_the_second(draft: Draft, random: Random) -> bool:
    return _everywhere(draft, random, lambda at: at.strftime("%Y%m%d%H%M%S"))


@kind(*WIDE)
def seconds_since_1970(draft: Draft, random: Random) -> bool:
    unit = random.choice((1, 1_000))
    return _everywhere(
        draft, random, lambda at: str(int((at - EPOCH).total_seconds()) * unit)
    )


@kind(*WIDE)
def months_in_words(draft: Draft, random: Random) -> bool:
    form = random.choice(("%d-%b-%Y", "%B %d, %Y", "%d %B %Y", "%b-%y", "%b %Y"))
    if "%d" not in form and draft.frequency not in ("M", "3M"):
        return False
    if draft.frequency == "H":
        form = "%d-%b-%Y %H:%M"
    return _everywhere(draft, random, lambda at: at.strftime(form))


GERMAN = "Jan Feb M\u00e4r Apr Mai Jun Jul Aug Sep Okt Nov Dez"
FRENCH = "janv. f\u00e9vr. mars avr. mai juin juil. ao\u00fbt sept. oct. nov. d\u00e9c."


@kind(*WIDE)
def months_in_words_of_others(draft: Draft, random: Random) -> bool:
    words = random.choice((GERMAN, FRENCH)).split()
    if draft.frequency == "H":
        return False
    return _everywhere(
        draft, random, lambda at: f"{at.day:02d} {words[at.month - 1]} {at.year}"
    )


@kind(*MOMENTS)
def other_form_in_a_block(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y/%m/%d")))
    return _in_some_rows(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS)
def timestamps_left_out_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda at: "")


@kind(*MOMENTS)
def timestamps_written_once_a_block(draft: Draft, random: Random) -> bool:
    sheet = pick_sheet(draft, random)
    sheet.rows.sort(key=lambda row: row.cells[sheet.at(TIME)].value)
    moments = [cell.value for cell in sheet.cells(TIME)]
    same = [n for n in range(1, len(moments)) if moments[n] == moments[n - 1]]
    return _respell(sheet, lambda at: "", same)


@kind(*WIDE)
def weekday_in_front(draft: Draft, random: Random) -> bool:
    form = random.choice(("%a %Y-%m-%d", "%A, %d %B %Y", "%a, %d.%m.%Y"))
    return _everywhere(draft, random, lambda at: at.strftime(_form(draft, form)))


@kind(*MOMENTS, "timestamp-fraction-cut", "column-missing", "column-unclear")
def fractions_of_seconds(draft: Draft, random: Random) -> bool:
    fraction = random.choice((".000", ".483", ".0000000", ".123456"))
    return _everywhere(draft, random, lambda at: f"{at:%Y-%m-%d %H:%M:%S}{fraction}")


@kind(*WIDE)
def quarters_in_words(draft: Draft, random: Random) -> bool:
    if draft.frequency != "3M":
        return False
    form = random.choice(("Q{q} {y}", "{y}Q{q}", "{q}Q{y}", "{y}-Q{q}", "Q{q}/{y}"))
    return _everywhere(
        draft, random, lambda at: form.format(q=(at.month + 2) // 3, y=at.year)
    )


@kind(*WIDE, "duplicate-rows")
def weeks_by_number(draft: Draft, random: Random) -> bool:
    if draft.frequency != "W":
        return False
    forms = ("%G-W%V", "%G%V", "%V/%G", "KW %V %G", "%G-%V")
    form = random.choice(forms)
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*WIDE)
def hashes_of_a_narrow_column(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda at: "########")


@kind(*WIDE)
def intervals(draft: Draft, random: Random) -> bool:
    length = timedelta(hours=1 if draft.frequency == "H" else 24)
    form = "%d.%m.%Y %H:%M"
    return _everywhere(
        draft,
        random,
        lambda at: f"{at.strftime(form)} - {(at + length).strftime(form)}",
    )


@kind(*WIDE, "header-twice", "timestamp-two-columns", "frequency-unclear")
def timestamp_in_two_columns(draft: Draft, random: Random) -> bool:
    if draft.frequency in ("D", "W"):
        return False
    hourly = draft.frequency == "H"
    names = ("Date", "Hour") if hourly else ("Year", "Month")
    first, second = ("%Y-%m-%d", "%H") if hourly else ("%Y", "%m")
    for sheet in draft.sheets.values():
        if sheet.has(TIME):
            cells, at = sheet.cells(TIME), sheet.at(TIME)
            sheet.header[at] = names[0]
            for row, cell in enumerate(cells):
                sheet.put(row, TIME, cell.value.strftime(first))
            texts = [cell.value.strftime(second) for cell in cells]
            parts = [Cell(text, text) for text in texts]
            sheet.add_column(names[1], parts, at + 1)
    return True


@kind(
    "rts-rows-unmatched", "rts-nothing-matched", "rts-history-missing", "future-partial"
)
def related_table_of_other_moments(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    off = timedelta(hours=1) if draft.frequency == "H" else timedelta(days=1)
    off *= random.choice((1, -1))
    return _respell(
        related,
        lambda at: (at + off).strftime(draft.writing.dates),
        range(len(related.rows)),
    )


@kind(*MOMENTS, *STRAYS, "steps-irregular")
def clocks_put_back(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False
    moments = sorted({cell.value for cell in draft.tts.cells(TIME)})
    change = random.choice(moments[2:])
    back = timedelta(hours=random.choice((1, -1)))
    return _respell(
        draft.tts,
        lambda at: (at - back if at >= change else at).strftime(draft.writing.dates),
        range(len(draft.tts.rows)),
    )


@kind(
    "series-ends-early",
    "future-rows",
    "zeros-at-end",
    "future-none",
    "duplicate-rows",
    "future-zeros",
)
def future_rows_of_zeros(draft: Draft, random: Random) -> bool:
    return _append_future(draft, random, "0")


@kind("future-rows", "future-blank", "rts-beyond-horizon")
def future_rows_without_target(draft: Draft, random: Random) -> bool:
    return _append_future(draft, random, "")


def _append_future(draft: Draft, random: Random, text: str) -> bool:
    """Write the months to come into the history, as planners' exports do."""
    sheet = draft.tts
    if set(sheet.columns) - {ITEM, GROUP, TIME, TARGET}:
        return False
    last: dict[tuple[str, ...], list[Cell]] = {}
    for row in sheet.rows:
        keys = tuple(row.cells[sheet.at(n)].text for n in (ITEM, GROUP) if sheet.has(n))
        last[keys] = row.cells
    count = random.randint(1, len(draft.future))
    for cells in last.values():
        for moment in draft.future[:count]:
            fresh = list(cells)
            fresh[sheet.at(TIME)] = Cell(moment.strftime(draft.writing.dates), moment)
            fresh[sheet.at(TARGET)] = Cell(text, None)
            sheet.rows.append(Row(fresh, meant=False))
    return True


@kind(*WIDE, "timestamp-time-dropped")
def midnights_of_the_us(draft: Draft, random: Random) -> bool:
    """Write dates as reporting services do, with the hour of midnight."""
    if draft.frequency == "H":
        return False
    form = random.choice(("%m/%d/%Y 12:00:00 AM", "%d/%m/%Y 00:00:00", "%d.%m.%Y 0:00"))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS)
def zeros_of_dates_left_out(draft: Draft, random: Random) -> bool:
    forms = ("{0.year}-{0.month}-{0.day}", "{0.day}.{0.month}.{0.year}")
    form = random.choice((*forms, "{0.month}/{0.day}/{0.year}"))
    if draft.frequency == "H":
        form += " {0.hour}:{0.minute:02d}"
    return _everywhere(draft, random, form.format)


@kind(*WIDE)
def year_left_out(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%d %b", "%m-%d", "%d.%m.", "%b %d", "%B")))
    return _everywhere(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS)
def year_left_out_in_some_rows(draft: Draft, random: Random) -> bool:
    form = _form(draft, random.choice(("%d %b", "%m-%d", "%d.%m.", "%m/%d")))
    return _in_some_rows(draft, random, lambda at: at.strftime(form))


@kind(*MOMENTS, "finer-than-frequency")
def time_of_day_lost(draft: Draft, random: Random) -> bool:
    if draft.frequency != "H":
        return False
    return _everywhere(draft, random, lambda at: at.strftime("%Y-%m-%d"))


@kind(*MOMENTS)
def words_for_no_moment(draft: Draft, random: Random) -> bool:
    word = random.choice(("NaT", "None", "NULL", "-", "n/a", "1900-01-00", "TBD"))
    return _in_some_rows(draft, random, lambda at: word)


@kind(*MOMENTS, "time-hole", "grid-too-large", "series-ends-early")
def moments_of_a_default(draft: Draft, random: Random) -> bool:
    """Write what databases hold where no date is known."""
    moment = datetime.fromisoformat(
        random.choice(("1900-01-01", "1970-01-01", "9999-12-31", "0001-01-01"))
    )
    form = draft.writing.dates.replace("%Y", f"{moment.year:04d}")
    return _in_some_rows(draft, random, lambda at: moment.strftime(form))


@kind(*WIDE)
def moments_as_programs_show_them(draft: Draft, random: Random) -> bool:
    shape = random.choice(
        ("Timestamp('{:%Y-%m-%d %H:%M:%S}')", "b'{:%Y-%m-%d}'", "/Date({:%Y%m%d})/")
    )
    if draft.frequency == "H" and "%H" not in shape:
        return False
    return _everywhere(draft, random, shape.format)


@kind(*WIDE)
def ordinals_of_days(draft: Draft, random: Random) -> bool:
    ends = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
    if draft.frequency == "H":
        return False

    def spell(at: datetime) -> str:
        return f"{at.day}{ends.get(at.day, 'th')} {at:%B %Y}"

    return _everywhere(draft, random, spell)


@kind(*WIDE)
def apostrophe_in_front_of_dates(draft: Draft, random: Random) -> bool:
    form = draft.writing.dates
    return _everywhere(draft, random, lambda at: f"'{at.strftime(form)}")


@kind(
    *MOMENTS,
    *("off-boundary", "timestamp-time-dropped", "steps-irregular", "frequency-unclear"),
)
def seconds_of_a_logger(draft: Draft, random: Random) -> bool:
    """Stamp each row some seconds late, as loggers do."""
    form = "%Y-%m-%d %H:%M:%S"
    return _everywhere(
        draft,
        random,
        lambda at: (at + timedelta(seconds=random.randint(0, 9))).strftime(form),
    )


def _last_day(draft: Draft, at: datetime) -> datetime:
    months = 3 if draft.frequency == "3M" else 1
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return datetime(year, month + 1, 1) - timedelta(days=1)


@kind(*MOMENTS, "off-boundary")
def last_days_of_periods(draft: Draft, random: Random) -> bool:
    """Stamp months and quarters by their last days; the forecast moves them."""
    if draft.frequency not in ("M", "3M"):
        return False
    form = draft.writing.dates
    return _everywhere(draft, random, lambda at: _last_day(draft, at).strftime(form))


@kind(*MOMENTS, "off-boundary")
def other_days_of_the_week(draft: Draft, random: Random) -> bool:
    if draft.frequency != "W":
        return False
    form, off = draft.writing.dates, timedelta(days=random.randint(1, 6))
    return _everywhere(draft, random, lambda at: (at + off).strftime(form))


@kind(
    *("rts-nothing-matched", "rts-rows-unmatched", "rts-history-missing"),
    *("future-partial", "future-none", "rts-beyond-horizon"),
)
def related_table_of_another_year(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None:
        return False
    off, form = random.choice((-1, 1, 10)), draft.writing.dates

    def spell(at: datetime) -> str:
        day = min(at.day, 28) if at.month == 2 else at.day
        return at.replace(year=at.year + off, day=day).strftime(form)

    return _respell(related, spell, range(len(related.rows)))


@kind(*WIDE, *MOMENTS, "future-blank")
def another_date_beside(draft: Draft, random: Random) -> bool:
    """Put a second date column in, such as the day of the export."""
    sheet = draft.tts
    name = random.choice(("Export Date", "updated_at", "Ship Date", "Created"))
    form, late = "%Y-%m-%d", random.randint(0, 40)
    moments = [cell.value for cell in sheet.cells(TIME)]
    if late:
        days = [at + timedelta(days=late, hours=1) for at in moments]
    else:
        days = [max(moments)] * len(moments)
    texts = [day.strftime(form) for day in days]
    cells = [Cell(text, text) for text in texts]
    sheet.add_column(name, cells, random.choice((0, len(sheet.columns))))
    return True
