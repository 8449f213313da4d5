import botocore.session
import pytest

from tests.building.service_models import find_faults
from tests.glue.corpus.test_corpus import CASES

MODEL = botocore.session.get_session().get_service_model("sagemaker")
pytestmark = pytest.mark.skipif(
    "CreateAutoMLJobV2" not in MODEL.operation_names,
    reason="this botocore is older than Autopilot's time series API",
)
ACCEPTED = [case for case in CASES if case.accepted]


def as_request(made):
    """Build the request that the settings are for."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/input/r/"}}
    return {
        "AutoMLJobName": "data",
        "AutoMLJobInputDataConfig": [{"DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/autopilot-output/r/"},
        "AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": made.job},
        "AutoMLJobObjective": made.made.settings.values["AutoMLJobObjective"],
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    }


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_accepted_upload_gives_valid_settings(case):
    made = case.prepare()

    assert find_faults("sagemaker", "CreateAutoMLJobV2", as_request(made)) == []
