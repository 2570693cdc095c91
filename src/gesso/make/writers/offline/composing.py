"""Composing the prompt of a concept: aims that agree with each other, rows, prose, questions."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Question
from gesso.make import aims
from gesso.make.writers.offline.concepts import Pair
from gesso.make.writers.offline.lots import lot, pick, share
from gesso.make.writers.offline.vocabulary.lexicon import (
    Composition,
    Lexicon,
    SecondWord,
    table,
)
from gesso.make.writers.offline.vocabulary.plain import an, listed, some
from gesso.make.writers.offline.vocabulary.thesaurus import Thesaurus

AVOID = "lettering, signature, frame"

MOST_OWN_WORDS = 4
"""Things of a theme that are carried into a prompt beside the concept's subject."""

MEASURED_QUESTIONS = 2

_DAYLIGHT_KEY = 46.0
_AFTER_DARK = frozenset({"moon", "stars", "darkness", "sleeping"})
_BY_DAY = frozenset({"sun"})

_CLOSE = 0.3
"""A measurable question is asked while its words lie within this share of a full error."""


_KEYS = {"middle, low side": "rather low", "middle, high side": "rather high"}
"""What a sentence says for words of the scale that only a clause can carry."""


@dataclass(frozen=True)
class Setting:
    """What was drawn for one prompt."""

    pair: Pair
    scene: str
    composition: Composition
    targets: dict[str, float]
    own: tuple[str, ...]


class Composer:
    """Composes prompts of concepts."""

    def __init__(self, lexicon: Lexicon, thesaurus: Thesaurus, maker: Maker, medium: str) -> None:
        self._lexicon = lexicon
        self._thesaurus = thesaurus
        self._maker = maker
        self._medium = medium

    def compose(self, concept: Concept, seed: int) -> Prompt:
        """Write the prompt of `concept`; another seed draws another scene and composition."""
        setting = self._setting(concept, seed)
        first, second, targets = setting.pair.first, setting.pair.second, setting.targets
        rows = {
            "title": concept.words,
            "subject": second.subject,
            "scene": setting.scene,
            "mood": first.mood,
            "light": f"{first.light}, {_whence(targets)}",
            "palette": _palette(targets),
            "composition": setting.composition.say,
        }
        return Prompt(
            **rows,
            avoid=AVOID,
            text=f"{self._prose(rows, setting.own)} {aims.clauses(targets)}",
            reasoning=_reasoning(setting),
            concept=concept.words,
            aims=aims.as_aims(targets),
            questions=_questions(setting),
            maker=self._maker,
        )

    def _setting(self, concept: Concept, seed: int) -> Setting:
        pair = self._pair(concept)
        drawn = (concept.words.lower(), seed)
        composition = pick(pair.second.compositions, "composition", *drawn)
        return Setting(
            pair=pair,
            scene=pick(_fitting(pair), "scene", *drawn),
            composition=composition,
            targets=_targets(pair, composition, drawn),
            own=self._own_words(concept.theme, pair.second),
        )

    def _pair(self, concept: Concept) -> Pair:
        """The words of a concept, which may come from another writer: a stranger is stood in for.

        A strange first word borrows the light of one of ours; a strange second word keeps its
        own name as the subject.
        """
        first, _, second = concept.words.lower().partition(" ")
        firsts, seconds = self._lexicon.firsts, self._lexicon.seconds
        quality = firsts.get(first) or pick(list(firsts.values()), "stand-in", first)
        return Pair(quality, seconds.get(second) or _strange(second or first))

    def _own_words(self, theme: str, second: SecondWord) -> tuple[str, ...]:
        told = {second.word.lower(), *second.also, *" ".join(second.asks).split()}
        meanings = self._thesaurus.read(theme)
        things = dict.fromkeys(m.subject for m in meanings if m.subject and not m.names)
        return tuple(thing for thing in things if thing not in told)[:MOST_OWN_WORDS]

    def _prose(self, rows: dict[str, str], own: tuple[str, ...]) -> str:
        # A subject that has a "with" of its own would swallow the place that follows it.
        joint = ", " if " with " in rows["subject"] else " "
        said = [f"{rows['title']}: {rows['subject']}{joint}{rows['scene']}."]
        if own:
            said.append(f"With {listed([some(word) for word in own])}.")
        said += [
            f"Mood: {rows['mood']}.",
            f"Light: {rows['light']}.",
            f"Palette: {rows['palette']}.",
            f"Composition: {rows['composition']}.",
            f"Medium: {self._medium}.",
        ]
        return " ".join(said)


def _fitting(pair: Pair) -> tuple[str, ...]:
    """The scenes that the first word's light can fall into; all of them where none fits."""
    first = pair.first
    by_day = first.key >= _DAYLIGHT_KEY or "sun" in first.light.split()
    scenes = pair.second.scenes
    fitting = [s for s in scenes if not ((_AFTER_DARK if by_day else _BY_DAY) & set(s.split()))]
    return tuple(fitting) or scenes


def _targets(pair: Pair, composition: Composition, drawn: tuple[str, int]) -> dict[str, float]:
    first, second = pair.first, pair.second

    def about(name: str, spread: float) -> float:
        return (share(name, *drawn) * 2 - 1) * spread

    key = min(84.0, max(16.0, first.key + second.key + about("key", 2)))
    turn = about("hue", 7)
    targets = {
        "key": key,
        "contrast": min(first.contrast + second.contrast + about("contrast", 3), _reach(key)),
        "chroma": min(first.chroma + second.chroma, _richest(key)),
        "hue_dark": first.hues[0] + turn,
        "hue_mid": first.hues[1] + turn,
        "hue_light": first.hues[2] + about("accent", 5),
        "symmetry": composition.symmetry,
        "density": second.density + about("density", 0.02),
        "light_x": _light_x(composition, drawn),
        "light_y": first.light_y + about("height", 0.04),
    }
    if composition.balance is not None:
        targets["balance"] = composition.balance
    if first.mist is not None:
        targets["mist"] = first.mist
        targets["contrast"] = min(targets["contrast"], 75 - 60 * first.mist)
    return {name: _written(name, target) for name, target in targets.items()}


def _reach(key: float) -> float:
    """The strongest contrast that leaves the mean where the key wants it."""
    return max(18.0, min(85.0, 18 + 1.8 * min(key, 100 - key)))


def _richest(key: float) -> float:
    """The most colour that sRGB holds in a picture of this key, painted with air in it."""
    return min(0.12, 0.03 + 0.0026 * min(key, 100 - key))


def _light_x(composition: Composition, drawn: tuple[str, int]) -> float:
    if composition.symmetry >= 0.55:
        return 0.5
    aside = 0.2 + 0.1 * share("light", *drawn)
    if composition.balance is not None and composition.balance != 0.5:
        # The light stands over against the weight, so that the two hold each other.
        return aside if composition.balance > 0.5 else 1 - aside
    return aside if lot("side", *drawn) % 2 else 1 - aside


def _written(name: str, target: float) -> float:
    scale = aims.SCALES[name]
    return scale.clamp(round(scale.clamp(target), scale.decimals))


def _whence(targets: dict[str, float]) -> str:
    """Where the light comes from, in words that agree with the aims."""
    across, down = targets["light_x"], targets["light_y"]
    side = "" if 0.38 < across < 0.62 else "left" if across < 0.5 else "right"
    height = "upper" if down < 0.36 else "" if down < 0.6 else "lower"
    if side:
        return f"from the {height} {side}".replace("  ", " ")
    return {"upper": "from above", "": "from the middle", "lower": "from below"}[height]


def _palette(targets: dict[str, float]) -> str:
    dark, middle, light = (
        aims.hue_name(targets[name]) for name in ("hue_dark", "hue_mid", "hue_light")
    )
    word = aims.SCALES["chroma"].word(targets["chroma"])
    return f"{word}, with {dark} darks, {middle} middles and {light} lights"


def _questions(setting: Setting) -> tuple[Question, ...]:
    seen = [*setting.pair.second.asks, *setting.own]
    subjects = [Question(f"Does it show {some(thing)}?", thing) for thing in seen]
    mood = Question(f"Does it feel {setting.pair.first.mood}?")
    return (*subjects, *_measured_questions(setting.targets), mood)


def _measured_questions(targets: dict[str, float]) -> list[Question]:
    """The questions whose words fit the aims best, no two about the same scale."""
    fits = []
    for words in table("questions")["ask"]:
        wishes = aims.read(words)
        if set(wishes) <= set(targets):
            worst = max(aims.SCALES[name].error(wishes[name], targets[name]) for name in wishes)
            fits.append((worst, words, set(wishes)))
    chosen: list[Question] = []
    asked: set[str] = set()
    for worst, words, names in sorted(fits, key=lambda fit: fit[0]):
        if worst <= _CLOSE and not asked & names and len(chosen) < MEASURED_QUESTIONS:
            chosen.append(Question(words))
            asked |= names
    return chosen


def _reasoning(setting: Setting) -> str:
    first, targets = setting.pair.first, setting.targets
    key = aims.SCALES["key"].word(targets["key"])
    key = _KEYS.get(key, key)
    said = [
        f"{first.word} asks for {an(key)} key ({targets['key']:.0f} of 100) and {first.light}.",
        _about_hues(targets),
        _about_composition(setting),
    ]
    if setting.own:
        it = "them" if len(setting.own) > 1 else "it"
        own = listed([some(thing) for thing in setting.own])
        said.append(f"Also looked for, because the theme names {it}: {own}.")
    return " ".join(said)


def _about_hues(targets: dict[str, float]) -> str:
    dark, light = aims.hue_name(targets["hue_dark"]), aims.hue_name(targets["hue_light"])
    apart = abs(aims.SCALES["hue_light"].miss(targets["hue_light"], targets["hue_dark"]))
    if apart >= 110:
        return (
            f"{_capital(light)} lights stand across the circle from {dark} darks and clear of them."
        )
    if apart >= 50:
        return f"{_capital(light)} lights are kin to {dark} darks, yet warm or cool against them."
    return f"{_capital(light)} lights and {dark} darks are neighbours, so that values do the work."


def _about_composition(setting: Setting) -> str:
    targets = setting.targets
    if targets["symmetry"] >= 0.55:
        return "It is set nearly square, because the subject has an axis of its own."
    side = aims.SCALES["balance"].word(targets.get("balance", 0.5))
    if side != "centred":
        return f"The weight lies {side} and the light stands over against it."
    return "It is set off the axis, so that the eye travels."


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _strange(word: str) -> SecondWord:
    return SecondWord(
        word=word.title(),
        fields=("dream",),
        subject=an(word),
        asks=(word,),
        also=(),
        gloss="a thing that the offline writer knows by name only",
        task=f"to be {an(word)}",
        scenes=("in a wide quiet place", "before a low horizon"),
        compositions=(
            Composition("the subject stands large and alone in the middle", 0.55, 0.5),
            Composition("the subject stands to the left with room before it", 0.1, 0.42),
        ),
        density=0.2,
    )
