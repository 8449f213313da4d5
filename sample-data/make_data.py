"""Makes data.zip: monthly sales of musical instruments, by seed, with no surprise.

    python sample-data/make_data.py [folder]

Only the standard library's ``random()`` is used, and the archive is stored, not
deflated, so that every Python makes the same bytes.
"""

import csv
import io
import math
import random
import sys
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist

SEED = 1830
FIRST_YEAR, YEARS = 2018, 8
MONTHS = 12 * YEARS
INSTRUMENTS = [
    "accordion",
    "alto-saxophone",
    "baritone-horn",
    "bass-clarinet",
    "bass-drum",
    "bass-guitar",
    "bassoon",
    "cajon",
    "celesta",
    "cello",
    "clarinet",
    "classical-guitar",
    "cornet",
    "djembe",
    "double-bass",
    "drum-kit",
    "electric-guitar",
    "electric-piano",
    "english-horn",
    "euphonium",
    "flugelhorn",
    "flute",
    "french-horn",
    "glockenspiel",
    "grand-piano",
    "harmonica",
    "harp",
    "harpsichord",
    "kalimba",
    "mandolin",
    "marimba",
    "melodica",
    "oboe",
    "piccolo",
    "recorder",
    "snare-drum",
    "synthesizer",
    "tenor-saxophone",
    "timpani",
    "trombone",
    "trumpet",
    "tuba",
    "ukulele",
    "upright-piano",
    "vibraphone",
    "viola",
    "violin",
    "xylophone",
]
LAUNCHED = {"kalimba": 29, "cajon": 23, "melodica": 40, "electric-piano": 18}
LAUNCHED |= {"djembe": 47, "synthesizer": 12, "flugelhorn": 54, "bass-clarinet": 35}
DISCONTINUED = {"celesta": 66, "harpsichord": 58, "baritone-horn": 79, "timpani": 84}
GAPS = 14


@dataclass(frozen=True)
class Instrument:
    """How one instrument sells; sizes are units a month."""

    name: str
    size: float
    growth: float
    christmas: float
    school: float
    noise: float


def _normal(chance: random.Random) -> float:
    return NormalDist().inv_cdf(min(max(chance.random(), 1e-9), 1 - 1e-9))


def _between(chance: random.Random, low: float, high: float) -> float:
    return low + (high - low) * chance.random()


def _invent(name: str, chance: random.Random) -> Instrument:
    return Instrument(
        name=name,
        size=math.exp(_between(chance, math.log(25), math.log(900))),
        growth=_between(chance, -0.08, 0.24),
        christmas=_between(chance, 0.15, 0.75),
        school=_between(chance, 0.0, 0.45),
        noise=_between(chance, 0.06, 0.13),
    )


def _expected_units(instrument: Instrument, month: int) -> float:
    """Trend times season: Christmas gifts, and September's new pupils."""
    of_year = month % 12
    trend = math.exp(instrument.growth * month / 12)
    season = 1.0
    season += instrument.christmas * {10: 0.5, 11: 1.0, 0: -0.3, 1: -0.2}.get(
        of_year, 0
    )
    season += instrument.school * {7: 0.5, 8: 1.0, 9: 0.3, 6: -0.2}.get(of_year, 0)
    return instrument.size * trend * season


def _sales(instrument: Instrument, chance: random.Random) -> list[int]:
    """Sales of every month, with a promotion about once in twenty."""
    sales = []
    for month in range(MONTHS):
        promotion = _between(chance, 1.3, 1.7) if chance.random() < 0.05 else 1.0
        after_launch = month - LAUNCHED.get(instrument.name, -99)
        start = 1 - math.exp(-(after_launch + 1) / 3) if after_launch >= 0 else 0.0
        noise = math.exp(instrument.noise * _normal(chance))
        units = _expected_units(instrument, month) * promotion * start * noise
        sales.append(round(units))
    return sales


def make_rows() -> list[tuple[str, str, int]]:
    """Make the rows of TTS.csv, sorted by item and month."""
    chance = random.Random(SEED)
    rows = []
    for name in INSTRUMENTS:
        sales = _sales(_invent(name, chance), chance)
        first, end = LAUNCHED.get(name, 0), DISCONTINUED.get(name, MONTHS)
        for month in range(first, end):
            day = date(FIRST_YEAR + month // 12, month % 12 + 1, 1)
            rows.append((name, day.isoformat(), sales[month]))
    # A gap has a neighbour on both sides and does not touch the last year.
    for _ in range(GAPS):
        at = int(_between(chance, 1, len(rows) - 1))
        inside = rows[at - 1][0] == rows[at][0] == rows[at + 1][0]
        if inside and rows[at][1] < f"{FIRST_YEAR + YEARS - 1}":
            del rows[at]
    return rows


def write_archive(path: Path) -> None:
    """Write data.zip with TTS.csv, the same bytes each time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("item_id", "timestamp", "target_value"))
    writer.writerows(make_rows())
    member = zipfile.ZipInfo("TTS.csv", date_time=(2026, 1, 1, 0, 0, 0))
    member.external_attr = 0o644 << 16
    member.create_system = 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text.getvalue())


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent
    write_archive(folder / "data.zip")
