"""Captions beside a film: its labels as WebVTT, from when they would stand on the wall."""

from __future__ import annotations

from gesso.show.story.records import TICKS, Story
from gesso.show.story.timeline import timeline_of

_FROM = 0.6


def as_vtt(story: Story) -> str:
    """The words of a story's scenes as a WebVTT file."""
    parts = ["WEBVTT", ""]
    if story.opening:
        parts += _cue(0, story.opening, story.title, story.subtitle)
    for shot in timeline_of(story).shots:
        scene = shot.scene
        start = shot.start + round(_FROM * scene.into.ticks)
        parts += _cue(start, shot.end, scene.title, scene.line, scene.text)
    return "\n".join(parts)


def _cue(start: int, end: int, *lines: str) -> list[str]:
    told = [_harmless(line) for line in lines if line.strip()]
    if not told or end <= start:
        return []
    return [f"{_time(start)} --> {_time(end)}", *told, ""]


def _harmless(line: str) -> str:
    """Text in which nothing is markup, and no line ends a cue."""
    joined = " ".join(line.split())
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(ticks: int) -> str:
    millis = round(ticks * 1000 / TICKS)
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{millis:03d}"
