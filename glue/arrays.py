"""Arrays: the type that stands for numpy's, and what pandas has no short word for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

Array = Any  # numpy's generic arrays are not worth their types at version 1.22
Made = TypeVar("Made")


def as_texts(texts: Iterable[str]) -> Array:
    """Give texts as an array of objects, [n]."""
    values = list(texts)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def factorize(columns: Sequence[Array], *, sort: bool = False) -> Array:
    """Number the distinct rows of some columns; in their order when sorted."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        inner, uniques = pd.factorize(column, sort=sort)
        wide = codes * max(len(uniques), 1) + inner
        codes = pd.factorize(wide, sort=sort)[0].astype(np.int64)
    return codes


def join_parts(parts: Sequence[Made]) -> Made:
    """Make one of several values of a dataclass of arrays, and of such dataclasses."""
    if len(parts) == 1:
        return parts[0]
    first: Any = parts[0]
    joined: Any = {}
    for one in fields(first):
        columns = [getattr(part, one.name) for part in parts]
        is_nested = is_dataclass(columns[0])
        joined[one.name] = join_parts(columns) if is_nested else np.concatenate(columns)
    made: Made = type(first)(**joined)
    return made


def add_parts(parts: Sequence[Made]) -> Made:
    """Add up values of a dataclass of arrays of one shape, and of such dataclasses."""
    if len(parts) == 1:
        return parts[0]
    first: Any = parts[0]
    added: Any = {}
    for one in fields(first):
        columns = [getattr(part, one.name) for part in parts]
        is_nested = is_dataclass(columns[0])
        added[one.name] = add_parts(columns) if is_nested else np.sum(columns, axis=0)
    made: Made = type(first)(**added)
    return made
