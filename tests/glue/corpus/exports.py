"""Uploads as spreadsheets of six languages export them, and what an export is.

A case says what the upload must become: the exact forecast input, or the exact
findings and what they must say.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.building.uploads import HEADER, Case, as_zip, make_csv, months


@dataclass(frozen=True)
class Export(Case):
    """A case whose findings must hold some words, by their code."""

    says: dict[str, tuple[str, ...]] = field(default_factory=dict)


ITEMS = ("Akkordeon", "Banjo")
MONTHS = [date.fromisoformat(text) for text in months(24)]
DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(70)]
HOURS = [datetime(2020, 1, 14) + timedelta(hours=n) for n in range(120)]


def value_of(item, step):
    """Give a whole number between 900 and 1,199, so that some have thousands."""
    return 900 + (sum(map(ord, item)) * 7 + step * 67) % 300


def rows_of(items=ITEMS, stamps=MONTHS, value=value_of):
    """Give what an export means: item, moment, value."""
    return [(i, t, value(i, n)) for i in items for n, t in enumerate(stamps)]


def as_train(rows, header=HEADER):
    """Write the forecast input that these rows are."""
    return make_csv(header, [(i, _plain(t), *rest) for i, t, *rest in rows])


def _plain(moment):
    return f"{moment}" if isinstance(moment, (date, datetime)) else moment


def write(header, rows, delimiter=";", encoding="utf-8", newline="\n"):
    """Write a table as bytes."""
    return make_csv(header, rows, delimiter, newline).encode(encoding)


def group(value, decimals, mark, between):
    """Write a number with grouped thousands."""
    text = f"{value:,.{decimals}f}".replace(".", "\0").replace(",", between)
    return text.replace("\0", mark)


@dataclass(frozen=True)
class Language:
    """How the spreadsheets of a country write."""

    name: str
    header: tuple[str, str, str]
    date: str
    mark: str
    between: str
    money: str
    months: str
    encoding: str = "cp1252"


LANGUAGES = (
    Language(
        "German",
        ("Artikel", "Verkaufstag", "St\xfcckzahl"),
        "%d.%m.%Y",
        ",",
        ".",
        "{} \u20ac",
        "Jan Feb M\xe4r Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    ),
    Language(
        "French",
        ("Article", "Jour de vente", "Quantit\xe9"),
        "%d/%m/%Y",
        ",",
        "\xa0",
        "{} \u20ac",
        "janv. f\xe9vr. mars avr. mai juin juil. ao\xfbt sept. oct. nov. d\xe9c.",
    ),
    Language(
        "Spanish",
        ("Art\xedculo", "Fecha", "Cantidad"),
        "%d/%m/%Y",
        ",",
        ".",
        "{} \u20ac",
        "ene feb mar abr may jun jul ago sept oct nov dic",
    ),
    Language(
        "Italian",
        ("Articolo", "Data", "Quantit\xe0"),
        "%d/%m/%Y",
        ",",
        ".",
        "\u20ac {}",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    ),
    Language(
        "Swiss",
        ("Artikel", "Datum", "Absatz St\xfcck"),
        "%d.%m.%Y",
        ".",
        "\u2019",
        "CHF {}",
        "Jan. Feb. M\xe4rz Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    ),
    Language(
        "Swedish",
        ("Artikel", "Datum", "S\xe5lt antal"),
        "%Y-%m-%d",
        ",",
        "\xa0",
        "{} kr",
        "jan feb mar apr maj jun jul aug sep okt nov dec",
    ),
)


def _codes(language, *more):
    dates = () if language.date == "%Y-%m-%d" else ("timestamp-normalised",)
    return ("csv-delimiter", "csv-encoding", *dates, *more)


def _sheet(language, write_value, rows, write_date=None):
    write_date = write_date or (lambda at: at.strftime(language.date))
    lines = [(i, write_date(t), write_value(v)) for i, t, v in rows]
    return as_zip(write(language.header, lines, encoding=language.encoding))


def _word_of(language):
    words = language.months.split(" ")
    return lambda at: f"{words[at.month - 1]} {at.year}"


WHOLE = rows_of(value=lambda i, n: value_of(i, n) - 800)
CENTS = [(i, t, v + 0.25) for i, t, v in rows_of()]
SMALL = [(i, t, v / 8) for i, t, v in WHOLE]
LARGE = [(i, t, v * 1_000 + 49) for i, t, v in rows_of()]


def _languages():
    for one in LANGUAGES:
        header, name = one.header, one.name

        def grouped(value, decimals=0, one=one):
            return group(value, decimals, one.mark, one.between)

        def money(value, one=one):
            return one.money.format(group(value, 2, one.mark, one.between))

        def comma(value, one=one):
            return f"{value}".replace(".", one.mark)

        yield Export(
            f"{name} sheet of whole numbers",
            _sheet(one, str, WHOLE),
            _codes(one),
            train=as_train(WHOLE, header),
        )
        yield Export(
            f"{name} sheet of decimals",
            _sheet(one, comma, SMALL),
            _codes(one, *(["number-marks"] if one.mark == "," else [])),
            train=as_train(SMALL, header),
        )
        yield Export(
            f"{name} sheet of thousands and cents",
            _sheet(one, lambda v: grouped(v, 2), CENTS),
            _codes(one, "number-marks"),
            train=as_train(CENTS, header),
        )
        unclear = one.between == "."
        yield Export(
            f"{name} sheet of thousands",
            _sheet(one, grouped, rows_of()),
            _codes(one, "decimal-ambiguous" if unclear else "number-marks"),
            train=None if unclear else as_train(rows_of(), header),
            says={"decimal-ambiguous": ("1.", "DecimalMark")} if unclear else {},
        )
        yield Export(
            f"{name} sheet of millions",
            _sheet(one, grouped, LARGE),
            _codes(one, "number-marks"),
            train=as_train(LARGE, header),
        )
        yield Export(
            f"{name} sheet of money",
            _sheet(one, money, CENTS),
            _codes(one, "number-marks", "number-units"),
            train=as_train(CENTS, header),
            says={"number-units": (one.money.replace("{}", "").strip(),)},
        )
        yield Export(
            f"{name} names of months",
            _sheet(one, str, WHOLE, _word_of(one)),
            tuple(sorted({*_codes(one), "timestamp-normalised"})),
            train=as_train(WHOLE, header),
        )


GERMAN = LANGUAGES[0]
SEMICOLONS = ("csv-delimiter",)
GERMAN_CODES = ("csv-delimiter", "timestamp-normalised")


def german(rows=WHOLE, header=("Artikel", "Datum", "Menge"), above="", below=""):
    """Write a German table with lines above and below."""
    lines = [(i, f"{t:%d.%m.%Y}", v) for i, t, v in rows]
    return as_zip(above + make_csv(header, lines, ";") + below)


def skipped(name, *says, above="", below="", codes=()):
    """Expect the table, and a word about the lines around it."""
    return Export(
        name,
        german(above=above, below=below),
        (*GERMAN_CODES, "lines-skipped", *codes),
        train=as_train(WHOLE, ("Artikel", "Datum", "Menge")),
        says={"lines-skipped": says},
    )


PRICED = [(i, t, v, 9.99 + n % 3) for n, (i, t, v) in enumerate(rows_of())]
PRICE_HEADER = ("Artikel", "Datum", "Menge", "Preis")
TOTAL = sum(v for _, _, v in WHOLE)
SUBTOTALS = [
    line
    for item in ITEMS
    for line in (
        *[(i, f"{t:%d.%m.%Y}", v) for i, t, v in WHOLE if i == item],
        (f"{item} Ergebnis", "", sum(v for i, _, v in WHOLE if i == item)),
    )
]
MERGED = [
    ("" if n % 24 else i, f"{t:%d.%m.%Y}", v) for n, (i, t, v) in enumerate(WHOLE)
]
SERIALS = [(i, (t - date(1899, 12, 30)).days, v) for i, t, v in WHOLE]
GERMAN_HEADER = ("Artikel", "Datum", "Menge")

CASES = [
    *_languages(),
    Export(
        "thousands beside prices with commas",
        as_zip(
            make_csv(
                PRICE_HEADER,
                [
                    (
                        i,
                        f"{t:%d.%m.%Y}",
                        group(v, 0, ",", "."),
                        f"{p:.2f}".replace(".", ","),
                    )
                    for i, t, v, p in PRICED
                ],
                ";",
            )
        ),
        (*GERMAN_CODES, "future-none", "number-marks"),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"TargetAttributeName": "Menge"}
            }
        },
        train=make_csv(PRICE_HEADER, [(i, t, v, round(p, 2)) for i, t, v, p in PRICED]),
        says={"number-marks": ("Menge", "1.")},
    ),
    skipped("line of sep", "sep=;", above="sep=;\n"),
    skipped("title above", "Verkaufsbericht", above="Verkaufsbericht 2020/2021\n\n"),
    skipped("title of a cell", "Verkauf", above="Verkauf je Artikel;;\n;;\n"),
    skipped(
        "parameters above",
        "Werk",
        above="Werk;1000;\nZeitraum;01.01.2020 - 31.12.2021;\n;;\n",
    ),
    skipped("source below", "Quelle", below="\nQuelle: Data Warehouse\n"),
    skipped(
        "notes below", "1 Vorl", below=";;\n1 Vorl\xe4ufige Werte;;\n2 Gesch\xe4tzt;;\n"
    ),
    Export(
        "total below",
        german(below=f"Gesamtergebnis;;{TOTAL}\n"),
        (*GERMAN_CODES, "total-rows"),
        train=as_train(WHOLE, GERMAN_HEADER),
        says={"total-rows": ("Gesamtergebnis",)},
    ),
    Export(
        "subtotal below each item",
        as_zip(make_csv(GERMAN_HEADER, SUBTOTALS, ";")),
        (*GERMAN_CODES, "total-rows"),
        train=as_train(WHOLE, GERMAN_HEADER),
        says={"total-rows": ("Banjo Ergebnis",)},
    ),
    Export(
        "merged cells",
        as_zip(make_csv(GERMAN_HEADER, MERGED, ";")),
        (*GERMAN_CODES, "key-blank"),
        says={"key-blank": ("Artikel", "rows 3, ", "46")},
    ),
    Export(
        "days as numbers",
        as_zip(make_csv(GERMAN_HEADER, SERIALS, ";")),
        ("csv-delimiter", "timestamp-number"),
        train=as_train(WHOLE, GERMAN_HEADER),
        says={"timestamp-number": ("43831", "2020-01-01")},
    ),
    Export(
        "ids as formulas",
        as_zip(
            make_csv(
                GERMAN_HEADER,
                [(f'"=""{i}"""', f"{t:%d.%m.%Y}", v) for i, t, v in WHOLE],
                ";",
            )
        ),
        (*GERMAN_CODES, "formula-unwrapped"),
        train=as_train(WHOLE, GERMAN_HEADER),
    ),
    Export(
        "ids that a sheet has rounded",
        as_zip(
            make_csv(
                GERMAN_HEADER,
                [
                    (f"4,0064E+1{i == 'Banjo':d}", f"{t:%d.%m.%Y}", v)
                    for i, t, v in WHOLE
                ],
                ";",
            )
        ),
        (*GERMAN_CODES, "ids-damaged"),
        train=as_train(
            sorted((f'"4,0064E+1{i == "Banjo":d}"', t, v) for i, t, v in WHOLE),
            GERMAN_HEADER,
        ),
        says={"ids-damaged": ("4,0064E+10",)},
    ),
    Export(
        "errors of formulas",
        german([(i, t, "#NV" if n == 5 else v) for n, (i, t, v) in enumerate(WHOLE)]),
        (*GERMAN_CODES, "number-missing-word", "target-blank"),
        train=as_train(
            [(i, t, "" if n == 5 else v) for n, (i, t, v) in enumerate(WHOLE)],
            GERMAN_HEADER,
        ),
        says={"number-missing-word": ("#NV",)},
    ),
    Export(
        "negative numbers in parentheses",
        german([(i, t, f"({v})" if n % 5 else v) for n, (i, t, v) in enumerate(WHOLE)]),
        (*GERMAN_CODES, "number-marks"),
        train=as_train(
            [(i, t, -v if n % 5 else v) for n, (i, t, v) in enumerate(WHOLE)],
            GERMAN_HEADER,
        ),
    ),
    Export(
        "percent",
        german([(i, t, f"{v / 8}%".replace(".", ",")) for i, t, v in WHOLE]),
        (*GERMAN_CODES, "number-marks", "number-units"),
        train=as_train(SMALL, GERMAN_HEADER),
        says={"number-units": ("%",)},
    ),
    Export(
        "units in cells",
        german([(i, t, f"{v} Stk.") for i, t, v in WHOLE]),
        (*GERMAN_CODES, "number-units"),
        train=as_train(WHOLE, GERMAN_HEADER),
        says={"number-units": ("Stk.",)},
    ),
    Export(
        "both decimal marks in a column",
        as_zip(
            make_csv(
                GERMAN_HEADER,
                [
                    (i, t, f"{v / 8:.2f}".replace(".", "," if n % 3 else "."))
                    for n, (i, t, v) in enumerate(WHOLE)
                ],
                ";",
            )
        ),
        ("csv-delimiter", "decimal-mixed"),
        says={"decimal-mixed": ("Menge", "row 2")},
    ),
    Export(
        "every number with three decimals",
        as_zip(
            make_csv(HEADER, [(i, t, f"{v / 100:.3f}") for i, t, v in rows_of()], ",")
        ),
        ("decimal-assumed",),
        train=as_train([(i, t, v / 100) for i, t, v in rows_of()]),
        says={"decimal-assumed": ("target_value", "DecimalMark")},
    ),
    Export(
        "comma and three decimals below one",
        as_zip(
            make_csv(
                HEADER,
                [(i, t, f"{v / 1000:.3f}".replace(".", ",")) for i, t, v in rows_of()],
                ";",
            )
        ),
        ("csv-delimiter", "number-marks"),
        train=as_train([(i, t, v / 1000) for i, t, v in rows_of()]),
    ),
    Export(
        "pivot with a column for each month",
        as_zip(
            make_csv(
                ("Artikel", *[f"{t:%m/%Y}" for t in MONTHS]),
                [(i, *[v for j, _, v in WHOLE if i == j]) for i in ITEMS],
                ";",
            )
        ),
        ("csv-delimiter", "table-melted", "timestamp-normalised"),
        train=as_train(WHOLE, ("Artikel", "timestamp", "target_value")),
        says={"table-melted": ("01/2020", "Akkordeon")},
    ),
    Export(
        "table without a header",
        as_zip(make_csv(WHOLE[0], WHOLE[1:], ";")),
        ("csv-delimiter", "header-missing"),
        says={"header-missing": ("Akkordeon", "2020-01-01")},
    ),
    Export(
        "header again on each page",
        as_zip(
            make_csv(
                HEADER,
                [*WHOLE[:20], HEADER, *WHOLE[20:40], HEADER, *WHOLE[40:]],
            )
        ),
        ("header-repeated",),
        train=as_train(WHOLE),
        says={"header-repeated": ("rows 22, ",)},
    ),
]
