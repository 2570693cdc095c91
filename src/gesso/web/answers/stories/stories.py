"""Stories as the web asks for them: looked at, changed, seen before they are filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from gesso.core.catalogue.store.disk import Disk, make_folder, write_whole
from gesso.core.errors import GessoError, InputError, UnknownItem
from gesso.core.pixels.encode import encode
from gesso.core.sound.records import Track
from gesso.show.story.composing.editing import (
    joined_by,
    moved,
    retitled,
    rewritten,
    without,
)
from gesso.show.story.filming import small
from gesso.show.story.records import Story, Transition
from gesso.show.story.timeline import ticks_of, transition
from gesso.studio import Studio
from gesso.web.answers.stories.told import plain_line, plain_story
from gesso.web.answers.stories.wishes import (
    MoreWorks,
    NewStory,
    OrderWish,
    SceneChange,
    SoundWish,
    StoryChange,
    chosen,
)
from gesso.web.server.problems import Halt

_QUALITY = 88


class Stories:
    """Stories over the web; every method may be called from many threads.

    Args:
        studio: whose stories.
    """

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._stills = studio.folder / "cache" / "stories" / _mark(studio.settings.story.font)

    # Looking -----------------------------------------------------------------------------------

    def page(self, after: str | None, limit: int, *, deleted: bool = False) -> dict[str, Any]:
        """Stories in a line each, the one that was changed last first.

        Raises:
            InputError: `after` is no mark of this list.
        """
        room = self._studio.stories
        found = room.page(after, limit, deleted=deleted)
        lines = [plain_line(story) for story in found.stories]
        return {"stories": lines, "total": room.count(deleted=deleted), "next": found.next}

    def one(self, number: int, version: int | None = None) -> Story:
        """A version of a story, None for the newest.

        Raises:
            UnknownItem: there is none.
        """
        return self._studio.stories.get(number, version)

    def told(self, story: Story) -> dict[str, Any]:
        """It, whole."""
        latest = self._studio.stories.get(story.id).version
        shots = self._studio.stories.shots(story)
        return plain_story(story, shots, self.tracks(story), latest)

    def tracks(self, story: Story) -> list[Track]:
        """Of its soundtrack; those that are gone are left out."""
        found = []
        for number in story.soundtrack.tracks:
            try:
                found.append(self._studio.catalogue.tracks.get(number))
            except UnknownItem:
                continue
        return found

    # Changing ----------------------------------------------------------------------------------

    def new(self, wish: NewStory) -> Story:
        """Put one together and keep it.

        Raises:
            InputError, UnknownItem: what was asked cannot be; in one sentence.
        """
        return self._studio.stories.new(chosen(self._studio, wish), wish.wish())

    def change(self, number: int, wish: StoryChange) -> Story:
        """Change what is said of the whole, or of every scene."""
        story = self._newest(number, wish.version)
        found = story
        if wish.title is not None or wish.subtitle is not None:
            found = retitled(found, wish.title, wish.subtitle)
        scenes = found.scenes
        if wish.hold is not None:
            scenes = tuple(replace(one, wish=ticks_of(wish.hold)) for one in scenes)
        if wish.into is not None or wish.into_s is not None:
            scenes = tuple(replace(one, into=_into(wish, one.into)) for one in scenes)
        if wish.move is not None:
            scenes = tuple(replace(one, move=wish.move) for one in scenes)
        found = replace(found, scenes=scenes, frame=wish.over(found.frame))
        return self._kept(story, found, "the whole")

    def reorder(self, number: int, wish: OrderWish) -> Story:
        """Put its works in another order."""
        story = self._newest(number, wish.version)
        return self._studio.stories.reorder(story, wish.by, wish.works)

    def resound(self, number: int, wish: SoundWish) -> Story:
        """Give it another soundtrack."""
        return self._studio.stories.resound(self._newest(number, wish.version), wish.wish())

    def add(self, number: int, wish: MoreWorks) -> Story:
        """Put further works at its end."""
        story = self._newest(number, wish.version)
        fresh = [work for work in dict.fromkeys(wish.works) if work not in story.works]
        if not fresh:
            raise InputError("It has those works already.", "Choose others.")
        found = joined_by(story, self._studio.stories.scenes_for(fresh, story))
        return self._kept(story, found, "further works")

    def change_scene(self, number: int, work: int, wish: SceneChange) -> Story:
        """Change one scene, and where it stands."""
        story = self._newest(number, wish.version)
        place = place_of(story, work)
        told = wish.model_dump(exclude={"version", "to"})
        found = (
            rewritten(story, place, told) if any(v is not None for v in told.values()) else story
        )
        if wish.to is not None and wish.to != place:
            found = moved(found, place, wish.to)
        return self._kept(story, found, f"the scene of work {work}")

    def remove(self, number: int, work: int, version: int | None = None) -> Story:
        """Take a work out."""
        story = self._newest(number, version)
        found = without(story, place_of(story, work))
        return self._kept(story, found, f"without work {work}")

    def restore(self, number: int, version: int) -> Story:
        """Make it again what it was; that is a version of its own."""
        story = self._newest(number, None)
        if version == story.version:
            raise InputError(f"Version {version} is how it is now.", "Choose an earlier one.")
        found = replace(self.one(number, version), version=story.version)
        return self._studio.stories.keep(found, f"as in version {version}")

    def delete(self, number: int, *, films: bool = False) -> Story:
        """Take it out of the lists; it can be had back. Its films stay unless asked otherwise."""
        return self._studio.stories.delete(number, films=films)

    def undelete(self, number: int) -> Story:
        """Have it back, as it was."""
        return self._studio.stories.restore(number)

    def _newest(self, number: int, version: int | None) -> Story:
        story = self.one(number)
        refuse_deleted(story)
        if version not in (None, story.version):
            raise Halt(
                409,
                "changed",
                f"Story {number} was changed meanwhile: you edited version {version}, "
                f"and there is a version {story.version}.",
                "Look at it again, then change it.",
            )
        return story

    def _kept(self, story: Story, found: Story, note: str) -> Story:
        # What changes nothing is no version.
        return story if found == story else self._studio.stories.keep(found, note)

    # Stills ------------------------------------------------------------------------------------

    def poster(self, story: Story) -> bytes:
        """A JPEG of its first picture."""
        return self._still(f"{story.id}-{story.version}.jpg", lambda: self._poster(story))

    def sheet(self, story: Story) -> bytes:
        """A PNG of every scene and every transition."""
        return self._still(
            f"{story.id}-{story.version}.png", lambda: self._studio.stories.sheet(_mixed(story))
        )

    def frame(self, story: Story, seconds: float) -> bytes:
        """A small JPEG of what is seen at a time.

        Raises:
            InputError: the film is shorter.
        """
        seen = self._studio.stories.frame(small(_mixed(story)), seconds)
        return encode(seen, "image/jpeg", quality=_QUALITY)

    def _poster(self, story: Story) -> bytes:
        return self._studio.stories.poster(_mixed(story))

    def _still(self, name: str, make: Callable[[], bytes]) -> bytes:
        place: Path = self._stills / name
        try:
            return place.read_bytes()
        except FileNotFoundError:
            data = make()
        try:
            make_folder(Disk(), place.parent)
            write_whole(Disk(), place, data)
        except GessoError:
            # A full disk keeps nothing, and everything can still be looked at.
            return data
        return data


def refuse_deleted(story: Story) -> None:
    """Let nothing be done to a story that was deleted.

    Raises:
        Halt: it was (409).
    """
    if story.is_deleted:
        raise Halt(409, "deleted", f"Story {story.id} was deleted.", "Have it back first.")


def place_of(story: Story, work: int) -> int:
    """The place of a work in a story, from 1.

    Raises:
        UnknownItem: it has no such work.
    """
    if work not in story.works:
        raise UnknownItem(f"Story {story.id} has no work {work}.", "See its scenes.")
    return story.works.index(work) + 1


def _into(wish: StoryChange, now: Transition) -> Transition:
    return transition(wish.into or now.kind, wish.into_s)


def _mark(font: str | list[str]) -> str:
    """With other fonts for what the own faces lack, stills are others."""
    return blake2b(repr(font).encode(), digest_size=4).hexdigest() if font else ""


def _mixed(story: Story) -> Story:
    """For stills nobody is asked to paint between two pictures: they dissolve."""
    scenes = tuple(
        replace(one, into=replace(one.into, kind="dissolve")) if one.into.kind == "between" else one
        for one in story.scenes
    )
    return replace(story, scenes=scenes)
