"""A text read as a painter reads it: what to paint, in what air and what colours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from gesso.make import aims
from gesso.make.painters.procedural.air import (
    Weather,
    hand_of,
    metal_of,
    night_of,
    read_weather,
)
from gesso.make.painters.procedural.canvas.noise import generator
from gesso.make.painters.procedural.spec import PaintSpec
from gesso.make.painters.procedural.subjects import (
    MOTIFS,
    Named,
    named_in,
    singular,
    without_denials,
    word_table,
)

_PALETTES = word_table("palettes.toml")
_LIGHTS = ("sun", "moon", "comet")
_MOST_SUBJECTS = 3
_SQUARE = 0.45
"""From this symmetry on the light stands in the middle, where the text does not place it."""
_PLACES = ("mountains", "lake", "sea", "hills", "dunes", "forest", "meadow", "harbour")


@dataclass(frozen=True)
class Brief:
    """What was understood of a text.

    Attributes:
        spec: the picture's parameters.
        shows: what will be painted, in plain words and in the text's own.
        omits: what was asked for and will not be there.
    """

    spec: PaintSpec
    shows: tuple[str, ...]
    omits: tuple[str, ...]


def read_text(text: str, avoid: str, seed: int) -> Brief:
    """Read an order. Any text gives a brief; one that names no place gets one by lot."""
    body = without_denials(text)
    shunned = named_in(avoid.lower()).motifs
    named = named_in(body)
    choice = _choose([name for name in _wanted(named) if name not in shunned], body)
    weather = read_weather(body, avoid.lower(), choice.setting, choice.subjects)
    spec = _spec(text, body, replace(choice, shuns=shunned), weather, seed)
    shows = dict.fromkeys((*_shows(named, choice), *weather.shows))
    omits = dict.fromkeys((*_omits(named, choice), *weather.omits))
    return Brief(spec, tuple(shows), tuple(word for word in omits if word not in shows))


def _wanted(named: Named) -> list[str]:
    """Names first; a mood hangs a light in the sky, and finds a scene only where none is named."""
    has_scene = any(MOTIFS[name].role != "sky" for name in named.motifs)
    moods = [name for name in named.moods if MOTIFS[name].role == "sky" or not has_scene]
    return [*named.motifs, *moods]


@dataclass(frozen=True)
class _Choice:
    """One place, what stands in it, what hangs over it, what shall not be there."""

    setting: str
    subjects: tuple[str, ...] = ()
    skies: tuple[str, ...] = ()
    shuns: tuple[str, ...] = ()

    @property
    def painted(self) -> tuple[str, ...]:
        return (*self.subjects, self.setting, *self.skies)

    @property
    def is_outdoors(self) -> bool:
        return MOTIFS[self.setting].role == "setting"


def _shows(named: Named, choice: _Choice) -> tuple[str, ...]:
    """What is painted, by the text's own true names where it has some."""
    shown: list[str] = []
    for name in choice.painted:
        own = [words for motif, words in named.words if motif == name]
        plain = MOTIFS[name].plain
        shown += [plain if singular(words) in plain else words for words in own] or [plain]
    if any(name == "sky" for name, _words in named.words) and choice.is_outdoors:
        shown.append(MOTIFS["sky"].plain)
    return tuple(dict.fromkeys(shown))


def _omits(named: Named, choice: _Choice) -> tuple[str, ...]:
    """Things beyond the repertoire, and things for which this picture has no room."""
    crowded = [
        words
        for name, words in named.words
        if name not in choice.painted and not (name == "sky" and choice.is_outdoors)
    ]
    return tuple(dict.fromkeys((*named.unknown, *crowded)))


def _choose(named: list[str], body: str) -> _Choice:
    """One place, up to three things in it, and what hangs over it."""
    roles = {name: MOTIFS[name].role for name in named}
    settings = [name for name in named if roles[name] == "setting"]
    wholes = [name for name in named if roles[name] == "whole"]
    things = [name for name in named if roles[name] in {"subject", "either"}]
    skies = _skies([name for name in named if roles[name] == "sky"])
    # A hint of weather or light does not send a machine out of doors, a place does.
    alone = len(things) == 1 and roles[things[0]] == "either" and not settings
    if alone and (not skies or (things[0] == "orrery" and skies == ("stars",))):
        return _Choice(things[0], skies=skies)
    outdoors = settings or things
    if wholes and (not outdoors or named.index(wholes[0]) == 0):
        return _Choice(wholes[0])
    if settings:
        return _Choice(settings[0], tuple(things[:_MOST_SUBJECTS]), skies)
    if things:
        home = next((MOTIFS[name].home for name in things if MOTIFS[name].home), "hills")
        return _Choice(home, tuple(things[:_MOST_SUBJECTS]), skies)
    lot = int(generator(0, "place", body).integers(len(_PLACES)))
    return _Choice("sea" if skies else _PLACES[lot], skies=skies)


def _skies(named: list[str]) -> tuple[str, ...]:
    """What hangs in the sky; a picture has one light."""
    light = next((name for name in named if name in _LIGHTS), "")
    return tuple(name for name in named if name != "sky" and (name not in _LIGHTS or name == light))


def _spec(text: str, body: str, choice: _Choice, weather: Weather, seed: int) -> PaintSpec:
    asked = aims.read(text)
    rng = generator(seed, "spec")
    night = night_of(body, (*choice.subjects, choice.setting), choice.skies, asked.get("key"))
    dark, mid, light, chroma = _colours(body, night)
    if "chroma" in asked:
        chroma = min(0.13, max(chroma, asked["chroma"]))
    light_x, light_y = _light(seed)
    if asked.get("symmetry", 0.0) > _SQUARE:
        light_x = 0.5
    if "light_y" in asked:
        # A sun or moon that is asked for by name stands over the horizon.
        hangs = any(name in _LIGHTS for name in choice.skies)
        light_y = min(asked["light_y"], 0.5) if hangs else asked["light_y"]
    return PaintSpec(
        seed=seed,
        setting=choice.setting,
        subjects=choice.subjects,
        skies=choice.skies,
        shuns=choice.shuns,
        night=night,
        season=weather.season,
        weather=weather.falls,
        storm=weather.storm,
        metal=metal_of(body),
        key=asked.get("key"),
        contrast=asked.get("contrast"),
        chroma=asked.get("chroma"),
        hue_dark=asked.get("hue_dark", dark),
        hue_mid=asked.get("hue_mid", mid),
        hue_light=asked.get("hue_light", light),
        ground_chroma=chroma,
        grade=(asked.get("hue_dark"), asked.get("hue_mid"), asked.get("hue_light")),
        symmetry=asked.get("symmetry", 0.0),
        balance=asked.get("balance"),
        light_x=asked.get("light_x", light_x),
        light_y=light_y,
        mist=asked.get("mist", float(0.15 + 0.2 * rng.random())),
        density=asked.get("density"),
        even=asked.get("symmetry"),
        haze=asked.get("mist"),
        brush=hand_of(body, "brush", 0.42),
        relief=hand_of(body, "relief", 0.5),
    )


def _light(seed: int) -> tuple[float, float]:
    """Where the light stands where no text says it: to either side, high or half-way down.

    Pairs are painted with neighbouring wishes and other seeds, so that every seed has a place of
    its own; the middle is left out, where a light makes a target of the picture.
    """
    aside, down = generator(seed, "light").random(2)
    left = 0.16 + 0.52 * float(aside)
    return (left if left < 0.42 else left + 0.16), 0.12 + 0.24 * float(down)


def _colours(body: str, night: float) -> tuple[float, float, float, float]:
    """Hues of darks, middles and lights, and a chroma, from the words or by their lot."""
    words = [singular(word) for word in re.findall("[a-z]+", body)]
    own = next((_PALETTES["words"][word] for word in words if word in _PALETTES["words"]), None)
    if own is None:
        rows = _PALETTES["night" if night > 0.5 else "day"]
        # The words draw the palette, not the seed: a pair of one prompt is of one mind.
        row = rows[int(generator(0, "palette", " ".join(words)).integers(len(rows)))]
        dark, mid, light = row["hues"]
        return float(dark), float(mid), float(light), float(row["chroma"])
    dark, mid, light = own
    if night > 0.6 and not set(words) & set(_PALETTES["fires"]["words"]) and not 170 < dark < 300:
        # Night cools what is not on fire.
        dark, mid = 272, mid if 170 < mid < 330 else 262
    return float(dark), float(mid), float(light), 0.08
