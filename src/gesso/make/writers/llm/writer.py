"""The writer that asks an llm: its four deeds, each one question and one shape of answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from gesso.core.errors import BadOutput, InputError, Refused
from gesso.core.llms.llm import Llm, Question
from gesso.core.llms.plain import material
from gesso.core.outside.models.prices import Quote
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Theme
from gesso.make.writers.llm.prompts import expanded_prompt, refined_prompt, written_prompt
from gesso.make.writers.llm.shapes import Expanded, Ideas, Refined, Written
from gesso.make.writers.llm.telling import history_of, intent_of, told
from gesso.make.writers.writer import Attempt

log = logging.getLogger(__name__)

Shape = TypeVar("Shape")

MOST_REPEATS = 3
"""How often a model is asked again that finds only concepts that are taken."""

_SHOWN = 6
"""Taken concepts that an error names."""


class LlmWriter:
    """Writes by asking a model; what the model answers becomes our records, or is refused.

    Our instructions hold no word of a stranger: theme, captions, verdicts and earlier answers go
    as material only, and what comes back is held to its shape.

    Args:
        llm: who is asked; each of its requests goes over its own desk.
    """

    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, llm: Llm) -> None:
        self._llm = llm
        self._maker = Maker(llm.name, llm.model)

    @property
    def name(self) -> str:
        """As the registry calls the llm that it asks."""
        return self._llm.name

    def quotes(self, letters: int) -> tuple[Quote, ...]:
        """What a question may cost at most whose material has so many letters."""
        return (self._llm.quote(Question("", " " * letters)),)

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        """Find two words for `theme`; see `Writer.find_concept`.

        Raises:
            InputError: the model finds taken ones only, however often it is told of them.
            OutsideError: by its kind.
        """
        taken: dict[str, None] = {}
        for _ in range(1 + MOST_REPEATS):
            parts = {"theme": theme.words, "taken": list(taken)}
            ideas = self._ask("concept", parts, Ideas, errand, seed).usable
            for idea in ideas:
                if not is_taken(idea.words):
                    return Concept(idea.words, theme.words, idea.turn, idea.reasoning, self._maker)
            taken |= dict.fromkeys(idea.words for idea in ideas)
        found = ", ".join(list(taken)[:_SHOWN])
        raise InputError(
            f"'{self.name}' finds only concepts that are taken: {found}.",
            "Let concepts come again with --allow-repeat, or say the theme otherwise.",
        )

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        """Write the prompt of a concept; see `Writer.write_prompt`.

        Raises:
            OutsideError: by its kind.
        """
        parts = {
            "concept": concept.words,
            "turn": concept.turn,
            "theme": concept.theme,
            "reasoning": concept.reasoning,
        }
        answer = self._ask("prompt", parts, Written, errand, seed)
        return written_prompt(answer, concept, self._maker)

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        """Make a prompt of a text written by hand; see `Writer.expand`.

        Raises:
            InputError: the text is blank.
            OutsideError: by its kind.
        """
        if not text.strip():
            raise InputError("The prompt's text is empty.", "Say what the picture shall show.")
        parts = {"text": text, "title": title, "avoid": avoid}
        answer = self._ask("expand", parts, Expanded, errand)
        return expanded_prompt(answer, text, title, avoid, self._maker)

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        """Write a better prompt, knowing the whole history; see `Writer.refine`.

        A model that refuses, or answers nothing that can be used, leaves the best attempt as it
        is: the pictures that were paid for are worth more than another round.

        Raises:
            ValueError: there is no attempt.
            OutsideError: by its kind, but for these two.
        """
        if not attempts:
            raise ValueError("there is nothing to refine: no attempt was given")
        best = max(attempts, key=lambda attempt: attempt.evaluation.score)
        parts = {
            "intent": intent_of(best.prompt),
            "attempts": history_of(attempts),
            "best": 1 + next(at for at, attempt in enumerate(attempts) if attempt is best),
        }
        try:
            answer = self._ask("refine", parts, Refined, errand)
        except (Refused, BadOutput) as error:
            log.warning("no refinement: %s", error.message)
            return best.prompt
        return refined_prompt(answer, best.prompt, attempts, self._maker)

    def _ask(
        self,
        deed: str,
        parts: dict[str, Any],
        shape: type[Shape],
        errand: Errand,
        seed: int | None = None,
    ) -> Shape:
        question = Question(
            instructions=told(deed),
            material=material(**parts),
            seed=seed,
            operation=deed,
            errand=errand,
        )
        return self._llm.answer(question, shape)
