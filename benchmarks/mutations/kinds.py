"""The kinds of mutations: what each is called, and which findings name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.mutations.draft import TARGET, Draft, Sheet

# Changes a draft in place; gives False when the draft has nothing to change.
Mutate = Callable[[Draft, Random], bool]


@dataclass(frozen=True)
class Kind:
    """One way in which people's files go wrong, and the codes that name it.

    ``loses`` says that what is left cannot be right without a word: rows or values
    are gone that the author had.
    """

    name: str
    mutate: Mutate
    codes: frozenset[str]
    loses: bool = False


KINDS: dict[str, Kind] = {}

# What is said of numbers that are no plain numbers.
NUMBERS = (
    *("target-not-number", "covariate-not-number", "covariate-mixed"),
    *("decimal-ambiguous", "decimal-mixed", "decimal-assumed", "number-units"),
    *("units-mixed", "column-missing"),
)
# What is said of timestamps that are not like the others.
MOMENTS = (
    *("timestamp-unreadable", "timestamp-mixed", "timestamp-ambiguous"),
    *("timestamp-blank", "timestamp-default"),
    *(
        "timestamp-number",
        "duplicate-rows",
        "rts-duplicate-rows",
        "rts-nothing-matched",
        "rts-rows-unmatched",
        "timestamp-swapped",
        "column-missing",
    ),
)
# What is said of a few rows with another id, or at another time: it shows them.
STRAYS = ("series-short", "series-ends-early", "series-gaps", "time-hole")
# What is said of ids that do not match, or match what they should not.
IDS = (
    *("ids-alike", "ids-damaged", "duplicate-rows", "metadata-duplicate"),
    *("rts-series-unknown", "metadata-unknown", "metadata-missing", "key-blank"),
    *("rts-duplicate-rows", "rts-nothing-matched", "ids-unmatched"),
)
# What is said of lines that are no rows of the table.
LINES = ("lines-skipped", "csv-row-width", "header-missing", "header-repeated")


def kind(*codes: str, loses: bool = False) -> Callable[[Mutate], Mutate]:
    """Register a mutation; its name is the function's."""

    def register(mutate: Mutate) -> Mutate:
        name = mutate.__name__.replace("_", "-")
        KINDS[name] = Kind(name, mutate, frozenset(codes), loses)
        return mutate

    return register


def pick_numbers(
    draft: Draft, random: Random, *, fractional: bool = False, least: float = 0
) -> tuple[Sheet, str] | None:
    """Choose a numeric column, the target most often.

    Parameters
    ----------
    draft
        The upload.
    random
        Chooses.
    fractional
        Whether it must have places behind the mark.
    least
        Some value must be at least so large.
    """
    able = [
        (sheet, name)
        for sheet in draft.sheets.values()
        for name, decimals in sheet.decimals.items()
        if (decimals > 0 or not fractional)
        and any((cell.value or 0) >= least for cell in sheet.cells(name))
    ]
    if not able:
        return None
    targets = [one for one in able if one[1] == TARGET]
    return random.choice(targets if targets and random.random() < 0.6 else able)


def pick_sheet(draft: Draft, random: Random) -> Sheet:
    """Choose a table with timestamps, the history most often."""
    if "RTS" in draft.sheets and random.random() < 0.4:
        return draft.sheets["RTS"]
    return draft.tts


def some_rows(sheet: Sheet, random: Random) -> list[int]:
    """Choose some rows: one, a few, or a third; never all."""
    count = len(sheet.rows)
    share = random.choice((1, max(count // 20, 2), max(count // 3, 2)))
    return sorted(random.sample(range(count), min(share, count - 1)))


def block_of_rows(sheet: Sheet, random: Random) -> range:
    """Choose neighbouring rows, between a tenth and a half of all."""
    count = len(sheet.rows)
    length = random.randint(max(count // 10, 1), max(count // 2, 1))
    start = random.randint(0, count - length)
    return range(start, start + length)
