"""What every test stands on: no AWS but the made-up one, and the app's variables."""

import os

from localaws.host.isolation import isolate

ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = f"automl-ts-mlops-pipeline-resource-bucket-{ACCOUNT}"
STATE_MACHINE_ARN = (
    f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:automl-ts-mlops-pipeline-dev"
)
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:automl-ts-mlops-pipeline-dev-runs"

# At import, so that no test module can build a client before it.
_isolated = isolate(os.environ)
os.environ.clear()
os.environ.update(
    _isolated,
    STAGE="dev",
    BUCKET=BUCKET,
    STATE_MACHINE_ARN=STATE_MACHINE_ARN,
    TOPIC_ARN=TOPIC_ARN,
    SAGEMAKER_ROLE_ARN=f"arn:aws:iam::{ACCOUNT}:role/sagemaker",
)
