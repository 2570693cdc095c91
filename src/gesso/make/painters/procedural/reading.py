"""A text read as a painter reads it: what to paint, in what air and colours, and what is beyond us."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from gesso.make import aims
from gesso.make.painters.procedural.canvas.noise import generator
from gesso.make.painters.procedural.spec import PaintSpec

_WORDS_FOLDER = files("gesso.make.painters.procedural") / "words"


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((_WORDS_FOLDER / name).read_text("utf-8"))


def _word_list(name: str) -> frozenset[str]:
    lines = (_WORDS_FOLDER / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@dataclass(frozen=True)
class Motif:
    """One row of the repertoire.

    Attributes:
        name: its key.
        plain: what a person calls it: "a bridge".
        role: "setting", "subject", "sky", "whole" or "either".
        home: the setting that it takes when none is named, "" for any.
    """

    name: str
    plain: str
    role: str
    home: str = ""


_ROWS = _table("repertoire.toml")
MOTIFS = {
    name: Motif(name, row["plain"], row["role"], row.get("home", "")) for name, row in _ROWS.items()
}
"""The repertoire by name."""

_PHRASES = {tuple(words.split()): name for name, row in _ROWS.items() for words in row["words"]}
_LONGEST = max(len(phrase) for phrase in _PHRASES)
_UNSPOKEN = _word_list("unspoken.txt")
_ABSTRACT = _word_list("abstract.txt")
_PALETTES = _table("palettes.toml")
_AIM_WORDS = frozenset(aims.HUES) | frozenset(
    word
    for scale in aims.SCALES.values()
    for _limit, words in scale.words
    for word in re.findall("[a-z]+", words)
)
_LISTED = ", ".join(
    sorted(
        motif.plain.removeprefix("a ").removeprefix("an ").removeprefix("the ")
        for motif in MOTIFS.values()
    )
)
REPERTOIRE = f"the offline painter paints {_LISTED}"
"""One line of everything that can be asked for."""

_DENIED = re.compile(r"\b(?:no|without|never|nor|avoid|not)\b[^,.;:!?\n]*")
_TOKENS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[,.;:!?()\"“”\n]")
_QUALITY = re.compile(r"(?:ly|ing|ed|ous|ful|less|ish|est|ible|able|esque|like|ward|wards|most)$")
_THINGS_ALL_THE_SAME = frozenset(
    """king ring wing string building ceiling swing sling thing lightning clothing earring duckling
    pudding butterfly family lily jelly bed seed shed sled reed weed steed bird fish dish radish
    goldfish starfish table vegetable cable forest nest chest guest bowl""".split()
)
_SKIES = 3
_SUBJECTS = 3


@dataclass(frozen=True)
class Brief:
    """What was understood of a text.

    Attributes:
        spec: the picture's parameters.
        shows: what will be painted, in plain words.
        omits: what was asked for and is beyond the repertoire.
    """

    spec: PaintSpec
    shows: tuple[str, ...]
    omits: tuple[str, ...]


def read_text(text: str, seed: int) -> Brief:
    """Read an order's text. Any text gives a brief; one that names nothing gets a place by lot."""
    body = _DENIED.sub(" ", aims.strip_clauses(text).lower())
    named, unknown = _subjects(body)
    chosen = _choose(named, body, seed)
    crowded = tuple(MOTIFS[name].plain for name in named if name not in chosen.painted)
    spec = _spec(text, body, chosen, seed)
    shows = tuple(
        MOTIFS[name].plain for name in chosen.painted if name in named or name == chosen.setting
    )
    return Brief(spec, shows, tuple(dict.fromkeys((*unknown, *crowded))))


def singular(word: str) -> str:
    """The singular of a plain English plural; other words as they are."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _subjects(body: str) -> tuple[list[str], list[str]]:
    """Motif names in the order of the text, and the heads of phrases that nobody knows."""
    tokens = [part for token in _TOKENS.findall(body) for part in _parts(token)]
    named: list[str] = []
    unknown: list[str] = []
    ideas: list[str] = []
    open_phrase: list[str] = []
    place = 0
    while place < len(tokens):
        length, motif = _known(tokens, place)
        if motif:
            if motif not in named:
                named.append(motif)
            _close(open_phrase, unknown)
            place += length
            continue
        word = tokens[place]
        place += 1
        if _is_thing(word):
            open_phrase.append(word)
        else:
            _close(open_phrase, unknown)
            if word in _ABSTRACT:
                ideas.append(word)
    _close(open_phrase, unknown)
    if not named and not unknown:
        unknown = ideas
    return named, list(dict.fromkeys(unknown))


def _parts(token: str) -> list[str]:
    return token.split("-") if "-" in token and token not in _UNSPOKEN else [token]


def _known(tokens: list[str], place: int) -> tuple[int, str]:
    for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
        words = tokens[place : place + length]
        for ending in (words[-1], singular(words[-1])):
            motif = _PHRASES.get((*words[:-1], ending))
            if motif:
                return length, motif
    return 1, ""


def _is_thing(word: str) -> bool:
    if not word[0].isalpha():
        return False
    one = singular(word)
    if {word, one} & _THINGS_ALL_THE_SAME:
        return True
    if {word, one} & (_UNSPOKEN | _ABSTRACT | _AIM_WORDS):
        return False
    return len(word) > 1 and not _QUALITY.search(word)


def _close(phrase: list[str], unknown: list[str]) -> None:
    """A phrase is called by its head and the word before it."""
    if phrase:
        unknown.append(" ".join(phrase[-2:]))
        phrase.clear()


@dataclass(frozen=True)
class _Choice:
    setting: str
    subjects: tuple[str, ...]
    skies: tuple[str, ...]

    @property
    def painted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.subjects, self.setting, *self.skies)))


def _choose(named: list[str], body: str, seed: int) -> _Choice:
    """One place, up to three things in it, and what hangs over it."""
    role = {name: MOTIFS[name].role for name in named}
    settings = [name for name in named if role[name] == "setting"]
    either = [name for name in named if role[name] == "either"]
    wholes = [name for name in named if role[name] == "whole"]
    things = [name for name in named if role[name] in ("subject", "either")]
    skies = [name for name in named if role[name] == "sky"][:_SKIES]
    if (
        not things
        and wholes
        and (not settings or named.index(wholes[0]) < named.index(settings[0]))
    ):
        return _Choice(wholes[0], (), ())
    if either and not settings and not skies and len(things) == 1:
        return _Choice(either[0], (), ())
    if wholes and not settings and not things:
        return _Choice(wholes[0], (), ())
    if settings:
        # A range or a wood stands well behind water; other places do not share a picture.
        first = settings[0]
        return _Choice(first, tuple(things[:_SUBJECTS]), tuple(skies))
    if things:
        home = next((MOTIFS[name].home for name in things if MOTIFS[name].home), "hills")
        return _Choice(home, tuple(things[:_SUBJECTS]), tuple(skies))
    places = ("mountains", "lake", "sea", "hills", "dunes", "forest")
    lot = int(generator(0, "place", body).integers(len(places)))
    del seed
    return _Choice("sea" if skies else places[lot], (), tuple(skies))


_NIGHT = {
    "night": 1.0,
    "nocturne": 1.0,
    "nocturnal": 1.0,
    "midnight": 1.0,
    "moonlit": 1.0,
    "moonlight": 1.0,
    "starry": 1.0,
    "nightfall": 0.9,
    "lamplight": 0.9,
    "twilight": 0.72,
    "dusk": 0.65,
    "evening": 0.6,
    "neon": 0.9,
    "dark": 0.75,
    "gloaming": 0.7,
    "lantern": 0.7,
}
_DAY = (
    "noon",
    "day",
    "daylight",
    "morning",
    "sunny",
    "sunlit",
    "dawn",
    "sunrise",
    "sunset",
    "afternoon",
    "sun",
)
_NIGHT_SKIES = {"moon": 1.0, "stars": 1.0, "aurora": 1.0, "comet": 1.0}


def _night(body: str, choice: _Choice, asked: dict[str, float]) -> float:
    words = re.findall("[a-z]+", body)
    stated = [_NIGHT[word] for word in words if word in _NIGHT]
    if stated:
        return max(stated)
    skies = [_NIGHT_SKIES[name] for name in choice.skies if name in _NIGHT_SKIES]
    if skies:
        return max(skies)
    if any(word in _DAY for word in words):
        return 0.0
    if "key" in asked:
        return 0.85 if asked["key"] < 30 else 0.0
    return 0.0


def _season(body: str) -> str:
    for season, words in (
        ("winter", "winter snow snowy frost frozen ice icy"),
        ("autumn", "autumn october harvest autumnal"),
        ("spring", "spring cherry april"),
        ("summer", "summer"),
    ):
        if any(re.search(rf"\b{word}\b", body) for word in words.split()):
            return season
    return ""


def _spec(text: str, body: str, choice: _Choice, seed: int) -> PaintSpec:
    asked = aims.read(text)
    rng = generator(seed, "spec")
    night = _night(body, choice, asked)
    spec = PaintSpec(
        seed=seed,
        setting=choice.setting,
        subjects=choice.subjects,
        skies=choice.skies,
        night=night,
        season=_season(body),
        light_x=float(rng.choice((0.3, 0.36, 0.64, 0.7)) + 0.04 * rng.standard_normal()),
        light_y=float(0.20 + 0.12 * rng.random()),
        mist=float(0.15 + 0.2 * rng.random()),
        density=float(0.15 + 0.1 * rng.random()),
        brush=_brush(body),
        relief=_relief(body),
        steer=frozenset(asked),
    )
    spec = _coloured(spec, body, asked)
    plain = {
        name: asked[name]
        for name in (
            "key",
            "contrast",
            "chroma",
            "symmetry",
            "balance",
            "light_x",
            "light_y",
            "mist",
            "density",
        )
        if name in asked
    }
    if plain.get("chroma", 1.0) > spec.ground_chroma:
        spec = replace(
            spec, ground_chroma=min(0.13, max(spec.ground_chroma, plain.get("chroma", 0.0)))
        )
    return replace(spec, **plain)


def _coloured(spec: PaintSpec, body: str, asked: dict[str, float]) -> PaintSpec:
    words = [singular(word) for word in re.findall("[a-z]+", body)]
    own = next((_PALETTES["words"][word] for word in words if word in _PALETTES["words"]), None)
    if own is None:
        rows = _PALETTES["night" if spec.night > 0.5 else "day"]
        # The words draw the palette, not the seed: a pair of one prompt is of one mind.
        row = rows[int(generator(0, "palette", " ".join(words)).integers(len(rows)))]
        own, chroma = row["hues"], row["chroma"]
    else:
        chroma = 0.08
    dark, mid, light = own
    return replace(
        spec,
        hue_dark=asked.get("hue_dark", float(dark)),
        hue_mid=asked.get("hue_mid", float(mid)),
        hue_light=asked.get("hue_light", float(light)),
        ground_chroma=chroma,
    )


def _brush(body: str) -> float:
    if (
        re.search(r"\b(broad|bold|loose|thick|big|wide) (brush|stroke|brushstroke|brushwork)", body)
        or "palette knife" in body
    ):
        return 0.95
    if re.search(
        r"\b(fine|delicate|small|tight) (brush|stroke|brushwork|detail)|\b(intricate|miniature|precise|minute)\b",
        body,
    ):
        return 0.1
    return 0.42


def _relief(body: str) -> float:
    if re.search(r"\bimpasto|thick paint|palette knife|heavy paint", body):
        return 0.95
    if re.search(r"\bglaze[ds]?\b|\bsmooth paint|\bthin paint|watercolou?r|sfumato", body):
        return 0.15
    return 0.5
