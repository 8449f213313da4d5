"""The last pass: checks, joins and hooks each part, and writes forecast input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from glue.findings.finding import (
    Example,
    FileRejected,
    Findings,
    Tallies,
    list_some,
)
from glue.rows import Rows, concatenate
from glue.shaping.attributes import join_attributes
from glue.shaping.column_values import ColumnValues, ValueCounts, name_blanks
from glue.shaping.covariates import CovariateJoiner, SharedUse
from glue.shaping.future import (
    advise_future,
    check_future,
    cut_horizon,
    note_none,
)
from glue.shaping.hook import Hook, HookCaller, list_others, returns_its_table
from glue.shaping.input_files import Blocks, InputFiles, PartLimits, write_blocks
from glue.shaping.parts import Parts
from glue.shaping.repeats import Slips, explain_repeats, note_repeats
from glue.shaping.series_checks import check_series, drop_short_series
from glue.shaping.shape import Parted, Shape
from glue.shaping.strangers import explain_lost, find_lost
from glue.shaping.unlike_ids import explain_unlike
from glue.shaping.workers import Shelf, Workers


@dataclass
class ShapeFacts:
    """What was found while some parts were checked and joined.

    ``shared`` is which rows of a shared RTS.csv they use, where there is one.
    """

    slips: Slips
    related_slips: Slips
    checks: Tallies = field(default_factory=Tallies)
    joins: Tallies = field(default_factory=Tallies)
    dropped: Tallies = field(default_factory=Tallies)
    values: ValueCounts = field(default_factory=ValueCounts)
    shared: SharedUse | None = None

    @classmethod
    def of(cls, shape: Shape) -> ShapeFacts:
        """Begin without any."""
        return cls(Slips(shape.clock), Slips(shape.clock))

    def merge(self, other: ShapeFacts) -> None:
        """Add what was found in other parts."""
        self.slips.merge(other.slips)
        self.related_slips.merge(other.related_slips)
        self.checks.merge(other.checks)
        self.joins.merge(other.joins)
        self.dropped.merge(other.dropped)
        self.values.merge(other.values)
        if self.shared is None:
            self.shared = other.shared
        elif other.shared is not None:
            self.shared.merge(other.shared)


@dataclass(frozen=True)
class _ShapePart:
    """Checks and joins one part of the history, and writes it anew.

    ``shared`` are the rows of an RTS.csv that is for many parts.
    """

    shape: Shape
    history: Parts
    shaped: Parts
    related: Parted | None
    metadata: Parted | None
    shared: Rows | None = None

    def __call__(self, number: int) -> ShapeFacts:
        facts = ShapeFacts.of(self.shape)
        given = self.history.load(number)
        rows = self._check(given, facts)
        before = self._count_history(rows)
        rows = self._join(rows, number, facts)
        if self._count_history(rows) != before:
            raise AssertionError("a join lost or multiplied rows of history")
        rows = self._drop_short(rows, facts.dropped)
        if rows is not given or self.shaped != self.history:
            self.shaped.write(number, rows)
        return facts

    def _check(self, rows: Rows, facts: ShapeFacts) -> Rows:
        if not len(rows):
            return rows
        rows = rows.with_seconds(self.shape.clock.cut(rows.seconds))
        series = rows.series(self.shape.keys)
        check_series(self.shape, series, facts.checks)
        note_repeats(self.shape, series, facts.checks, facts.slips)
        return cut_horizon(self.shape, rows, facts.joins)

    def _join(self, rows: Rows, number: int, facts: ShapeFacts) -> Rows:
        shape, tallies = self.shape, facts.joins
        if self.related is not None:
            joiner = CovariateJoiner(
                shape, self.related, tallies, facts.related_slips, shared=self.shared
            )
            rows, facts.shared = joiner.join(rows, number)
        if len(rows) and shape.covariates:
            check_future(shape, rows, tallies)
        if self.metadata is not None:
            rows = join_attributes(shape, rows, self.metadata, tallies, number=number)
        ColumnValues(shape, facts.values).add(rows)
        return rows

    def _count_history(self, rows: Rows) -> int:
        return int(self.shape.is_history(rows).sum())

    def _drop_short(self, rows: Rows, tallies: Tallies) -> Rows:
        if not len(rows) or not self.shape.drop_short:
            return rows
        series = rows.series(self.shape.keys)
        return drop_short_series(series, self.shape.target, tallies)


class Shaper:
    """Sends each part of the history through checks and joins."""

    def __init__(
        self, shape: Shape, *, related: Parted | None, metadata: Parted | None
    ) -> None:
        self.shape, self._related, self._metadata = shape, related, metadata
        self._facts = ShapeFacts.of(shape)

    def shape_parts(
        self, history: Parts, findings: Findings, workers: Workers
    ) -> tuple[Shape, Parts]:
        """Check and join every part; say what was found in all.

        Returns
        -------
        tuple
            The shape, without the columns that turned out to have no value in the
            history; and the parts.
        """
        facts, shared = self._facts, None
        joiner = self._make_joiner(facts)
        if joiner is not None and self._related and self._related.is_shared:
            shared = joiner.load(0)
        step = _ShapePart(
            self.shape,
            history,
            history.renew(workers),
            self._related,
            self._metadata,
            shared,
        )
        for found in workers.run(step, history.count):
            facts.merge(found)
        if joiner is not None:
            if shared is not None and facts.shared is not None:
                joiner.tell(shared, facts.shared)
            joiner.advise()
        note_none(self.shape, facts.joins)
        advise_future(self.shape, facts.joins)
        explain_repeats(self.shape, facts.checks, findings, slips=facts.slips)
        shape = ColumnValues(self.shape, facts.values).judge(facts.joins)
        if self._related is not None and not facts.joins.amounts.pop("matched", 0):
            self._refuse_related(self._related, findings)
        for tallies in (facts.checks, facts.joins, facts.dropped):
            tallies.tell(findings)
        return shape, step.shaped

    def _make_joiner(self, facts: ShapeFacts) -> CovariateJoiner | None:
        if self._related is None:
            return None
        return CovariateJoiner(
            self.shape, self._related, facts.joins, facts.related_slips
        )

    def _refuse_related(self, related: Parted, findings: Findings) -> None:
        """Say that no row of RTS.csv belongs to any of the history."""
        joins = self._facts.joins
        amounts, earliest = joins.amounts, joins.earliest
        if "ours" not in earliest:
            return  # it shares no series, or has no row; that is said
        file, clock = self.shape.file, self.shape.clock
        ours, theirs = (clock.write(earliest[name]) for name in ("ours", "theirs"))
        apart = abs(earliest["ours"] - earliest["theirs"])
        why = f"its timestamps begin at {theirs}, those of {file} at {ours}"
        remedy = (
            f"give it rows at the moments of {file}, from {ours} on, or look for a "
        )
        remedy += "wrong year"
        if ours[:4] != theirs[:4] and ours[4:] == theirs[4:]:
            remedy = (
                f"write {ours[:4]} for {theirs[:4]}, and the other years likewise, "
            )
            remedy += f"if the year is wrong; otherwise give it rows from {ours} on"
        if apart < self.shape.frequency.seconds:
            remedy = f"write its moments as those of {file} are, such as {ours} for "
            remedy += f"{theirs}, so that both mean the same period"
        if not amounts.pop("known", 0):
            unknown = joins.examples("rts-series-unknown")
            why, remedy = self._explain_unknown(unknown, related.table.name)
            findings.hold_back(["ids-unmatched"])
            remedy = self._advise_names(unknown, findings) or remedy
        findings.add(
            "rts-nothing-matched",
            examples=joins.examples("rts-series-unknown"),
            remedy=remedy,
            file=related.table.name,
            why=why,
        )

    def _advise_names(
        self, unknown: Sequence[Example], findings: Findings
    ) -> str | None:
        """Say that the names of item and target are swapped, where they are."""
        shape, value = self.shape, f"{self.shape.survey.low:.15g}"
        ids = {str(one.value).split(" at ", maxsplit=1)[0] for one in unknown}
        if shape.survey.low != shape.survey.high or value not in ids:
            return None
        findings.hold_back(["target-constant"])
        return (
            f"swap the names {shape.keys[0]!r} and {shape.target!r} in the header of "
            f"{shape.file}, as the id {value!r} stands under {shape.target!r}"
        )

    def _explain_unknown(self, unknown: list[Example], source: str) -> tuple[str, str]:
        """Say why no series of RTS.csv is one of the history, and what to do."""
        file, items = self.shape.file, sorted(self.shape.history.items)
        lost = find_lost(items, unknown)
        if lost is not None:
            words, remedy = explain_lost(file if "?" in lost[0] else source)
            return f"{words}: {lost[0]!r} is {lost[1].value!r} in {source}", remedy
        groups = len(self.shape.keys) - 1
        unlike = explain_unlike(unknown, items, file=file, source=source, groups=groups)
        if unlike is not None:
            return unlike
        known = list_some(map(repr, items), 3)
        alone = len(self.shape.keys) == 1
        both = "" if alone else f", and all of {list_some(map(repr, self.shape.keys))}"
        return (
            f"none of its series is in {file}, which has {known}",
            f"upload the {source} of these items, or leave it out; if they are the "
            f"same items, write their ids{both} alike in both files",
        )


def write_input(
    shape: Shape,
    hook: Hook,
    parts: Parts,
    findings: Findings,
    *,
    folder: Path,
    limits: PartLimits,
    workers: Workers,
) -> InputFiles:
    """Send all parts through the hook, and write what it returns.

    Parameters
    ----------
    shape
        What the forecast input is to be.
    hook
        The user's.
    parts
        The checked and joined history.
    findings
        Takes what the hook does wrong.
    folder
        Takes the files.
    limits
        What a file for transform holds at most, unless one series has more.
    workers
        Who works on the parts.

    Raises
    ------
    FileRejected
        When the hook fails, or nothing is left.
    """
    caller = HookCaller(
        hook,
        shape.layout,
        shape.last,
        repeats=shape.is_aggregated,
        filled=frozenset(shape.fitted.filling),
    )
    shelf = workers.make_shelf(folder / "blocks")
    step = _HookPart(caller, parts, shape.named_blanks, shelf)
    if not returns_its_table(hook):
        _try_parting(step, parts.count, findings)
    hooked = _gather(workers.run(step, parts.count), findings)
    parts.shelf.drop()  # the files to come need its room
    if not hooked:
        raise findings.reject("nothing-left")
    layout = replace(caller.layout, others=tuple(next(iter(hooked.values()))))
    blocks = Blocks(shelf, tuple(hooked), layout)
    files = blocks.merge(folder / "train.csv", folder / "transform", limits, findings)
    if not files.series:
        raise findings.reject("nothing-left")
    return files


@dataclass(frozen=True)
class _Hooked:
    """What the hook made of one part: its other columns and their types.

    ``features`` is None where it left nothing, and ``error`` why it failed.
    """

    number: int
    features: dict[str, Any] | None
    findings: Findings
    error: FileRejected | None = None


@dataclass(frozen=True)
class _HookPart:
    """Sends one part through the hook, and writes its result as blocks of lines."""

    caller: HookCaller
    parts: Parts
    named_blanks: frozenset[str]
    shelf: Shelf

    def load(self, number: int) -> Rows:
        """Read a part as the hook gets it."""
        rows = self.parts.load(number)
        # A part without rows was joined to nothing, and lacks the columns.
        return name_blanks(rows, self.named_blanks) if len(rows) else rows

    def __call__(self, number: int) -> _Hooked:
        findings = Findings()
        given = self.load(number)
        try:
            rows = self.caller.call(given, findings) if len(given) else given
        except FileRejected as error:
            return _Hooked(number, None, findings, error)
        if not len(rows):
            return _Hooked(number, None, findings)
        others = list_others(rows, self.caller.layout)
        layout = replace(self.caller.layout, others=others)
        write_blocks(rows, layout, self.shelf, number, last=self.caller.last)
        features = {name: rows[name].dtype for name in others}
        return _Hooked(number, features, findings)


def _try_parting(step: _HookPart, count: int, findings: Findings) -> None:
    """Try the hook on halves of the first series: of one part, or of some."""
    pieces: list[Rows] = []
    for number in range(count):
        rows = step.load(number)
        if not len(rows):
            continue
        pieces.append(rows)
        series = sum(len(piece.series(step.caller.layout.keys)) for piece in pieces)
        if series > 1:
            break
    if pieces:
        together = concatenate(pieces).sort(step.caller.layout.keys)
        step.caller.try_parting(together, findings)


def _gather(found: Iterable[_Hooked], findings: Findings) -> dict[int, dict[str, Any]]:
    """Give the other columns of each part, by its number; all have to be alike.

    Raises
    ------
    FileRejected
        When the hook failed; after its first failure there is no second.
    """
    hooked: dict[int, dict[str, Any]] = {}
    for one in found:
        findings.merge(one.findings)
        if one.error is not None:
            raise one.error
        if one.features is None:
            continue
        hooked[one.number] = one.features
        if one.features != next(iter(hooked.values())):
            problem = "returned other columns, or types, for another part"
            raise findings.reject("hook-result", problem=problem)
    return hooked
