"""From a model's answer to a prompt: its intent is held, its wishes become clauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import shorten

from gesso.core.llms.plain import plain
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Question
from gesso.make import aims
from gesso.make.writers.llm.shapes import Expanded, Look, Refined, Wishes, Written
from gesso.make.writers.writer import Attempt

MOST_QUESTIONS = 8
_LONGEST_TITLE = 60
_LONGEST_THING = 40
_LONGEST_THEME = 160


def written_prompt(answer: Written, concept: Concept, maker: Maker) -> Prompt:
    """The prompt of a concept; its text names both words, whatever the model wrote."""
    targets = answer.wishes.targets
    text = aims.strip_clauses(_naming(answer.text, concept.words))
    return Prompt(
        title=concept.words,
        subject=answer.subject,
        scene=answer.scene,
        mood=answer.mood,
        light=answer.light,
        palette=answer.palette,
        composition=answer.composition,
        avoid=answer.avoid,
        text=f"{text} {aims.clauses(targets)}".strip(),
        reasoning=answer.reasoning,
        concept=concept.words,
        aims=aims.as_aims(targets),
        questions=(*_questions(answer.questions)[: MOST_QUESTIONS - 1], _of_theme(concept)),
        maker=maker,
    )


def _of_theme(concept: Concept) -> Question:
    """The question that tells whether the picture still has to do with its theme."""
    theme = shorten(concept.theme, _LONGEST_THEME, placeholder="…")
    return Question(f"Does it belong to the theme '{theme}'?")


def expanded_prompt(answer: Expanded, text: str, title: str, avoid: str, maker: Maker) -> Prompt:
    """The prompt of a text written by hand, which stands at the head to the letter.

    A wish or a question counts only where the words that are said to ask for it stand in the
    text; what the text says in our own words for aims is read by rule and goes before.
    """
    wishes = Wishes(
        figures=[one for one in answer.figures if _stands_in(text, one.asked_by)],
        hues=[one for one in answer.hues if _stands_in(text, one.asked_by)],
    )
    targets = wishes.targets | aims.read(text)
    stated = aims.read_clauses(text)
    implied = {name: target for name, target in targets.items() if name not in stated}
    asked = [look for look in answer.questions if _stands_in(text, look.asked_by)]
    own_title = title.strip() or _shortened(answer.title) or _shortened(plain(text))
    return Prompt(
        title=own_title,
        subject=answer.subject,
        scene=answer.scene,
        mood=answer.mood,
        light=answer.light,
        palette=answer.palette,
        composition=answer.composition,
        avoid=avoid,
        text=f"{text}\n{aims.clauses(implied)}" if implied else text,
        reasoning=answer.reasoning,
        concept="",
        aims=aims.as_aims(targets),
        questions=_questions(asked),
        maker=maker,
    )


def refined_prompt(
    answer: Refined, best: Prompt, attempts: Sequence[Attempt], maker: Maker
) -> Prompt:
    """The best attempt's prompt with a new text; as it is where the answer brings nothing new.

    Wishes that the answer does not change stay as the best attempt asked for them; what the
    prompt never aimed at is not asked for.
    """
    prose = aims.strip_clauses(answer.text)
    if not (answer.can_help and prose):
        return best
    aimed = aims.as_targets(best.aims)
    changed = {name: ask for name, ask in answer.wishes.targets.items() if name in aimed}
    asks = aims.read_clauses(best.text) | changed
    text = f"{_naming(prose, best.concept)} {aims.clauses(asks)}".strip()
    if any(text == attempt.prompt.text for attempt in attempts):
        return best
    return replace(best, text=text, reasoning=answer.reasoning, maker=maker)


def _naming(text: str, concept: str) -> str:
    """The text, opened by the concept's two words where one of them was lost."""
    lowered = text.casefold()
    held = all(word in lowered for word in concept.casefold().split())
    return text if held else f"{concept}: {text}"


def _questions(looks: Iterable[Look]) -> tuple[Question, ...]:
    """The questions that can be asked, none twice."""
    asked = {
        look.question: Question(look.question, _thing(look)) for look in looks if look.question
    }
    return tuple(asked.values())[:MOST_QUESTIONS]


def _thing(look: Look) -> str:
    thing = look.thing.strip(" .,;:'\"").lower()
    return thing if len(thing) <= _LONGEST_THING else ""


def _stands_in(text: str, quoted: str) -> bool:
    sought = plain(quoted).strip(" .,;:'\"“”").casefold()
    return any(sign.isalpha() for sign in sought) and sought in plain(text).casefold()


def _shortened(title: str) -> str:
    """A title that fits a frame, cut between words where it is too long."""
    line = title.strip(" .\"'“”")
    if len(line) <= _LONGEST_TITLE:
        return line
    cut = line[:_LONGEST_TITLE].rpartition(" ")[0] or line[:_LONGEST_TITLE]
    return f"{cut.rstrip(' .,;:')}…"
