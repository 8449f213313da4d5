"""Keeps the state of a local AWS up to date in its folder, and reads it again."""

from __future__ import annotations

import json
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from localaws.host.tasks import Tasks
from localaws.iam.keys import Credentials
from localaws.state.parts import Parts
from localaws.state.pickles import (
    Unpickler,
    find_backend,
    find_stamp,
    name_backend,
    refuse_part,
    to_bytes,
)
from localaws.step_functions.executions import Execution

_BACKEND, _PART, _QUEUE = "backend/", "part/", "invocation/"
_OWNER, _PORT = "owner", "port"
# Where the first server on a folder answers, if it is free: below the ports that
# systems hand out themselves.
FIRST_PORT = 14566
_LOOK_SECONDS = 0.5
# The looking takes no more than this share of the time, however much there is.
_LOOK_SHARE = 0.05
# What jobs change without a call, and need not promise anybody.
_BUSY = ("logs", "glue", "sagemaker")
# What a call of a service changes beside it.
_BESIDE = {"sns": ("sqs",), "events": ("sqs",)}
_MODELS = {"states": "stepfunctions", "monitoring": "cloudwatch"}


@dataclass(frozen=True)
class Changes:
    """What is to be written, and the stamps of those parts that have one."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    stamps: dict[str, Any] = field(default_factory=dict)


class Keeper:
    """The state of one local AWS in one folder."""

    def __init__(self, folder: Path) -> None:
        self._parts = Parts(folder)
        self._lock = threading.RLock()
        self._written: dict[str, int] = {}
        self._stamps: dict[str, Any] = {}
        self._names: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self._loaded: dict[str, Any] = {}

    def close(self) -> None:
        """Keep nothing more: what is stopped from now on was under way."""
        self._parts.close()

    def load_owner(self, make: Callable[[], Credentials]) -> Credentials:
        """Give the owner's keys, which stay the same for what was exported."""
        found = self._parts.read(_OWNER)
        if found is not None:
            known = json.loads(found)
            return Credentials(known["key"], known["secret"])
        owner = make()
        known = {"key": owner.access_key_id, "secret": owner.secret_access_key}
        self._parts.write({_OWNER: json.dumps(known).encode()})
        return owner

    def load_port(self) -> int:
        """Give the port of the last server, where what was exported looks for it."""
        return int(self._parts.read(_PORT) or FIRST_PORT)

    def save_port(self, port: int) -> None:
        """Write down where this server answers."""
        self._parts.write({_PORT: str(port).encode()})

    def save_call(self, service: str) -> None:
        """Save what a call to a service may have changed, before it is answered."""
        name = _MODELS.get(service, service)
        self._save({name, *_BESIDE.get(name, ())})

    def save_execution(self, execution: Execution) -> None:
        """Save how an execution stands."""
        with self._lock:
            name = self._name_part(execution, Changes())
            self._write(Changes({name: to_bytes(execution, refuse_part)}))

    def keep_up(self, tasks: Tasks) -> None:
        """Save now and then what changes by itself, until the machine stops."""
        lengths: dict[str, int] = {}
        spent = 0.0
        while tasks.sleep(max(_LOOK_SECONDS, spent / _LOOK_SHARE)):
            began = time.thread_time()
            self._save(set(_BUSY))
            for execution in list_executions():
                length = execution.count_events()
                if execution.status == "RUNNING" and length != lengths.get(
                    execution.exec_arn
                ):
                    lengths[execution.exec_arn] = length
                    self.save_execution(execution)
            spent = time.thread_time() - began

    def save_invocation(self, request_id: str, invocation: dict[str, Any]) -> None:
        """Save an event that a function has not handled yet."""
        self._parts.write({_QUEUE + request_id: json.dumps(invocation).encode()})

    def drop_invocation(self, request_id: str) -> None:
        """Forget an event that was handled."""
        self._parts.drop([_QUEUE + request_id])

    def list_invocations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """List the events that no function has handled."""
        for name in self._parts.list_names(_QUEUE):
            found = self._parts.read(name)
            if found is not None:
                yield name.removeprefix(_QUEUE), json.loads(found)

    def load(self) -> None:
        """Put what was kept into moto's backends."""
        for name in self._parts.list_names(_BACKEND):
            body = self._parts.read(name)
            if body is not None:
                backend = find_backend(*name.removeprefix(_BACKEND).split("/"))
                vars(backend).update(Unpickler(body, self._load_part).load())
        for account, region, backend in s3_backends.iter_backends():
            for bucket in vars(backend).get("buckets", {}):
                s3_backends.bucket_accounts[bucket] = (region, account)
        kept = set(self._loaded)
        self._parts.drop(set(self._parts.list_names(_PART)) - kept)
        self._loaded.clear()

    def _save(self, services: set[str]) -> None:
        with self._lock:
            made = Changes()
            for backend in _list_backends(services):
                name = _BACKEND + "/".join(name_backend(backend))
                made.bodies[name] = self._spell(dict(vars(backend)), made)
            self._write(made)

    def _spell(self, found: Any, made: Changes) -> bytes:
        return to_bytes(found, lambda part: self._name_part(part, made))

    def _write(self, made: Changes) -> None:
        changed = {
            name: body
            for name, body in made.bodies.items()
            if self._written.get(name) != hash(body)
        }
        self._parts.write(changed)
        self._written.update({name: hash(body) for name, body in changed.items()})
        self._stamps.update(made.stamps)

    def _name_part(self, found: Any, made: Changes) -> str:
        """Name what stands alone; what is new or changed is saved with what holds it.

        Its stamp is read first, so that what changes meanwhile is saved once more.
        """
        name, stamp = self._names.get(found), find_stamp(found)
        is_new = name is None
        if name is None:
            name = self._names[found] = _PART + uuid.uuid4().hex
        if is_new or (stamp is not None and self._stamps.get(name) != stamp):
            made.bodies[name] = self._spell(found, made)
            if stamp is not None:
                made.stamps[name] = stamp
        return name

    def _load_part(self, name: str) -> Any:
        if name not in self._loaded:
            body = self._parts.read(name)
            if body is None:
                raise KeyError(name)
            found = Unpickler(body, self._load_part).load()
            self._loaded[name] = found
            self._names[found] = name
            self._stamps[name] = find_stamp(found)
        return self._loaded[name]


def list_executions() -> list[Execution]:
    """List every execution there is."""
    return [
        execution
        for backend in _list_backends({"stepfunctions"})
        for machine in list(getattr(backend, "state_machines", []))
        for execution in list(machine.executions)
        if isinstance(execution, Execution)
    ]


def _list_backends(services: set[str]) -> list[Any]:
    return [
        backend
        for dictionary in list(BackendDict._instances)  # type: ignore[misc]  # generic
        if dictionary.service_name in services
        for _, _, backend in list(dictionary.iter_backends())
    ]
