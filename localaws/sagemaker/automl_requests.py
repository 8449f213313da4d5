"""What Autopilot refuses in a request for a time-series forecasting job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

OBJECTIVES = ("RMSE", "AverageWeightedQuantileLoss", "MASE", "MAPE", "WAPE")
# https://docs.aws.amazon.com/sagemaker/latest/dg/timeseries-forecasting-limits.html
_LONGEST_HORIZON = 500
_LONGEST_OUTPUT_PATH = 512
_FILLINGS = ("frontfill", "middlefill", "backfill", "futurefill")


def find_refusals(request: Mapping[str, Any]) -> Iterator[str]:
    """Say what documented rules a request breaks that its model does not know.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAutoMLJobV2.html
    """
    problem = request["AutoMLProblemTypeConfig"]
    if set(problem) != {"TimeSeriesForecastingJobConfig"}:
        yield (
            "AutoMLProblemTypeConfig: only TimeSeriesForecastingJobConfig runs here "
            f"(found {sorted(problem)})"
        )
        return
    yield from _find_in_request(request)
    yield from _find_in_config(problem["TimeSeriesForecastingJobConfig"])


def _find_in_request(request: Mapping[str, Any]) -> Iterator[str]:
    if request.get("DataSplitConfig"):
        yield "DataSplitConfig is not supported for time-series forecasting"
    objective = (request.get("AutoMLJobObjective") or {}).get("MetricName")
    if objective is not None and objective not in OBJECTIVES:
        yield (
            f"MetricName {objective} is not supported for time-series forecasting "
            f"(needs one of {', '.join(OBJECTIVES)})"
        )
    for channel in request["AutoMLJobInputDataConfig"]:
        source = channel.get("DataSource", {}).get("S3DataSource", {})
        if source.get("S3DataType") != "S3Prefix":
            yield "S3DataType must be S3Prefix for time-series forecasting"
        if channel.get("CompressionType") not in (None, "None", "Gzip"):
            yield "CompressionType must be None or Gzip"
    if len(request["OutputDataConfig"]["S3OutputPath"]) > _LONGEST_OUTPUT_PATH:
        yield "S3OutputPath must be 512 characters or less"


def _find_in_config(config: Mapping[str, Any]) -> Iterator[str]:
    if config["ForecastHorizon"] > _LONGEST_HORIZON:
        yield (
            f"ForecastHorizon {config['ForecastHorizon']} exceeds the limit of "
            f"{_LONGEST_HORIZON}"
        )
    most = (config.get("CompletionCriteria") or {}).get("MaxCandidates")
    if most not in (None, 1):
        yield "MaxCandidates must be 1 for time-series forecasting"
    quantiles = config.get("ForecastQuantiles") or []
    if len(set(quantiles)) != len(quantiles):
        yield f"ForecastQuantiles must not repeat (found {quantiles})"
    yield from _find_in_transformations(config)


def _find_in_transformations(config: Mapping[str, Any]) -> Iterator[str]:
    target = config["TimeSeriesConfig"]["TargetAttributeName"]
    transformations = config.get("Transformations") or {}
    for column in transformations.get("Aggregation") or {}:
        if column != target:
            yield f"Aggregation is supported for the target only (found {column})"
    for column, rules in (transformations.get("Filling") or {}).items():
        if column == target and "futurefill" in rules:
            yield "futurefill is not supported for the target"
        if column != target and "frontfill" in rules:
            yield f"frontfill is supported for the target only (found {column})"
        for name in _FILLINGS:
            if rules.get(name) == "value" and f"{name}_value" not in rules:
                yield f"{name} of {column} needs {name}_value"
