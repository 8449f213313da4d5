"""What the app's functions are given: settings, Autopilot's answers, ended runs."""

import json
from datetime import UTC, datetime

DETAIL = {
    "executionArn": "arn:aws:states:us-east-1:123456789012:execution:machine:sales-1",
    "name": "sales-1",
    "status": "SUCCEEDED",
    "startDate": 1_763_000_000_000,
    "stopDate": 1_763_000_060_000,
    "input": json.dumps({"dataset": "sales"}),
}
ROLE_ARN = "arn:aws:iam::123456789012:role/sagemaker"
RUN_ID = "sales-261123012419-0123abcd-dev"


def make_settings():
    return {
        "run_id": RUN_ID,
        "dataset": "sales",
        "bucket": "bucket",
        "TimeSeriesForecastingJobConfig": {
            "ForecastFrequency": "M",
            "ForecastHorizon": 12,
            "ForecastQuantiles": ["p10", "p50", "p90"],
            "CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 14400},
            "TimeSeriesConfig": {
                "TargetAttributeName": "target_value",
                "TimestampAttributeName": "timestamp",
                "ItemIdentifierAttributeName": "item_id",
            },
        },
        "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
        "TransformResources": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
        "train_uri": f"s3://bucket/input/{RUN_ID}/train/",
        "transform_uri": f"s3://bucket/input/{RUN_ID}/transform/",
    }


def make_job(status="Completed", *, secondary=None, best=None, **more):
    return {
        "AutoMLJobName": RUN_ID,
        "AutoMLJobStatus": status,
        "AutoMLJobSecondaryStatus": secondary or status,
        **({"BestCandidate": best} if best else {}),
        **more,
    }


def make_candidate(status="Completed", *, containers=1, name="ensemble", **objective):
    return {
        "CandidateName": name,
        "CandidateStatus": status,
        "CreationTime": datetime(2026, 11, 23, tzinfo=UTC),
        "InferenceContainers": [
            {"Image": "image", "ModelDataUrl": "s3://b/model.tar.gz"}
        ]
        * containers,
        "FinalAutoMLJobObjectiveMetric": {
            "MetricName": "RMSE",
            "Value": 1.5,
            **objective,
        },
        "CandidateProperties": {
            "CandidateMetrics": [
                {"StandardMetricName": "WAPE", "Value": 0.2, "Set": "Validation"}
            ],
            "CandidateArtifactLocations": {
                "BacktestResults": "s3://b/backtest",
                "Explainability": "s3://b/explained",
            },
        },
    }
