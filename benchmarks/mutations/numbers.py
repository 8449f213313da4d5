"""Mutations of numbers: marks, signs, units, and words where a number should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from benchmarks.mutations.draft import SENSELESS, TARGET, Draft, Sheet, spell_number
from benchmarks.mutations.kinds import NUMBERS, kind, pick_numbers, some_rows

# What is said of cells without a value, in the history and after it.
NOTHING = (
    *("number-missing-word", "target-blank", "covariate-blank", "future-blank"),
    *("future-rows", "series-ends-early", "target-empty"),
)
Write = Callable[[float, int], str]


def _rewrite(sheet: Sheet, name: str, write: Write, rows: Iterable[int]) -> bool:
    """Write the numbers of a column another way; they mean the same."""
    at, places = sheet.at(name), sheet.decimals[name]
    changed = False
    for row in rows:
        cell = sheet.rows[row].cells[at]
        if cell.value is not None:
            text = write(cell.value, places)
            changed |= text != cell.text
            sheet.put(row, name, text)
    return changed


def _everywhere(
    draft: Draft,
    random: Random,
    write: Write,
    *,
    least: float = 0,
    places: bool = False,
) -> bool:
    picked = pick_numbers(draft, random, fractional=places, least=least)
    if picked is None:
        return False
    sheet, name = picked
    return _rewrite(sheet, name, write, range(len(sheet.rows)))


def _in_some_rows(
    draft: Draft,
    random: Random,
    write: Write,
    *,
    least: float = 0,
    places: bool = False,
) -> bool:
    picked = pick_numbers(draft, random, fractional=places, least=least)
    if picked is None:
        return False
    sheet, name = picked
    return _rewrite(sheet, name, write, some_rows(sheet, random))


def _other_mark(draft: Draft) -> str:
    return "," if draft.writing.mark == "." else "."


def _plain(draft: Draft) -> Write:
    return lambda value, places: spell_number(value, places, draft.writing.mark)


@kind(*NUMBERS)
def other_decimal_mark_everywhere(draft: Draft, random: Random) -> bool:
    mark = _other_mark(draft)
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, mark), places=True
    )


@kind(*NUMBERS)
def other_decimal_mark_in_some_rows(draft: Draft, random: Random) -> bool:
    mark = _other_mark(draft)
    return _in_some_rows(
        draft, random, lambda v, n: spell_number(v, n, mark), places=True
    )


@kind(*NUMBERS)
def zeros_behind_the_mark_left_out(draft: Draft, random: Random) -> bool:
    mark = draft.writing.mark

    def write(value: float, places: int) -> str:
        short = f"{value:.{places}f}".rstrip("0").rstrip(".")
        return short.replace(".", mark)

    return _everywhere(draft, random, write, places=True)


@kind(*NUMBERS)
def thousands_commas_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, ".", ","), least=1_000
    )


@kind(*NUMBERS)
def thousands_commas_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(
        draft, random, lambda v, n: spell_number(v, n, ".", ","), least=1_000
    )


@kind(*NUMBERS)
def thousands_points_everywhere(draft: Draft, random: Random) -> bool:
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, ",", "."), least=1_000
    )


@kind(*NUMBERS)
def thousands_points_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(
        draft, random, lambda v, n: spell_number(v, n, ",", "."), least=1_000
    )


@kind(*NUMBERS)
def thousands_blanks(draft: Draft, random: Random) -> bool:
    blank = random.choice((" ", "\u00a0", "\u202f", "\u2009"))
    if draft.writing.encoding == "cp1252":
        blank = "\u00a0"
    mark = draft.writing.mark
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, mark, blank), least=1_000
    )


@kind(*NUMBERS)
def thousands_apostrophes(draft: Draft, random: Random) -> bool:
    group = random.choice(("'", "\u2019"))
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, ".", group), least=1_000
    )


@kind(*NUMBERS)
def thousands_as_in_india(draft: Draft, random: Random) -> bool:
    def write(value: float, places: int) -> str:
        text = spell_number(value, places)
        whole, point, rest = text.partition(".")
        head, tail = whole[:-3], whole[-3:]
        pairs = [head[max(at - 2, 0) : at] for at in range(len(head), 0, -2)]
        return ",".join([*reversed(pairs), tail]) + point + rest

    return _everywhere(draft, random, write, least=100_000)


def _negate(draft: Draft, random: Random, write: Callable[[str], str]) -> bool:
    """Make some numbers negative, and write the sign another way."""
    picked = pick_numbers(draft, random)
    if picked is None:
        return False
    sheet, name = picked
    for row in some_rows(sheet, random):
        value = abs(sheet.cells(name)[row].value or 1.0)
        text = _plain(draft)(value, sheet.decimals[name])
        sheet.put(row, name, write(text), -value)
    return True


@kind(*NUMBERS)
def minus_behind(draft: Draft, random: Random) -> bool:
    return _negate(draft, random, lambda text: f"{text}-")


@kind(*NUMBERS)
def parentheses_for_minus(draft: Draft, random: Random) -> bool:
    return _negate(draft, random, lambda text: f"({text})")


@kind(*NUMBERS)
def minus_of_typesetters(draft: Draft, random: Random) -> bool:
    if draft.writing.encoding == "cp1252":
        return _negate(draft, random, lambda text: f"\u2013{text}")
    return _negate(draft, random, lambda text: f"\u2212{text}")


@kind(*NUMBERS)
def minus_with_a_blank(draft: Draft, random: Random) -> bool:
    return _negate(draft, random, lambda text: f"- {text}")


@kind(*NUMBERS)
def currency_in_front(draft: Draft, random: Random) -> bool:
    sign = random.choice(("$", "\u20ac ", "CHF ", "US$", "\u00a3", "-$"[1:]))
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: sign + plain(v, n))


@kind(*NUMBERS)
def currency_behind(draft: Draft, random: Random) -> bool:
    sign = random.choice((" EUR", " \u20ac", "\u00a0\u20ac", " kr", " USD"))
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: plain(v, n) + sign)


@kind(*NUMBERS)
def currency_in_some_rows(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: f"${plain(v, n)}")


@kind(*NUMBERS)
def unit_behind(draft: Draft, random: Random) -> bool:
    unit = random.choice((" kg", " pcs", " Stk.", "MW", " \u00b0C"))
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: plain(v, n) + unit)


@kind(*NUMBERS)
def unit_in_some_rows(draft: Draft, random: Random) -> bool:
    unit = random.choice((" kg", "k", "M", " Mio.", "e", "*", " p"))
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: plain(v, n) + unit)


@kind(*NUMBERS)
def percent_everywhere(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: f"{plain(v, n)}%")


@kind(*NUMBERS)
def percent_in_some_rows(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: f"{plain(v, n)} %")


def _replace(draft: Draft, random: Random, text: str, value: object) -> bool:
    """Put the same text into some cells of a numeric column."""
    picked = pick_numbers(draft, random)
    if picked is None:
        return False
    sheet, name = picked
    for row in some_rows(sheet, random):
        sheet.put(row, name, text, value)
    return True


@kind(*NUMBERS, *NOTHING)
def words_for_no_value(draft: Draft, random: Random) -> bool:
    word = random.choice(("#N/A", "-", "NULL", "nan", "n/a", "?", ".", "NA"))
    return _replace(draft, random, word, None)


@kind(*NUMBERS, *NOTHING)
def words_of_other_languages_for_no_value(draft: Draft, random: Random) -> bool:
    word = random.choice(("k.A.", "n.d.", "s/d", "--", "n.a.", "leer", "...", ":", "x"))
    return _replace(draft, random, word, None)


@kind(*NUMBERS, *NOTHING)
def errors_of_spreadsheets(draft: Draft, random: Random) -> bool:
    word = random.choice(("#DIV/0!", "#REF!", "#VALUE!", "#WERT!", "#NAME?", "#NV"))
    return _replace(draft, random, word, None)


@kind(*NUMBERS, *NOTHING)
def cells_emptied(draft: Draft, random: Random) -> bool:
    return _replace(draft, random, "", None)


@kind(*NUMBERS, *NOTHING, loses=True)
def targets_emptied(draft: Draft, random: Random) -> bool:
    sheet = draft.tts
    for row in some_rows(sheet, random):
        sheet.put(row, TARGET, "", None)
    return sheet.cells(TARGET)[-1].value is not None


@kind(*NUMBERS, *NOTHING, "values-placeholder", loses=True)
def placeholder_numbers(draft: Draft, random: Random) -> bool:
    return _replace(draft, random, random.choice(("-999", "-9999", "-99999")), None)


@kind(*NUMBERS)
def note_in_a_cell(draft: Draft, random: Random) -> bool:
    note = random.choice(
        ("ca. 12", "12?", "s. o.", "closed", "12/13", "10-12", "1,2,3")
    )
    return _replace(draft, random, note, SENSELESS)


@kind(*NUMBERS)
def letter_for_a_digit(draft: Draft, random: Random) -> bool:
    letter, digit = random.choice((("O", "0"), ("l", "1"), ("S", "5")))
    plain = _plain(draft)
    return _in_some_rows(
        draft, random, lambda v, n: plain(v, n).replace(digit, letter, 1)
    )


@kind(*NUMBERS)
def blank_inside_a_number(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(
        draft, random, lambda v, n: f"{plain(v, n)[:1]} {plain(v, n)[1:]}", least=10
    )


@kind(*NUMBERS)
def apostrophe_in_front(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: f"'{plain(v, n)}")


@kind(*NUMBERS)
def zeros_in_front_in_some_rows(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: f"00{plain(v, n)}")


@kind(*NUMBERS)
def zeros_in_front_everywhere(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: plain(v, n).zfill(10))


@kind(*NUMBERS)
def plus_in_front(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: f"+{plain(v, n)}")


def _scientific(value: float, mark: str) -> str:
    return f"{value:.12E}".replace(".", mark)


@kind(*NUMBERS)
def exponents_everywhere(draft: Draft, random: Random) -> bool:
    mark = draft.writing.mark
    return _everywhere(draft, random, lambda v, n: _scientific(v, mark))


@kind(*NUMBERS)
def exponents_in_some_rows(draft: Draft, random: Random) -> bool:
    return _in_some_rows(draft, random, lambda v, n: _scientific(v, "."))


@kind(*NUMBERS)
def infinity(draft: Draft, random: Random) -> bool:
    return _replace(draft, random, random.choice(("inf", "-inf", "1e999")), SENSELESS)


@kind(*NUMBERS)
def digits_of_full_width(draft: Draft, random: Random) -> bool:
    if draft.writing.encoding == "cp1252":
        return False
    wide = {ord("0") + n: 0xFF10 + n for n in range(10)}
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: plain(v, n).translate(wide))


@kind(*NUMBERS, "spaces-trimmed")
def blanks_around_numbers(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: f"  {plain(v, n)} ")


@kind(*NUMBERS)
def numbers_as_formulas(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)
    return _everywhere(draft, random, lambda v, n: f'="{plain(v, n)}"')


@kind(*NUMBERS)
def flags_in_words(draft: Draft, random: Random) -> bool:
    related = draft.sheets.get("RTS")
    if related is None or not related.has("promo"):
        return False
    no, yes = random.choice((("FALSE", "TRUE"), ("no", "yes"), ("N", "Y")))
    for row in some_rows(related, random):
        value = related.cells("promo")[row].value
        related.put(row, "promo", yes if value else no)
    return True


@kind(*NUMBERS)
def values_in_thousands_in_a_block(draft: Draft, random: Random) -> bool:
    cells = draft.tts.cells(TARGET)
    mark = draft.writing.mark
    if min(cell.value for cell in cells) < 100_000:
        return False
    for row in some_rows(draft.tts, random):
        text = f"{cells[row].value / 1000:.0f}k".replace(".", mark)
        draft.tts.put(row, TARGET, text)
    return True


@kind(*NUMBERS, "numbers-rounded")
def rounded_by_a_spreadsheet(draft: Draft, random: Random) -> bool:
    """Write large numbers as a spreadsheet shows them in a narrow column."""
    mark = draft.writing.mark
    return _everywhere(
        draft, random, lambda v, n: f"{v:.2E}".replace(".", mark), least=100_000
    )


GERMAN_MONTHS = (
    *("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun"),
    *("Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
)


@kind(*NUMBERS)
def numbers_turned_into_dates(draft: Draft, random: Random) -> bool:
    """Turn 5.12 into the fifth of December, as a spreadsheet does."""
    picked = pick_numbers(draft, random, fractional=True)
    if picked is None:
        return False
    sheet, name = picked
    changed = False
    for row, cell in enumerate(sheet.cells(name)):
        day, month = divmod(round((cell.value or 0) * 100), 100)
        if 1 <= day <= 28 and 1 <= month <= 12:
            sheet.put(row, name, f"{day:02d}.{GERMAN_MONTHS[month - 1]}")
            changed = True
    return changed


@kind(*NUMBERS)
def footnotes_behind_numbers(draft: Draft, random: Random) -> bool:
    note = random.choice(("\u00b9", "\u00b2", " b", " (p)", " [1]", "1)", " e/"))
    plain = _plain(draft)
    return _in_some_rows(draft, random, lambda v, n: plain(v, n) + note)


@kind(*NUMBERS)
def credit_and_debit(draft: Draft, random: Random) -> bool:
    return _negate(draft, random, lambda text: text + random.choice((" CR", " H", "C")))


@kind(*NUMBERS)
def words_of_programs_for_numbers(draft: Draft, random: Random) -> bool:
    word = random.choice(("TRUE", "False", "Infinity", "0x1A", "1e", "[12.0]", "12L"))
    return _replace(draft, random, word, SENSELESS)


@kind(*NUMBERS)
def underscores_between_thousands(draft: Draft, random: Random) -> bool:
    mark = draft.writing.mark
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, mark, "_"), least=1_000
    )


@kind(*NUMBERS)
def thousands_of_an_abbreviation(draft: Draft, random: Random) -> bool:
    """Write some large numbers short, as people do: 1.2M."""
    size, word = random.choice(
        ((1e6, "M"), (1e6, " Mio"), (1e3, "K"), (1e3, " Tsd."), (1e6, " m"))
    )
    mark = draft.writing.mark
    return _in_some_rows(
        draft,
        random,
        lambda v, n: f"{v / size:.3f}".replace(".", mark) + word,
        least=size,
    )


@kind(*NUMBERS)
def point_behind_whole_numbers(draft: Draft, random: Random) -> bool:
    mark = draft.writing.mark
    return _everywhere(
        draft, random, lambda v, n: spell_number(v, n, mark) + ("" if n else mark)
    )


@kind(*NUMBERS)
def zero_before_the_mark_left_out(draft: Draft, random: Random) -> bool:
    plain = _plain(draft)

    def write(value: float, places: int) -> str:
        text = plain(value, places)
        return text[1:] if text.startswith(("0.", "0,")) else text

    return _everywhere(draft, random, write, places=True)


@kind(*NUMBERS)
def noise_of_floating_points(draft: Draft, random: Random) -> bool:
    """Write 0.1 + 0.2 as programs do; it means the same to nine places."""
    mark = draft.writing.mark
    return _everywhere(
        draft,
        random,
        lambda v, n: f"{v + 3e-13:.12f}".replace(".", mark),
        places=True,
    )


@kind(*NUMBERS)
def two_numbers_in_a_cell(draft: Draft, random: Random) -> bool:
    mark = random.choice((" / ", "; ", " - ", "+"))
    plain = _plain(draft)
    picked = pick_numbers(draft, random)
    if picked is None:
        return False
    sheet, name = picked
    for row in some_rows(sheet, random):
        value = sheet.cells(name)[row].value or 1.0
        text = plain(value, sheet.decimals[name])
        sheet.put(row, name, f"{text}{mark}{text}", SENSELESS)
    return True
