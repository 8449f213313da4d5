"""What becomes of what was under way when a local AWS ended."""

from __future__ import annotations

from typing import Any

from moto.glue.models import glue_backends
from moto.sagemaker.models import sagemaker_backends

from localaws.glue_jobs.runs import ENDED as GLUE_ENDED
from localaws.lambda_functions.backend import Function
from localaws.machine import Machine
from localaws.patches import Patches
from localaws.sagemaker.automl_jobs import ENDED as TRAINING_ENDED
from localaws.sagemaker.transform_jobs import ENDED as TRANSFORM_ENDED
from localaws.state.keeper import Keeper, list_executions
from localaws.state.shelves import shelve_keys
from localaws.step_functions.executions import Execution

STOPPED = "LocalAWS.Stopped"
REASON = "the local AWS was stopped while this was under way; redrive the run to go on"


def take_up(patches: Patches, machine: Machine, keeper: Keeper) -> None:
    """Load what was kept, and end or go on with what was under way.

    Training goes on, as it does on AWS whatever becomes of who asked for it: its data
    are there, and it begins anew. All else has failed, and a redrive goes on from it.
    """
    shelve_keys(patches)
    keeper.load()
    patches.give(Execution, "keep", staticmethod(keeper.save_execution))
    _fail_glue_runs()
    _see_to_jobs()
    Function.invoker.resume()
    machine.tasks.start(_fail_executions, name="executions that were under way")
    machine.tasks.start(lambda: keeper.keep_up(machine.tasks), name="keeper")


def _fail_glue_runs() -> None:
    for _, _, backend in list(glue_backends.iter_backends()):
        jobs: Any = getattr(backend, "jobs", {})
        for job in jobs.values():
            for run in job.job_runs:
                if run.status not in GLUE_ENDED:
                    run.fail(REASON)


def _see_to_jobs() -> None:
    for _, _, found in list(sagemaker_backends.iter_backends()):
        backend: Any = found
        for transform in backend.transform_jobs.values():
            if transform.transform_job_status not in TRANSFORM_ENDED:
                transform.fail(REASON)
        for training in backend.auto_ml_jobs.values():
            if training.auto_ml_job_status not in TRAINING_ENDED:
                backend.train_anew(training)


def _fail_executions() -> None:
    for execution in list_executions():
        if execution.status == "RUNNING":
            execution.fail(STOPPED, REASON)
