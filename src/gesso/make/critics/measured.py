"""The offline critic: it measures the picture and believes no subject that nobody vouches for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from gesso.core.outside.desk import Desk
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Comparison, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt, Question
from gesso.make import aims
from gesso.make.critics.critic import View, in_both_orders
from gesso.make.critics.measures import measure

VERSION = "1"


@dataclass(frozen=True)
class MeasuredOptions:
    """What the owner can set of the measuring critic.

    Attributes:
        yes_within: a question about a measured property is answered with yes while the error is
            at most this share of the scale's full error.
    """

    yes_within: float = 0.5


class MeasuredCritic:
    """Measures; answers questions from measurements and from the painter's own account."""

    Options: ClassVar[type] = MeasuredOptions
    name: ClassVar[str] = "measured"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, options: MeasuredOptions, _desk: Desk) -> None:
        self._options = options
        self._maker = Maker(self.name, VERSION, offline=True)

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        """Hold a picture against its prompt; see `Critic.evaluate`."""
        del errand
        values = view.picture.once(measure)
        measures = _measures(values, aims.as_targets(prompt.aims))
        checks = _told_once(
            (
                *_blank(values),
                *(self._answer(question, view, values) for question in prompt.questions),
                *_unasked_omissions(prompt.questions, view),
            )
        )
        errors = [measure.error for measure in measures if measure.error is not None]
        error = sum(errors) / len(errors) if errors else 0.0
        told = [{"yes": 1.0, "unknown": 0.5, "no": 0.0}[check.outcome] for check in checks]
        held = sum(told) / len(told) if told else 1.0
        return Evaluation(
            checks=checks,
            measures=measures,
            error=error,
            score=held * (1.0 - error),
            verdict=_verdict(checks, measures),
            maker=self._maker,
        )

    def compare(
        self,
        views: tuple[View, View],
        evaluations: tuple[Evaluation, Evaluation],
        prompt: Prompt,
        errand: Errand,
    ) -> Comparison:
        """Name the better of a pair; see `Critic.compare`."""
        del views, prompt, errand

        def judge(first: int, second: int) -> tuple[Literal["first", "second"], str]:
            better = evaluations[first].score >= evaluations[second].score
            best, other = (first, second) if better else (second, first)
            return "first" if better else "second", _why(evaluations[best], evaluations[other])

        return in_both_orders(judge, (evaluations[0].score, evaluations[1].score), self._maker)

    def _answer(self, question: Question, view: View, values: dict[str, float]) -> Check:
        if question.subject:
            return _subject_check(question, view)
        wishes = aims.read(question.words)
        readable = {name: wish for name, wish in wishes.items() if name in values}
        if not readable:
            return Check(question.words, "unknown", "Nothing that can be measured tells this.")
        short = {
            name: _short_of(aims.SCALES[name], values[name], wishes[name]) for name in readable
        }
        worst = max(short, key=lambda name: short[name])
        scale = aims.SCALES[worst]
        met = short[worst] <= self._options.yes_within
        return Check(
            question.words,
            "yes" if met else "no",
            f"{scale.label} measures {_figure(scale, values[worst])}; "
            f"the words ask for about {_figure(scale, wishes[worst])}.",
        )


def _short_of(scale: aims.Scale, value: float, wish: float) -> float:
    """How far a picture falls short of a word: darker than "night" is night all the more."""
    if not scale.circular:
        middle = (scale.low + scale.high) / 2
        if (wish < middle and value <= wish) or (wish > middle and value >= wish):
            return 0.0
    return scale.error(value, wish)


def _subject_check(question: Question, view: View) -> Check:
    subject = question.subject
    if _names(subject, view.omits):
        paints = view.repertoire or "the painter says so itself"
        return Check(question.words, "no", f"No {subject}: {paints}.")
    if _names(subject, view.shows):
        return Check(question.words, "yes", f"The painter vouches that it painted: {subject}.")
    return Check(
        question.words, "unknown", f"Measurements know no subjects: nobody vouches for {subject}."
    )


def _unasked_omissions(questions: tuple[Question, ...], view: View) -> list[Check]:
    asked = tuple(question.subject for question in questions if question.subject)
    paints = view.repertoire or "the painter says so itself"
    return [
        Check(f"Does it show {omitted}?", "no", f"No {omitted}: {paints}.")
        for omitted in view.omits
        if not _names(omitted, asked)
    ]


def _told_once(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks, where only the first that lacks something says what the painter paints."""
    told: set[str] = set()
    shortened = []
    for check in checks:
        lack, _, paints = check.reason.partition(": ")
        if check.outcome == "no" and lack.startswith("No ") and paints:
            shortened.append(replace(check, reason=f"{lack}.") if paints in told else check)
            told.add(paints)
        else:
            shortened.append(check)
    return tuple(shortened)


def _names(subject: str, listed: tuple[str, ...]) -> bool:
    wanted = _stems(subject)
    return any(wanted <= _stems(other) or _stems(other) <= wanted for other in listed if other)


def _stems(words: str) -> set[str]:
    return {_singular(word) for word in words.lower().split()}


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _blank(values: dict[str, float]) -> list[Check]:
    if values["contrast"] >= 2.0 or values["density"] > 0.0:
        return []
    reason = f"Every value lies within {values['contrast']:.1f} of 100: it is blank."
    return [Check("Is there a picture at all?", "no", reason)]


def _measures(values: dict[str, float], targets: dict[str, float]) -> tuple[Measure, ...]:
    found = []
    for name, scale in aims.SCALES.items():
        if name not in values:
            continue
        target = targets.get(name)
        error = None if target is None else scale.error(values[name], target)
        found.append(Measure(name, values[name], target, error))
    return tuple(found)


def _figure(scale: aims.Scale, value: float) -> str:
    if scale.circular:
        return f"{scale.word(value)} ({value:.0f}°)"
    return f"{value:.{scale.decimals}f}"


def _verdict(checks: tuple[Check, ...], measures: tuple[Measure, ...]) -> str:
    said = _lacking([check.reason for check in checks if check.outcome == "no"])
    missed = sorted(
        (measure for measure in measures if (measure.error or 0.0) > 0.2),
        key=lambda measure: -(measure.error or 0.0),
    )[:3]
    if missed:
        told = _listed([_miss(measure) for measure in missed])
        said.append(f"{told[0].upper()}{told[1:]}.")
    return " ".join(said) if said else "Everything that was asked for and can be told is met."


def _lacking(reasons: list[str]) -> list[str]:
    """Reasons as sentences, those of one repertoire told in one: "No dog, no car: it paints …"."""
    gathered: dict[str, list[str]] = {}
    told = ""
    for reason in reasons:
        lack, _, repertoire = reason.partition(": ")
        if not lack.startswith("No "):
            gathered.setdefault("", []).append(reason)
            continue
        told = repertoire or told
        gathered.setdefault(told, []).append(lack if repertoire or not told else lack[:-1])
    return [
        f"{', '.join([lacks[0], *(f'no{lack[2:]}' for lack in lacks[1:])])}: {repertoire}"
        if repertoire
        else " ".join(lacks)
        for repertoire, lacks in gathered.items()
    ]


def _miss(measure: Measure) -> str:
    scale = aims.SCALES[measure.name]
    target = measure.target or 0.0
    got, asked = _figure(scale, measure.value), _figure(scale, target)
    if scale.circular:
        return f"the {scale.label.lower()} read as {got}, not {asked}"
    way = "too high" if measure.value > target else "too low"
    return f"{scale.label.lower()} is {way}, {got} for {asked}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _why(best: Evaluation, other: Evaluation) -> str:
    lost = {check.words for check in best.checks if check.outcome == "no"}
    extra = [c.words for c in other.checks if c.outcome == "no" and c.words not in lost]
    if extra:
        return f"The other fails what this one does not: {extra[0]}"
    return f"It lies nearer to its aims: error {best.error:.2f} against {other.error:.2f}."
