"""Composing the prompt of a concept: aims that agree with each other, rows, prose, questions."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Question
from gesso.make import aims
from gesso.make.writers.offline.concepts import Pair
from gesso.make.writers.offline.lots import lot, pick, share
from gesso.make.writers.offline.vocabulary.keeping import Kept, keep
from gesso.make.writers.offline.vocabulary.lexicon import (
    Composition,
    Lexicon,
    SecondWord,
    table,
)
from gesso.make.writers.offline.vocabulary.plain import an, listed, some
from gesso.make.writers.offline.vocabulary.thesaurus import Thesaurus

AVOID = "lettering, signature, frame"

MEASURED_QUESTIONS = 2

_DAYLIGHT_KEY = 46.0
_AFTER_DARK = frozenset({"moon", "stars", "darkness", "sleeping"})
_BY_DAY = frozenset({"sun"})

_SQUARE = 0.55
"""From this symmetry on a picture is set on its axis, and its light with it."""

_HONOURED = 0.25
"""An aim stays within this share of a full error of what a word of the theme wishes."""

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
    kept: Kept


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
            "scene": _scene(setting),
            "mood": first.mood,
            "light": f"{first.light}, {_whence(targets)}",
            "palette": _palette(targets),
            "composition": setting.composition.say,
        }
        return Prompt(
            **rows,
            avoid=AVOID,
            text=f"{self._prose(rows, setting.kept)} {aims.clauses(targets)}",
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
        meanings = self._thesaurus.read(concept.theme)
        kept = keep(meanings, pair.first, pair.second, self._lexicon)
        return Setting(
            pair=pair,
            scene=pick(_fitting(pair, kept), "scene", *drawn),
            composition=composition,
            targets=_targets(pair, composition, kept, drawn),
            kept=kept,
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

    def _prose(self, rows: dict[str, str], kept: Kept) -> str:
        # A subject that has a "with" of its own would swallow the place that follows it.
        joint = ", " if " with " in rows["subject"] else " "
        said = [f"{rows['title']}: {rows['subject']}{joint}{rows['scene']}."]
        beside = [some(word) for word in kept.things if word not in rows["scene"]]
        if beside:
            said.append(f"With {listed(beside)}.")
        said += [
            f"Mood: {rows['mood']}.",
            f"Light: {rows['light']}.",
            f"Palette: {rows['palette']}.",
            f"Composition: {rows['composition']}.",
            f"Medium: {self._medium}.",
        ]
        return " ".join(said)


def _scene(setting: Setting) -> str:
    conditions = [condition.say for condition in setting.kept.conditions]
    return f"{setting.scene}, {listed(conditions)}" if conditions else setting.scene


def _fitting(pair: Pair, kept: Kept) -> tuple[str, ...]:
    """The scenes that the first word's light can fall into; all of them where none fits."""
    first = pair.first
    key = _honouring("key", first.key, kept)
    by_day = key >= _DAYLIGHT_KEY or "sun" in first.light.split()
    scenes = pair.second.scenes
    fitting = [s for s in scenes if not ((_AFTER_DARK if by_day else _BY_DAY) & set(s.split()))]
    return tuple(fitting) or scenes


def _targets(
    pair: Pair, composition: Composition, kept: Kept, drawn: tuple[str, int]
) -> dict[str, float]:
    first, second = pair.first, pair.second

    def about(name: str, spread: float) -> float:
        return (share(name, *drawn) * 2 - 1) * spread

    turn = about("hue", 7)
    targets = {
        "key": first.key + second.key + about("key", 2),
        "contrast": first.contrast + second.contrast + about("contrast", 3),
        "chroma": first.chroma + second.chroma,
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
    for name, wish in (kept.wishes or {}).items():
        targets[name] = _honouring(name, targets.get(name, wish), kept)
    return _agreeing(targets)


def _honouring(name: str, target: float, kept: Kept) -> float:
    """The target, brought near to what a word of the theme wishes."""
    wish = (kept.wishes or {}).get(name)
    if wish is None:
        return target
    scale = aims.SCALES[name]
    room = _HONOURED * scale.full_error
    return wish + min(room, max(-room, scale.miss(target, wish)))


def _agreeing(targets: dict[str, float]) -> dict[str, float]:
    """The targets, held to what one picture can have of all of them at once."""
    key = min(84.0, max(16.0, targets["key"]))
    contrast = min(targets["contrast"], _reach(key), 75 - 60 * targets.get("mist", 0.0))
    chroma = min(targets["chroma"], _richest(key))
    held = targets | {"key": key, "contrast": contrast, "chroma": chroma}
    if held["symmetry"] >= _SQUARE:
        held["light_x"] = 0.5
    return {name: _written(name, target) for name, target in held.items()}


def _reach(key: float) -> float:
    """The strongest contrast that leaves the mean where the key wants it."""
    return max(18.0, min(85.0, 18 + 1.8 * min(key, 100 - key)))


def _richest(key: float) -> float:
    """The most colour that sRGB holds in a picture of this key, painted with air in it."""
    return min(0.12, 0.03 + 0.0026 * min(key, 100 - key))


def _light_x(composition: Composition, drawn: tuple[str, int]) -> float:
    if composition.symmetry >= _SQUARE:
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
    kept = setting.kept
    seen = [*setting.pair.second.asks, *kept.things]
    subjects = [Question(f"Does it show {some(thing)}?", thing) for thing in seen]
    measured = _measured_questions(setting.targets, set(kept.wishes or {}))
    mood = Question(f"Does it feel {setting.pair.first.mood}?")
    return (*subjects, *kept.questions, *measured, mood)


def _measured_questions(targets: dict[str, float], asked: set[str]) -> list[Question]:
    """The questions whose words fit the aims best, no two about one scale, none `asked` before."""
    fits = []
    for words in table("questions")["ask"]:
        wishes = aims.read(words)
        if set(wishes) <= set(targets):
            worst = max(aims.SCALES[name].error(wishes[name], targets[name]) for name in wishes)
            fits.append((worst, words, set(wishes)))
    chosen: list[Question] = []
    for worst, words, names in sorted(fits, key=lambda fit: fit[0]):
        if worst <= _CLOSE and not asked & names and len(chosen) < MEASURED_QUESTIONS:
            chosen.append(Question(words))
            asked = asked | names
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
    things = setting.kept.things
    if things:
        it = "them" if len(things) > 1 else "it"
        own = listed([some(thing) for thing in things])
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
    if targets["symmetry"] >= _SQUARE:
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
