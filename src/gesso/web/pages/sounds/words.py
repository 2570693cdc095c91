"""What the pages of stories call things."""

from __future__ import annotations

from collections.abc import Mapping

from gesso.show.story.records import TICKS, Change, Move, OrderName, Story
from gesso.web.pages.doings.words import counted, span

ORDERS: Mapping[OrderName, str] = {
    "flow": "Flow: neighbours look alike",
    "arc": "Arc: calm, stirring, calm again",
    "light": "Light: from the darkest to the lightest",
    "chronological": "Years: the oldest first",
    "manual": "Your own",
    "llm": "As the model says",
}
INTO: Mapping[Change, str] = {
    "blocks": "painted in, the darkest mass first",
    "dissolve": "dissolves in light",
    "cut": "cut",
    "between": "by way of pictures between",
}
MOVES: Mapping[Move, str] = {
    "towards": "towards where the eye goes",
    "away": "away from it",
    "still": "still",
}
SIZES: Mapping[str, str] = {
    "960x540": "960 × 540",
    "1280x720": "1280 × 720",
    "1920x1080": "1920 × 1080, full HD",
    "3840x2160": "3840 × 2160, 4K",
    "1080x1080": "1080 × 1080, square",
    "1080x1920": "1080 × 1920, upright",
}


def length_of(seconds: float) -> str:
    """How long a film is: "37 s", "1 min 12 s"."""
    return span(seconds)


def heard_of(story: Story) -> str:
    """What is heard, in two words."""
    sound = story.soundtrack
    if sound.kind == "tracks":
        return counted(len(sound.tracks), "track")
    return "a score" if sound.kind == "score" else "silent"


def said_of(story: Story) -> str:
    """A story in a sentence."""
    works = counted(len(story.scenes), "work")
    return f"{works}, {span(story.ticks / TICKS)}, {heard_of(story)}."
