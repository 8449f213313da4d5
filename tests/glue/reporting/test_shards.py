"""A report in shards of series: what it writes is what it writes in one piece."""

import io
import json

import pandas as pd
import pytest

from glue.bucket import Bucket
from glue.reporting.parquet import group_shards, write_parquet
from glue.reporting.shards import Bounds, choose_bounds, count_shards
from glue.reporting.shelf import Shelf
from glue.reporting.tables import Tables
from glue.reporting.write_report import MOST_SERIES
from glue.run_documents import read_run
from tests.building.reports import RUN_ID, RunBuilder, make_report, write_csv
from tests.building.uploads import FakeS3

NAMES = ("bell", "drum", "flute", "gong", "harp", "lute", "oboe", "viol", "zither")
RESULTS = f"output-forecasted-data/data/{RUN_ID}/"
# All of them without a figure that is added up over several series.
TABLES = ("forecast.csv", "baseline.csv", "items.csv")


class Parted(RunBuilder):
    """A run whose model was sent files of three items, each with a kind."""

    def objects(self):
        objects = super().objects()
        for key in [key for key in objects if "part-00000" in key]:
            del objects[key]
        history, forecast = self.history(), self.change([*self.forecast()])
        names = sorted(self.items)
        for part, start in enumerate(range(0, len(names), 3)):
            some = {*names[start : start + 3]}
            sent = [
                {**row, "kind": f"kind {names.index(row['item']) % 2}"}
                for row in history
                if row["item"] in some
            ]
            got = [row for row in forecast if self.find(row["item"]) in some]
            name = f"part-{part:05d}.csv"
            objects[f"input/{RUN_ID}/transform/{name}"] = write_csv(sent)
            objects[f"{RESULTS}raw/{name}.out"] = write_csv(got)
        return objects

    def change(self, rows):
        """Change what the model returned."""
        return rows

    def find(self, item):
        """Find which item an id of the output is."""
        return item


class Renamed(Parted):
    """The model reads ids as numbers, which are in another order then."""

    def change(self, rows):
        return [{**row, "item": str(int(row["item"]))} for row in rows]

    def find(self, item):
        return item.zfill(3)


class Broken(Parted):
    """A row is missing, one is there twice, and quantiles are crossed or below zero."""

    def change(self, rows):
        low = {**rows[3], "p10": -5.0}
        crossed = {**rows[8], "p10": rows[8]["p90"], "p90": rows[8]["p10"]}
        return [*rows[:2], low, *rows[4:8], crossed, *rows[9:], rows[-1]]


class Repeated(Parted):
    """A series that reaches the end of the history is sent with every file."""

    def objects(self):
        objects = super().objects()
        last = f"{RESULTS}raw/part-00002.csv.out"
        rows = objects[last].splitlines(keepends=True)[-self.horizon :]
        for key in objects:
            if key.endswith(".out") and key != last:
                objects[key] += "".join(rows)
        return objects


class Shifted(Parted):
    """One series is forecast from its own end on."""

    def change(self, rows):
        stamps = self.stamps()
        before = {stamp: stamps[at - 1] for at, stamp in enumerate(stamps)}
        return [
            {**row, "month": before[row["month"]]} if row["item"] == "harp" else row
            for row in rows
        ]


class Whole(Parted):
    """All values are whole numbers but for those of one item."""

    def predict(self, item, step):
        values = super().predict(item, step)
        kept = item == "harp"
        return {n: value if kept else round(value) for n, value in values.items()}


def leave_earlier(builder):
    run_id = "data-250901000000-00000000"
    before = type(builder)(items=builder.items, steps=44, run_id=run_id)
    forecast = write_csv(before.forecast())
    return {
        f"output-forecasted-data/data/{run_id}/forecast.csv": forecast,
        f"runs/{run_id}/settings.json": json.dumps(before.settings()),
    }


CASES = {
    "usual": Parted(items=NAMES),
    "one file": RunBuilder(items=NAMES),
    "renamed": Renamed(items=("001", "002", "010", "100", "011", "009", "099")),
    "broken": Broken(items=NAMES),
    "repeated": Repeated(items=NAMES),
    "shifted": Shifted(items=NAMES),
    "whole": Whole(items=NAMES),
    "worse than naive": Parted(items=NAMES, skill=2.5),
    "short": Parted(items=NAMES, steps=10, windows=1),
}


def list_figures(value, path=""):
    """List the values of a document by their paths."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from list_figures(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from list_figures(inner, f"{path}[{place}]")
    else:
        yield path, value


def list_differences(whole, parted):
    """List where two reports differ by more than sums in another order do."""
    ours, theirs = (dict(list_figures(one.document)) for one in (parted, whole))
    return {
        path: (ours.get(path), theirs.get(path))
        for path in {*ours, *theirs}
        if not is_same(ours.get(path), theirs.get(path))
    }


def is_same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-9)
    return one == other


def make_both(builder, folder, most, **options):
    """Report on a run in one piece and in shards."""
    for name in ("whole", "parted"):
        (folder / name).mkdir()
    whole = make_report(builder, folder / "whole", **options)
    return whole, make_report(builder, folder / "parted", most_series=most, **options)


@pytest.mark.parametrize("most", [1, 2, 4])
@pytest.mark.parametrize("name", CASES)
def test_shards_write_the_same(tmp_path, name, most):
    builder = CASES[name]
    others = leave_earlier(builder) if name == "usual" else {}

    whole, parted = make_both(builder, tmp_path, most, others=others)

    assert parted.bucket.objects.keys() == whole.bucket.objects.keys()
    assert [parted.text(name) for name in TABLES] == [whole.text(n) for n in TABLES]
    assert list_differences(whole, parted) == {}


@pytest.mark.parametrize("without", ["candidates", "transform/", "backtests/"])
def test_shards_lack_what_the_whole_lacks(tmp_path, without):
    whole, parted = make_both(CASES["usual"], tmp_path, 2, without=(without,))

    assert list_differences(whole, parted) == {}


def test_rows_of_the_catalog_are_the_same(tmp_path):
    whole, parted = make_both(CASES["usual"], tmp_path, 2)

    for key in whole.bucket.objects:
        if key.startswith("forecasts/"):
            assert parted.bucket.objects[key] == whole.bucket.objects[key]


def test_nothing_is_left_on_the_shelf_s_machine(tmp_path):
    make_report(CASES["usual"], tmp_path, most_series=2)

    left = [path.name for path in (tmp_path / "shelf").iterdir()]
    assert not [name for name in left if name.startswith(("raw", "keys", "rows"))]


def test_page_lists_all_and_draws_the_largest(tmp_path):
    page = make_report(CASES["usual"], tmp_path, most_series=1).text("report.html")

    shown = json.loads(page.partition('id="facts">')[2].partition("<")[0])["shown"]
    assert (shown["listed"], shown["charted"]) == (len(NAMES), 2)


@pytest.mark.parametrize(
    ("series", "rows", "horizon", "shards"),
    [
        (0, 0, 12, 1),
        (MOST_SERIES, 700_000, 12, 1),
        (MOST_SERIES + 1, 700_000, 12, 2),
        (1000, 40_000_000, 12, 10),
        (10_000, 1_000_000, 500, 5),
        (5_000_000, 300_000_000, 12, 250),
    ],
)
def test_shards_are_as_many_as_memory_asks(series, rows, horizon, shards):
    builder = RunBuilder(horizon=horizon)
    table = {"series": series, "rows": rows}

    run = read_run(builder.settings(), {**builder.data_report(), "table": table})

    assert count_shards(run) == shards


def test_bounds_part_series_evenly():
    keys = [(f"{number:03d}", "a") for number in range(100)]

    bounds = choose_bounds(keys[::5], 4)

    assert [(bounds.place(keys) == shard).sum() for shard in range(4)] == [25] * 4
    assert bounds.are_even(keys)


def test_bounds_of_other_ids_are_uneven():
    bounds = choose_bounds([(f"{number:03d}",) for number in range(100)], 4)

    assert not bounds.are_even([(str(number),) for number in range(900, 1000)])


def test_same_key_makes_no_empty_shard():
    assert len(choose_bounds([("a",)] * 9, 3)) == 1
    assert Bounds().place([("a",), ("b",)]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ((3, 3, 3), [[0, 1], [2]]),
        ((9, 1), [[0], [1]]),
        ((1, 1), [[0, 1]]),
    ],
)
def test_parts_of_parquet_have_bounded_rows(sizes, groups):
    assert group_shards(sizes, most=6) == groups


def test_large_parquet_is_a_folder_of_parts(tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow")
    builder, s3, shelf = CASES["usual"], FakeS3(), Shelf()
    table = pd.DataFrame(builder.forecast())
    for place in range(3):
        shelf.keep(str(place), table.iloc[18 * place : 18 * (place + 1)])
    run = read_run(builder.settings(), builder.data_report())

    tables = Tables(shelf, ("0", "1", "2"), sizes=(18, 18, 18))
    write_parquet(tables, run, Bucket(s3, "bucket", tmp_path), most=40)

    names = [f"{RESULTS}forecast.parquet/part-{at:05d}.parquet" for at in range(2)]
    assert sorted(s3.objects) == names
    parts = [pd.read_parquet(io.BytesIO(s3.objects[name])) for name in names]
    assert [len(part) for part in parts] == [36, 18]
    assert pd.concat(parts)["mean"].tolist() == table["mean"].tolist()
