"""moto's backends as bytes: what they hold, with what is large or theirs by name."""

from __future__ import annotations

import io
import pickle
import threading
import weakref
from collections.abc import Callable
from datetime import datetime
from typing import Any

import moto.stepfunctions.parser.models as moto_parser
from moto.awslambda.models import LambdaStorage
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.logs.models import LogGroup
from moto.s3.models import FakeKey

from localaws.glue_jobs.runs import JobRun
from localaws.sagemaker.automl_jobs import AutoMLJob
from localaws.sagemaker.transform_jobs import TransformJob
from localaws.state.shelves import (
    KeyShelf,
    ShelvedKeys,
    StreamShelf,
    rebuild_group,
    shelve_streams,
)
from localaws.step_functions.executions import Execution

# What stands alone: never changed once it is made, or written by those who change it;
# on shelves; and jobs, most of which are over.
_WRITTEN_ONCE = (FakeKey, Execution)
_SHELVES = (KeyShelf, StreamShelf)
_JOBS = (AutoMLJob, TransformJob, JobRun)
_PLAIN = (str, int, float, datetime, type(None))
_LOCKS = (type(threading.Lock()), type(threading.RLock()))
_PARSER = "stepfunctions-parser"
_TRIES = 50


def name_backend(backend: Any) -> tuple[str, str, str]:
    """Name a backend by its service, its account and its region."""
    service = next(
        dictionary.service_name
        for dictionary in BackendDict._instances  # type: ignore[misc]  # generic
        for _, _, other in dictionary.iter_backends()
        if other is backend
    )
    is_parser = isinstance(backend, moto_parser.StepFunctionsParserBackend)
    return _PARSER if is_parser else service, backend.account_id, backend.region_name


def find_backend(service: str, account: str, region: str) -> Any:
    """Find a backend by its name, and make it where it is not there."""
    if service == _PARSER:
        return moto_parser.stepfunctions_parser_backends[account][region]
    find: Any = get_backend
    found = find(service)
    return found[account][region]


def rebuild_storage(
    region: str, account: str, functions: dict[str, Any], arns: dict[str, Any]
) -> LambdaStorage:
    """Rebuild what keeps functions: it makes its entries by a function of its own."""
    storage = LambdaStorage(region, account)
    storage._functions.update(functions)
    storage._arns.update(arns)
    return storage


def find_stamp(part: Any) -> Any:
    """Find what is another one after each change of a part; None where it has none."""
    if isinstance(part, _SHELVES):
        return part.stamp
    if isinstance(part, _JOBS):
        return [_stamp_value(value) for value in vars(part).values()]
    return None


def _stamp_value(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    # A job's lists grow; what it was asked for stays.
    return len(value) if isinstance(value, list) else value is None


class Pickler(pickle.Pickler):
    """Pickles what a backend holds, and hands what stands alone to ``name_part``."""

    def __init__(
        self, file: io.BytesIO, whole: Any, name_part: Callable[[Any], str]
    ) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._whole = whole
        self._name_part = name_part

    def persistent_id(self, found: Any) -> Any:
        """Name what is not pickled here."""
        if found is self._whole:
            return None
        if isinstance(found, (*_WRITTEN_ONCE, *_SHELVES, *_JOBS)):
            return ("part", self._name_part(found))
        if isinstance(found, BaseBackend):
            return ("backend", *name_backend(found))
        return None

    def reducer_override(self, found: Any) -> Any:
        """Make what cannot be pickled anew."""
        if isinstance(found, _LOCKS):
            return (threading.RLock, ())
        if isinstance(found, ShelvedKeys):
            return (ShelvedKeys, (list(found.shelves),))
        if isinstance(found, LogGroup):
            attributes = {**vars(found), "streams": {}}
            return (rebuild_group, (attributes, shelve_streams(found)))
        if isinstance(found, LambdaStorage):
            functions, arns = dict(found._functions), dict(found._arns)
            place = found.region_name, found.account_id
            return (rebuild_storage, (*place, functions, arns))
        if isinstance(found, weakref.WeakValueDictionary):
            return (weakref.WeakValueDictionary, (dict(found),))
        return NotImplemented


class Unpickler(pickle.Unpickler):
    """Reads what a ``Pickler`` wrote."""

    def __init__(self, body: bytes, load_part: Callable[[str], Any]) -> None:
        super().__init__(io.BytesIO(body))
        self._load_part = load_part

    def persistent_load(self, found: Any) -> Any:
        """Find what was named."""
        kind, *name = found
        return self._load_part(name[0]) if kind == "part" else find_backend(*name)


def to_bytes(value: Any, name_part: Callable[[Any], str]) -> bytes:
    """Pickle a value that other threads may change meanwhile."""
    for _ in range(_TRIES):
        file = io.BytesIO()
        try:
            Pickler(file, value, name_part).dump(value)
        except RuntimeError:
            continue  # a dictionary grew; what is there now is as good
        return file.getvalue()
    raise RuntimeError(f"a state changed {_TRIES} times while it was written down")


def refuse_part(found: Any) -> str:
    """Name no part: what stands alone holds nothing else that does."""
    raise TypeError(f"{type(found).__name__} inside of a part")
