"""What a real time-series job of Autopilot answered: the facts of a stored run.

github.com/aws-samples/modern-time-series-forecasting-on-aws, commit f8b8a32,
notebooks/lab2_sagemaker_autopilot_api.ipynb, cells 32 to 66 (October 2024, us-east-1).
The account, the bucket and the hash are made up.
"""

from datetime import UTC, datetime, timedelta

from tests.building.reports import RunBuilder

JOB = "automl-ts-20241001-091815"
OUTPUT = "s3://bucket/autopilot-output"
TRIAL = f"{OUTPUT}/{JOB}/{JOB}-trial-TimeSeriesModelTraining"
STEP = f"{JOB}-me-1-0123456789abcdef0123456789abcdef"
CREATED = datetime(2024, 10, 1, 9, 18, 18, tzinfo=UTC)
# The secondary statuses, and how many minutes after its creation each was seen first.
STAGES = (("PreTraining", 0), ("TrainingModels", 6), ("EnsemblingModels", 87))
METRICS = {
    "RMSE": 510.9781799316406,
    "MAPE": 1.3929039239883423,
    "AverageWeightedQuantileLoss": 0.1261603683233261,
    "MASE": 3.309544324874878,
    "WAPE": 0.1656595915555954,
}
CONTAINER = {
    "Image": "473393118567.dkr.ecr.us-east-1.amazonaws.com/autopilot-timeseries:latest",
    "ModelDataUrl": (
        f"{TRIAL}/models/model-ensemble/full-dataset/{STEP}/output/model.tar.gz"
    ),
    "Environment": {},
}
CONFIG = {
    "ForecastFrequency": "2H",
    "ForecastHorizon": 84,
    "ForecastQuantiles": ["p10", "p50", "p90"],
    "TimeSeriesConfig": {
        "TargetAttributeName": "consumption",
        "TimestampAttributeName": "ts",
        "ItemIdentifierAttributeName": "mt_id",
    },
}


def make_candidate():
    """Give the best candidate, the ensemble."""
    value = METRICS["AverageWeightedQuantileLoss"]
    return {
        "CandidateName": f"{JOB}-trial-me-1",
        "FinalAutoMLJobObjectiveMetric": {
            "Type": "Minimize",
            "MetricName": "AVERAGE_WEIGHTED_QUANTILE_LOSS",
            "Value": value,
            "StandardMetricName": "AverageWeightedQuantileLoss",
        },
        "ObjectiveStatus": "Succeeded",
        "CandidateSteps": [
            {
                "CandidateStepType": "AWS::SageMaker::TrainingJob",
                "CandidateStepArn": (
                    f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{STEP}"
                ),
                "CandidateStepName": STEP,
            }
        ],
        "CandidateStatus": "Completed",
        "InferenceContainers": [CONTAINER],
        "CreationTime": CREATED + timedelta(minutes=86),
        "EndTime": CREATED + timedelta(minutes=93),
        "LastModifiedTime": CREATED + timedelta(minutes=93),
        "CandidateProperties": {
            "CandidateArtifactLocations": {
                "ModelInsights": f"{TRIAL}/documentation/model_monitor",
                "BacktestResults": f"{TRIAL}/backtest-export/model-ensemble/backtest-1",
            },
            "CandidateMetrics": [
                {"MetricName": name, "Value": value, "StandardMetricName": name}
                for name, value in METRICS.items()
            ],
        },
        "InferenceContainerDefinitions": {"CPU": [CONTAINER]},
    }


def describe_job(secondary="Completed"):
    """Give what DescribeAutoMLJobV2 answered, at one of its stages or at the end."""
    ended = secondary == "Completed"
    described = {
        "AutoMLJobName": JOB,
        "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:automl-job/{JOB}",
        "AutoMLJobInputDataConfig": [
            {
                "ChannelType": "training",
                "ContentType": "text/csv;header=present",
                "CompressionType": "None",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://bucket/data/train/",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": OUTPUT},
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
        "AutoMLJobObjective": {"MetricName": "AverageWeightedQuantileLoss"},
        "AutoMLProblemTypeConfig": {"TimeSeriesForecastingJobConfig": CONFIG},
        "CreationTime": CREATED,
        "LastModifiedTime": CREATED + timedelta(minutes=93),
        "AutoMLJobStatus": "Completed" if ended else "InProgress",
        "AutoMLJobSecondaryStatus": secondary,
    }
    if ended:
        described["EndTime"] = CREATED + timedelta(minutes=93)
        described["BestCandidate"] = make_candidate()
    return described


class StoredRun(RunBuilder):
    """A run on data of the stored run's form: every two hours, a week ahead."""

    def stamps(self):
        """Name all time steps, two hours apart, to a midnight as in the run."""
        first = datetime(2014, 12, 1, tzinfo=UTC)
        count = self.steps + self.horizon
        return [
            f"{first + timedelta(hours=2 * step):%Y-%m-%d %H:%M:%S}"
            for step in range(count)
        ]

    def settings(self):
        """Build settings.json."""
        settings = super().settings()
        settings["TimeSeriesForecastingJobConfig"] = {
            **CONFIG,
            "ForecastHorizon": self.horizon,
        }
        return settings

    def history(self):
        """Give the rows of train.csv."""
        return [_rename(row, units="consumption") for row in super().history()]

    def forecast(self):
        """Give the container's answer: names of the data, quantiles, then the mean."""
        return [
            _rename({**row, "mean": row["mean"]}, **{})
            for row in map(_put_mean_last, super().forecast())
        ]

    def backtests(self):
        """Give the backtest in the form of Amazon Forecast's export."""
        names = {"actual": "target_value", "cutoff": "backtestwindow_start_time"}
        return [_rename(row, **names) for row in super().backtests()]


def _put_mean_last(row):
    return {name: row[name] for name in sorted(row, key=lambda name: name == "mean")}


def _rename(row, **names):
    names = {"item": "mt_id", "month": "ts", **names}
    return {names.get(name, name): value for name, value in row.items()}
