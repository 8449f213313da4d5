"""The last pass: checks, joins and hooks each part, and writes forecast input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from glue.findings.finding import Example, Findings, Tallies, list_some
from glue.rows import Rows
from glue.shaping.attributes import join_attributes
from glue.shaping.column_values import ColumnValues, name_blanks
from glue.shaping.covariates import CovariateJoiner
from glue.shaping.future import check_future, cut_horizon, note_none
from glue.shaping.hook import Hook, HookCaller, list_others
from glue.shaping.input_files import BlockWriter, InputFiles, PartLimits
from glue.shaping.parts import Parts
from glue.shaping.repeats import Slips, explain_repeats, note_repeats
from glue.shaping.series_checks import check_series, drop_short_series
from glue.shaping.shape import Parted, Shape
from glue.shaping.strangers import explain_lost, find_lost
from glue.shaping.unlike_ids import explain_unlike


class Shaper:
    """Sends each part of the history through checks and joins."""

    def __init__(
        self, shape: Shape, *, related: Parted | None, metadata: Parted | None
    ) -> None:
        self.shape, self._related, self._metadata = shape, related, metadata
        self._checks, self._joins, self._dropped = Tallies(), Tallies(), Tallies()
        self._values = ColumnValues(shape)
        self._slips = Slips(shape.clock)
        self._covariates: CovariateJoiner | None = None
        if related is not None:
            self._covariates = CovariateJoiner(shape, related, self._joins)

    def shape_parts(self, history: Parts, findings: Findings) -> Shape:
        """Check and join every part, on disk; say what was found in all.

        Returns
        -------
        Shape
            Without the columns that turned out to have no value in the history.
        """
        for number in range(history.count):
            given = history.load(number)
            rows = self._check(given)
            before = self._count_history(rows)
            rows = self._join(rows, number)
            if self._count_history(rows) != before:
                raise AssertionError("a join lost or multiplied rows of history")
            rows = self._drop_short(rows)
            if rows is not given:
                history.replace(number, rows)
        if self._covariates is not None:
            self._covariates.finish()
        note_none(self.shape, self._joins)
        explain_repeats(self.shape, self._checks, findings, slips=self._slips)
        shape = self._values.judge(self._joins)
        if self._related is not None and not self._joins.amounts.pop("matched", 0):
            self._refuse_related(self._related, findings)
        for tallies in (self._checks, self._joins, self._dropped):
            tallies.tell(findings)
        return shape

    def _refuse_related(self, related: Parted, findings: Findings) -> None:
        """Say that no row of RTS.csv belongs to any of the history."""
        amounts = self._joins.amounts
        if "ours" not in amounts:
            return  # it shares no series, or has no row; that is said
        file, clock = self.shape.file, self.shape.clock
        ours, theirs = (clock.write(amounts[name]) for name in ("ours", "theirs"))
        apart = abs(amounts["ours"] - amounts["theirs"])
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
            unknown = self._joins.examples("rts-series-unknown")
            why, remedy = self._explain_unknown(unknown, related.table.name)
            findings.hold_back(["ids-unmatched"])
            remedy = self._advise_names(unknown, findings) or remedy
        findings.add(
            "rts-nothing-matched",
            examples=self._joins.examples("rts-series-unknown"),
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

    def _check(self, rows: Rows) -> Rows:
        if not len(rows):
            return rows
        rows = rows.with_seconds(self.shape.clock.cut(rows.seconds))
        series = rows.series(self.shape.keys)
        check_series(self.shape, series, self._checks)
        note_repeats(self.shape, series, self._checks, self._slips)
        return cut_horizon(self.shape, rows, self._joins)

    def _join(self, rows: Rows, number: int) -> Rows:
        shape, tallies = self.shape, self._joins
        if self._covariates is not None:
            rows = self._covariates.join(rows, number)
        if len(rows) and shape.covariates:
            check_future(shape, rows, tallies)
        if self._metadata is not None:
            rows = join_attributes(shape, rows, self._metadata, tallies, number=number)
        self._values.add(rows)
        return rows

    def _count_history(self, rows: Rows) -> int:
        return int(self.shape.is_history(rows).sum())

    def _drop_short(self, rows: Rows) -> Rows:
        if not len(rows) or not self.shape.drop_short:
            return rows
        series = rows.series(self.shape.keys)
        return drop_short_series(series, self.shape.target, self._dropped)


def write_input(
    shape: Shape,
    hook: Hook,
    parts: Parts,
    findings: Findings,
    *,
    folder: Path,
    limits: PartLimits,
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
    writer = HookedWriter(caller, folder, findings, shape.named_blanks)
    writer.write_parts(parts)
    return writer.merge(limits)


class HookedWriter:
    """Sends each part through the hook, and its result to the block writer."""

    def __init__(
        self,
        caller: HookCaller,
        folder: Path,
        findings: Findings,
        named_blanks: frozenset[str],
    ) -> None:
        self._caller, self._folder, self._findings = caller, folder, findings
        self._named_blanks = named_blanks
        self._writer: BlockWriter | None = None
        self._features: dict[str, Any] = {}

    def write_parts(self, parts: Parts) -> None:
        """Write all parts; after the hook's first failure there is no second.

        Raises
        ------
        FileRejected
            When the hook fails, or its result cannot be forecast.
        """
        for number in range(parts.count):
            rows = name_blanks(parts.load(number), self._named_blanks)
            if len(rows):
                if self._writer is None:
                    self._caller.try_parting(rows, self._findings)
                self._write(self._caller.call(rows, self._findings))

    def _write(self, rows: Rows) -> None:
        """Write a part, whose columns must be those of the parts before."""
        if not len(rows):
            return
        layout = self._caller.layout
        others = list_others(rows, layout)
        features = {name: rows[name].dtype for name in others}
        if self._writer is None:
            self._features = features
            layout = replace(layout, others=others)
            self._writer = BlockWriter(self._folder / "blocks", layout)
        if features != self._features:
            problem = "returned other columns, or types, for another part"
            raise self._findings.reject("hook-result", problem=problem)
        self._writer.write_part(rows, self._caller.last)

    def merge(self, limits: PartLimits) -> InputFiles:
        """Merge the parts; refuse an upload of which nothing is left.

        Raises
        ------
        FileRejected
            When nothing is left, or the hook gave two series one key.
        """
        if self._writer is None:
            raise self._findings.reject("nothing-left")
        train, transform = self._folder / "train.csv", self._folder / "transform"
        files = self._writer.merge(train, transform, limits, self._findings)
        if not files.series:
            raise self._findings.reject("nothing-left")
        return files
