import runpy
from pathlib import Path

from tests.building.uploads import prepare

FOLDER = Path(__file__).parents[2] / "sample-data"


def test_script_makes_the_very_sample(tmp_path):
    runpy.run_path(str(FOLDER / "make_data.py"))["write_archive"](tmp_path / "data.zip")

    assert (tmp_path / "data.zip").read_bytes() == (FOLDER / "data.zip").read_bytes()


def test_sample_is_accepted_as_monthly():
    made = prepare((FOLDER / "data.zip").read_bytes())

    assert made.accepted
    assert made.codes == ["series-ends-early", "series-gaps"]
    assert (made.table["series"], made.table["steps"]) == (48, 96)
    assert (made.job["ForecastFrequency"], made.job["ForecastHorizon"]) == ("M", 12)
