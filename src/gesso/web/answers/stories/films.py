"""Films over the web: each version's in a place of its own, made in the background."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gesso.core.errors import InputError, Interrupted, UnknownItem
from gesso.core.outside.waiting.stop import Stop
from gesso.show.story.film.formats import FORMATS, FormatName
from gesso.show.story.film.names import FilmFile, Kind, form_of
from gesso.show.story.filming import Heard, Rendered
from gesso.show.story.records import Story
from gesso.studio import Studio
from gesso.web.answers.jobs.job import Job, Tell
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.stories.stories import refuse_deleted
from gesso.web.answers.stories.wishes import FilmWish

WORDS: Mapping[FormatName, str] = {
    "mp4": "MP4, H.264 and AAC: plays everywhere",
    "webm": "WebM, VP9 and Opus",
    "av1": "MP4, AV1 and Opus: the smallest",
}
_TOLD_EVERY_S = 0.25


@dataclass(frozen=True)
class Made:
    """A film that was made.

    Attributes:
        story, version: of which; version 0 where its name does not say, as of old.
        kind: its format, or "preview".
        path: where it lies.
        size: bytes.
        made_at: UTC.
    """

    story: int
    version: int
    kind: Kind
    path: Path
    size: int
    made_at: datetime

    @property
    def media_type(self) -> str:
        """Of the file."""
        return FORMATS[form_of(self.kind)].media_type

    @property
    def tag(self) -> str:
        """Another one where the film is another."""
        return f"{self.size:x}-{round(self.made_at.timestamp() * 1000):x}"

    @property
    def address(self) -> str:
        """Where it can be asked for; what is there never changes."""
        return f"/api/stories/{self.story}/films/{self.version}/{self.kind}?tag={self.tag}"


class Films:
    """Films of stories.

    Args:
        studio: whose stories.
        jobs: where they are made.
    """

    def __init__(self, studio: Studio, jobs: Jobs) -> None:
        self._studio = studio
        self._jobs = jobs

    def of(self, number: int) -> list[Made]:
        """The films of a story, the newest version's first.

        Raises:
            UnknownItem: there is no such story.
        """
        self._studio.stories.get(number)
        found = [_made(number, film) for film in self._studio.stories.films(number)]
        return [made for made in found if made is not None]

    def get(self, number: int, version: int, kind: Kind) -> Made:
        """One film.

        Raises:
            UnknownItem: it was not made, or there is no such story.
        """
        self._studio.stories.get(number, version or None)
        wanted = (version, kind)
        found = next((one for one in self.of(number) if (one.version, one.kind) == wanted), None)
        if found is None:
            raise UnknownItem(
                f"Version {version} of story {number} was not filmed as {kind}.", "Film it first."
            )
        return found

    def delete(self, number: int, version: int, kind: Kind) -> None:
        """Take a film away; the story stays and gives the same film again.

        Raises:
            UnknownItem: it was not made.
        """
        self.get(number, version, kind).path.unlink(missing_ok=True)

    def begin(self, number: int, wish: FilmWish) -> Job:
        """Have a film made; the one that is being made already is told, not made twice.

        Raises:
            UnknownItem: there is no such story or version.
            Halt: the story was deleted (409).
            InputError: nothing here writes that format.
            MissingExtra: nothing that encodes is installed.
            StudioBusy: too many wait already.
        """
        story = self._studio.stories.get(number, wish.version)
        refuse_deleted(story)
        kind: Kind = "preview" if wish.preview else wish.format
        can = self._studio.stories.formats()
        form = form_of(kind)
        if form not in can:
            raise InputError(
                f"This machine's PyAV cannot write {form}.", f"It can write: {', '.join(can)}."
            )
        title = f"{story.title[:80]}, version {story.version}, {kind}"
        for job in self._jobs.list():
            if job.page == page_of(number) and job.title == title and not job.is_over:
                return job
        return self._jobs.start("story", title, self._call(story, kind), page=page_of(number))

    def job(self, number: int) -> Job | None:
        """What is being filmed of a story, else what was filmed last; None for neither."""
        found = [job for job in self._jobs.list() if job.page == page_of(number)]
        return next((job for job in found if job.state == "running"), found[0] if found else None)

    def stop(self, number: int) -> None:
        """Stop whatever is being filmed of a story."""
        for job in self._jobs.list():
            if job.page == page_of(number) and not job.is_over:
                self._jobs.cancel(job.id)

    def costs(self, number: int, version: int | None) -> bool:
        """Whether a painter is asked for pictures between two."""
        story = self._studio.stories.get(number, version)
        return any(scene.into.kind == "between" for scene in story.scenes[1:])

    def _call(self, story: Story, kind: Kind) -> Any:
        place = self._studio.stories.place_of(story, kind)

        def call(tell: Tell, stopping: Stop) -> Mapping[str, Any]:
            told: dict[str, Any] = {"story": story.id, "version": story.version, "kind": kind}
            if not place.is_file():
                told |= _loud(self._film(story, kind, place, _telling(tell), stopping))
            made = self.get(story.id, story.version, kind)
            return told | {"film": made.address, "bytes": made.size}

        return call

    def _film(self, story: Story, kind: Kind, place: Path, heard: Heard, stop: Stop) -> Rendered:
        room = self._studio.stories
        try:
            if kind == "preview":
                return room.preview(story, place, heard=heard, stop=stop)
            return room.render(story, place, kind, heard=heard, stop=stop)
        except Interrupted as error:
            advice = "The story is kept; film it again whenever you like."
            raise Interrupted(error.message, advice) from error


def page_of(number: int) -> str:
    """Where a person sees a story."""
    return f"/stories/{number}"


def plain_film(made: Made) -> dict[str, Any]:
    """A film as it is told."""
    return {
        "story": made.story,
        "version": made.version,
        "kind": made.kind,
        "media_type": made.media_type,
        "bytes": made.size,
        "made_at": made.made_at,
        "address": made.address,
    }


def _made(number: int, film: FilmFile) -> Made | None:
    try:
        found = film.path.stat()
    except FileNotFoundError:
        return None
    made_at = datetime.fromtimestamp(found.st_mtime, UTC)
    return Made(number, film.version, film.kind, film.path, found.st_size, made_at)


def _telling(tell: Tell) -> Heard:
    """Tells how far a film is, now and then: frames come faster than anybody reads."""
    told_at = 0.0

    def heard(doing: str, done: int, whole: int) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at < _TOLD_EVERY_S and 0 < done < whole:
            return
        told_at = now
        share = done / whole if whole else 0.0
        tell(doing, mark=doing, done=done, whole=whole, share=round(share, 4))

    return heard


def _loud(done: Rendered) -> dict[str, Any]:
    told = {"frames": done.film.frames}
    if done.sound is None:
        return told
    return told | {"loudness": done.sound.loudness, "true_peak": done.sound.peak}
