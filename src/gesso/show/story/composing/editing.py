"""Edits of a story, one at a time; each makes another story, and whoever keeps it, a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gesso.core.errors import InputError
from gesso.core.llms.plain import plain
from gesso.core.records.maker import PERSON, Maker
from gesso.show.story.records import Change, Point, Scene, Story
from gesso.show.story.timeline import ticks_of, transition

LONGEST = 400
"""Letters of a text."""


def retitled(story: Story, title: str | None = None, subtitle: str | None = None) -> Story:
    """Another title; None leaves it."""
    return replace(
        story,
        title=story.title if title is None else _text(title),
        subtitle=story.subtitle if subtitle is None else _text(subtitle),
        words=Maker(PERSON),
    )


def rewritten(story: Story, number: int, told: Mapping[str, Any]) -> Story:
    """Change a scene.

    Args:
        story: whose.
        number: of the scene, from 1.
        told: any of title, line, text (words), hold (seconds), into (a transition's kind), into_s
            (its seconds), move, focal (x, y), None for what stays.

    Raises:
        InputError: there is no such scene, or a value cannot be.
    """
    scene = _scene(story, number)
    given = {name: value for name, value in told.items() if value is not None}
    words = [name for name in ("title", "line", "text") if name in given]
    changed = replace(
        scene,
        title=_text(given.get("title", scene.title)),
        line=_text(given.get("line", scene.line)),
        text=_text(given.get("text", scene.text)),
    )
    if "hold" in given:
        changed = replace(changed, wish=ticks_of(float(given["hold"])))
    if "into" in given or "into_s" in given:
        kind: Change = given.get("into", scene.into.kind)
        changed = replace(changed, into=transition(kind, given.get("into_s")))
    if "move" in given:
        changed = replace(changed, move=given["move"])
    if "focal" in given:
        changed = replace(changed, focal=_point(given["focal"]))
    scenes = [*story.scenes[: number - 1], changed, *story.scenes[number:]]
    return replace(story, scenes=tuple(scenes), words=Maker(PERSON) if words else story.words)


def without(story: Story, number: int) -> Story:
    """A story without one of its scenes.

    Raises:
        InputError: there is no such scene, or it is the only one.
    """
    _scene(story, number)
    if len(story.scenes) == 1:
        raise InputError("A story needs one work at least.", "Add another before.")
    return replace(story, scenes=(*story.scenes[: number - 1], *story.scenes[number:]))


def moved(story: Story, number: int, to: int) -> Story:
    """A scene at another place, from 1.

    Raises:
        InputError: there is no such scene or place.
    """
    scene = _scene(story, number)
    _scene(story, to)
    rest = [*story.scenes[: number - 1], *story.scenes[number:]]
    rest.insert(to - 1, scene)
    return replace(story, scenes=tuple(rest), order="manual")


def joined_by(story: Story, scenes: Sequence[Scene]) -> Story:
    """A story with further scenes at its end; works that it has already stay as they are."""
    fresh = [scene for scene in scenes if scene.work not in story.works]
    return replace(story, scenes=(*story.scenes, *fresh))


def _scene(story: Story, number: int) -> Scene:
    if not 1 <= number <= len(story.scenes):
        raise InputError(
            f"This story has no scene {number}.", f"Its scenes are 1 to {len(story.scenes)}."
        )
    return story.scenes[number - 1]


def _text(words: str) -> str:
    told = plain(words)
    if len(told) > LONGEST:
        raise InputError(
            f"A text of {len(told):,} letters is too long for a wall.", f"{LONGEST} are the most."
        )
    return told


def _point(place: Sequence[float]) -> Point:
    x, y = (float(one) for one in place)
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise InputError(
            f"A focal point at {x:g}, {y:g}?", "Both are shares of the picture, 0 to 1."
        )
    return Point(x, y)
