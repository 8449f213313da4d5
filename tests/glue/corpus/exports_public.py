"""Uploads as competitions, markets and statistical offices publish tables."""

from datetime import date, timedelta

from tests.building.uploads import as_zip, make_csv
from tests.glue.corpus.exports import (
    DAYS,
    MONTHS,
    Export,
    as_train,
    rows_of,
    value_of,
    write,
)
from tests.glue.corpus.exports_business import quoted, single

STORES = rows_of(("1", "2"), DAYS)
WEEKS = [date(2020, 2, 7) + timedelta(weeks=n) for n in range(48)]
DEPARTMENTS = [
    (s, d, t, 20_000 + value_of(s + s + d, n) + 0.5)
    for s in ("1", "2")
    for d in ("1", "2")
    for n, t in enumerate(WEEKS)
]
FAVORITA = [
    (i, s, t, value_of(i + s, n))
    for i in ("103665", "105574")
    for s in ("1", "25")
    for n, t in enumerate(DAYS)
]
TRADING = [
    t
    for t in (date(2020, 1, 6) + timedelta(days=n) for n in range(120))
    if t.weekday() < 5
]
TRADED = [(t, round(100 + value_of("p", n) / 100, 2)) for n, t in enumerate(TRADING)]
PRICED = [(t, round(100 + value_of("p", n) / 100, 2)) for n, t in enumerate(MONTHS)]
YEARS = range(1990, 2020)
QUARTERS = [(y, q) for y in range(2010, 2020) for q in range(1, 5)]
COUNTRIES = rows_of(("AT", "DE"), MONTHS)
YEARLY = [(i, f"{y}-01-01", value_of(i, y)) for i in ("AT", "DE") for y in YEARS]
GDP = [
    (i, f"{y}-{3 * q - 2:02d}-01", value_of(i, 4 * y + q))
    for i in ("AT", "DE")
    for y, q in QUARTERS
]
FRED = [(None, t, v / 8) for _, t, v in rows_of(("x",), MONTHS)]
ONE_MONTHLY = rows_of(("x",), MONTHS)


def wide(header, names, rows, delimiter=","):
    """Write a line for each series, a column for each moment."""
    return make_csv((*header, *names), rows, delimiter)


def line(item, count):
    return [value_of(item, n) for n in range(count)]


M5 = ("HOBBIES_1_001", "HOBBIES_1_002")
M5_GROUPS = ("HOBBIES_1", "HOBBIES", "CA_1", "CA")
M5_KEYS = ("id", "item_id", "dept_id", "cat_id", "store_id", "state_id")
GEO = "freq,unit,geo\\TIME_PERIOD"
SDMX = (
    "STRUCTURE",
    "STRUCTURE_ID",
    "freq",
    "geo",
    "TIME_PERIOD",
    "OBS_VALUE",
    "OBS_FLAG",
)

CASES = [
    Export(
        "M5's column for each day",
        as_zip(
            wide(
                M5_KEYS,
                [f"d_{n}" for n in range(1, 101)],
                [(f"{i}_CA_1", i, *M5_GROUPS, *line(i, 100)) for i in M5],
            )
        ),
        ("table-melted",),
        train=make_csv(
            ("item_id", "timestamp", "target_value", "id", *M5_KEYS[2:]),
            [
                (i, date(2000, 1, 1) + timedelta(days=n), v, f"{i}_CA_1", *M5_GROUPS)
                for i in M5
                for n, v in enumerate(line(i, 100))
            ],
        ),
        says={"table-melted": ("d_1", "2000-01-01", "no dates")},
    ),
    Export(
        "column for each day, by its date",
        as_zip(
            wide(
                ("Page",),
                [f"{t}" for t in DAYS],
                [(i, *line(i, 70)) for i in ("a.org_desktop", "b.org_mobile")],
            )
        ),
        ("table-melted",),
        train=as_train(
            rows_of(("a.org_desktop", "b.org_mobile"), DAYS),
            ("Page", "timestamp", "target_value"),
        ),
        says={"table-melted": ("2020-01-01", "a.org_desktop")},
    ),
    Export(
        "column for each step, by V1 and V2",
        as_zip(
            wide(
                ("V1",),
                [f"V{n}" for n in range(2, 62)],
                [(i, *line(i, 60)) for i in ("Y1", "Y2")],
            )
        ),
        ("table-wide",),
        says={"table-wide": ("V2", "V61")},
    ),
    Export(
        "Favorita's number of each row",
        as_zip(
            make_csv(
                ("id", "date", "store_nbr", "item_nbr", "unit_sales"),
                [
                    (n, t, s, i, v)
                    for n, (i, s, t, v) in enumerate(
                        sorted(FAVORITA, key=lambda r: r[2])
                    )
                ],
            )
        ),
        ("column-unclear",),
        says={"column-unclear": ("store_nbr", "item_nbr")},
    ),
    Export(
        "Favorita's keys as the settings name them",
        as_zip(
            make_csv(
                ("id", "date", "store_nbr", "item_nbr", "unit_sales"),
                [
                    (n, t, s, i, v)
                    for n, (i, s, t, v) in enumerate(
                        sorted(FAVORITA, key=lambda r: r[2])
                    )
                ],
            )
        ),
        ("row-numbers-dropped",),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {
                    "ItemIdentifierAttributeName": "item_nbr",
                    "GroupingAttributeNames": ["store_nbr"],
                }
            }
        },
        train=make_csv(("item_nbr", "store_nbr", "date", "unit_sales"), FAVORITA),
    ),
    Export(
        "four columns of a store and an item",
        as_zip(
            make_csv(
                ("date", "store", "item", "sales"),
                [(t, s, i, v) for i, s, t, v in FAVORITA],
            )
        ),
        train=make_csv(("item", "store", "date", "sales"), FAVORITA),
    ),
    Export(
        "Rossmann's newest day first",
        as_zip(
            make_csv(
                ("Store", "DayOfWeek", "Date", "Sales", "Promo"),
                [
                    (s, t.isoweekday(), t, v, t.day % 2)
                    for s, t, v in sorted(STORES, key=lambda r: (r[1], r[0]))[::-1]
                ],
            )
        ),
        ("column-chosen", "future-none"),
        train=make_csv(
            ("Store", "Date", "Sales", "DayOfWeek", "Promo"),
            [(s, t, v, t.isoweekday(), t.day % 2) for s, t, v in STORES],
        ),
    ),
    Export(
        "Rossmann's shop as the settings name it",
        as_zip(
            make_csv(
                ("Store", "Date", "Sales", "Promo", "StateHoliday"),
                [
                    (s, t, v, t.day % 2, '"0"')
                    for s, t, v in sorted(
                        STORES, key=lambda r: (r[1], r[0]), reverse=True
                    )
                ],
            ),
            metadata=make_csv(
                ("Store", "StoreType", "CompetitionDistance"),
                [(1, "c", 1270), (2, "a", 570)],
            ),
        ),
        ("future-none",),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"ItemIdentifierAttributeName": "Store"}
            }
        },
        train=make_csv(
            (
                "Store",
                "Date",
                "Sales",
                "Promo",
                "StateHoliday",
                "StoreType",
                "CompetitionDistance",
            ),
            [
                (
                    s,
                    t,
                    v,
                    t.day % 2,
                    0,
                    {"1": "c", "2": "a"}[s],
                    {"1": 1270, "2": 570}[s],
                )
                for s, t, v in STORES
            ],
        ),
    ),
    Export(
        "Walmart's departments by the week",
        as_zip(
            make_csv(
                ("Store", "Dept", "Date", "Weekly_Sales", "IsHoliday"),
                [
                    (s, d, t, v, "TRUE" if t.month == 12 else "FALSE")
                    for s, d, t, v in DEPARTMENTS
                ],
            )
        ),
        ("future-none", "off-boundary"),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {
                    "ItemIdentifierAttributeName": "Dept",
                    "GroupingAttributeNames": ["Store"],
                }
            }
        },
        train=make_csv(
            ("Dept", "Store", "Date", "Weekly_Sales", "IsHoliday"),
            [
                (d, s, t, v, "TRUE" if t.month == 12 else "FALSE")
                for s, d, t, v in sorted(DEPARTMENTS, key=lambda r: (r[1], r[0]))
            ],
        ),
    ),
    Export(
        "Walmart's covariates without a department",
        as_zip(
            make_csv(
                ("Dept", "Store", "Date", "Sales"),
                [(d, s, t, v) for s, d, t, v in DEPARTMENTS],
            ),
            rts=make_csv(
                ("Store", "Date", "Fuel_Price"),
                [(s, t, 2.5) for s in ("1", "2") for t in WEEKS],
            ),
        ),
        ("future-none", "off-boundary", "rts-for-every-item"),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {
                    "ItemIdentifierAttributeName": "Dept",
                    "GroupingAttributeNames": ["Store"],
                }
            }
        },
        train=make_csv(
            ("Dept", "Store", "Date", "Sales", "Fuel_Price"),
            [
                (d, s, t, v, 2.5)
                for s, d, t, v in sorted(DEPARTMENTS, key=lambda r: (r[1], r[0]))
            ],
        ),
    ),
    Export(
        "prices of one share",
        as_zip(
            make_csv(
                ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"),
                [
                    (t, p, p + 1, p - 1, p + 0.5, p + 0.5, 10_000 + n)
                    for n, (t, p) in enumerate(TRADED)
                ],
            )
        ),
        ("column-unclear",),
        says={"column-unclear": ("Close", "Volume", "TargetAttributeName")},
    ),
    Export(
        "prices of several shares",
        as_zip(
            make_csv(
                ("date", "open", "high", "low", "close", "volume", "Name"),
                [
                    (t, p, p + 1, p - 1, p + 0.5, 10_000 + n, name)
                    for name in ("AAL", "AAPL")
                    for n, (t, p) in enumerate(TRADED)
                ],
            )
        ),
        ("column-unclear",),
        says={"column-unclear": ("close", "volume")},
    ),
    Export(
        "prices with a word for the price",
        as_zip(
            quoted(
                ("Symbol", "Date", "Price"),
                [
                    (s, f"{t:%b %d, %Y}", f"{p * w:,.2f}")
                    for s, w in (("SMI", 71), ("DAX", 83))
                    for t, p in PRICED
                ],
            )
        ),
        ("number-marks", "timestamp-normalised"),
        train=make_csv(
            ("Symbol", "Date", "Price"),
            [
                (s, t, round(p * w, 2))
                for s, w in (("DAX", 83), ("SMI", 71))
                for t, p in PRICED
            ],
        ),
    ),
    Export(
        "volumes in millions",
        as_zip(
            quoted(
                ("Symbol", "Date", "Vol."),
                [
                    (s, f"{t:%b %d, %Y}", f"{p:.2f}M")
                    for s in ("SMI", "DAX")
                    for t, p in PRICED
                ],
            )
        ),
        ("target-not-number",),
        says={"target-not-number": ("Vol.", "110.84M")},
    ),
    Export(
        "FRED's two columns",
        as_zip(make_csv(("observation_date", "UNRATE"), [(t, v) for _, t, v in FRED])),
        ("item-made", "one-series"),
        train=single(FRED, ("observation_date", "UNRATE")),
    ),
    Export(
        "FRED's point for no value",
        as_zip(
            make_csv(
                ("DATE", "UNRATE"),
                [(t, "." if n == 9 else v) for n, (_, t, v) in enumerate(FRED)],
            )
        ),
        ("item-made", "number-missing-word", "one-series", "target-blank"),
        train=single(
            [(i, t, "" if n == 9 else v) for n, (i, t, v) in enumerate(FRED)],
            ("DATE", "UNRATE"),
        ),
    ),
    Export(
        "Eurostat's table of tabs",
        as_zip(
            wide(
                (GEO,),
                [f"{y} " for y in YEARS],
                [
                    (f"A,NR,{i}", *[f"{value_of(i, y)} " for y in YEARS])
                    for i in ("AT", "DE")
                ],
                "\t",
            )
        ),
        ("csv-delimiter", "spaces-trimmed", "table-melted", "timestamp-normalised"),
        train=make_csv(
            (f'"{GEO}"', "timestamp", "target_value"),
            [(f'"A,NR,{i}"', t, v) for i, t, v in YEARLY],
        ),
    ),
    Export(
        "Eurostat's flags beside values",
        as_zip(
            wide(
                (GEO,),
                [f"{y} " for y in YEARS],
                [
                    (
                        f"A,NR,{i}",
                        *[f"{value_of(i, y)} {'p' if y > 2017 else ''}" for y in YEARS],
                    )
                    for i in ("AT", "DE")
                ],
                "\t",
            )
        ),
        (
            "csv-delimiter",
            "number-units",
            "spaces-trimmed",
            "table-melted",
            "timestamp-normalised",
        ),
        train=make_csv(
            (f'"{GEO}"', "timestamp", "target_value"),
            [(f'"A,NR,{i}"', t, v) for i, t, v in YEARLY],
        ),
        says={"number-units": ("p",)},
    ),
    Export(
        "statistics in long form",
        as_zip(
            make_csv(
                SDMX,
                [
                    ("dataflow", "X(1.0)", "M", i, f"{t:%Y-%m}", v, "")
                    for i, t, v in COUNTRIES
                ],
            )
        ),
        ("column-empty", "timestamp-normalised"),
        train=make_csv(
            ("geo", "TIME_PERIOD", "OBS_VALUE", "STRUCTURE", "STRUCTURE_ID", "freq"),
            [(i, t, v, "dataflow", "X(1.0)", "M") for i, t, v in COUNTRIES],
        ),
    ),
    Export(
        "statistics in long form, the country named",
        as_zip(
            make_csv(
                ("geo", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"),
                [(i, f"{t:%Y-%m}", v, "") for i, t, v in COUNTRIES],
            )
        ),
        ("column-empty", "timestamp-normalised"),
        train=as_train(COUNTRIES, ("geo", "TIME_PERIOD", "OBS_VALUE")),
    ),
    Export(
        "statistics of quarters",
        as_zip(
            make_csv(
                ("geo", "TIME_PERIOD", "OBS_VALUE"),
                [(i, f"{t[:4]}-Q{(int(t[5:7]) + 2) // 3}", v) for i, t, v in GDP],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(GDP, ("geo", "TIME_PERIOD", "OBS_VALUE")),
    ),
    Export(
        "quarters with the letter first",
        as_zip(
            make_csv(
                ("Country", "Quarter", "GDP"),
                [(i, f"Q{(int(t[5:7]) + 2) // 3} {t[:4]}", v) for i, t, v in GDP],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(GDP, ("Country", "Quarter", "GDP")),
    ),
    Export(
        "World Bank's lines above wide years",
        as_zip(
            '"Data Source","World Development Indicators",\n\n'
            '"Last Updated Date","2020-09-16",\n\n'
            + "".join(
                ",".join(f'"{one}"' for one in row) + ",\n"
                for row in (
                    ("Country Name", "Country Code", *YEARS),
                    *[
                        (
                            {"AT": "Austria", "DE": "Germany"}[i],
                            i,
                            *[value_of(i, y) for y in YEARS],
                        )
                        for i in ("AT", "DE")
                    ],
                )
            )
        ),
        ("column-chosen", "lines-skipped", "table-melted", "timestamp-normalised"),
        train=make_csv(
            ("Country Name", "timestamp", "target_value", "Country Code"),
            [({"AT": "Austria", "DE": "Germany"}[i], t, v, i) for i, t, v in YEARLY],
        ),
        says={"lines-skipped": ("World Development Indicators",)},
    ),
    Export(
        "Swiss bank's cube",
        as_zip(
            '\ufeff"CubeId";"snbmonagg"\n"PublishingDate";"2021-12-31 09:00"\n\n'
            + quoted(
                ("Date", "D0", "Value"),
                [(f"{t:%Y-%m}", i, f"{v}.00") for i, t, v in COUNTRIES],
                ";",
            )
        ),
        (
            "csv-byte-order-mark",
            "csv-delimiter",
            "lines-skipped",
            "timestamp-normalised",
        ),
        train=as_train(
            [(i, t, float(v)) for i, t, v in COUNTRIES], ("D0", "Date", "Value")
        ),
        says={"lines-skipped": ("CubeId",)},
    ),
    Export(
        "Destatis' footer of a line",
        as_zip(
            write(
                ("Land", "Monat", "Index"),
                [
                    (i, f"{t:%Y-%m}", f"{v / 10}".replace(".", ","))
                    for i, t, v in COUNTRIES
                ],
            )
            + b"__________\n\xa9 Statistisches Bundesamt (Destatis), 2022\n"
            + b"Stand: 03.01.2022 / 22:01:12\n"
        ),
        (
            "csv-delimiter",
            "csv-encoding",
            "lines-skipped",
            "number-marks",
            "timestamp-normalised",
        ),
        train=as_train(
            [(i, t, v / 10) for i, t, v in COUNTRIES], ("Land", "Monat", "Index")
        ),
        says={"lines-skipped": ("Stand",)},
    ),
    Export(
        "Netherlands' periods",
        as_zip(
            quoted(
                ("RegioS", "Perioden", "Waarde"),
                [(i, f"{t:%Y}MM{t:%m}", f"{v:>8}") for i, t, v in COUNTRIES],
                ";",
            )
        ),
        ("csv-delimiter", "spaces-trimmed", "timestamp-normalised"),
        train=as_train(COUNTRIES, ("RegioS", "Perioden", "Waarde")),
    ),
    Export(
        "Spain's months with an M",
        as_zip(
            write(
                ("Comunidad", "Periodo", "Total"),
                [(i, f"{t:%Y}M{t:%m}", v) for i, t, v in COUNTRIES],
            )
        ),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(COUNTRIES, ("Comunidad", "Periodo", "Total")),
    ),
    Export(
        "Britain's years, quarters and months in one column",
        as_zip(
            quoted(
                ("Title", "CPIH"),
                [
                    ("CDID", "L522"),
                    ("Unit", "Index"),
                    *[(y, value_of("x", y)) for y in YEARS],
                    *[(f"{y} Q{q}", value_of("x", 4 * y + q)) for y, q in QUARTERS],
                    *[(f"{t:%Y %b}".upper(), v) for _, t, v in ONE_MONTHLY],
                ],
            )
        ),
        ("item-made", "lines-skipped", "timestamp-mixed"),
        says={"timestamp-mixed": ("1990", "2010 Q1")},
    ),
    Export(
        "Canada's flags and identifiers",
        as_zip(
            quoted(
                ("REF_DATE", "GEO", "VALUE", "STATUS", "SYMBOL"),
                [(f"{t:%Y-%m}", i, v, "", "") for i, t, v in COUNTRIES],
            )
        ),
        ("column-empty", "timestamp-normalised"),
        train=as_train(COUNTRIES, ("GEO", "REF_DATE", "VALUE")),
    ),
    Export(
        "two tables one below the other",
        as_zip(
            make_csv(("Country", "Month", "Value"), COUNTRIES)
            + "\n"
            + make_csv(
                ("Country", "Year", "Total"), [(i, t[:4], v) for i, t, v in YEARLY]
            )
        ),
        ("timestamp-mixed",),
        says={"timestamp-mixed": ("1990",)},
    ),
]
