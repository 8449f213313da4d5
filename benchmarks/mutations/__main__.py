"""Mutates good uploads once each, and counts what the preparation made of them.

    python -m benchmarks.mutations [--count N] [--seed S] [--kind K] [--show J ...]

Every upload is drawn by its seed, and so is its mutation: a silent one is seen again
with ``--seed`` and ``--kind``. Of the judgements that are to be shown, silent ones by
default, the first of each kind are printed. The exit code is 1 if any was silent.
"""

import argparse
import copy
import difflib
import itertools
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.mutations import files, ids, moments, numbers, rows, text
from benchmarks.mutations.draft import Draft
from benchmarks.mutations.good import make_good
from benchmarks.mutations.judge import (
    JUDGEMENTS,
    SILENT,
    Made,
    is_right,
    judge,
    prepare,
)
from benchmarks.mutations.kinds import KINDS, Kind
from benchmarks.mutations.meaning import tell_meaning

MODULES = (numbers, moments, ids, rows, text, files)  # each registers its kinds
KINDS_PER_UPLOAD = 8
SHOWN = 3
COUNT = 5_000


@dataclass(frozen=True)
class Trial:
    """One mutation, and what became of it."""

    seed: int
    kind: str
    judgement: str
    story: str


def run(count: int, seed: int, only: str | None = None) -> Iterator[Trial]:
    """Mutate so many times, from a seed on; only by one kind if it is named."""
    names = itertools.cycle([only] if only else KINDS)
    done = 0
    for number in itertools.count(seed):
        good = make_good(number)
        before = prepare(good)
        if not is_right(before, good):
            yield Trial(number, "none", SILENT, _tell(good, good, before))
        tried = 1 if only else KINDS_PER_UPLOAD
        for name in itertools.islice(names, tried):
            trial = mutate(good, before, KINDS[name], number)
            if trial is None:
                continue
            yield trial
            done += 1
            if done == count:
                return


def mutate(good: Draft, before: Made, kind: Kind, seed: int) -> Trial | None:
    """Mutate an upload once; None when the kind has nothing to change in it."""
    draft = copy.deepcopy(good)
    if not kind.mutate(draft, Random(f"{seed}/{kind.name}")):
        return None
    draft.written.clear()
    meanings = [tell_meaning(good), tell_meaning(draft)]
    made = prepare(draft)
    found = judge(made, before=before, meanings=meanings, codes=kind.codes)
    return Trial(seed, kind.name, found, _tell(good, draft, made))


def _tell(good: Draft, draft: Draft, made: Made) -> str:
    """Show what was changed, what was found, and where the values differ."""
    lines = []
    for role in draft.sheets:
        before = good.write_text(role).splitlines()
        after = draft.write_text(role).splitlines()
        diff = difflib.unified_diff(before, after, lineterm="", n=0)
        changes = [line for line in diff if not line.startswith(("@@", "---", "+++"))]
        lines += [f"{role}: {line[:110]}" for line in changes[:3] + changes[-3:]]
    found = ", ".join(sorted({one.code for one in made.findings})) or "nothing"
    lines.append(f"found: {found}")
    if made.outcome is not None:
        lines += _compare(tell_meaning(draft), made.outcome)
    return "\n".join(lines)


def _compare(meant: Any, got: Any) -> list[str]:
    lines = []
    if meant.roles != got.roles:
        lines.append(f"taken for {', '.join(meant.roles)}: {', '.join(got.roles)}")
    if (meant.frequency, meant.horizon) != (got.frequency, got.horizon):
        lines.append(f"meant {meant.frequency}, {meant.horizon} steps")
        lines.append(f"got   {got.frequency}, {got.horizon} steps")
    for word, some in (
        ("meant", meant.transform - got.transform),
        ("got  ", got.transform - meant.transform),
    ):
        lines += [f"{word} {_show(row)}" for row in list(some)[:2]]
    return lines


def _show(row: Any) -> str:
    return " ".join(str(value) for value in row)


def show(trial: Trial) -> None:
    """Print one mutation and what became of it."""
    head = f"{trial.judgement}: --seed {trial.seed} --kind {trial.kind}"
    print(f"{head}\n{trial.story}\n", flush=True)


def tabulate(trials: list[Trial]) -> None:
    """Print how often each kind was judged how."""
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        by_kind[trial.kind][trial.judgement] += 1
    by_kind["all"] = Counter(trial.judgement for trial in trials)
    print("| kind | " + " | ".join(JUDGEMENTS) + " |")
    print("|---|" + "---:|" * len(JUDGEMENTS))
    for name in sorted(by_kind, key=lambda name: (name == "all", name)):
        counts = (str(by_kind[name][one] or "") for one in JUDGEMENTS)
        print(f"| {name} | " + " | ".join(counts) + " |")


def main() -> int:
    """Run the bench; give 1 if any mutation was silent."""
    parser = argparse.ArgumentParser(prog="benchmarks.mutations", description=__doc__)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--show", nargs="*", choices=JUDGEMENTS, default=[SILENT])
    options = parser.parse_args()
    started = time.process_time()
    count = options.count or (1 if options.kind else COUNT)
    shown: Counter[Any] = Counter()
    trials = []
    for trial in run(count, options.seed, options.kind):
        trials.append(trial)
        shown[trial.kind, trial.judgement] += 1
        wanted = trial.judgement in options.show or options.kind
        if wanted and shown[trial.kind, trial.judgement] <= SHOWN:
            show(trial)
    tabulate(trials)
    seconds = time.process_time() - started
    print(f"\n{len(trials)} mutations of {len(KINDS)} kinds, {seconds:.0f} CPU seconds")
    return int(any(trial.judgement == SILENT for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
