"""What moto 5.2.5 computes for each request anew, and need not.

As in ``moto_mends``, the test beside each says what upstream does and fails once it
does no more. No answer is another for it.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import moto.core.serialize as moto_serialize
import moto.core.utils as moto_utils
from moto.core.base_backend import AccountSpecificBackend
from moto.core.loaders import moto_root
from moto.core.parse import QueryParser
from moto.core.serialize import (
    DEFAULT_ALIAS_PROVIDERS,
    AttributePickerContext,
    XFormedAttributePicker,
)
from moto.stepfunctions.parser.asl.component.common.path import (
    result_path as moto_result_path,
)
from moto.stepfunctions.parser.asl.utils import json_path as moto_json_path

from localaws.host.models import LOADER, make_session
from localaws.patches import Patches

# Distinct paths that are kept parsed: those of many state machines.
_PATHS = 1024
# Members of shapes: those of all answers that the product asks for.
_MEMBERS = 16384
Original = Callable[..., Any]


def install(patches: Patches) -> None:
    """Mend everything."""
    parse_each_path_once(patches)
    read_each_model_once(patches)
    sort_the_parameters_of_a_query(patches)
    name_each_member_once(patches)


def parse_each_path_once(patches: Patches) -> None:
    """Keep what a JSONPath was parsed to: moto makes a parser for each look.

    With a thousand executions that ask again and again, that took three quarters of
    the server's time.
    """
    for module in (moto_json_path, moto_result_path):
        cached = functools.lru_cache(maxsize=_PATHS)(vars(module)["parse"])
        patches.replace(module, "parse", cached)


def read_each_model_once(patches: Patches) -> None:
    """Share botocore's models with moto: it reads one to answer, one for the regions.

    Where it adds something of its own to a model, it has that for itself.
    """
    shared = staticmethod(functools.cache(make_session))
    patches.replace(AccountSpecificBackend, "get_session", shared)

    @patches.wrap(moto_utils, "_load_service_model")
    def load(original: Original, service: str, kind: str) -> Any:
        if has_extras(service, kind):
            return original(service, kind)
        return LOADER.load_service_model(service, kind)


def has_extras(service: str, kind: str) -> bool:
    """Tell whether moto has something to add to a model of botocore's."""
    folder = Path(moto_root) / service.replace("-", "")
    return any(folder.glob(f"*/{kind}.moto-extras.json*"))


class Parameters(dict[str, str]):
    """The parameters of a query, and which there are with a prefix."""

    def __init__(self, parameters: Iterable[tuple[str, str]]) -> None:
        super().__init__(parameters)
        self._sorted = sorted(self)

    def have(self, prefix: str) -> bool:
        """Tell whether the name of one begins so."""
        place = bisect_left(self._sorted, prefix)
        return self._sorted[place : place + 1] != [] and (
            self._sorted[place].startswith(prefix)
        )


def sort_the_parameters_of_a_query(patches: Patches) -> None:
    """Look parameters up by their prefixes: moto goes through all, for each member."""

    @patches.wrap(QueryParser, "_do_parse")
    def parse(original: Original, parser: Any, request: Any, shape: Any) -> Any:
        parameters = Parameters(request["values"].items())
        return original(parser, {**request, "values": parameters}, shape)

    def lacks(_: Any, parameters: Parameters, prefix: str) -> bool:
        return prefix != "" and not parameters.have(prefix)

    patches.replace(QueryParser, "_gonna_recurse", lacks)


def name_each_member_once(patches: Patches) -> None:
    """Remember by which names a member is looked for: moto derives them each time.

    The history of an execution has some forty members an event, each of up to ten
    names. Those of an object depend on its class too, and are left to moto.
    """

    @patches.wrap(XFormedAttributePicker, "get_possible_keys")
    def list_keys(original: Original, picker: Any, context: Any) -> Any:
        usual = picker.alias_providers is DEFAULT_ALIAS_PROVIDERS
        if type(context.obj) is not dict or not usual:
            return original(picker, context)
        return _list_names(original, context.shape, context.key)

    @patches.wrap(moto_serialize, "get_value")
    def get_value(original: Original, obj: Any, key: Any, default: Any) -> Any:
        if type(obj) is dict and "." not in key:
            return obj.get(key, default)
        return original(obj, key, default)


@functools.lru_cache(maxsize=_MEMBERS)
def _list_names(derive: Original, shape: Any, key: str) -> tuple[str, ...]:
    context = AttributePickerContext(obj={}, key=key, shape=shape)
    # The same names come more than once, and the first that is there is taken.
    return tuple(dict.fromkeys(derive(XFormedAttributePicker(), context)))
