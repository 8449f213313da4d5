"""A paid forecast is not thrown away over the spelling of its ids, nor replaced."""

import random

import pytest

from glue.reporting.spellings import ForecastForeignError, find_meant, normalise
from tests.building.reports import RUN_ID, RunBuilder, make_report, write_csv

RAW_KEY = f"output-forecasted-data/data/{RUN_ID}/raw/part-00000.csv.out"
TRAIN_KEY = f"input/{RUN_ID}/train/train.csv"


def report(folder, items, spell, *, keep=None):
    """Report on a run whose model spells ids in its own way."""
    builder = RunBuilder(items=items)
    rows = [
        {**row, "item": spell(row["item"])}
        for row in builder.forecast()
        if keep is None or row["item"] in keep
    ]
    return make_report(builder, folder, others={RAW_KEY: write_csv(rows)})


def codes_of(reported):
    return [found["code"] for found in reported.document["warnings"]]


RESPELT = {
    "zeros": (("001", "002"), lambda item: item.lstrip("0")),
    "a decimal": (("12", "13"), lambda item: f"{item}.0"),
    "zeros and a decimal": (("007", "040"), lambda item: f"{float(item)}"),
    "case": (("Drum", "Flute"), str.lower),
    "blanks": (("drum ", "flute"), str.strip),
    "an exponent": (("1e5", "2"), lambda item: f"{float(item):.1f}"),
    "nothing": (("NA", "GB"), lambda item: "" if item == "NA" else item),
    "a large number": (("12345678901234567890", "2"), lambda item: f"{item}.0"),
}


@pytest.mark.parametrize("kind", RESPELT)
def test_respelt_ids_are_matched(tmp_path, kind):
    items, spell = RESPELT[kind]

    reported = report(tmp_path, items, spell)

    (tmp_path / "plain").mkdir()
    plain = make_report(RunBuilder(items=items), tmp_path / "plain")
    assert reported.text("forecast.csv") == plain.text("forecast.csv")
    assert codes_of(reported) == ["forecast-ids-respelt"]
    assert reported.document["verdict"] == plain.document["verdict"]


def test_ids_with_one_form_are_not_guessed(tmp_path):
    with pytest.raises(ForecastForeignError, match=r"found '1'; needs '001', '01'"):
        report(tmp_path, ("001", "01"), lambda item: item.lstrip("0"))


def test_foreign_forecast_fails_with_what_was_found(tmp_path):
    said = r"in 12 of 12 rows \(found 'x-a', 'x-b'; needs 'a', 'b'\)"

    with pytest.raises(ForecastForeignError, match=said):
        report(tmp_path, ("a", "b"), lambda item: f"x-{item}")


def test_half_of_foreign_rows_is_told_and_completed(tmp_path):
    reported = report(tmp_path, ("a", "b"), lambda item: {"b": "x"}.get(item, item))

    assert {row["item"] for row in reported.rows("forecast.csv")} == {"a", "b"}
    assert codes_of(reported) == ["forecast-naive", "forecast-rows-dropped"]


ITEMS = tuple(f"item-{number:02d}" for number in range(20))


@pytest.mark.parametrize(
    ("missing", "code", "outcome"),
    [(1, "forecast-completed", "better"), (2, "forecast-naive", "doubtful")],
)
def test_verdict_speaks_of_more_than_one_in_twenty(tmp_path, missing, code, outcome):
    reported = report(tmp_path, ITEMS, str, keep=ITEMS[missing:])

    verdict = reported.document["verdict"]
    assert codes_of(reported) == [code]
    assert verdict["outcome"] == outcome
    told = verdict["sentence"].startswith("For 2 of 20 items (10%) the model made no")
    assert told == (missing == 2)


def test_verdict_on_a_mostly_naive_forecast_is_withheld(tmp_path):
    reported = report(tmp_path, ITEMS, str, keep=ITEMS[:9])

    assert reported.document["verdict"]["outcome"] == "unknown"
    assert (
        "(55%) the model made no whole forecast"
        in (reported.document["verdict"]["sentence"])
    )


def test_other_dates_of_a_series_are_told(tmp_path):
    builder = RunBuilder(items=("a", "b", "c"))
    stamps = builder.stamps()
    rows = builder.forecast()
    for row in rows:
        if row["item"] == "c":
            row["month"] = stamps[stamps.index(row["month"]) - 4]

    reported = make_report(builder, tmp_path, others={RAW_KEY: write_csv(rows)})

    (warning,) = (w for w in reported.document["warnings"] if "dates" in w["code"])
    assert warning["what"].startswith("1 series forecast for other dates")
    assert warning["examples"][0]["value"] == f"c from {stamps[44]}"


def test_own_spelling_is_never_taken_for_another():
    own = [("007",), ("7",)]

    assert find_meant([("7.0",)], own, taken=set(own) | {("7.0",)}) == {}
    assert find_meant([("a",), ("A ",)], [("A",)], taken=set()) == {}


def test_match_is_one_to_one_whatever_is_asked_for():
    random.seed(1)
    texts = ["1", "01", "1.0", "1e0", " 1", "NA", "", "nan", "a", "A", "-0", "0", "x"]
    for _ in range(300):
        asked = [(t,) for t in random.sample(texts, 4)]
        found = [(t,) for t in random.sample(texts, 4)]
        foreign = [key for key in found if key not in asked]

        meant = find_meant(foreign, asked, taken=set(found))

        assert len(set(meant.values())) == len(meant)
        assert not set(meant.values()) & set(found)
        assert all(normalise(a[0]) == normalise(b[0]) for a, b in meant.items())


@pytest.mark.parametrize("text", ["1_000", "0x1f", "infinity", "\u0661", "--1"])
def test_odd_texts_are_no_numbers(text):
    assert normalise(text) == text
