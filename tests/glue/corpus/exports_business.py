"""Uploads as business systems, shops, analytics and databases export them."""

import csv
import io
from datetime import date, datetime, timedelta

from tests.building.uploads import HEADER, as_zip, make_csv
from tests.glue.corpus.exports import (
    DAYS,
    HOURS,
    ITEMS,
    MONTHS,
    WHOLE,
    Export,
    as_train,
    group,
    rows_of,
    value_of,
    write,
)

SMALL_DAYS = rows_of(stamps=DAYS, value=lambda i, n: value_of(i, n) - 800)
MATERIALS = ("000000000000100234", "000000000000100971")
SAP = rows_of(MATERIALS, MONTHS, lambda i, n: value_of(i, n) + 0.5)
SIGNED = [(i, t, -v if n % 7 == 0 else v) for n, (i, t, v) in enumerate(SAP)]
SAP_HEADER = ("Material", "Posting Date", "Quantity")
ONE = rows_of(ITEMS[:1], DAYS)


def sap_number(value):
    """Write a number with a comma, grouped by points, its minus behind."""
    text = group(abs(value), 3, ",", ".")
    return f"{text}-" if value < 0 else text


def quoted(header, rows, delimiter=",", newline="\n", marks='"'):
    """Write a table with every value in quotes."""
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=newline
    )
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def alv(rows, totals=False):
    """Write a list as SAP's screen saves it: bars, lines of dashes, padded cells."""
    line = "-" * 52 + "\n"
    text = f"{line}| Material           | Posting Date |     Quantity |\n{line}"
    for item in MATERIALS:
        for i, t, v in rows:
            if i == item:
                text += f"| {i} | {t:%d.%m.%Y}   | {sap_number(v):>12} |\n"
        if totals:
            total = sap_number(sum(v for i, _, v in rows if i == item))
            text += f"{line}| * {item[-6:]}           |              | {total:>12} |\n"
            text += line
    return f"List of movements\n\n{text}{line}"


def single(rows, header):
    """Expect one series that had no item column."""
    return as_train([("data", t, v) for _, t, v in rows], ("item_id", *header))


COPYRIGHT = "Copyright \xa9 2000-2023 salesforce.com, inc. All rights reserved."
ANALYTICS = (
    "# ----------------------------------------\n# All Web Site Data\n# Overview\n"
    "# 20200101-20200310\n# ----------------------------------------\n\n"
)
EPOCH = datetime(1970, 1, 1)
MISSING = [(i, t, "" if n % 11 == 5 else v) for n, (i, t, v) in enumerate(WHOLE)]

CASES = [
    Export(
        "SAP's eight digits under Posting Date",
        as_zip(write(SAP_HEADER, [(i, f"{t:%Y%m%d}", v) for i, t, v in SAP], "\t")),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(SAP, SAP_HEADER),
    ),
    Export(
        "SAP's minus behind the number",
        as_zip(
            write(
                SAP_HEADER,
                [(i, f"{t:%d.%m.%Y}", sap_number(v)) for i, t, v in SIGNED],
                "\t",
                "utf-16",
            )
        ),
        ("csv-delimiter", "csv-encoding", "number-marks", "timestamp-normalised"),
        train=as_train(SIGNED, SAP_HEADER),
        says={"number-marks": ("-",)},
    ),
    Export(
        "SAP's list of the screen",
        as_zip(alv(SAP)),
        (
            *("csv-delimiter", "lines-skipped", "number-marks"),
            *("spaces-trimmed", "timestamp-normalised"),
        ),
        train=as_train(SAP, SAP_HEADER),
        says={"lines-skipped": ("List of movements",)},
    ),
    Export(
        "SAP's list with subtotals",
        as_zip(alv(SAP, totals=True)),
        (
            *("csv-delimiter", "lines-skipped", "number-marks"),
            *("spaces-trimmed", "timestamp-normalised", "total-rows"),
        ),
        train=as_train(SAP, SAP_HEADER),
        says={"total-rows": ("* 100234",)},
    ),
    Export(
        "SAP's fiscal periods",
        as_zip(
            write(
                ("Material", "Fiscal year/period", "Quantity"),
                [(i, f"{t:%m}.{t.year}".rjust(8, "0"), v) for i, t, v in SAP],
            )
        ),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(SAP, ("Material", "Fiscal year/period", "Quantity")),
    ),
    Export(
        "SAP's calendar months",
        as_zip(
            write(
                ("Material", "Calendar Year/Month", "Quantity"),
                [(i, f"{t:%m.%Y}", v) for i, t, v in SAP],
            )
        ),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(SAP, ("Material", "Calendar Year/Month", "Quantity")),
    ),
    Export(
        "SAP's units beside the quantity",
        as_zip(
            write(
                ("Material", "Posting Date", "Quantity", "Base Unit of Measure"),
                [(i, f"{t:%d.%m.%Y}", v, "PC") for i, t, v in SAP],
            )
        ),
        ("csv-delimiter", "timestamp-normalised"),
        train=as_train(
            [(*row, "PC") for row in SAP], (*SAP_HEADER, "Base Unit of Measure")
        ),
    ),
    Export(
        "SAP's result row and unassigned sign",
        as_zip(
            write(
                SAP_HEADER,
                [
                    *[(i, f"{t:%d.%m.%Y}", v) for i, t, v in SAP],
                    ("Overall Result", "", sum(v for _, _, v in SAP)),
                ],
            )
        ),
        ("csv-delimiter", "timestamp-normalised", "total-rows"),
        train=as_train(SAP, SAP_HEADER),
        says={"total-rows": ("Overall Result",)},
    ),
    Export(
        "Salesforce's report with its footer",
        as_zip(
            quoted(
                ("Product Name", "Close Date", "Quantity"),
                [(i, f"{t.month}/{t.day}/{t.year}", f"{v}.00") for i, t, v in WHOLE],
            )
            + '\n\n"Grand Totals (48 records)"\n\n'
            + '"Confidential Information - Do Not Distribute"\n'
            + f'"{COPYRIGHT}"\n'
        ),
        ("lines-skipped", "timestamp-normalised"),
        train=as_train(
            [(i, t, float(v)) for i, t, v in WHOLE],
            ("Product Name", "Close Date", "Quantity"),
        ),
        says={"lines-skipped": ("Confidential",)},
    ),
    Export(
        "Salesforce's months in words",
        as_zip(
            quoted(
                ("Product Name", "Close Month", "Sum of Quantity"),
                [(i, f"{t:%B %Y}", v) for i, t, v in WHOLE],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(WHOLE, ("Product Name", "Close Month", "Sum of Quantity")),
    ),
    Export(
        "Salesforce's currency beside the amount",
        as_zip(
            quoted(
                ("Product Name", "Close Date", "Amount Currency", "Amount"),
                [(i, f"{t}", "EUR", v) for i, t, v in WHOLE],
            )
        ),
        train=make_csv(
            ("Product Name", "Close Date", "Amount", "Amount Currency"),
            [(i, t, v, "EUR") for i, t, v in WHOLE],
        ),
    ),
    Export(
        "Shopify's sales by product",
        as_zip(
            quoted(
                ("day", "product_title", "net_quantity"),
                [(t, i, v) for i, t, v in SMALL_DAYS],
            )
        ),
        train=as_train(SMALL_DAYS, ("product_title", "day", "net_quantity")),
    ),
    Export(
        "Shopify's sales over time",
        as_zip(quoted(("Day", "Orders"), [(t, v) for _, t, v in ONE])),
        ("item-made", "one-series"),
        train=single(ONE, ("Day", "Orders")),
        says={"item-made": ("data",)},
    ),
    Export(
        "Shopify's orders, a row each",
        as_zip(
            quoted(
                ("Name", "Created at", "Lineitem quantity"),
                [
                    (
                        f"#{n}",
                        f"{t} {9 + n % 12:02d}:{n * 17 % 60:02d}:05 +0100",
                        1 + n % 3,
                    )
                    for n, t in enumerate(DAYS, 1_000)
                ],
            )
        ),
        (
            *("frequency-unclear", "item-made", "one-series"),
            *("timestamp-normalised", "timestamp-zone-dropped"),
        ),
        says={"frequency-unclear": ("combined", '"D"'), "item-made": ("data",)},
    ),
    Export(
        "Analytics' comments and total",
        as_zip(
            ANALYTICS
            + "Day Index,Sessions\n"
            + "".join(f'{t.month}/{t.day}/{t:%y},"{v:,}"\n' for _, t, v in ONE)
            + f',"{sum(v for _, _, v in ONE):,}"\n'
        ),
        (
            *("item-made", "lines-skipped", "number-marks", "one-series"),
            *("timestamp-normalised", "total-rows"),
        ),
        train=single(ONE, ("Day Index", "Sessions")),
        says={"lines-skipped": ("All Web Site Data",)},
    ),
    Export(
        "Analytics 4's dates of eight digits",
        as_zip(
            "# Start date: 20200101\n# End date: 20200310\n"
            + make_csv(
                ("Page path", "Date", "Views"),
                [(f"/{i}", f"{t:%Y%m%d}", v) for i, t, v in SMALL_DAYS],
            )
        ),
        ("lines-skipped", "timestamp-normalised"),
        train=as_train(
            [(f"/{i}", t, v) for i, t, v in SMALL_DAYS], ("Page path", "Date", "Views")
        ),
    ),
    Export(
        "Analytics 4's number of the day",
        as_zip(
            "# Start date: 20200101\n# End date: 20200310\n"
            + make_csv(
                ("Nth day", "Users"), [(f"{n:04d}", r[2]) for n, r in enumerate(ONE)]
            )
        ),
        ("column-missing", "lines-skipped"),
        says={"column-missing": ("Nth day", "0000")},
    ),
    Export(
        "Power BI's filters below",
        as_zip(
            make_csv(
                ("Product", "Date", "Sum of Units"),
                [(i, f"{t} 00:00:00", v) for i, t, v in SMALL_DAYS],
            ).replace("\n", "\r\n")
            + "\r\nApplied filters: \r\nYear is 2020\r\n"
        ),
        ("lines-skipped",),
        train=as_train(SMALL_DAYS, ("Product", "Date", "Sum of Units")),
        says={"lines-skipped": ("Applied filters",)},
    ),
    Export(
        "Tableau's tabs in UTF-16",
        as_zip(
            write(
                ("Product Name", "Month of Order Date", "Quantity"),
                [(i, f"{t:%B %Y}", v) for i, t, v in WHOLE],
                "\t",
                "utf-16",
                "\r\n",
            )
        ),
        ("csv-delimiter", "csv-encoding", "timestamp-normalised"),
        train=as_train(WHOLE, ("Product Name", "Month of Order Date", "Quantity")),
    ),
    Export(
        "QuickBooks' report",
        as_zip(
            "Music Store Inc.\nSales by Product\nJanuary 2020 - December 2021\n\n"
            + make_csv(
                ("Product/Service", "Transaction date", "Quantity"),
                [(i, f"{t:%m/%d/%Y}", f"{v}.00") for i, t, v in WHOLE],
            )
            + f'TOTAL,,"{sum(v for _, _, v in WHOLE):,}.00"\n\n'
            + "Cash Basis Monday January 3 2022 09:12 AM GMT+01:00\n"
        ),
        ("lines-skipped", "timestamp-normalised", "total-rows"),
        train=as_train(
            [(i, t, float(v)) for i, t, v in WHOLE],
            ("Product/Service", "Transaction date", "Quantity"),
        ),
        says={"lines-skipped": ("Music Store",), "total-rows": ("TOTAL",)},
    ),
    Export(
        "Trends' category above",
        as_zip(
            "Category: All categories\n\n"
            + make_csv(
                ("Month", "banjo: (Worldwide)"),
                [(f"{t:%Y-%m}", v) for i, t, v in WHOLE if i == "Banjo"],
            )
        ),
        ("item-made", "lines-skipped", "one-series", "timestamp-normalised"),
        train=single(
            [row for row in WHOLE if row[0] == "Banjo"], ("Month", "banjo: (Worldwide)")
        ),
    ),
    Export(
        "Trends' less than one",
        as_zip(
            make_csv(
                HEADER,
                [(i, t, "<1" if n == 9 else v) for n, (i, t, v) in enumerate(WHOLE)],
            )
        ),
        ("target-not-number",),
        says={"target-not-number": ("<1", "row 11")},
    ),
    Export(
        "SQL Server's fractions of seconds",
        as_zip(
            make_csv(HEADER, [(i, f"{t} 00:00:00.0000000", v) for i, t, v in WHOLE])
        ),
        ("timestamp-normalised",),
        train=as_train(WHOLE),
    ),
    Export(
        "SQL Server's milliseconds",
        as_zip(
            make_csv(
                HEADER,
                [
                    (i, f"{t}.{n % 1000:03d}", v)
                    for n, (i, t, v) in enumerate(rows_of(stamps=HOURS))
                ],
            )
        ),
        ("timestamp-fraction-cut", "timestamp-normalised"),
        train=as_train(rows_of(stamps=HOURS)),
    ),
    Export(
        "SQL Server's count of rows below",
        as_zip(make_csv(HEADER, WHOLE) + "\n(48 rows affected)\n"),
        ("lines-skipped",),
        train=as_train(WHOLE),
        says={"lines-skipped": ("(48 rows affected)",)},
    ),
    Export(
        "psql's count of rows below",
        as_zip(make_csv(HEADER, WHOLE, "|") + "(48 rows)\n"),
        ("csv-delimiter", "lines-skipped"),
        train=as_train(WHOLE),
    ),
    Export(
        "psql's aligned output",
        as_zip(
            " item_id | timestamp | target_value \n"
            "---------+-----------+--------------\n"
            + "".join(f" {i} | {t} | {v} \n" for i, t, v in WHOLE)
            + "(48 rows)\n\n"
        ),
        ("csv-delimiter", "lines-skipped", "spaces-trimmed"),
        train=as_train(WHOLE),
    ),
    Export(
        "MySQL's sign for no value",
        as_zip(
            make_csv(
                HEADER, [(i, t, v if v != "" else "\\N") for i, t, v in MISSING], "\t"
            )
        ),
        ("csv-delimiter", "number-missing-word", "target-blank"),
        train=as_train(MISSING),
        says={"number-missing-word": ("\\N",)},
    ),
    Export(
        "BigQuery's UTC",
        as_zip(
            make_csv(HEADER, [(i, f"{t} UTC", v) for i, t, v in rows_of(stamps=HOURS)])
        ),
        ("timestamp-normalised", "timestamp-zone-dropped"),
        train=as_train(rows_of(stamps=HOURS)),
    ),
    Export(
        "Snowflake's zeros of an offset",
        as_zip(
            make_csv(
                HEADER, [(i, f"{t}.000 +0000", v) for i, t, v in rows_of(stamps=HOURS)]
            )
        ),
        ("timestamp-normalised", "timestamp-zone-dropped"),
        train=as_train(rows_of(stamps=HOURS)),
    ),
    Export(
        "Oracle's dates",
        as_zip(
            quoted(
                ("ITEM_ID", "SALES_DATE", "QTY"),
                [(i, f"{t:%d-%b-%y}".upper(), v) for i, t, v in WHOLE],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(WHOLE, ("ITEM_ID", "SALES_DATE", "QTY")),
    ),
    Export(
        "Oracle's last line",
        as_zip(
            quoted(("ITEM_ID", "SALES_DATE", "QTY"), WHOLE) + "\n48 rows selected. \n"
        ),
        ("lines-skipped",),
        train=as_train(WHOLE, ("ITEM_ID", "SALES_DATE", "QTY")),
    ),
    Export(
        "Grafana's milliseconds since 1970",
        as_zip(
            make_csv(
                ("series", "Time", "Value"),
                [
                    (i, int((t - EPOCH).total_seconds() * 1_000), v)
                    for i, t, v in rows_of(stamps=HOURS)
                ],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-number"),
        train=as_train(rows_of(stamps=HOURS), ("series", "Time", "Value")),
        says={"timestamp-number": ("2020-01-14",)},
    ),
    Export(
        "InfluxDB's annotations",
        as_zip(
            "#group,false,false,false\n#datatype,string,dateTime:RFC3339,double\n"
            "#default,_result,,\n"
            + make_csv(
                ("", "series", "_time", "_value"),
                [
                    ("", i, f"{t:%Y-%m-%dT%H:%M:%SZ}", v)
                    for i, t, v in rows_of(stamps=HOURS)
                ],
            )
        ),
        ("lines-skipped", "timestamp-zone-dropped"),
        train=as_train(rows_of(stamps=HOURS), ("series", "_time", "_value")),
    ),
    Export(
        "Home Assistant's microseconds",
        as_zip(
            make_csv(
                ("entity_id", "last_changed", "state"),
                [
                    (f"sensor.{i}", f"{t:%Y-%m-%dT%H:%M:%S}.{n % 9}12345Z", v)
                    for n, (i, t, v) in enumerate(rows_of(stamps=HOURS))
                ],
            )
        ),
        ("timestamp-fraction-cut", "timestamp-normalised", "timestamp-zone-dropped"),
        train=as_train(
            [(f"sensor.{i}", t, v) for i, t, v in rows_of(stamps=HOURS)],
            ("entity_id", "last_changed", "state"),
        ),
    ),
    Export(
        "R's row names",
        as_zip(quoted(("", *HEADER), [(n, *row) for n, row in enumerate(WHOLE, 1)])),
        ("row-numbers-dropped",),
        train=as_train(WHOLE),
    ),
    Export(
        "R's second way with commas",
        as_zip(
            quoted(
                ("", *HEADER),
                [
                    (n, i, t, f"{v / 8}".replace(".", ","))
                    for n, (i, t, v) in enumerate(WHOLE, 1)
                ],
                ";",
            )
        ),
        ("csv-delimiter", "number-marks", "row-numbers-dropped"),
        train=as_train([(i, t, v / 8) for i, t, v in WHOLE]),
    ),
    Export(
        "R's header without row names",
        as_zip(
            ",".join(HEADER)
            + "\n"
            + "".join(f'"{n}",{i},{t},{v}\n' for n, (i, t, v) in enumerate(WHOLE, 1))
        ),
        ("row-numbers-dropped",),
        train=as_train(WHOLE),
    ),
    Export(
        "Prophet's two columns",
        as_zip(make_csv(("ds", "y"), [(t, v) for _, t, v in ONE])),
        ("item-made", "one-series"),
        train=single(ONE, ("ds", "y")),
    ),
    Export(
        "three columns of a forecasting library",
        as_zip(make_csv(("unique_id", "ds", "y"), SMALL_DAYS)),
        train=as_train(SMALL_DAYS, ("unique_id", "ds", "y")),
    ),
    Export(
        "index of pandas that is the date",
        as_zip(make_csv(("", "item_id", "y"), [(t, i, v) for i, t, v in SMALL_DAYS])),
        ("header-blank",),
        says={"header-blank": ("number 1",)},
    ),
    Export(
        "column of a series each",
        as_zip(
            make_csv(
                ("date", *ITEMS),
                [(t, *[value_of(i, n) for i in ITEMS]) for n, t in enumerate(DAYS)],
            )
        ),
        ("table-melted",),
        train=as_train(rows_of(stamps=DAYS), ("item_id", "date", "target_value")),
        says={"table-melted": ("Akkordeon", "Banjo")},
    ),
    Export(
        "Matomo's labels",
        as_zip(
            write(
                ("label", "date", "nb_visits"),
                [(f"/{i.lower()}", t, v) for i, t, v in SMALL_DAYS],
                ",",
                "utf-16",
            )
        ),
        ("csv-encoding",),
        train=as_train(
            [(f"/{i.lower()}", t, v) for i, t, v in SMALL_DAYS],
            ("label", "date", "nb_visits"),
        ),
    ),
    Export(
        "Airtable's mark and long dates",
        as_zip(
            write(
                ("Name", "Month", "Units sold"),
                [(i, f'"{t:%B} {t.day}, {t.year}"', v) for i, t, v in WHOLE],
                ",",
                "utf-8-sig",
            )
        ),
        ("csv-byte-order-mark", "timestamp-normalised"),
        train=as_train(WHOLE, ("Name", "Month", "Units sold")),
    ),
    Export(
        "Amazon's grouped units",
        as_zip(
            quoted(
                ("(Child) ASIN", "Date", "Units Ordered"),
                [
                    (f"B00{i[:4].upper()}XYZ", f"{t:%m/%d/%y}", f"{v:,}")
                    for i, t, v in rows_of(stamps=DAYS)
                ],
            )
        ),
        ("number-marks", "timestamp-normalised"),
        train=as_train(
            [(f"B00{i[:4].upper()}XYZ", t, v) for i, t, v in rows_of(stamps=DAYS)],
            ("(Child) ASIN", "Date", "Units Ordered"),
        ),
    ),
    Export(
        "plan with zeros for the months to come",
        as_zip(
            make_csv(
                HEADER,
                [
                    *WHOLE,
                    *[(i, date(2022, m, 1), 0) for i in ITEMS for m in range(1, 7)],
                ],
            )
        ),
        ("zeros-at-end",),
        train=as_train(
            sorted(
                [
                    *WHOLE,
                    *[(i, date(2022, m, 1), 0) for i in ITEMS for m in range(1, 7)],
                ]
            )
        ),
        says={"zeros-at-end": ("2022-01-01",)},
    ),
    Export(
        "hours of a till in two columns",
        as_zip(
            make_csv(
                ("Store", "Date", "Hour", "Receipts"),
                [(i, f"{t:%d.%m.%Y}", t.hour, v) for i, t, v in rows_of(stamps=HOURS)],
                ";",
            )
        ),
        ("csv-delimiter", "timestamp-normalised", "timestamp-two-columns"),
        train=as_train(rows_of(stamps=HOURS), ("Store", "Date", "Receipts")),
        says={"timestamp-two-columns": ("Date", "Hour")},
    ),
    Export(
        "year and month in two columns",
        as_zip(
            make_csv(
                ("Product", "Year", "Month", "Units"),
                [(i, t.year, t.month, v) for i, t, v in WHOLE],
            )
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=as_train(WHOLE, ("Product", "Year", "Units")),
        says={"timestamp-two-columns": ("Year", "Month")},
    ),
    Export(
        "year and month's name in two columns",
        as_zip(
            make_csv(
                ("Product", "Year", "Month", "Units"),
                [(i, t.year, f"{t:%B}", v) for i, t, v in WHOLE],
            )
        ),
        ("timestamp-normalised", "timestamp-two-columns"),
        train=as_train(WHOLE, ("Product", "Year", "Units")),
    ),
    Export(
        "time of day in a column of its own",
        as_zip(
            make_csv(
                ("meter", "date", "time", "kwh"),
                [
                    (i, f"{t:%Y-%m-%d}", f"{t:%H:%M:%S}", v)
                    for i, t, v in rows_of(stamps=HOURS)
                ],
            )
        ),
        ("timestamp-two-columns",),
        train=as_train(rows_of(stamps=HOURS), ("meter", "date", "kwh")),
    ),
    Export(
        "weeks of a retail calendar",
        as_zip(
            make_csv(
                ("Product", "Week", "Units"),
                [
                    (
                        i,
                        f"{(date(2020, 1, 6) + timedelta(weeks=n)):%G-W%V}",
                        value_of(i, n),
                    )
                    for i in ITEMS
                    for n in range(60)
                ],
            )
        ),
        ("timestamp-normalised",),
        train=as_train(
            rows_of(stamps=[date(2020, 1, 6) + timedelta(weeks=n) for n in range(60)]),
            ("Product", "Week", "Units"),
        ),
    ),
    Export(
        "weeks without the letter",
        as_zip(
            make_csv(
                ("Product", "Week", "Units"),
                [
                    (
                        i,
                        f"{(date(2020, 1, 6) + timedelta(weeks=n)):%G%V}",
                        value_of(i, n),
                    )
                    for i in ITEMS
                    for n in range(60)
                ],
            )
        ),
        ("timestamp-unreadable",),
        says={"timestamp-unreadable": ("202013", "Week")},
    ),
    Export(
        "weeks that look like months",
        as_zip(
            make_csv(
                ("Product", "Week", "Units"),
                [
                    (i, f"{n:02d}/2020", value_of(i, n))
                    for i in ITEMS
                    for n in range(1, 13)
                ],
            )
        ),
        ("timestamp-ambiguous",),
        says={"timestamp-ambiguous": ("Week", "01/2020")},
    ),
]
