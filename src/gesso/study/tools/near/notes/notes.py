"""Notes on movements and media: when, what to see, and which of it our measurements can see."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from gesso.study.tips.percentiles import percentile_of

Kind = Literal["movement", "medium"]
Side = Literal["<", ">"]
_LOW, _HIGH = 0.3, 0.7
"""Percentiles among paintings beyond which a cue is seen."""


@dataclass(frozen=True)
class Cue:
    """Something to look for that a measurement can see.

    Attributes:
        words: "few large darks".
        metric: the measurement that would show it.
        side: whether it shows in a low or a high value, among paintings.
    """

    words: str
    metric: str
    side: Side

    def is_seen(self, metrics: Mapping[str, float]) -> bool:
        """The measurement lies on that side, in the outer three tenths of paintings."""
        value = metrics.get(self.metric)
        place = None if value is None else percentile_of(self.metric, value)
        if place is None:
            return False
        return place <= _LOW if self.side == "<" else place >= _HIGH


@dataclass(frozen=True)
class Note:
    """What can be said of a movement or a medium in two sentences.

    Attributes:
        name: as it is usually called.
        kind: "movement" or "medium".
        other: other names for the same.
        when: its years, in words.
        text: one or two sentences.
        unseen: what of it no measurement of ours can see.
        cues: what of it can be.
    """

    name: str
    kind: Kind
    other: tuple[str, ...]
    when: str
    text: str
    unseen: str
    cues: tuple[Cue, ...]


@cache
def notes() -> Mapping[str, Note]:
    """All notes by their name."""
    text = files("gesso.study.tools.near.notes").joinpath("notes.toml").read_text("utf-8")
    found = {}
    for name, row in tomllib.loads(text).items():
        cues = tuple(Cue(*cue) for cue in row["cues"])
        found[name] = Note(
            name, row.get("kind", "movement"), tuple(row.get("other", ())), row["when"],
            row["text"], row["unseen"], cues,
        )  # fmt: skip
    return found


def note_on(name: str) -> Note | None:
    """The note on what a catalogue calls so; None where there is none.

    Upper and lower case, hyphens and an ending "painting" or "school" make no difference.
    """
    return _by_any_name().get(_plain(name))


@cache
def _by_any_name() -> Mapping[str, Note]:
    return {_plain(name): note for note in notes().values() for name in (note.name, *note.other)}


def _plain(name: str) -> str:
    words = name.casefold().replace("-", " ").split()
    while len(words) > 1 and words[-1] in ("painting", "school", "period", "style", "movement"):
        words = words[:-1]
    return " ".join(words)
