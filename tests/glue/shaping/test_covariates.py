import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from tests.building.uploads import prepare

PEER = Path(__file__).parents[4] / "shared" / "peer-sample"
NEEDS_PEER = pytest.mark.skipif(
    not (PEER / "data.zip").exists(), reason="needs the peers' sample upload"
)
TEXT = {"product_code": str, "location_code": str}
KEYS = ["product_code", "location_code", "timestamp"]


@pytest.fixture(scope="module")
def made():
    settings = (PEER / "automl_problem_config.json").read_text()
    return prepare((PEER / "data.zip").read_bytes(), settings=settings)


@NEEDS_PEER
def test_peer_sample_is_accepted_with_its_warnings(made):
    counts = {found.code: found.count for found in made.findings}

    assert made.accepted
    assert counts == {
        "settings-key-twice": 1,
        "series-short": 14,
        "series-ends-early": 234,
        "series-gaps": 1476,
        "future-none": 1,
    }
    assert (made.table["series"], made.table["rows"]) == (3512, 112_767)
    assert made.job["ForecastHorizon"] == 4
    assert made.job["ForecastQuantiles"] == ["p50", "p60", "p70", "p80", "p90"]


@NEEDS_PEER
def test_peer_join_equals_a_left_join(made):
    with zipfile.ZipFile(PEER / "data.zip") as archive:
        read = {
            name: pd.read_csv(archive.open(f"{name}.csv"), dtype=TEXT)
            for name in ("TTS", "RTS", "metadata")
        }
    wanted = read["TTS"].merge(read["RTS"], on=KEYS, how="left", validate="1:1")
    wanted = wanted.merge(read["metadata"], on="product_code", validate="m:1")
    wanted = wanted.sort_values(KEYS, ignore_index=True)
    found = pd.read_csv(io.StringIO(made.train), dtype=TEXT)

    assert len(found) == 112_767
    pd.testing.assert_frame_equal(found, wanted[found.columns])


@NEEDS_PEER
def test_covariates_are_used_with_their_filling(made):
    filling = made.job["Transformations"]["Filling"]

    assert set(filling) == {
        "unit_sales",
        "promotion_email",
        "promotion_homepage",
        "scaled_price",
    }
    assert filling["scaled_price"]["futurefill_value"] == "1"
