"""A batch transform job as the SageMaker API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moto.core.utils import utcnow
from moto.utilities.utils import get_partition

from localaws.faults.plan import Fault
from localaws.host.ends import JOB_ENDS
from localaws.sagemaker.background_jobs import Watcher, explain_end

ENDED = frozenset({"Completed", "Failed", "Stopped"})
_LONGEST_REASON = 1024
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
_DEFAULT_PAYLOAD_MB = 6
_SHOWN = (
    *("TransformJobName", "ModelName", "MaxConcurrentTransforms", "ModelClientConfig"),
    *("MaxPayloadInMB", "BatchStrategy", "Environment", "TransformInput"),
    *("TransformOutput", "DataCaptureConfig", "TransformResources", "DataProcessing"),
    "ExperimentConfig",
)


class TransformJob(Watcher):
    """A job: what was asked and how it ended.

    The names of its attributes are moto's, whose listing reads them.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        container: Mapping[str, Any],
        *,
        account: str,
        region: str,
    ) -> None:
        self.request = request
        self._container = container
        self.transform_job_name: str = request["TransformJobName"]
        self.model_name: str = request["ModelName"]
        name = self.transform_job_name.lower()
        self.arn = (
            f"arn:{get_partition(region)}:sagemaker:{region}:{account}:"
            f"transform-job/{name}"
        )
        self.tags = list(request.get("Tags") or [])
        self.transform_job_status = "InProgress"
        self.failure_reason = ""
        self.creation_time = self.last_modified_time = utcnow()
        self.transform_start_time = self.creation_time
        self.transform_end_time: Any = None
        self.fate: Fault | None = None

    @property
    def instance_type(self) -> str:
        """The type of the instances that the job runs on."""
        return str(self.request["TransformResources"]["InstanceType"])

    @property
    def instances(self) -> int:
        """How many instances the job runs on."""
        return int(self.request["TransformResources"]["InstanceCount"])

    def stop(self) -> None:
        """Ask the job to end."""
        self._become("Stopping")

    def fail(self, reason: str) -> None:
        """End the job for a reason."""
        if self.transform_job_status not in ENDED:
            self.failure_reason = reason[:_LONGEST_REASON]
            self._become("Failed")

    def build_spec(self, folder: Path) -> Mapping[str, Any]:
        """Say what the job's process is to do."""
        request = self.request
        source = request["TransformInput"]["DataSource"]["S3DataSource"]
        return {
            "model_uri": self._container["ModelDataUrl"],
            "input_uri": source["S3Uri"],
            "output_uri": request["TransformOutput"]["S3OutputPath"],
            "max_payload_mb": request.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB),
            "failure": str(folder / "failure.txt"),
        }

    def look(self, folder: Path) -> bool:
        """See whether the job may go on."""
        return self.transform_job_status != "Stopping"

    def conclude(self, folder: Path, code: int | None) -> None:
        """End as the process did."""
        failure = folder / "failure.txt"
        stopped = self.fate is not None and self.fate.status == "Stopped"
        if code is None or stopped:
            self._become("Stopped")
        elif self.fate is not None:
            self.fail(self.fate.reason or "InternalServerError: failed by a fault.")
        elif code == 0:
            self._become("Completed")
        elif failure.exists():
            self.fail(failure.read_text())
        else:
            self.fail(explain_end(folder, code))

    @property
    def response_object(self) -> dict[str, Any]:
        """Describe the job as DescribeTransformJob does."""
        described = {name: self.request.get(name) for name in _SHOWN} | {
            "TransformJobArn": self.arn,
            "TransformJobStatus": self.transform_job_status,
            "FailureReason": self.failure_reason or None,
            "CreationTime": self.creation_time,
            "TransformStartTime": self.transform_start_time,
            "TransformEndTime": self.transform_end_time,
        }
        return {name: value for name, value in described.items() if value is not None}

    def _become(self, status: str) -> None:
        self.transform_job_status = status
        self.last_modified_time = utcnow()
        if status in ENDED:
            self.transform_end_time = self.last_modified_time
            JOB_ENDS.tell(self.transform_job_name)


def find_refusals(request: Mapping[str, Any]) -> list[str]:
    """Say what in a request no forecasting model could be served with."""
    found = []
    source = request["TransformInput"]["DataSource"]["S3DataSource"]
    if source["S3DataType"] != "S3Prefix":
        found.append("only S3DataType S3Prefix works here")
    if request["TransformInput"].get("SplitType", "None") != "None":
        found.append(
            "SplitType must be None for a forecasting model: split into lines, it "
            "would see rows without their history"
        )
    if "BatchStrategy" in request and "SplitType" not in request["TransformInput"]:
        found.append("BatchStrategy needs a SplitType other than None")
    payload = request.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB)
    if request.get("MaxConcurrentTransforms", 1) * payload > 100:
        found.append("MaxConcurrentTransforms * MaxPayloadInMB must be at most 100 MB")
    return found
