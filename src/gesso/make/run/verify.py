"""The verifier: whatever a refiner writes, the concept and the intent stay inside the prompt."""

from __future__ import annotations

from dataclasses import replace

from gesso.core.records.prompts import Prompt


def verified(refined: Prompt, origin: Prompt) -> Prompt:
    """Hold a refined prompt to the intent of the first one.

    Title, concept, aims and questions are the origin's, whatever the refiner made of them. Where
    the text lost a word of the concept, or the whole text, the origin's opening sentence is put
    back in front; a text that is empty or longer than 20,000 characters is dropped for the
    origin's own.

    Args:
        refined: what a writer made of an attempt.
        origin: the item's first prompt.
    """
    text = refined.text.strip()
    if not text or len(text) > 20_000:
        text = origin.text
    elif not keeps(text, origin):
        text = f"{_opening(origin.text)} {text}"
    if not keeps(text, origin):
        text = origin.text
    return replace(
        refined,
        text=text,
        title=origin.title,
        concept=origin.concept,
        aims=origin.aims,
        questions=origin.questions,
        avoid=origin.avoid,
    )


def keeps(text: str, origin: Prompt) -> bool:
    """Whether every word of the origin's concept stands in `text`."""
    lowered = text.casefold()
    return all(word in lowered for word in origin.concept.casefold().split())


def _opening(text: str) -> str:
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]
