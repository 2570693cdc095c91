"""The room of stories: new ones, edits as versions, films."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.stories import MOST_ON_A_PAGE, StoryRow
from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import from_json, to_json
from gesso.show.music.room import MusicRoom
from gesso.show.story.composing.composer import Composer, Eyes, StoryWish
from gesso.show.story.film.cards import Credits
from gesso.show.story.film.formats import ENCODERS, FORMAT_NAMES, FORMATS, FormatName
from gesso.show.story.film.names import FilmFile, Kind, films_in, name_of
from gesso.show.story.film.painter import Hands
from gesso.show.story.filming import FilmDesk, Heard, Rendered, small
from gesso.show.story.records import OrderName, Scene, Story, StoryList, Version
from gesso.show.story.sound.choosing import SoundDesk, SoundWish
from gesso.show.story.timeline import Shot, timeline_of
from gesso.show.story.words.credits import as_text
from gesso.show.story.words.subtitles import as_vtt

_LONGEST_NAME = 48


def _nobody(_what: str, _done: int, _all: int) -> None:
    """Nobody listens."""


class StoryRoom:
    """Makes stories of works, keeps every edit, and films them.

    Args:
        catalogue: whose works and tracks, and where stories are kept.
        hands: what films need of others: pixels, big shapes, pictures between two.
        eyes: where the eye goes; who tells.
        stop: set it to stop a film.
        folder: where films go that nobody names a place for.
        music: who knows which tracks fit a work; None for what is measured alone.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        hands: Hands,
        eyes: Eyes,
        stop: threading.Event,
        folder: Path,
        *,
        music: Callable[[], MusicRoom] | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._shelf = catalogue.stories
        self._composer = Composer(catalogue, eyes, SoundDesk(catalogue, music))
        self._films = FilmDesk(catalogue, hands, stop)
        self._folder = folder

    # Stories -------------------------------------------------------------------------------

    def compose(self, works: Sequence[int], wish: StoryWish | None = None) -> Story:
        """A story that is not kept: to look at what a wish would give.

        Raises:
            InputError: too many works, none with a picture, or a wish that cannot be.
            UnknownItem: there is no such work or track.
        """
        return self._composer.compose(works, wish or StoryWish())

    def new(self, works: Sequence[int], wish: StoryWish | None = None) -> Story:
        """Put a story together and keep it as its first version; see `compose`."""
        story = self.compose(works, wish)
        return _story(self._shelf.add(story.title, _body(story)))

    def get(self, number: int, version: int | None = None) -> Story:
        """A story as it is now, or as it was.

        Raises:
            UnknownItem: there is no such story or version.
        """
        return _story(self._shelf.get(number, version))

    def page(
        self, after: str | None = None, limit: int = 60, *, deleted: bool = False
    ) -> StoryList:
        """Stories as they are now, the one that was changed last first.

        Args:
            after: the `next` of the page before, None for the first page.
            limit: stories on the page, 1 to 200.
            deleted: those that were deleted, instead of those that are there.

        Raises:
            InputError: `after` is no mark of this list, or `limit` is out of bounds.
        """
        found = self._shelf.page(after, limit, deleted=deleted)
        return StoryList(tuple(_story(row) for row in found.rows), found.next)

    def all(self, *, deleted: bool = False) -> Iterator[Story]:
        """Every story, as `page` has them."""
        page = self.page(None, MOST_ON_A_PAGE, deleted=deleted)
        yield from page.stories
        while page.next is not None:
            page = self.page(page.next, MOST_ON_A_PAGE, deleted=deleted)
            yield from page.stories

    def count(self, *, deleted: bool = False) -> int:
        """How many there are, or how many were deleted."""
        return self._shelf.count(deleted=deleted)

    def versions(self, number: int) -> Sequence[Version]:
        """What was done to a story, newest first.

        Raises:
            UnknownItem: there is no such story.
        """
        rows = self._shelf.versions(number)
        return [Version(row.version, row.note, row.created_at) for row in rows]

    # Edits ---------------------------------------------------------------------------------

    def keep(self, story: Story, note: str = "") -> Story:
        """Keep a changed story as the next version, its holds laid on the beats anew.

        Where works come after others than before, what is measured between them is told anew.

        Edits are made by `composing.editing`, or by `dataclasses.replace`.

        Args:
            story: changed; its `id` and `version` say of what.
            note: what was changed.

        Raises:
            InputError: it was not kept before, somebody else has changed it meanwhile, or it
                cannot be a film.
            UnknownItem: there is no such story, or a work or a track of it.
        """
        if not story.id:
            raise InputError("That story is not kept yet.", "Make it with: gesso story new")
        told = self._composer.retold(self.get(story.id, story.version), story)
        laid = self._composer.relaid(self._composer.credited(told))
        row = self._shelf.change(story.id, story.version, laid.title, _body(laid), note)
        return _story(row)

    def reorder(self, story: Story, by: OrderName, works: Sequence[int] = ()) -> Story:
        """Keep a story in another order.

        Args:
            story: which.
            by: how.
            works: for "manual", the numbers of its works in their order.

        Raises:
            InputError: the order leaves a work out, or names a strange one.
        """
        return self.keep(self._composer.reordered(story, by, works), f"order: {by}")

    def resound(self, story: Story, wish: SoundWish) -> Story:
        """Keep a story with another soundtrack.

        Raises:
            UnknownItem: there is no such track.
        """
        cleared = replace(story, notes=())
        return self.keep(self._composer.sounding(cleared, wish), "another soundtrack")

    def scenes_for(self, works: Sequence[int], story: Story) -> Sequence[Scene]:
        """Scenes for further works, as those of a story are; for `editing.joined_by`.

        Raises:
            UnknownItem: there is no such work.
        """
        return self._composer.scenes_for(works, story)

    # Deleting ------------------------------------------------------------------------------

    def delete(self, number: int, *, films: bool = False) -> Story:
        """Take a story out of the lists; all of its versions stay, and it can be had back.

        Args:
            number: which; one that was deleted already stays so.
            films: take its films away, too. It gives the same ones again.

        Raises:
            UnknownItem: there is no such story.
        """
        found = _story(self._shelf.delete(number))
        for film in self.films(number) if films else ():
            film.path.unlink(missing_ok=True)
        return found

    def restore(self, number: int) -> Story:
        """Have a deleted story back, as it was.

        Raises:
            UnknownItem: there is no such story.
        """
        return _story(self._shelf.restore(number))

    # What can be seen of it ----------------------------------------------------------------

    def shots(self, story: Story) -> tuple[Shot, ...]:
        """Its scenes with the times at which they come and go."""
        return timeline_of(story).shots

    def frame(self, story: Story, seconds: float) -> Picture:
        """What is seen at a time.

        Raises:
            InputError: the film is shorter.
        """
        return self._films.frame(story, int(seconds * story.frame.fps))

    def poster(self, story: Story) -> bytes:
        """A JPEG of its first picture."""
        return self._films.poster(story)

    def sheet(self, story: Story) -> bytes:
        """A PNG with every scene and every transition."""
        return self._films.sheet(small(story))

    def captions(self, story: Story) -> str:
        """Its labels as WebVTT."""
        return as_vtt(story)

    def credits(self, story: Story) -> Credits:
        """Every work and track, whose it is and under which licence."""
        return self._films.credits(story)

    def credits_text(self, story: Story) -> str:
        """The same as plain text."""
        return as_text(story, self.credits(story))

    # Films ---------------------------------------------------------------------------------

    def formats(self) -> tuple[FormatName, ...]:
        """Those that this machine's PyAV can write.

        Raises:
            MissingExtra: nothing that encodes is installed.
        """
        encoder = ENCODERS.open("pyav")
        return tuple(name for name in FORMAT_NAMES if encoder.can_write(FORMATS[name]))

    def films(self, number: int) -> Sequence[FilmFile]:
        """The films of a story that were made where films go, the newest version's first."""
        return films_in(self._folder, number)

    def place_of(self, story: Story, kind: Kind = "mp4") -> Path:
        """Where its film goes when nobody names a place."""
        return self.folder_of(story) / name_of(story.version, kind)

    def folder_of(self, story: Story) -> Path:
        """Where what is made of it goes when nobody names a place."""
        words = re.sub(r"[^a-z0-9]+", "-", story.title.lower()).strip("-")[:_LONGEST_NAME]
        return self._folder / f"{story.id}-{words.strip('-') or 'story'}"

    def render(
        self,
        story: Story,
        path: Path | None = None,
        form: FormatName = "mp4",
        *,
        heard: Heard = _nobody,
        stop: threading.Event | None = None,
    ) -> Rendered:
        """Film it; the same story gives the same bytes.

        Args:
            story: which.
            path: the file; None for `place_of`. What lies there is replaced when all is written.
            form: "mp4" (H.264, AAC), "webm" (VP9, Opus) or "av1" (AV1, Opus).
            heard: told how far it is ("sound" or "film", done, of how much), from one thread.
            stop: set it to stop this film; None for what stops all of them.

        Raises:
            Interrupted: it was stopped; nothing of it stays.
            InputError: the story was deleted.
            StorageError: the disk would not take it; nothing of it stays.
            UnknownItem, DamageError: a work or a track is gone.
            MissingExtra: nothing that encodes is installed.
        """
        _refuse_deleted(story)
        place = path or self.place_of(story, form)
        return self._films.render(story, place, form, heard=heard, stop=stop)

    def preview(
        self,
        story: Story,
        path: Path | None = None,
        *,
        heard: Heard = _nobody,
        stop: threading.Event | None = None,
    ) -> Rendered:
        """Film it small and quickly; see `render`."""
        _refuse_deleted(story)
        place = path or self.place_of(story, "preview")
        return self._films.render(
            small(story), place, "mp4", pace="preview", heard=heard, stop=stop
        )

    def export(
        self,
        story: Story,
        folder: Path | None = None,
        forms: tuple[FormatName, ...] = ("mp4",),
        *,
        heard: Heard = _nobody,
        stop: threading.Event | None = None,
    ) -> Sequence[Path]:
        """Write films, poster, captions, credits and the story itself into a folder."""
        _refuse_deleted(story)
        place = folder or self.folder_of(story)
        return self._films.export(story, place, forms, heard=heard, stop=stop)


def _refuse_deleted(story: Story) -> None:
    if story.is_deleted:
        raise InputError(
            f"Story {story.id} was deleted.",
            f"Have it back, then film it: gesso story restore {story.id}",
        )


def _body(story: Story) -> str:
    """A story as it is kept: its number, version and standing are beside it."""
    return to_json(replace(story, id=0, version=0, is_deleted=False))


def _story(row: StoryRow) -> Story:
    told = from_json(Story, row.body)
    is_deleted = row.deleted_at is not None
    return replace(told, id=row.id, version=row.version, is_deleted=is_deleted)
