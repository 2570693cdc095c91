"""An llm that answers in the right shape and says what nobody measured, in some 270 ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gesso.study.records import Tip
from gesso.study.tips.llm.shapes import Worded

EACH = 20


@dataclass(frozen=True)
class Lie:
    """One answer that must not reach a painter.

    Attributes:
        kind: what is wrong with it.
        worded: two lessons, of which one lies.
    """

    kind: str
    worded: tuple[Worded, Worded]


def honest(lesson: Tip) -> Worded:
    """The lesson in the words that measurement gave it."""
    return Worded(
        lesson=lesson.rule,
        metric_ids=[evidence.metric for evidence in lesson.evidence][:3],
        blocks=list(lesson.blocks),
        observation=lesson.observation,
        action=lesson.action,
        why=lesson.why,
    )


def lies(pairs: Sequence[tuple[Tip, Tip]]) -> Iterator[Lie]:
    """Twenty lies of each of nine kinds, and every lesson turned round in each way that we know.

    Args:
        pairs: two lessons of two categories, taken in turn; the first one is lied about.
    """
    for kind, tell in KINDS.items():
        for number in range(EACH):
            first, second = pairs[number % len(pairs)]
            told = tell(honest(first), first, number)
            yield Lie(kind, (told, honest(second)) if number % 2 else (honest(second), told))
    for first, second in pairs:
        for action in TURNED[first.rule]:
            told = honest(first).model_copy(update={"action": action})
            yield Lie("turned round", (told, honest(second)))


def _numbers(said: Worded, lesson: Tip, number: int) -> Worded:
    """A number that was not measured, in digits or spelt, in each of the three sentences."""
    grown = (
        f"{71 + number}.{number} %", f"L* {101 + number}", f"{107 + number} steps", "ninety points",
        f"a ratio of {number + 37}:1", "forty percent", "four fifths", "a dozen places",
        f"{1900 + number} pixels", "seventeen edges",
    )  # fmt: skip
    words = grown[number % len(grown)]
    place = ("observation", "action", "why")[number % 3]
    return said.model_copy(update={place: _short(f"{getattr(said, place)} That is {words}.", said)})


def _metric_ids(said: Worded, lesson: Tip, number: int) -> Worded:
    """A measurement that does not exist, or that the lesson does not rest on."""
    invented = ("golden_ratio", "beauty", "L_mean2", "vibe", "rule_of_thirds", "DROP TABLE", "iq")
    real = ("L_mean", "notan_dark", "hue_spread", "centre_d", "regions")
    own = {evidence.metric for evidence in lesson.evidence}
    pool = [*invented, *(metric for metric in real if metric not in own)]
    return said.model_copy(update={"metric_ids": [*said.metric_ids[:2], pool[number % len(pool)]]})


def _blocks(said: Worded, lesson: Tip, number: int) -> Worded:
    """A block that the lesson does not point at, or that no picture has."""
    wrong = next(n for n in (number % 9 - 1, 7, 11) if n not in lesson.blocks)
    return said.model_copy(update={"blocks": [wrong]})


def _lessons(said: Worded, lesson: Tip, number: int) -> Worded:
    """A lesson that was not on offer."""
    names = ("golden-section", "more-emotion", "", "NARROW-RANGE", lesson.rule + " ", "../rules")
    return said.model_copy(update={"lesson": names[number % len(names)]})


def _artists(said: Worded, lesson: Tip, number: int) -> Worded:
    """An artist, a movement, or another's work."""
    names = (
        "Vermeer", "Sargent", "Rembrandt", "Joaquín Sorolla", "Hokusai", "Turner", "Cézanne",
        "the Impressionists", "Caravaggio", "Whistler",
    )  # fmt: skip
    name = names[number % len(names)]
    forms = (f"Do it as {name} would.", f"It reads as {name.lower()} might.", f"See {name}.")
    place = ("action", "observation", "why")[number % 3]
    return said.model_copy(update={place: forms[number % 3]})


def _subjects(said: Worded, lesson: Tip, number: int) -> Worded:
    """Things on the picture, which the model never saw, and materials."""
    things = (
        "the woman's face", "the boat", "the horse", "the trees", "oil paint", "the watercolour",
        "the child", "a dog", "the church", "the canvas",
    )  # fmt: skip
    thing = things[number % len(things)]
    return said.model_copy(update={"observation": f"{said.observation[:70]} Mostly {thing}."})


def _grades(said: Worded, lesson: Tip, number: int) -> Worded:
    """Praise and blame."""
    grades = (
        "This is bad.", "A masterpiece.", "I would grade it low.", "It is wrong.", "Beautiful.",
        "An amateur's work.", "That is a mistake.", "A poor choice.", "A perfect one.", "Ugly.",
    )  # fmt: skip
    place = ("observation", "why")[number % 2]
    return said.model_copy(update={place: grades[number % len(grades)]})


def _markup(said: Worded, lesson: Tip, number: int) -> Worded:
    """Markup, addresses, other scripts, orders to whoever reads."""
    texts = (
        "See https://example.com for the value lesson.", "<b>Lift</b> the dark value.",
        "`rm -rf` the dark value.", "Ignore all dark values; visit www.example.com.",
        "Lift the dark value ⟶ now.", "Смотри на тёмное.", "[dark](value)", "{L_mean} dark value",
        "Dark value #1.", "Mail me@example.com about dark value.",
    )  # fmt: skip
    return said.model_copy(update={"action": texts[number % len(texts)]})


def _lengths(said: Worded, lesson: Tip, number: int) -> Worded:
    """Nothing at all, or a sermon."""
    place = ("observation", "action", "why")[number % 3]
    text = " " if number % 2 else f"{lesson.observation} " * (6 + number)
    return said.model_copy(update={place: text})


def _short(text: str, said: Worded) -> str:
    """Short enough that nothing but the number is wrong."""
    return text if len(text) < 120 else text[-110:].partition(" ")[2]


KINDS: dict[str, Callable[[Worded, Tip, int], Worded]] = {
    "numbers": _numbers,
    "metric ids": _metric_ids,
    "blocks": _blocks,
    "lessons": _lessons,
    "artists": _artists,
    "subjects and materials": _subjects,
    "grades": _grades,
    "markup": _markup,
    "lengths": _lengths,
}
TURNED: dict[str, tuple[str, ...]] = {
    "narrow-range": (
        "Pull the darkest dark and the lightest light towards each other.",
        "Gray down the strongest light so the values sit together.",
        "Make the dark lighter and the light darker.",
    ),
    "middle-only": (
        "Push every dark and every light into the middle value.",
        "Paint over the last dark with a middle gray.",
        "Keep everything at the middle value.",
    ),
    "heavy-darks": (
        "Make the largest dark darker still.",
        "Add another deep dark beside it.",
        "Push the dark one step further down.",
    ),
    "washed-lights": (
        "Take the broad lights up by one step.",
        "Make the light paler and wider.",
        "Add another white beside the light.",
    ),
    "levels-merge": (
        "Move the two blocks closer together and keep both.",
        "Give the two values one more value between them.",
        "Bring the step between the blocks down and keep two shapes.",
    ),
    "shared-dominance": (
        "Make both blocks the same size.",
        "Let neither block lead.",
        "Make the largest block smaller until they match.",
    ),
    "one-mass": (
        "Spread the mass until it covers the rest of the values.",
        "Make the largest value larger.",
        "Leave the mass in one value and grow it outward.",
    ),
    "too-many-shapes": (
        "Cut each shape in two.",
        "Add six more shapes along the border.",
        "Put more small shapes between the large ones.",
    ),
    "weak-focal": (
        "Take contrast away where the eye lands.",
        "Quiet the focal point until the eye leaves it.",
        "Put the strongest contrast away from the focal point.",
    ),
    "rival-focal": (
        "Make the second place as strong as the first.",
        "Give the rival more contrast.",
        "Sharpen the second place.",
    ),
    "border-pull": (
        "Put a bright accent at the border.",
        "Give the corner more contrast.",
        "Cut the border edges hard.",
    ),
    "scattered-attention": (
        "Put small accents in every place.",
        "Let the eye have more places to land.",
        "Share the contrast among all places evenly.",
    ),
    "hard-everywhere": (
        "Cut every edge harder.",
        "Make the soft edges firm.",
        "Keep each edge hard, and lose none.",
    ),
    "soft-everywhere": (
        "Make every edge softer.",
        "Lose the last hard edge.",
        "Smudge the hard edge at the focal point.",
    ),
    "leans-sideways": (
        "Add weight to the heavy side.",
        "Put one more dark on the side that is heavy already.",
        "Take weight from the light side.",
    ),
    "leans-up-or-down": (
        "Add weight to the heavy half.",
        "Put one more dark in the half that is heavy already.",
        "Take weight from the light half.",
    ),
    "little-colour": (
        "Take the colour down until all of it is gray.",
        "Gray every colour by half.",
        "Make the strongest colour duller.",
    ),
    "loud-colour": (
        "Make each colour stronger.",
        "Push the colour of the quiet places up.",
        "Lay pure colour over the gray.",
    ),
    "too-many-hues": (
        "Bring in one more hue from across the wheel.",
        "Use the whole palette, each colour pure.",
        "Add a colour that is not there yet.",
    ),
    "one-temperature": (
        "Make the warm and the cool alike.",
        "Keep all of it at the same warm temperature.",
        "Take the cool out of the shadows.",
    ),
    "wide-values": (
        "Bring the dark and the light together.",
        "Make the range smaller.",
        "Gray down the strongest contrast.",
    ),
    "clear-notan": (
        "Mix the two masses until neither reads.",
        "Fill the dark shape with middle values.",
        "Cut the light shape into small parts.",
    ),
    "held-masses": (
        "Cut the large shape into parts.",
        "Add small shapes inside each mass.",
        "Fill the large mass with detail.",
    ),
    "sure-focal": (
        "Take contrast away from the place where the eye lands.",
        "Give the next place the same contrast as the focal point.",
        "Quiet the focal point.",
    ),
    "one-call": (
        "Give the eye another place of the same strength.",
        "Block the path to the focal point.",
        "Make the rival stronger.",
    ),
    "lost-and-found": (
        "Cut the lost edges hard.",
        "Find every edge that is lost.",
        "Make each soft edge firm.",
    ),
    "cut-shapes": (
        "Smudge the hard edges.",
        "Lose every edge.",
        "Make each hard edge softer.",
    ),
    "even-weights": (
        "Move all the weight to one side.",
        "Make one side heavier.",
        "Push the balance off to the left side.",
    ),
    "one-family": (
        "Bring in a hue from across the wheel.",
        "Make each colour another hue.",
        "Add every colour that is missing.",
    ),
    "warm-and-cool": (
        "Make the warm and the cool alike.",
        "Take the warm out of the lights.",
        "Keep one temperature only.",
    ),
}
