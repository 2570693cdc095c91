"""The lexicon: first words that lend a light, second words that can be painted, their fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_FIRSTS = ("hours", "weathers", "materials", "forces", "feelings")
_SECONDS = ("machines", "waters", "lands", "buildings", "skies")


@dataclass(frozen=True)
class Field:
    """A region of meaning that words share.

    Attributes:
        name: "night".
        called: what a sentence calls it: "the night".
        near: fields to go to when this one is used up, nearest first.
    """

    name: str
    called: str
    near: tuple[str, ...]


@dataclass(frozen=True)
class FirstWord:
    """A quality, a material, an hour or a weather: it lends the picture its light.

    Attributes:
        word: "Lunar".
        fields: what it means, the main field first.
        sense: completes "it is": "the borrowed light of the moon".
        bearer: a singular noun phrase that can be asked to do something: "moonlight itself".
        mood: adjectives: "hushed and watchful".
        light: a noun phrase without a place: "cold moonlight".
        key, contrast, chroma: aims in the units of `make/aims.py`.
        hues: degrees of darks, middles and lights.
        mist: an aim, None where the word says nothing of the air.
        light_y: where its light stands, 0 top to 1 bottom.
    """

    word: str
    fields: tuple[str, ...]
    sense: str
    bearer: str
    mood: str
    light: str
    key: float
    contrast: float
    chroma: float
    hues: tuple[float, float, float]
    mist: float | None = None
    light_y: float = 0.26


@dataclass(frozen=True)
class Composition:
    """One way to set a subject into the picture.

    Attributes:
        say: a phrase: "its rings open around one still centre".
        symmetry: the aim that goes with it.
        balance: an aim, None where the phrase says nothing of it.
    """

    say: str
    symmetry: float
    balance: float | None = None


@dataclass(frozen=True)
class SecondWord:
    """A thing that can be painted.

    Attributes:
        word: "Orrery".
        fields: what it means, the main field first.
        subject: the thing in plain words: "a great brass orrery".
        asks: plain nouns that must be seen in the picture: "orrery".
        also: words of a theme that name it as well.
        gloss: completes "it is": "a machine that keeps the planets in their places".
        task: what it does, as an infinitive: "to keep the planets in their places".
        scenes: where it can stand; each goes on from the subject.
        compositions: how it can be set.
        density: an aim.
        key, contrast, chroma: added to the first word's aims.
    """

    word: str
    fields: tuple[str, ...]
    subject: str
    asks: tuple[str, ...]
    also: tuple[str, ...]
    gloss: str
    task: str
    scenes: tuple[str, ...]
    compositions: tuple[Composition, ...]
    density: float
    key: float = 0.0
    contrast: float = 0.0
    chroma: float = 0.0


@dataclass(frozen=True)
class Lexicon:
    """All words, by their name in lower case, in the order of the files."""

    fields: Mapping[str, Field]
    firsts: Mapping[str, FirstWord]
    seconds: Mapping[str, SecondWord]


@cache
def load_lexicon() -> Lexicon:
    """Read the lexicon beside this module."""
    return Lexicon(
        fields={
            name: Field(name, row["called"], tuple(row["near"]))
            for name, row in table("fields").items()
        },
        firsts={
            word.lower(): _first(word, row)
            for name in _FIRSTS
            for word, row in table(f"firsts/{name}").items()
        },
        seconds={
            word.lower(): _second(word, row)
            for name in _SECONDS
            for word, row in table(f"seconds/{name}").items()
        },
    )


def table(name: str) -> dict[str, Any]:
    """Read `words/NAME.toml`."""
    folder = files("gesso.make.writers.offline.vocabulary") / "words"
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))


def _first(word: str, row: Mapping[str, Any]) -> FirstWord:
    dark, middle, light = row["hues"]
    plain = {name: value for name, value in row.items() if name not in {"fields", "hues"}}
    return FirstWord(word=word, fields=tuple(row["fields"]), hues=(dark, middle, light), **plain)


def _second(word: str, row: Mapping[str, Any]) -> SecondWord:
    lists = {"fields", "asks", "also", "scenes", "compositions"}
    plain = {name: value for name, value in row.items() if name not in lists}
    return SecondWord(
        word=word,
        fields=tuple(row["fields"]),
        asks=tuple(row["asks"]),
        also=tuple(row.get("also", ())),
        scenes=tuple(row["scenes"]),
        compositions=tuple(Composition(**one) for one in row["compositions"]),
        **plain,
    )
