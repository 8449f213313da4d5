"""An AutoML job as the SageMaker API shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from localaws.faults.plan import Fault
from localaws.sagemaker.background_jobs import Watcher, explain_end

DEFAULT_OBJECTIVE = "AverageWeightedQuantileLoss"
ENDED = frozenset({"Completed", "Failed", "Stopped"})
_LONGEST_REASON = 1024
_LONGEST_NAME = 64
# The engine keeps the time limit itself; this is for when it does not.
_GRACE_SECONDS = 60.0
FORECASTING = "TimeSeriesForecasting"
_REPOSITORY = "autopilot-timeseries"
# Accounts of AWS that the image was seen in.
_IMAGE_ACCOUNTS = {"us-east-1": "473393118567", "ap-south-1": "179163482248"}
# How a candidate's metric is called in MetricName, where it was seen.
_CONSTANTS = {DEFAULT_OBJECTIVE: "AVERAGE_WEIGHTED_QUANTILE_LOSS"}


class AutoMLJob(Watcher):
    """A job: what was asked, how far it is, what it found.

    The names of its attributes are moto's, whose listing reads them.
    """

    def __init__(
        self, request: Mapping[str, Any], *, account: str, region: str
    ) -> None:
        self.request = request
        self.auto_ml_job_name: str = request["AutoMLJobName"]
        self.region = region
        self.account = account
        self.arn = self._build_arn("automl-job", self.auto_ml_job_name)
        self.tags = list(request.get("Tags") or [])
        self.auto_ml_job_status = "InProgress"
        self.auto_ml_job_secondary_status = "Starting"
        self.creation_time = self.last_modified_time = utcnow()
        self.end_time: Any = None
        self.failure_reason = ""
        self.candidates: list[dict[str, Any]] = []
        self.best_candidate: dict[str, Any] | None = None
        self._news_read = 0
        self._began = time.monotonic()
        self._out_of_time = False
        self.fate: Fault | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        """Give the TimeSeriesForecastingJobConfig."""
        problem: Mapping[str, Any] = self.request["AutoMLProblemTypeConfig"]
        config: Mapping[str, Any] = problem["TimeSeriesForecastingJobConfig"]
        return config

    @property
    def objective(self) -> str:
        """Name the metric that candidates are compared by."""
        asked = self.request.get("AutoMLJobObjective") or {}
        return str(asked.get("MetricName", DEFAULT_OBJECTIVE))

    def begin_anew(self) -> None:
        """Forget what a process that is no more had found."""
        self.candidates, self.best_candidate = [], None
        self._news_read, self._began, self._out_of_time = 0, time.monotonic(), False

    def stop(self) -> None:
        """Ask the job to end."""
        self._become("Stopping", "Stopping")

    def fail(self, reason: str) -> None:
        """End the job for a reason."""
        if self.auto_ml_job_status not in ENDED:
            self.failure_reason = reason[:_LONGEST_REASON]
            self._end("Failed", "Failed")

    def build_spec(self, folder: Path) -> Mapping[str, Any]:
        """Say what the job's process is to do."""
        channel = self.request["AutoMLJobInputDataConfig"][0]
        output = self.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        return {
            "input_uri": channel["DataSource"]["S3DataSource"]["S3Uri"],
            "content_type": channel.get("ContentType", "text/csv;header=present"),
            "output_uri": f"{output}/{self.auto_ml_job_name}",
            "config": self.config,
            "objective": self.objective,
            "progress": str(folder / "progress.jsonl"),
        }

    def look(self, folder: Path) -> bool:
        """Read the news, and see whether the job may go on."""
        path = folder / "progress.jsonl"
        if path.exists():
            lines = path.read_text().splitlines(keepends=True)
            for line in lines[self._news_read :]:
                if line.endswith("\n"):
                    self._hear(json.loads(line))
                    self._news_read += 1
        if self.auto_ml_job_status == "Stopping":
            return False
        limit = (self.config.get("CompletionCriteria") or {}).get(
            "MaxAutoMLJobRuntimeInSeconds"
        )
        late = limit and time.monotonic() - self._began > limit + _GRACE_SECONDS
        self._out_of_time = self._out_of_time or bool(late)
        return not late

    def conclude(self, folder: Path, code: int | None) -> None:
        """End as the process did."""
        if self.auto_ml_job_status in ENDED:
            return
        if self.fate is not None and code == 0:
            self._meet(self.fate)
        elif code == 0 and self.best_candidate is not None:
            reached = "MaxAutoMLJobRuntimeReached"
            self._end("Completed", reached if self._out_of_time else "Completed")
        elif code is None and self._out_of_time:
            self._end("Stopped", "MaxAutoMLJobRuntimeReached")
        elif code is None:
            self._end("Stopped", "Stopped")
        else:
            self.fail(explain_end(folder, code))

    def _meet(self, fate: Fault) -> None:
        """End otherwise than the process did."""
        self.best_candidate = None
        if fate.status != "MaxAutoMLJobRuntimeReached":
            for candidate in self.candidates:
                candidate.pop("InferenceContainers", None)
        if fate.status == "NoCandidate":
            self._end("Completed", "Completed")
        elif fate.status == "MaxAutoMLJobRuntimeReached":
            self._end("Stopped", fate.status)
        elif fate.status == "Stopped":
            self._end("Stopped", "Stopped")
        else:
            self.fail(fate.reason or "AlgorithmError: the job failed by a fault.")

    def describe(self) -> dict[str, Any]:
        """Describe the job as DescribeAutoMLJobV2 does."""
        request = self.request
        described = {
            "AutoMLJobName": self.auto_ml_job_name,
            "AutoMLJobArn": self.arn,
            "AutoMLJobInputDataConfig": request["AutoMLJobInputDataConfig"],
            "OutputDataConfig": request["OutputDataConfig"],
            "RoleArn": request["RoleArn"],
            "AutoMLJobObjective": {"MetricName": self.objective},
            "AutoMLProblemTypeConfig": request["AutoMLProblemTypeConfig"],
            "AutoMLProblemTypeConfigName": FORECASTING,
            "CreationTime": self.creation_time,
            "EndTime": self.end_time,
            "LastModifiedTime": self.last_modified_time,
            "FailureReason": self.failure_reason or None,
            "BestCandidate": self.best_candidate or self._find_leader(),
            "AutoMLJobStatus": self.auto_ml_job_status,
            "AutoMLJobSecondaryStatus": self.auto_ml_job_secondary_status,
            "ResolvedAttributes": {
                "AutoMLJobObjective": {"MetricName": self.objective},
                "CompletionCriteria": self.config.get("CompletionCriteria"),
            },
            "SecurityConfig": request.get("SecurityConfig"),
        }
        return {name: value for name, value in described.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """Describe the job as ListAutoMLJobs does."""
        names = (
            *("AutoMLJobName", "AutoMLJobArn", "AutoMLJobStatus"),
            *("AutoMLJobSecondaryStatus", "CreationTime", "EndTime"),
            *("LastModifiedTime", "FailureReason"),
        )
        described = self.describe()
        return {name: described[name] for name in names if name in described}

    def _hear(self, news: Mapping[str, Any]) -> None:
        if "secondary_status" in news and self.auto_ml_job_status == "InProgress":
            self._become("InProgress", news["secondary_status"])
        if "candidate" in news:
            self.candidates.append(self._build_candidate(news["candidate"]))
            self.last_modified_time = utcnow()
        if "artifacts" in news:
            self._out_of_time = news["out_of_time"]
            self._crown(self.candidates[-1], news["artifacts"])
        if "failure" in news:
            self.fail(news["failure"])

    def _build_candidate(self, found: Mapping[str, Any]) -> dict[str, Any]:
        ended = utcnow()
        began = max(ended - timedelta(seconds=found["seconds"]), self.creation_time)
        done = found["status"] == "Completed"
        step = f"{self.auto_ml_job_name}-{found['algorithm']}"
        candidate = {
            "CandidateName": self._name_candidate(found["name"]),
            "ObjectiveStatus": "Succeeded" if done else "Failed",
            "CandidateSteps": [
                {
                    "CandidateStepType": "AWS::SageMaker::TrainingJob",
                    "CandidateStepArn": self._build_arn("training-job", step),
                    "CandidateStepName": step,
                }
            ],
            "CandidateStatus": found["status"],
            "CreationTime": began,
            "EndTime": ended,
            "LastModifiedTime": ended,
            "CandidateProperties": {
                "CandidateMetrics": [
                    {
                        "MetricName": name,
                        "StandardMetricName": name,
                        "Value": value,
                    }
                    for name, value in found["metrics"].items()
                ]
            },
        }
        if found["reason"]:
            candidate["FailureReason"] = found["reason"][:_LONGEST_REASON]
        if self.objective in found["metrics"]:
            candidate["FinalAutoMLJobObjectiveMetric"] = {
                "Type": "Minimize",
                "MetricName": _CONSTANTS.get(self.objective, self.objective),
                "StandardMetricName": self.objective,
                "Value": found["metrics"][self.objective],
            }
        return candidate

    def _crown(self, candidate: dict[str, Any], artifacts: Mapping[str, str]) -> None:
        """Make a candidate the best one, with all that a model is made from."""
        account = _IMAGE_ACCOUNTS.get(self.region, self.account)
        registry = f"{account}.dkr.ecr.{self.region}.amazonaws.com"
        container = {
            "Image": f"{registry}/{_REPOSITORY}:latest",
            "ModelDataUrl": artifacts["model"],
            "Environment": {},
        }
        candidate["InferenceContainers"] = [container]
        candidate["InferenceContainerDefinitions"] = {"CPU": [container]}
        candidate["CandidateProperties"]["CandidateArtifactLocations"] = {
            "Explainability": artifacts["explainability"],
            "ModelInsights": artifacts["insights"],
            "BacktestResults": artifacts["backtests"],
        }
        step = artifacts["step"]
        candidate["CandidateSteps"] = [
            {
                "CandidateStepType": "AWS::SageMaker::TrainingJob",
                "CandidateStepArn": self._build_arn("training-job", step),
                "CandidateStepName": step,
            }
        ]
        self.best_candidate = candidate

    def _name_candidate(self, label: str) -> str:
        """Name a candidate; of Autopilot's own names the ensemble's alone was seen."""
        return f"{self.auto_ml_job_name}-trial-{label}-1"[:_LONGEST_NAME]

    def _find_leader(self) -> dict[str, Any] | None:
        """Find the best so far: AWS shows it early, but without containers."""
        scored = [c for c in self.candidates if "FinalAutoMLJobObjectiveMetric" in c]
        return min(
            scored,
            key=lambda c: c["FinalAutoMLJobObjectiveMetric"]["Value"],
            default=None,
        )

    def _build_arn(self, kind: str, name: str) -> str:
        partition = get_partition(self.region)
        return (
            f"arn:{partition}:sagemaker:{self.region}:{self.account}:"
            f"{kind}/{name.lower()}"
        )

    def _become(self, status: str, secondary: str) -> None:
        self.auto_ml_job_status = status
        self.auto_ml_job_secondary_status = secondary
        self.last_modified_time = utcnow()

    def _end(self, status: str, secondary: str) -> None:
        self._become(status, secondary)
        self.end_time = self.last_modified_time
