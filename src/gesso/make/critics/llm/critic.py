"""The critic that asks an llm to look; what can be measured is measured all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np

from gesso.core.errors import BadOutput, Refused
from gesso.core.llms.llm import Llm
from gesso.core.llms.llm import Question as Asking
from gesso.core.llms.plain import instructions, material
from gesso.core.outside.models.prices import Quote
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Comparison, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt, Question
from gesso.make import aims
from gesso.make.critics.critic import Critic, View, in_both_orders
from gesso.make.critics.llm.shapes import Answer, Answers, Choice

MOST_SIDE_PX = 768
"""Pixels of the longer side at which a judge is shown a picture."""

_PACKAGE = "gesso.make.critics.llm"
_CHECK = instructions(_PACKAGE, "check")
_COMPARE = instructions(_PACKAGE, "compare")


class LlmCritic:
    """Looks by an llm's eyes, and measures by the measuring critic's rule.

    Measures and their error are the measuring critic's, and so is every "no" of its: what a
    painter says it left out, and what a measurement denies, no judge can see. What is left is
    asked of the llm, which has to name its evidence. Where it refuses, or answers nothing that
    can be used, the evaluation is the measuring critic's and says so: the picture is paid for.

    Args:
        llm: who looks; best of another vendor than the painter's (arXiv 2604.11589).
        measured: who measures.
    """

    name: ClassVar[str] = "llm"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, llm: Llm, measured: Critic) -> None:
        self._llm = llm
        self._measured = measured

    def quotes(self, letters: int) -> tuple[Quote, ...]:
        """What a question about a pair may cost at most whose material has so many letters."""
        pair = (Picture(np.zeros((1, 1, 3), dtype=np.uint8)),) * 2
        return (self._llm.quote(Asking("", " " * letters, pair)),)

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        """Hold a picture against its prompt; see `Critic.evaluate`.

        Raises:
            OutsideError: by its kind, but for `Refused` and `BadOutput`.
        """
        base = self._measured.evaluate(view, prompt, errand)
        open_ = _open_questions(prompt.questions, base)
        if not open_:
            return base
        try:
            seen = self._look(view.picture, open_, errand)
        except (Refused, BadOutput) as error:
            return _unseen(base, error)
        checks = tuple(_better(check, seen.get(check.words)) for check in base.checks)
        held = sum(check.outcome != "no" for check in checks) / len(checks)
        return replace(
            base,
            checks=checks,
            score=held * (1.0 - base.error),
            verdict=_verdict(base, [c for c in seen.values() if c.outcome == "no"]),
            maker=self._maker(base.maker),
        )

    def compare(
        self,
        views: tuple[View, View],
        evaluations: tuple[Evaluation, Evaluation],
        prompt: Prompt,
        errand: Errand,
    ) -> Comparison:
        """Name the better of a pair, asked in both orders; see `Critic.compare`.

        Raises:
            OutsideError: by its kind, but for `Refused` and `BadOutput`.
        """
        pair = tuple(_small(view.picture) for view in views)
        scores = (evaluations[0].score, evaluations[1].score)
        maker = Maker(self._llm.name, self._llm.model)
        told = material(asked=_asked(prompt), questions=[one.words for one in prompt.questions])

        def judge(first: int, second: int) -> tuple[Literal["first", "second"], str]:
            shown = (pair[first], pair[second])
            asking = Asking(_COMPARE, told, shown, 0.0, operation="judge", errand=errand)
            choice = self._llm.answer(asking, Choice)
            return choice.better, choice.reason

        try:
            return in_both_orders(judge, scores, maker)
        except (Refused, BadOutput) as error:
            return _by_scores(scores, error, maker)

    def _look(
        self, picture: Picture, questions: tuple[Question, ...], errand: Errand
    ) -> dict[str, Check]:
        """The checks of `questions` by their words."""
        listed = [{"number": n, "question": one.words} for n, one in enumerate(questions, 1)]
        told = material(questions=listed)
        asking = Asking(_CHECK, told, (_small(picture),), 0.0, operation="check", errand=errand)
        answers = self._llm.answer(asking, Answers).answers
        return {
            question.words: _check(question, [a for a in answers if a.number == number])
            for number, question in enumerate(questions, 1)
        }

    def _maker(self, measured: Maker) -> Maker:
        settings = {"measures": f"{measured.name} {measured.version}"}
        return Maker(self._llm.name, self._llm.model, settings=settings)


def _open_questions(questions: tuple[Question, ...], base: Evaluation) -> tuple[Question, ...]:
    """What only eyes can answer: neither denied already nor told by a measurement."""
    outcomes = {check.words: check.outcome for check in base.checks}
    asked = {
        question.words: question
        for question in questions
        if outcomes[question.words] == "unknown"
        or (question.subject and outcomes[question.words] == "yes")
    }
    return tuple(asked.values())


def _check(question: Question, answers: list[Answer]) -> Check:
    outcomes = {answer.outcome for answer in answers}
    if len(outcomes) != 1:
        reason = "The judge contradicted itself." if answers else "The judge did not answer it."
        return Check(question.words, "unknown", reason)
    evidence = answers[0].evidence
    if any(sign.isalpha() for sign in evidence):
        return Check(question.words, answers[0].outcome, evidence)
    if answers[0].outcome == "no":
        return Check(question.words, "no", "The judge does not see it.")
    return Check(question.words, "unknown", "The judge names nothing that it saw.")


def _better(before: Check, seen: Check | None) -> Check:
    """What was seen, where somebody looked and could tell; else what was known before."""
    if seen is None or (seen.outcome == "unknown" and before.outcome == "yes"):
        return before
    return seen


def _unseen(base: Evaluation, error: Refused | BadOutput) -> Evaluation:
    """What was measured, and why nobody looked."""
    return replace(base, verdict=f"{base.verdict} Nobody looked at it: {error.message}")


def _verdict(base: Evaluation, failed: list[Check]) -> str:
    """What eyes miss first, then what the measurements say."""
    said = [f"{check.words} No: {check.reason}" for check in failed]
    if not said or not base.passes:
        said.append(base.verdict)
    return " ".join(said)


def _asked(prompt: Prompt) -> dict[str, str]:
    return {
        "title": prompt.title,
        "text": aims.strip_clauses(prompt.text),
        "mood": prompt.mood,
        "avoid": prompt.avoid,
    }


def _by_scores(scores: tuple[float, float], error: Refused | BadOutput, maker: Maker) -> Comparison:
    winner: Literal[0, 1] = 1 if scores[1] > scores[0] else 0
    reason = (
        f"{error.message} So the scores decided: "
        f"{scores[winner]:.2f} against {scores[1 - winner]:.2f}."
    )
    return Comparison(winner, False, reason, maker)


def _small(picture: Picture) -> Picture:
    if max(picture.width, picture.height) <= MOST_SIDE_PX:
        return picture
    return Picture(reduced(picture.rgb, MOST_SIDE_PX))
