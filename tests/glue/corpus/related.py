"""Uploads with covariates and attributes, each with a near miss."""

from tests.building.uploads import (
    HEADER,
    Case,
    as_zip,
    make_csv,
    make_rows,
    make_tts,
    months,
)

TTS = make_tts()
ROWS = make_rows()
HORIZON = 4
ALL = months(24 + HORIZON)
R_HEADER = ("item_id", "timestamp", "price")
META = "item_id,color\nA,red\nB,blue\n"
# The history with two months of the future in it, as zeros.
ENDING = make_csv(HEADER, [(i, t, v * (t < "2021-11")) for i, t, v in ROWS])


def price(item, step):
    return round(2 + step / 8 + (item == "B"), 3)


def related(items="AB", stamps=ALL, first=0):
    """Write an RTS.csv: the past, and the future up to the horizon."""
    rows = [
        (item, stamp, price(item, step))
        for item in items
        for step, stamp in enumerate(stamps, first)
    ]
    return make_csv(R_HEADER, rows)


def without_price(item, stamp):
    """Write an RTS.csv with one blank price."""
    lines = FULL.splitlines(keepends=True)
    start = f"{item},{stamp},"
    return "".join(start + "\n" if line.startswith(start) else line for line in lines)


def dated(name):
    """Write a metadata.csv with a date for each item."""
    return f"item_id,{name}\nA,2019-01-01\nB,2020-01-01\n"


def joined(header=(*HEADER, "price"), future=False, extra=()):
    """Write what history and prices become together."""
    rows = []
    for item in "AB":
        history = [row for row in ROWS if row[0] == item]
        rows += [
            (*row, price(item, step), *[one[item] for one in extra])
            for step, row in enumerate(history)
        ]
        if future:
            rows += [
                (item, ALL[step], "", price(item, step), *[one[item] for one in extra])
                for step in range(24, 24 + HORIZON)
            ]
    return make_csv(header, rows)


def job(**values):
    return {"TimeSeriesForecastingJobConfig": {"ForecastHorizon": HORIZON, **values}}


def fill(**methods):
    return job(Transformations={"Filling": {"price": methods}})


H = job()
FULL = related()
COLORS = [{"A": "red", "B": "blue"}]
WITH_COLOR = (*HEADER, "price", "color")
GROUPED = make_csv(
    ("item_id", "store", "timestamp", "target_value"),
    [(i, s, t, v + ord(s)) for s in "NS" for i, t, v in ROWS],
)
MERGED = make_csv(
    (*HEADER, "price"),
    [(*row, price(row[0], n % 24)) for n, row in enumerate(ROWS)]
    + [(i, ALL[n], "", price(i, n)) for i in "AB" for n in range(24, 28)],
)
MERGED_FULL = joined(future=True)

TWICE = make_csv((*HEADER, "units"), [(*row, row[-1]) for row in ROWS])
DAY_OFF = {"2020-05-01": "May Day", "2021-05-01": "May Day", "2022-02-01": "Candlemas"}


def holidays(ours=DAY_OFF, word="", stamps=ALL):
    """Write an RTS.csv of a text that is mostly blank, and what it becomes."""
    return make_csv(
        ("item_id", "timestamp", "holiday"),
        [(i, t, ours.get(t, word)) for i in "AB" for t in stamps],
    )


def calendar(stamps=ALL, keys=(), header=("timestamp", "temp")):
    """Write an RTS.csv without an item."""
    rows = [(*keys, t, n % 9 + 0.5) for n, t in enumerate(stamps)]
    return make_csv(header, rows)


def with_temp(rows=ROWS):
    """Write what the history and a calendar become."""
    lines = [(*row, n % 24 % 9 + 0.5) for n, row in enumerate(rows)]
    return make_csv((*HEADER, "temp"), lines)


CASES = [
    Case(
        "calendar for every item",
        as_zip(TTS, rts=calendar()),
        ("rts-for-every-item",),
        train=with_temp(),
        transform=make_csv(
            (*HEADER, "temp"),
            [
                line
                for i in "AB"
                for line in (
                    *[(*r, n % 9 + 0.5) for n, r in enumerate(ROWS[:24]) if i == "A"],
                    *[(*r, n % 9 + 0.5) for n, r in enumerate(ROWS[24:]) if i == "B"],
                    *[(i, ALL[n], "", n % 9 + 0.5) for n in range(24, 28)],
                )
            ],
        ),
    ),
    Case(
        "calendar for every item, in many parts",
        as_zip(TTS, rts=calendar()),
        ("rts-for-every-item",),
        options={"parts": 7},
        train=with_temp(),
    ),
    Case(
        "calendar of too many months, in many parts",
        as_zip(TTS, rts=calendar(months(27, 2019) + ALL[15:])),
        ("rts-beyond-horizon", "rts-for-every-item", "rts-rows-unmatched"),
        options={"parts": 7},
        settings=job(ForecastHorizon=2),
    ),
    Case(
        "calendar with a month twice, in many parts",
        as_zip(TTS, rts=calendar([*ALL * 5, ALL[3]][-141:])),
        ("column-missing",),
        options={"parts": 7},
    ),
    Case(
        "temperatures of one item, whose column is called otherwise",
        as_zip(TTS, rts=calendar(keys=("A",), header=("sku", "timestamp", "temp"))),
        ("column-missing",),
    ),
    Case(
        "prices of the future only, beside temperatures",
        as_zip(
            TTS,
            rts=make_csv(
                ("item_id", "timestamp", "temp", "price"),
                [
                    (i, t, n % 9 + 0.5, 5 if n >= 24 else "")
                    for i in "AB"
                    for n, t in enumerate(ALL)
                ],
            ),
        ),
        ("covariate-blank", "covariate-no-history"),
        train=with_temp(),
    ),
    Case(
        "prices of the future only",
        as_zip(
            TTS,
            rts=make_csv(
                R_HEADER,
                [(i, t, 5 if n >= 24 else "") for i in "AB" for n, t in enumerate(ALL)],
            ),
        ),
        ("covariate-blank", "rts-no-history"),
    ),
    Case(
        "filling of a column that is left out",
        as_zip(
            TTS,
            rts=make_csv(
                ("item_id", "timestamp", "temp", "price"),
                [
                    (i, t, n % 9 + 0.5, 5 if n >= 24 else "")
                    for i in "AB"
                    for n, t in enumerate(ALL)
                ],
            ),
        ),
        ("covariate-blank", "covariate-no-history"),
        settings=fill(middlefill="zero"),
        train=with_temp(),
    ),
    Case(
        "holidays that are mostly blank",
        as_zip(TTS, rts=holidays()),
        ("text-blank",),
        train=make_csv(
            (*HEADER, "holiday"),
            [(*row, DAY_OFF.get(row[1], "(blank)")) for row in ROWS],
        ),
        transform=make_csv(
            (*HEADER, "holiday"),
            [
                (*row, DAY_OFF.get(row[1], "(blank)"))
                for i in "AB"
                for row in [
                    *[r for r in ROWS if r[0] == i],
                    *[(i, t, "") for t in ALL[24:]],
                ]
            ],
        ),
    ),
    Case(
        "holidays that are blank in the future only",
        as_zip(TTS, rts=holidays({t: f"day {n % 3}" for n, t in enumerate(ALL[:24])})),
        ("future-blank",),
    ),
    Case(
        "covariates with their future",
        as_zip(TTS, rts=FULL),
        settings=H,
        train=joined(),
        transform=joined(future=True),
    ),
    Case(
        "future without settings",
        as_zip(TTS, rts=FULL),
        ("rts-beyond-horizon",),
        settings=job(ForecastHorizon=2),
    ),
    Case("future gives no horizon", as_zip(TTS, rts=FULL), train=joined()),
    Case(
        "covariates without future",
        as_zip(TTS, rts=related(stamps=ALL[:24])),
        ("future-none",),
        settings=H,
        train=joined(),
        transform=joined(),
    ),
    Case(
        "an id in other case",
        as_zip(make_csv(HEADER, [("a", *ROWS[0][1:]), *ROWS[1:]]), rts=FULL),
        (
            *("ids-alike", "ids-unmatched", "rts-history-missing"),
            *("rts-rows-unmatched", "series-ends-early", "series-short"),
        ),
        settings=H,
    ),
    Case(
        "target a second time",
        as_zip(TWICE, rts=FULL),
        ("target-copied",),
        settings=H,
    ),
    Case(
        "future of one series",
        as_zip(TTS, rts=FULL.replace("B,2022", "C,2022")),
        ("future-partial", "rts-series-unknown"),
        settings=H,
    ),
    Case(
        "future of some steps",
        as_zip(TTS, rts=related(stamps=ALL[:26])),
        ("future-partial",),
        settings=H,
    ),
    Case(
        "future of zeros in the history",
        as_zip(ENDING, rts=related(stamps=ALL[:26])),
        ("future-zeros", "zeros-at-end"),
        settings=H,
    ),
    Case(
        "future that is filled",
        as_zip(TTS, rts=related(stamps=ALL[:26])),
        ("future-partial-filled",),
        settings=fill(futurefill="mean"),
    ),
    Case(
        "future value blank",
        as_zip(TTS, rts=FULL.replace("A,2022-02-01,5.125", "A,2022-02-01,")),
        ("future-blank",),
        settings=H,
    ),
    Case(
        "future value filled",
        as_zip(TTS, rts=FULL.replace("A,2022-02-01,5.125", "A,2022-02-01,")),
        ("future-blank-filled",),
        settings=fill(futurefill="mean"),
    ),
    Case(
        "past value blank",
        as_zip(TTS, rts=FULL.replace("A,2020-02-01,2.125", "A,2020-02-01,")),
        ("covariate-blank",),
        settings=H,
    ),
    Case(
        "beyond the horizon",
        as_zip(TTS, rts=related(stamps=months(29))),
        ("rts-beyond-horizon",),
        settings=H,
        transform=joined(future=True),
    ),
    Case(
        "covariates start late",
        as_zip(TTS, rts=related(stamps=ALL[6:], first=6)),
        ("rts-history-missing",),
        settings=H,
    ),
    Case(
        "one row without covariates",
        as_zip(TTS, rts=FULL.replace("A,2020-02-01,2.125\n", "")),
        ("rts-history-missing",),
        settings=H,
    ),
    Case(
        "covariates start early",
        as_zip(TTS, rts=related() + "A,2019-12-01,1\n"),
        ("rts-rows-unmatched",),
        settings=H,
        train=joined(),
    ),
    Case(
        "covariates of another item",
        as_zip(TTS, rts=related("ABC")),
        ("rts-series-unknown",),
        settings=H,
        train=joined(),
    ),
    Case(
        "covariates of ids with zeros",
        as_zip(make_tts(items=("07", "08")), rts=related(("7", "8"))),
        ("rts-nothing-matched", "rts-series-unknown"),
        settings=H,
    ),
    Case(
        "future on another day of the month",
        as_zip(TTS, rts=FULL.replace("B,2022-03-01", "B,2022-03-24")),
        ("rts-off-boundary",),
        settings=H,
    ),
    Case(
        "covariate rows twice",
        as_zip(TTS, rts=FULL + FULL.splitlines()[5] + "\n"),
        ("rts-duplicate-rows",),
        settings=H,
    ),
    Case(
        "target in RTS",
        as_zip(TTS, rts=FULL.replace("price", "target_value")),
        ("rts-has-target",),
        settings=H,
    ),
    Case(
        "target in RTS, in capitals",
        as_zip(TTS, rts=FULL.replace("price", "TARGET_VALUE")),
        ("rts-has-target",),
        settings=H,
    ),
    Case(
        "RTS without timestamp",
        as_zip(TTS, rts=FULL.replace("timestamp", "when")),
        ("column-missing",),
        settings=H,
    ),
    Case(
        "RTS in another spelling",
        as_zip(TTS, rts=FULL.replace("item_id", "Item Id")),
        ("column-spelling",),
        settings=H,
        train=joined(),
    ),
    Case(
        "RTS with semicolons",
        as_zip(TTS, rts=FULL.replace(",", ";")),
        ("csv-delimiter",),
        settings=H,
        train=joined(),
    ),
    Case(
        "RTS without rows",
        as_zip(TTS, rts="item_id,timestamp,price\n"),
        ("csv-no-rows",),
        settings=H,
    ),
    Case("RTS that is empty", as_zip(TTS, rts=""), ("csv-empty",), settings=H),
    Case(
        "RTS without covariates",
        as_zip(TTS, rts=make_csv(R_HEADER[:2], [r[:2] for r in ROWS])),
        settings=H,
        train=TTS,
    ),
    Case(
        "RTS for all stores",
        as_zip(GROUPED, rts=FULL),
        ("rts-without-groups",),
        settings=H,
    ),
    Case(
        "a column in both",
        as_zip(make_csv((*HEADER, "price"), [(*r, 1) for r in ROWS]), rts=FULL),
        ("column-collision",),
        settings=H,
    ),
    Case(
        "a column in both, in capitals",
        as_zip(make_csv((*HEADER, "PRICE"), [(*r, 1) for r in ROWS]), rts=FULL),
        ("column-collision",),
        settings=H,
    ),
    Case(
        "merged table with future",
        as_zip(MERGED),
        train=joined(),
        transform=MERGED_FULL,
    ),
    Case(
        "merged table, future too long",
        as_zip(MERGED),
        ("beyond-horizon",),
        settings=job(ForecastHorizon=HORIZON - 1),
    ),
    Case(
        "attributes",
        as_zip(TTS, metadata=META),
        train=make_csv((*HEADER, "color"), [(*r, COLORS[0][r[0]]) for r in ROWS]),
    ),
    Case(
        "attributes and covariates",
        as_zip(TTS, rts=FULL, metadata=META),
        settings=H,
        train=joined(WITH_COLOR, extra=COLORS),
        transform=joined(WITH_COLOR, future=True, extra=COLORS),
    ),
    Case(
        "attributes of one item missing",
        as_zip(TTS, metadata="item_id,color\nA,red\n"),
        ("metadata-missing",),
    ),
    Case(
        "attributes of another item",
        as_zip(TTS, metadata=META + "C,red\n"),
        ("metadata-unknown",),
    ),
    Case(
        "attributes twice alike",
        as_zip(TTS, metadata=META + "A,red\n"),
        ("metadata-repeated",),
    ),
    Case(
        "attributes twice",
        as_zip(TTS, metadata=META + "A,blue\n"),
        ("metadata-duplicate",),
    ),
    Case(
        "attributes with a timestamp",
        as_zip(TTS, metadata=FULL),
        ("metadata-with-timestamp",),
    ),
    Case(
        "attributes that are timestamps",
        as_zip(TTS, metadata=dated("timestamp")),
        ("metadata-with-timestamp",),
    ),
    Case(
        "attributes that are timestamps, in capitals",
        as_zip(TTS, metadata=dated("TIMESTAMP")),
        ("metadata-with-timestamp",),
    ),
    Case(
        "attributes without ids",
        as_zip(TTS, metadata=META.replace("item_id", "x")),
        ("column-missing",),
    ),
    Case(
        "attributes with the target",
        as_zip(TTS, metadata=META.replace("color", "target_value")),
        ("column-collision",),
    ),
    Case(
        "attributes that are covariates too",
        as_zip(TTS, rts=FULL, metadata=META.replace("color", "price")),
        ("column-collision",),
        settings=H,
    ),
    Case("numeric attributes", as_zip(TTS, metadata="item_id,weight\nA,1.5\nB,2\n")),
    Case(
        "all problems at once",
        as_zip(
            TTS + "A,x,1\n",
            rts=FULL.replace("price", "target_value"),
            metadata=META + "A,blue\n",
            config={"x": 1},
        ),
        (
            "metadata-duplicate",
            "rts-has-target",
            "setting-unknown",
            "timestamp-unreadable",
        ),
    ),
    Case(
        "RTS with an endless quote",
        as_zip(TTS, rts=FULL + '"' + "x,y\n" * 40_000),
        ("csv-unreadable",),
        settings=H,
    ),
]
