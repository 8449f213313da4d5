"""Do rows lie beyond the horizon, and do the covariates reach it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glue.arrays import Array
from glue.findings.finding import Count, Tallies
from glue.rows import Rows, Series
from glue.shaping.joins import describe_rows, is_blank
from glue.shaping.shape import Shape
from glue.shaping.strangers import Candidates, note_lost_letters, note_strangers

# What adds up, or is the least, over the series that lack rows of the future.
_NONE, _SHORT, _TORN, _REACH = "lack-all", "lack-end", "lack-steps", "reach"


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
    if shape.unfilled:
        counts = series.sum(rows.numbers > 0)
        alone = mask & (steps == 0) & ~_mark_met(shape, series)
        unmet = Candidates(firsts, counts, alone)
        mask &= ~note_strangers(shape, unmet, tallies)
        mask &= ~note_lost_letters(shape, unmet, tallies)
        mask &= ~_note_zeros(shape, firsts, steps, mask, tallies=tallies)
    source = shape.related.name if shape.related else shape.file
    examples = firsts.first(
        mask,
        shape.file,
        keys[0],
        lambda at: f"{firsts.name(keys, at)} ({steps[at]} of {Count(horizon):step})",
    )
    tallies.amounts["series"] += len(series)
    if not mask.any():
        return
    reach = series.max(np.where(counted, ahead, 0))
    _Lack(mask, steps, reach).note(horizon, tallies)
    head = np.where(mask, firsts.numbers, np.iinfo(np.int64).max).argmin()
    tallies.add(
        "future-partial" if shape.unfilled else "future-partial-filled",
        examples,
        count=int(mask.sum()),
        horizon=horizon,
        unfilled=list_names(shape.unfilled),
        source=source,
        lacking=firsts.name(keys, int(head)),
    )


def _mark_met(shape: Shape, series: Series) -> Array:
    """Mark the series for which RTS.csv has a value at any moment, [n series]."""
    rows = series.rows
    met = np.zeros(len(rows), dtype=bool)
    for name in shape.related.columns if shape.related else ():
        met |= ~is_blank(rows[name])
    return series.sum(met) > 0


def _note_zeros(
    shape: Shape, firsts: Rows, steps: Array, mask: Array, *, tallies: Tallies
) -> Array:
    """Note the series that end with zeros just where RTS.csv's future should begin.

    Returns
    -------
    Array
        Which series do, [n series].
    """
    nothing, since = np.zeros(len(mask), dtype=bool), shape.survey.zeros_from
    if since is None or shape.related is None:
        return nothing
    zeros = 1 - int(shape.steps_ahead(shape.clock.cut(np.array([since])))[0])
    found: Array = mask & (steps > 0) & (steps + zeros == shape.horizon)
    if not found.any():
        return nothing
    begins = shape.clock.write(since)
    tallies.add(
        "future-zeros",
        firsts.first(
            found, shape.file, shape.keys[0], lambda at: firsts.name(shape.keys, at)
        ),
        count=int(found.sum()),
        file=shape.file,
        source=shape.related.name,
        horizon=shape.horizon,
        zeros=zeros,
        since=begins,
        remedy=f"take the rows from {begins} on out of {shape.file}; their covariates "
        f"stay in {shape.related.name}",
    )
    return found


@dataclass(frozen=True)
class _Lack:
    """The series that lack rows of the future, [n series].

    ``steps`` is how many steps of the horizon each has, and ``reach`` the last of them.
    """

    mask: Array
    steps: Array
    reach: Array

    def note(self, horizon: int, tallies: Tallies) -> None:
        """Note how many lack all of it, its end, or steps in between."""
        ours, steps, reach = self.mask, self.steps, self.reach
        kinds = {
            _NONE: steps == 0,
            _SHORT: (steps > 0) & (reach < horizon),
            _TORN: steps < reach,
        }
        for name, kind in kinds.items():
            tallies.amounts[name] += int((ours & kind).sum())
        tallies.note_moment(_REACH, int(reach[ours].min()))


def advise_future(shape: Shape, tallies: Tallies) -> None:
    """Say, after all parts, which rows of the future to add."""
    if not tallies.count("future-partial"):
        return
    none, short, torn = (
        tallies.amounts.pop(kind, 0) for kind in (_NONE, _SHORT, _TORN)
    )
    reach = tallies.earliest.pop(_REACH, 0)
    source = shape.related.name if shape.related else shape.file
    begin, end = (_write_step(shape, step) for step in (1, shape.horizon))
    remedy = f"give {source} a row of each series for each step from {begin} to {end}"
    if torn:
        remedy += (
            ": steps between its rows are missing, as where they are of longer steps "
            "(repeat a value for each step that it holds for)"
        )
    elif none and not short:
        name = tallies.find_fact("future-partial", "lacking")
        others = " and the others" if none > 1 else ""
        remedy = (
            f"add the rows of {name!r}{others} to {source}, from {begin} to {end}; or "
            f"take their rows out of {shape.file}"
        )
        unknown = tallies.examples("rts-series-unknown")
        if unknown:
            remedy += f"; compare the ids too, as {source} has {unknown[0].value!r}, "
            remedy += f"which {shape.file} lacks"
    elif short and not none:
        remedy = (
            f"add the rows up to {end} to {source}; or write "
            f'"ForecastHorizon": {reach} in config.json, as far as it reaches'
        )
    tallies.advise("future-partial", remedy)


def _write_step(shape: Shape, step: int) -> str:
    """Write the moment of a step of the horizon."""
    return shape.clock.write(
        int(shape.frequency.moments(np.array([step]), shape.last)[0])
    )


def _note_blank(
    shape: Shape, rows: Rows, future: Array, name: str, *, tallies: Tallies
) -> None:
    """Note the blank values of the future; those of RTS.csv have negative numbers."""
    blank = future & is_blank(rows[name])
    describe = describe_rows(rows, shape.keys)
    past = ~future & (rows.numbers > 0)
    if blank.any() and _is_target(shape, rows, past, name):
        examples = rows.first(past, shape.file, name, lambda at: f"{rows[name][at]:g}")
        tallies.add(
            "target-copied",
            examples,
            count=int(past.sum()),
            column=name,
            file=shape.file,
            target=shape.target,
        )
        return
    own, added = blank & (rows.numbers > 0), blank & (rows.numbers < 0)
    lacks = shape.related is not None and name not in shape.related.columns
    examples = rows.first(own, shape.file, name, describe)
    if shape.related is not None:
        theirs = replace(rows, numbers=-rows.numbers)
        column = None if lacks else name
        examples += theirs.first(added, shape.related.name, column, describe)
    filled = name in shape.fitted.futurefill
    if filled:
        tallies.add(
            "future-blank-filled", examples, count=int(blank.sum()), column=name
        )
        return
    is_text = rows[name].dtype == object
    remedy = "write its values into these rows"
    if is_text:
        remedy = "write a word for none there, such as none"
    source = shape.related.name if shape.related else shape.file
    if lacks:
        remedy = f"add the column {name!r} to {source}, with its values to come, if "
        remedy += "they are known"
    where = shape.file if lacks else source
    remedy += f"; or, if they are not known yet, take {name!r} out of {where}"
    tallies.add(
        "future-blank",
        examples,
        count=int(blank.sum()),
        column=name,
        remedy=remedy,
        why=f", as {source} lacks that column" if lacks else "",
    )


def _is_target(shape: Shape, rows: Rows, past: Array, name: str) -> bool:
    """Say whether a column is the target once more, under another name."""
    if rows[name].dtype == object:
        return False
    values, target = rows[name][past], rows[shape.target][past]
    return bool(len(values)) and np.array_equal(values, target, equal_nan=True)


def note_none(shape: Shape, tallies: Tallies) -> None:
    """Note, after all parts, that no future values are given for any covariate."""
    if shape.covariates and not tallies.amounts["future_rows"]:
        columns = list_names(shape.covariates)
        tallies.add("future-none", count=1, columns=columns)


def list_names(names: tuple[str, ...]) -> str:
    """List the first few columns by name."""
    return ", ".join(map(repr, names[:5])) + (" and others" if names[5:] else "")
