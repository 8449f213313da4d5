"""AutoML and transform jobs on small data, for tests."""

import csv
import io

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.building.local_resources import (
    client,
    make_bucket,
    make_role,
    name,
    wait_for,
)

HORIZON = 3
CONFIG = {
    "ForecastFrequency": "M",
    "ForecastHorizon": HORIZON,
    "ForecastQuantiles": ["p10", "p50", "p90"],
    "TimeSeriesConfig": {
        "TargetAttributeName": "sold",
        "TimestampAttributeName": "month",
        "ItemIdentifierAttributeName": "item",
        "GroupingAttributeNames": ["shop"],
    },
}
RESOURCES = {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1}


def make_sales(items=("007", "NA"), *, months=36, header="item,shop,month,sold"):
    lines = [header]
    for item in items:
        for month in range(months):
            stamp = f"{2021 + month // 12}-{month % 12 + 1:02}-01"
            lines.append(
                f"{item},north,{stamp},{100 + month + 30 * (month % 12 == 11)}"
            )
    return "\n".join(lines) + "\n"


def put_sales(text=None):
    bucket = make_bucket()
    client("s3").put_object(
        Bucket=bucket,
        Key="train/train.csv",
        Body=make_sales() if text is None else text,
    )
    return bucket


def build_request(bucket, role, job, **changes):
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}
    return {
        "AutoMLJobName": job,
        "AutoMLJobInputDataConfig": [
            {"ChannelType": "training", "DataSource": {"S3DataSource": source}}
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/output"},
        "AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": CONFIG},
        "RoleArn": role,
        **changes,
    }


def with_config(**changes):
    config = {**CONFIG, **changes}
    return {"AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": config}}


def create_job(bucket, role, job, **changes):
    client("sagemaker").create_auto_ml_job_v2(
        **build_request(bucket, role, job, **changes)
    )
    return job


def describe_job(job):
    return client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=job)


def train_job(job):
    """Train on the sales; give the description of the job that has ended."""
    return wait_for_job(create_job(put_sales(), make_role("sagemaker"), job))


def wait_for_job(job):
    def ended():
        found = describe_job(job)
        going = found["AutoMLJobStatus"] in {"InProgress", "Stopping"}
        return None if going else found

    return wait_for(ended, patience=40)


def list_candidates(job, **options):
    answer = client("sagemaker").list_candidates_for_auto_ml_job(
        AutoMLJobName=job, **options
    )
    return answer["Candidates"]


def read(uri):
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    return client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def read_table(uri):
    return list(csv.DictReader(io.StringIO(read(uri).decode())))


def create_model(job, *, role=None, containers=None):
    model = name("model")
    client("sagemaker").create_model(
        ModelName=model,
        ExecutionRoleArn=role or job["RoleArn"],
        Containers=containers or job["BestCandidate"]["InferenceContainers"],
    )
    return model


def create_transform(model, bucket, *, prefix="input/", job=None, **changes):
    job = job or name("transform")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}
    request = {
        "TransformJobName": job,
        "ModelName": model,
        "MaxPayloadInMB": 0,
        "TransformInput": {
            "DataSource": {"S3DataSource": source},
            "ContentType": "text/csv",
            "SplitType": "None",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{bucket}/forecast/",
            "AssembleWith": "Line",
        },
        "TransformResources": RESOURCES,
        **changes,
    }
    client("sagemaker").create_transform_job(**request)
    return job


def wait_for_transform(job):
    def ended():
        found = client("sagemaker").describe_transform_job(TransformJobName=job)
        going = found["TransformJobStatus"] in {"InProgress", "Stopping"}
        return None if going else found

    return wait_for(ended)


def find_error(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    return caught.value.response["Error"]


def make_loose_client(service):
    """Make a client that leaves all checks to the service."""
    return boto3.client(service, config=Config(parameter_validation=False))
