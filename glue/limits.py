"""What Autopilot takes and says: its published limits and words, each with its page.

DG is https://docs.aws.amazon.com/sagemaker/latest/dg/<page>.html, and API is
https://docs.aws.amazon.com/sagemaker/latest/APIReference/<page>.html. Where the guide
is narrower than the API's own model (one candidate, 500 steps, six algorithms), the
guide counts.
"""

from __future__ import annotations

# DG timeseries-forecasting-limits: of one dataset; features are beside the keys,
# the timestamp and the target.
MAX_SERIES = 5_000_000
MAX_NUMBERS, MAX_TEXTS = 13, 10
MAX_HORIZON = 500
# API_TimeSeriesForecastingJobConfig, ForecastHorizon: "the lesser of 500 time-steps
# or 1/4 of the time-steps in the dataset".
STEPS_PER_HORIZON = 4
# The same, ForecastFrequency; the most of each unit follows from the pattern.
FREQUENCY_PATTERN = (
    r"(1Y|Y|([1-9]|1[0-1])M|M|[1-4]W|W|[1-6]D|D|"
    r"([1-9]|1[0-9]|2[0-3])H|H|([1-9]|[1-5][0-9])min)"
)
MOST_UNITS = {"min": 59, "H": 23, "D": 6, "W": 4, "M": 11, "Y": 1}
# API_TimeSeriesConfig, GroupingAttributeNames.
MAX_GROUPS = 5
# API_AutoMLJobObjective: the metrics of time series.
OBJECTIVES = ("AverageWeightedQuantileLoss", "RMSE", "MASE", "MAPE", "WAPE")
# DG timeseries-forecasting-algorithms.
ALGORITHMS = ("cnn-qr", "deepar", "prophet", "npts", "arima", "ets")
# DG timeseries-forecasting-data-format: where values may be filled, and by what. Its
# table also gives "nan" for the target; the API's pattern admits it.
FILLINGS = ("frontfill", "middlefill", "backfill", "futurefill")
FRONT_LOGICS = ("none",)
FILL_LOGICS = ("zero", "value", "mean", "median", "min", "max", "nan")
# API_TimeSeriesTransformations, Aggregation: of the target only.
AGGREGATIONS = ("sum", "avg", "first", "min", "max")
# The Autopilot time series notebook of github.com/aws/amazon-sagemaker-examples: "at
# least four valid historical values for each time-series".
LEAST_VALUES = 4
# DG autopilot-create-experiment-timeseries-forecasting advises three to five points
# of history for each point of the future.
COMFORTABLE_STEPS = 5
# API_CreateTransformJob, MaxPayloadInMB: a request carries one whole file, 100 MB at
# most.
TRANSFORM_PART_BYTES = 90_000_000
# A request has an hour at most (API_ModelClientConfig), and some of the models are
# fitted anew to each series in it; what one takes is untried.
TRANSFORM_PART_SERIES = 1000
# Series of an instance: fifty such files are done within the day that the state machine
# waits if each takes half an hour, and the most series take the most instances
# (API_TransformResources, InstanceCount: 100).
INSTANCE_SERIES, MAX_INSTANCES = 50_000, 100
# API_TransformResources, InstanceType: the sizes of each family, the smallest first.
TRANSFORM_SIZES = {
    "m4": "xlarge 2xlarge 4xlarge 10xlarge 16xlarge",
    "c4": "xlarge 2xlarge 4xlarge 8xlarge",
    "p2": "xlarge 8xlarge 16xlarge",
    "p3": "2xlarge 8xlarge 16xlarge",
    "c5": "xlarge 2xlarge 4xlarge 9xlarge 18xlarge",
    "m5": "large xlarge 2xlarge 4xlarge 12xlarge 24xlarge",
    "m6i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge",
    "c6i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge",
    "r6i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge",
    "m7i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
    "c7i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
    "r7i": "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
    "g4dn": "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge",
    "g5": "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
    "trn1": "2xlarge 32xlarge",
    "inf2": "xlarge 8xlarge 24xlarge 48xlarge",
    "g6": "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
    "g6e": "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge",
}
TRANSFORM_TYPES = tuple(
    f"ml.{family}.{size}"
    for family, sizes in TRANSFORM_SIZES.items()
    for size in sizes.split()
)
# What Autopilot fills is written as zeros, and the report reads all of it: so many
# values at most, unless a tenth of them is there.
MAX_GRID = 20_000_000
# The longest time, in steps, of which hardly any has a row.
MAX_SPARSE_STEPS = 10_000
SPARSE = 10
# What a forecast's own columns are called.
RESULT_NAMES = r"mean|p[1-9]\d?"
# No table of attributes is larger than that.
MAX_METADATA_BYTES = 256 * 1024**2
# Settings are read whole.
MAX_SETTINGS_BYTES = 256 * 1024
