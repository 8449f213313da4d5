"""Judges what the preparation made of a mutated upload."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutations.clues import Clues
from benchmarks.mutations.draft import Draft
from benchmarks.mutations.meaning import Outcome, read_outcome, tell_meaning
from glue.findings.finding import Example, Finding
from glue.preparation import prepare_upload

RIGHT, TOLD, HINTED = "right", "told", "hinted"
ASTRAY, SILENT = "astray", "silent"
JUDGEMENTS = (RIGHT, TOLD, HINTED, ASTRAY, SILENT)
# What only follows from something else: a person who reads it finds the cause, perhaps.
CONSEQUENCES = frozenset(
    [
        *("series-gaps", "series-ends-early", "series-short", "series-empty"),
        *("series-zero", "series-constant", "target-blank", "covariate-blank"),
        *("time-hole", "steps-irregular", "off-boundary", "finer-than-frequency"),
        *("rts-history-missing", "rts-rows-unmatched", "rts-series-unknown"),
        *("metadata-missing", "metadata-unknown"),
    ]
)
# All that a finding says.
Sign = tuple[str, str, tuple[Example, ...]]
EVERYWHERE = Clues(everywhere=True)
_MEMORY = Path("/dev/shm")  # hundreds of small files a second are quicker there


@dataclass(frozen=True)
class Made:
    """What the preparation made: its findings, and the input when it accepted."""

    findings: tuple[Finding, ...]
    outcome: Outcome | None

    @property
    def signs(self) -> set[Sign]:
        """The findings, told apart by all that they say."""
        return set(map(sign, self.findings))


def sign(finding: Finding) -> Sign:
    """Give all that a finding says."""
    return finding.code, finding.what, finding.examples


def prepare(draft: Draft) -> Made:
    """Run the preparation on an upload."""
    place = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        (folder / "upload").write_bytes(draft.write())
        (folder / "work").mkdir()
        made = prepare_upload(folder / "upload", draft.key, folder / "work")
        outcome = None
        if made.accepted and made.files and made.job:
            transform = [path.read_text() for path in made.files.transform]
            train = made.files.train.read_text()
            outcome = read_outcome(made.job, train, "".join(transform), draft)
        return Made(tuple(made.findings), outcome)


def judge(
    made: Made,
    *,
    before: Made,
    meanings: list[Outcome],
    codes: frozenset[str],
    clues: Clues = EVERYWHERE,
) -> str:
    """Judge an upload that was mutated.

    Parameters
    ----------
    made
        What became of it.
    before
        What became of it without the mutation.
    meanings
        The forecast inputs that are right.
    codes
        The findings that name the mutation; new ones count, and no others.
    clues
        Where it is to be seen: a finding that shows none of these places names
        something else.

    Returns
    -------
    str
        "right"; "told"; "hinted", when it is accepted with other values and no more
        is told than a consequence, a repair or another place; "astray", when it is
        refused and no finding names the mutation; "silent", when it is accepted with
        other values and without a word, or with another column as item, time or
        target.
    """
    if made.outcome is not None and made.outcome in meanings:
        return RIGHT
    fresh = [f for f in made.findings if sign(f) not in before.signs]
    naming = [f for f in fresh if f.code in codes and clues.are_in(f)]
    if made.outcome is None:
        return TOLD if naming else ASTRAY
    if all(made.outcome.roles != one.roles for one in meanings):
        return SILENT
    if any(found.level != "fixed" for found in naming):
        return TOLD
    hints = {found.code for found in fresh} & (CONSEQUENCES | codes)
    return HINTED if hints else SILENT


def is_right(made: Made, draft: Draft) -> bool:
    """Tell whether an upload became just what it means."""
    return made.outcome == tell_meaning(draft)
