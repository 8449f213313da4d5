"""Do rows lie beyond the horizon, and do the covariates reach it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Tallies
from glue.rows import Rows
from glue.shaping.joins import describe_rows, is_blank
from glue.shaping.shape import Shape


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
        lambda at: f"{firsts.name(keys, at)}: {steps[at]} of {Count(horizon):step}",
    )
    tallies.amounts["series"] += len(series)
    tallies.add(
        "future-partial" if shape.unfilled else "future-partial-filled",
        examples,
        count=int(mask.sum()),
        horizon=horizon,
        unfilled=list_names(shape.unfilled),
    )


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
    code = "future-blank-filled" if filled else "future-blank"
    tallies.add(code, examples, count=int(blank.sum()), column=name)


def note_none(shape: Shape, tallies: Tallies) -> None:
    """Note, after all parts, that no future values are given for any covariate."""
    if shape.covariates and not tallies.amounts["future_rows"]:
        columns = list_names(shape.covariates)
        tallies.add("future-none", count=1, columns=columns)


def list_names(names: tuple[str, ...]) -> str:
    """List the first few columns by name."""
    return ", ".join(map(repr, names[:5])) + (" and others" if names[5:] else "")
