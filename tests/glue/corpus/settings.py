"""Uploads whose settings or hook matter, each with a near miss."""

from glue.settings.layers import MAX_SETTINGS_BYTES
from tests.building.uploads import HEADER, Case, as_zip, make_csv, make_rows, make_tts

TTS = make_tts()
ROWS = make_rows()
PRICED = make_csv((*HEADER, "price"), [(*r, 1 + n % 24) for n, r in enumerate(ROWS)])
COLORED = make_csv((*HEADER, "color"), [(*r, f"c{n % 5}") for n, r in enumerate(ROWS)])


def job(**values):
    return {"TimeSeriesForecastingJobConfig": values}


def fill(column, **methods):
    return job(Transformations={"Filling": {column: methods}})


def sized(size):
    """Write an item's size, as a code or a number, that changes with time."""
    return make_csv(
        (*HEADER, "size"), [(*r, f"{size}{n % 5}") for n, r in enumerate(ROWS)]
    )


def keep(table):
    return table


def double(table):
    table["target_value"] *= 2
    return table


def drop_first(table):
    return table.groupby("item_id", sort=False).tail(20)


def demean(table):
    table["target_value"] -= table["target_value"].mean()
    return table


def fail(table):
    raise RuntimeError("no such table")


def sort_by(name):
    return lambda table: table.sort_values(name)


def add_numbers(count):
    return lambda table: table.assign(**{f"n{k}": 1.0 for k in range(count)})


def add_column(table):
    return table.assign(year=table["timestamp"].dt.year.astype(float))


def merge_items(table):
    return table.assign(item_id="all")


def with_hook(hook):
    return {"hook": hook}


TWO_KEYS = '{"Preparation": {}, "%s": {}}'

CASES = [
    Case(
        "config in the archive", as_zip(TTS, config=job(ForecastHorizon=2)), train=TTS
    ),
    Case(
        "config with byte order mark",
        as_zip(TTS, config=b'\xef\xbb\xbf{"Preparation": {}}'),
        train=TTS,
    ),
    Case(
        "config that is no JSON",
        as_zip(TTS, config="horizon: 4"),
        ("settings-unreadable",),
    ),
    Case(
        "config with a key twice",
        as_zip(TTS, config=TWO_KEYS % "Preparation"),
        ("settings-key-twice",),
        train=TTS,
    ),
    Case(
        "config too long",
        as_zip(TTS, config="{}".ljust(MAX_SETTINGS_BYTES + 1)),
        ("file-too-large",),
    ),
    Case(
        "horizon of too many steps",
        as_zip(TTS, config=job(ForecastHorizon=501)),
        ("setting-invalid",),
    ),
    Case(
        "config of bad values",
        as_zip(TTS, config=job(ForecastFrequency="7D", ForecastHorizon=0)),
        ("setting-invalid",),
    ),
    Case(
        "config of unknown keys",
        as_zip(TTS, config={"horizon": 4}),
        ("setting-unknown",),
    ),
    Case(
        "bad settings of the bucket",
        as_zip(TTS),
        ("setting-unknown",),
        settings={"horizon": 4},
    ),
    Case(
        "filling of the target",
        as_zip(TTS),
        settings=fill("target_value", middlefill="mean"),
        train=TTS,
    ),
    Case(
        "filling of a covariate",
        as_zip(PRICED),
        ("future-none",),
        settings=fill("price", middlefill="mean", futurefill="min"),
    ),
    Case(
        "filling of no column, own",
        as_zip(TTS, config=fill("price", middlefill="mean")),
        ("setting-column-unknown",),
    ),
    Case(
        "filling of no column, shared",
        as_zip(TTS),
        ("setting-column-dropped",),
        settings=fill("price", middlefill="mean"),
        train=TTS,
    ),
    Case(
        "filling of a text",
        as_zip(COLORED),
        ("future-none", "setting-column-text"),
        settings=fill("color", middlefill="mean"),
    ),
    Case(
        "filling of codes",
        as_zip(sized("0")),
        ("future-none", "setting-column-text"),
        settings=fill("size", middlefill="mean"),
    ),
    Case(
        "filling of an id",
        as_zip(TTS),
        ("setting-column-text",),
        settings=fill("item_id", middlefill="mean"),
    ),
    Case(
        "future of the target filled",
        as_zip(TTS),
        ("setting-invalid",),
        settings=fill("target_value", futurefill="mean"),
    ),
    Case(
        "front of a covariate filled",
        as_zip(PRICED),
        ("future-none", "setting-invalid"),
        settings=fill("price", frontfill="none"),
    ),
    Case(
        "front of the target",
        as_zip(TTS),
        settings=fill("target_value", frontfill="none"),
        train=TTS,
    ),
    Case(
        "aggregation of the target",
        as_zip(TTS),
        settings=job(Transformations={"Aggregation": {"target_value": "avg"}}),
        train=TTS,
    ),
    Case(
        "aggregation of a covariate",
        as_zip(PRICED),
        ("future-none", "setting-invalid"),
        settings=job(Transformations={"Aggregation": {"price": "avg"}}),
    ),
    Case(
        "drop of no column, own",
        as_zip(TTS, config={"Preparation": {"DropColumns": ["x"]}}),
        ("setting-column-unknown",),
    ),
    Case(
        "drop of no column, shared",
        as_zip(TTS),
        ("setting-column-dropped",),
        settings={"Preparation": {"DropColumns": ["x"]}},
        train=TTS,
    ),
    Case("hook that keeps all", as_zip(TTS), options=with_hook(keep), train=TTS),
    Case(
        "hook that changes values",
        as_zip(TTS),
        options=with_hook(double),
        train=make_csv(HEADER, [(i, t, v * 2) for i, t, v in ROWS]),
    ),
    Case(
        "hook that drops rows",
        as_zip(TTS),
        options=with_hook(drop_first),
        train=make_csv(HEADER, [r for r in ROWS if r[1] > "2020-04-01"]),
    ),
    Case("hook that adds a column", as_zip(TTS), options=with_hook(add_column)),
    Case(
        "hook that looks at other series",
        as_zip(TTS),
        ("hook-depends-on-parts",),
        options=with_hook(demean),
    ),
    Case("hook that fails", as_zip(TTS), ("hook-failed",), options=with_hook(fail)),
    Case(
        "hook of a column that is not",
        as_zip(TTS),
        ("hook-failed",),
        options=with_hook(sort_by("sales")),
    ),
    Case(
        "hook that returns nothing",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: None),
    ),
    Case(
        "hook without the target",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: table.drop(columns="target_value")),
    ),
    Case(
        "hook with blank ids",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: table.assign(item_id=None)),
    ),
    Case(
        "hook with bad timestamps",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: table.assign(timestamp="soon")),
    ),
    Case(
        "hook with words for numbers",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: table.assign(target_value="many")),
    ),
    Case(
        "hook with infinite values",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(lambda table: table.assign(target_value=float("inf"))),
    ),
    Case(
        "hook that merges series",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(merge_items),
    ),
    Case(
        "hook that drops all",
        as_zip(TTS),
        ("nothing-left",),
        options=with_hook(lambda table: table.head(0)),
    ),
    Case(
        "hook that drops a filled column",
        as_zip(PRICED),
        ("future-none", "hook-result"),
        settings=fill("price", middlefill="mean"),
        options=with_hook(lambda table: table.drop(columns="price")),
    ),
    Case(
        "hook that drops a column",
        as_zip(PRICED),
        ("future-none",),
        options=with_hook(lambda table: table.drop(columns="price")),
        train=TTS,
    ),
    Case(
        "hook with too many columns",
        as_zip(TTS),
        ("hook-result",),
        options=with_hook(add_numbers(14)),
    ),
    Case(
        "gaps of a covariate left",
        as_zip(PRICED),
        ("future-none", "setting-invalid"),
        settings=fill("price", middlefill="nan"),
    ),
    Case(
        "gaps of the target left",
        as_zip(TTS),
        settings=fill("target_value", middlefill="nan"),
        train=TTS,
    ),
]
