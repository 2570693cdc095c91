"""What is believed of a file, and why: every witness, and what happens when they disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.pixels.metadata.found import FoundRecipe, one_line
from gesso.core.pixels.metadata.provenance.belief import (
    Certainty,
    Evidence,
    Kept,
    believed_type,
    weigh,
)
from gesso.core.pixels.metadata.provenance.signer import Seal, SealState
from gesso.core.records.recipes import Recipe

RULES, TRAINED, CAMERA = "algorithmicMedia", "trainedAlgorithmicMedia", "digitalCapture"
XMP = FoundRecipe("xmp", source_type=RULES, software="gesso 0.1.0")


def seal(state: SealState, source_type: str = RULES) -> Seal:
    problems = ("assertion.dataHash.mismatch",) if state == "broken" else ()
    return Seal(state, "a studio", "an issuer", source_type=source_type, problems=problems)


def ours(recipe: Recipe) -> FoundRecipe:
    return FoundRecipe("gesso", recipe.prompt.text, seed=1, model="procedural 1", recipe=recipe)


@pytest.mark.parametrize(
    ("evidence", "certainty", "believed"),
    [
        (Evidence(), "unknown", ""),
        (Evidence(xmp=XMP), "claimed", RULES),
        (Evidence(seal=seal("valid")), "sealed", RULES),
        (Evidence(seal=seal("trusted")), "vouched", RULES),
        (Evidence(seal=seal("broken")), "doubtful", ""),
        (Evidence(kept=Kept("work 1", RULES, is_made=True)), "kept", RULES),
        (Evidence(kept=Kept("work 1", RULES, is_made=False)), "unknown", ""),
        (Evidence(unread="nobody can."), "unknown", ""),
    ],
)
def test_each_witness_has_its_weight(
    evidence: Evidence, certainty: Certainty, believed: str
) -> None:
    belief = weigh(evidence)

    assert (belief.certainty, belief.source_type) == (certainty, believed)
    assert belief.line.endswith(".")


@pytest.mark.parametrize("program", ["a1111", "comfyui", "invokeai", "swarmui", "fooocus"])
def test_a_program_that_only_knows_trained_models_says_so_by_its_recipe(program: str) -> None:
    evidence = Evidence(found=FoundRecipe(program, "a fox", seed=7))

    assert (weigh(evidence).certainty, believed_type(evidence)) == ("claimed", TRAINED)
    assert any("'a fox'" in reason.line for reason in weigh(evidence).reasons)


def test_the_recipe_speaks_for_pixels_that_it_was_written_for(recipe: Recipe) -> None:
    belief = weigh(Evidence(found=ours(recipe), pixels=recipe.pixels))

    assert belief.certainty == "claimed"
    assert any("exactly these pixels" in reason.line for reason in belief.reasons)


def test_a_recipe_for_other_pixels_speaks_against_the_file(recipe: Recipe) -> None:
    belief = weigh(Evidence(found=ours(recipe), pixels="0" * 64))

    assert belief.certainty == "doubtful"
    assert [r.weight for r in belief.reasons if "other pixels" in r.line] == ["against"]


def test_in_a_file_that_keeps_no_pixel_exactly_that_cannot_be_told(recipe: Recipe) -> None:
    belief = weigh(Evidence(found=ours(recipe), pixels="0" * 64, is_exact=False))

    assert belief.certainty == "claimed"
    assert any("cannot be told" in reason.line for reason in belief.reasons)


def test_two_places_that_disagree_are_both_named() -> None:
    belief = weigh(Evidence(xmp=XMP, seal=seal("valid", CAMERA)))

    (line,) = [reason.line for reason in belief.reasons if reason.weight == "against"]
    assert belief.certainty == "doubtful"
    assert line == f"They disagree: the seal says {CAMERA}, XMP says {RULES}."


def test_a_stranger_who_seals_a_generated_picture_as_a_photograph_is_not_believed() -> None:
    evidence = Evidence(found=FoundRecipe("a1111", "a fox"), seal=seal("valid", CAMERA))

    assert weigh(evidence).certainty == "doubtful"


def test_the_studio_knows_better_than_a_file_that_was_rewritten() -> None:
    lying = replace(XMP, source_type=CAMERA)
    belief = weigh(Evidence(xmp=lying, kept=Kept("work 3, 'Tide'", RULES, is_made=True)))

    assert (belief.certainty, belief.source_type) == ("kept", RULES)
    assert any(reason.weight == "against" for reason in belief.reasons)


def test_a_broken_seal_makes_the_rest_doubtful_and_names_what_failed(recipe: Recipe) -> None:
    belief = weigh(Evidence(found=ours(recipe), pixels=recipe.pixels, seal=seal("broken")))

    assert belief.certainty == "doubtful"
    assert "assertion.dataHash.mismatch" in belief.reasons[0].line


def test_an_unknown_signer_is_never_called_trustworthy() -> None:
    belief = weigh(Evidence(seal=seal("valid")))

    assert "nobody here knows who that is" in belief.line
    assert any("anybody can make one" in reason.line for reason in belief.reasons)


def test_a_chain_of_rounds_is_told(recipe: Recipe) -> None:
    chain = replace(seal("valid"), parents=("Tide", ""))

    assert any(
        reason.line == "It goes on from 2 earlier pictures in a row, sealed with it: 'Tide'."
        for reason in weigh(Evidence(seal=chain)).reasons
    )


def test_silence_proves_nothing_and_that_is_said() -> None:
    belief = weigh(Evidence())

    assert belief.line == "Nothing in this file says how the picture was made."
    assert belief.reasons[0].line.startswith("That proves nothing")


def test_a_strangers_words_cannot_paint_the_terminal() -> None:
    nasty = "\x1b[2J\x07 red\nline\u202e" + "x" * 500
    evidence = Evidence(
        found=FoundRecipe("a1111", nasty, model=nasty),
        xmp=FoundRecipe("xmp", source_type=nasty, software=nasty),
    )
    belief = weigh(evidence)

    for line in (belief.line, *(reason.line for reason in belief.reasons)):
        assert line.isprintable()
        assert len(line) < 700


@pytest.mark.parametrize(
    ("text", "line"), [("a\n\tb", "a b"), ("", ""), ("\0\0", ""), ("abcdef", "abc…")]
)
def test_a_text_becomes_one_line(text: str, line: str) -> None:
    assert one_line(text, 4) == line
