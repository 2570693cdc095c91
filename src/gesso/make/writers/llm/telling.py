"""What a model is told: our instructions with the scales, and the history as material."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gesso.core.llms.plain import instructions
from gesso.core.records.judgements import Evaluation
from gesso.core.records.prompts import Prompt
from gesso.make import aims
from gesso.make.writers.writer import Attempt


def told(name: str) -> str:
    """Our words for one deed, "concept", "prompt", "expand" or "refine"."""
    words = instructions("gesso.make.writers.llm", name)
    return words.replace("{scales}", _SCALES).replace("{hues}", _HUES)


def intent_of(prompt: Prompt) -> dict[str, Any]:
    """What a prompt asks for, whatever its text says."""
    return {
        "title": prompt.title,
        "concept": prompt.concept,
        "subject": prompt.subject,
        "scene": prompt.scene,
        "mood": prompt.mood,
        "light": prompt.light,
        "palette": prompt.palette,
        "composition": prompt.composition,
        "avoid": prompt.avoid,
        "aims": {aim.name: _figure(aim.name, aim.target) for aim in prompt.aims},
        "questions": [question.words for question in prompt.questions],
    }


def history_of(attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """Every attempt, oldest first: its text, its wishes, and what came of them."""
    return [
        {
            "number": number,
            "text": aims.strip_clauses(attempt.prompt.text),
            "wishes": {
                name: _figure(name, target)
                for name, target in aims.read_clauses(attempt.prompt.text).items()
            },
            **_found(attempt.evaluation),
        }
        for number, attempt in enumerate(attempts, start=1)
    ]


def _found(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "score": round(evaluation.score, 3),
        "verdict": evaluation.verdict,
        "checks": [
            {"question": check.words, "outcome": check.outcome, "reason": check.reason}
            for check in evaluation.checks
        ],
        "measures": [
            {
                "scale": measure.name,
                "measured": _figure(measure.name, measure.value),
                "aim": _figure(measure.name, measure.target),
                "error": round(measure.error or 0.0, 2),
            }
            for measure in evaluation.measures
            if measure.target is not None
        ],
    }


def _figure(name: str, value: float) -> float | str:
    """A value as the model writes it itself: a hue by its name, anything else as a number."""
    scale = aims.SCALES.get(name)
    if scale is None:
        return value
    return aims.hue_name(value) if scale.circular else round(value, scale.decimals)


def _line(scale: aims.Scale) -> str:
    if scale.circular:
        return f"- {scale.name}: the hue of the {scale.label.lower()}, by name"
    steps = "; ".join(f"up to {limit:g} {word}" for limit, word in scale.words)
    return f"- {scale.name}: {scale.label.lower()}, {scale.unit}; {steps}"


_SCALES = "\n".join(_line(scale) for scale in aims.SCALES.values())
_HUES = ", ".join(dict.fromkeys(aims.hue_name(angle) for angle in sorted(aims.HUES.values())))
