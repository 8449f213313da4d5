import csv
import io
import json
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.building.uploads import HEADER, as_zip, make_csv, make_zip, months, prepare

# Without shrinking: a failing upload is small enough, and shrinking takes minutes.
QUICK = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
# What people's files hold: good values, and every kind of odd one.
STAMPS = st.sampled_from(
    [
        *months(30),
        "2020-02-30",
        "01/02/2020",
        "13/02/2020",
        "2020",
        "now",
        "",
        "NA",
        "2020-01-01 05:00:00",
        "20200101",
        "2020-01-01T00:00:00Z",
        "2020-03-01 00:00:00+02:00",
        "2020-W05",
        "2020Q1",
        "Jan 2020",
        "9999-12-31",
        "0001-01-01",
    ]
)
NUMBERS = st.one_of(
    st.floats(width=32).map(str),
    st.sampled_from(
        ["", "NA", "1,5", "1.234,5", "1,234", "-", "1e999", "007", "x", " 3"]
    ),
)
IDS = st.one_of(
    st.sampled_from(
        ["A", "B", "NA", "007", "", " A", "a", "=1+1", "\u00e9", '"', "A;"]
    ),
    st.text(max_size=5),
)
CELLS = st.one_of(STAMPS, NUMBERS, IDS)
NAMES = st.sampled_from(
    ["item_id", "timestamp", "target_value", "store", "price", "", "Item ID", "x", "ds"]
)


def write(header, rows, delimiter=","):
    """Write rows as CSV, quoted as they need it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def check_outcome(made):
    """Whatever came in: it is accepted with its input, or there is an error."""
    errors = [found for found in made.findings if found.level == "error"]
    assert made.accepted == (not errors)
    assert bool(made.train) == made.accepted
    json.dumps([found.as_data() for found in made.findings])
    for found in made.findings:
        assert found.what
        assert found.remedy


@QUICK
@given(st.lists(NAMES, min_size=1, max_size=5), st.lists(st.lists(CELLS, max_size=5)))
def test_no_table_whatever_makes_it_crash(header, rows):
    check_outcome(prepare(as_zip(write(header, rows))))


@QUICK
@given(st.lists(st.tuples(IDS, STAMPS, NUMBERS), min_size=1, max_size=60))
def test_no_values_whatever_make_it_crash(rows):
    check_outcome(prepare(as_zip(write(HEADER, rows))))


@QUICK
@given(
    st.lists(st.tuples(IDS, STAMPS, NUMBERS, NUMBERS), max_size=20),
    st.lists(st.tuples(IDS, CELLS, CELLS), max_size=8),
)
def test_no_related_files_make_it_crash(related, metadata):
    rows = [(i, s, n) for i in ("A", "B") for n, s in enumerate(months(30))]
    upload = as_zip(
        write(HEADER, rows),
        rts=write(("item_id", "timestamp", "price", "promotion"), related),
        metadata=write(("item_id", "color", "weight"), metadata),
    )

    check_outcome(prepare(upload))


@QUICK
@given(st.binary(max_size=300), st.sampled_from(["raw/a.zip", "raw/a.csv", "raw"]))
def test_no_bytes_whatever_make_it_crash(content, key):
    check_outcome(prepare(content, key))


@QUICK
@given(st.data())
def test_no_damaged_archive_makes_it_crash(data):
    archive = bytearray(as_zip(make_csv(HEADER, [("A", s, 1) for s in months(9)])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(archive) - 1))
        archive[at] = data.draw(st.integers(0, 255))

    check_outcome(prepare(bytes(archive)))


KEYS = [
    "TimeSeriesForecastingJobConfig",
    "TimeSeriesConfig",
    "Transformations",
    "Filling",
    "Aggregation",
    "target_value",
    "middlefill",
    "Preparation",
    "ForecastHorizon",
    "AutoMLJobObjective",
    "DropColumns",
    "x",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=8,
)


@QUICK
@given(JSON)
def test_no_settings_whatever_make_it_crash(values):
    table = make_csv(HEADER, [("A", stamp, n) for n, stamp in enumerate(months(9))])

    check_outcome(prepare(as_zip(table), settings=values))


CLEAN_IDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=6,
)
CLEAN_VALUES = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def clean_tables(draw):
    """Draw a table that nothing is wrong with, in any order of rows."""
    ids = draw(st.lists(CLEAN_IDS, min_size=2, max_size=4, unique=True))
    stamps = months(draw(st.integers(8, 14)))
    rows = [(i, stamp, draw(CLEAN_VALUES)) for i in ids for stamp in stamps]
    return draw(st.permutations(rows))


@QUICK
@given(clean_tables())
def test_clean_data_goes_through_unchanged(rows):
    made = prepare(as_zip(write(HEADER, [(i, s, repr(v)) for i, s, v in rows])))

    if "target-constant" not in made.codes:
        assert made.accepted
        result = list(csv.reader(io.StringIO(made.train)))[1:]
        assert [(i, s, float(v)) for i, s, v in result] == sorted(rows)


def smooth(table):
    """A hook that treats each series by itself: three steps' mean, no first row."""
    table["target_value"] = table.groupby("item_id")["target_value"].transform(
        lambda values: values.rolling(3, min_periods=1).mean()
    )
    return table[table.groupby("item_id").cumcount() > 0]


def draw_rows(chance, horizon):
    """Draw series with late starts, early ends, gaps and blanks."""
    rows, related = [], []
    for item in chance.sample("ABCDEFGH", chance.randint(1, 8)):
        first, last = chance.randint(0, 6), chance.randint(8, 16)
        for step, stamp in enumerate(months(16 + horizon)):
            if first <= step < last and chance.random() < 0.95:
                rows.append((item, stamp, chance.choice([1, 2.5, "", 7, 7, "NA"])))
            if chance.random() < 0.97:
                related.append((item, stamp, chance.choice([1.5, 2, 3])))
    chance.shuffle(rows)
    return rows, related


@st.composite
def odd_uploads(draw):
    """Draw an upload with related files and oddities of many kinds."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    horizon = chance.randint(1, 3)
    rows, related = draw_rows(chance, horizon)
    if chance.random() < 0.3:
        strange = st.tuples(st.sampled_from("AZ"), STAMPS, NUMBERS)
        rows += draw(st.lists(strange, max_size=2))
    related += related[: chance.random() < 0.2]
    described = ["A", *chance.sample("BCDEFGHQ", 7), *"A"[: chance.random() < 0.2]]
    metadata = [(item, f"c{n % 2}") for n, item in enumerate(described)]
    job = {"ForecastHorizon": horizon}
    if chance.random() < 0.7:
        job["Transformations"] = {"Filling": {"price": {"futurefill": "mean"}}}
    return make_zip(
        {
            "TTS.csv": write(HEADER, rows),
            "RTS.csv": write(("item_id", "timestamp", "price"), related),
            "metadata.csv": write(("item_id", "color"), metadata),
            "config.json": json.dumps({"TimeSeriesForecastingJobConfig": job}),
        }
    )


@QUICK
@given(odd_uploads(), st.integers(2, 7), st.integers(1, 9), st.booleans())
def test_result_depends_on_no_parting(upload, parts, chunk_rows, hooked):
    options = {"hook": smooth} if hooked else {}
    whole = prepare(upload, parts=1, **options)
    parted = prepare(upload, parts=parts, chunk_rows=chunk_rows, **options)

    assert parted.findings == whole.findings
    assert parted.table == whole.table
    assert parted.train == whole.train
    assert parted.transform == whole.transform
    assert parted.job == whole.job


def test_lone_repeat_is_explained_alike_in_all_parts():
    rows = [(item, stamp, 1.5) for item in "ABCDEFGH" for stamp in months(12)]
    upload = as_zip(
        make_csv(HEADER, [*rows, ("Z", "2020-03-01", 4), ("Z", "2020-03-01", 5)])
    )

    explained = {str(prepare(upload, parts=parts).findings) for parts in (1, 3, 7)}

    assert len(explained) == 1
    assert "whichever is wrong" in explained.pop()


def test_archive_with_a_nameless_member_is_told():
    archive = bytearray(as_zip(make_csv(HEADER, [("A", s, 1) for s in months(9)])))
    archive[archive.rindex(b"TTS.csv")] = 0  # where a name ends, for zipfile

    check_outcome(prepare(bytes(archive)))
