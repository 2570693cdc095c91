"""The air of a picture, read from its text: the hour, the season, the weather, the hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gesso.make.painters.procedural.subjects import MOTIFS, singular, word_table

_AIR = word_table("air.toml")
_LANDS = frozenset({"mountains", "forest", "hills", "meadow"})
_SNOWY = _LANDS | {"lake"}
_METAL_REACH = 3


@dataclass(frozen=True)
class Weather:
    """What the air does.

    Attributes:
        season: "", "spring", "summer", "autumn" or "winter".
        falls: "", "rain" or "snow".
        storm: 0 none to 1 a thunderstorm.
        shows: what of it will be seen, in plain words.
        omits: what was asked for and will not be seen.
    """

    season: str = ""
    falls: str = ""
    storm: float = 0.0
    shows: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()


def read_weather(body: str, shunned: str, setting: str, subjects: tuple[str, ...]) -> Weather:
    """Read season and weather; within doors nothing falls, and a sea has no winter.

    Args:
        body: the text in lower case.
        shunned: what must not be seen, in lower case.
        setting: the motif name of the place.
        subjects: motif names of what stands in it.
    """
    season = _season(body)
    unwanted = _weathers(shunned)
    asked = {name: word for name, word in _weathers(body).items() if name not in unwanted}
    if not asked and not season:
        return Weather()
    if MOTIFS[setting].role != "setting":
        return Weather(omits=(*asked, *([season] if season else [])))
    storm = 1.0 if "lightning" in asked else 0.8 if "storm" in asked else 0.0
    falls = next((fall for fall in ("snow", "rain") if fall in asked), "")
    if storm and not falls:
        falls = "snow" if season == "winter" else "rain"
    lies = falls == "snow" or (season == "winter" and setting in _SNOWY)
    seen = season and (_is_seen(season, setting, subjects) or (season == "winter" and lies))
    shows = [*asked, *asked.values(), *(["snow"] if lies else []), *([season] if seen else [])]
    omits = [season] if season and not seen else []
    return Weather(season, falls, storm, tuple(dict.fromkeys(shows)), tuple(omits))


def _weathers(body: str) -> dict[str, str]:
    """The weathers that a text names, each with its own word for it."""
    words = [singular(word) for word in re.findall("[a-z]+", body)]
    named = {
        name: next((word for word in words if word in own), "")
        for name, own in _AIR["weathers"].items()
    }
    return {name: word for name, word in named.items() if word}


def _season(body: str) -> str:
    words = set(re.findall("[a-z]+", body))
    return next((season for season, own in _AIR["seasons"].items() if words & set(own)), "")


def _is_seen(season: str, setting: str, subjects: tuple[str, ...]) -> bool:
    """Whether anything in the picture tells a season: the green, the fields, a tree's leaves."""
    if season == "winter":
        return setting in _SNOWY or bool({"tree", "house", "village"} & set(subjects))
    if season in {"autumn", "spring"} and "tree" in subjects:
        return True
    return season in {"autumn", "summer"} and setting in {"hills", "meadow"}


def night_of(
    body: str, things: tuple[str, ...], skies: tuple[str, ...], key: float | None
) -> float:
    """The hour, 0 broad day to 1 deep night.

    Args:
        body: the text in lower case.
        things: motif names of the place and what stands in it.
        skies: motif names of what hangs over it.
        key: the key that the text asks for.
    """
    words = re.findall("[a-z]+", body)
    stated = [_AIR["night"][word] for word in words if word in _AIR["night"]]
    if stated:
        return float(max(stated))
    hung = [_AIR["skies"][name] for name in skies if name in _AIR["skies"]]
    if hung:
        return float(max(hung))
    if any(word in _AIR["day"]["words"] for word in words):
        return 0.0
    own = max(float(_AIR["own"].get(name, 0.0)) for name in things)
    if key is None:
        return own
    if key < 32:
        return max(own, 0.85)
    return own if key < 48 else 0.0


def hand_of(body: str, table: str, usual: float) -> float:
    """Breadth of brush or thickness of paint, by the first phrase of the table that is found."""
    text = " " + " ".join(re.findall("[a-z]+", body)) + " "
    found = (value for phrase, value in _AIR[table].items() if f" {phrase}" in text)
    return float(next(found, usual))


def metal_of(body: str) -> str:
    """The metal that a text gives to a machine, "" where it gives none."""
    words = [singular(word) for word in re.findall("[a-z]+", body)]
    for place, word in enumerate(words):
        metal = next((name for name, own in _AIR["metals"].items() if word in own), "")
        nearby = words[place + 1 : place + 1 + _METAL_REACH]
        if metal and set(_AIR["machines"]["words"]) & set(nearby):
            return metal
    return ""
