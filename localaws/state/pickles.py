"""moto's backends as bytes: what they hold, with what is large or theirs by name."""

from __future__ import annotations

import io
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

import moto.stepfunctions.parser.models as moto_parser
from moto.awslambda.models import LambdaStorage
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.models import FakeKey
from moto.s3.utils import _VersionedKeyStore

from localaws.step_functions.executions import Execution

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


def rebuild_versions(versions: list[tuple[str, list[Any]]]) -> _VersionedKeyStore:
    """Rebuild the objects of a bucket with all their versions, not only the newest."""
    store = _VersionedKeyStore()
    dict.update(store, versions)
    return store


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
        if isinstance(found, FakeKey | Execution):
            return ("part", self._name_part(found))
        if isinstance(found, BaseBackend):
            return ("backend", *name_backend(found))
        return None

    def reducer_override(self, found: Any) -> Any:
        """Make what cannot be pickled anew."""
        if isinstance(found, _LOCKS):
            return (threading.RLock, ())
        if isinstance(found, _VersionedKeyStore):
            return (rebuild_versions, ([*dict.items(found)],))
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
