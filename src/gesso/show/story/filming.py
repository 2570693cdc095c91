"""Filming: a story into files: the film, a poster, a contact sheet, captions, credits."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.disk import Disk, make_folder, write_whole
from gesso.core.errors import InputError, Interrupted
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_plain
from gesso.core.sound.decoder import Block, SoundLimits
from gesso.show.story.film.cards import Credits
from gesso.show.story.film.formats import FORMATS, FormatName, Pace
from gesso.show.story.film.names import name_of
from gesso.show.story.film.painter import FramePainter, Hands
from gesso.show.story.film.rendering import Film, Job, render
from gesso.show.story.film.wall import wall_of
from gesso.show.story.records import Frame, Story
from gesso.show.story.sound.mastering import Master, Mastered
from gesso.show.story.sound.mixing import mixed
from gesso.show.story.sound.score.performing import performed
from gesso.show.story.timeline import timeline_of
from gesso.show.story.words.credits import as_text, credits_of
from gesso.show.story.words.subtitles import as_vtt

Heard = Callable[[str, int, int], None]
"""Told what is being done ("sound", "film"), how much of it is done, of how much."""

_PREVIEW = 360
_SHEET_ACROSS, _SHEET_WIDTH = 4, 480
_QUALITY = 90


@dataclass(frozen=True)
class Rendered:
    """A film that was written, and how loud it is.

    Attributes:
        film: the file.
        sound: what was done to its soundtrack; None for a silent film.
    """

    film: Film
    sound: Mastered | None


def _nobody(_what: str, _done: int, _all: int) -> None:
    """Nobody listens."""


class FilmDesk:
    """Makes files of stories.

    Args:
        catalogue: whose works and tracks.
        hands: what films need of others.
        stop: set it to stop.
    """

    def __init__(self, catalogue: Catalogue, hands: Hands, stop: threading.Event) -> None:
        self._catalogue = catalogue
        self._hands = hands
        self._stop = stop

    def render(
        self,
        story: Story,
        path: Path,
        form: FormatName = "mp4",
        *,
        pace: Pace = "film",
        heard: Heard = _nobody,
        stop: threading.Event | None = None,
    ) -> Rendered:
        """Write the film.

        Args:
            story: which.
            path: the file; what lies there is replaced when all is written.
            form: its format.
            pace: "preview" for a quick look at it.
            heard: told how far it is.
            stop: set it to stop this one; None for what stops all of them.

        Raises:
            Interrupted: it was stopped; nothing of it stays.
            StorageError: the disk would not take it; nothing of it stays.
            UnknownItem, DamageError: a work or a track is gone.
            MissingExtra: nothing that encodes is installed.
        """
        halt = stop or self._stop
        job = Job(path, FORMATS[form], story.frame, pace)
        make_folder(Disk(), path.parent)

        def told(done: int, whole: int) -> None:
            heard("film", done, whole)

        painter = self._painter(story)
        if story.soundtrack.kind == "none":
            return Rendered(render(job, painter, None, halt, told), None)
        heard("sound", 0, 1)
        with Master(_stoppable(self._mix(story), halt), path.parent) as master:
            done = master.brought_to(story.soundtrack.loudness, job.form.ceiling)
            heard("sound", 1, 1)
            blocks = master.blocks(done.gain, job.form.ceiling)
            return Rendered(render(job, painter, blocks, halt, told), done)

    def frame(self, story: Story, number: int) -> Picture:
        """One frame of the film, from 0.

        Raises:
            InputError: it has no such frame.
        """
        painter = self._painter(story)
        if not 0 <= number < painter.frames:
            raise InputError(
                f"The film has no frame {number:,}.", f"It has {painter.frames:,}, from 0."
            )
        return Picture.adopt(painter.paint(number))

    def poster(self, story: Story) -> bytes:
        """A JPEG of the first picture when it is there."""
        shot = timeline_of(story).shots[0]
        number = min(shot.end - 1, shot.start + (shot.end - shot.start) * 4 // 5)
        return encode(
            self.frame(story, number // story.frame.ticks), "image/jpeg", quality=_QUALITY
        )

    def sheet(self, story: Story) -> bytes:
        """A PNG with a frame of each scene and of the middle of each transition, in order."""
        frames = list(self._stills(story))
        width = _SHEET_WIDTH
        height = round(width * story.frame.height / story.frame.width)
        small = [cv2.resize(f, (width, height), interpolation=cv2.INTER_AREA) for f in frames]
        blank = np.full((height, width, 3), wall_of(story.frame), np.uint8)
        small += [blank] * (-len(small) % _SHEET_ACROSS)
        rows = [
            np.hstack(small[at : at + _SHEET_ACROSS]) for at in range(0, len(small), _SHEET_ACROSS)
        ]
        return encode(Picture.adopt(np.ascontiguousarray(np.vstack(rows))), "image/png")

    def credits(self, story: Story) -> Credits:
        """Every work and every track of a story, whose it is and under which licence.

        Raises:
            UnknownItem: one is gone.
        """
        works = [self._catalogue.works.get(number) for number in story.works]
        tracks = [self._catalogue.tracks.get(number) for number in story.soundtrack.tracks]
        return credits_of(story, works, tracks)

    def export(
        self,
        story: Story,
        folder: Path,
        forms: tuple[FormatName, ...] = ("mp4",),
        *,
        heard: Heard = _nobody,
        stop: threading.Event | None = None,
    ) -> list[Path]:
        """Write everything into a folder: films, poster, captions, credits, the story as JSON.

        Raises:
            Interrupted: it was stopped; what was written whole stays.
            StorageError: the disk would not take it.
        """
        disk = Disk()
        make_folder(disk, folder)
        plain = json.dumps(to_plain(story), ensure_ascii=False, indent=2)
        files = {
            "poster.jpg": self.poster(story),
            "captions.vtt": as_vtt(story).encode(),
            "credits.txt": as_text(story, self.credits(story)).encode(),
            "story.json": f"{plain}\n".encode(),
        }
        for name, data in files.items():
            write_whole(disk, folder / name, data)
        films = []
        for form in forms:
            path = folder / name_of(story.version, form)
            films.append(self.render(story, path, form, heard=heard, stop=stop).film.path)
        return [*films, *(folder / name for name in files)]

    def _mix(self, story: Story) -> Iterator[Block]:
        sound = story.soundtrack
        if sound.kind == "score":
            return performed(sound, story.ticks)
        return mixed(sound.cues, story.ticks, self._data, SoundLimits())

    def _data(self, track: int) -> bytes:
        return self._catalogue.tracks.data(self._catalogue.tracks.get(track))

    def _painter(self, story: Story) -> FramePainter:
        return FramePainter(story, self.credits(story), self._hands)

    def _stills(self, story: Story) -> Iterator[NDArray[np.uint8]]:
        """Moments worth a look, in order."""
        line, painter = timeline_of(story), self._painter(story)
        moments = [story.opening * 2 // 3] if story.opening else []
        for shot in line.shots:
            into = shot.scene.into.ticks
            moments += [shot.start + into // 2] if into else []
            moments.append(shot.start + (shot.end - shot.start) * 9 // 10)
        moments += [story.ticks - story.closing // 2] if story.closing else []
        for at in moments:
            yield painter.paint(at // story.frame.ticks)


def _stoppable(blocks: Iterator[Block], stop: threading.Event) -> Iterator[Block]:
    for block in blocks:
        if stop.is_set():
            raise Interrupted(
                "The film was stopped before its first frame; nothing of it was kept.",
                "Run the same command again; the story itself is kept.",
            )
        yield block


def small(story: Story) -> Story:
    """The same film in few pixels, for a quick look."""
    frame = story.frame
    scale = min(1.0, _PREVIEW / min(frame.width, frame.height))
    width, height = (max(128, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    size = Frame(width, height, frame.fps, frame.wall, frame.captions)
    return replace(story, frame=size)
