"""Arrays: the type that stands for numpy's, and what pandas has no short word for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    return _merge(parts, np.concatenate)


def add_parts(parts: Sequence[Made]) -> Made:
    """Add up values of a dataclass of arrays of one shape, and of such dataclasses."""
    return _merge(parts, lambda columns: np.sum(columns, axis=0))


def _merge(parts: Sequence[Made], merge: Callable[[list[Array]], Array]) -> Made:
    """Merge dataclasses field by field, those within them as well."""
    if len(parts) == 1:
        return parts[0]
    first: Any = parts[0]
    merged: Any = {}
    for one in fields(first):
        columns = [getattr(part, one.name) for part in parts]
        is_nested = is_dataclass(columns[0])
        merged[one.name] = _merge(columns, merge) if is_nested else merge(columns)
    made: Made = type(first)(**merged)
    return made
