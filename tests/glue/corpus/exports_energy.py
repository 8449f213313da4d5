"""Uploads as energy portals, meters and weather services export them."""

from datetime import datetime, timedelta

from tests.building.uploads import as_zip, make_csv
from tests.glue.corpus.exports import (
    DAYS,
    HOURS,
    ITEMS,
    Export,
    as_train,
    group,
    rows_of,
    value_of,
    write,
)

DOTTED = "%d.%m.%Y %H:%M"
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
LOAD = [(t, 40_000 + value_of("Netz", n) * 11 + 0.25) for n, t in enumerate(HOURS)]
METERS = rows_of(("M-1", "M-2"), HOURS)
QUARTERS = [datetime(2020, 1, 14) + n * QUARTER for n in range(160)]
SINGLE = ("item-made", "one-series", "timestamp-normalised")
ENDED = (*SINGLE, "timestamp-interval")
# An autumn night in central Europe: 02:00 comes twice, as summer's and winter's.
NIGHT = [datetime(2020, 10, 22, 22) + n * HOUR for n in range(120)]
CHANGE = datetime(2020, 10, 25, 1)  # UTC


def local(moment):
    """Give central Europe's local time, and its offset in hours."""
    offset = 2 if moment < CHANGE else 1
    return moment + offset * HOUR, offset


def single(rows, *header):
    """Expect one series that had no item column."""
    return as_train([("data", *row) for row in rows], ("item_id", *header))


def smard(rows, blank=None):
    """Write a table of a beginning, an end and a grouped number."""
    name = "Netzlast [MWh] Originalaufl\xf6sungen"
    lines = [
        (
            t.strftime(DOTTED),
            (t + HOUR).strftime(DOTTED),
            "-" if n == blank else group(v, 2, ",", "."),
        )
        for n, (t, v) in enumerate(rows)
    ]
    header = ("Datum von", "Datum bis", name)
    return as_zip(write(header, lines, ";", "utf-8-sig")), ("Datum von", name)


SMARD, SMARD_HEADER = smard(LOAD)
SMARD_BLANK, _ = smard(LOAD, 17)
SMARD_NIGHT, _ = smard([(local(t)[0], LOAD[n][1]) for n, t in enumerate(NIGHT)])
MTU = "MTU (CET/CEST)"


def interval(moment, form=DOTTED, length=HOUR, mark=" - "):
    return f"{moment.strftime(form)}{mark}{(moment + length).strftime(form)}"


ENTSO = ("Area", MTU, "Actual Total Load (MW)")
OLD = "Time (CET/CEST)"
AREAS = rows_of(("BZN|AT", "BZN|CZ"), HOURS)


def weather(rows, missing="-999"):
    """Write a table of padded cells, a quality mark and an end-of-row word."""
    text = "STATIONS_ID;MESS_DATUM;QN_3; TMK;eor\n"
    return text + "".join(
        f"{i:>11};{t:%Y%m%d};   10;{missing if v is None else v:>8};eor\n"
        for i, t, v in rows
    )


TEMPERATURES = [
    (i, t, round((v - 1_000) / 16, 1)) for i, t, v in rows_of(("1358", "2290"), DAYS)
]
GAPPED = [
    (i, t, None if n % 17 == 5 else v) for n, (i, t, v) in enumerate(TEMPERATURES)
]
DWD_HEADER = ("STATIONS_ID", "MESS_DATUM", "TMK", "QN_3", "eor")
CALENDAR = make_csv(
    ("date", "temp", "holiday"),
    [(t, n % 9 + 0.5, int(n % 30 == 0)) for n, t in enumerate(DAYS)],
)
SALES = rows_of(stamps=DAYS[:56])
JOINED = ("item_id", "timestamp", "target_value", "temp", "holiday")
HORIZON = {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": 14}}

CASES = [
    Export(
        "SMARD's load",
        SMARD,
        ("csv-byte-order-mark", "csv-delimiter", "number-marks", *ENDED),
        train=single(LOAD, *SMARD_HEADER),
        says={"item-made": ("data",)},
    ),
    Export(
        "SMARD's sign for no value",
        SMARD_BLANK,
        (
            *("csv-byte-order-mark", "csv-delimiter", "number-marks", *ENDED),
            *("number-missing-word", "target-blank"),
        ),
        train=single(
            [(t, "" if n == 17 else v) for n, (t, v) in enumerate(LOAD)], *SMARD_HEADER
        ),
    ),
    Export(
        "SMARD's night of 25 hours",
        SMARD_NIGHT,
        (
            *("csv-byte-order-mark", "csv-delimiter", "duplicate-rows"),
            *("number-marks", *ENDED),
        ),
        says={"duplicate-rows": ("2020-10-25 02:00:00", "clock")},
    ),
    Export(
        "Austria's quarters of an hour",
        as_zip(
            make_csv(
                ("Datum von", "Datum bis", "Energiemenge in kWh", "Ersatzwert"),
                [
                    (
                        t.strftime(DOTTED),
                        (t + QUARTER).strftime(DOTTED),
                        f"{value_of('x', n) / 4_000:.3f}".replace(".", ","),
                        "",
                    )
                    for n, t in enumerate(QUARTERS)
                ],
                ";",
            )
        ),
        ("column-empty", "csv-delimiter", "number-marks", *ENDED),
        train=single(
            [(t, round(value_of("x", n) / 4_000, 3)) for n, t in enumerate(QUARTERS)],
            "Datum von",
            "Energiemenge in kWh",
        ),
    ),
    Export(
        "load profile with two times of day",
        as_zip(
            make_csv(
                ("Z\xe4hler", "Datum", "Uhrzeit von", "Uhrzeit bis", "kW"),
                [
                    (i, f"{t:%d.%m.%Y}", f"{t:%H:%M}", f"{t + HOUR:%H:%M}", v)
                    for i, t, v in METERS
                ],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-normalised", "timestamp-two-columns"),
        train=as_train(METERS, ("Z\xe4hler", "Datum", "kW")),
        says={"timestamp-two-columns": ("Uhrzeit von",)},
    ),
    Export(
        "load profile whose day ends at 24:00",
        as_zip(
            make_csv(
                ("Z\xe4hler", "Zeitpunkt", "kWh"),
                [
                    (
                        i,
                        f"{t - HOUR:%d.%m.%Y} 24:00"
                        if t.hour == 0
                        else t.strftime(DOTTED),
                        v,
                    )
                    for i, t, v in METERS
                ],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(METERS, ("Z\xe4hler", "Zeitpunkt", "kWh")),
        says={"timestamp-normalised": ("24:00",)},
    ),
    Export(
        "ENTSO-E's intervals",
        as_zip(
            make_csv(
                ENTSO,
                [(i, f'"{interval(t, "%d/%m/%Y %H:%M")}"', v) for i, t, v in AREAS],
            )
        ),
        ("timestamp-interval", "timestamp-normalised"),
        train=as_train(AREAS, ENTSO),
        says={"timestamp-interval": ("14/01/2020 00:00 - 14/01/2020 01:00",)},
    ),
    Export(
        "ENTSO-E's old intervals and n/e",
        as_zip(
            make_csv(
                (OLD, "Actual Total Load [MW] - CTA|DE(50Hertz)"),
                [
                    (f'"{interval(t)}"', "n/e" if n == 30 else f"{v:.0f}")
                    for n, (t, v) in enumerate(LOAD)
                ],
            )
        ),
        (*SINGLE, "number-missing-word", "target-blank", "timestamp-interval"),
        train=single(
            [(t, "" if n == 30 else f"{v:.0f}") for n, (t, v) in enumerate(LOAD)],
            OLD,
            "Actual Total Load [MW] - CTA|DE(50Hertz)",
        ),
        says={"number-missing-word": ("n/e",)},
    ),
    Export(
        "ENTSO-E's marks of a clock change",
        as_zip(
            make_csv(
                ENTSO,
                [
                    (
                        i,
                        f'"{local(t)[0]:%d/%m/%Y %H:%M:%S} '
                        f'({"CEST" if local(t)[1] == 2 else "CET"})"',
                        v,
                    )
                    for i, t, v in rows_of(("BZN|AT", "BZN|CZ"), NIGHT)
                ],
            )
        ),
        ("timestamp-normalised", "timestamp-utc"),
        train=as_train(rows_of(("BZN|AT", "BZN|CZ"), NIGHT), ENTSO),
        says={"timestamp-utc": ("CEST",)},
    ),
    Export(
        "Enedis' offsets of summer and winter",
        as_zip(
            make_csv(
                ("PRM", "Horodate", "Valeur"),
                [
                    (i, f"{local(t)[0]:%Y-%m-%dT%H:%M:%S}+0{local(t)[1]}:00", v)
                    for i, t, v in rows_of(("30001", "30002"), NIGHT)
                ],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-utc"),
        train=as_train(
            rows_of(("30001", "30002"), NIGHT), ("PRM", "Horodate", "Valeur")
        ),
        says={"timestamp-utc": ("+02:00", "+01:00")},
    ),
    Export(
        "one offset for all of a winter",
        as_zip(
            make_csv(
                ("PRM", "Horodate", "Valeur"),
                [(i, f"{t:%Y-%m-%dT%H:%M:%S}+01:00", v) for i, t, v in METERS],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-zone-dropped"),
        train=as_train(METERS, ("PRM", "Horodate", "Valeur")),
    ),
    Export(
        "half hours by their number",
        as_zip(
            make_csv(
                ("SETTLEMENT_DATE", "SETTLEMENT_PERIOD", "ND"),
                [
                    (f"{t:%d-%b-%Y}".upper(), p, value_of("gb", 48 * n + p))
                    for n, t in enumerate(DAYS[:10])
                    for p in range(1, 49)
                ],
            )
        ),
        ("item-made", "one-series", "timestamp-normalised", "timestamp-two-columns"),
        train=single(
            [
                (
                    datetime(t.year, t.month, t.day) + timedelta(minutes=30 * (p - 1)),
                    value_of("gb", 48 * n + p),
                )
                for n, t in enumerate(DAYS[:10])
                for p in range(1, 49)
            ],
            "SETTLEMENT_DATE",
            "ND",
        ),
        says={"timestamp-two-columns": ("SETTLEMENT_PERIOD", "00:30")},
    ),
    Export(
        "Australia's slashes with the year first",
        as_zip(
            make_csv(
                ("REGION", "SETTLEMENTDATE", "TOTALDEMAND"),
                [(i, f"{t:%Y/%m/%d %H:%M:%S}", v) for i, t, v in METERS],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(METERS, ("REGION", "SETTLEMENTDATE", "TOTALDEMAND")),
    ),
    Export(
        "PJM's half of the day",
        as_zip(
            make_csv(
                ("load_area", "datetime_beginning_ept", "mw"),
                [
                    (i, f"{t.month}/{t.day}/{t.year} {t:%I:%M:%S %p}", v)
                    for i, t, v in METERS
                ],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(METERS, ("load_area", "datetime_beginning_ept", "mw")),
    ),
    Export(
        "Texas' hours that end",
        as_zip(
            make_csv(
                ("Zone", "Hour Ending", "Load"),
                [
                    (
                        i,
                        f"{t - HOUR:%m/%d/%Y} 24:00"
                        if t.hour == 0
                        else f"{t:%m/%d/%Y %H:%M}",
                        f'"{v * 11.5:,.2f}"',
                    )
                    for i, t, v in METERS
                ],
            )
        ),
        ("number-marks", "timestamp-normalised"),
        train=as_train(
            [(i, t, v * 11.5) for i, t, v in METERS], ("Zone", "Hour Ending", "Load")
        ),
    ),
    Export(
        "unit in a line below the header",
        as_zip(
            "Messstelle;Zeit;Leistung\n;;[kW]\n"
            + "".join(f"{i};{t:%d.%m.%Y %H:%M};{v}\n" for i, t, v in METERS)
        ),
        ("csv-delimiter", "lines-skipped", "timestamp-normalised"),
        train=as_train(METERS, ("Messstelle", "Zeit", "Leistung")),
        says={"lines-skipped": ("[kW]",)},
    ),
    Export(
        "header of two lines",
        as_zip(
            "Messstelle;Zeit;Leistung\nNummer;Ortszeit;kW\n"
            + "".join(f"{i};{t:%d.%m.%Y %H:%M};{v}\n" for i, t, v in METERS)
        ),
        ("csv-delimiter", "lines-skipped", "timestamp-normalised"),
        train=as_train(METERS, ("Messstelle", "Zeit", "Leistung")),
        says={"lines-skipped": ("Ortszeit",)},
    ),
    Export(
        "quality mark beside each value",
        as_zip(
            make_csv(
                ("meter", "time", "value", "status"),
                [
                    (i, t, v, "W" if n % 19 else "E")
                    for n, (i, t, v) in enumerate(METERS)
                ],
            )
        ),
        ("column-chosen", "future-none"),
        train=make_csv(
            ("meter", "time", "value", "status"),
            [(i, t, v, "W" if n % 19 else "E") for n, (i, t, v) in enumerate(METERS)],
        ),
    ),
    Export(
        "weather of padded cells",
        as_zip(weather(TEMPERATURES)),
        ("csv-delimiter", "spaces-trimmed", "timestamp-normalised"),
        train=make_csv(DWD_HEADER, [(i, t, v, 10, "eor") for i, t, v in TEMPERATURES]),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"TargetAttributeName": "TMK"}
            }
        },
    ),
    Export(
        "weather with -999 for no value",
        as_zip(weather(GAPPED)),
        (
            *("csv-delimiter", "spaces-trimmed", "target-blank"),
            *("timestamp-normalised", "values-placeholder"),
        ),
        train=make_csv(
            DWD_HEADER,
            [(i, t, "" if v is None else v, 10, "eor") for i, t, v in GAPPED],
        ),
        settings={
            "TimeSeriesForecastingJobConfig": {
                "TimeSeriesConfig": {"TargetAttributeName": "TMK"}
            }
        },
        says={"values-placeholder": ("-999",)},
    ),
    Export(
        "calendar and weather without an item",
        as_zip(
            as_train(SALES),
            rts=CALENDAR.replace("date", "timestamp", 1),
            config=HORIZON,
        ),
        ("horizon-long", "rts-for-every-item"),
        train=make_csv(
            JOINED,
            [
                (*row, n % 56 % 9 + 0.5, int(n % 56 % 30 == 0))
                for n, row in enumerate(SALES)
            ],
        ),
        says={"rts-for-every-item": ("item_id",)},
    ),
    Export(
        "calendar whose date has another name",
        as_zip(as_train(SALES), rts=CALENDAR, config=HORIZON),
        ("column-missing", "horizon-long"),
        says={"column-missing": ("timestamp", "date")},
    ),
    Export(
        "weather of month ends beside month starts",
        as_zip(
            as_train(rows_of(ITEMS)),
            rts=make_csv(
                ("item_id", "timestamp", "temp"),
                [
                    (i, t - timedelta(days=1), n % 7 + 0.5)
                    for i in ITEMS
                    for n, (_, t, _) in enumerate(rows_of(ITEMS[:1]))
                ],
            ),
        ),
        ("rts-nothing-matched",),
        says={"rts-nothing-matched": ("2019-12-31", "2020-01-01")},
    ),
]
