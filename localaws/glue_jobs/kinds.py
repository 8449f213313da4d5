"""The kinds of jobs that run here: Python shell, and Spark's with a Python script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localaws.host import libraries

_SHELL_CAPACITIES = (0.0625, 1)
_DEFAULT_TIMEOUT_MINUTES = 2880
# https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
_DPUS = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.12X": 12, "G.16X": 16}
_FEWEST_WORKERS = 2
# Those whose Python is the local one: 3.11 at least.
_GLUE_VERSIONS = ("5.0", "5.1", "6.0")


@dataclass(frozen=True)
class Kind:
    """What a job may be, where it logs, and by which argument it is given wheels."""

    log_group: str
    modules: str
    # The streams that the script's standard output and error are logged to.
    streams: tuple[str, str]

    def find_refusals(self, definition: Mapping[str, Any]) -> Iterator[str]:
        """Say what in a job's definition Glue would refuse."""
        raise NotImplementedError

    def find_start_refusals(self, request: Mapping[str, Any]) -> Iterator[str]:
        """Say what in the start of a run Glue would refuse."""
        raise NotImplementedError

    def show_libraries(self, arguments: Mapping[str, str]) -> tuple[str, ...]:
        """Name the libraries that a script finds."""
        raise NotImplementedError

    def measure(self, job: Any, capacity: float | None) -> dict[str, Any]:
        """Say what a run has, as GetJobRun does; ``capacity`` as the start asks."""
        raise NotImplementedError

    def count_driver(self, size: Mapping[str, Any]) -> float:
        """Count the DPUs that the script itself has of what ``measure`` gave."""
        return float(size["MaxCapacity"])


class PythonShell(Kind):
    """Python shell 3.9: one process, on the sixteenth of a DPU or on a whole one."""

    def find_refusals(self, definition: Mapping[str, Any]) -> Iterator[str]:
        yield from self.find_start_refusals(definition)

    def find_start_refusals(self, request: Mapping[str, Any]) -> Iterator[str]:
        capacity = request.get("MaxCapacity")
        if capacity is not None and capacity not in _SHELL_CAPACITIES:
            yield (
                "For Python shell jobs the maximum capacity is 0.0625 or 1 "
                f"(found {capacity})"
            )
        if request.get("WorkerType") or request.get("NumberOfWorkers"):
            yield "Worker Type is not supported for Python shell jobs"

    def show_libraries(self, arguments: Mapping[str, str]) -> tuple[str, ...]:
        chosen = arguments.get("library-set") or arguments.get(
            "--library-set", "analytics"
        )
        return libraries.GLUE_NONE if chosen == "none" else libraries.GLUE_ANALYTICS

    def measure(self, job: Any, capacity: float | None) -> dict[str, Any]:
        return {"MaxCapacity": capacity or job.max_capacity or _SHELL_CAPACITIES[0]}


class Spark(Kind):
    """A Spark job whose script is Python: it runs on the driver, one worker of it."""

    def find_refusals(self, definition: Mapping[str, Any]) -> Iterator[str]:
        yield from self.find_start_refusals(definition)
        version = definition.get("GlueVersion")
        if version not in _GLUE_VERSIONS:
            yield (
                f"Glue {version} does not run here (needs one of "
                f"{', '.join(_GLUE_VERSIONS)})"
            )
        worker, count = definition.get("WorkerType"), definition.get("NumberOfWorkers")
        if worker not in _DPUS:
            yield f"Worker Type {worker} does not run here (needs one of {[*_DPUS]})"
        if not count or count < _FEWEST_WORKERS:
            yield (
                "Number of Workers has to be set to a minimum of "
                f"{_FEWEST_WORKERS} (found {count})"
            )

    def find_start_refusals(self, request: Mapping[str, Any]) -> Iterator[str]:
        if request.get("MaxCapacity") is not None:
            yield (
                "Please do not set Max Capacity if using Worker Type and Number of "
                "Workers."
            )

    def show_libraries(self, arguments: Mapping[str, str]) -> tuple[str, ...]:
        return libraries.GLUE_SPARK

    def measure(self, job: Any, capacity: float | None) -> dict[str, Any]:
        return {
            "MaxCapacity": float(_DPUS[job.worker_type] * job.number_of_workers),
            "WorkerType": job.worker_type,
            "NumberOfWorkers": job.number_of_workers,
            "GlueVersion": job.glue_version,
        }

    def count_driver(self, size: Mapping[str, Any]) -> float:
        return float(_DPUS[size["WorkerType"]])


KINDS: Mapping[str, Kind] = {
    "pythonshell": PythonShell(
        "/aws-glue/python-jobs", "--extra-py-files", ("output", "error")
    ),
    # https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html: what
    # a script prints, to its error output too, is in the one group.
    "glueetl": Spark(
        "/aws-glue/jobs", "--additional-python-modules", ("output", "output")
    ),
}


def find_kind(command: Mapping[str, Any] | None) -> Kind | None:
    """Find the kind of a job by its command; None for one that does not run here."""
    return KINDS.get((command or {}).get("Name", ""))


def find_timeout(job: Any, timeout: int | None) -> int:
    """Find a run's timeout in minutes."""
    return timeout or job.timeout or _DEFAULT_TIMEOUT_MINUTES
