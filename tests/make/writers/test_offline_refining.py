"""A prompt is refined from what was found in its pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept
from gesso.make import aims
from gesso.make.writers.writer import Attempt

NOBODY = Errand()


@pytest.fixture
def prompt(writer):
    concept = Concept("Lunar Viaduct", "night trains", "", "", Maker("test"))
    return writer.write_prompt(concept, 0, NOBODY)


def evaluated(prompt, checks=(), **off):
    """A picture of `prompt` that meets every aim but those in `off`, which it measures so."""
    targets = aims.as_targets(prompt.aims)
    values = targets | off
    measures = tuple(
        Measure(name, value, targets.get(name), aims.SCALES[name].error(value, targets[name]))
        for name, value in values.items()
    )
    error = sum(measure.error or 0.0 for measure in measures) / len(measures)
    held = sum(check.outcome != "no" for check in checks) / len(checks) if checks else 1.0
    verdict = Evaluation(tuple(checks), measures, error, held * (1 - error), "", Maker("test"))
    return Attempt(prompt, verdict)


def missing(thing):
    return Check(f"Does it show a {thing}?", "no", f"No {thing}.")


def test_only_the_text_and_its_reasoning_change(writer, prompt):
    refined = writer.refine([evaluated(prompt, key=60.0)], NOBODY)

    assert refined.text != prompt.text
    assert replace(refined, text=prompt.text, reasoning=prompt.reasoning) == prompt


def test_only_the_missed_clause_changes(writer, prompt):
    refined = writer.refine([evaluated(prompt, key=40.0)], NOBODY)

    before, after = aims.read_clauses(prompt.text), aims.read_clauses(refined.text)
    assert after["key"] < before["key"]
    assert {**after, "key": 0} == {**before, "key": 0}
    assert aims.strip_clauses(refined.text) == aims.strip_clauses(prompt.text)


def test_the_reasoning_says_what_changed_and_why_in_numbers(writer, prompt):
    targets = aims.as_targets(prompt.aims)
    refined = writer.refine([evaluated(prompt, key=40.0)], NOBODY)

    asked = aims.read_clauses(refined.text)["key"]
    said = f"Key measured 40 for {targets['key']:.0f}, so the text asks for {asked:.0f}."
    assert refined.reasoning == said


def test_many_misses_are_told_in_a_few_words(writer, prompt):
    off = {"key": 50.0, "contrast": 20.0, "chroma": 0.12, "symmetry": 0.9, "density": 0.5}
    refined = writer.refine([evaluated(prompt, **off)], NOBODY)

    assert refined.reasoning.count("measured") == 3
    assert refined.reasoning.endswith("; 2 smaller misses are met likewise.")


def test_a_picture_that_meets_everything_leaves_the_prompt_as_it_is(writer, prompt):
    assert writer.refine([evaluated(prompt)], NOBODY) is prompt


def test_it_goes_on_from_the_best_attempt_not_from_the_last(writer, prompt):
    worse = replace(prompt, text=aims.with_clauses(prompt.text, {"key": 70.0}))
    attempts = [evaluated(prompt, key=30.0), evaluated(worse, key=75.0)]
    refined = writer.refine(attempts, NOBODY)

    assert aims.read_clauses(refined.text)["key"] < aims.read_clauses(prompt.text)["key"]


def test_a_text_that_was_painted_is_not_written_again(writer, prompt):
    attempts = [evaluated(prompt, key=40.0)]
    for _ in range(6):
        refined = writer.refine(attempts, NOBODY)
        if refined is attempts[0].prompt:
            break
        assert refined.text not in {attempt.prompt.text for attempt in attempts}
        attempts.append(evaluated(refined, key=41.0))

    assert len(attempts) >= 2


def test_a_missing_subject_moves_to_the_front_once(writer, prompt):
    once = writer.refine([evaluated(prompt, [missing("train")])], NOBODY)
    assert once.text == f"Show plainly: a train. {prompt.text}"
    assert "Not to be seen so far: a train" in once.reasoning

    attempts = [evaluated(prompt, [missing("train")]), evaluated(once, [missing("train")])]
    assert writer.refine(attempts, NOBODY).text in {prompt.text, once.text}


def test_a_second_missing_subject_joins_the_first_at_the_front(writer, prompt):
    once = writer.refine([evaluated(prompt, [missing("train")])], NOBODY)
    both = writer.refine([evaluated(once, [missing("viaduct"), missing("train")])], NOBODY)

    assert both.text == f"Show plainly: a viaduct and a train. {prompt.text}"


def test_a_failed_question_about_no_subject_is_left_to_the_measures(writer, prompt):
    check = Check("Does it feel hushed and watchful?", "no", "It feels loud.")

    assert writer.refine([evaluated(prompt, [check])], NOBODY) is prompt


def test_an_unsure_critic_changes_nothing(writer, prompt):
    check = Check("Does it show a train?", "unknown", "Nobody vouches for it.")

    assert writer.refine([evaluated(prompt, [check])], NOBODY) is prompt


def test_a_prompt_whose_aims_stand_only_in_its_rows_is_given_clauses(writer, prompt):
    bare = replace(prompt, text="Lunar Viaduct: a viaduct by night.")
    refined = writer.refine([evaluated(bare, contrast=90.0)], NOBODY)

    assert refined.text.startswith("Lunar Viaduct: a viaduct by night. Contrast: ")


def test_a_text_by_hand_stays_at_the_head(writer):
    prompt = writer.expand("A boat in a misty night", "", "", NOBODY)
    refined = writer.refine([evaluated(prompt, key=50.0)], NOBODY)

    assert refined.text.startswith("A boat in a misty night ")
    assert aims.read_clauses(refined.text)["key"] < 24


def test_without_attempts_there_is_nothing_to_refine(writer):
    with pytest.raises(ValueError, match="no attempt"):
        writer.refine([], NOBODY)
