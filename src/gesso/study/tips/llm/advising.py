"""An llm words two of the lessons that were measured; what it may not say, nobody reads."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gesso.core.errors import BadOutput, OutsideError, Refused
from gesso.core.llms.llm import Llm, Question
from gesso.core.llms.plain import instructions, material
from gesso.core.records.calls import Errand
from gesso.study.records import Intent, Tip
from gesso.study.tips.llm.checks import complaints
from gesso.study.tips.llm.shapes import Worded, Worded2
from gesso.study.tips.wording import told

log = logging.getLogger(__name__)

_TEMPERATURE = 0.2
_ADVISE = instructions("gesso.study.tips.llm", "advise")


@dataclass(frozen=True)
class WordedTips:
    """Two tips, and who worded them.

    Attributes:
        tips: two.
        note: why an llm's words were not used, "" where they were.
    """

    tips: tuple[Tip, ...]
    note: str = ""


class LlmAdviser:
    """Asks an llm to word measured lessons.

    The llm gets metrics, percentiles and blocks, never the picture and never free text. Its words
    are checked; what is wrong is told to it once; what is wrong again is left aside, and the
    measured wording stands.

    Args:
        llm: who words them.
    """

    def __init__(self, llm: Llm) -> None:
        self._llm = llm

    def word(
        self, measured: tuple[Tip, ...], lessons: tuple[Tip, ...], intent: Intent, errand: Errand
    ) -> WordedTips:
        """Word two of the lessons.

        Args:
            measured: the two tips as they were measured, for when the llm fails.
            lessons: what it may choose from, the plainest first.
            intent: what the painter is after.
            errand: on whose behalf.
        """
        known = {lesson.rule: lesson for lesson in lessons}
        told_wrong: list[str] = []
        for _ in range(2):
            try:
                worded = self._ask(known, intent, told_wrong, errand)
            except (Refused, BadOutput) as error:
                return WordedTips(measured, str(error))
            except OutsideError as error:
                return WordedTips(measured, error.message)
            told_wrong = complaints(worded, known)
            if not told_wrong:
                return WordedTips(tuple(self._tip(one, known) for one in worded))
            log.info("an llm's tips were not used: %s", "; ".join(told_wrong[:3]))
        return WordedTips(measured, f"The llm's words did not hold: {told_wrong[0]}")

    def _ask(
        self, known: Mapping[str, Tip], intent: Intent, wrong: list[str], errand: Errand
    ) -> list[Worded]:
        said = material(
            intent=intent,
            lessons=[_told(lesson) for lesson in known.values()],
            wrong_last_time=wrong[:8],
        )
        question = Question(
            _ADVISE, said, temperature=_TEMPERATURE, operation="advise", errand=errand
        )
        return self._llm.answer(question, Worded2).tips

    def _tip(self, worded: Worded, known: Mapping[str, Tip]) -> Tip:
        return replace(
            known[worded.lesson],
            observation=worded.observation,
            action=worded.action,
            why=worded.why,
            source=f"{self._llm.name} ({self._llm.model})",
        )


def _told(lesson: Tip) -> dict[str, object]:
    """A lesson as the model gets it: no free text of anybody."""
    return {
        "id": lesson.rule,
        "category": lesson.category,
        "is_strength": lesson.is_strength,
        "evidence": [
            {
                "metric_id": evidence.metric,
                "value": told(evidence.metric, evidence.value),
                "percentile_among_paintings": round(100 * evidence.percentile),
            }
            for evidence in lesson.evidence
        ],
        "blocks": list(lesson.blocks),
        "measured_wording": {
            "observation": lesson.observation,
            "action": lesson.action,
            "why": lesson.why,
        },
    }
