import copy
import functools
import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest

from benchmarks.mutations.__main__ import KINDS, mutate, run
from benchmarks.mutations.clues import find_clues
from benchmarks.mutations.draft import TARGET, TIME, Cell
from benchmarks.mutations.good import make_good
from benchmarks.mutations.judge import (
    ASTRAY,
    HINTED,
    RIGHT,
    SILENT,
    TOLD,
    Made,
    is_right,
    judge,
    prepare,
)
from benchmarks.mutations.meaning import tell_meaning
from benchmarks.mutations.refusals import Refusal, draw_refusals
from glue.findings.codes import CODES
from glue.findings.finding import Example, Finding

SEED = 4


def make_made(*codes, outcome=None):
    findings = tuple(
        Finding(code, CODES[code].level, "something", "nothing") for code in codes
    )
    return Made(findings, outcome)


@pytest.fixture
def good():
    return make_good(SEED)


@pytest.fixture
def meaning(good):
    return tell_meaning(good)


@pytest.fixture
def other(good):
    changed = copy.deepcopy(good)
    changed.tts.put(0, TARGET, "1", 1.0)
    return tell_meaning(changed)


@pytest.mark.parametrize("seed", range(12))
def test_good_upload_becomes_what_it_means(seed):
    draft = make_good(seed)

    assert is_right(prepare(draft), draft)


def test_good_upload_is_the_same_again(good):
    again = make_good(SEED)

    assert again.write_text("TTS") == good.write_text("TTS")
    assert again.write_text("TTS") != make_good(SEED + 1).write_text("TTS")


def test_meaning_follows_values_not_texts(good, meaning):
    good.tts.put(0, TARGET, "no number at all")
    before = tell_meaning(good)
    good.tts.put(0, TARGET, "1", 1.0)

    assert before == meaning
    assert tell_meaning(good) != meaning


def test_meaning_leaves_out_mere_noise(good, meaning):
    row = copy.deepcopy(good.tts.rows[0])
    row.meant = False
    good.tts.rows.append(row)

    assert tell_meaning(good) == meaning


def test_text_like_number_is_no_number(good):
    at = good.tts.at(TARGET)
    cell = good.tts.rows[0].cells[at]
    good.tts.rows[0].cells[at] = Cell(f"{cell.text} or so", cell.value)

    assert not is_right(prepare(good), good)


def test_same_values_are_right(meaning):
    before = make_made(outcome=meaning)
    made = make_made("csv-delimiter", outcome=meaning)

    assert judge(made, before=before, meanings=[meaning], codes=frozenset()) == RIGHT


def test_naming_finding_is_told(meaning, other):
    before = make_made(outcome=meaning)
    accepted = make_made("ids-alike", outcome=other)
    refused = make_made("duplicate-rows")
    codes = frozenset({"ids-alike", "duplicate-rows"})

    for made in (accepted, refused):
        assert judge(made, before=before, meanings=[meaning], codes=codes) == TOLD


def test_unrelated_finding_tells_nothing(meaning, other):
    before = make_made(outcome=meaning)
    codes = frozenset({"ids-alike"})
    accepted = make_made("csv-delimiter", outcome=other)
    hinted = make_made("series-gaps", outcome=other)
    refused = make_made("csv-row-width")

    judged = [
        judge(made, before=before, meanings=[meaning], codes=codes)
        for made in (accepted, hinted, refused)
    ]

    assert judged == [SILENT, HINTED, ASTRAY]


def test_other_target_is_silent_whatever_is_hinted(meaning, other):
    before = make_made(outcome=meaning)
    outcome = replace(other, roles=("item", "time", "price"))
    made = make_made("series-gaps", outcome=outcome)

    assert judge(made, before=before, meanings=[meaning], codes=frozenset()) == SILENT


def test_finding_that_was_there_before_tells_nothing(meaning, other):
    before = make_made("ids-alike", outcome=meaning)
    made = make_made("ids-alike", outcome=other)
    codes = frozenset({"ids-alike"})

    assert judge(made, before=before, meanings=[meaning], codes=codes) == SILENT


def test_repair_is_not_enough_for_other_values(meaning, other):
    before = make_made(outcome=meaning)
    made = make_made("number-units", outcome=other)
    codes = frozenset({"number-units"})

    assert judge(made, before=before, meanings=[meaning], codes=codes) == HINTED


def test_finding_that_shows_another_place_tells_nothing(good, meaning, other):
    changed = copy.deepcopy(good)
    changed.tts.put(7, TARGET, "12 or so")
    clues = find_clues(good, changed)
    judged = []
    for row in (9, 12):
        finding = Finding("ids-alike", "warning", "", "", 1, (Example("TTS.csv", row),))
        made = Made((finding,), other)
        judged.append(
            judge(
                made,
                before=make_made(outcome=meaning),
                meanings=[meaning],
                codes=frozenset({"ids-alike"}),
                clues=clues,
            )
        )

    assert judged == [TOLD, HINTED]


def test_clues_are_lines_and_words_that_changed(good):
    changed = copy.deepcopy(good)
    changed.tts.put(7, TARGET, "12 or so")

    clues = find_clues(good, changed)

    assert clues.lines["TTS.csv"] == {9}
    assert "12 or so" in clues.words
    assert not clues.everywhere
    assert find_clues(good, good).everywhere


def test_lost_rows_are_not_right_without_a_word():
    kind = KINDS["row-removed"]
    good = next(one for one in map(make_good, range(9)) if len(one.tts.rows) > 99)

    trial = mutate(good, prepare(good), [kind], SEED)

    assert kind.loses
    assert trial is None or trial.judgement == TOLD


def test_pairs_are_of_two_sorts():
    trials = list(run(3, SEED, pairs=True))

    assert all(len(trial.kinds) == 2 for trial in trials)
    assert all(
        len({KINDS[name].mutate.__module__ for name in trial.kinds}) == 2
        for trial in trials
    )


def test_refusals_are_drawn_one_a_kind(good):
    refused = [Refusal(name, 1, good, ()) for name in ("a", "b", "b", "c")]

    drawn = list(draw_refusals(refused, 2, SEED))

    assert drawn == list(draw_refusals(refused, 2, SEED))
    assert len({one.kind for one in drawn}) == 2


def test_kinds_are_many_and_name_known_codes():
    named = set().union(*(kind.codes for kind in KINDS.values()))

    assert len(KINDS) >= 60
    assert named <= CODES.keys()


@functools.cache
def find_good(seed):
    """Draw a good upload once, and write it."""
    return make_good(seed), make_good(seed).write()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_kind_changes_some_upload(kind):
    for seed in range(200):
        draft, before = find_good(seed)
        draft = copy.deepcopy(draft)
        if kind.mutate(draft, Random(seed)):
            draft.written.clear()
            assert tell_meaning(draft).frequency == draft.frequency
            assert draft.write() != before
            return
    pytest.fail("no upload has anything to change")


def test_mutation_is_the_same_again(good):
    before = prepare(good)
    kind = KINDS["row-doubled"]

    first, second = (mutate(good, before, [kind], SEED) for _ in range(2))

    assert first == second
    assert first.judgement == TOLD


def test_run_makes_as_many_as_asked():
    trials = list(run(5, SEED))

    assert len(trials) == 5
    assert all(KINDS.keys() >= set(trial.kinds) for trial in trials)


def test_shift_of_moments_is_seen(good, meaning):
    cell = good.tts.cells(TIME)[0]
    good.tts.put(0, TIME, cell.text, cell.value.replace(year=1999))

    assert tell_meaning(good) != meaning


def test_command_prints_a_table():
    command = [sys.executable, "-m", "benchmarks.mutations"]
    done = subprocess.run(
        [*command, "--seed", "4", "--kind", "row-doubled"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0
    assert "| row-doubled |  | 1 |" in done.stdout
