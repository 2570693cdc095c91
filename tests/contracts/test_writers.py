"""What every writer owes the run (make/writers/writer.py), asked of each writer alike.

Those that ask an llm are asked through the stub that speaks its wire. A writer that is not ours
is asked the same by its entry point's name:
`GESSO_CONTRACT_WRITERS=theirs pytest tests/contracts/test_writers.py`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gesso.core.outside.desk import Desk
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt, Theme
from gesso.make.writers.llm import LlmWriter
from gesso.make.writers.writer import WRITERS, Attempt, Writer

from ..make.llm_asked import asked
from ..make.writers.llm_answers import expanded, ideas, refined, written
from .llm_rows import ROWS, open_place

FOREIGN = [name for name in os.environ.get("GESSO_CONTRACT_WRITERS", "").split(",") if name]
NAMES = FOREIGN or list(WRITERS.names())
ERRAND = Errand("run-1", "item-1")
THEME = Theme("Nocturne & Mechanism")
TEXT = "A red fox in the snow, seen from afar. Key: low (30)."


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """What a good model says, by the material that it is given."""
    material = asked(body).material
    if "taken" in material:
        fresh = ("Velvet Foundry", "Winter Viaduct") if material["taken"] else ("Tidal Gate",)
        return ideas(*fresh)
    if "intent" in material:
        return refined(text=f"{material['intent']['concept']} A red fox, nearer by far.")
    if "concept" in material:
        return written(text=f"A {material['concept']} in a dark hall.")
    question = {"question": "Does it show a fox?", "thing": "fox", "asked_by": "fox"}
    return expanded(questions=[question])


@pytest.fixture(params=[*NAMES, *(f"llm:{name}" for name in ROWS)])
def writer(request: pytest.FixtureRequest) -> Iterator[Writer]:
    kind, _, llm = str(request.param).partition(":")
    if not llm:
        factory = WRITERS.open(kind)
        yield factory(factory.Options(), Desk.offline())
        return
    with open_place(llm) as place:
        place.stub.answer = answer
        yield LlmWriter(place.llm())


def attempts_on(prompt: Prompt) -> list[Attempt]:
    """Two attempts, both too light and without the fox; the first is the better."""
    return [
        Attempt(
            prompt,
            Evaluation(
                checks=(Check("Does it show a fox?", "no", "Only snow."),),
                measures=(Measure("key", value, 30.0, 0.6),),
                error=0.6,
                score=score,
                verdict="Too light, and no fox.",
                maker=Maker("measured", "1", offline=True),
            ),
        )
        for value, score in ((52.0, 0.3), (60.0, 0.2))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_writer_is_called_what_its_row_says_and_its_options_are_frozen(name: str) -> None:
    factory: Any = WRITERS.open(name)

    assert factory(factory.Options(), Desk.offline()).name == name
    assert factory.Options.__dataclass_params__.frozen
    assert factory.Options() == factory.Options()


def test_a_writer_says_where_its_time_goes(writer: Writer) -> None:
    assert writer.place in {"cpu", "outside"}


def test_a_concept_is_two_words_of_its_theme_with_reasons(writer: Writer) -> None:
    concept = writer.find_concept(THEME, lambda _words: False, 7, ERRAND)

    assert len(concept.words.split()) == 2
    assert concept.words == concept.words.title()
    assert concept.theme == THEME.words
    assert concept.turn
    assert concept.reasoning
    assert concept.maker.name == writer.name


def test_a_taken_concept_is_not_given(writer: Writer) -> None:
    first = writer.find_concept(THEME, lambda _words: False, 7, ERRAND).words
    other = writer.find_concept(THEME, lambda words: words == first, 7, ERRAND).words

    assert other != first


def test_the_prompt_of_a_concept_names_its_two_words(writer: Writer) -> None:
    concept = writer.find_concept(THEME, lambda _words: False, 7, ERRAND)
    prompt = writer.write_prompt(concept, 7, ERRAND)

    assert all(word.casefold() in prompt.text.casefold() for word in concept.words.split())
    assert prompt.concept == concept.words
    assert prompt.title
    assert prompt.questions
    assert prompt.maker.name == writer.name


def test_a_text_by_hand_stands_to_the_letter_at_the_head(writer: Writer) -> None:
    prompt = writer.expand(TEXT, "My Fox", "people", ERRAND)

    assert prompt.text.startswith(TEXT)
    assert prompt.title == "My Fox"
    assert "people" in prompt.avoid
    assert any("fox" in question.words.casefold() for question in prompt.questions)


def test_only_what_the_text_asks_for_becomes_an_aim(writer: Writer) -> None:
    asking, silent = "A fox in the snow. Key: low (30).", "A fox in the snow."
    found = [writer.expand(text, "", "", ERRAND).aims for text in (asking, silent)]

    assert [(aim.name, aim.target) for aim in found[0]] == [("key", 30.0)]
    assert found[1] == ()


def test_refining_changes_the_text_and_keeps_the_intent(writer: Writer) -> None:
    prompt = writer.expand(TEXT, "My Fox", "people", ERRAND)
    better = writer.refine(attempts_on(prompt), ERRAND)
    kept = ("title", "concept", "aims", "questions")

    assert better.text.strip()
    assert better.text != prompt.text
    assert [getattr(better, name) for name in kept] == [getattr(prompt, name) for name in kept]


def test_refining_leaves_the_history_as_it_was(writer: Writer) -> None:
    attempts = attempts_on(writer.expand(TEXT, "", "", ERRAND))
    before = [dataclasses.replace(attempt) for attempt in attempts]
    writer.refine(attempts, ERRAND)

    assert attempts == before


def test_the_same_arguments_give_the_same_words_from_many_threads(writer: Writer) -> None:
    def write(_: int) -> tuple[str, str, str]:
        concept = writer.find_concept(THEME, lambda _words: False, 7, ERRAND)
        prompt = writer.write_prompt(concept, 7, ERRAND)
        return concept.words, prompt.text, writer.refine(attempts_on(prompt), ERRAND).text

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(write, range(8)))) == 1
