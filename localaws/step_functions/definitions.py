"""A state machine's definition is parsed once for all of its executions."""

from __future__ import annotations

import functools
import threading
from typing import Any

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

# Definitions that are kept parsed: those of a few stages, before and after a deploy.
_KEPT = 8
# Of a thousand executions that start at once, one parses and the others wait for it.
_parsing = threading.Lock()


def build_program(definition: str) -> Any:
    """Build what an execution evaluates, of its own, as it keeps its progress there.

    Parsing takes 150 ms of CPU, building 20.
    """
    with _parsing:
        tree = _parse(definition)
    return Preprocessor().visit(tree)


def check_definition(definition: str) -> None:
    """Parse a definition as moto does, and keep that for the first execution.

    Raises
    ------
    Exception
        Whatever the parser finds wrong.
    """
    with _parsing:
        _parse(definition)


@functools.lru_cache(maxsize=_KEPT)
def _parse(definition: str) -> Any:
    return AmazonStateLanguageParser.parse(definition)[1]
