"""Mutates good uploads once each, and counts what the preparation made of them.

    python -m benchmarks.mutations [--count N] [--seed S] [--kind K ...] [--pairs]
        [--show J ...] [--refusals N]

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.mutations import files, habits, ids, moments, numbers, rows, text
from benchmarks.mutations.clues import find_clues
from benchmarks.mutations.draft import Draft
from benchmarks.mutations.good import make_good
from benchmarks.mutations.judge import (
    HINTED,
    JUDGEMENTS,
    RIGHT,
    SILENT,
    TOLD,
    Made,
    is_right,
    judge,
    prepare,
)
from benchmarks.mutations.kinds import KINDS, Kind
from benchmarks.mutations.meaning import tell_meaning
from benchmarks.mutations.refusals import Refusal, draw_refusals, print_refusal

MODULES = (numbers, moments, ids, rows, habits, text, files)  # each registers its kinds
KINDS_PER_UPLOAD = 8
# These write a text of their own, in which later changes of cells are not seen.
REWRITING = (
    *("column-for-each-date", "column-for-each-step", "column-for-each-item"),
    "table-turned-by-a-quarter",
)
SHOWN = 3
COUNT = 5_000
# Accepted with other values, and no finding says what is wrong.
FAILURES = (HINTED, SILENT)


@dataclass(frozen=True)
class Trial:
    """A mutation, or two of them, and what became of it."""

    seed: int
    kinds: tuple[str, ...]
    judgement: str
    story: str


def run(
    count: int, seed: int, only: Sequence[str] = (), *, pairs: bool = False
) -> Iterator[Trial]:
    """Mutate so many times, from a seed on; only by some kinds if they are named."""
    names = itertools.cycle(KINDS)
    done = 0
    for number in itertools.count(seed):
        good = make_good(number)
        before = prepare(good)
        if not is_right(before, good):
            yield Trial(number, ("none",), SILENT, _tell(good, good, before))
        chosen = [list(only)] if only else _choose(names, number, pairs=pairs)
        for some in chosen:
            trial = mutate(good, before, [KINDS[name] for name in some], number)
            if trial is None:
                continue
            yield trial
            done += 1
            if done == count:
                return


def _choose(names: Iterator[str], seed: int, *, pairs: bool) -> list[list[str]]:
    """Choose the next kinds in turn, each with another at random if two are asked."""
    firsts = list(itertools.islice(names, KINDS_PER_UPLOAD))
    if not pairs:
        return [[name] for name in firsts]
    random = Random(f"{seed}/pairs")
    return [sorted([name, _draw_other(name, random)], key=_rank) for name in firsts]


def _draw_other(name: str, random: Random) -> str:
    """Draw a kind of another sort."""
    sort = KINDS[name].mutate.__module__
    return random.choice([k for k in KINDS if KINDS[k].mutate.__module__ != sort])


def _rank(name: str) -> int:
    """Put what changes cells before what changes the text that is made of them."""
    return MODULES.index(sys.modules[KINDS[name].mutate.__module__]) + 10 * (
        name in REWRITING
    )


def mutate(good: Draft, before: Made, kinds: Sequence[Kind], seed: int) -> Trial | None:
    """Mutate an upload; None when a kind has nothing to change in it."""
    draft = copy.deepcopy(good)
    if not all(_apply(kind, draft, seed) for kind in kinds):
        return None
    made = prepare(draft)
    found = _judge(good, before, draft, made, kinds=kinds)
    if len(kinds) > 1 and found == TOLD and made.outcome is not None:
        # What is wrong by one of them must not hide behind what is said of another.
        alone = [mutate(good, before, [kind], seed) for kind in kinds]
        wrong = [
            k
            for k, one in zip(kinds, alone, strict=True)
            if one and one.judgement != RIGHT
        ]
        told = [_judge(good, before, draft, made, kinds=[kind]) for kind in wrong]
        found = next((one for one in told if one != TOLD), TOLD)
    names = tuple(kind.name for kind in kinds)
    return Trial(seed, names, found, _tell(good, draft, made))


def refuse(seed: int) -> Iterator[Refusal]:
    """Mutate by each kind in turn, and give the uploads that are refused."""
    names = list(KINDS)
    for number, name in enumerate(names, seed):
        draft = make_good(number)
        if _apply(KINDS[name], draft, number):
            made = prepare(draft)
            if made.outcome is None:
                yield Refusal(name, number, draft, made.findings)


def _apply(kind: Kind, draft: Draft, seed: int) -> bool:
    """Mutate a draft; an earlier mutation may have left nothing that could be."""
    try:
        changed = kind.mutate(draft, Random(f"{seed}/{kind.name}"))
        for role in draft.sheets:
            draft.write_text(role)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False
    draft.written.clear()
    return changed


def _judge(
    good: Draft, before: Made, draft: Draft, made: Made, *, kinds: Sequence[Kind]
) -> str:
    meanings = [tell_meaning(good)]
    if not any(kind.loses for kind in kinds):
        meanings.append(tell_meaning(draft))
    codes = frozenset().union(*(kind.codes for kind in kinds))
    clues = find_clues(good, draft)
    return judge(made, before=before, meanings=meanings, codes=codes, clues=clues)


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
    kinds = " ".join(trial.kinds)
    head = f"{trial.judgement}: --seed {trial.seed} --kind {kinds}"
    print(f"{head}\n{trial.story}\n", flush=True)


def tabulate(trials: list[Trial]) -> None:
    """Print how often each kind was judged how."""
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        for name in trial.kinds:
            by_kind[name][trial.judgement] += 1
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
    parser.add_argument(
        "--kind", choices=sorted(KINDS), nargs="+", default=[], metavar="KIND"
    )
    parser.add_argument("--pairs", action="store_true", help="mutate twice each")
    parser.add_argument("--show", nargs="*", choices=JUDGEMENTS, default=FAILURES)
    parser.add_argument("--refusals", type=int, help="print so many refusals instead")
    options = parser.parse_args()
    if options.refusals:
        drawn = draw_refusals(refuse(options.seed), options.refusals, options.seed)
        for number, refusal in enumerate(drawn, 1):
            print_refusal(number, refusal)
        return 0
    started = time.process_time()
    count = options.count or (1 if options.kind else COUNT)
    shown: Counter[Any] = Counter()
    trials = []
    for trial in run(count, options.seed, options.kind, pairs=options.pairs):
        trials.append(trial)
        key = trial.kinds[0], trial.judgement
        shown[key] += 1
        wanted = trial.judgement in options.show or options.kind
        if wanted and shown[key] <= SHOWN:
            show(trial)
    tabulate(trials)
    seconds = time.process_time() - started
    print(f"\n{len(trials)} mutations of {len(KINDS)} kinds, {seconds:.0f} CPU seconds")
    return int(any(trial.judgement in FAILURES for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
