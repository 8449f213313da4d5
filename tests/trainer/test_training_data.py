import pytest

from tests.building.training_jobs import CONFIG, make_sales
from trainer.tables import read_tables
from trainer.training_data import TrainingDataError, TrainingTask, check_data


def make_task(horizon):
    config = {**CONFIG, "ForecastHorizon": horizon}
    return TrainingTask("s3://b/input/", "s3://b/output", config, "WAPE")


def check_sales(text, horizon):
    table = read_tables([text.encode()], CONFIG["TimeSeriesConfig"])
    check_data(table, make_task(horizon))


@pytest.mark.parametrize(
    ("text", "horizon", "reason"),
    [
        (make_sales(header="item,shop,month,other"), 3, r"\['sold'\] of TimeSeries"),
        ("item,shop,month,sold\na,n,2024-01-01,many\n", 3, "must be numeric"),
        (make_sales(), 10, "more than a quarter of the 36 time steps"),
    ],
)
def test_impossible_data_are_refused(text, horizon, reason):
    with pytest.raises(TrainingDataError, match=reason):
        check_sales(text, horizon)


def test_horizon_of_a_quarter_is_allowed():
    check_sales(make_sales(), 9)
