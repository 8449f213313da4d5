"""Do rows lie beyond the horizon, and do the covariates reach it?"""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Tallies
from glue.reading.numbers import is_number
from glue.rows import Rows
from glue.shaping.joins import describe_rows, is_blank
from glue.shaping.shape import Shape
from glue.shaping.spellings import is_damaged
from glue.understanding.totals import is_total

# So many names are looked at for one that looks like another.
_MOST_NAMES = 200
# Ids such as C-12 and C-13 are near each other, and not the same.
_NO_DIGITS = str.maketrans("", "", "0123456789")


def cut_horizon(shape: Shape, rows: Rows, tallies: Tallies) -> Rows:
    """Leave out the rows that lie beyond the horizon, and note what future there is."""
    beyond = shape.steps_ahead(rows.seconds) > shape.horizon
    tail = ~shape.is_history(rows)
    if not shape.covariates:
        describe = describe_rows(rows, shape.keys)
        examples = rows.first(tail, shape.file, shape.keys[0], describe)
        tallies.add("future-rows", examples, count=int(tail.sum()), file=shape.file)
    if not shape.horizon:
        return rows
    examples = rows.first(
        beyond, shape.file, shape.keys[0], describe_rows(rows, shape.keys)
    )
    tallies.add("beyond-horizon", examples, count=int(beyond.sum()), file=shape.file)
    return rows.take(~beyond)


def check_future(shape: Shape, rows: Rows, tallies: Tallies) -> None:
    """Note the series whose covariates do not reach to the end of the horizon.

    Parameters
    ----------
    shape
        Columns and facts of the whole history.
    rows
        Joined rows, sorted by series and time.
    tallies
        Takes the series, and the blank values in rows of the future.
    """
    future = ~shape.is_history(rows)
    tallies.amounts["future_rows"] += int(future.sum())
    _note_partial(shape, rows, future, tallies)
    for name in shape.covariates:
        _note_blank(shape, rows, future, name, tallies=tallies)


def _note_partial(shape: Shape, rows: Rows, future: Array, tallies: Tallies) -> None:
    """Note the series with covariates for some steps of the horizon only."""
    series, horizon, keys = rows.series(shape.keys), shape.horizon, shape.keys
    ahead = shape.steps_ahead(rows.seconds)
    counted = future & (ahead >= 1) & (ahead <= horizon) & ~series.repeats(ahead)
    steps = series.sum(counted)
    own = np.where(rows.numbers > 0, rows.numbers, np.iinfo(np.int64).max)
    firsts = series.firsts(series.min(own))
    mask = steps < horizon
    examples = firsts.first(
        mask,
        shape.file,
        keys[0],
        lambda at: f"{firsts.name(keys, at)} ({steps[at]} of {Count(horizon):step})",
    )
    tallies.amounts["series"] += len(series)
    if not mask.any():
        return
    why, remedy = _explain_partial(shape, firsts.take(mask & (steps == 0)))
    tallies.add(
        "future-partial" if shape.unfilled else "future-partial-filled",
        examples,
        count=int(mask.sum()),
        horizon=horizon,
        unfilled=list_names(shape.unfilled),
        source=shape.related.name if shape.related else shape.file,
        why=why,
        remedy=remedy if shape.unfilled else None,
    )


def _explain_partial(shape: Shape, empty: Rows) -> tuple[str, str]:
    """Say why series have no covariates of the future, and what to do.

    ``empty`` has a row of each series that has none at all.
    """
    source = shape.related.name if shape.related else shape.file
    named = [str(empty[name][at]) for at in range(len(empty)) for name in shape.keys]
    for text in named[:_MOST_NAMES]:
        twin, near = shape.survey.twins.get(text), _find_near(text, shape)
        if twin or near:
            only = "differs in case, accents, marks or blanks only from"
            return (
                f": {text!r} {only if twin else 'looks like a misspelt'} "
                f"{twin or near!r}",
                f"write {text!r} as {twin or near!r} in all files, if both are one; "
                f"otherwise give {source} its rows, up to the end of the horizon",
            )
        if is_damaged(text):
            return (
                f": {text!r} looks like a number that a spreadsheet has rounded",
                f"export {shape.file} again with its ids as text; or give {source} a "
                "row for each step of these series too",
            )
        if is_number(text) and not text.isdecimal():
            return (
                f": the id {text!r} is a number with a fraction, as targets are",
                "look whether ids and values are swapped in these rows; otherwise give "
                f"{source} the rows of these series, up to the end of the horizon",
            )
        if is_total(text):
            return (
                f": {text!r} is called like a total",
                f"take the rows of totals out of {shape.file}; or give {source} theirs "
                "too, up to the end of the horizon",
            )
    return "", _advise_future(shape, source)


def _find_near(text: str, shape: Shape) -> str | None:
    """Find another item whose id may be the same, mistyped."""
    items = (item for item in shape.history.items if item != text)
    others = list(islice(items, _MOST_NAMES))
    bare = _cut_digits(text)
    if all(_cut_digits(item) == bare for item in others):
        return None
    near = difflib.get_close_matches(text, others, n=1, cutoff=0.8)
    return near[0] if near and bare != _cut_digits(near[0]) else None


@lru_cache(maxsize=1_000)
def _cut_digits(text: str) -> str:
    return text.translate(_NO_DIGITS)


def _advise_future(shape: Shape, source: str) -> str:
    """Say how to complete covariates, or do without; texts cannot be filled."""
    tables = [shape.history.plan, *([shape.related.plan] if shape.related else [])]
    numbers = {name for plan in tables for name in plan.numbers}
    able = tuple(name for name in shape.unfilled if name in numbers)
    end = shape.frequency.moments(np.array([shape.horizon]), shape.last)[0]
    remedy = f"give {source} a row of each series for each step, up to "
    remedy += shape.clock.write(int(end))
    if able == shape.unfilled:
        return f"{remedy}; or set futurefill for {list_names(able)}"
    texts = tuple(name for name in shape.unfilled if name not in able)
    remedy += f"; or leave {list_names(texts)} out with Preparation.DropColumns, as "
    remedy += "texts cannot be filled"
    return f"{remedy}, and set futurefill for {list_names(able)}" if able else remedy


def _note_blank(
    shape: Shape, rows: Rows, future: Array, name: str, *, tallies: Tallies
) -> None:
    """Note the blank values of the future; those of RTS.csv have negative numbers."""
    blank = future & is_blank(rows[name])
    describe = describe_rows(rows, shape.keys)
    own, added = blank & (rows.numbers > 0), blank & (rows.numbers < 0)
    examples = rows.first(own, shape.file, name, describe)
    if shape.related is not None:
        theirs = replace(rows, numbers=-rows.numbers)
        examples += theirs.first(added, shape.related.name, name, describe)
    filled = name in shape.fitted.futurefill
    if filled:
        tallies.add(
            "future-blank-filled", examples, count=int(blank.sum()), column=name
        )
        return
    is_text = rows[name].dtype == object
    remedy = "write a word for none there, such as none" if is_text else "fill them in"
    remedy += f"; or leave {name!r} out with Preparation.DropColumns"
    if not is_text:
        remedy += f"; or set futurefill for {name!r}"
    tallies.add(
        "future-blank", examples, count=int(blank.sum()), column=name, remedy=remedy
    )


def note_none(shape: Shape, tallies: Tallies) -> None:
    """Note, after all parts, that no future values are given for any covariate."""
    if shape.covariates and not tallies.amounts["future_rows"]:
        columns = list_names(shape.covariates)
        tallies.add("future-none", count=1, columns=columns)


def list_names(names: tuple[str, ...]) -> str:
    """List the first few columns by name."""
    return ", ".join(map(repr, names[:5])) + (" and others" if names[5:] else "")
