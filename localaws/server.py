"""Start a local AWS, and leave nothing of it behind."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from localaws import large_objects, moto_memory, moto_mends, moto_speed
from localaws.events.schedules import follow_schedules
from localaws.faults.calls import FaultyCalls
from localaws.faults.plan import Plan
from localaws.front.door import REGION, Door, build_environ
from localaws.front.http_server import open_server
from localaws.front.usage import Usage
from localaws.glue_jobs import backend as glue_jobs
from localaws.host.collecting import collect_rarely
from localaws.host.isolation import isolate
from localaws.host.processes import Processes
from localaws.iam import simulation
from localaws.iam.gate import App, Gate
from localaws.iam.keys import make_owner
from localaws.iam.roles import RoleClients
from localaws.lambda_functions import backend as lambdas
from localaws.machine import GlueErrors, Machine, refuse_second, run_here
from localaws.patches import Patches
from localaws.sagemaker import backend as sagemaker_jobs
from localaws.service_quotas import backend as service_quotas
from localaws.service_quotas.table import Quotas
from localaws.state.calls import KeptCalls
from localaws.state.keeper import Keeper
from localaws.state.revival import take_up
from localaws.step_functions import backend as state_machines
from localaws.waits import SPEEDUP

# Every request, and every failed state with the whole of its syntax tree.
_QUIET = {"werkzeug": logging.ERROR, "moto.stepfunctions": logging.CRITICAL}


@dataclass(frozen=True)
class LocalAWS:
    """A running local AWS, as its users see it."""

    endpoint_url: str
    environ: Mapping[str, str]
    gate: Gate
    faults: Plan
    quotas: dict[str, int]
    usage: Usage


@contextmanager
def serve(
    *,
    port: int | Door = 0,
    region: str = REGION,
    speedup: float = SPEEDUP,
    glue_errors: GlueErrors = "full",
    quotas: Mapping[str, int] | None = None,
    faults: Plan | None = None,
    state: Path | None = None,
    ahead: bool = False,
) -> Iterator[LocalAWS]:
    """Run a local AWS in this process until the block is left.

    Meanwhile this process's own ``AWS_*`` variables point at it too, so that no
    client made here can reach anything else. There can be one at a time, because
    moto keeps its state by process.

    It answers its owner, whose keys are made up for it and stand in ``environ``, and
    the roles that its own STS gave keys to; every other request gets a 403, which is
    also how to see that it is up. What it runs is told a role's keys alone, and on
    Linux with Landlock it cannot look into this process or any other. Elsewhere it
    can read what this process was started with: ``python -m localaws`` and the demo
    forget that first, a test process does not.

    Parameters
    ----------
    port
        Where to listen on loopback; 0 takes a free port. A door says it too, and whose
        the keys are, and so goes with no ``state``, which has keys of its own.
    region
        The default region of ``environ``; the others work as well.
    speedup
        How many times faster than on AWS the waits and retries of state machines and
        of asynchronous invocations are. What really computes takes what it takes.
    glue_errors
        ``full`` gives the exception as the ErrorMessage of a failed Glue job,
        ``generic`` no more than its exit code.
    quotas
        Values of the account's quotas by their codes, or one for ``all``.
    faults
        What is to go wrong; nothing, until its ``replace`` is called, when None.
    state
        The folder of a state that outlives the server; when None, all is gone with it.
    ahead
        Whether functions are started, and wheels of jobs installed, as soon as they are
        deployed: the first run waits for less, and what is never run costs as much.

    Raises
    ------
    StateInUse
        When another local AWS keeps its state in the folder.
    ValueError
        When there are a door and a state.
    """
    refuse_second()
    if isinstance(port, Door) and state is not None:
        raise ValueError("a door and a state have keys of their own each; give one")
    keeper = None if state is None else Keeper(state)
    wanted = port or (0 if keeper is None else keeper.load_port())
    make = make_owner if isinstance(port, int) else lambda: port.owner
    owner = make() if keeper is None else keeper.load_owner(make)
    asked_quotas = dict(quotas or {})
    plan, processes = faults or Plan(), Processes()
    usage = Usage(owner.access_key_id)

    def wrap(app: App) -> App:
        kept = app if keeper is None else KeptCalls(app, keeper)
        return usage.wrap(FaultyCalls(kept, plan, processes.kill_caller))

    with (
        Patches() as patches,
        open_server(wanted, owner, patches, wrap=wrap, else_any=port == 0) as server,
    ):
        environ = build_environ(server.port, owner, region)
        machine = Machine(
            endpoint_url=environ["AWS_ENDPOINT_URL"],
            region=region,
            speedup=speedup,
            glue_errors=glue_errors,
            quotas=Quotas(asked_quotas),
            faults=plan,
            keeper=keeper,
            ahead=ahead,
            processes=processes,
        )
        with _own_environ(environ):
            try:
                _install(patches, machine)
                server.start()
                if keeper is not None:
                    keeper.save_port(server.port)
                    take_up(patches, machine, keeper)
                if ahead:
                    machine.tasks.start(machine.import_ahead, name="libraries")
                machine.tasks.start(lambda: follow_schedules(machine), name="schedules")
                yield LocalAWS(
                    machine.endpoint_url,
                    environ,
                    server.gate,
                    plan,
                    quotas=asked_quotas,
                    usage=usage,
                )
            finally:
                _stop(machine)


def _install(patches: Patches, machine: Machine) -> None:
    _forget_state()
    collect_rarely(patches)
    # It keeps the keys of whoever asked first.
    patches.replace(boto3, "DEFAULT_SESSION", None)
    run_here(patches, machine)
    for name, level in _QUIET.items():
        _set_level(patches, logging.getLogger(name), level)
    clients = RoleClients(machine)
    moto_mends.install(patches, machine, clients)
    moto_speed.install(patches)
    lambdas.install(patches, machine, clients)
    glue_jobs.install(patches, machine, clients)
    sagemaker_jobs.install(patches, machine, clients)
    service_quotas.install(patches, machine)
    simulation.install(patches)
    state_machines.install(patches)
    moto_memory.install(patches)
    large_objects.install(patches)


def _set_level(patches: Patches, logger: logging.Logger, level: int) -> None:
    patches.callback(logger.setLevel, logger.level)
    logger.setLevel(level)


def _stop(machine: Machine) -> None:
    if machine.keeper is not None:
        machine.keeper.close()
    machine.tasks.announce_stop()
    # Before the threads, which wait for them.
    machine.processes.stop()
    state_machines.stop_everything()
    machine.tasks.stop()
    machine.processes.close()
    _forget_state()
    shutil.rmtree(machine.folder, ignore_errors=True)


def _forget_state() -> None:
    BackendDict.reset()
    reset_model_data()


@contextmanager
def _own_environ(environ: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update({**isolate(before), **environ})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
