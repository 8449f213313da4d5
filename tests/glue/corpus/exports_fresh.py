"""Exports that were written down with their outcome before they were ever tried."""

from datetime import date, datetime, timedelta

from tests.building.uploads import as_zip, make_csv
from tests.glue.corpus.exports import Export, group

NAMES = ("Geige", "Harfe", "Tuba")
MONTHS = [date(2019 + n // 12, n % 12 + 1, 1) for n in range(36)]
DAYS = [date(2022, 3, 1) + timedelta(days=n) for n in range(90)]
HOURS = [datetime(2023, 11, 6) + timedelta(hours=n) for n in range(168)]


def words(text):
    """Cut a text into its words."""
    return text.split()


GERMAN = words("Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez")
FRENCH = words(
    "janv. f\xe9vr. mars avr. mai juin juil. ao\xfbt sept. oct. nov. d\xe9c."
)
CAPITALS = words("JAN FEB M\xc4R APR MAI JUN JUL AUG SEP OKT NOV DEZ")


def v(item, step):
    """Give a whole number of two digits, by the item's and the step's number."""
    return 40 + (item * 13 + step * 29) % 57


def rows(stamps, names=NAMES):
    """Give what an export means: item, moment, value."""
    return [(i, t, v(k, n)) for k, i in enumerate(names) for n, t in enumerate(stamps)]


def one(stamps, header):
    """Write the forecast input of one series without an item."""
    return make_csv(
        ("item_id", *header), [("data", t, v(0, n)) for n, t in enumerate(stamps)]
    )


def sc(header, lines):
    """Write a table with semicolons."""
    return make_csv(header, lines, ";")


def in_days(moment):
    """Write a moment as a sheet counts it, with a comma."""
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    return f"{days:.10f}".replace(".", ",")


def euros(value, is_negative):
    """Write an amount behind its sign, as sheets do."""
    sign = "-" if is_negative else ""
    return f"{sign}\u20ac {group(value, 2, ',', '.')}"


def exact(name, content, train, codes):
    """Expect this forecast input."""
    return Export(name, content, codes, train=train)


def taken(name, content, header, lines, *, codes):
    """Expect the forecast input of these rows."""
    return exact(name, content, make_csv(header, lines), codes)


def refused(name, content, words, codes):
    """Expect a refusal, with these words in its findings."""
    return Export(name, content, codes, says={codes[0]: words} if words else {})


MONTHLY = rows(MONTHS)
NETSUITE = []
for i in NAMES:
    part = [(i, f"{t.month}/{t.day}/{t.year}", x) for j, t, x in MONTHLY if j == i]
    NETSUITE.extend([*part, (f"Total - {i}", "", sum(p[2] for p in part))])
MATRIX = [
    (i, *[v(k, n) for n in range(36)], sum(v(k, n) for n in range(36)))
    for k, i in enumerate(NAMES)
]
MATRIX.append(
    (
        "Total",
        *[sum(v(k, n) for k in range(3)) for n in range(36)],
        sum(p[-1] for p in MATRIX),
    )
)
PIVOT = [
    (i, *[v(k, n) for n in range(36)], sum(v(k, n) for n in range(36)))
    for k, i in enumerate(NAMES)
]
PIVOT.append(
    ("Gesamtergebnis", *[sum(v(k, n) for k in range(3)) for n in range(36)], 0)
)
AREAS = ("SE1", "SE2", "SE3", "SE4")
YEARS = [date(1900 + n, 1, 1) for n in range(100)]
SHORT = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
QUARTERS = [date(2012 + n // 4, n % 4 * 3 + 1, 1) for n in range(40)]

CASES = [
    # month names and two digits of the year, German
    taken(
        "Lexware months",
        as_zip(
            sc(
                ("Artikelnummer", "Monat", "Absatz"),
                [(i, f"{GERMAN[t.month - 1]} {t:%y}", x) for i, t, x in MONTHLY],
            )
        ),
        ("Artikelnummer", "Monat", "Absatz"),
        MONTHLY,
        codes=("csv-delimiter", "timestamp-normalised"),
    ),
    # Navision with a total below
    taken(
        "Navision",
        as_zip(
            sc(
                ("Artikelnr.", "Buchungsdatum", "Menge"),
                [
                    *[(i, f"{t:%d.%m.%y}", f"{x},00") for i, t, x in MONTHLY],
                    ("Gesamt", "", f"{sum(x for *_, x in MONTHLY)},00"),
                ],
            )
        ),
        ("Artikelnr.", "Buchungsdatum", "Menge"),
        [(i, t, float(x)) for i, t, x in MONTHLY],
        codes=("csv-delimiter", "number-marks", "timestamp-normalised", "total-rows"),
    ),
    # NetSuite, title lines, "Total - X" rows
    taken(
        "NetSuite",
        as_zip(
            "Music House Inc.\nSales by Item Detail\nJan 1 2019 - Dec 31 2021\n\n"
            + make_csv(("Item", "Date", "Qty. Sold"), NETSUITE)
        ),
        ("Item", "Date", "Qty. Sold"),
        MONTHLY,
        codes=("lines-skipped", "timestamp-normalised", "total-rows"),
    ),
    # WooCommerce, one series
    exact(
        "WooCommerce",
        as_zip(
            make_csv(
                ("Date", "Number of items sold"),
                [(t, v(0, n)) for n, t in enumerate(DAYS)],
            )
        ),
        one(DAYS, ("Date", "Number of items sold")),
        ("item-made", "one-series"),
    ),
    # Stripe payments, a row each
    refused(
        "Stripe payments",
        as_zip(
            make_csv(
                ("id", "Created (UTC)", "Amount", "Currency"),
                [
                    (
                        f"ch_{n:05x}",
                        f"{datetime(2023, 1, 1) + timedelta(minutes=n * n * 7 % 9000)}",
                        f"{v(1, n)}.50",
                        "eur",
                    )
                    for n in range(150)
                ],
            )
        ),
        (),
        ("frequency-unclear", "item-made", "one-series"),
    ),
    # Power BI matrix with totals on both sides
    taken(
        "Power BI matrix",
        as_zip(make_csv(("Product", *[f"{t:%Y-%m}" for t in MONTHS], "Total"), MATRIX)),
        ("Product", "timestamp", "target_value"),
        MONTHLY,
        codes=("table-melted", "timestamp-normalised", "total-rows"),
    ),
    # German Excel pivot with a grand total row and column
    taken(
        "German pivot",
        as_zip(
            sc(
                (
                    "Zeilenbeschriftungen",
                    *[f"{GERMAN[t.month - 1]} {t.year}" for t in MONTHS],
                    "Gesamtergebnis",
                ),
                PIVOT,
            )
        ),
        ("Zeilenbeschriftungen", "timestamp", "target_value"),
        MONTHLY,
        codes=("csv-delimiter", "table-melted", "timestamp-normalised", "total-rows"),
    ),
    # French pivot
    taken(
        "French pivot",
        as_zip(
            sc(
                (
                    "\xc9tiquettes PIVOT lignes",
                    *[f"{FRENCH[t.month - 1]}-{t:%y}" for t in MONTHS],
                ),
                [(i, *[v(k, n) for n in range(36)]) for k, i in enumerate(NAMES)],
            ).encode("cp1252")
        ),
        ("\xc9tiquettes PIVOT lignes", "timestamp", "target_value"),
        MONTHLY,
        codes=("csv-delimiter", "csv-encoding", "table-melted", "timestamp-normalised"),
    ),
    # Google Sheets, US
    taken(
        "Google Sheets",
        as_zip(
            make_csv(
                ("Item", "Date", "Units"),
                [(i, f"{t.month}/{t.day}/{t.year}", x) for i, t, x in rows(DAYS)],
            )
        ),
        ("Item", "Date", "Units"),
        rows(DAYS),
        codes=("timestamp-normalised",),
    ),
    # JHU
    taken(
        "Johns Hopkins",
        as_zip(
            make_csv(
                (
                    "Province/State",
                    "Country/Region",
                    "Lat",
                    "Long",
                    *[f"{t.month}/{t.day}/{t:%y}" for t in DAYS],
                ),
                [
                    ("", i, k + 1.5, k - 2.25, *[v(k, n) for n in range(90)])
                    for k, i in enumerate(("Austria", "Belgium", "Chad"))
                ],
            )
        ),
        ("Country/Region", "timestamp", "target_value", "Lat", "Long"),
        [
            (i, t, v(k, n), k + 1.5, k - 2.25)
            for k, i in enumerate(("Austria", "Belgium", "Chad"))
            for n, t in enumerate(DAYS)
        ],
        codes=("column-empty", "table-melted", "timestamp-normalised"),
    ),
    # OWID
    refused(
        "Our World in Data",
        as_zip(
            make_csv(
                (
                    "iso_code",
                    "location",
                    "date",
                    "total_cases",
                    "new_cases",
                    "new_deaths",
                ),
                [
                    (i[:3].upper(), i, t, 900 + n, x, x % 7)
                    for n, (i, t, x) in enumerate(rows(DAYS))
                ],
            )
        ),
        ("new_cases",),
        ("column-unclear",),
    ),
    # NOAA one station
    taken(
        "NOAA station",
        as_zip(
            '"STATION","DATE","TAVG"\n'
            + "".join(f'"USW00094728","{t}","{v(0, n)}"\n' for n, t in enumerate(DAYS))
        ),
        ("STATION", "DATE", "TAVG"),
        [("USW00094728", t, v(0, n)) for n, t in enumerate(DAYS)],
        codes=("one-series",),
    ),
    # CAISO start and end in GMT
    taken(
        "CAISO",
        as_zip(
            make_csv(
                ("INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT", "NODE", "MW"),
                [
                    (
                        f"{t:%Y-%m-%dT%H:%M:%S}-00:00",
                        f"{t + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}-00:00",
                        i,
                        x,
                    )
                    for i, t, x in rows(HOURS)
                ],
            )
        ),
        ("NODE", "INTERVALSTARTTIME_GMT", "MW"),
        rows(HOURS),
        codes=("timestamp-interval", "timestamp-zone-dropped"),
    ),
    # EIA hours without minutes
    taken(
        "EIA",
        as_zip(
            make_csv(
                ("period", "respondent", "value"),
                [
                    (f"{t:%Y-%m-%dT%H}", i, x)
                    for i, t, x in rows(HOURS, ("CISO", "PJM"))
                ],
            )
        ),
        ("respondent", "period", "value"),
        rows(HOURS, ("CISO", "PJM")),
        codes=("timestamp-normalised",),
    ),
    # Elexon
    exact(
        "Elexon",
        as_zip(
            make_csv(
                ("Settlement Date", "Settlement Period", "INDO"),
                [
                    (f"{t:%d/%m/%Y}", p + 1, v(0, d * 48 + p))
                    for d, t in enumerate(DAYS[:20])
                    for p in range(48)
                ],
            )
        ),
        make_csv(
            ("item_id", "Settlement Date", "INDO"),
            [
                (
                    "data",
                    datetime(t.year, t.month, t.day) + timedelta(minutes=30 * p),
                    v(0, d * 48 + p),
                )
                for d, t in enumerate(DAYS[:20])
                for p in range(48)
            ],
        ),
        ("item-made", "one-series", "timestamp-normalised", "timestamp-two-columns"),
    ),
    # Nord Pool areas beside each other
    taken(
        "Nord Pool",
        as_zip(
            sc(
                ("Date/Time CET/CEST", *AREAS),
                [
                    (
                        f"{t:%d.%m.%Y %H:%M}",
                        *[
                            f"{v(k, n) / 8 + 0.03:.2f}".replace(".", ",")
                            for k in range(4)
                        ],
                    )
                    for n, t in enumerate(HOURS)
                ],
            )
        ),
        ("item_id", "Date/Time CET/CEST", "target_value"),
        [
            (i, t, round(v(k, n) / 8 + 0.03, 2))
            for k, i in enumerate(AREAS)
            for n, t in enumerate(HOURS)
        ],
        codes=("csv-delimiter", "number-marks", "table-melted", "timestamp-normalised"),
    ),
    # Fluvius: begin and end, each in two columns
    taken(
        "Fluvius",
        as_zip(
            sc(
                (
                    "Van (datum)",
                    "Van (tijdstip)",
                    "Tot (datum)",
                    "Tot (tijdstip)",
                    "EAN-code",
                    "Volume",
                ),
                [
                    (
                        f"{t:%d-%m-%Y}",
                        f"{t:%H:%M:%S}",
                        f"{t + timedelta(hours=1):%d-%m-%Y}",
                        f"{t + timedelta(hours=1):%H:%M:%S}",
                        i,
                        f"{x / 800:.4f}".replace(".", ","),
                    )
                    for i, t, x in rows(HOURS, ("E541448001", "E541448002"))
                ],
            )
        ),
        ("EAN-code", "Van (datum)", "Volume"),
        [
            (i, t, round(x / 800, 4))
            for i, t, x in rows(HOURS, ("E541448001", "E541448002"))
        ],
        codes=(
            "csv-delimiter",
            "number-marks",
            "timestamp-interval",
            "timestamp-normalised",
            "timestamp-two-columns",
        ),
    ),
    # serials with comma
    taken(
        "sheet serials with comma",
        as_zip(
            sc(
                ("Z\xe4hler", "Zeitstempel", "kWh"),
                [(i, in_days(t), x) for i, t, x in rows(HOURS)],
            )
        ),
        ("Z\xe4hler", "Zeitstempel", "kWh"),
        rows(HOURS),
        codes=("csv-delimiter", "timestamp-number"),
    ),
    # bike sharing: two partial counts beside the count
    refused(
        "bike sharing",
        as_zip(
            make_csv(
                ("instant", "dteday", "hr", "casual", "registered", "cnt"),
                [
                    (
                        n + 1,
                        f"{t:%Y-%m-%d}",
                        t.hour,
                        v(1, n),
                        v(2, n),
                        v(1, n) + v(2, n),
                    )
                    for n, t in enumerate(HOURS)
                ],
            )
        ),
        ("casual", "registered", "cnt"),
        ("column-unclear", "timestamp-two-columns"),
    ),
    # air passengers
    exact(
        "air passengers",
        as_zip(
            make_csv(
                ("Month", "#Passengers"),
                [(f"{t:%Y-%m}", v(0, n)) for n, t in enumerate(MONTHS)],
            )
        ),
        one(MONTHS, ("Month", "#Passengers")),
        ("item-made", "one-series", "timestamp-normalised"),
    ),
    # Sunspots by year
    exact(
        "sunspots",
        as_zip(
            make_csv(
                ("Year", "Sunspots"), [(t.year, v(0, n)) for n, t in enumerate(YEARS)]
            )
        ),
        one(YEARS, ("Year", "Sunspots")),
        ("item-made", "one-series", "timestamp-normalised"),
    ),
    # US Census with lines above and NA for months to come
    exact(
        "US Census",
        as_zip(
            "U.S. Census Bureau\nNot Seasonally Adjusted [Millions]\n\n"
            + make_csv(
                ("Period", "Value"),
                [(f"{t:%b-%Y}", v(0, n)) for n, t in enumerate(MONTHS)],
            )
        ),
        one(MONTHS, ("Period", "Value")),
        ("item-made", "lines-skipped", "one-series", "timestamp-normalised"),
    ),
    # OECD
    taken(
        "OECD",
        as_zip(
            "".join(
                ",".join(f'"{c}"' for c in line) + "\n"
                for line in [
                    (
                        "LOCATION",
                        "INDICATOR",
                        "MEASURE",
                        "FREQUENCY",
                        "TIME",
                        "Value",
                        "Flag Codes",
                    ),
                    *[
                        (i, "CPI", "IDX2015", "M", f"{t:%Y-%m}", x, "")
                        for i, t, x in rows(MONTHS, ("AUT", "BEL"))
                    ],
                ]
            )
        ),
        ("LOCATION", "TIME", "Value", "INDICATOR", "MEASURE", "FREQUENCY"),
        [(i, t, x, "CPI", "IDX2015", "M") for i, t, x in rows(MONTHS, ("AUT", "BEL"))],
        codes=("column-empty", "timestamp-normalised"),
    ),
    # BLS: year and M01
    taken(
        "BLS",
        as_zip(
            make_csv(
                ("Series ID", "Year", "Period", "Value"),
                [
                    (i, t.year, f"M{t.month:02d}", x)
                    for i, t, x in rows(MONTHS, ("CUUR0000SA0", "CUUR0000SAF"))
                ],
            )
        ),
        ("Series ID", "Year", "Value"),
        rows(MONTHS, ("CUUR0000SA0", "CUUR0000SAF")),
        codes=("timestamp-normalised", "timestamp-two-columns"),
    ),
    # BLS wide: a row a year, a column a month
    exact(
        "year by month",
        as_zip(
            make_csv(
                ("Year", *SHORT),
                [
                    (y, *[v(0, 12 * (y - 2019) + m) for m in range(12)])
                    for y in (2019, 2020, 2021)
                ],
            )
        ),
        one(MONTHS, ("Year", "target_value")),
        ("item-made", "one-series", "table-melted", "timestamp-normalised"),
    ),
    # the same by item
    taken(
        "item, year and months",
        as_zip(
            make_csv(
                ("Item", "Year", *SHORT),
                [
                    (i, y, *[v(k, 12 * (y - 2019) + m) for m in range(12)])
                    for k, i in enumerate(NAMES)
                    for y in (2019, 2020, 2021)
                ],
            )
        ),
        ("Item", "Year", "target_value"),
        MONTHLY,
        codes=("table-melted", "timestamp-normalised"),
    ),
    # Toast
    taken(
        "Toast",
        as_zip(
            "".join(
                line + "\n"
                for line in [
                    "Location,Business date,Net sales",
                    *[f'{i},{t:%Y%m%d},"${1000 + x:,}.50"' for i, t, x in rows(DAYS)],
                ]
            )
        ),
        ("Location", "Business date", "Net sales"),
        [(i, t, 1000.5 + x) for i, t, x in rows(DAYS)],
        codes=("number-marks", "number-units", "timestamp-normalised"),
    ),
    # Zendesk, long dates
    exact(
        "Zendesk",
        as_zip(
            "".join(
                f"{line}\n"
                for line in [
                    '"Ticket created - Date","Tickets"',
                    *[
                        f'"{t:%b} {t.day}, {t.year}","{v(0, n)}"'
                        for n, t in enumerate(DAYS)
                    ],
                ]
            )
        ),
        one(DAYS, ("Ticket created - Date", "Tickets")),
        ("item-made", "one-series", "timestamp-normalised"),
    ),
    # SAP BW's months in capitals, German
    taken(
        "SAP BW",
        as_zip(
            make_csv(
                ("Material", "Kal.Jahr/Monat", "Menge"),
                [(i, f"{CAPITALS[t.month - 1]} {t.year}", x) for i, t, x in MONTHLY],
                "\t",
            ).encode("utf-16")
        ),
        ("Material", "Kal.Jahr/Monat", "Menge"),
        MONTHLY,
        codes=("csv-delimiter", "csv-encoding", "timestamp-normalised"),
    ),
    # SAP material and its text
    taken(
        "SAP material text",
        as_zip(
            make_csv(
                ("Material", "Material Description", "Posting Date", "Quantity"),
                [
                    (f"10000{k}", i, f"{t:%d.%m.%Y}", v(k, n))
                    for k, i in enumerate(NAMES)
                    for n, t in enumerate(MONTHS)
                ],
                "\t",
            )
        ),
        ("Material", "Posting Date", "Quantity", "Material Description"),
        [
            (f"10000{k}", t, v(k, n), i)
            for k, i in enumerate(NAMES)
            for n, t in enumerate(MONTHS)
        ],
        codes=("csv-delimiter", "timestamp-normalised"),
    ),
    # Qlik: weeks that look like months
    refused(
        "Qlik weeks",
        as_zip(
            sc(
                ("Warengruppe", "Woche", "Absatz"),
                [
                    (i, f"2024/{n:02d}", v(k, n))
                    for k, i in enumerate(NAMES)
                    for n in range(1, 13)
                ],
            )
        ),
        ("Woche",),
        ("timestamp-ambiguous", "csv-delimiter"),
    ),
    # KW in words
    refused(
        "KW",
        as_zip(
            sc(
                ("Warengruppe", "Kalenderwoche", "Absatz"),
                [
                    (i, f"KW {n:02d}/2024", v(k, n))
                    for k, i in enumerate(NAMES)
                    for n in range(1, 41)
                ],
            )
        ),
        ("KW 01/2024",),
        ("timestamp-unreadable", "csv-delimiter"),
    ),
    # MATLAB's day numbers
    refused(
        "MATLAB",
        as_zip(
            make_csv(
                ("sensor", "datenum", "value"),
                [
                    (i, 738000 + n, v(k, n))
                    for k, i in enumerate(NAMES)
                    for n in range(60)
                ],
            )
        ),
        ("738000",),
        ("timestamp-unreadable",),
    ),
    # euros with the sign in front and a minus before it
    taken(
        "euros in front",
        as_zip(
            sc(
                ("Artikel", "Datum", "Umsatz"),
                [
                    (i, f"{t:%d.%m.%Y}", euros(1000 + x, n % 7 == 3))
                    for n, (i, t, x) in enumerate(MONTHLY)
                ],
            )
        ),
        ("Artikel", "Datum", "Umsatz"),
        [
            (i, t, (1000.0 + x) * (-1 if n % 7 == 3 else 1))
            for n, (i, t, x) in enumerate(MONTHLY)
        ],
        codes=("csv-delimiter", "number-marks", "number-units", "timestamp-normalised"),
    ),
    # a zone's name that is not known
    refused(
        "eastern time",
        as_zip(
            make_csv(
                ("meter", "time", "kwh"),
                [(i, f"{t:%Y-%m-%d %H:%M} EST", x) for i, t, x in rows(HOURS)],
            )
        ),
        ("EST",),
        ("timestamp-unreadable",),
    ),
    # quarters with a hyphen
    taken(
        "quarters",
        as_zip(
            make_csv(
                ("Region", "Quarter", "Sales"),
                [
                    (i, f"Q{(t.month + 2) // 3}-{t.year}", x)
                    for i, t, x in rows(QUARTERS)
                ],
            )
        ),
        ("Region", "Quarter", "Sales"),
        rows(QUARTERS),
        codes=("timestamp-normalised",),
    ),
    # half years
    refused(
        "half years",
        as_zip(
            make_csv(
                ("Region", "Period", "Sales"),
                [
                    (i, f"H{1 + n % 2} {2010 + n // 2}", v(k, n))
                    for k, i in enumerate(NAMES)
                    for n in range(24)
                ],
            )
        ),
        ("H1 2010",),
        ("timestamp-unreadable",),
    ),
    # months without a zero
    taken(
        "months without a zero",
        as_zip(
            make_csv(
                ("sku", "month", "qty"),
                [(i, f"{t.year}-{t.month}", x) for i, t, x in MONTHLY],
            )
        ),
        ("sku", "month", "qty"),
        MONTHLY,
        codes=("timestamp-normalised",),
    ),
    # date, hour, quarter of an hour in three columns
    refused(
        "date, hour and minute",
        as_zip(
            make_csv(
                ("meter", "date", "hour", "minute", "kwh"),
                [
                    (
                        i,
                        (datetime(2023, 5, 1) + timedelta(minutes=15 * n)).date(),
                        n // 4 % 24,
                        n % 4 * 15,
                        v(k, n),
                    )
                    for k, i in enumerate(NAMES)
                    for n in range(192)
                ],
            )
        ),
        (),
        ("column-unclear",),
    ),
    # a calendar by day and hour for every meter
    taken(
        "weather by date and hour",
        as_zip(
            make_csv(
                ("meter", "date", "hour", "kwh"),
                [(i, t.date(), t.hour, x) for i, t, x in rows(HOURS)],
            ),
            rts=make_csv(
                ("date", "hour", "temp"),
                [
                    ((HOURS[0] + timedelta(hours=n)).date(), n % 24, n % 11 + 0.5)
                    for n in range(192)
                ],
            ),
        ),
        ("meter", "date", "kwh", "temp"),
        [(i, t, x, n % 168 % 11 + 0.5) for n, (i, t, x) in enumerate(rows(HOURS))],
        codes=("rts-for-every-item", "timestamp-normalised", "timestamp-two-columns"),
    ),
]
