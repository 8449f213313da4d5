"""Uploads whose columns have to be recognised, each with a near miss."""

from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows, make_tts

TTS = make_tts()
ROWS = make_rows()


def table(header, *extra, rows=ROWS):
    """Write the rows under other names, with more columns of fixed values."""
    return make_csv(header, [(*row, *extra) for row in rows])


def in_order(*order):
    """Write the columns in another order."""
    rows = [[row[at] for at in order] for row in ROWS]
    return make_csv([HEADER[at] for at in order], rows)


def columns(**names):
    """Name columns in settings."""
    full = {
        "item": "ItemIdentifierAttributeName",
        "time": "TimestampAttributeName",
        "target": "TargetAttributeName",
        "groups": "GroupingAttributeNames",
    }
    config = {full[role]: name for role, name in names.items()}
    return {"TimeSeriesForecastingJobConfig": {"TimeSeriesConfig": config}}


def grouped(
    stores=("N", "S"), header=("item_id", "store", "timestamp", "target_value")
):
    """Write a table in which each item has a series per store."""
    rows = [
        (item, store, stamp, value + 3 * number)
        for item, stamp, value in ROWS
        for number, store in enumerate(stores)
    ]
    return make_csv(header, sorted(rows))


def priced(word="free", numbers=None):
    """Write prices, with a word behind so many numbers, else for every seventh."""
    words = [n % 7 == 0 if numbers is None else n >= numbers for n in range(len(ROWS))]
    rows = [(*row, word if words[n] else n % 7) for n, row in enumerate(ROWS)]
    return make_csv((*HEADER, "price"), rows)


def noted(count):
    """Write a column with so many notes, and blanks."""
    rows = [(*row, "sale" if n < count else "") for n, row in enumerate(ROWS)]
    return make_csv((*HEADER, "note"), rows)


def in_currencies(choose):
    """Write a column with the currency of each row."""
    rows = [(*row, choose(n)) for n, row in enumerate(ROWS)]
    return make_csv((*HEADER, "Currency"), rows)


GROUPED = grouped()
SEGMENTED = grouped(header=("item_id", "category", "timestamp", "target_value"))
STRANGE = ("alpha", "beta", "gamma")
TWO_TARGETS = table(("item_id", "timestamp", "north", "south"), 5.5)
CODES = [(f"{n + 10}", stamp, value) for n, (_, stamp, value) in enumerate(ROWS)]

CASES = [
    Case("other order", as_zip(in_order(2, 0, 1)), train=TTS),
    Case(
        "names of another trade",
        as_zip(table(("sku", "ds", "y"))),
        train=table(("sku", "ds", "y")),
    ),
    Case(
        "names of many words",
        as_zip(table(("Product Code", "Order Date", "Unit Sales"))),
    ),
    Case("names by content alone", as_zip(table(STRANGE)), train=table(STRANGE)),
    Case(
        "no target",
        as_zip(make_csv(HEADER[:2], [r[:2] for r in ROWS])),
        ("column-missing",),
    ),
    Case(
        "no timestamp",
        as_zip(make_csv(("item_id", "target_value"), [(r[0], r[2]) for r in ROWS])),
        ("column-missing",),
    ),
    Case(
        "no item id",
        as_zip(make_csv(HEADER[1:], [r[1:] for r in ROWS])),
        ("column-missing",),
    ),
    Case(
        "wide form", as_zip("item_id,2020-01,2020-02\nA,1,2\nB,3,4\n"), ("table-wide",)
    ),
    Case(
        "two columns of dates",
        as_zip(table((*HEADER, "2020-01", "2020-02"), 5, 6)),
        ("table-wide",),
    ),
    Case("two targets", as_zip(TWO_TARGETS), ("column-unclear",)),
    Case(
        "two columns that could be the item",
        as_zip(
            make_csv(
                ("Shelf", "Booth", "timestamp", "target_value"),
                [("ab"[v % 2], i, t, v) for i, t, v in make_rows()],
            )
        ),
        ("column-chosen", "future-none"),
    ),
    Case(
        "two targets, one named", as_zip(TWO_TARGETS), settings=columns(target="north")
    ),
    Case(
        "named columns",
        as_zip(table(STRANGE)),
        settings=columns(item="alpha", time="beta", target="gamma"),
        train=table(STRANGE),
    ),
    Case(
        "named column missing",
        as_zip(TTS),
        ("column-missing",),
        settings=columns(target="targt_value"),
    ),
    Case(
        "three named columns missing",
        as_zip(TTS),
        ("column-missing",),
        settings=columns(item="a", time="b", target="c"),
    ),
    Case(
        "named in another spelling",
        as_zip(TTS),
        ("column-spelling",),
        settings=columns(item="Item ID"),
        train=TTS,
    ),
    Case(
        "one column for two roles",
        as_zip(TTS),
        ("column-two-roles",),
        settings=columns(item="item_id", groups=["item_id"]),
    ),
    Case("groups by content", as_zip(GROUPED), train=GROUPED),
    Case(
        "groups named",
        as_zip(GROUPED),
        settings=columns(groups=["store"]),
        train=GROUPED,
    ),
    Case(
        "group named and missing",
        as_zip(GROUPED),
        ("column-missing",),
        settings=columns(groups=["shop"]),
    ),
    Case(
        "groups taken back",
        as_zip(GROUPED),
        ("duplicate-rows", "future-none"),
        settings=columns(groups=[]),
    ),
    Case(
        "group by another name",
        as_zip(SEGMENTED),
        ("group-chosen",),
        train=SEGMENTED,
    ),
    Case(
        "currency that changes",
        as_zip(in_currencies(lambda n: "CHF" if n % 24 < 9 else "EUR")),
        ("future-none", "units-vary"),
    ),
    Case("groups with numbers", as_zip(grouped((10, 20))), train=grouped((10, 20))),
    Case(
        "empty column",
        as_zip(noted(0)),
        ("column-empty",),
        train=TTS,
    ),
    Case(
        "attribute in the table",
        as_zip(table((*HEADER, "color"), "red")),
        train=table((*HEADER, "color"), "red"),
    ),
    Case(
        "column dropped",
        as_zip(table((*HEADER, "color"), "red")),
        settings={"Preparation": {"DropColumns": ["color"]}},
        train=TTS,
    ),
    Case(
        "covariate in the table",
        as_zip(
            make_csv((*HEADER, "price"), [(*row, n % 7) for n, row in enumerate(ROWS)])
        ),
        ("future-none",),
    ),
    Case(
        "covariate of mixed kind",
        as_zip(priced()),
        ("covariate-mixed", "future-none"),
    ),
    Case(
        "covariate of half numbers",
        as_zip(priced(numbers=24)),
        ("covariate-mixed", "future-none"),
    ),
    Case(
        "mixed covariate set to text",
        as_zip(priced()),
        ("future-none",),
        settings={"Preparation": {"ColumnTypes": {"price": "text"}}},
    ),
    Case(
        "mixed covariate set to number",
        as_zip(priced()),
        ("covariate-not-number", "future-none"),
        settings={"Preparation": {"ColumnTypes": {"price": "number"}}},
    ),
    Case(
        "fourteen numbers",
        as_zip(table((*HEADER, *(f"n{k}" for k in range(14))), *range(14))),
        ("too-many-features",),
    ),
    Case(
        "thirteen numbers",
        as_zip(table((*HEADER, *(f"n{k}" for k in range(13))), *range(13))),
    ),
    Case(
        "eleven texts",
        as_zip(table((*HEADER, *(f"n{k}" for k in range(11))), *"abcdefghijk")),
        ("too-many-features",),
    ),
    Case(
        "ten texts",
        as_zip(table((*HEADER, *(f"n{k}" for k in range(10))), *"abcdefghij")),
    ),
]
