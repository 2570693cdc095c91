"""Finding two words for a theme: near enough to belong to it, far enough apart to surprise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import lcm

from gesso.core.errors import InputError
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Theme
from gesso.make.writers.offline.lots import pick, shuffled
from gesso.make.writers.offline.vocabulary.lexicon import FirstWord, Lexicon, SecondWord
from gesso.make.writers.offline.vocabulary.nearness import Nearness
from gesso.make.writers.offline.vocabulary.plain import is_plural, listed
from gesso.make.writers.offline.vocabulary.thesaurus import Meaning, Thesaurus

FEWEST_PAIRS = 16
"""Nearest pairs to draw from; where a theme is met by fewer, the next nearest join them."""

_TURNS = (
    "As if {bearer} had been asked {task}.",
    "Here {bearer} has learned {task}.",
    "What if {bearer} were the one {task}?",
    "Suppose that only {bearer} still remembered how {task}.",
    "Long ago {bearer} was given one task, {task}, and has kept to it.",
)


@dataclass(frozen=True)
class Pair:
    """A first and a second word."""

    first: FirstWord
    second: SecondWord

    @property
    def words(self) -> str:
        """The concept's two words."""
        return f"{self.first.word} {self.second.word}"


class ConceptFinder:
    """Finds concepts in the lexicon."""

    def __init__(self, lexicon: Lexicon, thesaurus: Thesaurus, maker: Maker) -> None:
        self._lexicon = lexicon
        self._thesaurus = thesaurus
        self._maker = maker

    def find(self, theme: Theme, is_taken: Callable[[str], bool], seed: int) -> Concept:
        """Find the concept of `seed` for `theme`; see `Writer.find_concept`."""
        meanings = self._thesaurus.read(theme.words)
        pair = self._choose(theme, meanings, is_taken, seed)
        return Concept(
            words=pair.words,
            theme=theme.words,
            turn=_turn(pair, seed),
            reasoning=self._reasoning(pair, meanings),
            maker=self._maker,
        )

    def _choose(
        self,
        theme: Theme,
        meanings: tuple[Meaning, ...],
        is_taken: Callable[[str], bool],
        seed: int,
    ) -> Pair:
        for pairs in self._nearest_first(meanings):
            chosen = _draw(pairs, theme.words, is_taken, seed)
            if chosen is not None:
                return chosen
        raise InputError(
            f"Every one of the {len(self._lexicon.firsts) * len(self._lexicon.seconds):,} "
            "concepts of the offline writer is taken.",
            "Let concepts come again with --allow-repeat, or choose another writer.",
        )

    def _nearest_first(self, meanings: tuple[Meaning, ...]) -> list[list[Pair]]:
        nearness = Nearness(meanings, self._lexicon)
        rings: dict[int, list[Pair]] = {}
        for first in self._lexicon.firsts.values():
            for second in self._lexicon.seconds.values():
                far = nearness.distance(first, second)
                rings.setdefault(far, []).append(Pair(first, second))
        pools: list[list[Pair]] = []
        gathered: list[Pair] = []
        for far in sorted(rings):
            gathered += rings[far]
            if len(gathered) >= FEWEST_PAIRS:
                pools.append(gathered)
                gathered = []
        return [*pools, gathered] if gathered else pools

    def _two_sides(self, pair: Pair, meanings: tuple[Meaning, ...]) -> str:
        called = {name: field.called for name, field in self._lexicon.fields.items()}
        meant = list(dict.fromkeys(name for meaning in meanings for name in meaning.fields))
        ours = [name for name in meant if name in pair.first.fields]
        theirs = [name for name in meant if name in pair.second.fields]
        apart = [(one, other) for one in ours for other in theirs if one != other]
        if apart:
            one, other = apart[0]
            return f"The one answers {called[one]}, the other {called[other]}."
        if ours and theirs:
            return f"Both answer {called[ours[0]]}, each from its own side."
        if not (ours or theirs):
            return "Nearer words are taken, so these two come from the theme's neighbourhood."
        guest = pair.second if ours else pair.first
        return (
            f"{guest.word} comes from elsewhere, from {called[guest.fields[0]]}, "
            "and keeps the picture from the obvious."
        )

    def _reasoning(self, pair: Pair, meanings: tuple[Meaning, ...]) -> str:
        said = [_about_theme(self._lexicon, meanings)]
        said.append(f"{pair.first.word} brings {pair.first.sense}.")
        thing = pair.second.word.lower()
        said.append(f"The {thing} {'are' if is_plural(thing) else 'is'} {pair.second.gloss}.")
        strangers = tuple(f"'{meaning.word}'" for meaning in meanings if not meaning.known)
        if strangers:
            verb, its = ("are", "their") if len(strangers) > 1 else ("is", "its")
            said.append(
                f"{listed(strangers[:4])} {verb} not in the offline writer's thesaurus, "
                f"so {its} part was drawn by lot."
            )
        else:
            said.append(self._two_sides(pair, meanings))
        return " ".join(said)


def _draw(pairs: list[Pair], theme: str, is_taken: Callable[[str], bool], seed: int) -> Pair | None:
    """The pair of `seed`: other seeds walk through other subjects first, then other qualities.

    A subject of which no concept is taken goes before all others, so that pictures of one
    theme keep showing different things for as long as there are different things to show.
    """
    subjects: dict[str, list[Pair]] = {}
    for pair in pairs:
        subjects.setdefault(pair.second.word, []).append(pair)
    order = shuffled(list(subjects), str, "subject", theme)
    start = seed % len(order)
    turned = [*order[start:], *order[:start]]
    left = {name: [p for p in subjects[name] if not is_taken(p.words)] for name in turned[:1]}
    if len(left[turned[0]]) < len(subjects[turned[0]]):
        for name in turned[1:]:
            left[name] = [pair for pair in subjects[name] if not is_taken(pair.words)]
            if len(left[name]) == len(subjects[name]):
                break
    used = {name: len(subjects[name]) - len(left[name]) for name in left if left[name]}
    if not used:
        return None
    name = min(used, key=lambda found: (used[found], turned.index(found)))
    free = {pair.words for pair in left[name]}
    firsts = shuffled(subjects[name], lambda pair: pair.first.word, "first", theme)
    # This walk meets every pair of a full table of subjects and qualities once.
    step = (seed + order.index(name) - start + seed // lcm(len(order), len(firsts))) % len(firsts)
    return next(p for p in [*firsts[step:], *firsts[:step]] if p.words in free)


def _turn(pair: Pair, seed: int) -> str:
    frame = pick(_TURNS, "turn", pair.words, seed)
    return frame.format(bearer=pair.first.bearer, task=pair.second.task)


def _about_theme(lexicon: Lexicon, meanings: tuple[Meaning, ...]) -> str:
    known = [meaning for meaning in meanings if meaning.known]
    fields = list(dict.fromkeys(meaning.fields[0] for meaning in known or meanings))[:3]
    called = listed([lexicon.fields[name].called for name in fields])
    return f"The theme speaks of {called}." if known else f"The theme was taken to {called}."
